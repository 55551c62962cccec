/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/denials/ladder.h"

#include <errno.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/object_path.h"

/* ladder.c - the rungs in order, and the choice among what they offer */

seal_rung_fn *const seal_ladder_rungs[] = {
	seal_rung_refuse,     /* a role, a leaked descriptor, a file system without labels */
	seal_rung_subject,    /* the program's label, or how it was started, gives a wrong domain */
	seal_rung_object,     /* restorecon, or a file context for a place nobody knows */
	seal_rung_range,      /* the level of the object alone is wrong */
	seal_rung_socket,     /* the peer of a socket runs in a wrong domain */
	seal_rung_capability, /* owner and mode before capabilities */
	seal_rung_port,
	seal_rung_boolean,
	seal_rung_module,
	seal_rung_words, /* what is left to say */
	NULL,
};

/* a boolean that opens more than this is passed over for a rule on the exact types: the largest
 * ones made for a single service open some hundred accesses of one domain */
#define BOOLEAN_OWN_MAX     256
#define BOOLEAN_DOMAINS_MAX 16
/* and one that touches more domains than this is never offered: it is about the whole system */
#define BOOLEAN_DOMAINS_FAR 256

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

struct seal_fix *seal_ladder_none(struct seal_ladder *l, struct seal_bytes why,
				  struct seal_bytes step)
{
	struct seal_fix *f = seal_ladder_add(l, SEAL_FIX_NONE);
	struct seal_step *s;

	if (!f)
		return NULL;
	f->why = why;
	if (!step.n)
		return f;
	if (seal_ladder_step(f, "manual", NULL, 0, &s) < 0)
		return NULL;
	s->why = step;
	return f;
}

int seal_ladder_retype(struct seal_ladder *l, struct seal_bytes context, struct seal_bytes type,
		       struct seal_bytes *ret)
{
	struct seal_bytes user = seal_context_part(context, 'u');
	struct seal_bytes role = seal_context_part(context, 'r');
	struct seal_bytes range = seal_context_part(context, 'l');
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, user.p, user.n);
	seal_buf_putc(&b, ':');
	seal_buf_put(&b, role.p, role.n);
	seal_buf_putc(&b, ':');
	seal_buf_put(&b, type.p, type.n);
	if (range.n) {
		seal_buf_putc(&b, ':');
		seal_buf_put(&b, range.p, range.n);
	}
	return b.err ? b.err : seal_arena_intern(l->h->arena, seal_buf_bytes(&b), ret);
}

bool seal_ladder_allows(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_sides *sides)
{
	struct seal_access a = {sides->source.n ? sides->source : d->scontext,
				sides->target.n ? sides->target : d->tcontext,
				d->tclass,
				d->perms,
				d->n_perms,
				d->object.ioctl};

	return l->h->selinux.policy && seal_policy_allows(l->h->selinux.policy, &a) == 1;
}

bool seal_ladder_allows_all(struct seal_ladder *l, struct seal_bytes source_type,
			    struct seal_bytes target_type)
{
	seal_vec_each (m, &l->g->members) {
		struct seal_sides s = {0};

		if (source_type.n &&
		    seal_ladder_retype(l, (*m)->scontext, source_type, &s.source) < 0)
			return false;
		if (target_type.n &&
		    seal_ladder_retype(l, (*m)->tcontext, target_type, &s.target) < 0)
			return false;
		if (!seal_ladder_allows(l, *m, &s))
			return false;
	}
	return true;
}

static bool is_label(const struct seal_fix *f)
{
	return f->kind == SEAL_FIX_RESTORECON || f->kind == SEAL_FIX_FCONTEXT;
}

/* place - the order of the kinds among those that open the same: what changes no policy first */
static int place(const struct seal_fix *f)
{
	static const enum seal_fix_kind order[] = {
		SEAL_FIX_SERVICE,  SEAL_FIX_FILE_MODE,      SEAL_FIX_RESTORECON,
		SEAL_FIX_FCONTEXT, SEAL_FIX_PORT_LABEL,     SEAL_FIX_BOOLEAN,
		SEAL_FIX_MODULE,   SEAL_FIX_POSTFIX_CONFIG, SEAL_FIX_NONE,
	};
	int i;

	for (i = 0; i < (int)(sizeof(order) / sizeof(order[0])); i++)
		if (order[i] == f->kind)
			return i;
	return i;
}

/* rank - sufficient before not, standing before turned down; then what opens least. A rule is the
 * last resort: seal_rung_module has turned down the booleans that open far more than it. */
