/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_direct.h - the rules of direct.xml in a ruleset */

#include "evidence/firewall/firewalld_config.h"
#include "model/ruleset.h"

/* fwd_direct_add - add iptables' tables with the direct rules of @c to @rs, as undecided rules in
 * their chains. The caller links @rs again. Returns 0 or -ENOMEM. */
int fwd_direct_add(const struct fwd_config *c, struct seal_ruleset *rs);
