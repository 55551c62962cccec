/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/avc_index.h"

/* avc_clock.c - do audit log and mail log go by the same clock? One that was copied from another
 * time zone's host, or a clock set between the two, moves all denials by the same time. */

#define PAIRS_MAX     200000               /* looked at */
#define AGREE_US      (3 * SEAL_SECOND_US) /* shifts so near each other are the same */
#define SHIFT_MAX_US  (26 * 3600 * SEAL_SECOND_US)
#define QUARTER_US    (900 * SEAL_SECOND_US) /* time zones differ by multiples of it */
#define SAME_CLOCK_US (5 * SEAL_SECOND_US)
#define AGREE_ENOUGH  16 /* denials without a shift: the clocks are the same */
#define CHANCE        8  /* a shift has so many times the pairs of those that fit by chance */

struct shift {
	int64_t us;
	uint32_t pid;
};

struct shifts {
	seal_vec(struct shift) v;
	size_t n_pairs;
	size_t n_agree; /* denials that fit without a shift; few may do so by chance */
};

/* a line of the mail log that a denial would explain */
struct line {
	struct seal_bytes text, daemon;
	uint32_t pid;
	int64_t time_us;
};

/* note_line - every denial of the line's process about the same object tells one shift */
static int note_line(const struct seal_avc_index *ix, const struct line *l, struct shifts *s)
{
	struct seal_reason reason;
	struct shift *one;
	int64_t us;
	size_t i;

	if (!l->pid || l->time_us == SEAL_TIME_NONE)
		return 0;
	i = seal_avc_seek(ix, l->pid, l->time_us - SHIFT_MAX_US);
	if (i == ix->n || ix->v[i].pid != l->pid)
		return 0;
	seal_reason_parse(l->text, &reason);
	if (reason.origin == SEAL_REASON_REMOTE ||
	    (reason.error != EACCES && reason.error != EPERM))
		return 0;
	for (; i < ix->n && ix->v[i].pid == l->pid; i++) {
		us = l->time_us - ix->v[i].time_us;
		if (us < -SHIFT_MAX_US || s->n_pairs++ >= PAIRS_MAX)
			break;
		if (!seal_avc_is_of(&ix->v[i], l->daemon) || ix->v[i].denial->permissive ||
		    seal_denial_is_about(ix->v[i].denial, &reason, l->text, NULL) != SEAL_SAME_YES)
			continue;
		if (us >= -SEAL_SECOND_US && us <= SAME_CLOCK_US)
			s->n_agree++;
		one = seal_vec_add(&s->v);
		if (!one)
			return -ENOMEM;
		*one = (struct shift){us, l->pid};
	}
	return 0;
}

static int note_all(const struct seal_avc_index *ix, const struct seal_host *h, struct shifts *s)
{
	int r = 0;

	seal_vec_each (e, &h->mail.events) {
		if (r == 0 && s->n_agree < AGREE_ENOUGH)
			r = note_line(ix, &(struct line){e->text, e->daemon, e->pid, e->time_us},
				      s);
	}
	seal_vec_each (m, &h->mail.messages) {
		seal_vec_each (c, &m->recipients) {
			if (r == 0 && s->n_agree < AGREE_ENOUGH)
				r = note_line(ix,
					      &(struct line){c->reason, seal_recipient_daemon(c),
							     c->pid, c->time_us},
					      s);
		}
	}
	return r;
}

static int by_shift(const void *a, const void *b)
{
	const struct shift *x = a, *y = b;

	if (x->us != y->us)
		return x->us < y->us ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* n_processes - how many processes agree on the shift that begins at @from; a few are enough, so
 * the count stops early */
static size_t n_processes(const struct shifts *s, size_t from)
{
	uint32_t seen[8];
	size_t n = 0, i, k;

	for (i = from; i < s->v.n && s->v.v[i].us - s->v.v[from].us <= AGREE_US; i++) {
		for (k = 0; k < n && seen[k] != s->v.v[i].pid; k++)
			;
		if (k == n)
			seen[n++] = s->v.v[i].pid;
		if (n == sizeof(seen) / sizeof(seen[0]))
			break;
	}
	return n;
}

/* is_zone - a whole number of quarters of an hour, less what lies between denial and line */
static bool is_zone(int64_t us)
{
	int64_t rest = us % QUARTER_US;

	return (rest >= 0 && rest <= AGREE_US) || rest <= AGREE_US - QUARTER_US;
}

/* is_clock - one process may have met the same fault hours ago; several that all did, by the same
 * time, have another clock */
static bool is_clock(const struct shifts *s, size_t from)
{
	return n_processes(s, from) >= (is_zone(s->v.v[from].us) ? 2 : 3);
}

/* most_pairs - the shift that moves most pairs of line and denial, where it is a clock's; their
 * number in *n, 0: none */
static size_t most_pairs(const struct shifts *s, size_t *n)
{
	size_t from, to = 0, best = 0;

	*n = 0;
	for (from = 0; from < s->v.n; from++) {
		while (to < s->v.n && s->v.v[to].us - s->v.v[from].us <= AGREE_US)
			to++;
		if (to - from > *n && is_clock(s, from)) {
			*n = to - from;
			best = from;
		}
	}
	return best;
}

int seal_avc_find_shift(struct seal_avc_index *ix, const struct seal_host *h)
{
	struct shifts s = {0};
	size_t best, n;
	int r;

	r = ix->n ? note_all(ix, h, &s) : 0;
	if (r == 0 && s.n_agree < AGREE_ENOUGH && s.v.n) {
		qsort(s.v.v, s.v.n, sizeof(*s.v.v), by_shift);
		best = most_pairs(&s, &n);
		if (n > CHANCE * s.n_agree)
			ix->shift_us = s.v.v[best].us;
	}
	seal_vec_done(&s.v);
	return r;
}
