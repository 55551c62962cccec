/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_fix.h - the smallest change of the firewall that lets a packet pass */

#include "analysis/reach.h"
#include "model/fix.h"

/* seal_reach_fix - the one rule to add or change, or the firewalld call, for a packet that is
 * stopped
 * @verdict: what seal_reach_probe() said of @packet
 * @ret: filled in when there is one; freed with seal_fix_done(), text lives in @a
 * Returns 1, 0 when no single change does it, or -ENOMEM. */
int seal_reach_fix(const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_packet *packet, const struct seal_fw_verdict *verdict,
		   struct seal_arena *a, struct seal_fix *ret);
