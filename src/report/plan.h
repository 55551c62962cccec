/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* plan.h - a plan for people and for programs */

#include "fix/plan.h"
#include "report/report.h"

/* seal_report_plan_json - the plan file; the same bytes for the same plan */
void seal_report_plan_json(const struct seal_host *h, const struct seal_plan *p,
			   struct seal_buf *out);

/* seal_report_plan_text - its steps in order, what each opens and how it is taken back
 * @hash: of the plan file, hexadecimal; @dir: where it was written, or NULL */
void seal_report_plan_text(const struct seal_host *h, const struct seal_plan *p, const char *hash,
			   const char *dir, const struct seal_text_style *style,
			   struct seal_buf *out);
