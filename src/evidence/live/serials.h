/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* serials.h - which events of a stream never came, by the gaps in their serials. The kernel numbers
 * all events; those of several processors come a little out of order. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* an event that comes later than so many others counts as lost */
#define SEAL_SERIALS_WINDOW 8192

/* zero-initialised is empty */
struct seal_serials {
	uint64_t base, next; /* base: the lowest still waited for; next: above the highest seen */
	uint64_t n_lost;     /* never came */
	uint64_t came[SEAL_SERIALS_WINDOW / 64];
	bool started;
};

/* seal_serials_add - an event came; its further records change nothing. A serial far below all
 * others is the first of a new count (the kernel started again: a recorded stream). */
void seal_serials_add(struct seal_serials *s, uint64_t serial);

/* seal_serials_settle - nothing has come for a while: what is missing now is lost */
void seal_serials_settle(struct seal_serials *s);

/* seal_serials_open - whether events are missing that may still come */
bool seal_serials_open(const struct seal_serials *s);
