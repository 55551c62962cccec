/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ruleset_index.h - what seal_ruleset_link() prepares for the analysis of packets */

#include "model/ruleset.h"

struct seal_fw_index {
	struct seal_fw_chain **base; /* by hook, then in the order the kernel runs them */
	size_t n_base;
};

/* seal_set_find - the element whose parts hold all of @parts (n_parts numbers), or NULL
 * O(log n) for one part and for points; with ranges in several parts O(log n + elements whose first
 * part holds the first number).
 * Returns its number, -1: none. */
ssize_t seal_set_find(const struct seal_fw_set *s, const seal_u128 *parts);
