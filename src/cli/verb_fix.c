/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "analysis/attribution/attribution.h"
#include "analysis/denials/object_path.h"
#include "checks/check.h"
#include "cli/apply.h"
#include "cli/apply_tell.h"
#include "cli/live_queue.h"
#include "cli/lock.h"
#include "cli/progress.h"
#include "core/digest.h"
#include "core/enc.h"
#include "evidence/evidence.h"
#include "evidence/selinux/sepol_memory.h"
#include "fix/render.h"
#include "report/plan.h"

/* struct answer - what the formats are made from */
struct answer {
	const struct seal_host *h;
	struct seal_plan *plan;
	const char *hash; /* of the plan file, hexadecimal */
	const char *dir;
	unsigned left; /* groups of denials whose fix only --denials plans */
};

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer *a = answer;

	seal_report_plan_text(a->h, a->plan, &(struct seal_plan_place){a->hash, a->dir, a->left},
			      style, out);
}

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_report_plan_json(a->h, a->plan, out);
}

static void put_ndjson(const void *answer, const struct seal_text_style *style,
		       struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_report_plan_ndjson(a->h, a->plan, out);
}

static void put_sh(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_plan_apply_sh(a->plan, a->hash, out);
}

static void put_undo(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_plan_undo_sh(a->plan, a->hash, out);
}

static void put_ansible(const void *answer, const struct seal_text_style *style,
			struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_plan_ansible(a->plan, a->hash, out);
}

const struct seal_format seal_formats_fix[] = {
	{"text", put_text}, {"json", put_json},       {"ndjson", put_ndjson}, {"sh", put_sh},
	{"undo", put_undo}, {"ansible", put_ansible}, {NULL, NULL},
};

/* the files of a plan directory, and what each holds */
static const struct seal_format files[] = {
	{"plan.json", put_json},
	{"undo.sh", put_undo},
	{"apply.sh", put_sh},
	{"playbook.yml", put_ansible},
};

static int write_one(const struct seal_cli *cli, const char *name, const struct seal_buf *doc)
{
	seal_auto_buf struct seal_buf path = {0};
	struct seal_output to = {0};
	struct seal_err err = {0};

	seal_buf_printf(&path, "%s/%s", cli->fix.dir, name);
	seal_buf_putc(&path, '\0');
	if (path.err) {
		seal_err_set(&err, path.err, "%s: %s", name, strerror(-path.err));
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	}
	to.file = path.p;
	return seal_cli_write(cli, &to, doc);
}

static int write_module(const struct seal_cli *cli, const struct seal_plan_module *m)
{
	const struct {
		const char *suffix;
		struct seal_bytes text;
	} parts[] = {{"cil", m->cil}, {"te", m->te}};
	char name[96];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		seal_auto_buf struct seal_buf doc = {0};

		snprintf(name, sizeof(name), "%.*s.%s", (int)m->name.n, m->name.p, parts[i].suffix);
		seal_buf_put(&doc, parts[i].text.p, parts[i].text.n);
		if (write_one(cli, name, &doc) != SEAL_EXIT_OK)
			return SEAL_EXIT_FAILED;
	}
	return SEAL_EXIT_OK;
}

/* is_in_use - an earlier plan of the directory was begun: its marks tell undo.sh what to take back
 */
static bool is_in_use(const char *dir)
{
	seal_auto_buf struct seal_buf path = {0};
	struct stat st;

	seal_buf_printf(&path, "%s/state", dir);
	seal_buf_putc(&path, '\0');
	return path.err || lstat(path.p, &st) == 0;
}

static int write_dir(const struct seal_cli *cli, const struct answer *a, struct seal_err *err)
{
	size_t i;

	if (mkdir(cli->fix.dir, 0700) < 0 && errno != EEXIST)
		return seal_err_set(err, -errno, "%s: %s", cli->fix.dir, strerror(errno));
	if (is_in_use(cli->fix.dir))
		return seal_err_set(err, -EBUSY,
				    "%s: a plan there was begun; take it back with its undo.sh, or "
				    "name another directory",
				    cli->fix.dir);
	seal_vec_each (m, &a->plan->modules) {
		if (write_module(cli, m) != SEAL_EXIT_OK)
			return SEAL_EXIT_FAILED;
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		seal_auto_buf struct seal_buf doc = {0};

		files[i].put(a, NULL, &doc);
		if (write_one(cli, files[i].name, &doc) != SEAL_EXIT_OK)
			return SEAL_EXIT_FAILED;
	}
	return SEAL_EXIT_OK;
}

/* digest_of - of the plan file as it is written */
static int digest_of(const struct answer *a, struct seal_buf *hex)
{
	unsigned char sum[SEAL_SHA256_SIZE];
	seal_auto_buf struct seal_buf doc = {0};
	int r;

	put_json(a, NULL, &doc);
	r = doc.err ? doc.err : seal_sha256(seal_buf_bytes(&doc), sum);
	if (r < 0)
		return r;
	seal_enc_hex(hex, (struct seal_bytes){(const char *)sum, sizeof(sum)});
	seal_buf_putc(hex, '\0');
	return hex->err;
}

