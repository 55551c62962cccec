/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

/* struct granted - permissions that rules on attributes give: always, or with a boolean */
struct granted {
	uint32_t always, switched;
};

static void take_key(const struct seal_policy *p, avtab_key_t *key, struct granted *g, bool exact)
{
	avtab_ptr_t node;

	for (node = exact ? NULL : avtab_search_node(&p->db->te_avtab, key); node;
	     node = avtab_search_node_next(node, key->specified))
		if (node->key.specified == AVTAB_ALLOWED)
			g->always |= node->datum.data;
	for (node = avtab_search_node(&p->db->te_cond_avtab, key); node;
	     node = avtab_search_node_next(node, key->specified))
		if (node->key.specified & AVTAB_ALLOWED)
			g->switched |= node->datum.data;
}

int seal_policy_granted(const struct seal_policy *p, struct seal_bytes source,
			struct seal_bytes target, struct seal_bytes tclass,
			const struct seal_bytes *perms, size_t n_perms)
{
	uint32_t s = seal_type_value(p, source, false), t = seal_type_value(p, target, false);
	uint32_t c, mask, i, j;
	ebitmap_node_t *sn, *tn;
	struct granted g = {0};

	if (!s || !t || seal_query_mask(p, tclass, perms, n_perms, &c, &mask) < 0)
		return -ENOENT;
	ebitmap_for_each_positive_bit(&p->db->type_attr_map[s - 1], sn, i)
	{
		ebitmap_for_each_positive_bit(&p->db->type_attr_map[t - 1], tn, j)
		{
			avtab_key_t key = {.source_type = (uint16_t)(i + 1),
					   .target_type = (uint16_t)(j + 1),
					   .target_class = (uint16_t)c,
					   .specified = AVTAB_ALLOWED};

			take_key(p, &key, &g, i + 1 == s && j + 1 == t);
		}
	}
	if ((g.always & mask) == mask)
		return 1;
	return ((g.always | g.switched) & mask) == mask ? 2 : 0;
}

static bool has_boolean(const cond_node_t *c, uint32_t value)
{
	for (const cond_expr_t *e = c->expr; e; e = e->next)
		if (e->expr_type == COND_BOOL && seal_cond_value(e) == value)
			return true;
	return false;
}

static int add_sources(const struct seal_policy *p, const cond_av_list_t *list, uint8_t *seen,
		       struct seal_names *ret)
{
	for (; list; list = list->next) {
		uint32_t type = list->node->key.source_type;

		if (!(list->node->key.specified & AVTAB_ALLOWED) || seen[type])
			continue;
		seen[type] = 1;
		if (seal_names_add(ret, seal_type_name(p, type)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int seal_policy_boolean_sources(const struct seal_policy *p, struct seal_bytes name,
				struct seal_names *ret)
{
	seal_auto_free uint8_t *seen = calloc((size_t)UINT16_MAX + 1, 1);
	uint32_t value = seal_bool_value(p, name);
	struct seal_names names = {0};
	int r = seen ? 0 : -ENOMEM;

	if (!value)
		return -ENOENT;
	for (const cond_node_t *c = p->db->cond_list; c && r == 0; c = c->next) {
		if (!has_boolean(c, value))
			continue;
		r = add_sources(p, c->true_list, seen, &names);
		if (r == 0)
			r = add_sources(p, c->false_list, seen, &names);
	}
	if (r < 0) {
		seal_vec_done(&names.v);
		return r;
	}
	seal_names_sort(&names);
	*ret = names;
	return 0;
}
