/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"

/* attribution_group.c - equal causes told once: how much mail, since when, what changed just before
 */

/* the fields that make two causes of one class the same cause: one fix mends both */
static int compare_objects(enum seal_cause_class class_, const struct seal_object *a,
			   const struct seal_object *b)
{
	int r;

#define BY(field)                                                                                  \
	r = seal_bytes_cmp(a->field, b->field);                                                    \
	if (r)                                                                                     \
	return r
#define BY_NUMBER(field)                                                                           \
	if (a->field != b->field)                                                                  \
	return a->field < b->field ? -1 : 1
	switch (class_) {
	case SEAL_CLASS_SELINUX:
		BY(source_type);
		BY(target_type);
		BY(tclass);
		BY_NUMBER(port);
		return 0;
	case SEAL_CLASS_FIREWALL:
		BY(family);
		BY(table);
		BY(chain);
		BY_NUMBER(rule_handle);
		BY_NUMBER(port);
		return 0;
	case SEAL_CLASS_DAC:
	case SEAL_CLASS_SANDBOX:
	case SEAL_CLASS_DISK:
	case SEAL_CLASS_CONFIG:
	case SEAL_CLASS_SERVICE:
		BY(path);
		BY(service);
		BY(parameter);
		BY_NUMBER(port);
		return 0;
	case SEAL_CLASS_ROUTE:
		BY(address);
		return 0;
	case SEAL_CLASS_DNS:
	case SEAL_CLASS_AUTH:
	case SEAL_CLASS_TLS:
	case SEAL_CLASS_RELAY:
	case SEAL_CLASS_POLICY:
	case SEAL_CLASS_SENDERAUTH:
	case SEAL_CLASS_REPUTATION:
	case SEAL_CLASS_RECIPIENT:
	case SEAL_CLASS_CONTENT:
	case SEAL_CLASS_REMOTE:
		BY(host);
		BY_NUMBER(port);
		return 0;
	case SEAL_CLASS_QUEUE:
	case SEAL_CLASS_UNKNOWN:
	case SEAL_CLASS_MAX_:
		break;
	}
#undef BY
#undef BY_NUMBER
	return 0;
}

static int compare_causes(const struct seal_cause *a, const struct seal_cause *b)
{
	int r = strcmp(a->verdict, b->verdict);

	return r ? r : compare_objects(a->class_, &a->object, &b->object);
}

/* struct member - one recipient or line of a group */
struct member {
	struct seal_cause *cause;
	const struct seal_quotes *proof;
	int64_t first_us, last_us;
};

/* struct groups - being filled; what a group knows of its members beside the group itself */
struct groups {
	struct seal_explanation *x;
	const struct seal_explained_message **last; /* for each group: the message counted last */
};

static int64_t earliest(const struct seal_recipient *r)
{
	return r->first_us && r->first_us != SEAL_TIME_NONE ? r->first_us : r->time_us;
}

/* join - add a member to the group of its cause */
static struct seal_cause_group *join(struct groups *gs, const struct member *m)
{
	struct seal_cause_group *g = &gs->x->groups.v[m->cause->group];
	bool first = !g->proof.v && !g->recipients && !g->events;

	if (m->first_us != SEAL_TIME_NONE &&
	    (g->first_us == SEAL_TIME_NONE || m->first_us < g->first_us))
		g->first_us = m->first_us;
	if (m->last_us != SEAL_TIME_NONE &&
	    (g->last_us == SEAL_TIME_NONE || m->last_us > g->last_us))
		g->last_us = m->last_us;
	if (first || m->cause->certainty > g->cause->certainty) {
		g->cause = m->cause;
		g->proof = *m->proof;
	}
	return g;
}

static void join_messages(struct groups *gs)
{
	seal_vec_each (msg, &gs->x->messages) {
		seal_vec_each (r, &msg->recipients) {
			struct member m = {r->cause, &r->proof, earliest(r->rcpt),
					   r->rcpt->time_us};
			struct seal_cause_group *g;

			if (m.first_us == SEAL_TIME_NONE)
				m.first_us = m.last_us = msg->arrival_us;
			g = join(gs, &m);
			g->recipients++;
			g->messages += gs->last[r->cause->group] != msg;
			gs->last[r->cause->group] = msg;
		}
	}
}

