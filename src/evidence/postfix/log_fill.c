/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_messages.h"

#include <errno.h>

/* ---- events ---- */

static int by_event_time(const void *a, const void *b)
{
	const struct seal_log_event *x = *(struct seal_log_event *const *)a;
	const struct seal_log_event *y = *(struct seal_log_event *const *)b;

	if (x->e.time_us != y->e.time_us)
		return x->e.time_us < y->e.time_us ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_index(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* number_notes - the places of the events among those of the host; the references are gone then
 * Returns 0 or -ENOMEM. */
static int number_notes(struct seal_track *t, struct seal_log_notes *from, uint32_t **ret,
			size_t *n)
{
	uint32_t *to = NULL;
	size_t i;

	*n = from->v.n;
	if (*n)
		to = seal_arena_alloc(t->h->arena, *n * sizeof(*to));
	if (*n && !to)
		return -ENOMEM;
	for (i = 0; i < *n; i++)
		to[i] = from->v.v[i]->index;
	if (*n)
		qsort(to, *n, sizeof(*to), by_index);
	seal_log_notes_done(&t->events, from);
	*ret = to;
	return 0;
}

/* number_all - all notes */
static int number_all(struct seal_track *t)
{
	struct seal_log_message *m;
	int list;
	size_t n;

	for (list = 0; list < SEAL_LOG_LIST_MAX_; list++) {
		for (m = t->lists[list].first; m; m = m->next) {
			if (number_notes(t, &m->notes, &m->event, &n) < 0)
				return -ENOMEM;
			m->n_event = (uint32_t)n;
			seal_vec_each (c, &m->rcpts) {
				if (number_notes(t, &c->notes, &c->r.notes.v, &c->r.notes.n) < 0)
					return -ENOMEM;
			}
		}
	}
	seal_processes_drop(t);
	return 0;
}

static int fill_event(struct seal_track *t, const struct seal_log_event *ev)
{
	struct seal_mail_event *e = seal_vec_add(&t->h->mail.events);

	if (!e)
		return -ENOMEM;
	*e = ev->e;
	if (seal_arena_copy(t->h->arena, ev->e.text, &e->text) < 0 ||
	    seal_arena_copy(t->h->arena, ev->e.queue_id, &e->queue_id) < 0)
		return -ENOMEM;
	return 0;
}

/* fill_events - in order of time; each is freed when it is copied
 * From the numbering on, notes are numbers and refer to no event any more. */
static int fill_events(struct seal_track *t)
{
	seal_auto_free struct seal_log_event **sorted = NULL;
	struct seal_log_event *ev;
	size_t n = 0, i;
	int r;

	sorted = calloc(t->events.n + 1, sizeof(struct seal_log_event *));
	if (!sorted)
		return -ENOMEM;
	for (ev = t->events.first; ev; ev = ev->next)
		sorted[n++] = ev;
	qsort(sorted, n, sizeof(struct seal_log_event *), by_event_time);
	for (i = 0; i < n; i++) {
		sorted[i]->index = (uint32_t)i;
		sorted[i]->refs++; /* the notes give up theirs */
	}
	r = number_all(t);
	if (r == 0)
		r = seal_vec_reserve(&t->h->mail.events, n);
	for (i = 0; i < n; i++) {
		if (r == 0)
			r = fill_event(t, sorted[i]);
		seal_log_event_free(&t->events, sorted[i]);
	}
	seal_log_events_done(&t->events);
	return r;
}

/* ---- messages ---- */

static int fill_recipient(struct seal_track *t, const struct seal_log_rcpt *c,
			  struct seal_message *m)
{
	struct seal_recipient *to = &m->recipients.v[m->recipients.n++];
	struct seal_arena *arena = t->h->arena;

	*to = c->r;
	if (seal_arena_copy(arena, c->r.address, &to->address) < 0 ||
	    seal_arena_copy(arena, c->r.orig_address, &to->orig_address) < 0 ||
	    seal_arena_intern(arena, c->r.dsn, &to->dsn) < 0 ||
	    seal_arena_intern(arena, c->r.relay, &to->relay) < 0 ||
	    seal_arena_intern(arena, c->r.reason, &to->reason) < 0)
		return -ENOMEM;
	return 0;
}

static int fill_message(struct seal_track *t, const struct seal_log_message *from)
{
	struct seal_message *m = seal_vec_add(&t->h->mail.messages);
	struct seal_arena *arena = t->h->arena;

	if (!m)
		return -ENOMEM;
	*m = (struct seal_message){
		.arrival_us = from->m.arrival_us,
		.last_us = from->m.last_us,
		.next_try_us = SEAL_TIME_NONE,
		.size_bytes = from->m.size_bytes,
		.submit_uid = from->m.submit_uid,
		.removed = from->m.removed,
		.qmgr_seen = from->m.qmgr_seen,
		.origin = from->m.origin,
	};
	m->instance = t->instances.v[from->instance].name;
	if (seal_arena_copy(arena, (struct seal_bytes){from->queue_id, from->queue_id_n},
			    &m->queue_id) < 0 ||
	    seal_arena_intern(arena, seal_messages_text(from, SEAL_LOG_TEXT_SENDER), &m->sender) <
		    0 ||
	    seal_arena_copy(arena, seal_messages_text(from, SEAL_LOG_TEXT_MESSAGE_ID),
			    &m->message_id) < 0 ||
	    seal_arena_intern(arena, seal_messages_text(from, SEAL_LOG_TEXT_CLIENT), &m->client) <
		    0)
		return -ENOMEM;
	m->origin.ref = m->queue_id;
	m->notes.v = from->event;
	m->notes.n = from->n_event;
	m->recipients.v = seal_arena_alloc(arena, from->rcpts.n * sizeof(*m->recipients.v));
	if (!m->recipients.v)
		return -ENOMEM;
	seal_vec_each (c, &from->rcpts) {
		if (fill_recipient(t, c, m) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* went_well - nothing failed and as many recipients were sent as the queue manager counted: only
 * the last line, "removed", is missing */
static bool went_well(const struct seal_log_message *m)
{
	size_t i;

	for (i = 0; i < m->rcpts.n; i++)
		if (m->rcpts.v[i].r.status != SEAL_RCPT_SENT)
			return false;
	return m->n_sent > 0 && m->n_sent >= m->n_rcpt;
}

static bool is_worth_telling(const struct seal_track *t, const struct seal_log_message *m)
{
	if (m->list == SEAL_LOG_YOUNG && seal_messages_is_stray(t, m))
		return false;
	return m->list > SEAL_LOG_OPEN || !went_well(m);
}

static int by_arrival(const void *a, const void *b)
{
	const struct seal_message *x = a, *y = b;
	int r;

	if (x->arrival_us != y->arrival_us)
		return x->arrival_us < y->arrival_us ? -1 : 1;
	r = seal_bytes_cmp(x->queue_id, y->queue_id);
	return r ? r : seal_bytes_cmp(x->instance, y->instance);
}

static int fill_messages(struct seal_track *t)
{
	struct seal_log_message *m, *next;
	int list, r = 0;

	for (list = 0; list < SEAL_LOG_LIST_MAX_; list++)
		for (m = t->lists[list].first; m && r == 0; m = next) {
			next = m->next;
			if (is_worth_telling(t, m))
				r = fill_message(t, m);
			seal_messages_free(t, m);
		}
	memset(t->lists, 0, sizeof(t->lists));
	if (r < 0)
		return r;
	if (t->h->mail.messages.n)
		qsort(t->h->mail.messages.v, t->h->mail.messages.n, sizeof(*t->h->mail.messages.v),
		      by_arrival);
	return 0;
}

/* ---- what the master's lines tell about the host ---- */

/* note_version - "daemon started -- version 3.7.11, configuration /etc/postfix" */
static int note_version(struct seal_host *h, struct seal_bytes text)
{
	ssize_t at = seal_bytes_find(text, "-- version ");
	struct seal_bytes version, rest;

	if (at < 0)
		return 0;
	version = seal_bytes_cut(seal_bytes_from(text, (size_t)at + 11), ',', &rest);
	return seal_arena_copy(h->arena, version, &h->postfix.version);
}

static int fill_changes(struct seal_track *t)
{
	struct seal_host *h = t->h;
	bool version_known = h->postfix.version.n > 0;
	struct seal_change *c;

	seal_vec_each (e, &h->mail.events) {
		if (e->kind != SEAL_MAIL_START || !seal_bytes_is(e->daemon, "master"))
			continue;
		if (!version_known && note_version(h, e->text) < 0)
			return -ENOMEM;
		c = seal_vec_add(&h->changes);
		if (!c)
			return -ENOMEM;
		*c = (struct seal_change){
			.kind = SEAL_CHANGE_POSTFIX,
			.time_us = e->time_us,
			.what = e->instance,
			.to = seal_bytes_starts(e->text, "daemon started") ? SEAL_LIT("start")
			      : seal_bytes_starts(e->text, "reload")       ? SEAL_LIT("reload")
									   : SEAL_LIT("stop"),
			.origin = e->origin,
		};
	}
	return 0;
}

int seal_track_fill(struct seal_track *t)
{
	struct seal_mail *mail = &t->h->mail;

	/* nothing is looked up any more */
	seal_table_done(&t->message_index);
	seal_table_done(&t->process_index);
	if (fill_events(t) < 0 || fill_messages(t) < 0 || fill_changes(t) < 0)
		return -ENOMEM;
	mail->n_lines = t->n_lines;
	mail->n_sent_messages = t->n_sent_messages;
	memcpy(mail->n_status, t->n_status, sizeof(mail->n_status));
	return 0;
}
