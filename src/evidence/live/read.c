/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/read.h"

#include <errno.h>

#include "evidence/audit/audit.h"
#include "evidence/postfix/log.h"

/* add_rows - of the streams; the first one is *base */
static int add_rows(const struct seal_live_copy *live, struct seal_host *h, size_t *base)
{
	struct seal_source_state *row;

	*base = h->sources.n;
	seal_vec_each (s, &live->sources) {
		row = seal_host_source(h, s->source, seal_bytes_of(s->path), s->status,
				       seal_bytes_of(s->detail));
		if (!row)
			return -ENOMEM;
		row->records = s->records;
		row->first_us = s->first_us;
		row->last_us = s->last_us;
	}
	return 0;
}

/* followed - from the first record of the sources of audit records to now: no denial there is one
 * that did not happen */
static void followed(const struct seal_live_copy *live, const struct seal_host *h, int64_t *first,
		     int64_t *last)
{
	*first = *last = SEAL_TIME_NONE;
	seal_vec_each (s, &live->sources) {
		if (s->source != SEAL_SOURCE_AUDIT || s->first_us == SEAL_TIME_NONE)
			continue;
		if (*first == SEAL_TIME_NONE || s->first_us < *first)
			*first = s->first_us;
		if (*last == SEAL_TIME_NONE || s->last_us > *last)
			*last = s->last_us;
	}
	if (*first != SEAL_TIME_NONE && h->now_us > *last)
		*last = h->now_us;
}

static int read_audit(const struct seal_live_copy *live, const struct seal_root *root,
		      struct seal_host *h, size_t base, struct seal_err *err)
{
	seal_auto_audit struct seal_audit_log *audit = NULL;
	int64_t first, last;
	size_t i;
	int r;

	r = seal_audit_new_live(root, h, &audit, err);
	seal_vec_each (d, &live->window.denials) {
		struct seal_audit_event e = *d->event;
		seal_auto_free struct seal_audit_record *rec = calloc(e.n + 1, sizeof(*rec));

		if (!rec)
			return -ENOMEM;
		for (i = 0; i < e.n; i++) {
			rec[i] = e.rec[i];
			rec[i].source += (uint32_t)base;
		}
		e.rec = rec;
		if (r == 0)
			r = seal_audit_take(audit, &e, d->more, d->first_us);
	}
	if (r < 0)
		return r;
	followed(live, h, &first, &last);
	return seal_audit_finish_live(audit, first, last, err);
}

/* lines of several logs come as they were written; in order of time, as the tracker wants them,
 * those of one log are */
static int read_mail(const struct seal_live_copy *live, const struct seal_root *root,
		     struct seal_host *h, size_t base, struct seal_err *err)
{
	seal_auto_maillog struct seal_maillog *mail = NULL;
	size_t i;
	int r;

	r = seal_maillog_new_live(root, h, &mail, err);
	for (i = 0; i < live->window.n_lines && r == 0; i++) {
		const struct copied_line *l = &live->window.lines[i];
		struct seal_log_record record = l->r;

		record.origin.source = live->sources.v[l->source].source;
		record.origin.path = h->sources.v[base + l->source].path;
		r = seal_maillog_take(mail, &record, l->source);
	}
	return r < 0 ? r : seal_maillog_finish(mail, err);
}

int seal_live_read(const struct seal_live_copy *live, const struct seal_root *root,
		   struct seal_host *h, struct seal_err *err)
{
	size_t base;
	int r;

	r = add_rows(live, h, &base);
	if (r == 0)
		r = read_audit(live, root, h, base, err);
	if (r == 0)
		r = read_mail(live, root, h, base, err);
	return r;
}
