/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ask.h - whether a condition holds on the running host: the policy store is asked through
 * libsemanage, everything else with the probe of fix/probe.h */

#include "apply/store.h"

/* struct seal_asker - with what is asked; all borrowed */
struct seal_asker {
	struct seal_store *store; /* NULL: semanage(8) and getsebool(8) are asked */
	struct seal_arena *arena;
	int dir;       /* where the programs work */
	bool relabels; /* restorecon does its work here: SELinux is on */
};

/* seal_ask - whether @c holds
 * Returns 1, 0, -EOPNOTSUPP (nothing can tell), -EIO (the program that tells failed) or another
 * negative errno. */
int seal_ask(const struct seal_asker *a, const struct seal_condition *c, struct seal_err *err);

/* seal_ask_before, seal_ask_after - whether all that must hold before step @s, or after it, holds
 * Return 1, 0, -ENODATA (the step says nothing of it) or as seal_ask(). */
int seal_ask_before(const struct seal_asker *a, const struct seal_plan_step *s,
		    struct seal_err *err);
int seal_ask_after(const struct seal_asker *a, const struct seal_plan_step *s,
		   struct seal_err *err);
