/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_direct.h - the rules of direct.xml in a ruleset */

#include "evidence/firewall/firewalld_config.h"
#include "model/ruleset.h"

/* fwd_direct_add - add iptables' tables with the direct rules of @c to @rs. The caller links @rs
 * again. Returns 0 or -ENOMEM. */
int fwd_direct_add(const struct fwd_config *c, struct seal_ruleset *rs);

/* fwd_iptables_rule - the statements of a rule in the language of iptables(8)
 * @args: behind table, chain and position
 * @text: names what was not understood; lives as long as @rs
 * Returns 0 or -ENOMEM. */
int fwd_iptables_rule(struct seal_ruleset *rs, struct seal_fw_rule *rule, struct seal_bytes args,
		      bool ipv6, struct seal_bytes text);
