/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

/* struct ioctl_rules - what the extended permission rules of one pair of types say about a command,
 * as the kernel reads them: any such rule, auditing ones too, makes the drivers it names the only
 * ones decided here, and commands then need an allowxperm of their own */
struct ioctl_rules {
	uint8_t driver, function;
	bool some, allowed;
};

static bool bit(const uint32_t *map, unsigned n)
{
	return map[n >> 5] >> (n & 31) & 1;
}

static void read_rule(const struct avtab_node *n, struct ioctl_rules *r)
{
	const avtab_extended_perms_t *x = n->datum.xperms;

	if (!x || (x->specified != AVTAB_XPERMS_IOCTLFUNCTION &&
		   x->specified != AVTAB_XPERMS_IOCTLDRIVER))
		return;
	r->some = true;
	if (!(n->key.specified & AVTAB_XPERMS_ALLOWED))
		return;
	if (x->specified == AVTAB_XPERMS_IOCTLDRIVER)
		r->allowed |= bit(x->perms, r->driver);
	else if (x->driver == r->driver)
		r->allowed |= bit(x->perms, r->function);
}

static void read_table(avtab_t *table, avtab_key_t *key, bool conditional, struct ioctl_rules *r)
{
	avtab_ptr_t n;

	for (n = avtab_search_node(table, key); n; n = avtab_search_node_next(n, key->specified))
		if (!conditional || (n->key.specified & AVTAB_ENABLED))
			read_rule(n, r);
}

int seal_xperm_decide(const struct seal_policy *p, uint32_t source, uint32_t target,
		      uint32_t tclass, int64_t cmd)
{
	struct ioctl_rules r = {.driver = (uint8_t)(cmd >> 8), .function = (uint8_t)cmd};
	avtab_key_t key = {.target_class = (uint16_t)tclass, .specified = AVTAB_XPERMS};
	ebitmap_node_t *sn, *tn;
	uint32_t i, j;

	ebitmap_for_each_positive_bit(&p->db->type_attr_map[source - 1], sn, i)
	{
		ebitmap_for_each_positive_bit(&p->db->type_attr_map[target - 1], tn, j)
		{
			key.source_type = (uint16_t)(i + 1);
			key.target_type = (uint16_t)(j + 1);
			read_table(&p->db->te_avtab, &key, false, &r);
			read_table(&p->db->te_cond_avtab, &key, true, &r);
		}
	}
	seal_vec_each (x, &p->ioctls) {
		if (x->source != source || x->target != target || x->tclass != tclass)
			continue;
		r.some = true;
		r.allowed |= x->command == cmd;
	}
	if (!r.some)
		return 1;
	if (cmd < 0 || cmd > UINT16_MAX)
		return -ENODATA;
	return r.allowed;
}

int seal_policy_ioctl_unrestricted(const struct seal_policy *p, struct seal_bytes source,
				   struct seal_bytes target, struct seal_bytes tclass)
{
	uint32_t s = seal_type_value(p, source, false), t = seal_type_value(p, target, false);
	uint32_t c = seal_class_value(p, tclass);

	if (!s || !t || !c)
		return -ENOENT;
	return seal_xperm_decide(p, s, t, c, -1) == 1;
}
