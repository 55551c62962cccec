/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

#define PROBES_MAX 8 /* pairs asked one by one before a whole row of the policy is worked out */

/* struct opening - a rule that a change puts in force; source and target may be attributes */
struct opening {
	uint32_t source, target, tclass, perms;
};

struct openings {
	seal_vec(struct opening) v; /* by source */
};

static int add(struct openings *o, uint32_t source, uint32_t target, uint32_t tclass,
	       uint32_t perms)
{
	struct opening *n = seal_vec_add(&o->v);

	if (!n)
		return -ENOMEM;
	*n = (struct opening){source, target, tclass, perms};
	return 0;
}

/* conditional_openings - with booleans set but conditionals not yet evaluated: the rules that will
 * come on */
static int conditional_openings(struct seal_policy *p, struct openings *o)
{
	for (cond_node_t *c = p->db->cond_list; c; c = c->next) {
		int state = cond_evaluate_expr(p->db, c->expr);
		cond_av_list_t *l;

		if (state == c->cur_state || state < 0)
			continue;
		for (l = state ? c->true_list : c->false_list; l; l = l->next) {
			const struct avtab_node *n = l->node;

			if ((n->key.specified & AVTAB_ALLOWED) &&
			    add(o, n->key.source_type, n->key.target_type, n->key.target_class,
				n->datum.data) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static int by_source(const void *a, const void *b)
{
	const struct opening *x = a, *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return x->tclass < y->tclass ? -1 : x->tclass > y->tclass;
}

static int collect(struct seal_policy *p, const struct seal_policy_change *c, struct openings *o,
		   struct seal_err *err)
{
	struct seal_tuple t;
	int *saved = NULL;
	int r;

	for (size_t i = 0; i < c->n_allows; i++) {
		r = seal_allow_resolve(p, &c->allows[i], &t, err);
		if (r == 0)
			r = add(o, t.source, t.target, t.tclass, t.perms);
		if (r < 0)
			return r;
	}
	if (c->n_switches > 0) {
		r = seal_states_set(p, c->switches, c->n_switches, &saved, err);
		if (r < 0)
			return r;
		r = conditional_openings(p, o);
		seal_states_restore(p, saved);
		if (r < 0)
			return r;
	}
	if (o->v.n > 1)
		qsort(o->v.v, o->v.n, sizeof(*o->v.v), by_source);
	return 0;
}

/* struct coster_link - a run of openings with one source, for one of the types of that source */
struct coster_link {
	uint32_t first, count, next;
};

/* struct coster - what is open to each source type: the rules of all its attributes */
struct coster {
	const struct seal_policy *p;
	const struct openings *o;
	uint32_t *head; /* [nprim + 1]: first entry of a source type in @links, or 0 */
	seal_vec(struct coster_link) links;
	uint32_t *row;
	struct opening *mine; /* the openings of the source at hand, by class */
};

static int link_run(struct coster *c, size_t first, size_t count)
{
	const ebitmap_t *types = &c->p->db->attr_type_map[c->o->v.v[first].source - 1];
	struct coster_link *l;
	ebitmap_node_t *n;
	uint32_t bit;

	ebitmap_for_each_positive_bit(types, n, bit)
	{
		l = seal_vec_add(&c->links);
		if (!l)
			return -ENOMEM;
		*l = (struct coster_link){(uint32_t)first, (uint32_t)count, c->head[bit + 1]};
		c->head[bit + 1] = (uint32_t)(l - c->links.v);
	}
	return 0;
}

static int link_sources(struct coster *c)
{
	size_t end;

	if (!seal_vec_add(&c->links)) /* entry 0 means none */
		return -ENOMEM;
	for (size_t i = 0; i < c->o->v.n; i = end) {
		for (end = i + 1; end < c->o->v.n && c->o->v.v[end].source == c->o->v.v[i].source;
		     end++)
			;
		if (link_run(c, i, end - i) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int by_class(const void *a, const void *b)
{
	const struct opening *x = a, *y = b;

	return x->tclass < y->tclass ? -1 : x->tclass > y->tclass;
}

static size_t gather(struct coster *c, uint32_t source)
{
	size_t n = 0;

	for (uint32_t l = c->head[source]; l; l = c->links.v[l].next) {
		memcpy(c->mine + n, c->o->v.v + c->links.v[l].first,
		       c->links.v[l].count * sizeof(*c->mine));
		n += c->links.v[l].count;
	}
	qsort(c->mine, n, sizeof(*c->mine), by_class);
	return n;
}

/* count_class - tuples that @n openings of one class add for @source; @any stops at the first */
static uint64_t count_class(struct coster *c, uint32_t source, const struct opening *o, size_t n,
			    bool any)
{
	const policydb_t *db = c->p->db;
	uint64_t count = 0;
	ebitmap_node_t *node;
	uint32_t bit;

	memset(c->row, 0, ((size_t)db->p_types.nprim + 1) * sizeof(*c->row));
	seal_row(c->p, source, o->tclass, c->row);
	for (; n > 0; n--, o++) {
		ebitmap_for_each_positive_bit(&db->attr_type_map[o->target - 1], node, bit)
		{
			uint32_t fresh = o->perms & ~c->row[bit + 1];

			count += (uint64_t)__builtin_popcount(fresh);
			c->row[bit + 1] |= fresh;
			if (any && count)
				return count;
		}
	}
	return count;
}

/* probe - ask about the first few pairs: mostly one of them is new. Returns 1 when one is, 0 when
 * it takes the row to tell */
static bool probe(const struct coster *c, uint32_t source, const struct opening *o, size_t n)
{
	ebitmap_node_t *node;
	unsigned probes = 0;
	uint32_t bit;

	for (; n > 0; n--, o++) {
		ebitmap_for_each_positive_bit(&c->p->db->attr_type_map[o->target - 1], node, bit)
		{
			if (probes++ == PROBES_MAX)
				return false;
			if (o->perms & ~seal_te_allowed(c->p, source, bit + 1, o->tclass, NULL))
				return true;
		}
	}
	return false;
}

static uint64_t count_source(struct coster *c, uint32_t source, bool any)
{
	size_t n = gather(c, source), end;
	uint64_t count = 0;

	if (any && probe(c, source, c->mine, n))
		return 1;
	for (size_t i = 0; i < n && !(any && count); i = end) {
		for (end = i + 1; end < n && c->mine[end].tclass == c->mine[i].tclass; end++)
			;
		count += count_class(c, source, c->mine + i, end - i, any);
	}
	return count;
}

static int count_all(struct coster *c, uint32_t own, bool full, struct seal_cost *ret)
{
	uint32_t n_types = c->p->db->p_types.nprim;
	struct seal_cost cost = {.known = true};

	c->head = calloc((size_t)n_types + 1, sizeof(*c->head));
	c->row = malloc(((size_t)n_types + 1) * sizeof(*c->row));
	c->mine = malloc((c->o->v.n + 1) * sizeof(*c->mine));
	if (!c->head || !c->row || !c->mine || link_sources(c) < 0)
		return -ENOMEM;

	for (uint32_t s = 1; s <= n_types; s++) {
		uint64_t n;

		if (!c->head[s] || !seal_type_is_real(c->p, s))
			continue;
		n = count_source(c, s, !full && s != own);
		cost.domains += n > 0;
		if (s == own)
			cost.own = n;
		if (full)
			cost.tuples += n;
	}
	*ret = cost;
	return 0;
}

int seal_policy_cost(struct seal_policy *p, const struct seal_policy_change *c,
		     struct seal_bytes own, bool full, struct seal_cost *ret, struct seal_err *err)
{
	struct openings o = {0};
	struct coster coster = {.p = p, .o = &o};
	uint32_t own_value = seal_type_value(p, own, false);
	int r;

	if (p->trying)
		return seal_err_set(err, -EBUSY, "a change is being tried");
	if (own.n > 0 && !own_value)
		return seal_err_set(err, -ENOENT, "no type %.*s in the policy", (int)own.n, own.p);

	r = seal_rules_prepare(p);
	if (r == 0)
		r = collect(p, c, &o, err);
	if (r == 0)
		r = count_all(&coster, own_value, full, ret);
	free(coster.head);
	free(coster.row);
	free(coster.mine);
	seal_vec_done(&coster.links);
	seal_vec_done(&o.v);
	return r;
}

/* relabel_names - types of whose entry in @a more than in @b is in @mask */
static int relabel_names(const struct seal_policy *p, const uint32_t *a, const uint32_t *b,
			 uint32_t mask, struct seal_names *ret)
{
	for (uint32_t t = 1; t <= p->db->p_types.nprim; t++)
		if ((a[t] & ~b[t] & mask) && seal_type_is_real(p, t) &&
		    seal_names_add(ret, seal_type_name(p, t)) < 0)
			return -ENOMEM;
	seal_names_sort(ret);
	return 0;
}

int seal_policy_relabel_cost(const struct seal_policy *p, struct seal_bytes from,
			     struct seal_bytes to, const struct seal_access *a,
			     struct seal_relabel_cost *ret)
{
	uint32_t f = seal_type_value(p, from, false), t = seal_type_value(p, to, false), c, mask,
		 own;
	struct seal_relabel_cost res = {.opens.known = true};
	seal_auto_free uint32_t *before = NULL, *after = NULL;
	size_t n = (size_t)p->db->p_types.nprim + 1;
	struct seal_bytes part = seal_context_part(a->scontext, 't');

	if (!f || !t || seal_query_mask(p, a->tclass, a->perms, a->n_perms, &c, &mask) < 0)
		return -ENOENT;
	if (a->n_perms == 0)
		mask = SEAL_PERMS_ALL;
	own = seal_type_value(p, part.p ? part : a->scontext, false);

	before = calloc(n, sizeof(*before));
	after = calloc(n, sizeof(*after));
	if (!before || !after || seal_rules_prepare(p) < 0)
		return -ENOMEM;
	seal_column(p, f, c, before);
	seal_column(p, t, c, after);
	if (relabel_names(p, after, before, mask, &res.gain) < 0 ||
	    relabel_names(p, before, after, mask, &res.lose) < 0) {
		seal_vec_done(&res.gain.v);
		seal_vec_done(&res.lose.v);
		return -ENOMEM;
	}

	for (uint32_t s = 1; s < n; s++)
		if (seal_type_is_real(p, s))
			res.opens.tuples +=
				(uint64_t)__builtin_popcount(after[s] & ~before[s] & mask);
	res.opens.domains = res.gain.v.n;
	res.opens.own = own ? (uint64_t)__builtin_popcount(after[own] & ~before[own] & mask) : 0;
	*ret = res;
	return 0;
}
