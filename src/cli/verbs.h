/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* verbs.h - the table of verbs, for the program and for its manual page and completions */

#include "cli/cli.h"

extern const struct seal_verb seal_verbs[]; /* ends with name NULL */
