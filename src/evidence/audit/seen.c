/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/seen.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_SLOTS ((size_t)4096)

static uint64_t *find_slot(uint64_t *slots, size_t n_slots, uint64_t hash)
{
	size_t i = hash & (n_slots - 1);

	while (slots[i] && slots[i] != hash)
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static int grow(struct seal_seen *s)
{
	size_t n = s->n_slots ? s->n_slots * 2 : FIRST_SLOTS, i;
	uint64_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < s->n_slots; i++)
		if (s->slots[i])
			*find_slot(slots, n, s->slots[i]) = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->n_slots = n;
	return 0;
}

int seal_seen_add(struct seal_seen *s, uint64_t hash, size_t max)
{
	uint64_t *slot;
	int r;

	if (!hash)
		hash = 1;
	if (s->n >= s->n_slots / 4 * 3) {
		r = grow(s);
		if (r < 0)
			return r;
	}
	slot = find_slot(s->slots, s->n_slots, hash);
	if (*slot)
		return 0;
	if (s->n >= max)
		return -ENOSPC;
	*slot = hash;
	s->n++;
	return 1;
}

bool seal_seen_has(const struct seal_seen *s, uint64_t hash)
{
	return s->n_slots && *find_slot(s->slots, s->n_slots, hash ? hash : 1);
}

void seal_seen_done(struct seal_seen *s)
{
	free(s->slots);
	*s = (struct seal_seen){0};
}
