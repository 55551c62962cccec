/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* audit.h - the answer of audit, one file a format. Waivers, baseline and filters have done their
 * work before: every format tells the same rows and the same verdict. */

#include "analysis/reach/reach_paths.h"
#include "model/finding.h"
#include "report/report.h"

/* all append to @out; out->err tells when memory was gone */
void seal_report_audit_json(const struct seal_host *h, const struct seal_findings *f,
			    struct seal_buf *out);
void seal_report_audit_text(const struct seal_host *h, const struct seal_findings *f,
			    const struct seal_text_style *style, struct seal_buf *out);
/* NDJSON: a line a finding (report/records.h) */
void seal_report_audit_ndjson(const struct seal_host *h, const struct seal_findings *f,
			      struct seal_buf *out);
/* seal_report_audit_failed - of a root that gave no verdict, only "run": no "end" follows, as of a
 * run that was cut short. Its host is called as the last part of the root's path.
 * @why: trusted text */
void seal_report_audit_failed(const char *root, const char *why, struct seal_buf *out);
/* SARIF 2.1.0: failures as results; waived and known ones carry a suppression or baselineState */
void seal_report_audit_sarif(const struct seal_host *h, const struct seal_findings *f,
			     const struct seal_text_style *style, struct seal_buf *out);
/* JUnit: a testsuite an area, a testcase a check and object */
void seal_report_audit_junit(const struct seal_host *h, const struct seal_findings *f,
			     const struct seal_text_style *style, struct seal_buf *out);
/* Markdown for a comment: at most 20 rows shown, the others folded */
void seal_report_audit_markdown(const struct seal_host *h, const struct seal_findings *f,
				const struct seal_text_style *style, struct seal_buf *out);
/* struct seal_audit_extra - what the pictures of the HTML report show beside the findings */
struct seal_audit_extra {
	const struct seal_paths *paths;   /* NULL: no ruleset was read */
	const struct seal_explanation *x; /* NULL: not explained */
};

/* HTML: one page that fetches nothing (report/html.h) */
void seal_report_audit_html(const struct seal_host *h, const struct seal_findings *f,
			    const struct seal_audit_extra *extra,
			    const struct seal_text_style *style, struct seal_buf *out);
/* GitHub workflow commands: at most ten of a kind */
void seal_report_audit_github(const struct seal_host *h, const struct seal_findings *f,
			      const struct seal_text_style *style, struct seal_buf *out);
/* Prometheus textfile; @now_us: of the run */
void seal_report_audit_prometheus(const struct seal_host *h, const struct seal_findings *f,
				  int64_t now_us, struct seal_buf *out);
/* JSON: the failures alone, as --baseline reads them */
void seal_report_audit_baseline(const struct seal_host *h, const struct seal_findings *f,
				struct seal_buf *out);
