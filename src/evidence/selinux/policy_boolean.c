/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>
#include <stdio.h>

#define CANDIDATES_MAX 64  /* booleans that touch what is asked */
#define EXPR_BOOLS_MAX 8   /* booleans of one expression whose states are tried */
#define OPTIONS_MAX    128 /* ways to let one permission pass that are followed */
#define SETS_MAX       256
#define SET_MAX        3

static uint32_t exact_value(const struct seal_policy *p, struct seal_bytes name)
{
	const cond_bool_datum_t *b = seal_symbol(&p->db->p_bools, name);

	return b ? b->s.value : 0;
}

uint32_t seal_bool_value(const struct seal_policy *p, struct seal_bytes name)
{
	static const char allow[] = "allow_";
	char longer[SEAL_NAME_MAX];
	uint32_t v;
	int n;

	v = exact_value(p, name);
	if (v)
		return v;
	seal_vec_each (a, &p->aliases) {
		if (seal_bytes_eq(a->from, name))
			v = exact_value(p, a->to);
		if (v)
			return v;
	}

	/* the prefix was dropped from many names over the years, in one policy or another */
	if (seal_bytes_starts(name, allow))
		return exact_value(p, seal_bytes_from(name, strlen(allow)));
	if (name.n > sizeof(longer) - sizeof(allow))
		return 0;
	n = snprintf(longer, sizeof(longer), "%s%.*s", allow, (int)name.n, name.p);
	return exact_value(p, (struct seal_bytes){longer, (size_t)n});
}

static struct seal_bytes bool_name(const struct seal_policy *p, uint32_t value)
{
	return seal_bytes_of(p->db->p_bool_val_to_name[value - 1]);
}

int seal_policy_boolean(const struct seal_policy *p, struct seal_bytes name, struct seal_bytes *ret,
			bool *value)
{
	uint32_t v = seal_bool_value(p, name);

	if (!v)
		return -ENOENT;
	*ret = bool_name(p, v);
	if (value)
		*value = p->db->bool_val_to_struct[v - 1]->state != 0;
	return 0;
}

int seal_policy_booleans(const struct seal_policy *p, struct seal_names *ret)
{
	struct seal_names names = {0};

	for (uint32_t v = 1; v <= p->db->p_bools.nprim; v++) {
		if (!p->db->bool_val_to_struct[v - 1])
			continue;
		if (seal_names_add(&names, bool_name(p, v)) < 0) {
			seal_vec_done(&names.v);
			return -ENOMEM;
		}
	}
	seal_names_sort(&names);
	*ret = names;
	return 0;
}

ssize_t seal_policy_set_booleans(struct seal_policy *p, const struct seal_switch *s, size_t n)
{
	ssize_t count = 0;
	uint32_t v;

	if (p->trying)
		return -EBUSY;
	for (size_t i = 0; i < n; i++) {
		v = seal_bool_value(p, s[i].name);
		if (!v)
			continue;
		p->db->bool_val_to_struct[v - 1]->state = s[i].value;
		count++;
	}
	evaluate_conds(p->db);
	return count;
}

static int by_node(const void *a, const void *b)
{
	const struct seal_cond_rule *x = a, *y = b;

	return x->node < y->node ? -1 : x->node > y->node;
}

int seal_cond_rules_prepare(struct seal_policy *p)
{
	size_t n = 0;

	if (p->cond_rules)
		return 0;
	for (cond_node_t *c = p->db->cond_list; c; c = c->next)
		for (int branch = 0; branch < 2; branch++)
			for (cond_av_list_t *l = branch ? c->true_list : c->false_list; l;
			     l = l->next)
				n++;
	p->cond_rules = malloc((n + 1) * sizeof(*p->cond_rules));
	if (!p->cond_rules)
		return seal_policy_short();

	for (cond_node_t *c = p->db->cond_list; c; c = c->next)
		for (int branch = 0; branch < 2; branch++)
			for (cond_av_list_t *l = branch ? c->true_list : c->false_list; l;
			     l = l->next)
				p->cond_rules[p->n_cond_rules++] =
					(struct seal_cond_rule){l->node, c, branch};
	qsort(p->cond_rules, p->n_cond_rules, sizeof(*p->cond_rules), by_node);
	return 0;
}

