/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* lock.h - the lock-down of a verb that only reads */

#include "cli/cli.h"

/* seal_cli_lock - start what has to run outside (loading of nft text), then lock the process so
 * that it can write its outputs and no more. Call when the root is open and before anything of it
 * is parsed; further calls do nothing. With --verbose the layers are told on stderr. Returns 0 or a
 * negative errno. */
int seal_cli_lock(const struct seal_cli *cli, struct seal_err *err);
