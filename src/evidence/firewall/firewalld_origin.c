/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/firewalld_origin.h"

#include <errno.h>

#include "evidence/firewall/firewalld.h"

static bool is_same_rule(const struct seal_fw_rule *a, const struct seal_fw_rule *b)
{
	seal_auto_buf struct seal_buf x = {0}, y = {0};

	seal_rule_put(&x, a);
	seal_rule_put(&y, b);
	return !x.err && !y.err && seal_bytes_eq(seal_buf_bytes(&x), seal_buf_bytes(&y));
}

static bool is_same_chain(const struct seal_fw_chain *a, const struct seal_fw_chain *b)
{
	const struct seal_fw_rule *x = a->first, *y = b->first;

	while (x && y && is_same_rule(x, y)) {
		x = x->next;
		y = y->next;
	}
	return !x && !y;
}

static const struct seal_origin *copy(struct seal_arena *a, const struct seal_origin *from)
{
	struct seal_origin *o = seal_arena_alloc(a, sizeof(*o));

	if (!o)
		return NULL;
	*o = *from;
	if (seal_arena_intern(a, from->path, &o->path) < 0 ||
	    seal_arena_copy(a, from->ref, &o->ref) < 0)
		return NULL;
	return o;
}

static int take_chain(struct seal_arena *a, struct seal_fw_chain *to,
		      const struct seal_fw_chain *from)
{
	const struct seal_fw_rule *y = from->first;
	struct seal_fw_rule *x;

	if (!is_same_chain(to, from))
		return 0;
	for (x = to->first; x; x = x->next, y = y->next) {
		if (x->origin || !y->origin)
			continue;
		x->origin = copy(a, y->origin);
		if (!x->origin)
			return -ENOMEM;
	}
	return 0;
}

static int take_table(struct seal_arena *a, struct seal_fw_table *to,
		      const struct seal_fw_table *from)
{
	struct seal_fw_chain *c;
	int r = 0;

	for (c = to->chains; c && r == 0; c = c->next) {
		const struct seal_fw_chain *same = seal_fw_chain_find(from, c->name);

		if (same)
			r = take_chain(a, c, same);
	}
	return r;
}

static struct seal_fw_table *find_table(struct seal_ruleset *rs)
{
	return seal_fw_table_find(rs, SEAL_FW_INET, SEAL_LIT("firewalld"));
}

int seal_firewalld_origins(const struct seal_root *root, struct seal_ruleset *rs)
{
	seal_auto_ruleset struct seal_ruleset *config = NULL;
	struct seal_fw_table *to = find_table(rs), *from;
	struct seal_host *scratch;
	struct seal_err err = {0};
	int r;

	if (!to)
		return 0;
	/* what of the configuration cannot be read is no part of this answer: its rows are dropped
	 */
	scratch = seal_host_new();
	if (!scratch)
		return -ENOMEM;
	r = seal_firewalld_read(root, scratch, &config, &err);
	from = r == 0 ? find_table(config) : NULL;
	if (from)
		r = take_table(rs->arena, to,
			       from); /* origins stand in the arena of the scratch host */
	seal_host_free(scratch);
	return r == -ENOMEM ? r : 0;
}
