/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/watching.h"

#include <errno.h>
#include <string.h>

#include "core/table.h"
#include "report/denials.h"
#include "report/parts.h"
#include "report/report.h"

/* a denial that old has its log line, if there ever is one */
#define LAG_US (3 * SEAL_SECOND_US)

void watching_done(struct watching *w)
{
	seal_watched_done(&w->w);
	seal_seen_done(&w->recent);
	seal_seen_done(&w->older);
}

/* ---- what is counted already ---- */

static bool has(const struct seal_seen *s, uint64_t hash)
{
	return s->n && seal_seen_has(s, hash);
}

/* is_new - whether it is met for the first time: 1, 0 or -ENOMEM */
static int is_new(struct watching *w, uint64_t hash)
{
	if (has(&w->recent, hash))
		return 0;
	if (w->recent.n >= WATCHING_SEEN_MAX) {
		seal_seen_done(&w->older);
		w->older = w->recent;
		w->recent = (struct seal_seen){0};
	}
	if (seal_seen_add(&w->recent, hash, WATCHING_SEEN_MAX) < 0)
		return -ENOMEM;
	return !has(&w->older, hash);
}

static bool is_known(const struct watching *w, uint64_t hash)
{
	return has(&w->recent, hash) || has(&w->older, hash);
}

/* ---- rows ---- */

static struct seal_watch_row *find_row(struct watching *w, const char *fingerprint)
{
	seal_vec_each (r, &w->w.rows) {
		if (strcmp(r->fingerprint, fingerprint) == 0)
			return r;
	}
	return NULL;
}

static void free_row(struct seal_watch_row *r)
{
	free(r->verdict);
	free(r->title);
	free(r->fix);
}

/* make_room - the one that was silent for longest goes */
static void make_room(struct watching *w)
{
	size_t i, oldest = 0;

	if (w->w.rows.n < WATCHING_ROWS_MAX)
		return;
	for (i = 1; i < w->w.rows.n; i++)
		if (w->w.rows.v[i].used < w->w.rows.v[oldest].used)
			oldest = i;
	free_row(&w->w.rows.v[oldest]);
	memmove(&w->w.rows.v[oldest], &w->w.rows.v[oldest + 1],
		(w->w.rows.n - oldest - 1) * sizeof(*w->w.rows.v));
	w->w.rows.n--;
	w->w.losses.causes++;
}

static char *text_of(const struct seal_buf *b)
{
	return b->err ? NULL : strndup(b->n ? b->p : "", b->n);
}

/* fix_text - its first command, or what a person is to do, in one line */
static char *fix_text(const struct seal_fix *f)
{
	const struct seal_step *s = f && f->steps.n ? &f->steps.v[0] : NULL;
	seal_auto_buf struct seal_buf b = {0};

	if (s && s->argv.v.n)
		seal_text_argv(&b, &s->argv);
	else if (s || f)
		seal_buf_put(&b, s ? s->why.p : f->why.p, s ? s->why.n : f->why.n);
	if (f && f->steps.n > 1)
		seal_buf_printf(&b, "  (the first of %zu steps)", f->steps.n);
	return text_of(&b);
}

static char *denial_title(const struct seal_denial_group *g)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_denial_access(&b, g);
	if (g->port > 0)
		seal_buf_printf(&b, " port %d", g->port);
	if (g->permissive)
		seal_buf_puts(&b, ", logged only (permissive)");
	return text_of(&b);
}

/* fill_row - what it is about: a cause of mail, or a group of denials */
static int fill_row(struct seal_watch_row *r, const struct seal_cause_group *g,
		    const struct seal_denial_group *d, const struct seal_fix *fix)
{
	r->denial = d != NULL;
	r->class_ = d ? SEAL_CLASS_SELINUX : g->cause->class_;
	r->verdict = strdup(d ? "denial" : g->cause->verdict ? g->cause->verdict : "unknown");
	r->title = d ? denial_title(d)
		     : strndup(g->cause->title.n ? g->cause->title.p : "", g->cause->title.n);
	r->fix = fix_text(fix);
	return r->verdict && r->title && r->fix ? 0 : -ENOMEM;
}

static struct seal_watch_row *add_row(struct watching *w, const char *fingerprint)
{
	struct seal_watch_row *r;

