/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include "core/enc.h"

#include <errno.h>
#include <stdio.h>

/* the sidtab is searched from end to end: start afresh before it gets slow */
#define SIDTAB_MAX     4096
#define CONTEXT_MAX    8192
#define N_CONTEXT_PART 3

int seal_names_add(struct seal_names *n, struct seal_bytes name)
{
	struct seal_bytes *b;

	b = seal_vec_add(&n->v);
	if (!b)
		return seal_policy_short();
	*b = name;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

void seal_names_sort(struct seal_names *n)
{
	if (n->v.n > 1)
		qsort(n->v.v, n->v.n, sizeof(*n->v.v), by_bytes);
}

void *seal_symbol(const symtab_t *t, struct seal_bytes name)
{
	char key[SEAL_NAME_MAX];

	if (!t->table || name.n == 0 || name.n >= sizeof(key) || memchr(name.p, '\0', name.n))
		return NULL;
	memcpy(key, name.p, name.n);
	key[name.n] = '\0';
	return hashtab_search(t->table, key);
}

bool seal_type_is_real(const struct seal_policy *p, uint32_t value)
{
	const type_datum_t *t;

	if (value == 0 || value > p->db->p_types.nprim)
		return false;
	t = p->db->type_val_to_struct[value - 1];
	return t && t->flavor != TYPE_ATTRIB;
}

uint32_t seal_type_value(const struct seal_policy *p, struct seal_bytes name, bool attr)
{
	const type_datum_t *t = seal_symbol(&p->db->p_types, name);

	if (!t || (!attr && t->flavor == TYPE_ATTRIB))
		return 0;
	return t->s.value;
}

uint32_t seal_class_value(const struct seal_policy *p, struct seal_bytes name)
{
	const class_datum_t *c = seal_symbol(&p->db->p_classes, name);

	return c ? c->s.value : 0;
}

uint32_t seal_perm_bit(const struct seal_policy *p, uint32_t tclass, struct seal_bytes perm)
{
	const class_datum_t *c = p->db->class_val_to_struct[tclass - 1];
	const perm_datum_t *d;

	d = seal_symbol(&c->permissions, perm);
	if (!d && c->comdatum)
		d = seal_symbol(&c->comdatum->permissions, perm);
	if (!d || d->s.value == 0 || d->s.value > 32)
		return 0;
	return UINT32_C(1) << (d->s.value - 1);
}

struct seal_bytes seal_type_name(const struct seal_policy *p, uint32_t value)
{
	if (value == 0 || value > p->db->p_types.nprim)
		return SEAL_BYTES_NONE;
	return seal_bytes_of(p->db->p_type_val_to_name[value - 1]);
}

struct perm_names {
	struct seal_bytes name[32];
};

static int note_perm(hashtab_key_t key, hashtab_datum_t datum, void *data)
{
	const perm_datum_t *d = datum;
	struct perm_names *n = data;

	if (d->s.value >= 1 && d->s.value <= 32)
		n->name[d->s.value - 1] = seal_bytes_of(key);
	return 0;
}

int seal_perm_names(const struct seal_policy *p, uint32_t tclass, uint32_t mask,
		    struct seal_names *ret)
{
	const class_datum_t *c = p->db->class_val_to_struct[tclass - 1];
	struct perm_names n = {0};

	if (c->comdatum)
		hashtab_map(c->comdatum->permissions.table, note_perm, &n);
	hashtab_map(c->permissions.table, note_perm, &n);

	for (unsigned i = 0; i < 32; i++)
		if ((mask >> i & 1) && n.name[i].p && seal_names_add(ret, n.name[i]) < 0)
			return -ENOMEM;
	return 0;
}

int seal_policy_type(const struct seal_policy *p, struct seal_bytes name, struct seal_bytes *ret)
{
	const type_datum_t *t = seal_symbol(&p->db->p_types, name);

	if (!t)
		return -ENOENT;
	if (t->flavor == TYPE_ATTRIB)
		return -EISDIR;
	*ret = seal_type_name(p, t->s.value);
	return 0;
}

bool seal_policy_type_has(const struct seal_policy *p, struct seal_bytes type,
			  struct seal_bytes attr)
{
	uint32_t t = seal_type_value(p, type, false), a = seal_type_value(p, attr, true);

	return t && a && ebitmap_get_bit(&p->db->type_attr_map[t - 1], a - 1);
}

int seal_policy_attributes(const struct seal_policy *p, struct seal_bytes type,
			   struct seal_names *ret)
{
	uint32_t t = seal_type_value(p, type, false), bit;
	struct seal_names names = {0};
	ebitmap_node_t *n;

	if (!t)
		return -ENOENT;
	ebitmap_for_each_positive_bit(&p->db->type_attr_map[t - 1], n, bit)
	{
		struct seal_bytes name = seal_type_name(p, bit + 1);

		if (bit + 1 != t && name.p && seal_names_add(&names, name) < 0) {
			seal_vec_done(&names.v);
			return -ENOMEM;
		}
	}
	seal_names_sort(&names);
	*ret = names;
	return 0;
}

int seal_policy_members(const struct seal_policy *p, struct seal_bytes attr, struct seal_names *ret)
{
	uint32_t a = seal_type_value(p, attr, true), bit;
	struct seal_names names = {0};
	ebitmap_node_t *n;

	if (!a)
		return -ENOENT;
	ebitmap_for_each_positive_bit(&p->db->attr_type_map[a - 1], n, bit)
	{
		if (seal_names_add(&names, seal_type_name(p, bit + 1)) < 0) {
			seal_vec_done(&names.v);
			return -ENOMEM;
		}
	}
	seal_names_sort(&names);
	*ret = names;
	return 0;
}

struct alias_walk {
	uint32_t value;
	const char *primary;
	struct seal_names names;
};

static int note_alias(hashtab_key_t key, hashtab_datum_t datum, void *data)
{
	const type_datum_t *t = datum;
	struct alias_walk *w = data;

	if (t->s.value != w->value || key == w->primary || t->flavor == TYPE_ATTRIB)
		return 0;
	return seal_names_add(&w->names, seal_bytes_of(key));
}

int seal_policy_aliases(const struct seal_policy *p, struct seal_bytes type, struct seal_names *ret)
{
	struct alias_walk w = {.value = seal_type_value(p, type, false)};
	int r;

	if (!w.value)
		return -ENOENT;
	w.primary = p->db->p_type_val_to_name[w.value - 1];
	r = hashtab_map(p->db->p_types.table, note_alias, &w);
	if (r < 0) {
		seal_vec_done(&w.names.v);
		return r;
	}
	seal_names_sort(&w.names);
	*ret = w.names;
	return 0;
}

int seal_policy_permissions(const struct seal_policy *p, struct seal_bytes tclass,
			    struct seal_names *ret)
{
	uint32_t c = seal_class_value(p, tclass);
	struct seal_names names = {0};

	if (!c)
		return -ENOENT;
	if (seal_perm_names(p, c, SEAL_PERMS_ALL, &names) < 0) {
		seal_vec_done(&names.v);
		return -ENOMEM;
	}
	*ret = names;
	return 0;
}

bool seal_policy_has_permission(const struct seal_policy *p, struct seal_bytes tclass,
				struct seal_bytes perm)
{
	uint32_t c = seal_class_value(p, tclass);

	return c && seal_perm_bit(p, c, perm);
}

struct seal_bytes seal_context_part(struct seal_bytes context, char part)
{
	static const char order[N_CONTEXT_PART] = {'u', 'r', 't'};
	struct seal_bytes rest = context, word;

	for (size_t i = 0; i < N_CONTEXT_PART; i++) {
		if (!rest.p)
			return SEAL_BYTES_NONE;
		word = seal_bytes_cut(rest, ':', &rest);
		if (order[i] == part)
			return word;
	}
	return part == 'l' && rest.p ? rest : SEAL_BYTES_NONE;
}

/* context_sid - the number of a context in the policy's sidtab. Returns 0, -EINVAL or -ENOMEM */
static int context_sid(struct seal_policy *p, struct seal_bytes context, sepol_security_id_t *sid)
{
	char text[CONTEXT_MAX];

	if (context.n == 0 || context.n >= sizeof(text) || memchr(context.p, '\0', context.n))
		return -EINVAL;
	if (p->sidtab.nel >= SIDTAB_MAX) {
		sepol_sidtab_destroy(&p->sidtab);
		if (sepol_sidtab_init(&p->sidtab) < 0)
			return seal_policy_short();
	}

	memcpy(text, context.p, context.n);
	text[context.n] = '\0';
	seal_policy_select(p);
	return sepol_context_to_sid(text, context.n, sid) < 0 ? -EINVAL : 0;
}

static int wrong(struct seal_err *err, const char *what, struct seal_bytes name)
{
	return seal_err_set(err, -EINVAL, "%s %.*s", what, (int)(name.n < 80 ? name.n : 80),
			    name.p);
}

/* explain_context - words for a context libsepol refuses */
static int explain_context(const struct seal_policy *p, struct seal_bytes context,
			   struct seal_err *err)
{
	struct seal_bytes u = seal_context_part(context, 'u'), r = seal_context_part(context, 'r'),
			  t = seal_context_part(context, 't'), l = seal_context_part(context, 'l');
	const user_datum_t *user = seal_symbol(&p->db->p_users, u);
	const role_datum_t *role = seal_symbol(&p->db->p_roles, r);
	uint32_t type = seal_type_value(p, t, false);

	if (!t.p)
		return wrong(err, "not a context:", context);
	if (!user)
		return wrong(err, "no such SELinux user:", u);
	if (!role)
		return wrong(err, "no such role:", r);
	if (!type)
		return wrong(err,
			     seal_symbol(&p->db->p_types, t) ? "an attribute, not a type:"
							     : "no such type:",
			     t);
	if (p->db->mls && !l.p)
		return wrong(err, "context without a level:", context);
	if (role->s.value != OBJECT_R_VAL && !ebitmap_get_bit(&role->types.types, type - 1))
		return seal_err_set(err, -EINVAL, "role %.*s may not have type %.*s", (int)r.n, r.p,
				    (int)t.n, t.p);
	if (role->s.value != OBJECT_R_VAL &&
	    !ebitmap_get_bit(&user->roles.roles, role->s.value - 1))
		return seal_err_set(err, -EINVAL, "user %.*s may not have role %.*s", (int)u.n, u.p,
				    (int)r.n, r.p);
	return wrong(err, "level unknown, or beyond the user's:", l);
}

int seal_policy_context_valid(const struct seal_policy *p, struct seal_bytes context,
			      struct seal_err *err)
{
	sepol_security_id_t sid;
	int r;

	/* only the sidtab, a cache, changes */
	r = context_sid((struct seal_policy *)(uintptr_t)p, context, &sid);
	return r == -EINVAL ? explain_context(p, context, err) : r;
}

bool seal_policy_is_permissive(const struct seal_policy *p, struct seal_bytes type)
{
	uint32_t t = seal_type_value(p, type, false);

	return t && ebitmap_get_bit(&p->db->permissive_map, t);
}

int seal_policy_permissive_types(const struct seal_policy *p, struct seal_names *ret)
{
	struct seal_names names = {0};
	ebitmap_node_t *n;
	uint32_t bit;

	ebitmap_for_each_positive_bit(&p->db->permissive_map, n, bit)
	{
		if (seal_type_is_real(p, bit) &&
		    seal_names_add(&names, seal_type_name(p, bit)) < 0) {
			seal_vec_done(&names.v);
			return -ENOMEM;
		}
	}
	seal_names_sort(&names);
	*ret = names;
	return 0;
}

static int unknown(char *why, size_t size, const char *what, struct seal_bytes name)
{
	struct seal_err err;

	if (why) {
		wrong(&err, what, name);
		snprintf(why, size, "%.*s", (int)size - 1, err.text);
	}
	return -ENOENT;
}

int seal_query_mask(const struct seal_policy *p, struct seal_bytes tclass,
		    const struct seal_bytes *perms, size_t n, uint32_t *cls, uint32_t *mask)
{
	uint32_t c = seal_class_value(p, tclass), m = 0, bit;

	if (!c)
		return -ENOENT;
	for (size_t i = 0; i < n; i++) {
		bit = seal_perm_bit(p, c, perms[i]);
		if (!bit)
			return -ENOENT;
		m |= bit;
	}
	*cls = c;
	*mask = m;
	return 0;
}

/* resolve_type - the type of a whole context or of a bare name */
static uint32_t resolve_type(const struct seal_policy *p, struct seal_bytes context, bool *whole)
{
	struct seal_bytes type = seal_context_part(context, 't');

	*whole = type.p != NULL;
	return seal_type_value(p, type.p ? type : context, false);
}

static int resolve_sids(struct seal_policy *p, const struct seal_access *a, struct seal_query *q,
			char *why, size_t why_size)
{
	const struct seal_bytes *c[2] = {&a->scontext, &a->tcontext};
	sepol_security_id_t *sid[2] = {&q->ssid, &q->tsid};
	struct seal_err err = {0};
	int r;

	/* the first may be lost when the second makes the sidtab start afresh */
	if (p->sidtab.nel + 2 > SIDTAB_MAX) {
		sepol_sidtab_destroy(&p->sidtab);
		if (sepol_sidtab_init(&p->sidtab) < 0)
			return seal_policy_short();
	}
	for (int i = 0; i < 2; i++) {
		r = context_sid(p, *c[i], sid[i]);
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			explain_context(p, *c[i], &err);
			if (why)
				snprintf(why, why_size, "%.*s", (int)why_size - 1, err.text);
			return -ENOENT;
		}
	}
	return 0;
}

