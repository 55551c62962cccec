/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* read.h - the facts from what is followed of the logs (live.h) */

#include "evidence/live/live.h"

/* seal_live_read - fill h->audit, h->mail, h->changes and rows of h->sources from @live; lines that
 * two sources have count once. @live is borrowed, and the host keeps nothing of it.
 * Returns 0 or -ENOMEM. */
int seal_live_read(const struct seal_live_copy *live, const struct seal_root *root,
		   struct seal_host *h, struct seal_err *err);
