/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue.c - mail that waits, and whether this host's own protection makes it wait */
#include "checks/check.h"

#include <errno.h>

/* list_causes - mail held back by causes of one class; a cause that is only possible is not told as
 * a failure */
static int list_causes(struct seal_subject *s, struct seal_out *out, enum seal_cause_class class_)
{
	seal_vec_each (g, &s->x->groups) {
		const struct seal_cause *c = g->cause;
		const struct seal_object *o = &c->object;
		const char *port = seal_arena_printf(s->h->arena, "%u", o->port);
		struct seal_about about = {{{"verdict", seal_bytes_of(c->verdict)}}, {0}};
		size_t n = 1;

		if (!port)
			return -ENOMEM;
		if (c->class_ != class_ || !g->messages)
			continue;
		if (o->target_type.n)
			about.object[n++] = (struct seal_property){"target_type", o->target_type};
		if (o->path.n)
			about.object[n++] = (struct seal_property){"path", o->path};
		if (o->port)
			about.object[n++] = (struct seal_property){"port", seal_bytes_of(port)};
		if (g->proof.n)
			about.origin = g->proof.v[0].origin;
		if (c->certainty >= SEAL_CERTAINTY_LIKELY)
			seal_out_fail(out, &about, "%llu message%s: %.*s (%s)",
				      (unsigned long long)g->messages, g->messages == 1 ? "" : "s",
				      SEAL_ARG(c->title), seal_certainty_name(c->certainty));
		else
			seal_out_unknown(out, &about, "%llu message%s, only possibly: %.*s",
					 (unsigned long long)g->messages,
					 g->messages == 1 ? "" : "s", SEAL_ARG(c->title));
	}
	return 0;
}

static int check_selinux(struct seal_subject *s, struct seal_out *out)
{
	return list_causes(s, out, SEAL_CLASS_SELINUX);
}

static int check_firewall(struct seal_subject *s, struct seal_out *out)
{
	return list_causes(s, out, SEAL_CLASS_FIREWALL);
}

static int check_size(struct seal_subject *s, struct seal_out *out)
{
	uint32_t most = seal_check_parameter(s->rule, "most_messages", 1000);
	uint32_t oldest = seal_check_parameter(s->rule, "oldest_hours", 24);
	struct seal_about size = {{{"path", SEAL_LIT("deferred")}}, {0}};
	struct seal_about age = {{{"path", SEAL_LIT("oldest")}}, {0}};
	int64_t first = INT64_MAX;
	size_t n = 0;

	seal_vec_each (m, &s->h->queue.messages) {
		if (m->queue != SEAL_QUEUE_DEFERRED && m->queue != SEAL_QUEUE_ACTIVE)
			continue;
		n++;
		if (m->arrival_us != SEAL_TIME_NONE && m->arrival_us < first)
			first = m->arrival_us;
	}
	if (n > most)
		seal_out_fail(out, &size, "%zu messages wait, more than %u.", n, most);
	if (n && s->h->now_us == SEAL_TIME_NONE)
		seal_out_unknown(out, &age, "the time of the evidence is not known");
	else if (n && first != INT64_MAX &&
		 s->h->now_us - first > oldest * INT64_C(3600) * SEAL_SECOND_US)
		seal_out_fail(out, &age, "The oldest message waits for more than %u hours.",
			      oldest);
	return 0;
}

static int check_odd(struct seal_subject *s, struct seal_out *out)
{
	static const enum seal_queue_name odd[] = {SEAL_QUEUE_CORRUPT, SEAL_QUEUE_HOLD};

	for (size_t i = 0; i < 2; i++) {
		const char *name = seal_queue_name(odd[i]);
		struct seal_about about = {{{"path", seal_bytes_of(name)}}, {0}};
		size_t n = 0;

		seal_vec_each (m, &s->h->queue.messages) {
			n += m->queue == odd[i];
		}
		if (n)
			seal_out_fail(out, &about, "%zu message%s lie%s in %s.", n,
				      n == 1 ? "" : "s", n == 1 ? "s" : "", name);
	}
	return 0;
}

const struct seal_check seal_checks_queue[] = {
	{"QUE-001", check_selinux, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_EXPLAINED},
	{"QUE-002", check_firewall, SEAL_NEED_POSTFIX | SEAL_NEED_EXPLAINED},
	{"QUE-007", check_size, SEAL_NEED_POSTFIX | SEAL_NEED_QUEUE},
	{"QUE-008", check_odd, SEAL_NEED_POSTFIX | SEAL_NEED_QUEUE},
	{NULL, NULL, 0},
};
