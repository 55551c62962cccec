/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* watch.h - what verb watch tells while it runs: piece by piece as NDJSON or text, the whole as a
 * screen that changes or a file for Prometheus. All append to @out; out->err tells when memory was
 * gone. */

#include "analysis/denials/denial.h"
#include "model/watch.h"
#include "report/records.h"
#include "report/report.h"

/* seal_watch_json_run - the first record; @r is kept for those that follow, and so is @h's name,
 * which the caller copies to r->host before @h goes */
void seal_watch_json_run(struct seal_records *r, const struct seal_host *h, struct seal_buf *out);
/* seal_watch_json_cause, seal_watch_json_denial - a new cause, and the fix it has: its number in
 * the stream is that of the row */
void seal_watch_json_cause(struct seal_records *r, const struct seal_watch_row *row,
			   const struct seal_cause_group *g, const struct seal_fix *fix);
void seal_watch_json_denial(struct seal_records *r, const struct seal_watch_row *row,
			    const struct seal_denial_group *g, const struct seal_fix *fix);
/* seal_watch_json_count - more came of a cause that was told */
void seal_watch_json_count(struct seal_records *r, const struct seal_watch_row *row);
void seal_watch_json_note(struct seal_records *r, const struct seal_watch_note *n);
/* seal_watch_json_lost - what was not seen, since the start */
void seal_watch_json_lost(struct seal_records *r, const struct seal_watch_losses *l);
void seal_watch_json_end(struct seal_records *r, const struct seal_watched *w);

void seal_watch_text_run(struct seal_buf *out, const struct seal_host *h,
			 const struct seal_text_style *style);
void seal_watch_text_row(struct seal_buf *out, const struct seal_watch_row *row,
			 const struct seal_text_style *style);
void seal_watch_text_count(struct seal_buf *out, const struct seal_watch_row *row);
void seal_watch_text_note(struct seal_buf *out, const struct seal_watch_note *n);
void seal_watch_text_lost(struct seal_buf *out, const struct seal_watch_losses *l);
void seal_watch_text_end(struct seal_buf *out, const struct seal_watched *w);

#define SEAL_WATCH_NOTES_SHOWN 5

/* seal_watch_text_screen - all of it on a terminal of @lines lines, from its first line on
 * @head:  the line of seal_watch_text_run(); printable
 * @notes: the last ones, the newest last */
void seal_watch_text_screen(struct seal_buf *out, const struct seal_watched *w, const char *head,
			    const struct seal_watch_note *notes, size_t n_notes, unsigned lines,
			    const struct seal_text_style *style);

/* @now_us: of the run */
void seal_report_watch_prometheus(const struct seal_host *h, const struct seal_watched *w,
				  int64_t now_us, struct seal_buf *out);
