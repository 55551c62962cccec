/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include "core/buf.h"

#include <errno.h>

#define EXPR_MAX  256 /* terms and operators of one constraint that are put into words */
#define NAMES_MAX 6   /* names of a set that are written out */

#define LEVEL_ATTRS (CEXPR_L1L2 | CEXPR_L1H2 | CEXPR_H1L2 | CEXPR_H1H2 | CEXPR_L1H1 | CEXPR_L2H2)

static bool compare_values(uint32_t op, uint32_t a, uint32_t b, bool *ret)
{
	if (op != CEXPR_EQ && op != CEXPR_NEQ)
		return false;
	*ret = (a == b) == (op == CEXPR_EQ);
	return true;
}

static bool compare_roles(const struct seal_policy *p, uint32_t op, uint32_t a, uint32_t b,
			  bool *ret)
{
	const role_datum_t *ra = p->db->role_val_to_struct[a - 1];
	const role_datum_t *rb = p->db->role_val_to_struct[b - 1];

	switch (op) {
	case CEXPR_DOM:
		*ret = ebitmap_get_bit(&ra->dominates, b - 1);
		return true;
	case CEXPR_DOMBY:
		*ret = ebitmap_get_bit(&rb->dominates, a - 1);
		return true;
	case CEXPR_INCOMP:
		*ret = !ebitmap_get_bit(&ra->dominates, b - 1) &&
		       !ebitmap_get_bit(&rb->dominates, a - 1);
		return true;
	default:
		return compare_values(op, a, b, ret);
	}
}

static bool compare_levels(const constraint_expr_t *e, const context_struct_t *s,
			   const context_struct_t *t, bool *ret)
{
	const mls_level_t *a = &s->range.level[0], *b = &t->range.level[0];

	if (e->attr == CEXPR_H1L2 || e->attr == CEXPR_H1H2)
		a = &s->range.level[1];
	if (e->attr == CEXPR_L1H2 || e->attr == CEXPR_H1H2)
		b = &t->range.level[1];
	if (e->attr == CEXPR_L1H1)
		b = &s->range.level[1];
	if (e->attr == CEXPR_L2H2) {
		a = &t->range.level[0];
		b = &t->range.level[1];
	}

	switch (e->op) {
	case CEXPR_EQ:
		*ret = mls_level_eq(a, b);
		return true;
	case CEXPR_NEQ:
		*ret = !mls_level_eq(a, b);
		return true;
	case CEXPR_DOM:
		*ret = mls_level_dom(a, b);
		return true;
	case CEXPR_DOMBY:
		*ret = mls_level_dom(b, a);
		return true;
	case CEXPR_INCOMP:
		*ret = mls_level_incomp(b, a);
		return true;
	default:
		return false;
	}
}

static bool eval_names(const constraint_expr_t *e, const context_struct_t *s,
		       const context_struct_t *t, bool *ret)
{
	const context_struct_t *c = e->attr & CEXPR_TARGET ? t : s;
	uint32_t v;

	if (e->attr & CEXPR_XTARGET || (e->op != CEXPR_EQ && e->op != CEXPR_NEQ))
		return false;
	if (e->attr & CEXPR_USER)
		v = c->user;
	else if (e->attr & CEXPR_ROLE)
		v = c->role;
	else if (e->attr & CEXPR_TYPE)
		v = c->type;
	else
		return false;
	*ret = (bool)ebitmap_get_bit(&e->names, v - 1) == (e->op == CEXPR_EQ);
	return true;
}

static bool eval_leaf(const struct seal_policy *p, const constraint_expr_t *e,
		      const context_struct_t *s, const context_struct_t *t, bool *ret)
{
	if (e->expr_type == CEXPR_NAMES)
		return eval_names(e, s, t, ret);
	switch (e->attr) {
	case CEXPR_USER:
		return compare_values(e->op, s->user, t->user, ret);
	case CEXPR_TYPE:
		return compare_values(e->op, s->type, t->type, ret);
	case CEXPR_ROLE:
		return compare_roles(p, e->op, s->role, t->role, ret);
	default:
		return (e->attr & LEVEL_ATTRS) && compare_levels(e, s, t, ret);
	}
}

