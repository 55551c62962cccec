/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* seen.h - a set of 64-bit hashes with a limit: occurrences already counted */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seal_seen {
	uint64_t *slots; /* open addressing, 0 = free; n_slots is a power of two */
	size_t n_slots, n;
};

/* seal_seen_add - put @hash into the set
 * @max: members; beyond, nothing is added
 * Returns 1 (new), 0 (was there), -ENOSPC (full and not there) or -ENOMEM. */
int seal_seen_add(struct seal_seen *s, uint64_t hash, size_t max);
/* seal_seen_has - whether @hash is in the set */
bool seal_seen_has(const struct seal_seen *s, uint64_t hash);
void seal_seen_done(struct seal_seen *s);
