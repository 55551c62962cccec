/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/ruleset_index.h"

#include <errno.h>

/* names of the chains and sets of all tables, in one open-addressed table keyed by (table, kind,
 * name) */
struct names {
	struct name {
		const struct seal_fw_table *table;
		struct seal_bytes name;
		void *p;
		bool is_set;
	} * v;
	size_t n; /* a power of two */
};

static size_t hash(const struct seal_fw_table *t, bool is_set, struct seal_bytes name)
{
	uint64_t h = 1469598103934665603u ^ ((uintptr_t)t >> 4) ^ is_set;
	size_t i;

	for (i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 1099511628211u;
	return (size_t)(h ^ (h >> 29));
}

static struct name *slot(const struct names *ns, const struct seal_fw_table *t, bool is_set,
			 struct seal_bytes name)
{
	size_t i = hash(t, is_set, name) & (ns->n - 1);

	while (ns->v[i].p && !(ns->v[i].table == t && ns->v[i].is_set == is_set &&
			       seal_bytes_eq(ns->v[i].name, name)))
		i = (i + 1) & (ns->n - 1);
	return &ns->v[i];
}

static void *named(const struct names *ns, const struct seal_fw_table *t, bool is_set,
		   struct seal_bytes name)
{
	return slot(ns, t, is_set, name)->p;
}

static int collect_names(const struct seal_ruleset *rs, struct names *ns)
{
	struct seal_fw_table *t;
	struct seal_fw_chain *c;
	struct seal_fw_set *s;

	for (ns->n = 16; ns->n < 2 * (rs->n_chains + rs->n_sets); ns->n *= 2)
		;
	ns->v = calloc(ns->n, sizeof(*ns->v));
	if (!ns->v)
		return -ENOMEM;
	for (t = rs->tables; t; t = t->next) {
		for (c = t->chains; c; c = c->next) {
			struct name *e = slot(ns, t, false, c->name);

			if (!e->p)
				*e = (struct name){t, c->name, c, false};
		}
		for (s = t->sets; s; s = s->next) {
			struct name *e = slot(ns, t, true, s->name);

			if (!e->p)
				*e = (struct name){t, s->name, s, true};
		}
	}
	return 0;
}

/* order of two elements: by the lower bound of each part, then by the upper ones */
static int element_cmp(const void *a, const void *b, void *arg)
{
	const struct seal_fw_set *s = arg;
	const struct seal_fw_range *x = s->ranges + *(const uint32_t *)a * s->n_parts;
	const struct seal_fw_range *y = s->ranges + *(const uint32_t *)b * s->n_parts;
	size_t i;

	for (i = 0; i < s->n_parts; i++)
		if (x[i].lo != y[i].lo)
			return x[i].lo < y[i].lo ? -1 : 1;
	for (i = 0; i < s->n_parts; i++)
		if (x[i].hi != y[i].hi)
			return x[i].hi < y[i].hi ? -1 : 1;
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static bool is_sorted(const struct seal_fw_set *s)
{
	uint32_t i;

	for (i = 1; i < s->n; i++) {
		uint32_t before = i - 1;

		if (element_cmp(&before, &i, (void *)(uintptr_t)s) > 0)
			return false;
	}
	return true;
}

static int sort_elements(struct seal_ruleset *rs, struct seal_fw_set *s)
{
	seal_auto_free uint32_t *order = NULL;
	struct seal_fw_range *ranges;
	struct seal_fw_data *data = NULL;
	size_t i;

	order = malloc(s->n * sizeof(*order));
	ranges = seal_arena_alloc(rs->arena, s->n * s->n_parts * sizeof(*ranges));
	if (s->data)
		data = seal_arena_alloc(rs->arena, s->n * sizeof(*data));
	if (!order || !ranges || (s->data && !data))
		return -ENOMEM;
	for (i = 0; i < s->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, s->n, sizeof(*order), element_cmp, s);
	for (i = 0; i < s->n; i++) {
		memcpy(ranges + i * s->n_parts, s->ranges + order[i] * s->n_parts,
		       s->n_parts * sizeof(*ranges));
		if (data)
			data[i] = s->data[order[i]];
	}
	s->ranges = ranges;
	s->data = data;
	s->cap = s->n;
	return 0;
}

/* overlapping ranges of a plain one-part set become one */
static void merge_ranges(struct seal_fw_set *s)
{
	size_t i, o = 0;

	for (i = 1; i < s->n; i++) {
		struct seal_fw_range *last = &s->ranges[o], *r = &s->ranges[i];

		if (r->lo <= last->hi) {
			if (r->hi > last->hi)
				last->hi = r->hi;
		} else {
			s->ranges[++o] = *r;
		}
	}
	s->n = s->n ? o + 1 : 0;
}

/* the greatest upper bound of the first part among all elements up to each one: an interval tree
 * laid flat */
static int make_top(struct seal_ruleset *rs, struct seal_fw_set *s)
{
	seal_u128 top = 0;
	size_t i;

	s->points = true;
	for (i = 0; i < s->n * s->n_parts; i++)
		if (s->ranges[i].lo != s->ranges[i].hi)
			s->points = false;
	s->top = seal_arena_alloc(rs->arena, s->n * sizeof(*s->top));
	if (!s->top)
		return -ENOMEM;
	for (i = 0; i < s->n; i++) {
		if (s->ranges[i * s->n_parts].hi > top)
			top = s->ranges[i * s->n_parts].hi;
		s->top[i] = top;
	}
	return 0;
}

static int link_set(struct seal_ruleset *rs, struct seal_fw_set *s, struct seal_fw_table *t,
		    const struct names *ns)
{
	size_t i;
	int r;

	for (i = 0; s->data && i < s->n; i++)
		if (s->data[i].verdict.name.n)
			s->data[i].verdict.chain = named(ns, t, false, s->data[i].verdict.name);
	if (s->fallback && s->fallback->verdict.name.n)
		s->fallback->verdict.chain = named(ns, t, false, s->fallback->verdict.name);
	if (s->n > UINT32_MAX)
		return -ENOMEM;
	if (!is_sorted(s)) {
		r = sort_elements(rs, s);
		if (r < 0)
			return r;
	}
	if (!s->is_map && s->n_parts == 1 && s->n > 1)
		merge_ranges(s);
	if (s->n_parts > 1 || (s->is_map && s->n > 1))
		return make_top(rs, s);
	return 0;
}

static int link_value(struct seal_ruleset *rs, struct seal_fw_value *v, struct seal_fw_table *t,
		      const struct names *ns)
{
	if (v->kind != SEAL_VALUE_MAP)
		return 0;
	if (v->map_name.n)
		v->map = named(ns, t, true, v->map_name);
	else if (v->map)
		return link_set(rs, v->map, t, ns);
	return 0;
}

static void link_jump(struct seal_ruleset *rs, struct seal_fw_jump *j, struct seal_fw_table *t,
		      const struct names *ns)
{
	if (j->code != SEAL_FW_JUMP && j->code != SEAL_FW_GOTO)
		return;
	j->chain = named(ns, t, false, j->name);
	if (!j->chain)
		seal_ruleset_warn(rs, "a rule jumps to a chain that is not there");
}

static int link_stmt(struct seal_ruleset *rs, struct seal_fw_stmt *s, struct seal_fw_table *t,
		     const struct names *ns)
{
	int r;

	switch (s->kind) {
	case SEAL_STMT_VERDICT:
		link_jump(rs, &s->verdict, t, ns);
		return 0;
	case SEAL_STMT_MATCH:
	case SEAL_STMT_VMAP:
	case SEAL_STMT_UPDATE:
		if (!s->name.n)
			return s->set ? link_set(rs, s->set, t, ns) : 0;
		s->set = named(ns, t, true, s->name);
		if (!s->set)
			seal_ruleset_warn(rs, "a rule names a set that is not there");
		else if (s->kind == SEAL_STMT_UPDATE)
			s->set->changes = true;
		return 0;
	case SEAL_STMT_NAT:
		r = link_value(rs, &s->nat->addr, t, ns);
		return r < 0 ? r : link_value(rs, &s->nat->port, t, ns);
	case SEAL_STMT_MARK:
	case SEAL_STMT_CT_MARK:
		return link_value(rs, s->value, t, ns);
	case SEAL_STMT_MAYBE:
	case SEAL_STMT_OPAQUE:
	case SEAL_STMT_NOTE:
	case SEAL_STMT_REJECT:
	case SEAL_STMT_NOTRACK:
	case SEAL_STMT_KIND_MAX_:
		break;
	}
	return 0;
}

static int link_table(struct seal_ruleset *rs, struct seal_fw_table *t, const struct names *ns)
{
	struct seal_fw_chain *c;
	struct seal_fw_rule *rule;
	struct seal_fw_stmt *st;
	struct seal_fw_set *s;
	int r;

	for (s = t->sets; s; s = s->next) {
		r = link_set(rs, s, t, ns);
		if (r < 0)
			return r;
	}
	for (c = t->chains; c; c = c->next)
		for (rule = c->first; rule; rule = rule->next)
			for (st = rule->first; st; st = st->next) {
				r = link_stmt(rs, st, t, ns);
				if (r < 0)
					return r;
			}
	return 0;
}

/* base chains in the order the kernel runs them: by priority, of equal ones the newest first.
 * Tables and chains count their handles apart from each other: a chain of a later table is newer,
 * for nothing else in a listing tells. */
static int base_cmp(const void *a, const void *b)
{
	const struct seal_fw_chain *x = *(struct seal_fw_chain *const *)a;
	const struct seal_fw_chain *y = *(struct seal_fw_chain *const *)b;

	if (x->hook != y->hook)
		return x->hook < y->hook ? -1 : 1;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->table->handle != y->table->handle)
		return x->table->handle > y->table->handle ? -1 : 1;
	if (x->handle != y->handle)
		return x->handle > y->handle ? -1 : 1;
	return x->created > y->created ? -1 : x->created < y->created;
}

static int index_chains(struct seal_ruleset *rs)
{
	struct seal_fw_index *ix = seal_arena_alloc(rs->arena, sizeof(*ix));
	struct seal_fw_table *t;
	struct seal_fw_chain *c;

	if (!ix)
		return -ENOMEM;
	ix->base = seal_arena_alloc(rs->arena, (rs->n_chains + 1) * sizeof(struct seal_fw_chain *));
	if (!ix->base)
		return -ENOMEM;
	for (t = rs->tables; t; t = t->next)
		for (c = t->chains; c; c = c->next)
			if (c->hook != SEAL_FW_HOOK_NONE && !t->dormant)
				ix->base[ix->n_base++] = c;
	qsort(ix->base, ix->n_base, sizeof(struct seal_fw_chain *), base_cmp);
	rs->index = ix;
	return 0;
}

int seal_ruleset_link(struct seal_ruleset *rs, struct seal_err *err)
{
	seal_auto_free struct name *owned = NULL;
	struct names ns = {NULL, 0};
	struct seal_fw_table *t;
	int r;

	r = collect_names(rs, &ns);
	owned = ns.v;
	for (t = rs->tables; t && r >= 0; t = t->next)
		r = link_table(rs, t, &ns);
	if (r >= 0)
		r = index_chains(rs);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");

	rs->linked = true;
	return 0;
}
