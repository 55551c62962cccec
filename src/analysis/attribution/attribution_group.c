/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"

/* attribution_group.c - equal causes told once: how much mail, since when, what changed just before
 */

#define CHANGE_WINDOW_US (3600 * SEAL_SECOND_US)

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
	const struct seal_explained_message *message; /* NULL: a line without a message */
	int64_t first_us, last_us;
	uint64_t count;
	size_t order;
};

static int by_cause(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int r = compare_causes(x->cause, y->cause);

	if (r)
		return r;
	return x->order < y->order ? -1 : x->order > y->order;
}

struct members {
	seal_vec(struct member) v;
};

static int64_t earliest(const struct seal_recipient *r)
{
	return r->first_us && r->first_us != SEAL_TIME_NONE ? r->first_us : r->time_us;
}

static int collect(struct seal_attribution *at, bool events, struct members *ms)
{
	struct member *m;

	seal_vec_each (msg, &at->x->messages) {
		seal_vec_each (r, &msg->recipients) {
			m = seal_vec_add(&ms->v);
			if (!m)
				return -ENOMEM;
			*m = (struct member){r->cause,         msg, earliest(r->rcpt),
					     r->rcpt->time_us, 1,   ms->v.n};
			if (m->first_us == SEAL_TIME_NONE)
				m->first_us = m->last_us = msg->arrival_us;
		}
	}
	seal_vec_each (ec, &at->event_causes) {
		m = events ? seal_vec_add(&ms->v) : NULL;
		if (events && !m)
			return -ENOMEM;
		if (m)
			*m = (struct member){ec->cause,
					     NULL,
					     ec->event ? ec->event->time_us : SEAL_TIME_NONE,
					     ec->event ? ec->event->last_us : SEAL_TIME_NONE,
					     ec->event ? ec->event->count : 0,
					     ms->v.n};
	}
	return 0;
}

static void widen(struct seal_cause_group *g, const struct member *m)
{
	if (m->first_us != SEAL_TIME_NONE &&
	    (g->first_us == SEAL_TIME_NONE || m->first_us < g->first_us))
		g->first_us = m->first_us;
	if (m->last_us != SEAL_TIME_NONE &&
	    (g->last_us == SEAL_TIME_NONE || m->last_us > g->last_us))
		g->last_us = m->last_us;
	if (m->cause->certainty > g->cause->certainty)
		g->cause = m->cause;
	if (m->message)
		g->recipients++;
	else
		g->events += m->count;
}

static const struct seal_change *change_before(const struct seal_host *h, int64_t first_us)
{
	const struct seal_change *last = NULL;

	if (first_us == SEAL_TIME_NONE)
		return NULL;
	seal_vec_each (c, &h->changes) {
		if (c->time_us <= first_us && c->time_us >= first_us - CHANGE_WINDOW_US &&
		    (!last || c->time_us >= last->time_us))
			last = c;
	}
	return last;
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
static int renumber(struct seal_attribution *at, const struct members *ms)
{
	size_t n = at->x->groups.n, i;
	int32_t *place;

	place = calloc(n + 1, sizeof(*place));
	if (!place)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		place[at->x->groups.v[i].cause->group] = (int32_t)i;
	seal_vec_each (m, &ms->v) {
		m->cause->group = place[m->cause->group];
	}
	free(place);
	return 0;
}

static int make_groups(struct seal_attribution *at, const struct members *ms)
{
	const struct seal_explained_message *last = NULL;
	struct seal_cause_group *g = NULL;

	seal_vec_each (m, &ms->v) {
		if (!g || compare_causes(g->cause, m->cause) != 0) {
			g = seal_vec_add(&at->x->groups);
			if (!g)
				return -ENOMEM;
			*g = (struct seal_cause_group){.cause = m->cause,
						       .first_us = SEAL_TIME_NONE,
						       .last_us = SEAL_TIME_NONE,
						       .fix = -1};
			last = NULL;
		}
		/* members of one message stand together: the order of collection is kept */
		if (m->message && m->message != last)
			g->messages++;
		last = m->message ? m->message : last;
		m->cause->group = (int32_t)at->x->groups.n - 1;
		widen(g, m);
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

int seal_attribution_group(struct seal_attribution *at, bool events)
{
	struct members ms = {0};
	int r;

	r = collect(at, events, &ms);
	if (r == 0 && ms.v.n) {
		qsort(ms.v.v, ms.v.n, sizeof(*ms.v.v), by_cause);
		r = make_groups(at, &ms);
	}
	seal_vec_each (g, &at->x->groups) {
		g->change = change_before(at->h, g->first_us);
	}
	if (r == 0 && at->x->groups.n) {
		qsort(at->x->groups.v, at->x->groups.n, sizeof(*at->x->groups.v), by_weight);
		r = renumber(at, &ms);
	}
	count_messages(at->x);
	seal_vec_done(&ms.v);
	return r;
}
