/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* denials.h - the answer of denials, as JSON (CONTRACT) and as text for people */

#include "analysis/denials/denial.h"
#include "report/report.h"

/* @out: appended to; out->err tells when memory was gone */
void seal_report_denials_json(const struct seal_host *h, const struct seal_denial_report *r,
			      struct seal_buf *out);
void seal_report_denials_ndjson(const struct seal_host *h, const struct seal_denial_report *r,
				struct seal_buf *out);
/* @now_us: of the run */
void seal_report_denials_prometheus(const struct seal_host *h, const struct seal_denial_report *r,
				    int64_t now_us, struct seal_buf *out);
void seal_report_denials_markdown(const struct seal_host *h, const struct seal_denial_report *r,
				  const struct seal_text_style *style, struct seal_buf *out);
void seal_report_denials_html(const struct seal_host *h, const struct seal_denial_report *r,
			      const struct seal_text_style *style, struct seal_buf *out);
void seal_report_denials_text(const struct seal_host *h, const struct seal_denial_report *r,
			      const struct seal_text_style *style, struct seal_buf *out);

/* seal_denial_access - "source -> target : class { permissions }", names as the log has them: not
 * encoded */
void seal_denial_access(struct seal_buf *out, const struct seal_denial_group *g);
/* seal_denial_mislabelled - what is wrong with the label of @p, one of g->paths: " should be ", or
 * " should be of level ", and in *ret the type or level it should have. NULL: nothing, or nothing
 * that can be mended there */
const char *seal_denial_mislabelled(const struct seal_denial_group *g,
				    const struct seal_denial_path *p, struct seal_bytes *ret);
/* seal_denial_no_fix - why a group has no fix: there is none, or it cannot be known */
struct seal_bytes seal_denial_no_fix(const struct seal_denial_group *g);
