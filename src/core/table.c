/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/table.h"

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

void seal_table_done(struct seal_table *t)
{
	free(t->slot);
	*t = (struct seal_table){0};
}

uint32_t seal_table_next(const struct seal_table *t, uint64_t hash, size_t *at)
{
	const struct seal_table_slot *s;

	while (*at < t->cap) {
		s = &t->slot[(hash + (*at)++) & (t->cap - 1)];
		if (s->value == SEAL_TABLE_NONE)
			break;
		if (s->hash == hash)
			return s->value;
	}
	*at = t->cap;
	return SEAL_TABLE_NONE;
}

static void place(struct seal_table *t, uint64_t hash, uint32_t value)
{
	size_t i = hash & (t->cap - 1);

	while (t->slot[i].value != SEAL_TABLE_NONE)
		i = (i + 1) & (t->cap - 1);
	t->slot[i] = (struct seal_table_slot){hash, value};
}

static int grow(struct seal_table *t)
{
	struct seal_table old = *t;
	size_t cap = old.cap ? old.cap * 2 : CAP_MIN, bytes, i;

	if (__builtin_mul_overflow(cap, sizeof(*t->slot), &bytes))
		return -ENOMEM;
	t->slot = malloc(bytes);
	if (!t->slot) {
		t->slot = old.slot;
		return -ENOMEM;
	}
	t->cap = cap;
	for (i = 0; i < cap; i++)
		t->slot[i].value = SEAL_TABLE_NONE;
	for (i = 0; i < old.cap; i++)
		if (old.slot[i].value != SEAL_TABLE_NONE)
			place(t, old.slot[i].hash, old.slot[i].value);
	free(old.slot);
	return 0;
}

int seal_table_add(struct seal_table *t, uint64_t hash, uint32_t value)
{
	int r;

	if (2 * t->n >= t->cap) {
		r = grow(t);
		if (r < 0)
			return r;
	}
	place(t, hash, value);
	t->n++;
	return 0;
}

void seal_table_remove(struct seal_table *t, uint64_t hash, uint32_t value)
{
	size_t mask = t->cap - 1, hole, i, home;

	if (!t->cap)
		return;
	hole = hash & mask;
	while (t->slot[hole].value != value || t->slot[hole].hash != hash) {
		if (t->slot[hole].value == SEAL_TABLE_NONE)
			return;
		hole = (hole + 1) & mask;
	}
	/* move later entries of the run up, so that no search stops early at the hole */
	for (i = (hole + 1) & mask; t->slot[i].value != SEAL_TABLE_NONE; i = (i + 1) & mask) {
		home = t->slot[i].hash & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			t->slot[hole] = t->slot[i];
			hole = i;
		}
	}
	t->slot[hole].value = SEAL_TABLE_NONE;
	t->n--;
}
