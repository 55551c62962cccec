/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

uint32_t seal_te_allowed(const struct seal_policy *p, uint32_t source, uint32_t target,
			 uint32_t tclass, uint32_t *auditdeny)
{
	const ebitmap_t *sattr = &p->db->type_attr_map[source - 1];
	const ebitmap_t *tattr = &p->db->type_attr_map[target - 1];
	struct sepol_av_decision av = {.auditdeny = UINT32_MAX};
	ebitmap_node_t *sn, *tn;
	avtab_ptr_t node;
	avtab_key_t key;
	uint32_t i, j;

	key = (avtab_key_t){.target_class = (uint16_t)tclass, .specified = AVTAB_AV};
	ebitmap_for_each_positive_bit(sattr, sn, i)
	{
		ebitmap_for_each_positive_bit(tattr, tn, j)
		{
			key.source_type = (uint16_t)(i + 1);
			key.target_type = (uint16_t)(j + 1);
			for (node = avtab_search_node(&p->db->te_avtab, &key); node;
			     node = avtab_search_node_next(node, key.specified)) {
				if (node->key.specified == AVTAB_ALLOWED)
					av.allowed |= node->datum.data;
				else if (node->key.specified == AVTAB_AUDITDENY)
					av.auditdeny &= node->datum.data;
			}
			cond_compute_av(&p->db->te_cond_avtab, &key, &av);
		}
	}
	if (auditdeny)
		*auditdeny = av.auditdeny;
	return av.allowed;
}

struct rule_list {
	struct seal_rule *v;
	size_t n;
	bool conditional;
};

static int note_rule(avtab_key_t *k, avtab_datum_t *d, void *data)
{
	struct rule_list *l = data;

	if (!(k->specified & AVTAB_ALLOWED))
		return 0;
	l->v[l->n++] = (struct seal_rule){
		.source = k->source_type,
		.target = k->target_type,
		.tclass = k->target_class,
		.conditional = l->conditional,
		.node = (avtab_ptr_t)((char *)k - offsetof(struct avtab_node, key)),
	};
	(void)d;
	return 0;
}

/* sort_pass - one stable counting pass: @key of a rule is below @n_keys; @start has n_keys + 1
 * entries */
static void sort_pass(const struct seal_rule *in, struct seal_rule *out, size_t n, uint32_t *start,
		      size_t n_keys, size_t key_offset)
{
	memset(start, 0, (n_keys + 1) * sizeof(*start));
	for (size_t i = 0; i < n; i++)
		start[*(const uint16_t *)((const char *)&in[i] + key_offset) + 1]++;
	for (size_t k = 0; k < n_keys; k++)
		start[k + 1] += start[k];
	for (size_t i = 0; i < n; i++)
		out[start[*(const uint16_t *)((const char *)&in[i] + key_offset)]++] = in[i];
	/* every start has moved on to the next one's */
	memmove(start + 1, start, n_keys * sizeof(*start));
	start[0] = 0;
}

#define N_KEYS ((size_t)UINT16_MAX + 1)

/* build - an index sorted by the value at @by, then class */
static int build(const struct rule_list *rules, size_t by, struct seal_rule_index *ix)
{
	seal_auto_free struct seal_rule *tmp = NULL, *out = NULL;
	seal_auto_free uint32_t *start = NULL;

	tmp = malloc((rules->n + 1) * sizeof(*tmp));
	out = malloc((rules->n + 1) * sizeof(*out));
	start = malloc((N_KEYS + 1) * sizeof(*start));
	if (!tmp || !out || !start)
		return seal_policy_short();
	sort_pass(rules->v, tmp, rules->n, start, N_KEYS, offsetof(struct seal_rule, tclass));
	sort_pass(tmp, out, rules->n, start, N_KEYS, by);
	ix->v = seal_take(out);
	ix->start = seal_take(start);
	ix->n = rules->n;
	return 0;
}

int seal_rules_prepare(const struct seal_policy *policy)
{
	/* the indexes are a cache of what the policy says */
	struct seal_policy *p = (struct seal_policy *)(uintptr_t)policy;
	struct rule_list rules = {0};
	seal_auto_free struct seal_rule *all = NULL;
	int r;

	if (p->by_target.v)
		return 0;

	all = malloc(((size_t)p->db->te_avtab.nel + p->db->te_cond_avtab.nel + 1) * sizeof(*all));
	if (!all)
		return seal_policy_short();
	rules.v = all;
	avtab_map(&p->db->te_avtab, note_rule, &rules);
	rules.conditional = true;
	avtab_map(&p->db->te_cond_avtab, note_rule, &rules);

	r = p->by_source.v ? 0 : build(&rules, offsetof(struct seal_rule, source), &p->by_source);
	if (r == 0)
		r = build(&rules, offsetof(struct seal_rule, target), &p->by_target);
	return r;
}

