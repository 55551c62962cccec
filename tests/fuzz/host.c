/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/check.h"
#include "checks/needs.h"
#include "evidence/evidence.h"
#include "evidence/rules/checks.h"
#include "fuzz.h"
#include "report/audit.h"
#include "root.h"

/* host.c - a bundle, image or sosreport that every verb is asked about: what the checks look up in
 * it is read then (certificates, contexts, labels, access lists) */

static void audit(struct seal_host *h)
{
	static struct seal_check_rules *rules;
	static const struct seal_text_style style = {.verbose = true};
	const struct seal_check_query query = {.x = NULL};
	struct seal_findings findings = {0};
	struct seal_buf out = {0};

	if (!rules)
		fuzz_must(seal_check_rules_load(NULL, &rules, NULL) == 0);
	fuzz_must(seal_checks_run(h, rules, &query, &findings, NULL) == 0);
	seal_findings_count(&findings);
	seal_report_audit_text(h, &findings, &style, &out);
	fuzz_must(!out.err);
	seal_buf_done(&out);
	seal_findings_done(&findings);
}

static void needs(struct seal_host *h)
{
	struct seal_needs answer = {0};

	fuzz_must(seal_needs_find(h, &answer) == 0);
	seal_needs_done(&answer);
}

static void ask_all(struct seal_host *h)
{
	fuzz_analyse(h);
	audit(h);
	needs(h);
}

void fuzz_host(const uint8_t *p, size_t n)
{
	fuzz_sent(p, n, SEAL_EV_EVERYTHING, ask_all);
}
