/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* html.h - what the HTML reports have in common: one page that asks nothing of anybody. No script,
 * no address to fetch from; the policy in its head lets nothing but its own style sheet through.
 * Every untrusted byte goes through seal_html_put(). */

#include "core/buf.h"
#include "report/report.h"

/* struct seal_html - a page that is being written */
struct seal_html {
	struct seal_buf *out;
	const struct seal_text_style *style;
};

/* struct seal_html_head - what stands at the top of a page */
struct seal_html_head {
	const char *verb;        /* "audit" */
	const char *state;       /* class of the verdict: "fail", "unknown", "pass", "na" */
	struct seal_bytes words; /* the verdict in a few words */
	struct seal_bytes more;  /* and what it rests on; may be empty */
	struct seal_bytes facts; /* one more fact of the host; may be empty */
};

/* seal_html_begin, seal_html_end - everything around the sections of a page */
void seal_html_begin(struct seal_html *w, const struct seal_host *h,
		     const struct seal_html_head *head);
void seal_html_end(struct seal_html *w, const struct seal_host *h);

/* seal_html_put - untrusted text, addresses as the style wants them; fit for attributes too */
void seal_html_put(struct seal_html *w, struct seal_bytes text);
/* seal_html_code - the same in <code> */
void seal_html_code(struct seal_html *w, struct seal_bytes text);

/* seal_html_section - "<h2 id=ID>" and a sentence below it; @lead may be NULL */
void seal_html_section(struct seal_html *w, const char *id, const char *title, const char *lead);
/* seal_html_icon - the sign of a state: "fail", "unknown", "waived", "pass", "na" */
void seal_html_icon(struct seal_html *w, const char *state);
/* seal_html_row - a row of a list of terms; nothing when @text is empty */
void seal_html_row(struct seal_html *w, const char *term, struct seal_bytes text);
/* seal_html_origin - "path:line", or nothing */
void seal_html_origin(struct seal_html *w, const struct seal_origin *o);
/* seal_html_fix - rows of a list of terms: the commands, what they open, undo, check */
void seal_html_fix(struct seal_html *w, const struct seal_fix *f);
