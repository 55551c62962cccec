/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/queue_file.h"

#include <ctype.h>
#include <errno.h>

#include "core/fdio.h"

#define FIRST_BYTES 1024  /* most envelopes are shorter */
#define JUMPS_MAX   10000 /* pointer records followed, as many as Postfix follows backwards */

/* struct window - the part of the file in memory and the place of the next record */
struct window {
	int fd;
	char *buf;          /* SEAL_ENVELOPE_WINDOW bytes, borrowed */
	uint64_t start, at; /* file offsets: of buf[0], of the next record */
	size_t asked, n;    /* bytes wanted and got; asked 0 = nothing read yet */
	uint64_t used;      /* bytes of records handed out */
};

struct record {
	char type;
	struct seal_bytes data; /* empty when too long for the window */
	bool too_long;
};

/* have - bytes of the file from w->at on, at least @want unless the file ends */
static int have(struct window *w, size_t want, struct seal_bytes *ret)
{
	bool is_last = w->n < w->asked; /* the window ends where the file does */
	size_t off;

	if (!w->asked || w->at < w->start || w->at - w->start > w->n ||
	    (!is_last && w->n - (w->at - w->start) < want)) {
		ssize_t n;

		w->asked = w->asked || want > FIRST_BYTES ? SEAL_ENVELOPE_WINDOW : FIRST_BYTES;
		n = seal_fd_read_at(w->fd, w->buf, w->asked, w->at);
		if (n < 0)
			return (int)n;
		w->start = w->at;
		w->n = (size_t)n;
	}
	off = (size_t)(w->at - w->start);
	*ret = (struct seal_bytes){w->buf + off, w->n - off};
	return 0;
}

/* next - the record at w->at, which moves behind it
 * Returns 1, 0 at the end of the file, -EBADMSG (no record) or an I/O errno. */
static int next(struct window *w, struct record *rec)
{
	struct seal_bytes s;
	uint64_t len = 0;
	unsigned i = 0;
	int r;

	r = have(w, 1 + 5, &s);
	if (r < 0 || !s.n)
		return r;
	do {
		if (++i >= s.n || i > 5)
			return -EBADMSG;
		len |= (uint64_t)((unsigned char)s.p[i] & 0x7f) << (7 * (i - 1));
	} while ((unsigned char)s.p[i] & 0x80);
	if (len > INT32_MAX)
		return -EBADMSG;

	rec->type = s.p[0];
	rec->too_long = len + i + 1 > SEAL_ENVELOPE_WINDOW;
	rec->data = SEAL_BYTES_NONE;
	if (!rec->too_long) {
		r = have(w, (size_t)len + i + 1, &s);
		if (r < 0)
			return r;
		if (s.n < len + i + 1)
			return -EBADMSG;
		rec->type = s.p[0];
		rec->data = (struct seal_bytes){s.p + i + 1, (size_t)len};
	}
	w->at += i + 1 + len;
	w->used += i + 1 + len;
	return 1;
}

/* number - the decimal number at the front of @s, blanks before it skipped, which *s moves behind
 */
static int number(struct seal_bytes *s, uint64_t *ret)
{
	size_t n = 0;

	while (s->n && s->p[0] == ' ')
		*s = seal_bytes_from(*s, 1);
	while (n < s->n && isdigit((unsigned char)s->p[n]))
		n++;
	if (seal_parse_u64(seal_bytes_first(*s, n), 10, ret) < 0)
		return -EINVAL;
	*s = seal_bytes_from(*s, n);
	return 0;
}

static bool is_special(unsigned char c)
{
	return c <= ' ' || c == 0x7f || strchr("()<>@,;:\\\"[]", c);
}

