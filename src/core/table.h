/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* table.h - hash table from keys to small numbers: the caller keeps the things themselves in an
 * array and the table finds their places. The hash is seeded a process, so that nobody who writes
 * logs can aim at one bucket; nothing that is shown may depend on the order of a table. */

#include "core/bytes.h"

#define SEAL_TABLE_NONE UINT32_MAX

struct seal_table_slot {
	uint64_t hash;
	uint32_t value; /* SEAL_TABLE_NONE: empty */
};

/* zero-initialised is empty */
struct seal_table {
	struct seal_table_slot *slot;
	size_t cap, n; /* cap is 0 or a power of two */
};

/* seal_hash - of bytes, and of @more (0 when there is nothing else to tell keys apart) */
uint64_t seal_hash(struct seal_bytes b, uint64_t more);

void seal_table_done(struct seal_table *t);

/* seal_table_next - the values filed under @hash, one a call; the caller compares the keys
 * @at: 0 at the first call, then left alone
 * Returns SEAL_TABLE_NONE at the end. */
uint32_t seal_table_next(const struct seal_table *t, uint64_t hash, size_t *at);

/* seal_table_add - file @value (not SEAL_TABLE_NONE) under @hash. Returns 0 or -ENOMEM. */
int seal_table_add(struct seal_table *t, uint64_t hash, uint32_t value) SEAL_MUST_USE;

/* seal_table_remove - take @value out again; nothing happens when it is not there */
void seal_table_remove(struct seal_table *t, uint64_t hash, uint32_t value);