int seal_cond_booleans(const cond_node_t *c, uint32_t *values, size_t max)
{
	size_t n = 0, i;

	for (const cond_expr_t *e = c->expr; e; e = e->next) {
		if (e->expr_type != COND_BOOL)
			continue;
		for (i = 0; i < n && values[i] != seal_cond_value(e); i++)
			;
		if (i < n)
			continue;
		if (n == max)
			return -E2BIG;
		values[n++] = seal_cond_value(e);
	}
	return (int)n;
}

/* struct flips - booleans that change their state, by value, ascending */
struct flips {
	uint32_t v[SET_MAX];
	size_t n;
};

struct options {
	struct flips v[OPTIONS_MAX];
	size_t n;
};

static bool flips_has(const struct flips *f, uint32_t value)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i] == value)
			return true;
	return false;
}

static bool flips_within(const struct flips *a, const struct flips *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!flips_has(b, a->v[i]))
			return false;
	return true;
}

static bool flips_add(struct flips *f, uint32_t value)
{
	size_t i;

	if (flips_has(f, value))
		return true;
	if (f->n == SET_MAX)
		return false;
	for (i = f->n++; i > 0 && f->v[i - 1] > value; i--)
		f->v[i] = f->v[i - 1];
	f->v[i] = value;
	return true;
}

/* options_add - keep a way unless one that needs no more is known */
static void options_add(struct options *o, const struct flips *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->n; i++)
		if (flips_within(&o->v[i], f))
			return;
	for (size_t i = 0; i < o->n; i++)
		if (!flips_within(f, &o->v[i]))
			o->v[kept++] = o->v[i];
	o->n = kept;
	if (o->n < OPTIONS_MAX)
		o->v[o->n++] = *f;
}

static void toggle(struct seal_policy *p, uint32_t value)
{
	cond_bool_datum_t *b = p->db->bool_val_to_struct[value - 1];

	b->state = !b->state;
}

/* struct search - booleans sets that let a number of accesses pass type enforcement */
struct search {
	struct seal_policy *p;
	const struct seal_query *q;
	size_t n_queries;
	uint32_t candidates[CANDIDATES_MAX];
	size_t n_candidates;
	struct options found;
};

static bool is_candidate(struct search *s, uint32_t value)
{
	for (size_t i = 0; i < s->n_candidates; i++)
		if (s->candidates[i] == value)
			return true;
	if (s->n_candidates == CANDIDATES_MAX)
		return false;
	s->candidates[s->n_candidates++] = value;
	return true;
}

/* branch_options - the least changes from @now that make a branch of a conditional the active one
 */
static void branch_options(struct search *s, const struct seal_cond_rule *r,
			   const struct flips *now, struct options *ret)
{
	uint32_t values[EXPR_BOOLS_MAX];
	int n = seal_cond_booleans(r->cond, values, EXPR_BOOLS_MAX);

	for (int i = 0; i < n; i++)
		if (!is_candidate(s, values[i]))
			return;
	for (unsigned pick = 1; n > 0 && pick < 1u << n; pick++) {
		struct flips f = *now;
		bool fits = true;
		int state;

		for (int i = 0; i < n && fits; i++)
			if (pick >> i & 1)
				fits = !flips_has(now, values[i]) && flips_add(&f, values[i]);
		if (!fits)
			continue;
		for (int i = 0; i < n; i++)
			if (pick >> i & 1)
				toggle(s->p, values[i]);
		state = cond_evaluate_expr(s->p->db, r->cond->expr);
		for (int i = 0; i < n; i++)
			if (pick >> i & 1)
				toggle(s->p, values[i]);
		if (state == (r->branch ? 1 : 0))
			options_add(ret, &f);
	}
}

/* node_options - as branch_options() for every conditional a rule stands in */
static void node_options(struct search *s, avtab_ptr_t node, const struct flips *now,
			 struct options *ret)
{
	const struct seal_cond_rule key = {.node = node}, *r, *end;

	r = bsearch(&key, s->p->cond_rules, s->p->n_cond_rules, sizeof(key), by_node);
	if (!r)
		return;
	end = s->p->cond_rules + s->p->n_cond_rules;
	while (r > s->p->cond_rules && r[-1].node == node)
		r--;
	for (; r < end && r->node == node; r++)
		branch_options(s, r, now, ret);
}

