/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* diff.h - the answer of diff, one file a format */

#include "model/row.h"
#include "report/report.h"

/* all append to @out; out->err tells when memory was gone */
void seal_report_diff_text(const struct seal_difference *d, const struct seal_text_style *style,
			   struct seal_buf *out);
void seal_report_diff_json(const struct seal_difference *d, struct seal_buf *out);
void seal_report_diff_markdown(const struct seal_difference *d, const struct seal_text_style *style,
			       struct seal_buf *out);
