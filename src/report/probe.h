/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* probe.h - the documents of the verb probe */

#include "evidence/rules/causes.h"
#include "probe/probe.h"
#include "report/report.h"

/* struct seal_netprobe_answer - what the network answered, to whom, and the rules that say what an
 * errno leaves open; all borrowed */
struct seal_netprobe_answer {
	const struct seal_host *h;
	const struct seal_netprobe *probe;
	const struct seal_rules *rules;
	const char *user; /* whose packets they were; NULL: the caller's own */
	uint32_t uid;
	bool any_exchanger;    /* some mail goes to whatever exchanger its recipients have */
	bool targets_complete; /* false: next hops are missing, a table could not be read */
};

void seal_report_netprobe_json(const struct seal_netprobe_answer *a, struct seal_buf *out);
void seal_report_netprobe_ndjson(const struct seal_netprobe_answer *a, struct seal_buf *out);
void seal_report_netprobe_text(const struct seal_netprobe_answer *a,
			       const struct seal_text_style *style, struct seal_buf *out);

/* --- words that both have in common --- */

/* seal_netprobe_status - of a target: "ok", "partial", "failed", "no-mail", "unresolved" */
const char *seal_netprobe_status(const struct seal_netprobe_target *t);
/* seal_netprobe_state_name - "good", "bad", "unknown" */
const char *seal_netprobe_state_name(enum seal_netprobe_state s);
/* seal_netprobe_left_open - the causes that the errno of a connection leaves open, best guess
 * first; none when it was made */
struct seal_verdicts seal_netprobe_left_open(const struct seal_netprobe_answer *a,
					     const struct seal_netprobe_exchange *x);

/* struct seal_netprobe_problem - constant words: for programs, and what is said of the certificate
 */
struct seal_netprobe_problem {
	const char *word, *text; /* "expired", "has expired" */
};

/* seal_netprobe_problem - the @i-th thing that is wrong with the peer's TLS; word NULL after the
 * last */
struct seal_netprobe_problem seal_netprobe_problem(const struct seal_netprobe_exchange *x,
						   unsigned i);
/* seal_netprobe_days - days until the certificate ends, below zero once it has */
int64_t seal_netprobe_days(const struct seal_tls_peer *t);
/* seal_netprobe_record - one record of an answer as people write it */
void seal_netprobe_record(struct seal_buf *b, const struct seal_dns_question *q,
			  const struct seal_dns_record *r);
