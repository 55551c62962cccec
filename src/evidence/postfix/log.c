/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log.h"

#include "evidence/postfix/log_files.h"
#include "evidence/postfix/log_track.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#define PROGRESS_LINES UINT64_C(16384)
#define WINDOW_LINES   ((size_t)262144) /* remembered at most, whatever their times */
#define JOURNAL_SOURCE 31u
#define JOURNAL_LAG_US                                                                             \
	(1 * SEAL_SECOND_US) /* the text log is read that far ahead of the journal                 \
			      */

/* struct seen - a line remembered, so that its copy in another source is known as that */
struct seen {
	uint64_t hash;
	int64_t time_us;
	uint32_t sources; /* bit set of those that had it */
};

struct seal_maillog {
	const struct seal_root *root;
	struct seal_host *h;
	struct seal_log_texts texts;
	struct seal_track track;
	bool several; /* lines come from more than one source */
	struct seen *seen;
	size_t seen_at, seen_n; /* a ring of WINDOW_LINES */
	struct seal_table seen_index;
	uint64_t n_journal, n_twice;
	bool local_stamps;
};

int seal_maillog_new_live(const struct seal_root *root, struct seal_host *h,
			  struct seal_maillog **ret, struct seal_err *err)
{
	seal_auto_maillog struct seal_maillog *log = calloc(1, sizeof(*log));

	if (!log)
		return seal_err_set(err, -ENOMEM, "out of memory");
	log->root = root;
	log->h = h;
	if (seal_track_init(&log->track, h) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	*ret = seal_take(log);
	return 0;
}

int seal_maillog_new(const struct seal_root *root, struct seal_host *h, struct seal_maillog **ret,
		     struct seal_err *err)
{
	seal_auto_maillog struct seal_maillog *log = NULL;
	int r;

