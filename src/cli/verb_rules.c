/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cli/cli.h"
#include "evidence/rules/checks.h"
#include "report/rules.h"

static int write_out(const struct seal_cli *cli, const struct seal_check_rules *rules,
		     const struct seal_check_rule *rule)
{
	int code = SEAL_EXIT_OK;

	seal_vec_each (o, &cli->outputs) {
		seal_auto_buf struct seal_buf doc = {0};

		if (strcmp(o->format, "json") == 0)
			seal_report_rules_json(rules->v.v, rules->v.n, rule, &doc);
		else
			seal_report_rules_text(rules->v.v, rules->v.n, rule, &doc);
		if (seal_cli_write(cli, o, &doc) != SEAL_EXIT_OK)
			code = SEAL_EXIT_FAILED;
	}
	return code;
}

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
	return err.code ? seal_cli_fail(cli, SEAL_EXIT_USAGE, &err) : write_out(cli, rules, rule);
}
