/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cli/cli.h"
#include "evidence/rules/checks.h"
#include "report/rules.h"

/* struct answer - what the formats are made of */
struct answer {
	const struct seal_check_rules *rules;
	const struct seal_check_rule *rule; /* the only one shown; NULL: all */
};

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_report_rules_text(a->rules->v.v, a->rules->v.n, a->rule, out);
}

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer *a = answer;

	(void)style;
	seal_report_rules_json(a->rules->v.v, a->rules->v.n, a->rule, out);
}

const struct seal_format seal_formats_rules[] = {
	{"text", put_text},
	{"json", put_json},
	{NULL, NULL},
};

int seal_verb_rules(const struct seal_cli *cli)
{
	seal_auto_check_rules struct seal_check_rules *rules = NULL;
	const struct seal_check_rule *rule = NULL;
	struct seal_err err = {0};

	if (seal_check_rules_load(cli->rules_dir, &rules, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	if (cli->n_args == 2 && strcmp(cli->args[0], "show") == 0) {
		rule = seal_check_rule_find(rules, seal_bytes_of(cli->args[1]));
		if (!rule)
			seal_err_set(&err, -ENOENT, "there is no check %s", cli->args[1]);
	} else if (cli->n_args > 1 || (cli->n_args == 1 && strcmp(cli->args[0], "list") != 0)) {
		seal_err_set(&err, -EINVAL, "the operands are 'list' or 'show ID'");
	}
	return err.code ? seal_cli_fail(cli, SEAL_EXIT_USAGE, &err)
			: seal_cli_render(cli, &(struct answer){rules, rule});
}
