/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/watch.h"

#include <errno.h>

#include "report/parts.h"

void seal_watch_json_run(struct seal_records *r, const struct seal_host *h, struct seal_buf *out)
{
	seal_records_run(r, h, "watch", out);
	seal_record_end(r);
}

static void put_fix(struct seal_records *r, const struct seal_watch_row *row,
		    const struct seal_fix *fix)
{
	if (!fix)
		return;
	seal_record(r, "fix");
	seal_part_fix(&r->j, fix, row->number);
	seal_record_end(r);
}

void seal_watch_json_cause(struct seal_records *r, const struct seal_watch_row *row,
			   const struct seal_cause_group *g, const struct seal_fix *fix)
{
	struct seal_cause_group own = *g;
	struct seal_cause cause = *g->cause;
	seal_auto_free struct seal_also *also = calloc(cause.also.n + 1, sizeof(*also));
	size_t i;

	if (!also) {
		r->j.out->err = -ENOMEM;
		return;
	}
	/* the other faults of the path are told with their words; their fixes are not in the stream
	 */
	for (i = 0; i < cause.also.n; i++) {
		also[i] = cause.also.v[i];
		also[i].fix = -1;
	}
	cause.also.v = also;
	own.cause = &cause;
	own.fix = fix ? (int32_t)row->number - 1 : -1;
	own.messages = row->messages;
	own.recipients = row->recipients;
	own.events = row->events;
	seal_record(r, "cause");
	seal_part_cause(&r->j, &own);
	seal_record_end(r);
	put_fix(r, row, fix);
}

void seal_watch_json_denial(struct seal_records *r, const struct seal_watch_row *row,
			    const struct seal_denial_group *g, const struct seal_fix *fix)
{
	seal_record(r, "denial");
	seal_part_denial(&r->j, g, fix ? row->number : 0);
	seal_record_end(r);
	put_fix(r, row, fix);
}

/* put_row - what grows, under the name of the cause */
static void put_row(struct seal_json *j, const struct seal_watch_row *row)
{
	seal_json_text(j, "fingerprint", row->fingerprint);
	seal_json_bytes(j, "verdict", seal_bytes_of(row->verdict));
	seal_json_text(j, "class", seal_cause_class_name(row->class_));
	seal_json_text(j, "certainty", seal_certainty_name(row->certainty));
	seal_json_u64(j, "messages", row->messages);
	seal_json_u64(j, "recipients", row->recipients);
	seal_json_u64(j, "events", row->events);
	seal_json_time(j, "first", row->first_us);
	seal_json_time(j, "last", row->last_us);
}

void seal_watch_json_count(struct seal_records *r, const struct seal_watch_row *row)
{
	seal_record(r, "count");
	put_row(&r->j, row);
	seal_record_end(r);
}

void seal_watch_json_note(struct seal_records *r, const struct seal_watch_note *n)
{
	seal_record(r, "note");
	seal_json_text(&r->j, "kind", seal_watch_note_name(n->kind));
	seal_json_time(&r->j, "time", n->time_us);
	if (n->path[0])
		seal_json_bytes(&r->j, "path", seal_bytes_of(n->path));
	seal_json_u64(&r->j, "times", n->n);
	seal_record_end(r);
}

static void put_losses(struct seal_json *j, const struct seal_watch_losses *l)
{
	seal_json_u64(j, "overruns", l->overruns);
	seal_json_u64(j, "events", l->events);
	seal_json_u64(j, "kernel", l->kernel);
	seal_json_u64(j, "damaged", l->damaged);
	seal_json_u64(j, "denials", l->denials);
	seal_json_u64(j, "lines", l->lines);
	seal_json_u64(j, "causes", l->causes);
}

void seal_watch_json_lost(struct seal_records *r, const struct seal_watch_losses *l)
{
	seal_record(r, "lost");
	put_losses(&r->j, l);
	seal_record_end(r);
}

void seal_watch_json_end(struct seal_records *r, const struct seal_watched *w)
{
	struct seal_json *j = &r->j;

	seal_records_end(r);
	seal_json_object(j, "summary");
	seal_json_u64(j, "causes", w->n_found);
	seal_json_u64(j, "audit_records", w->n_records);
	seal_json_u64(j, "denials", w->n_denials);
	seal_json_u64(j, "mail_lines", w->n_lines);
	seal_json_time(j, "start", w->start_us);
	seal_json_time(j, "end", w->now_us);
	seal_json_object(j, "lost");
	put_losses(j, &w->losses);
	seal_json_object_end(j);
	seal_json_array(j, "told");
	seal_vec_each (row, &w->rows) {
		seal_json_object(j, NULL);
		put_row(j, row);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_object_end(j);
	seal_record_end(r);
}
