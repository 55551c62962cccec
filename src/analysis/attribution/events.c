/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/events.h"

#include <errno.h>

#define ID_MIN       6 /* shortest queue id: five hex digits of microseconds and an inode */
#define IDS_PER_LINE 16

struct named {
	struct seal_bytes word;
	const struct seal_mail_event *event;
};

/* struct end - a status line: where an attempt of that process ended */
struct end {
	uint32_t pid;
	int64_t time_us;
	struct seal_bytes queue_id;
};

struct seal_event_index {
	seal_vec(struct named)
		ids; /* words of bad lines that could be queue ids, by word, then time */
	seal_vec(struct named) texts;                     /* whole texts, by text, then time */
	seal_vec(const struct seal_mail_event *) bad;     /* by pid, then time */
	seal_vec(const struct seal_mail_event *) warned;  /* the same, warnings too, no rejects */
	seal_vec(const struct seal_mail_event *) crashes; /* by time */
	seal_vec(struct end) ends;                        /* by pid, then time */
	seal_vec(int64_t) resolved;                       /* times, in order */
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* next_id - the next word of @s that could be a queue id: letters and digits, at least one digit */
static struct seal_bytes next_id(struct seal_bytes *s)
{
	struct seal_bytes w;
	bool digit;

	for (;;) {
		while (s->n && !is_alnum(s->p[0]))
			*s = seal_bytes_from(*s, 1);
		w = (struct seal_bytes){s->p, 0};
		digit = false;
		while (s->n && is_alnum(s->p[0])) {
			digit = digit || (s->p[0] >= '0' && s->p[0] <= '9');
			w.n++;
			*s = seal_bytes_from(*s, 1);
		}
		if (!w.n || (w.n >= ID_MIN && digit))
			return w;
	}
}

static int add_ids(struct seal_event_index *ix, const struct seal_mail_event *e)
{
	struct seal_bytes rest = e->text, word = e->queue_id;
	struct named *n;
	unsigned i;

	for (i = 0; i < IDS_PER_LINE; i++) {
		if (word.n) {
			n = seal_vec_add(&ix->ids);
			if (!n)
				return -ENOMEM;
			*n = (struct named){word, e};
		}
		word = next_id(&rest);
		if (!word.n)
			break;
	}
	return 0;
}

static int by_word(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int r = seal_bytes_cmp(x->word, y->word);

	if (r)
		return r;
	return x->event->time_us < y->event->time_us ? -1 : x->event->time_us > y->event->time_us;
}

static int by_pid(const void *a, const void *b)
{
	const struct seal_mail_event *x = *(const struct seal_mail_event *const *)a;
	const struct seal_mail_event *y = *(const struct seal_mail_event *const *)b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->time_us < y->time_us ? -1 : x->time_us > y->time_us;
}

static int add_time(struct seal_event_index *ix, int64_t time_us)
{
	int64_t *t = seal_vec_add(&ix->resolved);

	if (!t)
		return -ENOMEM;
	*t = time_us;
	return 0;
}

bool seal_event_is_reject(const struct seal_mail_event *e)
{
	return e->kind == SEAL_MAIL_NOQUEUE || e->kind == SEAL_MAIL_MILTER_REJECT ||
	       e->kind == SEAL_MAIL_REJECT;
}

bool seal_event_is_of_resolver(const struct seal_mail_event *e)
{
	return seal_bytes_is(e->daemon, "trivial-rewrite") || seal_bytes_is(e->daemon, "proxymap");
}

static bool is_crash(const struct seal_mail_event *e)
{
	if (seal_event_is_of_resolver(e))
		return e->severity >= SEAL_SEVERITY_WARNING;
	if (e->kind == SEAL_MAIL_MASTER_EXIT)
		return e->about_pid != 0;
	return seal_bytes_is(e->daemon, "qmgr") &&
	       seal_bytes_starts(e->text, "connect to transport ");
}

static int add_event(struct seal_event_index *ix, const struct seal_mail_event *e)
{
	const struct seal_mail_event **bad;
	struct named *t;

	t = seal_vec_add(&ix->texts);
	if (!t)
		return -ENOMEM;
	*t = (struct named){e->text, e};
	if (is_crash(e)) {
		bad = seal_vec_add(&ix->crashes);
		if (!bad)
			return -ENOMEM;
		*bad = e;
	}
	if (e->severity >= SEAL_SEVERITY_WARNING && !seal_event_is_reject(e)) {
		bad = seal_vec_add(&ix->warned);
		if (!bad)
			return -ENOMEM;
		*bad = e;
	}
	if (e->kind == SEAL_MAIL_CONNECT && seal_bytes_chr(e->text, '[') > 0 &&
	    add_time(ix, e->time_us) < 0)
		return -ENOMEM;
	if (e->severity < SEAL_SEVERITY_ERROR || e->kind == SEAL_MAIL_MASTER_EXIT)
		return e->kind == SEAL_MAIL_MILTER_REJECT && e->queue_id.n ? add_ids(ix, e) : 0;
	bad = seal_vec_add(&ix->bad);
	if (!bad)
		return -ENOMEM;
	*bad = e;
	return add_ids(ix, e);
}

static int add_end(struct seal_event_index *ix, const struct seal_message *m,
		   const struct seal_recipient *r)
{
	struct end *e;

	if (r->time_us == SEAL_TIME_NONE)
		return 0;
	if (seal_bytes_chr(r->relay, '[') > 0 && add_time(ix, r->time_us) < 0)
		return -ENOMEM;
	if (!r->pid)
		return 0;
	e = seal_vec_add(&ix->ends);
	if (!e)
		return -ENOMEM;
	*e = (struct end){r->pid, r->time_us, m->queue_id};
	return 0;
}

static int by_end(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->time_us < y->time_us ? -1 : x->time_us > y->time_us;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void sort_all(struct seal_event_index *ix)
{
	if (ix->ids.n)
		qsort(ix->ids.v, ix->ids.n, sizeof(*ix->ids.v), by_word);
	if (ix->texts.n)
		qsort(ix->texts.v, ix->texts.n, sizeof(*ix->texts.v), by_word);
	if (ix->bad.n)
		qsort(ix->bad.v, ix->bad.n, sizeof(*ix->bad.v), by_pid);
	if (ix->warned.n)
		qsort(ix->warned.v, ix->warned.n, sizeof(*ix->warned.v), by_pid);
	if (ix->ends.n)
		qsort(ix->ends.v, ix->ends.n, sizeof(*ix->ends.v), by_end);
	if (ix->resolved.n)
		qsort(ix->resolved.v, ix->resolved.n, sizeof(*ix->resolved.v), by_number);
}

int seal_event_index_new(const struct seal_host *h, struct seal_event_index **ret)
{
	seal_auto_event_index struct seal_event_index *ix = NULL;
	int r = 0;

	ix = calloc(1, sizeof(*ix));
	if (!ix)
		return -ENOMEM;
	seal_vec_each (e, &h->mail.events) {
		if (r == 0)
			r = add_event(ix, e);
	}
	seal_vec_each (m, &h->mail.messages) {
		seal_vec_each (rcpt, &m->recipients) {
			if (r == 0)
				r = add_end(ix, m, rcpt);
		}
	}
	if (r < 0)
		return r;
	sort_all(ix);
	*ret = seal_take(ix);
	return 0;
}

void seal_event_index_free(struct seal_event_index *ix)
{
	if (!ix)
		return;
	seal_vec_done(&ix->ids);
	seal_vec_done(&ix->texts);
	seal_vec_done(&ix->bad);
	seal_vec_done(&ix->warned);
	seal_vec_done(&ix->crashes);
	seal_vec_done(&ix->ends);
	seal_vec_done(&ix->resolved);
	free(ix);
}

/* last_of - the last entry with this word and a time of at most @until_us */
static const struct seal_mail_event *last_of(const struct named *v, size_t n,
					     struct seal_bytes word, int64_t until_us)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int r = seal_bytes_cmp(v[mid].word, word);

		if (r < 0 || (r == 0 && v[mid].event->time_us <= until_us))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && seal_bytes_eq(v[lo - 1].word, word) ? v[lo - 1].event : NULL;
}

const struct seal_mail_event *seal_event_naming(const struct seal_event_index *ix,
						struct seal_bytes queue_id, int64_t since_us)
{
	const struct seal_mail_event *e = last_of(ix->ids.v, ix->ids.n, queue_id, INT64_MAX);

