/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/serials.h"

#include <string.h>

static uint64_t *word_of(struct seal_serials *s, uint64_t serial)
{
	return &s->came[serial % SEAL_SERIALS_WINDOW / 64];
}

static bool has(const struct seal_serials *s, uint64_t serial)
{
	return s->came[serial % SEAL_SERIALS_WINDOW / 64] >> (serial % 64) & 1;
}

/* drop_lowest - wait no longer for the lowest one */
static void drop_lowest(struct seal_serials *s)
{
	if (has(s, s->base))
		*word_of(s, s->base) &= ~(UINT64_C(1) << (s->base % 64));
	else
		s->n_lost++;
	s->base++;
}

static void restart(struct seal_serials *s, uint64_t serial)
{
	memset(s->came, 0, sizeof(s->came));
	s->base = s->next = serial;
	s->started = true;
}

void seal_serials_add(struct seal_serials *s, uint64_t serial)
{
	if (!s->started || serial + SEAL_SERIALS_WINDOW < s->base)
		restart(s, serial);
	if (serial < s->base)
		return;
	if (serial >= s->next + SEAL_SERIALS_WINDOW) { /* none of the window came */
		seal_serials_settle(s);
		s->n_lost += serial - s->next;
		s->base = s->next = serial;
	}
	while (serial >= s->base + SEAL_SERIALS_WINDOW)
		drop_lowest(s);
	*word_of(s, serial) |= UINT64_C(1) << (serial % 64);
	if (serial >= s->next)
		s->next = serial + 1;
	while (s->base < s->next && has(s, s->base))
		drop_lowest(s);
}

void seal_serials_settle(struct seal_serials *s)
{
	while (s->base < s->next)
		drop_lowest(s);
}

bool seal_serials_open(const struct seal_serials *s)
{
	return s->base < s->next;
}
