/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cli/audit.h"
#include "cli/live_queue.h"
#include "cli/lock.h"
#include "cli/progress.h"
#include "evidence/rules/waivers.h"
#include "report/audit.h"

void seal_audit_done(struct seal_audited *a)
{
	seal_findings_done(&a->findings);
	if (a->x)
		seal_explanation_free(a->x);
	seal_evidence_free(a->h);
	seal_check_rules_free(a->rules);
	if (a->causes)
		seal_rules_free(a->causes);
	if (a->root)
		seal_root_free(a->root);
}

static int take_grade(const char *word, enum seal_grade *ret, struct seal_err *err)
{
	if (word && !seal_grade_parse(seal_bytes_of(word), ret))
		return seal_err_set(err, -EINVAL,
				    "no severity '%s': critical, high, medium, low or info", word);
	return 0;
}

static int take_roles(const char *text, unsigned *ret, struct seal_err *err)
{
	struct seal_bytes rest = seal_bytes_of(text), word;
	unsigned bit;

	while (rest.n) {
		word = seal_bytes_trim(seal_bytes_cut(rest, ',', &rest));
		if (!seal_role_parse(word, &bit))
			return seal_err_set(err, -EINVAL,
					    "no role '%.*s': null-client, submission, mx, relay or "
					    "mailstore",
					    (int)word.n, word.p);
		*ret |= bit;
	}
	return 0;
}

/* take_ids - the words of a list parted by commas, of all uses of the option */
static int take_ids(const struct seal_cli_words *words, struct seal_cli_ids *ret)
{
	seal_vec_each (w, &words->v) {
		struct seal_bytes rest = seal_bytes_of(*w), *id;

		while (rest.n) {
			id = seal_vec_add(&ret->v);
			if (!id)
				return -ENOMEM;
			*id = seal_bytes_trim(seal_bytes_cut(rest, ',', &rest));
		}
	}
	return 0;
}

int seal_audit_rules(const struct seal_cli *cli, struct seal_audited *a, struct seal_err *err)
{
	if (seal_check_rules_load(cli->rules_dir, &a->rules, err) < 0 ||
	    seal_rules_load(cli->rules_dir, &a->causes, err) < 0)
		return -EINVAL;
	return 0;
}

/* read_all - rules and evidence. Returns 0, -EINVAL for what the user got wrong, or another errno
 */
static int read_all(const struct seal_cli *cli, const char *root, struct seal_audited *a,
		    struct seal_err *err)
{
	struct seal_evidence_query query = {SEAL_EV_ALL | SEAL_EV_SETUP | SEAL_EV_BOOT,
					    {cli->since_us, cli->until_us}};
	struct seal_ids none = {0};
	int r;

	if (!a->rules && seal_audit_rules(cli, a, err) < 0)
		return -EINVAL;
	r = seal_root_new(root, &a->root, err);
	if (r == 0)
		seal_cli_queue(a->root);
	if (r == 0)
		r = seal_cli_lock(cli, err);
	if (r == 0)
		r = seal_cli_read(cli, a->root, &query, &a->h, err);
	if (r < 0)
		return r == -EINVAL ? -EIO : r;
	r = seal_explain(a->h, a->causes, none, &a->x);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}

static int judge(const struct seal_cli *cli, struct seal_audited *a, struct seal_err *err)
{
	struct seal_check_query q = {.x = a->x};
	struct seal_cli_ids only = {0}, skip = {0};
	int r;

	if (take_grade(cli->audit.severity, &q.min_severity, err) < 0 ||
	    take_roles(cli->audit.role, &q.roles, err) < 0)
		return -EINVAL;
	r = take_ids(&cli->audit.only, &only);
	if (r == 0)
		r = take_ids(&cli->audit.skip, &skip);
	q.only = only.v.v;
	q.n_only = only.v.n;
	q.skip = skip.v.v;
	q.n_skip = skip.v.n;
	if (r == 0)
		r = seal_checks_run(a->h, a->rules, &q, &a->findings, err);
	seal_vec_done(&only.v);
	seal_vec_done(&skip.v);
	return r == -ENOENT ? -EINVAL : r;
}

static int accept_known(const struct seal_cli *cli, struct seal_audited *a, struct seal_err *err)
{
	struct seal_findings *f = &a->findings;

	if (cli->audit.waivers &&
	    seal_waivers_read(cli->audit.waivers, seal_cli_now(), a->h->arena, f, err) < 0)
		return -EINVAL;
	seal_vec_each (w, &f->waivers) {
		if (!seal_check_rule_find(a->rules, w->id))
			return seal_err_set(err, -EINVAL, "%s:%u: there is no check %.*s",
					    cli->audit.waivers, w->line, (int)w->id.n, w->id.p);
	}
	seal_findings_waive(f);
	if (cli->audit.baseline && seal_baseline_read(cli->audit.baseline, f, err) < 0)
		return -EINVAL;
	seal_findings_count(f);
	return 0;
}

