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
	return seal_audit_answer(cli);
}
