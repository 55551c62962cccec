/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

int seal_verb_explain(const struct seal_cli *cli)
{
	(void)cli;
	return SEAL_EXIT_OK;
}
