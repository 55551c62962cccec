/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/index.h"

#include <errno.h>
#include <sys/auxv.h>

#define CAP_MIN ((size_t)64)

/* the kernel's 16 random bytes of this process (getauxval(3)); no system call */
static uint64_t seed(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t v = UINT64_C(0x9e3779b97f4a7c15);

	if (random)
		memcpy(&v, random, sizeof(v));
	return v;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t seal_hash(struct seal_bytes b, uint64_t more)
{
	const uint64_t odd = UINT64_C(0xa0761d6478bd642f);
	static uint64_t once;
	uint64_t h, word;
	size_t i;

	if (!once)
		once = seed() | 1;
	h = once ^ mix(more ^ odd, once);
	for (i = 0; i + 8 <= b.n; i += 8) {
		memcpy(&word, b.p + i, 8);
		h = mix(h ^ word, odd);
	}
	word = b.n;
	for (; i < b.n; i++)
		word = word << 8 | (unsigned char)b.p[i];
	return mix(h ^ word, once ^ UINT64_C(0xe7037ed1a0b428db));
}

void seal_index_done(struct seal_index *ix)
{
	free(ix->slot);
	*ix = (struct seal_index){0};
}

uint32_t seal_index_next(const struct seal_index *ix, uint64_t hash, size_t *at)
{
	const struct seal_index_slot *s;

	while (*at < ix->cap) {
		s = &ix->slot[(hash + (*at)++) & (ix->cap - 1)];
		if (s->value == SEAL_INDEX_NONE)
			break;
		if (s->hash == hash)
			return s->value;
	}
	*at = ix->cap;
	return SEAL_INDEX_NONE;
}

static void place(struct seal_index *ix, uint64_t hash, uint32_t value)
{
	size_t i = hash & (ix->cap - 1);

	while (ix->slot[i].value != SEAL_INDEX_NONE)
		i = (i + 1) & (ix->cap - 1);
	ix->slot[i] = (struct seal_index_slot){hash, value};
}

static int grow(struct seal_index *ix)
{
	struct seal_index old = *ix;
	size_t cap = old.cap ? old.cap * 2 : CAP_MIN, bytes, i;

	if (__builtin_mul_overflow(cap, sizeof(*ix->slot), &bytes))
		return -ENOMEM;
	ix->slot = malloc(bytes);
	if (!ix->slot) {
		ix->slot = old.slot;
		return -ENOMEM;
	}
	ix->cap = cap;
	for (i = 0; i < cap; i++)
		ix->slot[i].value = SEAL_INDEX_NONE;
	for (i = 0; i < old.cap; i++)
		if (old.slot[i].value != SEAL_INDEX_NONE)
			place(ix, old.slot[i].hash, old.slot[i].value);
	free(old.slot);
	return 0;
}

int seal_index_add(struct seal_index *ix, uint64_t hash, uint32_t value)
{
	int r;

	if (2 * ix->n >= ix->cap) {
		r = grow(ix);
		if (r < 0)
			return r;
	}
	place(ix, hash, value);
	ix->n++;
	return 0;
}

void seal_index_remove(struct seal_index *ix, uint64_t hash, uint32_t value)
{
	size_t mask = ix->cap - 1, hole, i, home;

	if (!ix->cap)
		return;
	hole = hash & mask;
	while (ix->slot[hole].value != value || ix->slot[hole].hash != hash) {
		if (ix->slot[hole].value == SEAL_INDEX_NONE)
			return;
		hole = (hole + 1) & mask;
	}
	/* move later entries of the run up, so that no search stops early at the hole */
	for (i = (hole + 1) & mask; ix->slot[i].value != SEAL_INDEX_NONE; i = (i + 1) & mask) {
		home = ix->slot[i].hash & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			ix->slot[hole] = ix->slot[i];
			hole = i;
		}
	}
	ix->slot[hole].value = SEAL_INDEX_NONE;
	ix->n--;
}