	make_room(w);
	r = seal_vec_add(&w->w.rows);
	if (!r)
		return NULL;
	memcpy(r->fingerprint, fingerprint, sizeof(r->fingerprint));
	r->first_us = r->last_us = SEAL_TIME_NONE;
	r->number = ++w->w.n_found;
	return r;
}

/* touch - times of what came; the row lives on */
static void touch(struct watching *w, struct seal_watch_row *r, int64_t first_us, int64_t last_us)
{
	if (first_us != SEAL_TIME_NONE && (r->first_us == SEAL_TIME_NONE || first_us < r->first_us))
		r->first_us = first_us;
	if (last_us != SEAL_TIME_NONE && (r->last_us == SEAL_TIME_NONE || last_us > r->last_us))
		r->last_us = last_us;
	r->used = w->w.n_analyses;
}

/* count_events - @n of them are in the window: what slid out of it was counted before */
static void count_events(struct seal_watch_row *r, uint64_t n)
{
	if (n < r->window_events)
		r->base_events += r->window_events - n;
	r->window_events = n;
	r->events = r->base_events + n;
}

/* ---- one analysis ---- */

struct merge {
	struct watching *w;
	const struct watch_answer *a;
	char (*print)[SEAL_FINGERPRINT_SIZE]; /* of each group of causes */
	bool *is_new;                         /* of each group: its row was made in this merge */
	bool *new_denial;                     /* the same of each group of denials */
};

static const struct seal_fix *fix_of(const struct merge *m, const struct seal_cause_group *g)
{
	return g->fix >= 0 ? &m->a->x->fixes.v[g->fix] : NULL;
}

/* row_of - of a group of causes, made when there is none; NULL when memory is gone */
static struct seal_watch_row *row_of(struct merge *m, int32_t group)
{
	const struct seal_cause_group *g = &m->a->x->groups.v[group];
	struct seal_watch_row *r = find_row(m->w, m->print[group]);

	if (!r) {
		r = add_row(m->w, m->print[group]);
		if (!r || fill_row(r, g, NULL, fix_of(m, g)) < 0)
			return NULL;
		m->is_new[group] = true;
	}
	if (g->cause->certainty > r->certainty)
		r->certainty = g->cause->certainty;
	touch(m->w, r, g->first_us, g->last_us);
	return r;
}

/* was_surer - whether this attempt was explained better when more of it was at hand */
static bool was_surer(const struct merge *m, uint64_t attempt, enum seal_certainty than)
{
	unsigned c;

	for (c = than + 1; c < SEAL_CERTAINTY_MAX_; c++)
		if (is_known(m->w, attempt + c))
			return true;
	return false;
}

static int count_recipient(struct merge *m, const struct seal_explained_message *message,
			   const struct seal_explained_recipient *rcpt)
{
	const uint64_t id = seal_hash(message->queue_id, seal_hash(message->instance, 3));
	const uint64_t address = seal_hash(rcpt->rcpt->address, id);
	const uint64_t when[2] = {address, (uint64_t)rcpt->rcpt->time_us};
	const uint64_t attempt =
		seal_hash((struct seal_bytes){(const char *)when, sizeof(when)}, 5) & ~UINT64_C(7);
	const int32_t group = rcpt->cause->group;
	struct seal_watch_row *row;
	uint64_t print;
	int r;

	if (group < 0 || was_surer(m, attempt, rcpt->cause->certainty))
		return 0;
	row = row_of(m, group);
	if (!row)
		return -ENOMEM;
	print = seal_hash(seal_bytes_of(row->fingerprint), 0);
	r = is_new(m->w, attempt + rcpt->cause->certainty);
	if (r >= 0)
		r = is_new(m->w, id ^ print);
	if (r > 0)
		row->messages++;
	if (r >= 0)
		r = is_new(m->w, address ^ print);
	if (r > 0)
		row->recipients++;
	return r < 0 ? r : 0;
}

static int count_messages(struct merge *m)
{
	int r = 0;

	seal_vec_each (message, &m->a->x->messages) {
		seal_vec_each (rcpt, &message->recipients) {
			if (r == 0 && rcpt->status != SEAL_RCPT_WAITING)
				r = count_recipient(m, message, rcpt);
		}
	}
	return r;
}