	return e && e->last_us >= since_us ? e : NULL;
}

const struct seal_mail_event *seal_event_saying(const struct seal_event_index *ix,
						struct seal_bytes text, int64_t until_us)
{
	return last_of(ix->texts.v, ix->texts.n, text, until_us);
}

/* last_by_pid - the last line of @pid at @to_us or earlier; NULL when it is before @from_us */
static const struct seal_mail_event *last_by_pid(const struct seal_mail_event *const *v, size_t n,
						 uint32_t pid, struct seal_window w)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (v[mid]->pid < pid || (v[mid]->pid == pid && v[mid]->time_us <= w.to_us))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && v[lo - 1]->pid == pid && v[lo - 1]->time_us >= w.from_us ? v[lo - 1]
										  : NULL;
}

const struct seal_mail_event *seal_event_fatal_of(const struct seal_event_index *ix, uint32_t pid,
						  struct seal_window w)
{
	return last_by_pid(ix->bad.v, ix->bad.n, pid, w);
}

const struct seal_mail_event *seal_event_warned(const struct seal_event_index *ix, uint32_t pid,
						struct seal_window w)
{
	return last_by_pid(ix->warned.v, ix->warned.n, pid, w);
}

const struct seal_mail_event *const *seal_event_crashes(const struct seal_event_index *ix,
							struct seal_window w, size_t *n)
{
	size_t lo = 0, hi = ix->crashes.n, end;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (ix->crashes.v[mid]->time_us <= w.to_us)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; lo > 0 && end - lo < SEAL_CRASHES_MAX; lo--)
		if (ix->crashes.v[lo - 1]->last_us < w.from_us)
			break;
	*n = end - lo;
	return ix->crashes.v + lo;
}

struct seal_window seal_window_about(int64_t from_us, int64_t to_us, int64_t before_us,
				     int64_t after_us)
{
	struct seal_window w;

	if (from_us == SEAL_TIME_NONE || to_us == SEAL_TIME_NONE ||
	    __builtin_sub_overflow(from_us, before_us, &w.from_us) ||
	    __builtin_add_overflow(to_us, after_us, &w.to_us))
		return (struct seal_window){1, 0};
	return w;
}

bool seal_event_resolved(const struct seal_event_index *ix, struct seal_window w)
{
	size_t lo = 0, hi = ix->resolved.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (ix->resolved.v[mid] < w.from_us)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < ix->resolved.n && ix->resolved.v[lo] <= w.to_us;
}

bool seal_event_ended_other(const struct seal_event_index *ix, uint32_t pid, struct seal_window w,
			    struct seal_bytes queue_id)
{
	size_t lo = 0, hi = ix->ends.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct end *e = &ix->ends.v[mid];

		if (e->pid < pid || (e->pid == pid && e->time_us < w.from_us))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < ix->ends.n && ix->ends.v[lo].pid == pid && ix->ends.v[lo].time_us < w.to_us;
	     lo++)
		if (!seal_bytes_eq(ix->ends.v[lo].queue_id, queue_id))
			return true;
	return false;
}
