/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"

/* rung_label.c - is the label of the object the fault? */

/* differs - in type or range; the user counts where constraints look at it, the role never */
static bool differs(struct seal_bytes actual, struct seal_bytes expected)
{
	return !seal_bytes_eq(seal_type_of(actual), seal_type_of(expected)) ||
	       !seal_bytes_eq(seal_context_part(actual, 'l'), seal_context_part(expected, 'l'));
}

/* bears_it_too - @path is mislabelled with the same wrong type */
static bool bears_it_too(struct seal_host *h, struct seal_bytes path, struct seal_bytes type)
{
	struct seal_bytes actual, expected;

	return seal_view_label(&h->view, path, &actual) == 0 &&
	       seal_view_expected(&h->view, path, 'd', &expected) == 0 &&
	       seal_bytes_eq(seal_type_of(actual), type) && differs(actual, expected);
}

/* top_of - the highest folder above a mislabelled path that bears the same wrong label without a
 * break */
static struct seal_bytes top_of(struct seal_host *h, const struct seal_denial_path *p)
{
	struct seal_bytes path = p->path, up = seal_path_parent(path);

	while (up.n > 1 && bears_it_too(h, up, seal_type_of(p->actual))) {
		path = up;
		up = seal_path_parent(up);
	}
	return path;
}

int seal_restorecon_step(struct seal_fix *f, struct seal_bytes path, bool tree)
{
	struct seal_bytes argv[] = {SEAL_LIT("restorecon"), tree ? SEAL_LIT("-RF") : SEAL_LIT("-F"),
				    path};
	struct seal_step *s;
	int r;

	seal_vec_each (known, &f->steps) {
		if (strcmp("restorecon", known->op) == 0 &&
		    seal_bytes_eq(known->argv.v.v[known->argv.v.n - 1], path))
			return 0;
	}
	r = seal_ladder_step(f, "restorecon", argv, 3, &s);
	if (r < 0)
		return r;
	seal_step_relabels(s, path, tree);
	return 0;
}

/* struct outcome - of mending every label of the group */
struct outcome {
	bool allowed;              /* what was denied, for every object found */
	struct seal_bytes missing; /* what the same operation needs besides and is denied */
	size_t found;              /* members that one of the paths is about */
};

static bool is_of(const struct seal_denial *d, const struct seal_denial_path *p)
{
	return seal_bytes_eq(d->tcontext, p->actual);
}

/* weigh_folders - folders above the object get new labels with it, and have to be searched for it:
 * the first that will be closed to the process, in words */
static int weigh_folders(struct seal_ladder *l, const struct seal_denial *d,
			 const struct seal_denial_path *p, struct seal_bytes *missing)
{
	struct seal_bytes up = seal_path_parent(p->path), perm = SEAL_LIT("search"), expected;

	while (up.n > 1 && bears_it_too(l->h, up, seal_type_of(p->actual))) {
		struct seal_access a = {d->scontext, SEAL_BYTES_NONE, SEAL_LIT("dir"), &perm, 1,
					-1};

		if (seal_view_expected(&l->h->view, up, 'd', &expected) == 0) {
			a.tcontext = expected;
			if (seal_policy_allows(l->h->selinux.policy, &a) == 0) {
				*missing = seal_ladder_textf(l, "search of %.*s", (int)up.n, up.p);
				return missing->n ? 0 : -ENOMEM;
			}
		}
		up = seal_path_parent(up);
	}
	return 0;
}

/* weigh - ask the policy about every member on the label its object should have */
static int weigh(struct seal_ladder *l, struct outcome *o)
{
	int r = 0;

	*o = (struct outcome){.allowed = true};
	seal_vec_each (m, &l->g->members) {
		bool counted = false;

		seal_vec_each (p, &l->g->paths) {
			struct seal_sides s = {.target = p->expected};

			if (r < 0 || !is_of(*m, p) || !p->expected.n)
				continue;
			o->found += !counted;
			counted = true;
			o->allowed = o->allowed && seal_ladder_allows(l, *m, &s);
			if (o->allowed && !o->missing.n)
				r = seal_foresee_missing(l, *m, &s, &o->missing);
			if (r == 0 && o->allowed && !o->missing.n)
				r = weigh_folders(l, *m, p, &o->missing);
		}
	}
	return r;
}

