/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* apply.h - the part of fix that changes the host: --apply and --undo */

#include "cli/cli.h"
#include "fix/plan.h"

/* seal_cli_read_plan - a plan file and the digest of its bytes in hexadecimal
 * @text: its bytes, freed by the caller after the plan; @hex: NUL-terminated
 * Limits: 64 MiB. Returns 0 or a negative errno. */
int seal_cli_read_plan(const char *file, char **text, struct seal_plan **ret, struct seal_buf *hex,
		       struct seal_err *err);

/* seal_cli_apply - carry out the plan cli->fix.apply; seal_cli_undo - take back cli->fix.undo
 * Return an exit code (what failed is reported). */
int seal_cli_apply(const struct seal_cli *cli);
int seal_cli_undo(const struct seal_cli *cli);