/* add_findings - the fixes of the checks that fail
 * @checks, @ret: what the fixes point into; the caller ends both */
static int add_findings(const struct seal_cli *cli, struct seal_host *h,
			const struct seal_explanation *x, struct seal_plan *plan,
			struct seal_check_rules **checks, struct seal_findings *ret)
{
	struct seal_check_query q = {.x = x};
	struct seal_err err = {0};
	int r = seal_check_rules_load(cli->rules_dir, checks, &err);

	if (r == 0)
		r = seal_checks_run(h, *checks, &q, ret, &err);
	return r == 0 ? seal_plan_gather_findings(plan, ret) : r;
}

/* add_denials - the fixes of denials that stopped no message; of single messages only on request
 * @left: as of seal_plan_gather_denials() */
static int add_denials(const struct seal_cli *cli, struct seal_host *h, struct seal_plan *plan,
		       unsigned *left)
{
	enum seal_plan_silent which =
		cli->fix.denials ? SEAL_PLAN_SILENT_ALL : SEAL_PLAN_SILENT_SAFE;
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	seal_auto_log_paths struct seal_log_paths hints = {0};
	struct seal_denial_query query = {.logged = cli->fix.denials};
	int r;

	if (cli->n_args && !cli->fix.denials)
		return 0;
	r = seal_log_paths(h, &hints);
	query.hints = hints.v.v;
	query.n_hints = hints.v.n;
	if (r == 0)
		r = seal_denials_explain(h, &query, &report);
	return r == 0 ? seal_plan_gather_denials(plan, report, which, left) : r;
}

static int make(const struct seal_cli *cli, const struct seal_root *root,
		const struct seal_rules *rules, struct seal_findings *findings,
		struct seal_err *err)
{
	struct seal_evidence_query query = {
		SEAL_EV_ALL | (cli->fix.audit ? SEAL_EV_SETUP | SEAL_EV_BOOT : 0),
		{cli->since_us, cli->until_us}};
	seal_auto_check_rules struct seal_check_rules *checks = NULL;
	seal_auto_explanation struct seal_explanation *x = NULL;
	seal_auto_plan struct seal_plan *plan = seal_plan_new();
	seal_auto_free struct seal_bytes *ids = NULL;
	seal_auto_host struct seal_host *h = NULL;
	seal_auto_buf struct seal_buf hex = {0};
	struct answer a = {.plan = plan, .dir = cli->fix.dir};
	size_t i;
	int r;

	ids = calloc(cli->n_args + 1, sizeof(*ids));
	if (!ids || !plan)
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < cli->n_args; i++)
		ids[i] = seal_bytes_of(cli->args[i]);
	r = seal_cli_read(cli, root, &query, &h, err);
	if (r < 0)
		return r;
	r = seal_explain(h, rules, (struct seal_ids){ids, cli->n_args}, &x);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	for (i = 0; i < cli->n_args; i++)
		if (!seal_explanation_has(x, ids[i]))
			return seal_err_set(err, -ENOENT,
					    "no message %s waits or came to a bad end",
					    cli->args[i]);
	r = seal_plan_gather(plan, h, x);
	if (r == 0)
		r = add_denials(cli, h, plan, &a.left);
	if (r == 0 && cli->fix.audit)
		r = add_findings(cli, h, x, plan, &checks, findings);
	if (r == 0)
		r = seal_plan_reloads(plan, h);
	if (r == 0)
		r = seal_plan_make(plan);
	a.h = h;
	if (r == 0 && seal_sepol_memory_was_short())
		r = -ENOMEM;
	if (r == 0)
		r = digest_of(&a, &hex);
	if (r < 0)
		return seal_err_set(err, r, "%s", strerror(-r));
	a.hash = hex.p;
	if (cli->fix.dir) {
		r = write_dir(cli, &a, err);
		if (r != SEAL_EXIT_OK)
			return r;
	}
	return seal_cli_render(cli, &a);
}

/* change - --apply or --undo, and nothing that only makes plans beside it */
static int change(const struct seal_cli *cli)
{
	struct seal_err err = {0};

	if ((cli->fix.apply && cli->fix.undo) || cli->fix.dir || cli->n_args)
		seal_err_set(&err, -EINVAL,
			     "--apply and --undo take a plan file and neither each other, -o nor "
			     "queue ids");
	else
		(void)seal_tell_formats(cli, &err);
	if (err.code)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	return cli->fix.apply ? seal_cli_apply(cli) : seal_cli_undo(cli);
}

int seal_verb_fix(const struct seal_cli *cli)
{
	seal_auto_rules struct seal_rules *rules = NULL;
	seal_auto_root struct seal_root *root = NULL;
	struct seal_findings findings = {.roles = 0};
	struct seal_err err = {0};
	int r;

	if (cli->fix.apply || cli->fix.undo)
		return change(cli);
	if (seal_rules_load(cli->rules_dir, &rules, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	if (seal_root_new(cli->root, &root, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	seal_cli_queue(root);
	if (seal_cli_lock(cli, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	r = make(cli, root, rules, &findings, &err);
	seal_findings_done(&findings);
	return r < 0 ? seal_cli_fail(cli, r == -ENOENT ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED, &err)
		     : r;
}
