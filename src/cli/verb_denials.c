/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "analysis/denials/object_path.h"
#include "cli/lock.h"
#include "cli/progress.h"
#include "cli/prove.h"
#include "core/enc.h"
#include "evidence/evidence.h"
#include "report/denials.h"

/* struct answer - what the formats are made of */
struct answer {
	const struct seal_host *h;
	const struct seal_denial_report *report;
};

/* the writers of the formats */
#define FORMAT(name, ...)                                                                          \
	static void put_##name(const void *answer, const struct seal_text_style *style,            \
			       struct seal_buf *out)                                               \
	{                                                                                          \
		const struct answer *a = answer;                                                   \
                                                                                                   \
		(void)style;                                                                       \
		seal_report_denials_##name(a->h, a->report, __VA_ARGS__);                          \
	}

FORMAT(text, style, out)
FORMAT(json, out)
FORMAT(ndjson, out)
FORMAT(markdown, style, out)
FORMAT(html, style, out)
FORMAT(prometheus, seal_cli_now(), out)

const struct seal_format seal_formats_denials[] = {
	{"text", put_text},     {"json", put_json},
	{"ndjson", put_ndjson}, {"markdown", put_markdown},
	{"html", put_html},     {"prometheus", put_prometheus},
	{NULL, NULL},
};

/* check_type - a type that was mistyped has no denials either: say it */
static void check_type(const struct seal_cli *cli, const struct seal_host *h)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes ret;
	int r;

	if (!cli->type || cli->quiet || !h->selinux.policy)
		return;
	r = seal_policy_type(h->selinux.policy, seal_bytes_of(cli->type), &ret);
	if (r == 0)
		return;
	seal_enc_tty(&b, seal_bytes_of(cli->type));
	fprintf(stderr,
		r == -EISDIR ? "postseal denials: %.*s is an attribute of types, not a type\n"
			     : "postseal denials: the policy has no type %.*s\n",
		(int)b.n, b.p ? b.p : "");
}

int seal_verb_denials(const struct seal_cli *cli)
{
	struct seal_evidence_query what = {
		SEAL_EV_AUDIT | SEAL_EV_POSTFIX | SEAL_EV_SELINUX | SEAL_EV_MAIL,
		{cli->since_us, cli->until_us},
	};
	struct seal_denial_query query = {.all = cli->all || cli->type};
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	seal_auto_host struct seal_host *h = NULL;
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_log_paths struct seal_log_paths hints = {0};
	struct seal_err err = {0};
	int code;

	query.type = seal_bytes_of(cli->type);
	if (seal_root_new(cli->root, &root, &err) < 0 || seal_cli_lock(cli, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	if (seal_cli_read(cli, root, &what, &h, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	check_type(cli, h);
	if (seal_log_paths(h, &hints) == 0) {
		query.hints = hints.v.v;
		query.n_hints = hints.v.n;
	}
	if (seal_denials_explain(h, &query, &report) < 0 ||
	    (cli->prove && seal_cli_prove(root, h, report) < 0)) {
		seal_err_set(&err, -ENOMEM, "out of memory");
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	}
	code = seal_cli_render(cli, &(struct answer){h, report});
	if (code == SEAL_EXIT_OK && cli->require_complete && !seal_report_is_complete(h))
		code = SEAL_EXIT_INCOMPLETE;
	return code;
}