static bool is_dot_string(struct seal_bytes s)
{
	size_t i;

	if (!s.n || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return false;
	for (i = 0; i < s.n; i++) {
		if (is_special((unsigned char)s.p[i]) || (s.p[i] == '.' && s.p[i + 1] == '.'))
			return false;
	}
	return true;
}

int seal_address_quote(struct seal_arena *arena, struct seal_bytes raw, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf out = {0};
	ssize_t at = seal_bytes_rchr(raw, '@');
	struct seal_bytes local = at < 0 ? raw : seal_bytes_first(raw, (size_t)at);
	size_t i;

	if (!raw.n || is_dot_string(local))
		return seal_arena_intern(arena, raw, ret);
	seal_buf_putc(&out, '"');
	for (i = 0; i < local.n; i++) {
		if (strchr("\"\\\r", local.p[i]) && local.p[i])
			seal_buf_putc(&out, '\\');
		seal_buf_putc(&out, local.p[i]);
	}
	seal_buf_putc(&out, '"');
	seal_buf_put(&out, raw.p + local.n, raw.n - local.n);
	return out.err ? out.err : seal_arena_intern(arena, seal_buf_bytes(&out), ret);
}

void seal_recipient_init(struct seal_recipient *r)
{
	size_t i;

	r->time_us = r->first_us = SEAL_TIME_NONE;
	for (i = 0; i < sizeof(r->delay_ms) / sizeof(r->delay_ms[0]); i++)
		r->delay_ms[i] = -1;
}

static void take_time(struct seal_envelope *e, struct seal_bytes s)
{
	uint64_t sec, usec = 0;

	if (e->arrival_us != SEAL_TIME_NONE || number(&s, &sec) < 0)
		return;
	if (s.n && number(&s, &usec) < 0)
		usec = 0;
	if (sec > INT64_MAX / 2 / SEAL_SECOND_US || usec >= (uint64_t)SEAL_SECOND_US)
		return;
	e->arrival_us = (int64_t)sec * SEAL_SECOND_US + (int64_t)usec;
}

static void take_size(struct seal_envelope *e, struct seal_bytes s)
{
	uint64_t offset;

	if (e->has_size || number(&s, &e->size_bytes) < 0)
		return;
	e->has_size = true;
	if (number(&s, &offset) < 0 || number(&s, &e->n_expected) < 0)
		e->n_expected = 0;
}

static int take_sender(struct seal_envelope *e, struct seal_arena *arena, struct seal_bytes s)
{
	if (e->has_sender)
		return -EBADMSG;
	e->has_sender = true;
	return seal_address_quote(arena, s, &e->sender);
}

/* take_recipient - @orig: the address before aliases were expanded; empty when not told */
static int take_recipient(struct seal_envelope *e, struct seal_arena *arena, struct seal_bytes s,
			  struct seal_bytes orig)
{
	struct seal_recipient *r;
	int n;

	if (e->recipients.n >= SEAL_ENVELOPE_RECIPIENTS_MAX) {
		e->cut = true;
		return 0;
	}
	r = seal_vec_add(&e->recipients);
	if (!r)
		return -ENOMEM;
	seal_recipient_init(r);
	n = seal_address_quote(arena, s, &r->address);
	if (n == 0 && orig.n && !seal_bytes_eq(orig, s))
		n = seal_address_quote(arena, orig, &r->orig_address);
	return n;
}

/* struct reading - what one pass through the records keeps between them */
struct reading {
	struct window w;
	struct seal_arena *arena;
	struct seal_envelope *e;
	struct seal_buf orig; /* of the "O" record before a recipient */
	unsigned jumps;
};

static int jump(struct reading *rd, struct seal_bytes s)
{
	uint64_t to;

	if (number(&s, &to) < 0 || to > INT64_MAX)
		return -EBADMSG;
	if (to == 0)
		return 0;
	if (++rd->jumps > JUMPS_MAX)
		return -EBADMSG;
	rd->w.at = to;
	return 0;
}

/* take - one record of either segment
 * Returns 1 to go on, 0 at the end of the segment, -EBADMSG or -ENOMEM. */
static int take(struct reading *rd, const struct record *rec)
{
	struct seal_envelope *e = rd->e;
	int r = 0;

	switch (rec->type) {
	case 'M':
	case 'E':
		return 0;
	case 'C':
		take_size(e, rec->data);
		break;
	case 'T':
		take_time(e, rec->data);
		break;
	case 'S':
		r = rec->too_long ? -EBADMSG : take_sender(e, rd->arena, rec->data);
		break;
	case 'O':
		rd->orig.n = 0;
		if (rec->data.n)
			seal_buf_put(&rd->orig, rec->data.p, rec->data.n);
		r = rd->orig.err;
		break;
	case 'R':
		e->n_recipients++;
		r = rec->too_long
			    ? -EBADMSG
			    : take_recipient(e, rd->arena, rec->data, seal_buf_bytes(&rd->orig));
		rd->orig.n = 0;
		break;
	case 'D': /* delivered */
	case '/': /* cancelled */
		e->n_recipients++;
		rd->orig.n = 0;
		break;
	case 'p':
		r = jump(rd, rec->data);
		break;
	default:
		/* the other types a segment may hold: names, attributes, DSN and milter data,
		 * padding */
		if (!rec->type || !strchr("AFIKLPVWXcdefimnorw><", rec->type))
			r = -EBADMSG;
		break;
	}
	return r < 0 ? r : 1;
}

/* read_segment - records up to @end ("M" or "E")
 * Returns 0, -EBADMSG, -ENOMEM or an I/O errno. */
static int read_segment(struct reading *rd, char end)
{
	struct record rec = {0};
	int r;

	while ((r = next(&rd->w, &rec)) > 0) {
		if (rd->w.used > SEAL_ENVELOPE_MAX) {
			rd->e->cut = true;
			return -EBADMSG;
		}
		r = take(rd, &rec);
		if (r <= 0)
			break;
	}
	if (r < 0)
		return r;
	return rd->w.used && rec.type == end ? 0 : -EBADMSG;
}

static int read_both(struct reading *rd)
{
	uint64_t to;
	int r;

	r = read_segment(rd, 'M');
	if (r < 0 || !rd->e->has_size)
		return r;
	if (__builtin_add_overflow(rd->w.at, rd->e->size_bytes, &to) || to > INT64_MAX)
		return -EBADMSG;
	rd->e->content_end = to;
	/* the count is final when cleanup(8) is done: with all of them here none was extracted */
	if (rd->e->n_expected && rd->e->n_recipients >= rd->e->n_expected)
		return 0;
	rd->w.at = to;
	return read_segment(rd, 'E');
}

int seal_envelope_read(int fd, struct seal_arena *arena, struct seal_envelope *e)
{
	struct reading rd = {.w = {.fd = fd, .buf = e->window}, .arena = arena, .e = e};
	int r;

	e->arrival_us = SEAL_TIME_NONE;
	e->size_bytes = e->n_recipients = e->n_expected = e->content_end = 0;
	e->has_size = e->has_sender = e->damaged = e->cut = false;
	e->sender = SEAL_BYTES_NONE;
	e->recipients.n = 0;

	r = read_both(&rd);
	seal_buf_done(&rd.orig);
	e->damaged = r == -EBADMSG || !e->has_sender;
	return r == -EBADMSG ? 0 : r;
}

void seal_envelope_done(struct seal_envelope *e)
{
	seal_vec_done(&e->recipients);
}
