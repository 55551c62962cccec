/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_origin.h - which element of firewalld's configuration a rule of the kernel was made for
 */

#include "core/root.h"
#include "model/ruleset.h"

/* seal_firewalld_origins - give rules of table firewalld in a kernel's listing their origin in the
 * configuration of the same root. A chain that reads otherwise than its configuration would make it
 * (changed at run time, another layout) gets none.
 * Returns 0 or -ENOMEM. */
int seal_firewalld_origins(const struct seal_root *root, struct seal_ruleset *rs);
