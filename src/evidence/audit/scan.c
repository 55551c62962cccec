/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/scan.h"

#include "evidence/audit/audit.h"

#include <errno.h>

#define CHUNK_BYTES  ((size_t)512 * 1024)
#define BEHIND_BYTES ((size_t)16 * 1024) /* of lines already passed that stay at hand */
#define BEHIND_LINES 16                  /* records of an event that stand before its denial */
#define BEHIND_GAP   2                   /* lines of other events between them */
#define LAST_LINES   32                  /* tried for the last stamp of a file */

struct window {
	char *buf;
	size_t pos; /* start of the line to be read next */
	size_t end;
	bool skipping; /* inside a line that is too long */
	bool cut;      /* the first line has lost its start */
};

static struct seal_bytes line_at(const struct window *w, size_t from, size_t to)
{
	while (from < to && w->buf[from] == '\0') /* left by a crash */
		from++;
	return (struct seal_bytes){w->buf + from, to - from};
}

/* line_before - start of the line that ends in front of @start; false when it is not at hand */
static bool line_before(const struct window *w, size_t start, size_t *ret)
{
	const char *nl;

	if (start == 0)
		return false;
	nl = memrchr(w->buf, '\n', start - 1);
	if (!nl && w->cut)
		return false;
	*ret = nl ? (size_t)(nl - w->buf) + 1 : 0;
	return true;
}

/* cut_known - cut a line and tell whether it is a record of the event last joined; sparing most
 * lines the reading of their stamps */
static bool cut_known(const struct seal_audit_scan *s, struct seal_bytes line,
		      struct seal_audit_parts *parts)
{
	return seal_audit_record_cut(line, parts) &&
	       seal_bytes_eq(parts->stamp, (struct seal_bytes){s->stamp, s->n_stamp});
}

/* complete - @r from the parts of its line; its stamp is set */
static void complete(const struct seal_audit_scan *s, const struct seal_audit_parts *parts,
		     uint64_t line, struct seal_audit_record *r)
{
	seal_audit_record_body(parts->rest, r);
	r->source = s->source;
	r->line = line;
}

/* look_behind - join the records of @of's event, the one last joined, that stand before it */
static int look_behind(struct seal_audit_scan *s, const struct window *w,
		       const struct seal_audit_record *of)
{
	struct seal_audit_record found[BEHIND_LINES];
	struct seal_audit_parts parts;
	size_t start = w->pos, n = 0, gap = 0, from;
	uint64_t line = of->line;
	int rc = 0;

	while (n < BEHIND_LINES && gap < BEHIND_GAP && line_before(w, start, &from)) {
		line--;
		gap++;
		if (cut_known(s, line_at(w, from, start - 1), &parts)) {
			gap = 0;
			found[n] = *of;
			found[n].type = seal_audit_type(parts.type);
			complete(s, &parts, line, &found[n]);
			n += found[n].type != 0;
		}
		start = from;
	}
	while (n > 0 && rc >= 0)
		rc = seal_audit_join_put(s->join, &found[--n]);
	return rc;
}

/* take_wanted - a line that begins as a denial or change */
static int take_wanted(struct seal_audit_scan *s, const struct window *w, struct seal_bytes line)
{
	struct seal_audit_parts parts;
	struct seal_audit_record r;
	bool known;
	int rc;

	if (!seal_audit_record_cut(line, &parts) ||
	    !seal_audit_stamp(parts.stamp, &r.time_us, &r.serial)) {
		s->n_damaged++;
		return 0;
	}
	r.type = seal_audit_type(parts.type);
	known = seal_audit_join_has(s->join, &r);
	if (!seal_audit_type_wanted(r.type) && (!r.type || !known))
		return 0;
	complete(s, &parts, s->n_lines, &r);
	if (!known) {
		memcpy(s->stamp, parts.stamp.p, parts.stamp.n);
		s->n_stamp = parts.stamp.n;
		s->stamp_of = r;
		rc = look_behind(s, w, &r);
		if (rc < 0)
			return rc;
	}
	return seal_audit_join_put(s->join, &r);
}

