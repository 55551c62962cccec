/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

/* struct opening - a rule that a change puts in force; source and target may be attributes */
struct opening {
	uint32_t source, target, tclass, perms;
};

struct openings {
	seal_vec(struct opening) v;
	bool closes; /* some rule goes out of force too */
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
		for (l = state ? c->false_list : c->true_list; l; l = l->next)
			o->closes |= (l->node->key.specified & AVTAB_ALLOWED) != 0;
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

/* --- counting, a class at a time: the targets of each permission as a bit set. The rules of an
 * attribute are gathered once, however many types bear it. */

typedef uint64_t word_t;
#define WORD_BITS 64u

/* struct cells - bit sets by value of a source, one after the other in one block */
struct cells {
	uint32_t *at; /* [n_types + 1]: 1 + number of its cell; 0: not made yet */
	word_t *v;
	size_t n, room;
};

struct counter {
	const struct seal_policy *p;
	size_t n_types, n_words;
	struct cells held;   /* what the rules of exactly this source hold */
	struct cells opened; /* what the change opens to it */
	word_t *sources;     /* types that the change opens something to */
	word_t *have, *need;
	uint32_t tclass, perms; /* at hand: those the change opens in the class */
	size_t size;            /* words of a cell: n_words for each of the permissions */
	uint64_t *fresh;        /* tuples of a source type */
};

static void counter_done(struct counter *c)
{
	free(c->held.at);
	free(c->held.v);
	free(c->opened.at);
	free(c->opened.v);
	free(c->sources);
	free(c->have);
	free(c->need);
	free(c->fresh);
}

static int counter_init(struct counter *c, const struct seal_policy *p)
{
	size_t n = p->db->p_types.nprim, words = n / WORD_BITS + 1;

	*c = (struct counter){.p = p, .n_types = n, .n_words = words};
	c->held.at = calloc(n + 1, sizeof(*c->held.at));
	c->opened.at = calloc(n + 1, sizeof(*c->opened.at));
	c->sources = malloc(words * sizeof(*c->sources));
	c->have = malloc(32 * words * sizeof(*c->have));
	c->need = malloc(32 * words * sizeof(*c->need));
	c->fresh = calloc(n + 1, sizeof(*c->fresh));
	return c->held.at && c->opened.at && c->sources && c->have && c->need && c->fresh ? 0
											  : -ENOMEM;
}

static void clear(const struct counter *c, struct cells *cells)
{
	memset(cells->at, 0, (c->n_types + 1) * sizeof(*cells->at));
	cells->n = 0;
}

/* get - the cell of @value, or NULL when there is none */
static word_t *get(const struct counter *c, const struct cells *cells, uint32_t value)
{
	return cells->at[value] ? cells->v + (cells->at[value] - 1) * c->size : NULL;
}

/* make - an empty cell for @value, valid until the next is made; NULL when memory is gone */
static word_t *make(const struct counter *c, struct cells *cells, uint32_t value)
{
	word_t *v = cells->v;

	if ((cells->n + 1) * c->size > cells->room) {
		size_t room = cells->room ? cells->room * 2 : 64 * c->size;

		while (room < (cells->n + 1) * c->size)
			room *= 2;
		v = realloc(cells->v, room * sizeof(*v));
		if (!v)
			return NULL;
		cells->v = v;
		cells->room = room;
	}
	v += cells->n * c->size;
	memset(v, 0, c->size * sizeof(*v));
	cells->at[value] = (uint32_t)++cells->n;
	return v;
}

/* put_types - the type @value, or the types with the attribute, into a set. Nodes of an ebitmap
 * hold 64 bits, as words do here, and start at multiples of that */
static void put_types(const struct counter *c, word_t *set, uint32_t value)
{
	const ebitmap_node_t *n = c->p->db->attr_type_map[value - 1].node;

	for (; n; n = n->next)
		set[n->startbit / WORD_BITS] |= n->map;
}

/* spread - put the members of @target into the sets of those @perms that count */
static void spread(const struct counter *c, word_t *cell, uint32_t target, uint32_t perms)
{
	for (uint32_t left = c->perms; left; left &= left - 1, cell += c->n_words)
		if (perms & left & -left)
			put_types(c, cell, target);
}

/* hold - gather what the rules of exactly @source allow. Returns 0 or -ENOMEM */
static int hold(struct counter *c, uint32_t source)
{
	const struct seal_rule *r;
	word_t *cell = make(c, &c->held, source);
	size_t n;

	if (!cell)
		return -ENOMEM;
	n = seal_rules_of(&c->p->by_source, source, c->tclass, &r);
	for (; n > 0; n--, r++)
		if ((r->node->datum.data & c->perms) && seal_rule_active(r))
			spread(c, cell, r->target, r->node->datum.data);
	/* rules of a what-if are in no index */
	seal_vec_each (i, &c->p->injected) {
		const avtab_key_t *key = &i->node->key;

		if (i->fresh && key->source_type == source && key->target_class == c->tclass)
			spread(c, cell, key->target_type, i->node->datum.data);
	}
	return 0;
}

static void add_cell(const struct counter *c, word_t *to, const word_t *from)
{
	for (size_t i = 0; i < c->size; i++)
		to[i] |= from[i];
}

/* has_rules - whether exactly @source has any rule of the class */
static bool has_rules(const struct counter *c, uint32_t source)
{
	const struct seal_rule *r;

	return c->p->injected.n || seal_rules_of(&c->p->by_source, source, c->tclass, &r) > 0;
}

/* next_bit - walk the bits of an ebitmap from low to high: *left is what remains of node *n.
 * Returns the number of the bit counted from 1, as values are, or 0 at the end */
static uint32_t next_bit(const ebitmap_node_t **n, word_t *left)
{
	uint32_t value;

	while (*n && !*left) {
		*n = (*n)->next;
		*left = *n ? (*n)->map : 0;
	}
	if (!*n)
		return 0;
	value = (*n)->startbit + (uint32_t)__builtin_ctzll(*left) + 1;
	*left &= *left - 1;
	return value;
}

/* gather_need - what the change opens to a type, by its attributes. Returns whether there is any */
static bool gather_need(struct counter *c, uint32_t source)
{
	const ebitmap_node_t *n = c->p->db->type_attr_map[source - 1].node;
	word_t left = n ? n->map : 0;
	const word_t *cell;
	bool any = false;
	uint32_t value;

	while ((value = next_bit(&n, &left))) {
		cell = get(c, &c->opened, value);
		if (cell && any)
			add_cell(c, c->need, cell);
		else if (cell)
			memcpy(c->need, cell, c->size * sizeof(*cell));
		any |= cell != NULL;
	}
	return any;
}

/* count_source - tuples that are new to a type. Returns 0 or -ENOMEM */
static int count_source(struct counter *c, uint32_t source)
{
	const ebitmap_node_t *n = c->p->db->type_attr_map[source - 1].node;
	word_t left = n ? n->map : 0;
	uint32_t value;

	if (!gather_need(c, source))
		return 0;
	memset(c->have, 0, c->size * sizeof(*c->have));
	while ((value = next_bit(&n, &left))) {
		if (!has_rules(c, value))
			continue;
		if (!get(c, &c->held, value) && hold(c, value) < 0)
			return -ENOMEM;
		add_cell(c, c->have, get(c, &c->held, value));
	}
	for (size_t i = 0; i < c->size; i++)
		c->fresh[source] += (uint64_t)__builtin_popcountll(c->need[i] & ~c->have[i]);
	return 0;
}

/* count_class - the openings of one class. Returns 0 or -ENOMEM */
static int count_class(struct counter *c, const struct opening *o, size_t n)
{
	word_t *cell;

	c->tclass = o->tclass;
	c->perms = 0;
	for (size_t i = 0; i < n; i++)
		c->perms |= o[i].perms;
	c->size = c->n_words * (size_t)__builtin_popcount(c->perms);
	clear(c, &c->held);
	clear(c, &c->opened);
	memset(c->sources, 0, c->n_words * sizeof(*c->sources));
	for (size_t i = 0; i < n; i++) {
		cell = get(c, &c->opened, o[i].source);
		if (!cell)
			cell = make(c, &c->opened, o[i].source);
		if (!cell)
			return -ENOMEM;
		spread(c, cell, o[i].target, o[i].perms);
		put_types(c, c->sources, o[i].source);
	}
	for (size_t w = 0; w < c->n_words; w++) {
		for (word_t left = c->sources[w]; left; left &= left - 1) {
			uint32_t s =
				(uint32_t)(w * WORD_BITS) + (uint32_t)__builtin_ctzll(left) + 1;

			if (seal_type_is_real(c->p, s) && count_source(c, s) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static int by_class(const void *a, const void *b)
{
	const struct opening *x = a, *y = b;

	return x->tclass < y->tclass ? -1 : x->tclass > y->tclass;
}

static int count_all(struct counter *c, struct openings *o)
{
	size_t end;

	if (o->v.n > 1)
		qsort(o->v.v, o->v.n, sizeof(*o->v.v), by_class);
	for (size_t i = 0; i < o->v.n; i = end) {
		for (end = i + 1; end < o->v.n && o->v.v[end].tclass == o->v.v[i].tclass; end++)
			;
		if (count_class(c, o->v.v + i, end - i) < 0)
			return -ENOMEM;
	}
	return 0;
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
	if (c->n_switches == 0)
		return 0;
	r = seal_states_set(p, c->switches, c->n_switches, &saved, err);
	if (r < 0)
		return r;
	r = conditional_openings(p, o);
	seal_states_restore(p, saved);
	return r;
}

/* open_cost - what the change opens in the policy as it stands. Returns 0 or as seal_policy_cost()
 */
static int open_cost(struct seal_policy *p, const struct seal_policy_change *c, uint32_t own,
		     struct seal_cost *ret, bool *closes)
{
	struct openings o = {0};
	struct counter counter = {0};
	struct seal_cost cost = {.known = true};
	int r;

	r = counter_init(&counter, p);
	if (r == 0)
		r = collect(p, c, &o, NULL);
	*closes = o.closes;
	if (r == 0)
		r = count_all(&counter, &o);
	for (uint32_t s = 1; r == 0 && s <= counter.n_types; s++) {
		cost.domains += counter.fresh[s] > 0;
		cost.tuples += counter.fresh[s];
		cost.own += s == own ? counter.fresh[s] : 0;
	}
	counter_done(&counter);
	seal_vec_done(&o.v);
	if (r == 0)
		*ret = cost;
	return r;
}

/* close_cost - what the booleans take away: what going back would open. Returns as above */
static int close_cost(struct seal_policy *p, const struct seal_policy_change *c, uint64_t *ret)
{
	seal_auto_free struct seal_switch *back = calloc(c->n_switches + 1, sizeof(*back));
	struct seal_policy_change inverse = {.switches = back, .n_switches = c->n_switches};
	struct seal_cost cost = {0};
	struct seal_bytes name;
	bool closes;
	int r = back ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < c->n_switches; i++) {
		back[i].name = c->switches[i].name;
		r = seal_policy_boolean(p, back[i].name, &name, &back[i].value);
	}
	if (r == 0)
		r = seal_policy_try(p, c, NULL);
	if (r < 0)
		return r;
	r = open_cost(p, &inverse, 0, &cost, &closes);
	seal_policy_restore(p);
	*ret = cost.tuples;
	return r;
}

int seal_policy_cost(struct seal_policy *p, const struct seal_policy_change *c,
		     struct seal_bytes own, struct seal_cost *ret, struct seal_err *err)
{
	uint32_t own_value = seal_type_value(p, own, false);
	struct seal_cost cost;
	bool closes;
	int r;

	if (p->trying)
		return seal_err_set(err, -EBUSY, "a change is being tried");
	if (own.n > 0 && !own_value)
		return seal_err_set(err, -ENOENT, "no type %.*s in the policy", (int)own.n, own.p);

	r = seal_rules_prepare(p);
	if (r == 0)
		r = open_cost(p, c, own_value, &cost, &closes);
	if (r == 0 && closes)
		r = close_cost(p, c, &cost.closes);
	seal_sepol_memory_note(r);
	if (r < 0)
		return seal_err_set(err, r, "%s",
				    r == -ENOMEM ? "out of memory" : "a name is not in the policy");
	*ret = cost;
	return 0;
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
		return seal_policy_short();
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
