/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ladder_impl.h - the rungs of ladder.c: each adds the candidates of its kind. Only ladder*.c,
 * foresee.c and rung_*.c include it. */

#include "analysis/denials/ladder.h"
#include "core/path.h"

struct seal_ladder {
	struct seal_host *h;
	struct seal_denial_group *g;
	/* a label is wrong, and mending it answers the denial: that comes first */
	bool label_fault;
	/* the object's file system keeps no labels: restorecon and fcontext do nothing there */
	bool no_labels;
	/* why no rule may be offered, whatever it would open; empty: one may */
	struct seal_bytes no_rule;
};

/* a rung: adds candidates to l->g. Returns 0 or -ENOMEM. */
typedef int seal_rung_fn(struct seal_ladder *l);

seal_rung_fn seal_rung_refuse;     /* rung_refuse.c: denials that ask for no change of policy */
seal_rung_fn seal_rung_subject;    /* rung_subject.c */
seal_rung_fn seal_rung_object;     /* rung_label.c */
seal_rung_fn seal_rung_range;      /* rung_label.c */
seal_rung_fn seal_rung_socket;     /* rung_socket.c */
seal_rung_fn seal_rung_capability; /* rung_capability.c */
seal_rung_fn seal_rung_port;       /* rung_port.c */
seal_rung_fn seal_rung_boolean;    /* rung_policy.c */
seal_rung_fn seal_rung_module;     /* rung_policy.c */
seal_rung_fn seal_rung_words;      /* rung_refuse.c: what a person has to look at */

/* seal_ladder_rungs - all of them in order, NULL at the end */
extern seal_rung_fn *const seal_ladder_rungs[];

/* seal_ladder_climb_on - as seal_ladder_climb(), with these rungs */
int seal_ladder_climb_on(struct seal_host *h, const struct seal_denial_query *q,
			 struct seal_denial_group *g, seal_rung_fn *const *rungs);

/* seal_ladder_add - a new candidate, valid until the next one is added; NULL when memory is gone */
struct seal_fix *seal_ladder_add(struct seal_ladder *l, enum seal_fix_kind kind);

/* seal_ladder_step - append a step with this command; @n 0: a step for a person. Returns 0 or
 * -ENOMEM */
int seal_ladder_step(struct seal_fix *f, const char *op, const struct seal_bytes *argv, size_t n,
		     struct seal_step **ret);

/* seal_ladder_none - a candidate of kind NONE with its reason, and, with @step, what a person does.
 * Returns it or NULL when memory is gone. */
struct seal_fix *seal_ladder_none(struct seal_ladder *l, struct seal_bytes why,
				  struct seal_bytes step);

/* seal_ladder_textf - text formatted from trusted parts and names, in the host's arena; empty when
 * memory is gone */
#define seal_ladder_textf(l, ...) seal_bytes_of(seal_arena_printf((l)->h->arena, __VA_ARGS__))

/* seal_ladder_retype - @context with another type, in the host's arena. Returns 0 or -ENOMEM */
int seal_ladder_retype(struct seal_ladder *l, struct seal_bytes context, struct seal_bytes type,
		       struct seal_bytes *ret);

/* struct seal_sides - the contexts an access is asked with in place of those logged; empty: as
 * logged */
struct seal_sides {
	struct seal_bytes source, target;
};

/* seal_ladder_allows - whether the policy in memory allows what was denied to @d, all layers.
 * false also when it cannot tell */
bool seal_ladder_allows(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_sides *sides);
/* seal_ladder_allows_all - the same of every member, with the types given replaced */
bool seal_ladder_allows_all(struct seal_ladder *l, struct seal_bytes source_type,
			    struct seal_bytes target_type);

/* seal_ladder_silence - a candidate that only stops the denial from being logged. Returns 0 or
 * -ENOMEM. rung_policy.c */
int seal_ladder_silence(struct seal_ladder *l);

/* --- foresee.c */

#define SEAL_FORESEEN_MAX 12

/* struct seal_foreseen - what the operation that was denied needs besides */
struct seal_foreseen {
	const char *perms[SEAL_FORESEEN_MAX]; /* of the class that was denied */
	size_t n;
	const char *made; /* class of the object it makes in that directory; NULL: none */
};

/* seal_foresee - the other permissions the system call of @d will ask for */
void seal_foresee(const struct seal_denial *d, struct seal_foreseen *ret);

/* seal_foresee_missing - what of it is denied in those contexts, "open, map" or "create of a file",
 * in the host's arena; empty: nothing. Returns 0 or -ENOMEM */
int seal_foresee_missing(struct seal_ladder *l, const struct seal_denial *d,
			 const struct seal_sides *sides, struct seal_bytes *ret);

/* --- rung_place.c: where an entry of file_contexts is to be made */

/* struct seal_place - an entry: the type for a file, or for a folder and what lies below */
struct seal_place {
	struct seal_bytes top; /* absolute on the host */
	bool tree;
	struct seal_bytes home; /* the home it lies in, all of which have one; or empty */
	struct seal_bytes type;
	struct seal_bytes why; /* empty: what is said of places nobody knows */
};

/* seal_place_unknown - candidates for an object whose place file_contexts does not know: an
 * equivalence for a moved directory, or a type for the folder. Returns 1 when one was added, 0 or
 * -ENOMEM */
int seal_place_unknown(struct seal_ladder *l, const struct seal_denial *d,
		       const struct seal_denial_path *p);

/* seal_place_give - a candidate that makes the entry and relabels. Returns 1 or -ENOMEM */
int seal_place_give(struct seal_ladder *l, const struct seal_denial *d,
		    const struct seal_denial_path *p, const struct seal_place *place);

/* seal_place_has_entry - whether file_contexts asks for another label here than for an invented
 * name beside it */
bool seal_place_has_entry(struct seal_ladder *l, struct seal_bytes path, char type);

/* --- place_socket.c */

/* seal_place_socket - the same for a listening socket, or the folder of one: the type has to serve
 * both sides. Returns 1 when a candidate was added, 0 or -ENOMEM */
int seal_place_socket(struct seal_ladder *l, const struct seal_denial *d,
		      const struct seal_denial_path *p);

/* --- place_use.c: what the object is used for */

/* seal_place_type_at - the type of a file of that name in @folder, when file_contexts knows the
 * folder and the access is allowed there */
bool seal_place_type_at(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_denial_path *p, struct seal_bytes folder,
			struct seal_bytes *type);

/* seal_place_use - the type that objects of its use bear, and whether their whole folder does
 * @any: without a known use, the type the domain shares with the fewest others
 * Returns whether there is one; @ret->top is left to the caller. */
bool seal_place_use(struct seal_ladder *l, const struct seal_denial *d,
		    const struct seal_denial_path *p, bool any, struct seal_place *ret);

/* seal_restorecon_step - restorecon -F or -RF of a path, once in a fix. Returns 0 or -ENOMEM */
int seal_restorecon_step(struct seal_fix *f, struct seal_bytes path, bool tree);

/* --- forms shared by the rungs */

static inline struct seal_bytes seal_type_of(struct seal_bytes context)
{
	return seal_context_part(context, 't');
}

static inline bool seal_denial_has(const struct seal_denial *d, const char *perm)
{
	size_t i;

	for (i = 0; i < d->n_perms; i++)
		if (seal_bytes_is(d->perms[i], perm))
			return true;
	return false;
}
