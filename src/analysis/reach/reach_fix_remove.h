/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_fix_remove.h - to take away what blocks, where it exists for that traffic alone */

#include "analysis/reach/reach_impl.h"
#include "model/fix.h"

/* struct reach_blocker - a rule that stops the asked packet, and the port it has there */
struct reach_blocker {
	const struct seal_fw_rule *rule; /* NULL: the policy of a chain, which stays */
	uint16_t dport;
};

/* reach_removal - the fix that deletes the blocking rules or verdict map elements; of firewalld the
 * rich rule they were made for. Only rules of one port, the asked one, are taken away, and only
 * when the whole exchange passes without them.
 * @x:   made ready for the packet; its points are put back
 * @ret: filled when 1 is returned; caller ends it with seal_fix_done()
 * Limits: 8 rules; an anonymous verdict map of 12 elements. Returns 1, 0 (nothing to take away), or
 * -ENOMEM. */
int reach_removal(struct reach *x, const struct reach_blocker *blockers, size_t n,
		  struct seal_fix *ret);