/* count_lines - causes without a message: refusals, daemons that do not start */
static int count_lines(struct merge *m)
{
	struct seal_watch_row *row;
	size_t i;

	for (i = 0; i < m->a->x->groups.n; i++) {
		const struct seal_cause_group *g = &m->a->x->groups.v[i];

		if (!g->events || (g->messages && !m->is_new[i] && !find_row(m->w, m->print[i])))
			continue;
		row = row_of(m, (int32_t)i);
		if (!row)
			return -ENOMEM;
		count_events(row, g->events);
	}
	return 0;
}

/* is_told - whether a cause of mail rests on this denial: it is not told twice */
static bool is_told(const struct merge *m, const struct seal_denial_group *g)
{
	seal_vec_each (d, &g->members) {
		seal_vec_each (c, &m->a->x->groups) {
			if (c->cause->denial == *d)
				return true;
		}
	}
	return false;
}

static int count_denials(struct merge *m, size_t i)
{
	const struct seal_denial_group *g = &m->a->report->groups.v[i];
	char print[SEAL_FINGERPRINT_SIZE];
	struct seal_watch_row *row;

	if (seal_fingerprint_denial(g, print) < 0)
		return -ENOMEM;
	row = find_row(m->w, print);
	if (!row && (g->stale || is_told(m, g)))
		return 0;
	if (!row && m->a->h->live && m->a->h->now_us - g->first_us < LAG_US) {
		m->w->pending = true;
		return 0;
	}
	if (!row) {
		row = add_row(m->w, print);
		if (!row ||
		    fill_row(row, NULL, g, g->fix >= 0 ? &g->candidates.v[g->fix] : NULL) < 0)
			return -ENOMEM;
		row->certainty = SEAL_CERTAINTY_CERTAIN;
		m->new_denial[i] = true;
	}
	count_events(row, g->count);
	touch(m->w, row, g->first_us, g->last_us);
	return 0;
}

static int tell_new(const struct merge *m, int (*found)(void *data, const struct watch_found *f),
		    void *data)
{
	struct watch_found f = {.answer = m->a};
	char print[SEAL_FINGERPRINT_SIZE];
	size_t i;
	int r = 0;

	for (i = 0; i < m->a->x->groups.n && r >= 0; i++) {
		f.group = &m->a->x->groups.v[i];
		f.fix = fix_of(m, f.group);
		f.row = find_row(m->w, m->print[i]);
		if (m->is_new[i] && f.row)
			r = found(data, &f);
	}
	f.group = NULL;
	for (i = 0; i < m->a->report->groups.n && r >= 0; i++) {
		f.denial = &m->a->report->groups.v[i];
		f.fix = f.denial->fix >= 0 ? &f.denial->candidates.v[f.denial->fix] : NULL;
		if (!m->new_denial[i] || seal_fingerprint_denial(f.denial, print) < 0)
			continue;
		f.row = find_row(m->w, print);
		if (f.row)
			r = found(data, &f);
	}
	return r < 0 ? r : 0;
}

int watching_merge(struct watching *w, const struct watch_answer *answer,
		   int (*found)(void *data, const struct watch_found *f), void *data)
{
	const size_t n = answer->x->groups.n, n_denials = answer->report->groups.n;
	seal_auto_free void *print = calloc(n + 1, SEAL_FINGERPRINT_SIZE);
	seal_auto_free bool *fresh = calloc(n + 1, 1), *denial = calloc(n_denials + 1, 1);
	struct merge m = {w, answer, print, fresh, denial};
	size_t i;
	int r = print && fresh && denial ? 0 : -ENOMEM;

	w->w.n_analyses++;
	w->pending = false;
	for (i = 0; i < n && r == 0; i++)
		if (seal_fingerprint_cause(answer->x->groups.v[i].cause, m.print[i]) < 0)
			r = -ENOMEM;
	if (r == 0)
		r = count_messages(&m);
	if (r == 0)
		r = count_lines(&m);
	for (i = 0; i < n_denials && r == 0; i++)
		r = count_denials(&m, i);
	return r < 0 ? r : tell_new(&m, found, data);
}