bool seal_constraint_holds(const struct seal_policy *p, const constraint_node_t *c,
			   const context_struct_t *s, const context_struct_t *t)
{
	bool stack[CEXPR_MAXDEPTH];
	int top = -1;

	for (const constraint_expr_t *e = c->expr; e; e = e->next) {
		switch (e->expr_type) {
		case CEXPR_NOT:
			if (top < 0)
				return false;
			stack[top] = !stack[top];
			break;
		case CEXPR_AND:
		case CEXPR_OR:
			if (top < 1)
				return false;
			top--;
			stack[top] = e->expr_type == CEXPR_AND ? stack[top] && stack[top + 1]
							       : stack[top] || stack[top + 1];
			break;
		case CEXPR_ATTR:
		case CEXPR_NAMES:
			if (top == CEXPR_MAXDEPTH - 1 || !eval_leaf(p, e, s, t, &stack[top + 1]))
				return false;
			top++;
			break;
		default:
			return false;
		}
	}
	return top == 0 && stack[0];
}

static const char *op_text(uint32_t op)
{
	switch (op) {
	case CEXPR_EQ:
		return "==";
	case CEXPR_NEQ:
		return "!=";
	case CEXPR_DOM:
		return "dom";
	case CEXPR_DOMBY:
		return "domby";
	default:
		return "incomp";
	}
}

static void put_attr(struct seal_buf *b, const constraint_expr_t *e)
{
	static const struct {
		uint32_t attr;
		const char *left, *right;
	} words[] = {
		{CEXPR_USER, "u1", "u2"}, {CEXPR_ROLE, "r1", "r2"}, {CEXPR_TYPE, "t1", "t2"},
		{CEXPR_L1L2, "l1", "l2"}, {CEXPR_L1H2, "l1", "h2"}, {CEXPR_H1L2, "h1", "l2"},
		{CEXPR_H1H2, "h1", "h2"}, {CEXPR_L1H1, "l1", "h1"}, {CEXPR_L2H2, "l2", "h2"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].attr == e->attr)
			seal_buf_printf(b, "%s %s %s", words[i].left, op_text(e->op),
					words[i].right);
}

/* put_set - the names of the bits of a map; @names has @n entries, some may be NULL */
static void put_set(struct seal_buf *b, const ebitmap_t *map, char **names, uint32_t n,
		    const char *mark)
{
	unsigned total = 0, shown = 0;
	ebitmap_node_t *node;
	uint32_t bit;

	ebitmap_for_each_positive_bit(map, node, bit)
	{
		total++;
		if (bit >= n || !names[bit] || shown == NAMES_MAX)
			continue;
		seal_buf_printf(b, " %s%s", mark, names[bit]);
		shown++;
	}
	if (total > shown)
		seal_buf_printf(b, " and %u more", total - shown);
}

static void put_names(struct seal_buf *b, const struct seal_policy *p, const constraint_expr_t *e)
{
	const policydb_t *db = p->db;
	char side = e->attr & CEXPR_TARGET ? '2' : '1';
	const struct type_set *set = e->type_names;

	if (e->attr & CEXPR_USER) {
		seal_buf_printf(b, "u%c %s {", side, op_text(e->op));
		put_set(b, &e->names, db->p_user_val_to_name, db->p_users.nprim, "");
	} else if (e->attr & CEXPR_ROLE) {
		seal_buf_printf(b, "r%c %s {", side, op_text(e->op));
		put_set(b, &e->names, db->p_role_val_to_name, db->p_roles.nprim, "");
	} else {
		seal_buf_printf(b, "t%c %s {", side, op_text(e->op));
		/* the set as written, with attributes, where the policy keeps it (version 29 and
		 * later) */
		if (set && (set->flags || !ebitmap_is_empty(&set->types))) {
			if (set->flags & TYPE_STAR)
				seal_buf_puts(b, " *");
			if (set->flags & TYPE_COMP)
				seal_buf_puts(b, " ~");
			put_set(b, &set->types, db->p_type_val_to_name, db->p_types.nprim, "");
			put_set(b, &set->negset, db->p_type_val_to_name, db->p_types.nprim, "-");
		} else {
			put_set(b, &e->names, db->p_type_val_to_name, db->p_types.nprim, "");
		}
	}
	seal_buf_puts(b, " }");
}

