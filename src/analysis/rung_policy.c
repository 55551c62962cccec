/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/ladder_impl.h"

/* rung_policy.c - booleans, chosen by what they open and never by their name, and the rule of last
 * resort */

static int collect(struct seal_ladder *l, struct seal_access **ret)
{
	struct seal_access *a;
	size_t n = 0;

	a = calloc(l->g->members.n + 1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	seal_vec_each (m, &l->g->members) {
		const struct seal_denial *d = *m;

		a[n++] = (struct seal_access){d->scontext, d->tcontext, d->tclass,
					      d->perms,    d->n_perms,  d->object.ioctl};
	}
	*ret = a;
	return 0;
}

static int add_booleans(struct seal_ladder *l, const struct seal_switches *set)
{
	struct seal_policy_change c = {.switches = set->v, .n_switches = set->n};
	struct seal_step *s;
	struct seal_fix *f;
	size_t i;
	int r = 0;

	f = seal_ladder_add(l, SEAL_FIX_BOOLEAN);
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal = true;
	f->why = SEAL_LIT("the rule is there, under a boolean that is set otherwise");
	if (seal_policy_cost(l->h->selinux.policy, &c, l->g->source_type, false, &f->opens, NULL) <
	    0)
		f->sufficient = false;
	for (i = 0; r == 0 && i < set->n; i++) {
		struct seal_bytes on = set->v[i].value ? SEAL_LIT("on") : SEAL_LIT("off");
		struct seal_bytes off = set->v[i].value ? SEAL_LIT("off") : SEAL_LIT("on");

		r = seal_ladder_step(f, "setsebool",
				     (struct seal_bytes[]){SEAL_LIT("setsebool"), SEAL_LIT("-P"),
							   set->v[i].name, on},
				     4, &s);
		if (r == 0)
			r = seal_argv_set(&s->undo,
					  (struct seal_bytes[]){SEAL_LIT("setsebool"),
								SEAL_LIT("-P"), set->v[i].name,
								off},
					  4);
		if (r == 0)
			s->verify = SEAL_LIT("getsebool shows the value");
	}
	return r;
}

int seal_rung_boolean(struct seal_ladder *l)
{
	struct seal_boolean_sets sets = {0};
	struct seal_access *a = NULL;
	int r;

	if (!l->h->selinux.policy || !(l->g->reasons & SEAL_WHY_TE))
		return 0;
	r = collect(l, &a);
	if (r == 0) {
		r = seal_policy_boolean_sets(l->h->selinux.policy, a, l->g->members.n, &sets);
		if (r != -ENOMEM)
			r = 0;
	}
	seal_vec_each (s, &sets.v) {
		if (r == 0)
			r = add_booleans(l, s);
	}
	seal_vec_done(&sets.v);
	free(a);
	return r;
}

int seal_rung_module(struct seal_ladder *l)
{
	(void)l;
	return 0;
}
