/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach.h - the documents of the verb reach */

#include "analysis/reach/reach_paths.h"
#include "model/fix.h"
#include "report/report.h"

/* seal_report_reach_json, seal_report_reach_text - the paths and who may use them
 * @rs:  NULL when none could be read: then the document says so
 * @out: appended to; out->err tells when memory was gone */
void seal_report_reach_json(const struct seal_host *h, const struct seal_ruleset *rs,
			    const struct seal_paths *p, struct seal_buf *out);
void seal_report_reach_ndjson(const struct seal_host *h, const struct seal_ruleset *rs,
			      const struct seal_paths *p, struct seal_buf *out);
/* @now_us: of the run */
void seal_report_reach_prometheus(const struct seal_host *h, const struct seal_ruleset *rs,
				  const struct seal_paths *p, int64_t now_us, struct seal_buf *out);
void seal_report_reach_markdown(const struct seal_host *h, const struct seal_ruleset *rs,
				const struct seal_paths *p, struct seal_buf *out);
void seal_report_reach_html(const struct seal_host *h, const struct seal_ruleset *rs,
			    const struct seal_paths *p, const struct seal_text_style *style,
			    struct seal_buf *out);
void seal_report_reach_text(const struct seal_host *h, const struct seal_ruleset *rs,
			    const struct seal_paths *p, const struct seal_text_style *style,
			    struct seal_buf *out);
