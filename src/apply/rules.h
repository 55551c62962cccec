/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* rules.h - the way back of a step that adds, replaces or deletes a rule of nftables: by the
 * listing of its chain from before */

#include "apply/state.h"
#include "fix/plan.h"

/* seal_rules_keep - keep the listing of the chain as a mark of step @n, unless an earlier run did
 * @dir: where nft works. Returns 0 or a negative errno. */
int seal_rules_keep(const struct seal_state *state, const struct seal_plan_step *s, unsigned n,
		    int dir, struct seal_err *err);

/* seal_rules_back - the chain is as in the kept listing, as far as step @n goes; what is so already
 * stays. Returns 0 or a negative errno. */
int seal_rules_back(const struct seal_state *state, const struct seal_plan_step *s, unsigned n,
		    int dir, struct seal_err *err);
