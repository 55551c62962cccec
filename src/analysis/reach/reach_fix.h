/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_fix.h - the smallest change of a firewall that lets one packet and its answers pass */

#include "analysis/reach/reach.h"
#include "model/fix.h"

/* seal_reach_fix - a rule in front of what blocks, in each base chain that blocks; where table
 * "firewalld" decides, what to tell firewalld
 * Where what blocks exists for that one port alone, its removal stands among the alternatives; of
 * firewalld's outgoing rich rules the removal comes first.
 * @packet:  as probed. A source or destination that is set narrows the new rule to it, so does the
 *           user of a local socket.
 * @verdict: of that packet
 * @a:       receives the words of the fix
 * @ret:     filled when 1 is returned; caller ends it with seal_fix_done(). It is re-tested in
 * memory: sufficient tells whether the whole exchange passes with it. Returns 1, 0 (nothing to
 * mend, or nothing certain to mend), or -ENOMEM. */
int seal_reach_fix(const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_packet *packet, const struct seal_fw_verdict *verdict,
		   struct seal_arena *a, struct seal_fix *ret);
