/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* index.h - hash index from keys to small numbers: the caller keeps the things themselves in an
 * array and the index finds their places. The hash is seeded a process, so that nobody who writes
 * logs can aim at one bucket; nothing that is shown may depend on the order of an index. */

#include "core/bytes.h"

#define SEAL_INDEX_NONE UINT32_MAX

struct seal_index_slot {
	uint64_t hash;
	uint32_t value; /* SEAL_INDEX_NONE: empty */
};

/* zero-initialised is empty */
struct seal_index {
	struct seal_index_slot *slot;
	size_t cap, n; /* cap is 0 or a power of two */
};

/* seal_hash - of bytes, and of @more (0 when there is nothing else to tell keys apart) */
uint64_t seal_hash(struct seal_bytes b, uint64_t more);

void seal_index_done(struct seal_index *ix);

/* seal_index_next - the values filed under @hash, one a call; the caller compares the keys
 * @at: 0 at the first call, then left alone
 * Returns SEAL_INDEX_NONE at the end. */
uint32_t seal_index_next(const struct seal_index *ix, uint64_t hash, size_t *at);

/* seal_index_add - file @value (not SEAL_INDEX_NONE) under @hash. Returns 0 or -ENOMEM. */
int seal_index_add(struct seal_index *ix, uint64_t hash, uint32_t value) SEAL_MUST_USE;

/* seal_index_remove - take @value out again; nothing happens when it is not there */
void seal_index_remove(struct seal_index *ix, uint64_t hash, uint32_t value);
