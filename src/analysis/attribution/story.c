/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"

static bool same_place(const struct seal_origin *a, const struct seal_origin *b)
{
	return a->line && a->line == b->line && seal_bytes_eq(a->path, b->path);
}

/* add - a step that is not told yet */
static int add(struct seal_explanation *x, const struct seal_story_line *line)
{
	struct seal_story_line *to;

	seal_vec_each (l, &x->story) {
		if (same_place(&l->origin, &line->origin) ||
		    (line->change && l->change == line->change))
			return 0;
	}
	to = seal_vec_add(&x->story);
	if (!to)
		return -ENOMEM;
	*to = *line;
	return 0;
}

static int add_quoted(struct seal_attribution *at)
{
	struct seal_explanation *x = at->x;

	seal_vec_each (q, &at->h->mail.quoted) {
		struct seal_story_line *to = seal_vec_add(&x->story);

		if (!to)
			return -ENOMEM;
		*to = (struct seal_story_line){
			.time_us = q->time_us,
			.pid = q->pid,
			.program = q->program,
			.text = q->text,
			.origin = q->origin,
		};
	}
	x->n_not_told = at->h->mail.n_not_quoted;
	return 0;
}

/* tag_of - "postfix/smtp" of an event */
static int tag_of(struct seal_attribution *at, const struct seal_mail_event *e,
		  struct seal_bytes *ret)
{
	const char *text;

	*ret = e->service;
	if (!e->instance.n)
		return 0;
	text = seal_arena_printf(at->h->arena, "%.*s/%.*s", (int)e->instance.n, e->instance.p,
				 (int)e->service.n, e->service.p);
	*ret = seal_bytes_of(text);
	return text ? 0 : -ENOMEM;
}

/* add_events - what the processes that had it in hand said beside its status lines */
static int add_events(struct seal_attribution *at, const uint32_t *v, size_t n)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++) {
		const struct seal_mail_event *e = &at->h->mail.events.v[v[i]];
		struct seal_story_line line = {
			.time_us = e->time_us,
			.pid = e->pid,
			.text = e->text,
			.origin = e->origin,
		};

		r = tag_of(at, e, &line.program);
		if (r == 0)
			r = add(at->x, &line);
	}
	return r;
}

/* time_of - "1795200816.824:65" */
static int64_t time_of(struct seal_bytes ref)
{
	struct seal_bytes ms, serial, s = seal_bytes_cut(ref, '.', &ms);
	uint64_t seconds, part;

	ms = seal_bytes_cut(ms, ':', &serial);
	if (seal_parse_u64(s, 10, &seconds) < 0 || seal_parse_u64(ms, 10, &part) < 0 ||
	    part > 999 || seconds > INT64_MAX / SEAL_SECOND_US - 1)
		return SEAL_TIME_NONE;
	return (int64_t)seconds * SEAL_SECOND_US + (int64_t)part * 1000;
}

/* add_denials - the records that prove a cause */
static int add_denials(struct seal_attribution *at, const struct seal_explained_recipient *rcpt)
{
	const struct seal_quote *q;
	int r = 0;

	for (q = rcpt->proof.v; r == 0 && q < rcpt->proof.v + rcpt->proof.n; q++) {
		struct seal_story_line line = {
			.kind = SEAL_STORY_DENIAL,
			.time_us = time_of(q->origin.ref),
			.text = q->text,
			.origin = q->origin,
		};

		if (!q->record || line.time_us == SEAL_TIME_NONE)
			continue;
		r = add(at->x, &line);
	}
	return r;
}

static int add_change(struct seal_attribution *at, const struct seal_explained_recipient *rcpt)
{
	struct seal_story_line line = {.kind = SEAL_STORY_CHANGE};

	if (rcpt->cause->group < 0 || (size_t)rcpt->cause->group >= at->x->groups.n)
		return 0;
	line.change = at->x->groups.v[rcpt->cause->group].change;
	if (!line.change)
		return 0;
	line.time_us = line.change->time_us;
	line.origin = line.change->origin;
	return add(at->x, &line);
}

/* add_queue - where it lies, and when it is tried again */
static int add_queue(struct seal_attribution *at, const struct seal_message *q)
{
	struct seal_story_line line = {.kind = SEAL_STORY_QUEUE, .origin = q->origin};
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_printf(&b, "in the %s queue", seal_queue_name(q->queue));
	if (q->size_bytes)
		seal_buf_printf(&b, ", %llu bytes", (unsigned long long)q->size_bytes);
	line.time_us = at->h->now_us;
	if (q->next_try_us != SEAL_TIME_NONE) {
		seal_buf_puts(&b, ", to be tried next at ");
		seal_time_put_clock(&b, q->next_try_us);
	}
	if (b.err || seal_arena_copy(at->h->arena, seal_buf_bytes(&b), &line.text) < 0)
		return -ENOMEM;
	return add(at->x, &line);
}

static int add_message(struct seal_attribution *at, const struct seal_explained_message *m)
{
	int r = 0;

	if (m->logged)
		r = add_events(at, m->logged->notes.v, m->logged->notes.n);
	seal_vec_each (rcpt, &m->recipients) {
		if (r == 0)
			r = add_events(at, rcpt->rcpt->notes.v, rcpt->rcpt->notes.n);
		if (r == 0)
			r = add_denials(at, rcpt);
		if (r == 0)
			r = add_change(at, rcpt);
	}
	if (r == 0 && m->queued)
		r = add_queue(at, m->queued);
	return r;
}

static int by_time(const void *a, const void *b)
{
	const struct seal_story_line *x = a, *y = b;
	int r;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	r = seal_bytes_cmp(x->origin.path, y->origin.path);
	return r ? r : (x->origin.line > y->origin.line) - (x->origin.line < y->origin.line);
}

int seal_attribution_story(struct seal_attribution *at)
{
	struct seal_explanation *x = at->x;
	int r;

	r = add_quoted(at);
	seal_vec_each (m, &x->messages) {
		if (r == 0 && seal_bytes_eq(m->queue_id, at->h->follow))
			r = add_message(at, m);
	}
	if (r == 0 && x->story.n)
		qsort(x->story.v, x->story.n, sizeof(*x->story.v), by_time);
	return r;
}
