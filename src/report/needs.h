/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* needs.h - what must be open, and no more, as text and as JSON; both append to @out */

#include "model/needs.h"
#include "report/report.h"

void seal_report_needs_json(const struct seal_host *h, const struct seal_needs *n,
			    struct seal_buf *out);
void seal_report_needs_text(const struct seal_host *h, const struct seal_needs *n,
			    const struct seal_text_style *style, struct seal_buf *out);

/* seal_what_if_verdict - "breaks", "unknown" (nothing is known to break, and not all is known) or
 * "safe" */
const char *seal_what_if_verdict(const struct seal_what_if *w);
