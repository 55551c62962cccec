/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/events.h"

#include <errno.h>

#define ID_MIN       6 /* shortest queue id: five hex digits of microseconds and an inode */
#define IDS_PER_LINE 16

struct named {
	struct seal_bytes word;
	const struct seal_mail_event *event;
};

struct seal_event_index {
	seal_vec(struct named)
		ids; /* words of bad lines that could be queue ids, by word, then time */
	seal_vec(struct named) texts;                 /* whole texts, by text, then time */
	seal_vec(const struct seal_mail_event *) bad; /* by pid, then time */
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

static int add_event(struct seal_event_index *ix, const struct seal_mail_event *e)
{
	const struct seal_mail_event **bad;
	struct named *t;

	t = seal_vec_add(&ix->texts);
	if (!t)
		return -ENOMEM;
	*t = (struct named){e->text, e};
	if (e->severity < SEAL_SEVERITY_ERROR || e->kind == SEAL_MAIL_MASTER_EXIT)
		return e->kind == SEAL_MAIL_MILTER_REJECT && e->queue_id.n ? add_ids(ix, e) : 0;
	bad = seal_vec_add(&ix->bad);
	if (!bad)
		return -ENOMEM;
	*bad = e;
	return add_ids(ix, e);
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
	if (r < 0)
		return r;
	if (ix->ids.n)
		qsort(ix->ids.v, ix->ids.n, sizeof(*ix->ids.v), by_word);
	if (ix->texts.n)
		qsort(ix->texts.v, ix->texts.n, sizeof(*ix->texts.v), by_word);
	if (ix->bad.n)
		qsort(ix->bad.v, ix->bad.n, sizeof(*ix->bad.v), by_pid);
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

const struct seal_mail_event *seal_event_fatal_of(const struct seal_event_index *ix, uint32_t pid,
						  int64_t from_us, int64_t to_us)
{
	size_t lo = 0, hi = ix->bad.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct seal_mail_event *e = ix->bad.v[mid];

		if (e->pid < pid || (e->pid == pid && e->time_us <= to_us))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || ix->bad.v[lo - 1]->pid != pid || ix->bad.v[lo - 1]->time_us < from_us)
		return NULL;
	return ix->bad.v[lo - 1];
}
