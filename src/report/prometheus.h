/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* prometheus.h - a file for the textfile collector of node_exporter: gauges named
 * postseal_VERB_NAME, no label whose values a log could multiply without a limit, no time stamps on
 * samples */

#include "core/buf.h"
#include "model/explanation.h"
#include "model/host.h"

/* seal_prom_family - "# HELP" and "# TYPE" of postseal_@verb_@name; its samples follow */
void seal_prom_family(struct seal_buf *out, const char *verb, const char *name, const char *help);

/* struct seal_prom_label - @name trusted; an array of them ends with name NULL */
struct seal_prom_label {
	const char *name;
	struct seal_bytes value;
};

/* seal_prom_sample - one line; @labels NULL: none */
void seal_prom_sample(struct seal_buf *out, const char *verb, const char *name,
		      const struct seal_prom_label *labels, uint64_t value);

/* seal_prom_run - what every file begins with: version, time of the run, sources, completeness */
void seal_prom_run(struct seal_buf *out, const struct seal_host *h, const char *verb,
		   int64_t now_us);

/* seal_prom_queue - what waits by queue, cause, age and domain (20 at most), how fast more came,
 * when it is tried again, and when certificates end; nothing where single messages are asked for */
void seal_prom_queue(struct seal_buf *out, const struct seal_explanation *x);

/* struct seal_prom_classes - messages by class of their cause and its certainty */
struct seal_prom_classes {
	uint64_t n[SEAL_CLASS_MAX_][SEAL_CERTAINTY_MAX_];
};

/* seal_prom_cause_messages - the family "cause_messages"; every class stands in it at least once,
 * so that no series comes and goes */
void seal_prom_cause_messages(struct seal_buf *out, const char *verb, const char *help,
			      const struct seal_prom_classes *c);