/* take_beside - a line that may belong to an event that is open */
static int take_beside(struct seal_audit_scan *s, struct seal_bytes line)
{
	struct seal_audit_parts parts = {.rest = SEAL_BYTES_NONE};
	struct seal_audit_record r = s->stamp_of;
	bool known = cut_known(s, line, &parts);

	if (!known && (!parts.rest.p || !seal_audit_stamp(parts.stamp, &r.time_us, &r.serial)))
		return 0;
	r.type = seal_audit_type(parts.type);
	if (!r.type || !seal_audit_join_has(s->join, &r))
		return 0;
	complete(s, &parts, s->n_lines, &r);
	return seal_audit_join_put(s->join, &r);
}

static int one_line(struct seal_audit_scan *s, struct window *w, size_t to)
{
	struct seal_bytes line = line_at(w, w->pos, to);
	bool wanted, open = seal_audit_join_open(s->join) > 0;
	struct seal_audit_record r;
	int rc = 0;

	s->n_lines++;
	if (s->first_us == SEAL_TIME_NONE && seal_audit_record_parse(line, &r))
		s->first_us = r.time_us;
	wanted = seal_audit_wanted(line);
	if (line.n > SEAL_AUDIT_RECORD_MAX)
		s->n_damaged += wanted;
	else if (wanted)
		rc = take_wanted(s, w, line);
	else if (open)
		rc = take_beside(s, line);
	if (open && rc >= 0)
		rc = seal_audit_join_tick(s->join);
	return rc;
}

/* scan_lines - every whole line of the window */
static int scan_lines(struct seal_audit_scan *s, struct window *w)
{
	const char *nl;
	int r;

	while ((nl = memchr(w->buf + w->pos, '\n', w->end - w->pos))) {
		if (w->skipping) {
			w->skipping = false;
		} else {
			r = one_line(s, w, (size_t)(nl - w->buf));
			if (r < 0)
				return r;
		}
		w->pos = (size_t)(nl - w->buf) + 1;
	}
	return 0;
}

/* note_last - the stamp of the last record of the window */
static void note_last(struct seal_audit_scan *s, const struct window *w)
{
	struct seal_audit_record r;
	size_t start = w->pos, from;
	int i;

	for (i = 0; i < LAST_LINES && line_before(w, start, &from); i++) {
		if (seal_audit_record_parse(line_at(w, from, start - 1), &r)) {
			s->last_us = r.time_us;
			return;
		}
		start = from;
	}
}

/* make_room - move what stays at hand to the front; a line that fills the window is given up */
static void make_room(struct seal_audit_scan *s, struct window *w)
{
	size_t keep = w->pos > BEHIND_BYTES ? w->pos - BEHIND_BYTES : 0;

	note_last(s, w);
	if (w->end - w->pos > 2 * SEAL_AUDIT_RECORD_MAX) {
		if (!w->skipping) {
			s->n_lines++;
			s->n_damaged += seal_audit_wanted(line_at(w, w->pos, w->end));
		}
		w->skipping = true;
		w->pos = keep = w->end;
	}
	w->cut |= keep > 0;
	memmove(w->buf, w->buf + keep, w->end - keep);
	w->pos -= keep;
	w->end -= keep;
}

/* finish_lines - the last line when it has no newline */
static int finish_lines(struct seal_audit_scan *s, struct window *w)
{
	int r = 0;

	if (w->pos < w->end && !w->skipping) {
		r = one_line(s, w, w->end);
		w->pos = w->end + 1; /* as if the newline were there */
	}
	note_last(s, w);
	return r;
}

int seal_audit_scan(struct seal_audit_scan *s, struct seal_input *in, struct seal_err *err)
{
	seal_auto_free char *buf = NULL;
	struct window w = {0};
	ssize_t n;
	int r;

	buf = w.buf = malloc(CHUNK_BYTES + 1);
	if (!buf)
		return seal_err_set(err, -ENOMEM, "out of memory");
	s->first_us = s->last_us = SEAL_TIME_NONE;
	for (;;) {
		n = seal_input_read(in, w.buf + w.end, CHUNK_BYTES - w.end, err);
		if (n <= 0)
			break;
		w.end += (size_t)n;
		r = scan_lines(s, &w);
		if (r < 0)
			return r;
		make_room(s, &w);
		if (s->host)
			seal_host_progress(s->host, s->path, s->n_lines);
	}
	r = finish_lines(s, &w);
	return r < 0 ? r : (int)n;
}
