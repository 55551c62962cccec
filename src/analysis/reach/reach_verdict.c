/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_end.h"

#include <errno.h>

/* ---- joining the ends that one far end may have ---- */

static bool same_end(const struct end *a, const struct end *b)
{
	const struct outcome *p = &a->o, *q = &b->o;

	if (p->fate != q->fate)
		return false;
	if (p->fate == SEAL_FATE_REJECT)
		return p->refusal.type == q->refusal.type && p->refusal.code == q->refusal.code;
	return true;
}

static bool is_exact(const struct addr_value *a)
{
	return !a->open && a->lo == a->hi;
}

static void set_to(const struct reach *x, const struct end *e, struct seal_fw_verdict *v)
{
	const struct endpoints *n = &e->o.flow.s.after;

	if (is_exact(&n->daddr))
		v->to = seal_u128_addr(n->daddr.lo, x->bits);
	if (n->dport.lo == n->dport.hi)
		v->to_port = n->dport.lo;
}

static bool same_to(const struct end *a, const struct end *b)
{
	const struct endpoints *p = &a->o.flow.s.after, *q = &b->o.flow.s.after;

	return memcmp(&p->daddr, &q->daddr, sizeof(p->daddr)) == 0 && p->dport.lo == q->dport.lo &&
	       p->dport.hi == q->dport.hi;
}

static int list_depends(struct reach *x, const struct end *const *ends, size_t n,
			struct seal_fw_verdict *v)
{
	struct seal_fw_depend *d;
	size_t i, k, m, max = 1;
	bool more = false;

	for (i = 0; i < n; i++)
		max += ends[i]->n_tags;
	d = seal_arena_alloc(x->a, max * sizeof(*d));
	if (!d)
		return -ENOMEM;
	for (i = 0, m = 0; i < n; i++) {
		more |= ends[i]->more_tags;
		for (k = 0; k < ends[i]->n_tags; k++) {
			const struct reach_tag *t = &ends[i]->tags[k];
			size_t j;

			for (j = 0; j < m; j++)
				if (d[j].rule == t->rule && seal_bytes_eq(d[j].text, t->text))
					break;
			if (j == m)
				d[m++] = (struct seal_fw_depend){t->rule, t->text};
		}
	}
	if (more)
		d[m++] = (struct seal_fw_depend){NULL, SEAL_LIT("others")};
	v->depends = d;
	v->n_depends = m;
	return 0;
}

static void describe(const struct reach *x, const struct end *e, struct seal_fw_verdict *v)
{
	v->verdict = e->o.fate;
	v->refusal = e->o.refusal;
	v->rule = e->o.rule;
	v->chain = e->o.chain;
	v->reachable = e->o.fate == SEAL_FATE_ACCEPT ? e->reachable : SEAL_NO;
	v->answered = e->answered;
	v->later_rule = e->later_rule;
	v->later_chain = e->later_chain;
	v->later_packet = e->later_packet;
	if (e->o.fate == SEAL_FATE_ACCEPT)
		set_to(x, e, v);
}

/* of ends that are all possible the one that needs the fewest doubtful matches to hold is told */
static const struct end *likeliest(const struct end *const *ends, size_t n)
{
	const struct end *best = ends[0];
	size_t i;

	for (i = 1; i < n; i++)
		if (ends[i]->o.flow.assumed < best->o.flow.assumed)
			best = ends[i];
	return best;
}

/* rules that were not read may refuse what the others accept */
static int doubt_accept(struct reach *x, struct seal_fw_verdict *v)
{
	struct seal_fw_depend *d = seal_arena_alloc(x->a, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->text = x->rs->incomplete;
	*v = (struct seal_fw_verdict){.verdict = SEAL_FATE_DEPENDS,
				      .reachable = v->reachable == SEAL_NO ? SEAL_NO : SEAL_MAYBE,
				      .depends = d,
				      .n_depends = 1};
	return 0;
}

int reach_verdict(struct reach *x, const struct end *const *ends, size_t n,
		  struct seal_fw_verdict *v)
{
	enum seal_tri reach = SEAL_MAYBE;
	bool differ = false;
	size_t i;

	*v = (struct seal_fw_verdict){.verdict = SEAL_FATE_DEPENDS, .reachable = SEAL_MAYBE};
	if (!n)
		return 0;
	describe(x, likeliest(ends, n), v);
	reach = v->reachable;
	for (i = 0; i < n; i++) {
		enum seal_tri t = ends[i]->o.fate == SEAL_FATE_ACCEPT    ? ends[i]->reachable
				  : ends[i]->o.fate == SEAL_FATE_DEPENDS ? SEAL_MAYBE
									 : SEAL_NO;

		v->may_change |= ends[i]->o.flow.may_change;
		differ |= !same_end(ends[0], ends[i]) || ends[i]->o.fate == SEAL_FATE_DEPENDS;
		if (ends[i]->o.rule != v->rule || ends[i]->o.chain != v->chain)
			v->rule_depends = true;
		if (!same_to(ends[0], ends[i])) {
			v->to.bits = 0;
			v->to_port = 0;
		}
		if (t != reach)
			reach = SEAL_MAYBE;
		if (ends[i]->answered != v->answered)
			v->answered = SEAL_MAYBE;
	}
	v->reachable = reach;
	if (x->rs->incomplete.n && v->verdict == SEAL_FATE_ACCEPT && !differ)
		return doubt_accept(x, v);
	if (differ) {
		v->verdict = SEAL_FATE_DEPENDS;
		v->rule = NULL;
		v->chain = NULL;
		v->rule_depends = false;
		v->to.bits = 0;
		v->to_port = 0;
	}
	if (differ || reach == SEAL_MAYBE)
		return list_depends(x, ends, n, v);
	return 0;
}
