/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/ladder.h"

#include <errno.h>

#include "analysis/ladder_impl.h"
#include "analysis/object_path.h"

/* ladder.c - the rungs in order, and the choice among what they offer */

static seal_rung_fn *const rungs[] = {
	seal_rung_subject, /* the program's own label keeps it out of its domain */
	seal_rung_object,  /* restorecon, or a file context for a place the policy does not know */
	seal_rung_port,    seal_rung_boolean, seal_rung_module,
};

struct seal_fix *seal_ladder_add(struct seal_ladder *l, enum seal_fix_kind kind)
{
	struct seal_fix *f;

	f = seal_vec_add(&l->g->candidates);
	if (f)
		f->kind = kind;
	return f;
}

int seal_ladder_step(struct seal_fix *f, const char *op, const struct seal_bytes *argv, size_t n,
		     struct seal_step **ret)
{
	struct seal_step *s;

	s = seal_vec_add(&f->steps);
	if (!s)
		return -ENOMEM;
	s->op = op;
	*ret = s;
	return seal_argv_set(&s->argv, argv, n);
}

/* allowed_on - whether the denied permissions would be allowed on an object labelled @tcontext */
int seal_ladder_allowed(struct seal_ladder *l, const struct seal_denial *d,
			struct seal_bytes tcontext)
{
	struct seal_access a = {d->scontext, tcontext,   d->tclass,
				d->perms,    d->n_perms, d->object.ioctl};
	int r;

	if (!l->h->selinux.policy)
		return 0;
	r = seal_policy_allows(l->h->selinux.policy, &a);
	return r < 0 ? 0 : r;
}

/* rank - sufficient before not; then what opens least; ties go to the one that changes no policy:
 * labels before ports before booleans before rules, the order of the kinds */
static int rank(const void *a, const void *b)
{
	const struct seal_fix *x = a, *y = b;

	if (x->sufficient != y->sufficient)
		return x->sufficient ? -1 : 1;
	if ((x->rejected.n > 0) != (y->rejected.n > 0))
		return x->rejected.n ? 1 : -1;
	if (x->kind != SEAL_FIX_MODULE && y->kind != SEAL_FIX_MODULE) {
		if (x->opens.own != y->opens.own)
			return x->opens.own < y->opens.own ? -1 : 1;
		if (x->opens.domains != y->opens.domains)
			return x->opens.domains < y->opens.domains ? -1 : 1;
	}
	return (int)x->kind - (int)y->kind;
}

/* choose - the first candidate that suffices and was not turned down */
static void choose(struct seal_denial_group *g)
{
	size_t i;

	if (g->candidates.n)
		qsort(g->candidates.v, g->candidates.n, sizeof(*g->candidates.v), rank);
	for (i = 0; i < g->candidates.n; i++)
		if (g->candidates.v[i].sufficient && !g->candidates.v[i].rejected.n) {
			g->fix = (int32_t)i;
			return;
		}
}

int seal_ladder_climb(struct seal_host *h, const struct seal_denial_query *q,
		      struct seal_denial_group *g)
{
	struct seal_ladder l = {.h = h, .g = g};
	struct seal_fix *none;
	size_t i;
	int r;

	r = seal_object_paths(h, q, g);
	if (r == 0 && g->stale) {
		none = seal_ladder_add(&l, SEAL_FIX_NONE);
		if (!none)
			return -ENOMEM;
		none->sufficient = true;
		none->why =
			SEAL_LIT("the policy as it stands allows the access: nothing to change");
	}
	for (i = 0; r == 0 && !g->stale && i < sizeof(rungs) / sizeof(rungs[0]); i++)
		r = rungs[i](&l);
	choose(g);
	return r;
}
