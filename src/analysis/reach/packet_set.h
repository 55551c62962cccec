/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* packet_set.h - a set of numbers (addresses) as sorted ranges that neither touch nor overlap; one
 * range is held in place, more in an arena */

#include "model/ruleset.h"

struct seal_ranges {
	size_t n, cap;
	struct seal_fw_range one;   /* n <= 1 */
	struct seal_fw_range *many; /* n > 1 */
	bool owned;                 /* no copy of this struct shares ->many */
};

static inline const struct seal_fw_range *seal_ranges_v(const struct seal_ranges *s)
{
	return s->n > 1 ? s->many : &s->one;
}

static inline struct seal_ranges seal_ranges_of(seal_u128 lo, seal_u128 hi)
{
	return (struct seal_ranges){.n = 1, .one = {lo, hi}};
}

bool seal_ranges_eq(const struct seal_ranges *a, const struct seal_ranges *b);

/* seal_ranges_split - the part of @s inside and the part outside of @n sorted ranges @v
 * Either result may be NULL. *out may be @s itself: a single range is then cut out in place.
 * Costs O(n + size of s) or, for few ranges on one side, their number times the logarithm of the
 * other. Returns 0 or -ENOMEM. */
int seal_ranges_split(struct seal_arena *a, struct seal_ranges *s, const struct seal_fw_range *v,
		      size_t n, struct seal_ranges *in, struct seal_ranges *out);

/* seal_ranges_union - @s becomes the union of itself and @more. Returns 0 or -ENOMEM. */
int seal_ranges_union(struct seal_arena *a, struct seal_ranges *s, const struct seal_ranges *more);

/* seal_ranges_normal - sort @n ranges and merge those that touch or overlap, in place; the new
 * count */
size_t seal_ranges_normal(struct seal_fw_range *v, size_t n);
