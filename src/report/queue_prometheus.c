/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "report/parts.h"
#include "report/prometheus.h"

#define VERB          "explain"
#define DOMAINS_SHOWN ((size_t)20)
#define OTHERS        "(other)"

static uint64_t seconds(int64_t us)
{
	return us > 0 ? (uint64_t)(us / SEAL_SECOND_US) : 0;
}

static void put_queues(struct seal_buf *out, const struct seal_queue_health *q)
{
	seal_prom_family(out, VERB, "queue_messages", "Messages by the queue they lie in.");
	for (unsigned i = SEAL_QUEUE_NONE + 1; i < SEAL_QUEUE_NAME_MAX_; i++) {
		const char *name = seal_queue_name((enum seal_queue_name)i);
		struct seal_prom_label labels[] = {{"queue", seal_bytes_of(name)}, {0}};

		seal_prom_sample(out, VERB, "queue_messages", labels, q->by_queue[i]);
	}
	seal_prom_family(out, VERB, "queue_bytes", "Size of the messages that wait.");
	seal_prom_sample(out, VERB, "queue_bytes", NULL, q->bytes);
}

/* put_growth - how many of those that wait came lately */
static void put_growth(struct seal_buf *out, const struct seal_queue_health *q)
{
	const struct {
		const char *window;
		uint64_t n;
	} rows[] = {{"last_hour", q->last_hour},
		    {"hour_before", q->hour_before},
		    {"last_day", q->last_day}};

	seal_prom_family(out, VERB, "queue_arrived_messages",
			 "Messages that still wait, by when they came.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_prom_label labels[] = {{"window", seal_bytes_of(rows[i].window)}, {0}};

		seal_prom_sample(out, VERB, "queue_arrived_messages", labels, rows[i].n);
	}
}

static void put_tries(struct seal_buf *out, const struct seal_queue_row *all)
{
	seal_prom_family(out, VERB, "queue_overdue_messages",
			 "Messages whose next try is past: nobody runs the queue.");
	seal_prom_sample(out, VERB, "queue_overdue_messages", NULL, all->overdue);
	if (all->next_us == SEAL_TIME_NONE)
		return;
	seal_prom_family(out, VERB, "queue_next_try_timestamp_seconds",
			 "When the first deferred message is tried again.");
	seal_prom_sample(out, VERB, "queue_next_try_timestamp_seconds", NULL,
			 seconds(all->next_us));
	seal_prom_family(out, VERB, "queue_last_try_timestamp_seconds",
			 "When the last deferred message is tried again.");
	seal_prom_sample(out, VERB, "queue_last_try_timestamp_seconds", NULL,
			 seconds(all->last_next_us));
}

/* ---- by cause ---- */

static const struct seal_cause *cause_of(const struct seal_explanation *x, size_t i)
{
	return x->groups.v[x->health->causes.v[i].group].cause;
}

static bool same_verdict(const struct seal_explanation *x, size_t i, size_t k)
{
	return strcmp(cause_of(x, i)->verdict, cause_of(x, k)->verdict) == 0;
}

/* sum - of the causes of the same verdict, which a scrape could not tell apart; false: told with an
 * earlier one */
static bool sum(const struct seal_explanation *x, size_t i, struct seal_queue_row *ret)
{
	const struct seal_queue_health *q = x->health;

	for (size_t k = 0; k < i; k++)
		if (same_verdict(x, i, k))
			return false;
	*ret = q->causes.v[i];
	for (size_t k = i + 1; k < q->causes.n; k++) {
		const struct seal_queue_row *row = &q->causes.v[k];

		if (!same_verdict(x, i, k))
			continue;
		ret->messages += row->messages;
		for (size_t a = 0; a < SEAL_QUEUE_AGES; a++)
			ret->age[a] += row->age[a];
		if (row->oldest_us != SEAL_TIME_NONE &&
		    (ret->oldest_us == SEAL_TIME_NONE || row->oldest_us < ret->oldest_us))
			ret->oldest_us = row->oldest_us;
	}
	return true;
}

