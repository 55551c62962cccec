/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* verify.h - what became of a plan, for people and for programs */

#include "fix/verify.h"
#include "report/report.h"

/* struct seal_verify_answer - all borrowed */
struct seal_verify_answer {
	const struct seal_host *h;
	const struct seal_plan *plan;
	const struct seal_explanation *x;
	const struct seal_verification *v;
	const char *hash; /* of the plan file, hexadecimal */
};

/* seal_report_verify_json, _ndjson - the document, or a record a line: "proof" of each step,
 * denial, path and message. They append to @out; out->err tells when memory was gone */
void seal_report_verify_json(const struct seal_verify_answer *a, struct seal_buf *out);
void seal_report_verify_ndjson(const struct seal_verify_answer *a, struct seal_buf *out);
void seal_report_verify_text(const struct seal_verify_answer *a,
			     const struct seal_text_style *style, struct seal_buf *out);
