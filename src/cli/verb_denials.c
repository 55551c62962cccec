/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/object_path.h"
#include "cli/cli.h"
#include "evidence/evidence.h"
#include "report/denials.h"

static int render(const struct seal_cli *cli, const struct seal_host *h,
		  const struct seal_denial_report *report)
{
	int code = SEAL_EXIT_OK;

	seal_vec_each (o, &cli->outputs) {
		seal_auto_buf struct seal_buf doc = {0};
		struct seal_text_style style = {seal_cli_color(cli, o), cli->verbose};

		if (strcmp(o->format, "json") == 0)
			seal_report_denials_json(h, report, &doc);
		else
			seal_report_denials_text(h, report, &style, &doc);
		if (seal_cli_write(cli, o, &doc) != SEAL_EXIT_OK)
			code = SEAL_EXIT_FAILED;
	}
	if (code == SEAL_EXIT_OK && cli->require_complete && !seal_report_is_complete(h))
		code = SEAL_EXIT_INCOMPLETE;
	return code;
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
	seal_auto_paths struct seal_paths hints = {0};
	struct seal_err err = {0};

	query.type = seal_bytes_of(cli->type);
	if (seal_root_new(cli->root, &root, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	if (seal_evidence_read(root, &what, &h, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	if (seal_paths_of_log(h, &hints) == 0) {
		query.hints = hints.v.v;
		query.n_hints = hints.v.n;
	}
	if (seal_denials_explain(h, &query, &report) < 0) {
		seal_err_set(&err, -ENOMEM, "out of memory");
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	}
	return render(cli, h, report);
}