static int rank(const void *a, const void *b)
{
	const struct seal_fix *x = a, *y = b;

	if ((x->rejected.n > 0) != (y->rejected.n > 0))
		return x->rejected.n ? 1 : -1;
	if (x->sufficient != y->sufficient)
		return x->sufficient ? -1 : 1;
	if (x->kind != SEAL_FIX_MODULE && y->kind != SEAL_FIX_MODULE) {
		if (x->opens.own != y->opens.own)
			return x->opens.own < y->opens.own ? -1 : 1;
		if (x->opens.domains != y->opens.domains)
			return x->opens.domains < y->opens.domains ? -1 : 1;
	}
	return place(x) - place(y);
}

static int32_t find(const struct seal_denial_group *g, bool (*want)(const struct seal_fix *f))
{
	size_t i;

	for (i = 0; i < g->candidates.n; i++)
		if (!g->candidates.v[i].rejected.n && want(&g->candidates.v[i]))
			return (int32_t)i;
	return -1;
}

static bool suffices(const struct seal_fix *f)
{
	return f->sufficient;
}

static bool suffices_as_label(const struct seal_fix *f)
{
	return f->sufficient && is_label(f);
}

static bool is_words(const struct seal_fix *f)
{
	return f->kind == SEAL_FIX_NONE || f->kind == SEAL_FIX_FILE_MODE ||
	       f->kind == SEAL_FIX_SERVICE || f->kind == SEAL_FIX_POSTFIX_CONFIG;
}

/* is_narrow - what a boolean could be turned down for */
static bool is_narrow(const struct seal_fix *f)
{
	return !f->rejected.n && (f->kind == SEAL_FIX_POSTFIX_CONFIG ||
				  (f->kind == SEAL_FIX_MODULE && f->sufficient));
}

/* weigh_booleans - those that open far more than what is missing are turned down, where there is
 * something else, and where they reach most of the system in any case. All files of a mount without
 * labels are alike: there a boolean is what the policy offers */
static void weigh_booleans(struct seal_ladder *l)
{
	bool other = false;

	seal_vec_each (f, &l->g->candidates) {
		other = other || is_narrow(f);
	}
	seal_vec_each (f, &l->g->candidates) {
		if (f->kind != SEAL_FIX_BOOLEAN || f->rejected.n)
			continue;
		if (other &&
		    (f->opens.own > BOOLEAN_OWN_MAX || f->opens.domains > BOOLEAN_DOMAINS_MAX))
			f->rejected = SEAL_LIT("it opens far more than what is missing");
		else if (!l->no_labels && f->opens.domains > BOOLEAN_DOMAINS_FAR)
			f->rejected = seal_ladder_textf(
				l, "it would open something to %llu domains for one of them",
				(unsigned long long)f->opens.domains);
	}
}

/* choose - a label that is wrong is mended first, even when more is to follow; else the cheapest
 * that suffices; else what a person is told to do */
static void choose(struct seal_ladder *l)
{
	struct seal_denial_group *g = l->g;

	weigh_booleans(l);
	if (g->candidates.n)
		qsort(g->candidates.v, g->candidates.n, sizeof(*g->candidates.v), rank);
	g->fix = l->label_fault ? find(g, suffices_as_label) : -1;
	if (g->fix < 0 && l->label_fault)
		g->fix = find(g, is_label);
	if (g->fix < 0)
		g->fix = find(g, suffices);
	if (g->fix < 0)
		g->fix = find(g, is_label);
	if (g->fix < 0)
		g->fix = find(g, is_words);
}

/* nothing_to_mend - the denial causes nothing (any more): a fix of kind none, and no rungs */
static int nothing_to_mend(struct seal_ladder *l)
{
	struct seal_bytes why =
		l->g->stale ? SEAL_LIT("the policy as it stands allows the access")
			    : SEAL_LIT("logged only: the domain or the host was permissive and the "
				       "access was given");
	struct seal_fix *none = seal_ladder_none(l, why, SEAL_BYTES_NONE);

	if (!none)
		return -ENOMEM;
	none->sufficient = true;
	l->g->fix = (int32_t)l->g->candidates.n - 1;
	return 0;
}

int seal_ladder_climb_on(struct seal_host *h, const struct seal_denial_query *q,
			 struct seal_denial_group *g, seal_rung_fn *const *rungs)
{
	struct seal_ladder l = {.h = h, .g = g};
	size_t i;
	int r;

	r = seal_object_paths(h, q, g);
	if (r == 0 && (g->stale || (g->permissive && !q->logged)))
		return nothing_to_mend(&l);
	for (i = 0; r == 0 && rungs[i]; i++)
		r = rungs[i](&l);
	choose(&l);
	return r;
}

int seal_ladder_climb(struct seal_host *h, const struct seal_denial_query *q,
		      struct seal_denial_group *g)
{
	return seal_ladder_climb_on(h, q, g, seal_ladder_rungs);
}
