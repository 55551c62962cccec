/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/audit.h"
#include "report/audit.h"

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct seal_audited *a = answer;

	(void)style;
	seal_report_audit_baseline(a->h, &a->findings, out);
}

const struct seal_format seal_formats_baseline[] = {
	{"json", put_json},
	{NULL, NULL},
};

int seal_verb_baseline(const struct seal_cli *cli)
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