/* perm_options - ways to let one permission of a query pass, beyond @now */
static void perm_options(struct search *s, const struct seal_query *q, uint32_t bit,
			 const struct flips *now, struct options *ret)
{
	const policydb_t *db = s->p->db;
	avtab_key_t key = {.target_class = (uint16_t)q->tclass, .specified = AVTAB_ALLOWED};
	ebitmap_node_t *sn, *tn;
	avtab_ptr_t node;
	uint32_t i, j;

	ebitmap_for_each_positive_bit(&db->type_attr_map[q->source - 1], sn, i)
	{
		ebitmap_for_each_positive_bit(&db->type_attr_map[q->target - 1], tn, j)
		{
			key.source_type = (uint16_t)(i + 1);
			key.target_type = (uint16_t)(j + 1);
			for (node = avtab_search_node(&s->p->db->te_cond_avtab, &key); node;
			     node = avtab_search_node_next(node, key.specified))
				if ((node->datum.data & bit) &&
				    !(node->key.specified & AVTAB_ENABLED))
					node_options(s, node, now, ret);
		}
	}
}

/* search_from - with @now applied: note it when all is allowed, else try what the first permission
 * lacking needs. Each step adds a boolean, so the depth is at most SET_MAX */
static int search_from(struct search *s, const struct flips *now)
{
	seal_auto_free struct options *o = NULL;
	uint32_t lacking = 0;
	size_t i;

	for (i = 0; i < s->n_queries && !lacking; i++)
		lacking = s->q[i].perms & ~seal_te_allowed(s->p, s->q[i].source, s->q[i].target,
							   s->q[i].tclass, NULL);
	if (!lacking) {
		if (now->n > 0)
			options_add(&s->found, now);
		return 0;
	}
	if (now->n == SET_MAX)
		return 0;

	o = calloc(1, sizeof(*o));
	if (!o)
		return seal_policy_short();
	perm_options(s, &s->q[i - 1], lacking & -lacking, now, o);
	for (size_t k = 0; k < o->n; k++) {
		int r;

		for (size_t b = 0; b < o->v[k].n; b++)
			if (!flips_has(now, o->v[k].v[b]))
				toggle(s->p, o->v[k].v[b]);
		evaluate_conds(s->p->db);
		r = search_from(s, &o->v[k]);
		for (size_t b = 0; b < o->v[k].n; b++)
			if (!flips_has(now, o->v[k].v[b]))
				toggle(s->p, o->v[k].v[b]);
		evaluate_conds(s->p->db);
		if (r < 0)
			return r;
	}
	return 0;
}

static int by_size_and_name(const void *a, const void *b)
{
	const struct seal_switches *x = a, *y = b;
	int r;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	for (size_t i = 0; i < x->n; i++) {
		r = seal_bytes_cmp(x->v[i].name, y->v[i].name);
		if (r)
			return r;
	}
	return 0;
}

static int by_switch_name(const void *a, const void *b)
{
	const struct seal_switch *x = a, *y = b;

	return seal_bytes_cmp(x->name, y->name);
}

static int hand_out(const struct search *s, struct seal_boolean_sets *ret)
{
	struct seal_boolean_sets sets = {0};

	for (size_t i = 0; i < s->found.n && i < SETS_MAX; i++) {
		const struct flips *f = &s->found.v[i];
		struct seal_switches *set = seal_vec_add(&sets.v);

		if (!set) {
			seal_vec_done(&sets.v);
			return seal_policy_short();
		}
		for (size_t k = 0; k < f->n; k++)
			set->v[set->n++] = (struct seal_switch){
				bool_name(s->p, f->v[k]),
				!s->p->db->bool_val_to_struct[f->v[k] - 1]->state};
		qsort(set->v, set->n, sizeof(*set->v), by_switch_name);
	}
	if (sets.v.n > 1)
		qsort(sets.v.v, sets.v.n, sizeof(*sets.v.v), by_size_and_name);
	*ret = sets;
	return 0;
}

int seal_policy_boolean_sets(struct seal_policy *p, const struct seal_access *a, size_t n,
			     struct seal_boolean_sets *ret)
{
	seal_auto_free struct seal_query *q = NULL;
	seal_auto_free struct search *s = NULL;
	struct flips none = {.n = 0};
	int r;

	if (p->trying)
		return -EBUSY;
	q = calloc(n + 1, sizeof(*q));
	s = calloc(1, sizeof(*s));
	if (!q || !s || seal_cond_rules_prepare(p) < 0)
		return seal_policy_short();
	for (size_t i = 0; i < n; i++) {
		r = seal_query_resolve(p, &a[i], &q[i], NULL, 0);
		if (r < 0)
			return r;
	}

	s->p = p;
	s->q = q;
	s->n_queries = n;
	r = search_from(s, &none);
	return r < 0 ? r : hand_out(s, ret);
}
