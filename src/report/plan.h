/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* plan.h - a plan for people and for programs */

#include "fix/plan.h"
#include "report/report.h"

/* seal_report_plan_json - the plan file; the same bytes for the same plan */
void seal_report_plan_json(const struct seal_host *h, const struct seal_plan *p,
			   struct seal_buf *out);

/* seal_report_plan_ndjson - its fixes and steps, a record each */
void seal_report_plan_ndjson(const struct seal_host *h, const struct seal_plan *p,
			     struct seal_buf *out);

/* struct seal_plan_place - where the plan was written, and what it leaves out */
struct seal_plan_place {
	const char *hash; /* of the plan file, hexadecimal */
	const char *dir;  /* NULL: not written */
	unsigned left;    /* groups of denials it has no fix of, though they have one */
};

/* seal_report_plan_text - its steps in order, what each opens and how it is taken back */
void seal_report_plan_text(const struct seal_host *h, const struct seal_plan *p,
			   const struct seal_plan_place *place, const struct seal_text_style *style,
			   struct seal_buf *out);
