/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/journal_export.h"

#include <errno.h>

#define BUFFER_BYTES ((size_t)1024 * 1024)
#define NAME_MAX_    ((size_t)64) /* journald's own limit for the name of a field */

struct reader {
	struct seal_input *in;
	char *buf;
	size_t start, end;
	bool eof, some; /* some: the entry at hand has fields */
	struct seal_err err;
};

/* fill - read more behind what is at hand. Returns 1, 0 at the end, or a negative errno. */
static int fill(struct reader *r)
{
	ssize_t n;

	if (r->eof)
		return 0;
	memmove(r->buf, r->buf + r->start, r->end - r->start);
	r->end -= r->start;
	r->start = 0;
	if (r->end == BUFFER_BYTES)
		return -EFBIG;
	n = seal_input_read(r->in, r->buf + r->end, BUFFER_BYTES - r->end, &r->err);
	if (n < 0)
		return (int)n;
	r->eof = n == 0;
	r->end += (size_t)n;
	return n > 0;
}

/* need - have at least @n bytes at hand. Returns 1, 0 at an early end, or a negative errno. */
static int need(struct reader *r, size_t n)
{
	int got;

	while (r->end - r->start < n) {
		got = fill(r);
		if (got <= 0)
			return got;
	}
	return 1;
}

/* skip - pass over @n bytes. Same returns. */
static int skip(struct reader *r, uint64_t n)
{
	size_t step;
	int got;

	for (;;) {
		step = r->end - r->start;
		if (step > n)
			step = (size_t)n;
		r->start += step;
		n -= step;
		if (!n)
			return 1;
		got = fill(r);
		if (got <= 0)
			return got;
	}
}

/* take_line - a line of text; of one too long its first SEAL_JOURNAL_FIELD_MAX + NAME_MAX_ bytes.
 * Returns 1, 0 at the end (also within a line), or a negative errno. */
static int take_line(struct reader *r, struct seal_bytes *ret)
{
	const size_t max = SEAL_JOURNAL_FIELD_MAX + NAME_MAX_;
	size_t scanned = 0;
	const char *nl;
	int got;

	for (;;) {
		nl = memchr(r->buf + r->start + scanned, '\n', r->end - r->start - scanned);
		if (nl) {
			*ret = (struct seal_bytes){r->buf + r->start,
						   (size_t)(nl - (r->buf + r->start))};
			r->start += ret->n + 1;
			*ret = seal_bytes_first(*ret, max);
			return 1;
		}
		if (r->end - r->start == BUFFER_BYTES)
			return -EBADMSG; /* journald writes such values in the other form */
		scanned = r->end - r->start;
		got = fill(r);
		if (got <= 0)
			return got;
	}
}

static int take_text(struct seal_journal_walk *w, struct reader *r, struct seal_bytes line)
{
	struct seal_bytes value, name = seal_bytes_cut(line, '=', &value);
	enum seal_journal_field id = seal_journal_field(name);
	int done;

	r->some = true;
	if (id == SEAL_JOURNAL_FIELD_MAX_)
		return 1;
	done = seal_journal_set(w, id, value);
	return done < 0 ? done : 1;
}

/* take_binary - the length and the bytes that follow the line with the name */
static int take_binary(struct seal_journal_walk *w, struct reader *r, struct seal_bytes name)
{
	enum seal_journal_field id = seal_journal_field(name);
	uint64_t n = 0;
	size_t keep;
	int got, i;

	got = need(r, 8);
	if (got <= 0)
		return got;
	for (i = 7; i >= 0; i--)
		n = n << 8 | (unsigned char)r->buf[r->start + (size_t)i];
	r->start += 8;
	r->some = true;

	keep = n < SEAL_JOURNAL_FIELD_MAX ? (size_t)n : SEAL_JOURNAL_FIELD_MAX;
	if (id != SEAL_JOURNAL_FIELD_MAX_) {
		got = need(r, keep);
		if (got <= 0)
			return got;
		got = seal_journal_set(w, id, (struct seal_bytes){r->buf + r->start, keep});
		if (got < 0)
			return got;
	}
	got = skip(r, n);
	if (got > 0)
		got = need(r, 1);
	if (got > 0 && r->buf[r->start++] != '\n')
		return -EBADMSG;
	return got;
}

/* is_name - capital letters, digits and "_", as journald has them */
static bool is_name(struct seal_bytes s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != '_' && !(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return s.n > 0 && s.n <= NAME_MAX_;
}

/* take_field - one field or the end of an entry. Returns 1, 0 at the end of the file, or a negative
 * errno; *stop becomes true when that is a reader's or memory's */
static int take_field(struct seal_journal_walk *w, struct reader *r, bool *stop)
{
	struct seal_bytes line, value;
	int got;

	got = take_line(r, &line);
	if (got <= 0)
		return got;
	if (!line.n) {
		if (r->some) {
			r->some = false;
			got = seal_journal_deliver(w);
			*stop = got < 0;
		}
		return got < 0 ? got : 1;
	}
	if (!is_name(seal_bytes_cut(line, '=', &value)))
		return -EBADMSG;
	got = value.p ? take_text(w, r, line) : take_binary(w, r, line);
	*stop = got == -ENOMEM;
	return got;
}

int seal_journal_export_walk(struct seal_journal_walk *w, int fd)
{
	seal_auto_input struct seal_input *in = NULL;
	seal_auto_free char *buf = NULL;
	struct reader r = {0};
	bool stop = false;
	int got;

	got = seal_input_new(fd, SEAL_JOURNAL_EXPORT_MAX, &in, &r.err);
	buf = malloc(BUFFER_BYTES);
	if (!buf || got == -ENOMEM)
		return -ENOMEM;
	r.in = in;
	r.buf = buf;
	if (got == 0) {
		do
			got = take_field(w, &r, &stop);
		while (got > 0);
	}
	if (stop)
		return got;
	if (got == 0 && !r.some && r.start == r.end)
		return 0;
	if (got == 0 && r.some && r.start == r.end) {
		/* the last entry lacks only the empty line after it */
		return seal_journal_deliver(w);
	}
	w->host->sources.v[w->row].status = w->number ? SEAL_READ_TRUNCATED : SEAL_READ_UNREADABLE;
	if (got == 0)
		return seal_journal_tell(w, "ends within an entry");
	return seal_journal_tell(w,
				 r.err.text[0] ? r.err.text : "not in the journal export format");
}
