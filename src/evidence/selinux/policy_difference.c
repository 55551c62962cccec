/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

/* policy_difference.c - what two policies do not have in common. The kernel writes the policy it
 * runs in an order of its own and with the booleans as they are: bytes say nothing. Values of names
 * it keeps, so rules can be compared by them once the names agree. */

/* struct names_walk - names of one table that @other lacks or gives another value */
struct names_walk {
	const symtab_t *other;
	uint32_t n;
};

static int note_name(hashtab_key_t key, hashtab_datum_t datum, void *data)
{
	struct names_walk *w = data;
	const symtab_datum_t *mine = datum, *same = hashtab_search(w->other->table, key);

	w->n += !same || same->value != mine->value;
	return 0;
}

/* count_names - the datum of each of these begins with its value */
static uint32_t count_names(const policydb_t *a, const policydb_t *b)
{
	static const int tables[] = {SYM_CLASSES, SYM_ROLES, SYM_TYPES, SYM_USERS, SYM_BOOLS};
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const symtab_t *x = &a->symtab[tables[i]], *y = &b->symtab[tables[i]];
		struct names_walk here = {.other = y}, there = {.other = x};

		hashtab_map(x->table, note_name, &here);
		hashtab_map(y->table, note_name, &there);
		n += here.n > there.n ? here.n : there.n;
	}
	return n;
}

/* struct rules_walk - rules of one table that @other has not, or not with the same permissions */
struct rules_walk {
	avtab_t *other;
	uint32_t n;
};

static bool is_same(const avtab_key_t *k, const avtab_datum_t *a, const avtab_datum_t *b)
{
	if (!(k->specified & AVTAB_XPERMS))
		return a->data == b->data;
	return a->xperms && b->xperms && a->xperms->specified == b->xperms->specified &&
	       a->xperms->driver == b->xperms->driver &&
	       memcmp(a->xperms->perms, b->xperms->perms, sizeof(a->xperms->perms)) == 0;
}

static int note_rule(avtab_key_t *k, avtab_datum_t *datum, void *data)
{
	struct rules_walk *w = data;
	avtab_ptr_t n = avtab_search_node(w->other, k);

	/* a rule that a what-if has taken back stays, without permissions */
	if (k->specified == AVTAB_ALLOWED && !datum->data)
		return 0;
	while (n && !is_same(k, datum, &n->datum))
		n = avtab_search_node_next(n, k->specified);
	w->n += !n;
	return 0;
}

static uint32_t count_rules(avtab_t *a, avtab_t *b)
{
	struct rules_walk here = {.other = b}, there = {.other = a};

	avtab_map(a, note_rule, &here);
	avtab_map(b, note_rule, &there);
	return here.n > there.n ? here.n : there.n;
}

void seal_policy_differ(const struct seal_policy *a, const struct seal_policy *b,
			struct seal_policy_difference *ret)
{
	*ret = (struct seal_policy_difference){.names = count_names(a->db, b->db)};
	ret->settings = a->db->handle_unknown != b->db->handle_unknown ||
			a->db->mls != b->db->mls ||
			!ebitmap_cmp(&a->db->policycaps, &b->db->policycaps);
	if (ret->names)
		return;
	ret->settings =
		ret->settings || !ebitmap_cmp(&a->db->permissive_map, &b->db->permissive_map);
	ret->rules = count_rules(&a->db->te_avtab, &b->db->te_avtab) +
		     count_rules(&a->db->te_cond_avtab, &b->db->te_cond_avtab);
}

int seal_policy_differ_from_disk(const struct seal_policy *p, struct seal_policy_difference *ret,
				 struct seal_err *err)
{
	seal_auto_policy struct seal_policy *disk = NULL;
	int r;

	if (!p->disk.path.n)
		return seal_err_set(err, -ENODATA, "the policy is not the kernel's");
	if (p->disk.status < 0)
		return seal_err_set(err, p->disk.status, "%s", p->disk.why);
	r = p->disk.trusted ? seal_policy_load_trusted(p->disk.image, &disk, err)
			    : seal_policy_load(p->disk.image, &disk, err);
	if (r < 0)
		return seal_err_add(err, r, "%.*s", (int)p->disk.path.n, p->disk.path.p);
	if (disk->db->policyvers != p->db->policyvers)
		return seal_err_set(err, -EXDEV,
				    "the kernel runs it as version %u, it lies on disk as version "
				    "%u",
				    p->db->policyvers, disk->db->policyvers);
	seal_policy_differ(p, disk, ret);
	return 0;
}
