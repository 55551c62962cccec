/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/messages.h"

#include <errno.h>

/* struct pair - a message of the log with the queue file of the same id, either may be missing */
struct pair {
	const struct seal_message *logged, *queued;
};

static int by_id(const void *a, const void *b)
{
	const struct seal_message *x = *(const struct seal_message *const *)a;
	const struct seal_message *y = *(const struct seal_message *const *)b;
	int r = seal_bytes_cmp(x->queue_id, y->queue_id);

	if (r)
		return r;
	return x->last_us < y->last_us ? -1 : x->last_us > y->last_us;
}

static bool same_instance(const struct seal_message *a, const struct seal_message *b)
{
	return !a->instance.n || !b->instance.n || seal_bytes_eq(a->instance, b->instance);
}

/* struct index - the messages of the log by queue id, the last of an id last */
struct index {
	const struct seal_message **v;
	bool *used;
	size_t n;
};

static int index_init(struct index *ix, const struct seal_mail *mail)
{
	size_t i;

	ix->n = mail->messages.n;
	ix->v = calloc(ix->n + 1, sizeof(ix->v[0]));
	ix->used = calloc(ix->n + 1, sizeof(ix->used[0]));
	if (!ix->v || !ix->used)
		return -ENOMEM;
	for (i = 0; i < ix->n; i++)
		ix->v[i] = &mail->messages.v[i];
	if (ix->n)
		qsort(ix->v, ix->n, sizeof(ix->v[0]), by_id);
	return 0;
}

static void index_done(struct index *ix)
{
	free(ix->v);
	free(ix->used);
}

/* claim - the last message of the log with the id of queue file @q, marked as used; NULL when there
 * is none */
static const struct seal_message *claim(struct index *ix, const struct seal_message *q)
{
	size_t lo = 0, hi = ix->n, i;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (seal_bytes_cmp(ix->v[mid]->queue_id, q->queue_id) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (i = lo; i > 0 && seal_bytes_eq(ix->v[i - 1]->queue_id, q->queue_id); i--) {
		/* one that was removed is another message of the same id, or the queue was read
		 * first */
		if (ix->used[i - 1] || ix->v[i - 1]->removed || !same_instance(ix->v[i - 1], q))
			continue;
		ix->used[i - 1] = true;
		return ix->v[i - 1];
	}
	return NULL;
}

static bool same_recipient(const struct seal_recipient *a, const struct seal_recipient *b)
{
	return seal_bytes_icase_eq(a->address, b->address);
}

static const struct seal_recipient *find_recipient(const struct seal_message *m,
						   const struct seal_recipient *r)
{
	if (!m)
		return NULL;
	seal_vec_each (it, &m->recipients) {
		if (same_recipient(it, r))
			return it;
	}
	return NULL;
}

/* is_open - a recipient that still waits, or came to a bad end */
static bool is_open(const struct seal_recipient *r)
{
	return r->status != SEAL_RCPT_SENT;
}

static int add_recipient(struct seal_explained_message *m, const struct seal_recipient *logged,
			 const struct seal_recipient *queued)
{
	struct seal_explained_recipient *e;

	e = seal_vec_add(&m->recipients);
	if (!e)
		return -ENOMEM;
	e->rcpt = logged ? logged : queued;
	e->status = e->rcpt->status;
	e->reason = e->rcpt->reason;
	if (queued && e->status == SEAL_RCPT_WAITING)
		e->status = queued->status;
	if (!e->reason.n && queued)
		e->reason = queued->reason;
	return 0;
}

static int add_recipients(struct seal_explained_message *m)
{
	size_t n = m->queued ? m->queued->recipients.n : m->logged->recipients.n;
	const struct seal_recipient *other;
	int r = 0;

	/* as a rule it is that many: one for most messages */
	if (seal_vec_reserve(&m->recipients, n) < 0)
		return -ENOMEM;

	if (m->queued) {
		seal_vec_each (q, &m->queued->recipients) {
			other = find_recipient(m->logged, q);
			if (r == 0 && is_open(q))
				r = add_recipient(m, other && is_open(other) ? other : NULL, q);
		}
	}
	if (m->logged) {
		seal_vec_each (l, &m->logged->recipients) {
			/* the queue file knows who is left; the log alone tells who bounced */
			if (r == 0 && is_open(l) && !find_recipient(m->queued, l) &&
			    (!m->queued || l->status != SEAL_RCPT_DEFERRED))
				r = add_recipient(m, l, NULL);
		}
	}
	return r;
}

static bool is_asked(struct seal_ids ids, const struct seal_message *m)
{
	size_t i;

	for (i = 0; i < ids.n; i++)
		if (seal_bytes_eq(ids.v[i], m->queue_id))
			return true;
	return ids.n == 0;
}

static struct seal_bytes either(struct seal_bytes a, struct seal_bytes b)
{
	return a.n ? a : b;
}

static int add_message(struct seal_explanation *x, struct pair p)
{
	static const struct seal_message none = {.arrival_us = SEAL_TIME_NONE};
	const struct seal_message *q = p.queued ? p.queued : &none,
				  *l = p.logged ? p.logged : &none;
	struct seal_explained_message *m;
	int r;

	m = seal_vec_add(&x->messages);
	if (!m)
		return -ENOMEM;
	m->logged = p.logged;
	m->queued = p.queued;
	m->queue_id = either(q->queue_id, l->queue_id);
	m->instance = either(l->instance, q->instance);
	m->sender = either(q->sender, l->sender);
	m->queue = q->queue;
	m->arrival_us = q->arrival_us != SEAL_TIME_NONE ? q->arrival_us : l->arrival_us;
	r = add_recipients(m);
	if (r < 0)
		return r;
	/* delivered to everyone, and no longer in the queue */
	if (!m->recipients.n && !p.queued) {
		seal_vec_done(&m->recipients);
		x->messages.n--;
	}
	return 0;
}

static int by_arrival(const void *a, const void *b)
{
	const struct seal_explained_message *x = a, *y = b;

	if (x->arrival_us != y->arrival_us)
		return x->arrival_us < y->arrival_us ? -1 : 1;
	return seal_bytes_cmp(x->queue_id, y->queue_id);
}

int seal_messages_join(const struct seal_host *h, struct seal_ids ids, struct seal_explanation *x)
{
	struct index ix = {0};
	size_t i;
	int r;

	r = index_init(&ix, &h->mail);
	seal_vec_each (q, &h->queue.messages) {
		const struct seal_message *l = r == 0 ? claim(&ix, q) : NULL;

		if (r == 0 && is_asked(ids, q))
			r = add_message(x, (struct pair){l, q});
	}
	for (i = 0; r == 0 && i < ix.n; i++)
		if (!ix.used[i] && is_asked(ids, ix.v[i]))
			r = add_message(x, (struct pair){ix.v[i], NULL});
	index_done(&ix);
	if (r == 0 && x->messages.n)
		qsort(x->messages.v, x->messages.n, sizeof(*x->messages.v), by_arrival);
	return r;
}