static void put_ages(struct seal_buf *out, const struct seal_queue_row *row,
		     struct seal_bytes class_, struct seal_bytes verdict)
{
	for (size_t a = 0; a < SEAL_QUEUE_AGES; a++) {
		char minutes[16] = "more";
		struct seal_prom_label labels[] = {
			{"class", class_}, {"verdict", verdict}, {"minutes", {0}}, {0}};

		if (!row->age[a])
			continue;
		if (seal_queue_age_min(a))
			snprintf(minutes, sizeof(minutes), "%u", seal_queue_age_min(a));
		labels[2].value = seal_bytes_of(minutes);
		seal_prom_sample(out, VERB, "queue_age_messages", labels, row->age[a]);
	}
}

enum part {
	PART_DEPTH,
	PART_AGES,
	PART_OLDEST,
};

static void put_causes(struct seal_buf *out, const struct seal_explanation *x, enum part part)
{
	for (size_t i = 0; i < x->health->causes.n; i++) {
		const struct seal_cause *c = cause_of(x, i);
		struct seal_bytes class_ = seal_bytes_of(seal_cause_class_name(c->class_)),
				  verdict = seal_bytes_of(c->verdict);
		struct seal_prom_label labels[] = {{"class", class_}, {"verdict", verdict}, {0}};
		struct seal_queue_row row;

		if (!sum(x, i, &row))
			continue;
		if (part == PART_DEPTH)
			seal_prom_sample(out, VERB, "queue_cause_messages", labels, row.messages);
		else if (part == PART_AGES)
			put_ages(out, &row, class_, verdict);
		else if (row.oldest_us != SEAL_TIME_NONE)
			seal_prom_sample(out, VERB, "queue_cause_oldest_timestamp_seconds", labels,
					 seconds(row.oldest_us));
	}
}

/* ---- by domain ---- */

/* put_domains - those with most messages; the rest together, so that no sender of mail can make
 * as many series as he likes */
static void put_domains(struct seal_buf *out, const struct seal_queue_health *q)
{
	struct seal_prom_label labels[] = {{"domain", {0}}, {0}};
	uint64_t rest = q->n_domains_not_kept;

	seal_prom_family(
		out, VERB, "queue_domain_messages",
		"Messages by domain of the recipient, those with most; (other): the rest.");
	for (size_t i = 0; i < q->domains.n; i++) {
		/* nor one that is called as the rest: a series twice makes a scrape fail */
		if (i >= DOMAINS_SHOWN || seal_bytes_is(q->domains.v[i].domain, OTHERS)) {
			rest += q->domains.v[i].messages;
			continue;
		}
		labels[0].value = q->domains.v[i].domain;
		seal_prom_sample(out, VERB, "queue_domain_messages", labels,
				 q->domains.v[i].messages);
	}
	labels[0].value = SEAL_LIT(OTHERS);
	seal_prom_sample(out, VERB, "queue_domain_messages", labels, rest);
}

static void put_certificates(struct seal_buf *out, const struct seal_queue_health *q)
{
	if (!q->certificates.n)
		return;
	seal_prom_family(out, VERB, "certificate_end_timestamp_seconds",
			 "When the first certificate in a file of Postfix ends.");
	seal_vec_each (c, &q->certificates) {
		struct seal_prom_label labels[] = {
			{"path", c->path}, {"parameter", c->parameter}, {0}};

		seal_prom_sample(out, VERB, "certificate_end_timestamp_seconds", labels,
				 seconds(c->end_us));
	}
}

void seal_prom_queue(struct seal_buf *out, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;

	if (!q)
		return;
	put_queues(out, q);
	put_growth(out, q);
	put_tries(out, &q->all);
	seal_prom_family(out, VERB, "queue_cause_messages",
			 "Messages that wait, by cause; one with two causes counts in both.");
	put_causes(out, x, PART_DEPTH);
	seal_prom_family(out, VERB, "queue_age_messages",
			 "Messages that wait, by cause and age: up to so many minutes, as qshape.");
	put_causes(out, x, PART_AGES);
	seal_prom_family(out, VERB, "queue_cause_oldest_timestamp_seconds",
			 "Arrival of the oldest message of each cause.");
	put_causes(out, x, PART_OLDEST);
	put_domains(out, q);
	put_certificates(out, q);
}
