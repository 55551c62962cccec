/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/collect_ask.h"

#include <errno.h>

#include "analysis/attribution/attribution.h"
#include "analysis/denials/denial.h"
#include "analysis/denials/object_path.h"
#include "checks/check.h"
#include "core/time.h"
#include "fix/plan.h"
#include "report/audit.h"
#include "report/denials.h"

static int throw_away(void *data, struct seal_bytes piece)
{
	(void)data;
	(void)piece;
	return 0;
}

const struct seal_sink collect_nowhere = {throw_away, NULL};

static int run_explain(struct seal_host *h, const struct seal_rules *rules,
		       struct seal_explanation **ret)
{
	static const struct seal_text_style style = {.verbose = true};
	seal_auto_buf struct seal_buf out = {.sink = &collect_nowhere};
	seal_auto_plan struct seal_plan *plan = seal_plan_new();
	struct seal_ids all = {0};
	int r;

	if (!plan)
		return -ENOMEM;
	r = seal_explain(h, rules, all, ret);
	if (r < 0)
		return r;
	seal_report_explain_text(h, *ret, &style, &out);
	seal_report_explain_json(h, *ret, &out);
	r = seal_plan_gather(plan, h, *ret);
	if (r == 0)
		r = seal_plan_reloads(plan, h);
	if (r == 0)
		r = seal_plan_make(plan);
	return r < 0 ? r : out.err;
}

static int run_denials(struct seal_host *h)
{
	static const struct seal_text_style style = {.verbose = true};
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	seal_auto_buf struct seal_buf out = {.sink = &collect_nowhere};
	struct seal_denial_query query = {.all = true};
	seal_auto_log_paths struct seal_log_paths hints = {0};
	int r;

	if (seal_log_paths(h, &hints) == 0) {
		query.hints = hints.v.v;
		query.n_hints = hints.v.n;
	}
	r = seal_denials_explain(h, &query, &report);
	if (r < 0)
		return r;
	seal_report_denials_text(h, report, &style, &out);
	seal_report_denials_json(h, report, &out);
	return out.err;
}

static int run_audit(struct seal_host *h, const struct seal_explanation *x,
		     const struct seal_check_rules *rules)
{
	seal_auto_buf struct seal_buf out = {.sink = &collect_nowhere};
	struct seal_check_query query = {.x = x};
	struct seal_findings findings = {0};
	int r;

	r = seal_checks_run(h, rules, &query, &findings, NULL);
	if (r == 0)
		seal_report_audit_json(h, &findings, &out);
	seal_findings_done(&findings);
	return r < 0 ? r : out.err;
}

int collect_ask(const struct seal_cli *cli, const struct seal_root *root, struct seal_host **ret,
		struct seal_err *err)
{
	struct seal_evidence_query query = {SEAL_EV_EVERYTHING, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	seal_auto_check_rules struct seal_check_rules *checks = NULL;
	seal_auto_explanation struct seal_explanation *x = NULL;
	seal_auto_rules struct seal_rules *causes = NULL;
	seal_auto_host struct seal_host *h = NULL;
	int r;

	if (seal_check_rules_load(cli->rules_dir, &checks, err) < 0 ||
	    seal_rules_load(cli->rules_dir, &causes, err) < 0)
		return -EINVAL;
	r = seal_evidence_read(root, &query, &h, err);
	if (r < 0)
		return r == -EINVAL ? -EIO : r;
	r = run_explain(h, causes, &x);
	if (r == 0)
		r = run_denials(h);
	if (r == 0)
		r = run_audit(h, x, checks);
	if (r < 0)
		return seal_err_set(err, r == -EINVAL ? -EIO : r, "%s", strerror(-r));
	*ret = seal_take(h);
	return 0;
}