size_t seal_rules_of(const struct seal_rule_index *ix, uint32_t value, uint32_t tclass,
		     const struct seal_rule **ret)
{
	size_t lo = ix->start[value], hi = ix->start[value + 1], end = hi, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (ix->v[mid].tclass < tclass)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret = ix->v + lo;
	for (hi = lo; hi < end && ix->v[hi].tclass == tclass; hi++)
		;
	return hi - lo;
}

static void spread(const ebitmap_t *types, uint32_t mask, uint32_t *out)
{
	ebitmap_node_t *n;
	uint32_t bit;

	for (n = types->node; n; n = n->next) {
		MAPTYPE map = n->map;

		for (; map; map &= map - 1) {
			bit = n->startbit + (uint32_t)__builtin_ctzll(map);
			out[bit + 1] |= mask;
		}
	}
}

void seal_row(const struct seal_policy *p, uint32_t source, uint32_t tclass, uint32_t *row)
{
	const struct seal_rule *r;
	ebitmap_node_t *n;
	uint32_t bit;
	size_t count;

	ebitmap_for_each_positive_bit(&p->db->type_attr_map[source - 1], n, bit)
	{
		count = seal_rules_of(&p->by_source, bit + 1, tclass, &r);
		for (; count > 0; count--, r++)
			if (seal_rule_active(r))
				spread(&p->db->attr_type_map[r->target - 1], r->node->datum.data,
				       row);
	}
	seal_vec_each (i, &p->injected) {
		if (i->fresh && i->node->key.target_class == tclass &&
		    i->node->key.source_type == source)
			row[i->node->key.target_type] |= i->node->datum.data;
	}
}

void seal_column(const struct seal_policy *p, uint32_t target, uint32_t tclass, uint32_t *column)
{
	const struct seal_rule *r;
	ebitmap_node_t *n;
	uint32_t bit;
	size_t count;

	ebitmap_for_each_positive_bit(&p->db->type_attr_map[target - 1], n, bit)
	{
		count = seal_rules_of(&p->by_target, bit + 1, tclass, &r);
		for (; count > 0; count--, r++)
			if (seal_rule_active(r))
				spread(&p->db->attr_type_map[r->source - 1], r->node->datum.data,
				       column);
	}
	seal_vec_each (i, &p->injected) {
		if (i->fresh && i->node->key.target_class == tclass &&
		    i->node->key.target_type == target)
			column[i->node->key.source_type] |= i->node->datum.data;
	}
}

/* select_types - names of the types whose entry holds all of @mask */
static int select_types(const struct seal_policy *p, const uint32_t *row, uint32_t mask,
			struct seal_names *ret)
{
	struct seal_names names = {0};

	for (uint32_t t = 1; t <= p->db->p_types.nprim; t++) {
		if ((row[t] & mask) != mask || !seal_type_is_real(p, t))
			continue;
		if (seal_names_add(&names, seal_type_name(p, t)) < 0) {
			seal_vec_done(&names.v);
			return -ENOMEM;
		}
	}
	seal_names_sort(&names);
	*ret = names;
	return 0;
}

typedef void (*fill_fn)(const struct seal_policy *, uint32_t, uint32_t, uint32_t *);

static int types_by(const struct seal_policy *p, fill_fn fill, uint32_t type, uint32_t tclass,
		    uint32_t mask, struct seal_names *ret)
{
	seal_auto_free uint32_t *row = NULL;

	row = calloc((size_t)p->db->p_types.nprim + 1, sizeof(*row));
	if (!row || seal_rules_prepare(p) < 0)
		return seal_policy_short();
	fill(p, type, tclass, row);
	return select_types(p, row, mask, ret);
}

int seal_policy_types_with(const struct seal_policy *p, struct seal_bytes source,
			   struct seal_bytes tclass, const struct seal_bytes *perms, size_t n_perms,
			   struct seal_names *ret)
{
	uint32_t s = seal_type_value(p, source, false), c, mask;

	if (!s || seal_query_mask(p, tclass, perms, n_perms, &c, &mask) < 0)
		return -ENOENT;
	return types_by(p, seal_row, s, c, mask, ret);
}

int seal_policy_sources_with(const struct seal_policy *p, struct seal_bytes target,
			     struct seal_bytes tclass, const struct seal_bytes *perms,
			     size_t n_perms, struct seal_names *ret)
{
	uint32_t t = seal_type_value(p, target, false), c, mask;

	if (!t || seal_query_mask(p, tclass, perms, n_perms, &c, &mask) < 0)
		return -ENOENT;
	return types_by(p, seal_column, t, c, mask, ret);
}

int seal_policy_allowed(const struct seal_policy *p, struct seal_bytes source,
			struct seal_bytes target, struct seal_bytes tclass, struct seal_names *ret)
{
	uint32_t s = seal_type_value(p, source, false), t = seal_type_value(p, target, false);
	uint32_t c = seal_class_value(p, tclass);
	struct seal_names names = {0};

	if (!s || !t || !c)
		return -ENOENT;
	if (seal_perm_names(p, c, seal_te_allowed(p, s, t, c, NULL), &names) < 0) {
		seal_vec_done(&names.v);
		return -ENOMEM;
	}
	*ret = names;
	return 0;
}