	r = seal_maillog_new_live(root, h, &log, err);
	if (r == 0)
		r = seal_log_texts_find(root, h, &log->texts);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	seal_vec_each (t, &log->texts.v) {
		if (r == 0)
			r = seal_log_text_next(t);
		log->local_stamps = log->local_stamps || (t->has_line && t->line.local);
	}
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	log->several = log->texts.v.n > 1;
	*ret = seal_take(log);
	return 0;
}

void seal_maillog_free(struct seal_maillog *log)
{
	if (!log)
		return;
	seal_log_texts_done(&log->texts);
	seal_track_done(&log->track);
	seal_table_done(&log->seen_index);
	free(log->seen);
	free(log);
#ifdef __GLIBC__
	/* lines long gone left holes between what is kept */
	malloc_trim(0);
#endif
}

/* ---- lines that two sources hold ---- */

static void forget_oldest(struct seal_maillog *log)
{
	size_t oldest = (log->seen_at + WINDOW_LINES - log->seen_n) % WINDOW_LINES;

	seal_table_remove(&log->seen_index, log->seen[oldest].hash, (uint32_t)oldest);
	log->seen_n--;
}

static int remember(struct seal_maillog *log, uint64_t hash, int64_t time_us, unsigned source)
{
	if (!log->seen)
		log->seen = calloc(WINDOW_LINES, sizeof(*log->seen));
	if (!log->seen)
		return -ENOMEM;
	while (log->seen_n &&
	       (log->seen_n == WINDOW_LINES ||
		log->seen[(log->seen_at + WINDOW_LINES - log->seen_n) % WINDOW_LINES].time_us <
			time_us - 2 * SEAL_MAILLOG_SKEW_US))
		forget_oldest(log);
	log->seen[log->seen_at] = (struct seen){hash, time_us, UINT32_C(1) << source};
	if (seal_table_add(&log->seen_index, hash, (uint32_t)log->seen_at) < 0)
		return -ENOMEM;
	log->seen_at = (log->seen_at + 1) % WINDOW_LINES;
	log->seen_n++;
	return 0;
}

/* is_copy - whether another source had this line already. Returns 1, 0 (and remembers it) or
 * -ENOMEM */
static int is_copy(struct seal_maillog *log, const struct seal_log_record *r, unsigned source)
{
	uint64_t hash = seal_hash(r->text, seal_hash(r->tag, r->pid));
	struct seen *s;
	size_t at = 0;
	uint32_t i;

	while ((i = seal_table_next(&log->seen_index, hash, &at)) != SEAL_TABLE_NONE) {
		s = &log->seen[i];
		if ((s->sources & UINT32_C(1) << source) ||
		    s->time_us > r->time_us + SEAL_MAILLOG_SKEW_US ||
		    s->time_us < r->time_us - SEAL_MAILLOG_SKEW_US)
			continue;
		s->sources |= UINT32_C(1) << source;
		log->n_twice++;
		return 1;
	}
	return remember(log, hash, r->time_us, source);
}

/* ---- taking lines ---- */

static bool in_span(const struct seal_maillog *log, int64_t time_us)
{
	const struct seal_span *span = &log->h->span;

	return (span->since_us == SEAL_TIME_NONE || time_us >= span->since_us) &&
	       (span->until_us == SEAL_TIME_NONE || time_us <= span->until_us);
}

static void widen(int64_t *first, int64_t *last, int64_t time_us)
{
	if (*first == SEAL_TIME_NONE || time_us < *first)
		*first = time_us;
	if (*last == SEAL_TIME_NONE || time_us > *last)
		*last = time_us;
}

static bool is_id(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* names - whether @id stands in @text as a word */
static bool names(struct seal_bytes text, struct seal_bytes id)
{
	const char *p = text.p, *end = text.p + text.n;

	while (p && (p = memmem(p, (size_t)(end - p), id.p, id.n))) {
		if ((p == text.p || !is_id(p[-1])) && (p + id.n == end || !is_id(p[id.n])))
			return true;
		p++;
	}
	return false;
}

/* quote - keep a line that names the message asked for */
static int quote(struct seal_host *h, const struct seal_log_record *r)
{
	struct seal_quoted_line *q;

	if (!h->follow.n || !r->text.n || !names(r->text, h->follow))
		return 0;
	if (h->mail.quoted.n >= SEAL_MAILLOG_QUOTED_MAX) {
		h->mail.n_not_quoted++;
		return 0;
	}
	q = seal_vec_add(&h->mail.quoted);
	if (!q)
		return -ENOMEM;
	*q = (struct seal_quoted_line){.time_us = r->time_us, .pid = r->pid, .origin = r->origin};
	if (seal_arena_intern(h->arena, r->tag, &q->program) < 0 ||
	    seal_arena_copy(h->arena, r->text, &q->text) < 0)
		return -ENOMEM;
	return 0;
}

/* take_record - a line of any program; 1 when it was a Postfix program's, 0, or -ENOMEM */
static int take_record(struct seal_maillog *log, const struct seal_log_record *r, unsigned source)
{
	const struct seal_log_tag_entry *tag;
	struct seal_host *h = log->h;
	int copy;

	if (seal_track_tag(&log->track, r->tag, &tag) < 0)
		return -ENOMEM;
	if (!tag || !in_span(log, r->time_us))
		return 0;
	if (log->several) {
		copy = is_copy(log, r, source);
		if (copy)
			return copy;
	}
	if (!h->name.n && r->host.n && seal_arena_copy(h->arena, r->host, &h->name) < 0)
		return -ENOMEM;
	widen(&h->mail.first_us, &h->mail.last_us, r->time_us);
	if (quote(h, r) < 0)
		return -ENOMEM;
	return seal_track_line(&log->track, tag, r) < 0 ? -ENOMEM : 1;
}

int seal_maillog_take(struct seal_maillog *log, const struct seal_log_record *r, unsigned source)
{
	int taken;

	log->several = log->several || source > 0;
	taken = take_record(log, r, source < JOURNAL_SOURCE ? source : JOURNAL_SOURCE - 1);
	return taken < 0 ? taken : 0;
}

static int take_text(struct seal_maillog *log, struct seal_log_text *t, unsigned source)
{
	const struct seal_log_file *f = &t->files.v[t->at];
	const struct seal_log_record r = {
		.time_us = t->line.time_us,
		.tag = t->line.tag,
		.text = t->line.text,
		.host = t->line.host,
		.pid = t->line.pid,
		.origin = {.source = SEAL_SOURCE_MAIL_LOG, .path = f->path, .line = t->number},
	};
	struct seal_source_state *row = &log->h->sources.v[f->row];
	int taken;

	if (t->number % PROGRESS_LINES == 0)
		seal_host_progress(log->h, f->path, t->number);

	taken = take_record(log, &r, source < JOURNAL_SOURCE ? source : JOURNAL_SOURCE - 1);
	if (taken < 0)
		return taken;
	if (taken) {
		row->records++;
		widen(&row->first_us, &row->last_us, r.time_us);
	}
	return seal_log_text_next(t);
}

/* read_texts - the lines of all text logs up to a time, the earliest first */
static int read_texts(struct seal_maillog *log, int64_t until_us)
{
	struct seal_log_text *next;
	int r = 0;

	while (r == 0) {
		next = NULL;
		seal_vec_each (t, &log->texts.v) {
			if (t->has_line && (!next || t->line.time_us < next->line.time_us))
				next = t;
		}
		if (!next || next->line.time_us > until_us)
			break;
		r = take_text(log, next, (unsigned)(next - log->texts.v.v));
	}
	return r;
}

static int take_entry(void *data, const struct seal_journal_entry *e,
		      const struct seal_source_state *from)
{
	struct seal_maillog *log = data;
	const struct seal_log_tag_entry *tag;
	struct seal_log_record r = {
		.time_us = e->time_us,
		.tag = e->identifier,
		.text = e->message,
		.host = e->hostname,
		.pid = e->pid,
		.origin = {.source = SEAL_SOURCE_JOURNAL, .path = from->path, .line = e->number},
	};
	int done;

	if (seal_track_tag(&log->track, r.tag, &tag) < 0)
		return -ENOMEM;
	if (!tag || !in_span(log, r.time_us))
		return 0;
	log->n_journal++;
	if (log->texts.zone_unknown && log->local_stamps)
		return 0; /* its lines and those of the text log cannot be told apart */
	log->several = log->several || log->texts.v.n > 0;
	done = read_texts(log, r.time_us + JOURNAL_LAG_US);
	if (done == 0)
		done = take_record(log, &r, JOURNAL_SOURCE);
	return done < 0 ? done : 0;
}

struct seal_journal_reader seal_maillog_reader(struct seal_maillog *log)
{
	return (struct seal_journal_reader){.data = log, .entry = take_entry};
}

/* ---- the end ---- */

/* main_row - the row that tells of the whole: the log being written, else the journal */
static struct seal_source_state *main_row(struct seal_maillog *log)
{
	struct seal_source_state *row = NULL;

	seal_vec_each (s, &log->h->sources) {
		if (s->source == SEAL_SOURCE_JOURNAL && s->status != SEAL_READ_ABSENT && !row)
			row = s;
		if (s->source == SEAL_SOURCE_MAIL_LOG &&
		    (s->status == SEAL_READ_READ || s->status == SEAL_READ_TRUNCATED))
			row = s;
	}
	return row;
}

static void put_loss(struct seal_buf *b, uint64_t n, const char *what)
{
	if (n)
		seal_buf_printf(b, "%s%llu %s", b->n ? "; " : "", (unsigned long long)n, what);
}

/* tell_losses - what the limits left out, in the detail of the main row */
static int tell_losses(struct seal_maillog *log)
{
	struct seal_source_state *row = main_row(log);
	const struct seal_track *t = &log->track;
	seal_auto_buf struct seal_buf b = {0};

	if (!row)
		return 0;
	if (row->detail.n)
		seal_buf_put(&b, row->detail.p, row->detail.n);
	put_loss(&b, t->n_forgotten, "open messages given up");
	put_loss(&b, t->n_not_kept, "older failed or refused messages not kept");
	put_loss(&b, t->n_rcpts_lost, "recipients not kept");
	put_loss(&b, t->events.n_dropped, "older events not kept");
	put_loss(&b, t->n_odd_tags, "lines of further syslog names passed over");
	if (t->n_forgotten || t->n_rcpts_lost || t->n_odd_tags)
		row->status = SEAL_READ_TRUNCATED;
	if (log->texts.zone_unknown && log->local_stamps) {
		seal_buf_printf(&b, "%stime zone of the host unknown: stamps taken as UTC",
				b.n ? "; " : "");
		if (log->n_journal)
			seal_buf_puts(&b, "; the journal's mail lines left out for it");
	}
	if (b.err)
		return b.err;
	return seal_arena_copy(log->h->arena, seal_buf_bytes(&b), &row->detail);
}

int seal_maillog_finish(struct seal_maillog *log, struct seal_err *err)
{
	const struct seal_source_state *row;
	int r;

	r = read_texts(log, INT64_MAX);
	if (r == 0)
		r = tell_losses(log);
	if (r == 0)
		r = seal_track_fill(&log->track);
	if (r < 0)
		return seal_err_set(err, r, "mail log: out of memory");
	row = main_row(log);
	log->h->mail.present =
		log->track.n_lines > 0 || (row && row->source == SEAL_SOURCE_MAIL_LOG);
	return 0;
}

int seal_maillog_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	seal_auto_maillog struct seal_maillog *log = NULL;
	struct seal_journal_reader reader;
	int r;

	r = seal_maillog_new(root, h, &log, err);
	if (r < 0)
		return r;
	reader = seal_maillog_reader(log);
	r = seal_journal_read(root, h, &reader, 1);
	if (r < 0)
		return seal_err_set(err, r, "journal: out of memory");
	return seal_maillog_finish(log, err);
}
