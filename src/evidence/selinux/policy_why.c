/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>
#include <stdio.h>

#define BOUNDS_DEPTH 16

/* struct layers - of the permissions asked for, those each layer takes away by itself */
struct layers {
	uint32_t te, constraint, rbac, bounds;
};

static uint32_t layers_all(const struct layers *l)
{
	return l->te | l->constraint | l->rbac | l->bounds;
}

/* struct pair - the two sides of a question; contexts NULL where only types are known */
struct pair {
	uint32_t source, target, tclass;
	const context_struct_t *s, *t;
};

static uint32_t denied_by_constraints(const struct seal_policy *p, const struct pair *q,
				      uint32_t perms)
{
	const class_datum_t *cls = p->db->class_val_to_struct[q->tclass - 1];
	uint32_t denied = 0;

	for (const constraint_node_t *c = cls->constraints; c; c = c->next)
		if ((c->permissions & perms) && !seal_constraint_holds(p, c, q->s, q->t))
			denied |= c->permissions & perms;
	return denied;
}

/* denied_by_roles - a domain transition to another role needs a role allow rule */
static uint32_t denied_by_roles(const struct seal_policy *p, const struct pair *q, uint32_t perms)
{
	perms &= p->db->process_trans_dyntrans;
	if (q->tclass != p->db->process_class || !perms || q->s->role == q->t->role)
		return 0;
	for (const role_allow_t *ra = p->db->role_allow; ra; ra = ra->next)
		if (ra->role == q->s->role && ra->new_role == q->t->role)
			return 0;
	return perms;
}

/* decide - every layer by itself; a bounding type has to be allowed by all of its own layers.
 * At most BOUNDS_DEPTH levels, as the policy was checked for when it was loaded */
static void decide(const struct seal_policy *p, const struct pair *q, uint32_t perms,
		   unsigned depth, struct layers *ret)
{
	uint32_t sb = p->db->type_val_to_struct[q->source - 1]->bounds;
	uint32_t tb = p->db->type_val_to_struct[q->target - 1]->bounds;
	context_struct_t s, t;
	struct pair outer;
	struct layers l;

	*ret = (struct layers){.te = perms &
				     ~seal_te_allowed(p, q->source, q->target, q->tclass, NULL)};
	if (q->s) {
		ret->constraint = denied_by_constraints(p, q, perms);
		ret->rbac = denied_by_roles(p, q, perms);
	}
	if (!sb || depth == BOUNDS_DEPTH)
		return;

	outer = *q;
	outer.source = sb;
	if (tb)
		outer.target = tb;
	if (q->s) {
		s = *q->s;
		t = *q->t;
		s.type = outer.source;
		t.type = outer.target;
		outer.s = &s;
		outer.t = &t;
	}
	decide(p, &outer, perms, depth + 1, &l);
	ret->bounds = layers_all(&l);
}

static int pair_of(struct seal_policy *p, const struct seal_query *q, struct pair *ret)
{
	*ret = (struct pair){.source = q->source, .target = q->target, .tclass = q->tclass};
	if (!q->whole)
		return 0;
	ret->s = sepol_sidtab_search(&p->sidtab, q->ssid);
	ret->t = sepol_sidtab_search(&p->sidtab, q->tsid);
	return ret->s && ret->t ? 0 : -EPROTO;
}

/* libsepol_agrees - whether libsepol denies exactly @denied of what is asked. It is not asked where
 * types stand alone, nor where a bounding type is bounded: its 3.4 writes through a null pointer
 * there */
static bool libsepol_agrees(struct seal_policy *p, const struct seal_query *q, uint32_t denied)
{
	struct sepol_av_decision av;
	unsigned reason;

	if (!q->whole || p->deep_bounds)
		return true;
	seal_policy_select(p);
	if (sepol_compute_av_reason(q->ssid, q->tsid, (sepol_security_class_t)q->tclass, q->perms,
				    &av, &reason) < 0)
		return false;
	return (q->perms & ~av.allowed) == denied;
}

/* check - layers of a query, confirmed by libsepol as the policy stands and with what type
 * enforcement lacks put in */
static int check(struct seal_policy *p, const struct seal_query *q, const struct pair *pair,
		 struct layers *l)
{
	size_t before = p->injected.n;
	bool agrees;
	int r;

	decide(p, pair, q->perms, 0, l);
	if (!libsepol_agrees(p, q, layers_all(l)))
		return -EPROTO;
	if (!l->te)
		return 0;

	r = seal_inject(p, q->source, q->target, q->tclass, l->te);
	if (r < 0)
		return r;
	agrees = libsepol_agrees(p, q, l->constraint | l->rbac | l->bounds);
	seal_withdraw(p, before);
	return agrees ? 0 : -EPROTO;
}

/* decide_ioctl - bits of enum seal_why for the command of an ioctl */
static unsigned decide_ioctl(const struct seal_policy *p, const struct seal_query *q,
			     uint32_t denied)
{
	uint32_t bit = seal_perm_bit(p, q->tclass, SEAL_LIT("ioctl"));
	int r;

	if (!(q->perms & bit))
		return 0;
	r = seal_xperm_decide(p, q->source, q->target, q->tclass, q->ioctl);
	if (r == 0)
		return SEAL_WHY_XPERM;
	/* rules that pick commands, and the command is not known: nothing else may be said then */
	return r == -ENODATA && !denied ? SEAL_WHY_UNKNOWN : 0;
}

