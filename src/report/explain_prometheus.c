/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include "report/prometheus.h"

#define VERB "explain"

static void put_classes(struct seal_buf *out, const struct seal_explanation *x)
{
	struct seal_prom_classes c = {0};

	seal_vec_each (g, &x->groups) {
		c.n[g->cause->class_][g->cause->certainty] += g->messages;
	}
	seal_prom_cause_messages(
		out, VERB,
		"Messages that wait or came to a bad end, by class of cause and certainty.", &c);
}

static void put_oldest(struct seal_buf *out, const struct seal_explanation *x)
{
	int64_t first = INT64_MAX;

	seal_vec_each (m, &x->messages) {
		if (m->queue != SEAL_QUEUE_NONE && m->arrival_us > 0 && m->arrival_us < first)
			first = m->arrival_us;
	}
	if (first == INT64_MAX)
		return;
	seal_prom_family(out, VERB, "oldest_arrival_timestamp_seconds",
			 "Arrival of the oldest message in the queue.");
	seal_prom_sample(out, VERB, "oldest_arrival_timestamp_seconds", NULL,
			 (uint64_t)(first / SEAL_SECOND_US));
}

void seal_report_explain_prometheus(const struct seal_host *h, const struct seal_explanation *x,
				    int64_t now_us, struct seal_buf *out)
{
	struct seal_prom_label waiting[] = {{"state", SEAL_LIT("waiting")}, {0}};
	struct seal_prom_label bounced[] = {{"state", SEAL_LIT("bounced")}, {0}};

	seal_prom_run(out, h, VERB, now_us);
	seal_prom_family(out, VERB, "messages", "Messages that wait, or bounced.");
	seal_prom_sample(out, VERB, "messages", waiting, x->n_waiting);
	seal_prom_sample(out, VERB, "messages", bounced, x->n_bounced);
	put_classes(out, x);
	put_oldest(out, x);
	seal_prom_queue(out, x);
}
