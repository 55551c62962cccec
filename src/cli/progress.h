/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* progress.h - one line on a terminal that tells how far the reading of a long log is */

#include "cli/cli.h"
#include "evidence/evidence.h"

/* seal_cli_read - seal_evidence_read(); while it reads long logs, what it tells is shown on stderr
 * when that is a terminal and --quiet is not given, and taken away at the end */
int seal_cli_read(const struct seal_cli *cli, const struct seal_root *root,
		  struct seal_evidence_query *query, struct seal_host **ret, struct seal_err *err);
