/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* markdown.h - what the Markdown reports have in common: comments of a merge request. All that
 * comes from the evidence stands in code spans, or in a fenced block of commands. */

#include "core/buf.h"
#include "report/report.h"

/* seal_md_head - "### postseal VERB of HOST" */
void seal_md_head(struct seal_buf *out, const char *verb, const struct seal_host *h);
/* seal_md_put - untrusted text in a code span, addresses as the style wants them */
void seal_md_put(struct seal_buf *out, const struct seal_text_style *style, struct seal_bytes text);
/* seal_md_item - "- word: `text`" */
void seal_md_item(struct seal_buf *out, const struct seal_text_style *style, const char *word,
		  struct seal_bytes text);
/* seal_md_fix - commands of a fix and its undo in a block to copy from; nothing when it has none */
void seal_md_fix(struct seal_buf *out, const struct seal_fix *f);
/* seal_md_sources - one line: what could not be read */
void seal_md_sources(struct seal_buf *out, const struct seal_host *h);