/* explain_restorecon - what mending the labels leads to, in words */
static int explain_restorecon(struct seal_ladder *l, struct seal_fix *f)
{
	struct outcome o;
	int r;

	r = weigh(l, &o);
	if (r < 0)
		return r;
	f->opens.known = true;
	f->why = SEAL_LIT("the label on disk is not the one file_contexts asks for");
	if (!o.allowed) {
		f->why = SEAL_LIT("the label on disk is wrong, but the access is denied on the "
				  "right one too");
	} else if (o.missing.n) {
		l->label_fault = true;
		f->why = seal_ladder_textf(l,
					   "the label on disk is not the one file_contexts asks "
					   "for; on the right one the same operation is still "
					   "denied: %.*s",
					   (int)o.missing.n, o.missing.p);
	} else {
		l->label_fault = true;
		f->sufficient = o.found == l->g->members.n;
		if (!f->sufficient)
			f->why = seal_ladder_textf(
				l,
				"the label on disk is not the one file_contexts asks for; "
				"%zu of %zu objects could not be found by their names",
				l->g->members.n - o.found, l->g->members.n);
	}
	f->minimal = f->sufficient;
	return f->why.n ? 0 : -ENOMEM;
}

static bool is_mislabelled(const struct seal_denial_path *p)
{
	return p->expected.n && differs(p->actual, p->expected);
}

/* restore - one candidate for all labels of the group that file_contexts says are wrong */
static int restore(struct seal_ladder *l)
{
	struct seal_fix *f = NULL;
	int r = 0;

	seal_vec_each (p, &l->g->paths) {
		struct seal_bytes top;

		if (r < 0 || !is_mislabelled(p))
			continue;
		if (!f)
			f = seal_ladder_add(l, SEAL_FIX_RESTORECON);
		if (!f)
			return -ENOMEM;
		top = top_of(l->h, p);
		r = seal_restorecon_step(f, top, p->type == 'd' || top.n < p->path.n);
		l->no_rule = SEAL_LIT("label fault");
	}
	return f && r == 0 ? explain_restorecon(l, f) : r;
}

static const struct seal_denial *member_of(const struct seal_denial_group *g,
					   const struct seal_denial_path *p)
{
	seal_vec_each (m, &g->members) {
		if (is_of(*m, p))
			return *m;
	}
	return g->members.v[0];
}

int seal_rung_object(struct seal_ladder *l)
{
	int r = 0;

	if (l->no_labels)
		return 0;
	r = restore(l);
	/* one moved directory or one unknown folder needs one entry */
	seal_vec_each (p, &l->g->paths) {
		if (r == 0 && !l->label_fault)
			r = seal_place_unknown(l, member_of(l->g, p), p);
		if (r == 1) {
			l->label_fault = true;
			l->no_rule = SEAL_LIT("label fault");
			r = 0;
		}
	}
	return r < 0 ? r : 0;
}

/* low_level - the lower level of a range: "s0" of "s0-s0:c0.c1023" */
static struct seal_bytes low_level(struct seal_bytes context)
{
	struct seal_bytes rest;

	return seal_bytes_cut(seal_context_part(context, 'l'), '-', &rest);
}

static int with_level(struct seal_ladder *l, struct seal_bytes context, struct seal_bytes level,
		      struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes range = seal_context_part(context, 'l');

	seal_buf_put(&b, context.p, context.n - range.n);
	seal_buf_put(&b, level.p, level.n);
	return b.err ? b.err : seal_arena_intern(l->h->arena, seal_buf_bytes(&b), ret);
}

int seal_rung_range(struct seal_ladder *l)
{
	const struct seal_denial_path *p = l->g->paths.n ? &l->g->paths.v[0] : NULL;
	const struct seal_denial *d = p ? member_of(l->g, p) : NULL;
	struct seal_sides s = {0};
	struct seal_bytes level;
	struct seal_step *step;
	struct seal_fix *f;
	int r;

	/* where file_contexts has an entry restorecon sets the range with the type */
	if (!p || !(l->g->reasons & SEAL_WHY_MLS) || p->expected.n || l->g->members.n != 1)
		return 0;
	level = low_level(d->scontext);
	if (!level.n || !seal_context_part(d->tcontext, 'l').n)
		return 0;
	if (with_level(l, d->tcontext, level, &s.target) < 0)
		return -ENOMEM;
	if (!seal_ladder_allows(l, d, &s))
		return 0;
	f = seal_ladder_add(l, SEAL_FIX_RESTORECON);
	if (!f)
		return -ENOMEM;
	l->label_fault = f->sufficient = f->minimal = f->opens.known = true;
	f->why =
		SEAL_LIT("the level of the object keeps the domain out; file_contexts has no entry "
			 "for it");
	r = seal_ladder_step(
		f, "chcon",
		(struct seal_bytes[]){SEAL_LIT("chcon"), SEAL_LIT("-l"), level, p->path}, 4, &step);
	if (r < 0)
		return r;
	step->before = (struct seal_condition){SEAL_CONDITION_CONTEXT, .subject = p->path,
					       .value = d->tcontext};
	step->after = (struct seal_condition){SEAL_CONDITION_CONTEXT, .subject = p->path,
					      .value = s.target};
	return seal_argv_set(&step->undo,
			     (struct seal_bytes[]){SEAL_LIT("chcon"), SEAL_LIT("-l"),
						   seal_context_part(d->tcontext, 'l'), p->path},
			     4);
}
