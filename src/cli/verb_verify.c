/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <selinux/selinux.h>
#include <stdio.h>
#include <sys/stat.h>

#include "analysis/attribution/attribution.h"
#include "apply/ask.h"
#include "cli/apply.h"
#include "cli/live_queue.h"
#include "cli/lock.h"
#include "evidence/evidence.h"
#include "evidence/selinux/policy.h"
#include "fix/holds.h"
#include "report/verify.h"

#define FILES_MAX 200000
#define DEPTH_MAX 64

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	seal_report_verify_text(answer, style, out);
}

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	(void)style;
	seal_report_verify_json(answer, out);
}

static void put_ndjson(const void *answer, const struct seal_text_style *style,
		       struct seal_buf *out)
{
	(void)style;
	seal_report_verify_ndjson(answer, out);
}

const struct seal_format seal_formats_verify[] = {
	{"text", put_text},
	{"json", put_json},
	{"ndjson", put_ndjson},
	{NULL, NULL},
};

/* ---- the labels of a tree ---- */

/* struct tree - a walk over it: stops at the first label that is not right, and is of the plan */
struct tree {
	const struct seal_root *root;
	const struct seal_host *h;
	const struct seal_plan *plan;
	char path[PATH_MAX];
	size_t n, files;
	unsigned depth;
	bool wrong, untold;
};

/* is_of_later - made after the plan, and not labelled as what it is to end: Debian copies files
 * into the chroot at each start of Postfix, and they get another label than file_contexts has for
 * them */
static bool is_of_later(const struct tree *t)
{
	const struct seal_bytes path = {t->path, t->n};
	struct seal_bytes label, type;
	struct seal_file f;

	if (!t->plan->denials.n || t->plan->until_us == SEAL_TIME_NONE ||
	    seal_view_file(&t->h->view, path, &f) < 0 || f.mtime_us <= t->plan->until_us ||
	    seal_view_label(&t->h->view, path, &label) < 0)
		return false;
	type = seal_context_part(label, 't');
	seal_vec_each (d, &t->plan->denials) {
		if (seal_bytes_eq(d->target_type, type))
			return false;
	}
	return true;
}

static int look_at(void *data, const char *name, unsigned char type)
{
	struct tree *t = data;
	size_t len = strlen(name), was = t->n;
	int r = 0;

	if (was + len + 2 > sizeof(t->path) || ++t->files > FILES_MAX || t->depth == DEPTH_MAX) {
		t->untold = true;
		return 0;
	}
	t->path[t->n++] = '/';
	memcpy(t->path + t->n, name, len + 1);
	t->n += len;
	r = seal_label_is_right(t->h, (struct seal_bytes){t->path, t->n});
	t->wrong = t->wrong || (r == 0 && !is_of_later(t));
	t->untold = t->untold || (r < 0 && r != -ENOENT);
	r = t->wrong ? 1 : 0;
	if (r == 0 && type == DT_DIR) {
		t->depth++;
		r = seal_root_list(t->root, t->path, look_at, t, NULL);
		t->depth--;
		if (r < 0)
			t->untold = true;
	}
	t->n = was;
	t->path[was] = '\0';
	return t->wrong ? 1 : 0;
}

/* struct looker - for what the facts do not hold */
struct looker {
	const struct seal_root *root;
	const struct seal_plan *plan;
	struct seal_host *h;
};

static int look_below(const struct looker *l, struct seal_bytes path)
{
	seal_auto_free struct tree *t = calloc(1, sizeof(*t));

	if (!t || path.n >= sizeof(t->path))
		return -ENODATA;
	t->root = l->root;
	t->plan = l->plan;
	t->h = l->h;
	memcpy(t->path, path.p, path.n);
	t->n = path.n;
	if (seal_root_list(l->root, t->path, look_at, t, NULL) < 0)
		t->untold = true;
	if (t->wrong)
		return 0;
	return t->untold ? -ENODATA : 1;
}

static int look(void *data, const struct seal_condition *c)
{
	const struct looker *l = data;
	struct seal_asker asker = {.arena = l->h->arena, .dir = -1};
	int r = -ENODATA;

	if (c->kind == SEAL_CONDITION_LABELS && !c->not )
		return look_below(l, c->subject);
	if (!l->h->live || geteuid() != 0)
		return -ENODATA;
	asker.dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	asker.relabels = is_selinux_enabled() > 0;
	if (asker.dir >= 0) {
		r = seal_ask(&asker, c, NULL);
		close(asker.dir);
	}
	return r < 0 ? -ENODATA : r;
}

