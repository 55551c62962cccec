/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* inputs.h - what a command reads beside the evidence */

#include "cli/cli.h"

/* seal_cli_check_inputs - rules, waivers and the baseline come from whoever judges: none of them
 * lies below a root that is judged by it, links resolved
 * Returns 0, or -EINVAL with @err. */
int seal_cli_check_inputs(const struct seal_cli *cli, struct seal_err *err);
