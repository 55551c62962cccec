/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/parts.h"

#define DOMAINS_SHOWN 50

static void put_ages(struct seal_json *j, const struct seal_queue_row *row)
{
	size_t i;

	seal_json_u64(j, "messages", row->messages);
	seal_json_array(j, "ages");
	for (i = 0; i < SEAL_QUEUE_AGES; i++)
		seal_json_u64(j, NULL, row->age[i]);
	seal_json_array_end(j);
	seal_json_time(j, "oldest", row->oldest_us);
	seal_json_object(j, "next_try");
	seal_json_time(j, "first", row->next_us);
	seal_json_time(j, "last", row->last_next_us);
	seal_json_u64(j, "overdue", row->overdue);
	seal_json_object_end(j);
}

static void put_cause(struct seal_json *j, const struct seal_explanation *x, int32_t group)
{
	const struct seal_cause *c = group >= 0 ? x->groups.v[group].cause : NULL;

	seal_json_text(j, "class", c ? seal_cause_class_name(c->class_) : NULL);
	seal_json_text(j, "verdict", c ? c->verdict : NULL);
	seal_json_text(j, "certainty", c ? seal_certainty_name(c->certainty) : NULL);
}

static void put_domains(struct seal_json *j, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;
	uint64_t more = 0;
	size_t i;

	seal_json_array(j, "domains");
	for (i = 0; i < q->domains.n; i++) {
		if (i >= DOMAINS_SHOWN) {
			more++;
			continue;
		}
		seal_json_object(j, NULL);
		seal_json_bytes(j, "domain", q->domains.v[i].domain);
		put_cause(j, x, q->domains.v[i].group);
		put_ages(j, &q->domains.v[i]);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_u64(j, "other_domains", more);
}

static void put_certificates(struct seal_json *j, const struct seal_queue_health *q)
{
	seal_json_array(j, "certificates");
	seal_vec_each (c, &q->certificates) {
		seal_json_object(j, NULL);
		seal_json_bytes(j, "path", c->path);
		seal_json_bytes(j, "parameter", c->parameter);
		seal_json_time(j, "end", c->end_us);
		seal_json_i64(j, "days_left", c->days_left);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

void seal_part_queue(struct seal_json *j, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;
	size_t i;

	seal_json_time(j, "time", q->now_us);
	put_ages(j, &q->all);
	seal_json_u64(j, "bytes", q->bytes);
	seal_json_array(j, "age_minutes");
	for (i = 0; i + 1 < SEAL_QUEUE_AGES; i++)
		seal_json_u64(j, NULL, seal_queue_age_min(i));
	seal_json_array_end(j);
	seal_json_object(j, "queues");
	for (i = 0; i < SEAL_QUEUE_NAME_MAX_; i++)
		if (q->by_queue[i])
			seal_json_u64(j, seal_queue_name((enum seal_queue_name)i), q->by_queue[i]);
	seal_json_object_end(j);
	seal_json_object(j, "arrived");
	seal_json_u64(j, "last_hour", q->last_hour);
	seal_json_u64(j, "hour_before", q->hour_before);
	seal_json_u64(j, "last_day", q->last_day);
	seal_json_object_end(j);
	seal_json_array(j, "causes");
	seal_vec_each (c, &q->causes) {
		seal_json_object(j, NULL);
		put_cause(j, x, c->group);
		put_ages(j, c);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	put_domains(j, x);
	put_certificates(j, q);
}