static void join_events(struct groups *gs, const struct seal_attribution *at)
{
	seal_vec_each (ec, &at->event_causes) {
		struct member m = {ec->cause, &ec->proof, SEAL_TIME_NONE, SEAL_TIME_NONE};

		if (ec->event) {
			m.first_us = ec->event->time_us;
			m.last_us = ec->event->last_us;
		}
		join(gs, &m)->events += ec->event ? ec->event->count : 0;
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct seal_cause_group *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	if (x->cause->certainty != y->cause->certainty)
		return x->cause->certainty > y->cause->certainty ? -1 : 1;
	return compare_causes(x->cause, y->cause);
}

/* renumber - the groups were sorted: every cause gets the new place of its group */
static int renumber(struct seal_explanation *x)
{
	seal_auto_free int32_t *place = calloc(x->groups.n + 1, sizeof(*place));
	size_t i;

	if (!place)
		return -ENOMEM;
	for (i = 0; i < x->groups.n; i++)
		place[x->groups.v[i].cause->group] = (int32_t)i;
	seal_vec_each (c, &x->causes) {
		if ((*c)->group >= 0)
			(*c)->group = place[(*c)->group];
	}
	return 0;
}

static int by_cause(const void *a, const void *b)
{
	const struct seal_cause *x = *(struct seal_cause *const *)a;
	const struct seal_cause *y = *(struct seal_cause *const *)b;

	return compare_causes(x, y);
}

/* mark_used - number 0 to causes that have a member */
static void mark_used(struct seal_attribution *at, bool events)
{
	seal_vec_each (m, &at->x->messages) {
		seal_vec_each (r, &m->recipients) {
			r->cause->group = 0;
		}
	}
	seal_vec_each (ec, &at->event_causes) {
		if (events)
			ec->cause->group = 0;
	}
}

/* number_causes - one empty group for each set of equal causes that has members */
static int number_causes(struct seal_attribution *at, bool events)
{
	struct seal_explanation *x = at->x;
	seal_auto_free struct seal_cause **v = calloc(x->causes.n + 1, sizeof(*v));
	struct seal_cause_group *g = NULL;
	size_t n = 0, i;

	if (!v)
		return -ENOMEM;
	mark_used(at, events);
	seal_vec_each (c, &x->causes) {
		if ((*c)->group == 0)
			v[n++] = *c;
	}
	qsort(v, n, sizeof(*v), by_cause);
	for (i = 0; i < n; i++) {
		if (!g || compare_causes(g->cause, v[i]) != 0) {
			g = seal_vec_add(&x->groups);
			if (!g)
				return -ENOMEM;
			*g = (struct seal_cause_group){.cause = v[i],
						       .first_us = SEAL_TIME_NONE,
						       .last_us = SEAL_TIME_NONE,
						       .fix = -1};
		}
		v[i]->group = (int32_t)x->groups.n - 1;
	}
	return 0;
}

static void count_messages(struct seal_explanation *x)
{
	seal_vec_each (m, &x->messages) {
		bool waits = m->queued != NULL;

		seal_vec_each (r, &m->recipients) {
			waits = waits || r->status == SEAL_RCPT_DEFERRED ||
				r->status == SEAL_RCPT_STUCK || r->status == SEAL_RCPT_WAITING;
		}
		x->n_waiting += waits;
		x->n_bounced += !waits;
	}
}

static bool is_another_day(int64_t a, int64_t b)
{
	const int64_t day_us = 86400 * SEAL_SECOND_US;

	return a != SEAL_TIME_NONE && b != SEAL_TIME_NONE && a / day_us != b / day_us;
}

int seal_attribution_group(struct seal_attribution *at, bool events)
{
	struct seal_explanation *x = at->x;
	struct groups gs = {.x = x};
	int r;

	count_messages(x);
	r = number_causes(at, events);
	if (r < 0 || !x->groups.n)
		return r;
	gs.last = calloc(x->groups.n, sizeof(*gs.last));
	if (!gs.last)
		return -ENOMEM;
	join_messages(&gs);
	if (events)
		join_events(&gs, at);
	free(gs.last);
	seal_vec_each (g, &x->groups) {
		g->dated = is_another_day(g->first_us, at->h->now_us);
		g->change = seal_change_before(at->h, g->cause->class_, g->first_us);
	}
	qsort(x->groups.v, x->groups.n, sizeof(*x->groups.v), by_weight);
	return renumber(x);
}
