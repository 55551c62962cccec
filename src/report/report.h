/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* report.h - one document from a result: text for people, JSON for programs (CONTRACT). Every
 * untrusted byte passes the encoder of its format here and nowhere else. */

#include "core/json.h"
#include "model/explanation.h"
#include "model/host.h"

/* struct seal_text_style - how text for people is laid out */
struct seal_text_style {
	bool color;   /* ECMA-48 colours; marks only, never the only carrier */
	bool verbose; /* every message and everything ruled out, not the first few */
	/* whole mail addresses in documents that are passed on (report/redact.h); text for the
	 * terminal and JSON always have them */
	bool addresses;
};

/* seal_report_explain_json, seal_report_explain_text - the answer of explain
 * @out: appended to; out->err tells when memory was gone */
void seal_report_explain_json(const struct seal_host *h, const struct seal_explanation *x,
			      struct seal_buf *out);
void seal_report_explain_ndjson(const struct seal_host *h, const struct seal_explanation *x,
				struct seal_buf *out);
/* @now_us: of the run */
void seal_report_explain_prometheus(const struct seal_host *h, const struct seal_explanation *x,
				    int64_t now_us, struct seal_buf *out);
void seal_report_explain_markdown(const struct seal_host *h, const struct seal_explanation *x,
				  const struct seal_text_style *style, struct seal_buf *out);
void seal_report_explain_html(const struct seal_host *h, const struct seal_explanation *x,
			      const struct seal_text_style *style, struct seal_buf *out);
void seal_report_explain_text(const struct seal_host *h, const struct seal_explanation *x,
			      const struct seal_text_style *style, struct seal_buf *out);

/* --- shared by the JSON reports ------------------------------------------------------------------
 */

/* seal_report_envelope - open the document: schema, verb, tool, root, host, sources, complete */
void seal_report_envelope(struct seal_json *j, const struct seal_host *h, const char *verb);
/* seal_report_origin - an origin object */
void seal_report_origin(struct seal_json *j, const char *key, const struct seal_origin *o);
/* seal_report_fixes - "fixes": [ ... ] with the ids fix-1, fix-2 ... in order */
void seal_report_fixes(struct seal_json *j, const struct seal_fix *fixes, size_t n);
/* seal_report_cost - "opens": { own, domains, tuples } */
void seal_report_cost(struct seal_json *j, const struct seal_cost *c);
/* seal_report_candidate - a fix that could be chosen, or was turned down, as one object */
void seal_report_candidate(struct seal_json *j, const struct seal_fix *f);
/* seal_report_condition - what must hold before or after a step; null when no program can tell */
void seal_report_condition(struct seal_json *j, const char *key, const struct seal_condition *c);
/* seal_report_steps - "steps": [ ... ] */
void seal_report_steps(struct seal_json *j, const struct seal_fix *f);

/* seal_host_complete - whether no source that was there failed to be read */
bool seal_report_is_complete(const struct seal_host *h);

/* --- shared by the text reports ------------------------------------------------------------------
 */

#define SEAL_TEXT_COLUMNS 100

/* seal_text_plural - what makes many of one word: "" when @n is 1, else "s" */
const char *seal_text_plural(uint64_t n);

/* seal_text_wrap - untrusted text from column @column on, broken at blanks before
 * SEAL_TEXT_COLUMNS; further lines begin at column @indent. A word longer than a line stays whole.
 * Returns the column it ended at. */
size_t seal_text_wrap(struct seal_buf *out, size_t column, size_t indent, struct seal_bytes text);
/* seal_text_row - "    word   text" on lines of its own, wrapped below the text */
void seal_text_row(struct seal_buf *out, size_t indent, const char *word, struct seal_bytes text);

/* seal_text_head - the first line: who the host is */
void seal_text_head(struct seal_buf *out, const struct seal_host *h,
		    const struct seal_text_style *style);
/* seal_text_sources - the closing lines: what was read, what was not and why
 * @asked: bits 1 << enum seal_source of what the verb looks for, to be told when there is none */
void seal_text_sources(struct seal_buf *out, const struct seal_host *h, unsigned asked,
		       const struct seal_text_style *style);
/* seal_text_queue - the queue by cause, age and domain, and certificates that end soon */
void seal_text_queue(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_text_style *style);
/* seal_text_argv - one command as a person would paste it; an argument that must not be emitted
 * makes it a manual step in words */
void seal_text_argv(struct seal_buf *out, const struct seal_argv *a);
/* seal_text_cost - "21 accesses for 9 domains (162 in all), takes away 3"; nothing when a fix opens
 * and closes nothing, or it was not counted. Returns whether anything was written */
bool seal_text_cost(struct seal_buf *out, const struct seal_cost *c);
/* seal_text_fix_cost - of a fix: "changes no policy", "opens 2 accesses for 1 domain"; nothing when
 * it is not known */
void seal_text_fix_cost(struct seal_buf *out, const struct seal_fix *f);
/* seal_text_fix - the commands of a fix with undo and cost, each line indented by @indent blanks */
void seal_text_fix(struct seal_buf *out, const struct seal_fix *f, int indent);
