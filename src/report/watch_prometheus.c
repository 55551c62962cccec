/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/prometheus.h"
#include "report/watch.h"

#define VERB "watch"

/* put_classes - what came of the causes told, by class and certainty */
static void put_classes(struct seal_buf *out, const struct seal_watched *w)
{
	struct seal_prom_classes c = {0};

	seal_vec_each (r, &w->rows) {
		if (!r->denial)
			c.n[r->class_][r->certainty] += r->messages;
	}
	seal_prom_cause_messages(out, VERB,
				 "Messages by class of cause and certainty, since the start.", &c);
}

static void put_losses(struct seal_buf *out, const struct seal_watch_losses *l)
{
	const struct {
		const char *name;
		uint64_t n;
	} kinds[] = {{"overruns", l->overruns}, {"events", l->events},   {"kernel", l->kernel},
		     {"damaged", l->damaged},   {"denials", l->denials}, {"lines", l->lines},
		     {"causes", l->causes}};
	size_t i;

	seal_prom_family(out, VERB, "lost", "What was not seen or let go, since the start.");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct seal_prom_label labels[] = {{"kind", seal_bytes_of(kinds[i].name)}, {0}};

		seal_prom_sample(out, VERB, "lost", labels, kinds[i].n);
	}
}

void seal_report_watch_prometheus(const struct seal_host *h, const struct seal_watched *w,
				  int64_t now_us, struct seal_buf *out)
{
	seal_prom_run(out, h, VERB, now_us);
	seal_prom_family(out, VERB, "start_timestamp_seconds", "Since when it watches.");
	seal_prom_sample(out, VERB, "start_timestamp_seconds", NULL,
			 w->start_us > 0 ? (uint64_t)(w->start_us / SEAL_SECOND_US) : 0);
	seal_prom_family(out, VERB, "causes", "Causes found since the start.");
	seal_prom_sample(out, VERB, "causes", NULL, w->n_found);
	put_classes(out, w);
	seal_prom_family(out, VERB, "denials", "SELinux denials seen since the start.");
	seal_prom_sample(out, VERB, "denials", NULL, w->n_denials);
	seal_prom_family(out, VERB, "audit_records", "Audit records seen since the start.");
	seal_prom_sample(out, VERB, "audit_records", NULL, w->n_records);
	seal_prom_family(out, VERB, "mail_lines", "Mail log lines seen since the start.");
	seal_prom_sample(out, VERB, "mail_lines", NULL, w->n_lines);
	put_losses(out, &w->losses);
}