/* struct expr_text - a constraint as an array, so that operands are found from the operator back */
struct expr_text {
	const struct seal_policy *p;
	const constraint_expr_t *e[EXPR_MAX];
	uint16_t span[EXPR_MAX]; /* entries of the subexpression that ends here */
	size_t n;
};

static bool measure(struct expr_text *x, const constraint_node_t *c)
{
	for (const constraint_expr_t *e = c->expr; e; e = e->next) {
		size_t i = x->n, left;

		if (i == EXPR_MAX)
			return false;
		x->e[i] = e;
		x->span[i] = 1;
		if (e->expr_type == CEXPR_NOT || e->expr_type == CEXPR_AND ||
		    e->expr_type == CEXPR_OR) {
			if (i < 1)
				return false;
			x->span[i] = (uint16_t)(x->span[i] + x->span[i - 1]);
		}
		if (e->expr_type == CEXPR_AND || e->expr_type == CEXPR_OR) {
			if (i < (size_t)x->span[i - 1] + 1)
				return false;
			left = i - 1 - x->span[i - 1];
			x->span[i] = (uint16_t)(x->span[i] + x->span[left]);
		}
		x->n++;
	}
	return x->n > 0 && x->span[x->n - 1] == x->n;
}

/* put_expr - the subexpression that ends at @i, in brackets where @outer binds tighter; the depth
 * is that of the policy's own evaluation stack times its runs of operators, at most EXPR_MAX */
static void put_expr(struct seal_buf *b, const struct expr_text *x, size_t i, uint32_t outer)
{
	const constraint_expr_t *e = x->e[i];
	bool brackets;

	switch (e->expr_type) {
	case CEXPR_ATTR:
		put_attr(b, e);
		return;
	case CEXPR_NAMES:
		put_names(b, x->p, e);
		return;
	case CEXPR_NOT:
		seal_buf_puts(b, "not ");
		put_expr(b, x, i - 1, CEXPR_NOT);
		return;
	default:
		brackets = outer != 0 && outer != e->expr_type;
		if (brackets)
			seal_buf_putc(b, '(');
		put_expr(b, x, i - 1 - x->span[i - 1], e->expr_type);
		seal_buf_puts(b, e->expr_type == CEXPR_AND ? " and " : " or ");
		put_expr(b, x, i - 1, e->expr_type);
		if (brackets)
			seal_buf_putc(b, ')');
	}
}

int seal_constraint_describe(struct seal_policy *p, const constraint_node_t *c, uint32_t tclass,
			     uint32_t perms, struct seal_constraint *ret)
{
	struct expr_text x = {.p = p};
	struct seal_buf text = {0};

	for (const constraint_expr_t *e = c->expr; e; e = e->next) {
		if (e->expr_type != CEXPR_ATTR && e->expr_type != CEXPR_NAMES)
			continue;
		ret->user |= (e->attr & CEXPR_USER) != 0;
		ret->role |= (e->attr & CEXPR_ROLE) != 0;
		ret->type |= (e->attr & CEXPR_TYPE) != 0;
		ret->level |= (e->attr & LEVEL_ATTRS) != 0;
	}
	ret->mls = ret->level;

	if (measure(&x, c))
		put_expr(&text, &x, x.n - 1, 0);
	else
		seal_buf_puts(&text, "(an expression too long to show)");
	if (text.err || seal_perm_names(p, tclass, c->permissions & perms, &ret->perms) < 0) {
		seal_buf_done(&text);
		return -ENOMEM;
	}
	ret->text = seal_buf_bytes(&text); /* freed by seal_why_done() */
	return 0;
}
