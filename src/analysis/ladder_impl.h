/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ladder_impl.h - the rungs of ladder.c: each adds the candidates of its kind. Only ladder*.c and
 * rung_*.c include it. */

#include "analysis/ladder.h"

struct seal_ladder {
	struct seal_host *h;
	struct seal_denial_group *g;
	/* the label is at fault: then no rule is offered, only shown as withheld */
	bool label_fault;
};

/* a rung: adds candidates to l->g. Returns 0 or -ENOMEM. */
typedef int seal_rung_fn(struct seal_ladder *l);

seal_rung_fn seal_rung_subject; /* rung_label.c */
seal_rung_fn seal_rung_object;  /* rung_label.c */
seal_rung_fn seal_rung_port;    /* rung_port.c */
seal_rung_fn seal_rung_boolean; /* rung_policy.c */
seal_rung_fn seal_rung_module;  /* rung_policy.c */

/* seal_ladder_add - a new candidate, valid until the next one is added; NULL when memory is gone */
struct seal_fix *seal_ladder_add(struct seal_ladder *l, enum seal_fix_kind kind);

/* seal_ladder_step - append a step with this command. Returns 0 or -ENOMEM */
int seal_ladder_step(struct seal_fix *f, const char *op, const struct seal_bytes *argv, size_t n,
		     struct seal_step **ret);

/* seal_ladder_allowed - 1 when the denied access of @d would be allowed on an object with context
 * @tcontext */
int seal_ladder_allowed(struct seal_ladder *l, const struct seal_denial *d,
			struct seal_bytes tcontext);
