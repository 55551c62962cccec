/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

static avtab_ptr_t find_allow(const struct seal_policy *p, avtab_key_t *key)
{
	return avtab_search_node(&p->db->te_avtab, key);
}

static bool is_fresh(const struct seal_policy *p, avtab_ptr_t node)
{
	seal_vec_each (f, &p->fresh) {
		if (*f == node)
			return true;
	}
	return false;
}

int seal_inject(struct seal_policy *p, uint32_t source, uint32_t target, uint32_t tclass,
		uint32_t perms)
{
	avtab_key_t key = {.source_type = (uint16_t)source,
			   .target_type = (uint16_t)target,
			   .target_class = (uint16_t)tclass,
			   .specified = AVTAB_ALLOWED};
	avtab_datum_t none = {0};
	struct seal_injected *in;
	avtab_ptr_t node, *fresh;

	in = seal_vec_add(&p->injected);
	if (!in)
		return -ENOMEM;
	node = find_allow(p, &key);
	if (!node) {
		/* libsepol cannot take a rule out again: it stays, with no permission, for the next
		 * time */
		fresh = seal_vec_add(&p->fresh);
		if (fresh && avtab_insert(&p->db->te_avtab, &key, &none) == 0)
			node = *fresh = find_allow(p, &key);
		if (!node) {
			if (fresh)
				p->fresh.n--;
			p->injected.n--;
			return -ENOMEM;
		}
	}
	*in = (struct seal_injected){node, node->datum.data, is_fresh(p, node)};
	node->datum.data |= perms;
	return 0;
}

void seal_withdraw(struct seal_policy *p, size_t count)
{
	while (p->injected.n > count) {
		const struct seal_injected *in = &p->injected.v[--p->injected.n];

		in->node->datum.data = in->before;
	}
}

int seal_allow_resolve(const struct seal_policy *p, const struct seal_allow *a,
		       struct seal_tuple *ret, struct seal_err *err)
{
	const struct seal_bytes *name[2] = {&a->source, &a->target};
	uint32_t value[2];

	for (int i = 0; i < 2; i++) {
		value[i] = seal_type_value(p, *name[i], false);
		if (!value[i])
			return seal_err_set(
				err, seal_type_value(p, *name[i], true) ? -EINVAL : -ENOENT,
				"no type %.*s in the policy", (int)name[i]->n, name[i]->p);
	}
	ret->source = value[0];
	ret->target = value[1];
	if (seal_query_mask(p, a->tclass, a->perms, a->n_perms, &ret->tclass, &ret->perms) < 0)
		return seal_err_set(err, -ENOENT,
				    "class %.*s or a permission of it is not in the policy",
				    (int)a->tclass.n, a->tclass.p);
	for (size_t i = 0; i < a->n_ioctls; i++)
		if (a->ioctls[i] > UINT16_MAX)
			return seal_err_set(err, -EINVAL, "0x%x is no ioctl command", a->ioctls[i]);
	return 0;
}

/* let_pass - the commands of an allowxperm, as seal_xperm_decide() sees them. Returns 0 or -ENOMEM
 */
static int let_pass(struct seal_policy *p, const struct seal_allow *a, const struct seal_tuple *t)
{
	for (size_t i = 0; i < a->n_ioctls; i++) {
		struct seal_tried_ioctl *x = seal_vec_add(&p->ioctls);

		if (!x)
			return -ENOMEM;
		*x = (struct seal_tried_ioctl){t->source, t->target, t->tclass,
					       (uint16_t)a->ioctls[i]};
	}
	return 0;
}

int seal_states_set(struct seal_policy *p, const struct seal_switch *s, size_t n, int **saved,
		    struct seal_err *err)
{
	seal_auto_free int *states = NULL;
	uint32_t total = p->db->p_bools.nprim;

	for (size_t i = 0; i < n; i++)
		if (!seal_bool_value(p, s[i].name))
			return seal_err_set(err, -ENOENT, "no boolean %.*s in the policy",
					    (int)s[i].name.n, s[i].name.p);
	states = malloc(((size_t)total + 1) * sizeof(*states));
	if (!states)
		return seal_err_set(err, -ENOMEM, "out of memory");

	for (uint32_t i = 0; i < total; i++)
		states[i] = p->db->bool_val_to_struct[i] ? p->db->bool_val_to_struct[i]->state : 0;
	for (size_t i = 0; i < n; i++)
		p->db->bool_val_to_struct[seal_bool_value(p, s[i].name) - 1]->state = s[i].value;
	*saved = seal_take(states);
	return 0;
}

void seal_states_restore(struct seal_policy *p, int *saved)
{
	for (uint32_t i = 0; i < p->db->p_bools.nprim; i++)
		if (p->db->bool_val_to_struct[i])
			p->db->bool_val_to_struct[i]->state = saved[i];
	free(saved);
}

int seal_policy_try(struct seal_policy *p, const struct seal_policy_change *c, struct seal_err *err)
{
	struct seal_tuple t;
	int r;

	if (p->trying)
		return seal_err_set(err, -EBUSY, "a change is being tried already");
	for (size_t i = 0; i < c->n_allows; i++) {
		r = seal_allow_resolve(p, &c->allows[i], &t, err);
		if (r < 0)
			return r;
	}
	r = seal_states_set(p, c->switches, c->n_switches, &p->saved_states, err);
	if (r < 0)
		return r;

	p->trying = true;
	if (c->n_switches > 0)
		evaluate_conds(p->db);
	for (size_t i = 0; i < c->n_allows; i++) {
		r = seal_allow_resolve(p, &c->allows[i], &t, err);
		if (r == 0)
			r = seal_inject(p, t.source, t.target, t.tclass, t.perms);
		if (r == 0)
			r = let_pass(p, &c->allows[i], &t);
		if (r < 0) {
			seal_policy_restore(p);
			return seal_err_set(err, r, "out of memory");
		}
	}
	return 0;
}

void seal_policy_restore(struct seal_policy *p)
{
	if (!p->trying)
		return;
	seal_withdraw(p, 0);
	p->ioctls.n = 0;
	seal_states_restore(p, seal_take(p->saved_states));
	evaluate_conds(p->db);
	p->trying = false;
}
