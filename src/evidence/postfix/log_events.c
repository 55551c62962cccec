/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_events.h"

#include "core/table.h"
#include "evidence/postfix/log.h"

#include <errno.h>

static size_t size_of(const struct seal_log_event *ev)
{
	return sizeof(*ev) + ev->e.text.n + ev->e.queue_id.n;
}

void seal_log_event_free(struct seal_log_events *pool, struct seal_log_event *ev)
{
	if (ev->prev)
		ev->prev->next = ev->next;
	else
		pool->first = ev->next;
	if (ev->next)
		ev->next->prev = ev->prev;
	else
		pool->last = ev->prev;
	pool->n--;
	pool->bytes -= size_of(ev);
	free(ev);
}

static void unref(struct seal_log_events *pool, struct seal_log_event *ev)
{
	if (--ev->refs == 0)
		seal_log_event_free(pool, ev);
}

void seal_log_events_done(struct seal_log_events *pool)
{
	struct seal_log_event *ev, *next;
	size_t i;

	for (ev = pool->first; ev; ev = next) {
		next = ev->next;
		free(ev);
	}
	for (i = 0; i < SEAL_LOG_RING_MAX_; i++)
		free(pool->ring[i].v);
	*pool = (struct seal_log_events){0};
}

/* leave - the oldest event of a ring goes out of it */
static void leave(struct seal_log_events *pool, enum seal_log_ring ring)
{
	__typeof__(&pool->ring[0]) r = &pool->ring[ring];
	size_t oldest = (r->at + SEAL_MAILLOG_EVENTS_MAX - r->n) % SEAL_MAILLOG_EVENTS_MAX;
	struct seal_log_event *old = r->v[oldest];

	r->v[oldest] = NULL;
	r->n--;
	r->bytes -= size_of(old);
	pool->n_dropped += old->refs == 1;
	unref(pool, old);
}

/* enter - put an event into its ring; the oldest make room for it */
static int enter(struct seal_log_events *pool, struct seal_log_event *ev, enum seal_log_ring ring)
{
	__typeof__(&pool->ring[0]) r = &pool->ring[ring];

	if (!r->v)
		r->v = calloc(SEAL_MAILLOG_EVENTS_MAX, sizeof(*r->v));
	if (!r->v)
		return -ENOMEM;
	while (r->n == SEAL_MAILLOG_EVENTS_MAX ||
	       (r->n && r->bytes + size_of(ev) > SEAL_MAILLOG_EVENTS_BYTES_MAX))
		leave(pool, ring);
	r->v[r->at] = ev;
	r->at = (r->at + 1) % SEAL_MAILLOG_EVENTS_MAX;
	r->n++;
	r->bytes += size_of(ev);
	return 0;
}

void seal_log_events_shrink(struct seal_log_events *pool)
{
	size_t i, keep;

	for (i = 0; i < SEAL_LOG_RING_MAX_; i++)
		for (keep = pool->ring[i].n / 2; pool->ring[i].n > keep;)
			leave(pool, (enum seal_log_ring)i);
}

struct seal_log_event *seal_log_event_new(struct seal_log_events *pool,
					  const struct seal_mail_event *e, enum seal_log_ring ring)
{
	struct seal_log_event *ev;

	ev = malloc(sizeof(*ev) + e->text.n + e->queue_id.n);
	if (!ev)
		return NULL;
	*ev = (struct seal_log_event){.e = *e, .refs = 1, .prev = pool->last};
	if (enter(pool, ev, ring) < 0) {
		free(ev);
		return NULL;
	}
	if (e->text.n)
		memcpy(ev->data, e->text.p, e->text.n);
	if (e->queue_id.n)
		memcpy(ev->data + e->text.n, e->queue_id.p, e->queue_id.n);
	ev->e.text.p = ev->data;
	ev->e.queue_id.p = ev->data + e->text.n;
	ev->hash = seal_hash(e->text, 0);
	ev->seq = pool->seq++;

	ev->prev = pool->last; /* entering may have freed the one that was last before */
	if (pool->last)
		pool->last->next = ev;
	else
		pool->first = ev;
	pool->last = ev;
	pool->n++;
	pool->bytes += size_of(ev);
	return ev;
}

/* note_bytes - an array of notes, and the places of the events in the host's facts */
static size_t note_bytes(const struct seal_log_notes *notes)
{
	return notes->v.cap * (sizeof(*notes->v.v) + sizeof(uint32_t));
}

int seal_log_note(struct seal_log_events *pool, struct seal_log_notes *notes,
		  struct seal_log_event *ev, size_t max)
{
	struct seal_log_event **slot;

	if (notes->v.n && notes->v.v[notes->v.n - 1] == ev)
		return 0;
	if (notes->v.n >= max) {
		unref(pool, notes->v.v[0]);
		notes->v.n--;
		memmove(notes->v.v, notes->v.v + 1, notes->v.n * sizeof(*notes->v.v));
	}
	pool->bytes -= note_bytes(notes);
	if (notes->v.n == 0 && seal_vec_reserve(&notes->v, 2) < 0)
		return -ENOMEM;
	slot = seal_vec_add(&notes->v);
	pool->bytes += note_bytes(notes);
	if (!slot)
		return -ENOMEM;
	*slot = ev;
	ev->refs++;
	return 0;
}

void seal_log_notes_clear(struct seal_log_events *pool, struct seal_log_notes *notes)
{
	seal_vec_each (ev, &notes->v) {
		unref(pool, *ev);
	}
	notes->v.n = 0;
}

void seal_log_notes_done(struct seal_log_events *pool, struct seal_log_notes *notes)
{
	seal_log_notes_clear(pool, notes);
	pool->bytes -= note_bytes(notes);
	seal_vec_done(&notes->v);
}