/* ---- when the plan was carried out ---- */

/* done_us - the last step that was, by the journal beside the plan; SEAL_TIME_NONE without one */
static int64_t done_us(const char *file, size_t n_steps)
{
	const char *slash = strrchr(file, '/');
	int64_t last = SEAL_TIME_NONE;
	size_t i;

	for (i = 1; i <= n_steps; i++) {
		seal_auto_buf struct seal_buf path = {0};
		struct stat st;
		int64_t at;

		seal_buf_put(&path, file, slash ? (size_t)(slash - file) + 1 : 0);
		seal_buf_printf(&path, "state/%zu.done", i);
		seal_buf_putc(&path, '\0');
		if (path.err || lstat(path.p, &st) < 0)
			continue;
		at = st.st_mtim.tv_sec * SEAL_SECOND_US + st.st_mtim.tv_nsec / 1000;
		if (at > last)
			last = at;
	}
	return last;
}

/* since - from when on nothing may go wrong any more: --since, the end of the last step, or the end
 * of the evidence that the plan was made from */
static int64_t since(const struct seal_cli *cli, const struct seal_plan *plan)
{
	int64_t at = cli->since_us;

	if (at == SEAL_TIME_NONE)
		at = done_us(cli->args[0], plan->steps.n);
	if (at == SEAL_TIME_NONE && plan->until_us != SEAL_TIME_NONE)
		at = plan->until_us + 1000; /* the file has it cut to milliseconds */
	return at;
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

static int exit_of(const struct seal_cli *cli, const struct seal_verify_answer *a)
{
	enum seal_proof_state s = seal_verification_state(a->v);

	if (s == SEAL_PROOF_FAILS)
		return SEAL_EXIT_FINDINGS;
	if (cli->require_complete && (s == SEAL_PROOF_UNKNOWN || !seal_report_is_complete(a->h)))
		return SEAL_EXIT_INCOMPLETE;
	return SEAL_EXIT_OK;
}

static int verify(const struct seal_cli *cli, const struct seal_root *root,
		  const struct seal_rules *rules, struct seal_plan *plan, const char *hash,
		  struct seal_err *err)
{
	seal_auto_explanation struct seal_explanation *x = NULL;
	seal_auto_host struct seal_host *h = NULL;
	struct seal_evidence_query query = {.what = SEAL_EV_ALL,
					    .span = {since(cli, plan), cli->until_us}};
	struct seal_verification v = {.since_us = query.span.since_us};
	struct seal_verify_answer a = {.plan = plan, .v = &v, .hash = hash};
	struct looker looker = {.root = root, .plan = plan};
	int r;

	if (plan->messages.n)
		qsort(plan->messages.v, plan->messages.n, sizeof(*plan->messages.v), by_bytes);
	query.follow = plan->messages.v;
	query.n_follow = plan->messages.n;
	r = seal_evidence_read(root, &query, &h, err);
	if (r < 0)
		return r;
	r = seal_explain(h, rules, (struct seal_ids){NULL, 0}, &x);
	looker.h = h;
	v.look = look;
	v.data = &looker;
	if (r == 0)
		r = seal_verify(h, plan, x, &v);
	a.h = h;
	a.x = x;
	if (r == 0) {
		r = seal_cli_render(cli, &a);
		r = r == SEAL_EXIT_OK ? exit_of(cli, &a) : r;
	} else {
		seal_err_set(err, r, "%s", strerror(-r));
	}
	seal_verification_done(&v);
	return r;
}

int seal_verb_verify(const struct seal_cli *cli)
{
	seal_auto_rules struct seal_rules *rules = NULL;
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_free char *text = NULL;
	seal_auto_plan struct seal_plan *plan = NULL;
	seal_auto_buf struct seal_buf hash = {0};
	struct seal_err err = {0};
	int r;

	if (cli->n_args != 1) {
		seal_err_set(&err, -EINVAL, "one plan file is wanted");
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	}
	if (seal_cli_read_plan(cli->args[0], &text, &plan, &hash, &err) < 0 ||
	    seal_rules_load(cli->rules_dir, &rules, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	if (seal_root_new(cli->root, &root, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	seal_cli_queue(root);
	/* of the running host programs are asked too: firewall-cmd, systemctl */
	if (seal_root_kind(root) != SEAL_ROOT_LIVE && seal_cli_lock(cli, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	r = verify(cli, root, rules, plan, hash.p, &err);
	return r < 0 ? seal_cli_fail(cli, SEAL_EXIT_FAILED, &err) : r;
}