/* the writers of the formats: with a style, without one, and with the time of the run */
#define FORMAT(name, ...)                                                                          \
	static void put_##name(const void *answer, const struct seal_text_style *style,            \
			       struct seal_buf *out)                                               \
	{                                                                                          \
		const struct seal_audited *a = answer;                                             \
                                                                                                   \
		(void)style;                                                                       \
		seal_report_audit_##name(a->h, &a->findings, __VA_ARGS__);                         \
	}

FORMAT(text, style, out)
FORMAT(json, out)
FORMAT(ndjson, out)
FORMAT(sarif, style, out)
FORMAT(junit, style, out)
FORMAT(markdown, style, out)
FORMAT(github, style, out)
FORMAT(prometheus, seal_cli_now(), out)

static void put_html(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct seal_audited *a = answer;
	struct seal_audit_extra extra = {.x = a->x};
	struct seal_paths paths = {0};
	int r = 0;

	if (a->h->ruleset)
		r = seal_paths_of_host(a->h, a->h->ruleset, &a->h->net, &paths);
	if (r < 0)
		out->err = r;
	else if (a->h->ruleset)
		extra.paths = &paths;
	seal_report_audit_html(a->h, &a->findings, &extra, style, out);
	seal_paths_done(&paths);
}

const struct seal_format seal_formats_audit[] = {
	{"text", put_text},   {"json", put_json},     {"ndjson", put_ndjson},
	{"sarif", put_sarif}, {"junit", put_junit},   {"markdown", put_markdown},
	{"html", put_html},   {"github", put_github}, {"prometheus", put_prometheus},
	{NULL, NULL},
};

/* weigh - what --fail-on and --require-complete make of it, before anything is written: every
 * format tells the same verdict */
static void weigh(const struct seal_cli *cli, struct seal_audited *a)
{
	struct seal_gate *g = &a->findings.gate;

	g->wants_complete = cli->require_complete;
	g->complete = !a->findings.n[SEAL_STATUS_UNKNOWN] && seal_report_is_complete(a->h);
	seal_vec_each (f, &a->findings.v) {
		g->failing += g->asked && f->status == SEAL_STATUS_FAIL && !f->known &&
			      f->severity >= g->fail_on;
	}
}

int seal_audit_exit(enum seal_gate_answer v)
{
	if (v == SEAL_GATE_FAIL)
		return SEAL_EXIT_FINDINGS;
	return v == SEAL_GATE_INCOMPLETE ? SEAL_EXIT_INCOMPLETE : SEAL_EXIT_OK;
}

int seal_audit_run(const struct seal_cli *cli, const char *root, struct seal_audited *a,
		   struct seal_err *err)
{
	struct seal_gate *g = &a->findings.gate;
	int r;

	g->asked = cli->audit.fail_on && strcmp(cli->audit.fail_on, "none") != 0;
	r = g->asked ? take_grade(cli->audit.fail_on, &g->fail_on, err) : 0;
	if (r == 0)
		r = read_all(cli, root, a, err);
	if (r == 0)
		r = judge(cli, a, err);
	if (r == 0)
		r = accept_known(cli, a, err);
	if (r == 0)
		weigh(cli, a);
	return r;
}

int seal_audit_fail(const struct seal_cli *cli, int r, const struct seal_err *err)
{
	return seal_cli_fail(cli, r == -EINVAL ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED, err);
}

int seal_audit_answer(const struct seal_cli *cli)
{
	struct seal_audited a = {0};
	struct seal_err err = {0};
	int r, code;

	r = seal_audit_run(cli, cli->root, &a, &err);
	if (r < 0)
		code = seal_audit_fail(cli, r, &err);
	else
		code = seal_cli_render(cli, &a);
	if (r == 0 && code == SEAL_EXIT_OK)
		code = seal_audit_exit(seal_gate_answer(&a.findings.gate));
	seal_audit_done(&a);
	return code;
}

int seal_verb_audit(const struct seal_cli *cli)
{
	if (cli->audit.needs || cli->audit.what_if.v.n)
		return seal_verb_needs(cli);
	return cli->n_args ? seal_audit_many(cli) : seal_audit_answer(cli);
}
