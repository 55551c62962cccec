/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include "report/prometheus.h"

#define VERB "explain"

static void put_classes(struct seal_buf *out, const struct seal_explanation *x)
{
	uint64_t n[SEAL_CLASS_MAX_][SEAL_CERTAINTY_MAX_] = {0};

	seal_vec_each (g, &x->groups) {
		n[g->cause->class_][g->cause->certainty] += g->messages;
	}
	seal_prom_family(
		out, VERB, "cause_messages",
		"Messages that wait or came to a bad end, by class of cause and certainty.");
	for (unsigned i = 0; i < SEAL_CLASS_MAX_; i++)
		for (unsigned k = 0; k < SEAL_CERTAINTY_MAX_; k++) {
			const char *class_ = seal_cause_class_name((enum seal_cause_class)i);
			const char *sure = seal_certainty_name((enum seal_certainty)k);
			struct seal_prom_label labels[] = {{"class", seal_bytes_of(class_)},
							   {"certainty", seal_bytes_of(sure)},
							   {0}};

			/* every class once, so that a series does not come and go */
			if (n[i][k] || k == SEAL_CERTAINTY_CERTAIN)
				seal_prom_sample(out, VERB, "cause_messages", labels, n[i][k]);
		}
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
