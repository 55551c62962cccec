/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* hash.h - a quick 64-bit hash for tables in memory; not for fingerprints that leave the program */

#include "core/bytes.h"

static inline uint64_t seal_hash_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 29);
}

/* seal_hash - hash of @b, continuing from @h (any start value), eight bytes at a time */
static inline uint64_t seal_hash(uint64_t h, struct seal_bytes b)
{
	uint64_t v;
	size_t i;

	h = seal_hash_mix(h, b.n);
	for (i = 0; i + sizeof(v) <= b.n; i += sizeof(v)) {
		memcpy(&v, b.p + i, sizeof(v));
		h = seal_hash_mix(h, v);
	}
	if (i < b.n) {
		v = 0;
		memcpy(&v, b.p + i, b.n - i);
		h = seal_hash_mix(h, v);
	}
	return seal_hash_mix(h, h >> 32);
}