int seal_query_resolve(struct seal_policy *p, const struct seal_access *a, struct seal_query *ret,
		       char *why, size_t why_size)
{
	struct seal_query q = {.ioctl = a->ioctl};
	bool whole[2];

	q.source = resolve_type(p, a->scontext, &whole[0]);
	if (!q.source)
		return unknown(why, why_size, "no such type in the policy:", a->scontext);
	q.target = resolve_type(p, a->tcontext, &whole[1]);
	if (!q.target)
		return unknown(why, why_size, "no such type in the policy:", a->tcontext);
	q.tclass = seal_class_value(p, a->tclass);
	if (!q.tclass)
		return unknown(why, why_size, "no such class in the policy:", a->tclass);
	for (size_t i = 0; i < a->n_perms; i++) {
		uint32_t bit = seal_perm_bit(p, q.tclass, a->perms[i]);

		if (!bit)
			return unknown(why, why_size,
				       "no such permission in the class:", a->perms[i]);
		q.perms |= bit;
	}
	if (q.perms == 0)
		return unknown(why, why_size, "no permission asked for in class", a->tclass);

	q.whole = whole[0] && whole[1];
	if (q.whole) {
		int r = resolve_sids(p, a, &q, why, why_size);

		if (r < 0)
			return r;
	}
	*ret = q;
	return 0;
}
