/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ladder.h - the candidate fixes of a group of denials, each re-tested in memory and costed, the
 * cheapest sufficient one first: labels before ports before booleans before rules; a wrong label
 * never becomes a rule */

#include "analysis/denials/denial.h"

/* seal_ladder_climb - fill in paths, candidates and fix of @g, whose reasons are known. Returns 0
 * or -ENOMEM */
int seal_ladder_climb(struct seal_host *h, const struct seal_denial_query *q,
		      struct seal_denial_group *g);
