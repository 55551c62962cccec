/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

/* rule_type - the type a type_transition of the plain or of an enabled conditional table gives, or
 * 0 */
static uint32_t rule_type(const struct seal_policy *p, avtab_key_t *key)
{
	avtab_ptr_t n;

	n = avtab_search_node(&p->db->te_avtab, key);
	if (n)
		return n->datum.data;
	for (n = avtab_search_node(&p->db->te_cond_avtab, key); n;
	     n = avtab_search_node_next(n, key->specified))
		if (n->key.specified & AVTAB_ENABLED)
			return n->datum.data;
	return 0;
}

static uint32_t named_type(const struct seal_policy *p, const avtab_key_t *k,
			   struct seal_bytes name)
{
	const filename_trans_datum_t *d;
	filename_trans_key_t key = {.ttype = k->target_type, .tclass = k->target_class};
	char text[SEAL_NAME_MAX];

	if (name.n == 0 || name.n >= sizeof(text) || memchr(name.p, '\0', name.n) ||
	    !p->db->filename_trans)
		return 0;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	key.name = text;
	d = hashtab_search(p->db->filename_trans, (const_hashtab_key_t)&key);
	for (; d; d = d->next)
		if (ebitmap_get_bit(&d->stypes, k->source_type - 1u))
			return d->otype;
	return 0;
}

/* default_type - without a rule: what the class says, else processes and sockets take their
 * creator's type, everything else that of the folder it is made in */
static uint32_t default_type(const struct seal_policy *p, const avtab_key_t *k)
{
	const class_datum_t *c = p->db->class_val_to_struct[k->target_class - 1];
	struct seal_bytes name = seal_bytes_of(p->db->p_class_val_to_name[k->target_class - 1]);

	if (c->default_type == DEFAULT_SOURCE)
		return k->source_type;
	if (c->default_type == DEFAULT_TARGET)
		return k->target_type;
	if (seal_bytes_is(name, "process") || seal_bytes_is(name, "socket") ||
	    seal_bytes_ends(name, "_socket"))
		return k->source_type;
	return k->target_type;
}

int seal_policy_transition(const struct seal_policy *p, struct seal_bytes source,
			   struct seal_bytes target, struct seal_bytes tclass,
			   struct seal_bytes name, struct seal_bytes *ret, bool *found)
{
	uint32_t s = seal_type_value(p, source, false), t = seal_type_value(p, target, false);
	uint32_t c = seal_class_value(p, tclass), type;
	avtab_key_t key = {(uint16_t)s, (uint16_t)t, (uint16_t)c, AVTAB_TRANSITION};

	if (!s || !t || !c)
		return -ENOENT;
	type = named_type(p, &key, name);
	if (!type)
		type = rule_type(p, &key);
	if (found)
		*found = type != 0;
	*ret = seal_type_name(p, type ? type : default_type(p, &key));
	return 0;
}

struct exec_walk {
	const struct seal_policy *p;
	uint32_t source, domain;
	struct seal_names names;
	bool conditional;
};

static int note_exec(avtab_key_t *k, avtab_datum_t *d, void *data)
{
	struct exec_walk *w = data;

	if (!(k->specified & AVTAB_TRANSITION) || k->source_type != w->source ||
	    k->target_class != w->p->db->process_class || d->data != w->domain)
		return 0;
	if (w->conditional && !(k->specified & AVTAB_ENABLED))
		return 0;
	return seal_names_add(&w->names, seal_type_name(w->p, k->target_type));
}

int seal_policy_exec_types(const struct seal_policy *p, struct seal_bytes source,
			   struct seal_bytes domain, struct seal_names *ret)
{
	struct exec_walk w = {.p = p,
			      .source = seal_type_value(p, source, false),
			      .domain = seal_type_value(p, domain, false)};

	if (!w.source || !w.domain)
		return -ENOENT;
	if (avtab_map(&p->db->te_avtab, note_exec, &w) < 0)
		goto no_memory;
	w.conditional = true;
	if (avtab_map(&p->db->te_cond_avtab, note_exec, &w) < 0)
		goto no_memory;
	seal_names_sort(&w.names);
	*ret = w.names;
	return 0;

no_memory:
	seal_vec_done(&w.names.v);
	return -ENOMEM;
}