static int describe_constraints(struct seal_policy *p, const struct pair *q, uint32_t perms,
				struct seal_why_result *ret)
{
	const class_datum_t *cls = p->db->class_val_to_struct[q->tclass - 1];
	struct seal_constraint *d;

	for (const constraint_node_t *c = cls->constraints; c; c = c->next) {
		if (!(c->permissions & perms) || seal_constraint_holds(p, c, q->s, q->t))
			continue;
		d = seal_vec_add(&ret->constraints);
		if (!d || seal_constraint_describe(p, c, q->tclass, perms, d) < 0)
			return -ENOMEM;
		ret->reasons |= d->mls ? SEAL_WHY_MLS : SEAL_WHY_CONSTRAINT;
	}
	return 0;
}

static int describe(struct seal_policy *p, const struct seal_query *q, const struct pair *pair,
		    const struct layers *l, struct seal_why_result *ret)
{
	const type_datum_t *source = p->db->type_val_to_struct[q->source - 1];
	uint32_t auditdeny;
	int r = 0;

	ret->source_type = seal_type_name(p, q->source);
	ret->target_type = seal_type_name(p, q->target);
	ret->permissive = ebitmap_get_bit(&p->db->permissive_map, q->source);
	seal_te_allowed(p, q->source, q->target, q->tclass, &auditdeny);
	ret->dontaudit = (layers_all(l) & ~auditdeny) != 0;

	if (l->te) {
		ret->reasons |= SEAL_WHY_TE;
		r = seal_perm_names(p, q->tclass, l->te, &ret->te);
	}
	if (r == 0 && l->constraint)
		r = describe_constraints(p, pair, q->perms, ret);
	if (l->rbac)
		ret->reasons |= SEAL_WHY_RBAC;
	if (r == 0 && l->bounds) {
		ret->reasons |= SEAL_WHY_BOUNDS;
		ret->bounds = seal_type_name(p, source->bounds);
		r = seal_perm_names(p, q->tclass, l->bounds, &ret->bounds_perms);
	}
	ret->reasons |= decide_ioctl(p, q, layers_all(l));
	if (ret->reasons & SEAL_WHY_UNKNOWN)
		snprintf(ret->unknown, sizeof(ret->unknown), "the ioctl command is not known");
	if (ret->reasons == 0)
		ret->reasons = SEAL_WHY_ALLOWED;
	return r;
}

int seal_policy_why(struct seal_policy *p, const struct seal_access *a, struct seal_why_result *ret)
{
	struct seal_why_result res = {0};
	struct seal_query q;
	struct layers l;
	struct pair pair;
	int r;

	r = seal_query_resolve(p, a, &q, res.unknown, sizeof(res.unknown));
	if (r == -ENOENT) {
		res.reasons = SEAL_WHY_UNKNOWN;
		*ret = res;
		return 0;
	}
	if (r == 0)
		r = pair_of(p, &q, &pair);
	if (r == 0)
		r = check(p, &q, &pair, &l);
	if (r == 0)
		r = describe(p, &q, &pair, &l, &res);
	seal_sepol_memory_note(r);
	if (r < 0) {
		seal_why_done(&res);
		return seal_sepol_memory_was_short() ? -ENOMEM : r;
	}
	*ret = res;
	return 0;
}

void seal_why_done(struct seal_why_result *r)
{
	seal_vec_each (c, &r->constraints) {
		free((char *)(uintptr_t)c->text.p);
		seal_vec_done(&c->perms.v);
	}
	seal_vec_done(&r->constraints);
	seal_vec_done(&r->te.v);
	seal_vec_done(&r->bounds_perms.v);
}

int seal_policy_allows(struct seal_policy *p, const struct seal_access *a)
{
	struct seal_query q;
	struct layers l;
	struct pair pair;
	unsigned ioctl;
	int r;

	r = seal_query_resolve(p, a, &q, NULL, 0);
	if (r == 0)
		r = pair_of(p, &q, &pair);
	seal_sepol_memory_note(r);
	if (r < 0)
		return r;

	decide(p, &pair, q.perms, 0, &l);
	if (!libsepol_agrees(p, &q, layers_all(&l)))
		return -EPROTO;
	ioctl = decide_ioctl(p, &q, layers_all(&l));
	if (ioctl & SEAL_WHY_UNKNOWN)
		return -ENODATA;
	return layers_all(&l) == 0 && ioctl == 0;
}

const char *seal_why_name(enum seal_why bit)
{
	switch (bit) {
	case SEAL_WHY_TE:
		return "te";
	case SEAL_WHY_CONSTRAINT:
		return "constraint";
	case SEAL_WHY_MLS:
		return "mls";
	case SEAL_WHY_RBAC:
		return "rbac";
	case SEAL_WHY_BOUNDS:
		return "bounds";
	case SEAL_WHY_XPERM:
		return "xperm";
	case SEAL_WHY_ALLOWED:
		return "allowed";
	case SEAL_WHY_UNKNOWN:
		break;
	}
	return "unknown";
}
