/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

/* ---- what the ruleset turns on ---- */

static bool names_conntrack(struct seal_bytes text)
{
	static const char *const words[] = {
		"conntrack", "state",    "connmark", "CONNMARK",  "connbytes",  "connlimit",
		"connlabel", "helper",   "REDIRECT", "DNAT",      "SNAT",       "MASQUERADE",
		"NETMAP",    "SYNPROXY", "ct count", "ct helper", "ct timeout", "ct expectation",
		"ct label",  "flow",     "synproxy", "ct ",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (seal_bytes_find(text, words[i]) >= 0)
			return true;
	return false;
}

static bool key_uses_ct(const struct seal_fw_key *k)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		enum seal_fw_field f = k->parts[i].field;

		if ((f >= SEAL_FIELD_CT_STATE && f <= SEAL_FIELD_CT_PROTO_DST) ||
		    (f == SEAL_FIELD_UNKNOWN && seal_bytes_starts(k->parts[i].text, "ct ")))
			return true;
	}
	return false;
}

static bool stmt_uses_ct(const struct seal_fw_stmt *s)
{
	switch (s->kind) {
	case SEAL_STMT_MATCH:
	case SEAL_STMT_VMAP:
		return key_uses_ct(&s->key);
	case SEAL_STMT_MAYBE:
	case SEAL_STMT_OPAQUE:
	case SEAL_STMT_NOTE:
		return names_conntrack(s->text);
	case SEAL_STMT_NAT:
	case SEAL_STMT_CT_MARK:
		return true;
	case SEAL_STMT_MARK:
		return s->value->kind == SEAL_VALUE_KEY && key_uses_ct(&s->value->key);
	case SEAL_STMT_VERDICT:
	case SEAL_STMT_REJECT:
	case SEAL_STMT_NOTRACK:
	case SEAL_STMT_UPDATE:
	case SEAL_STMT_KIND_MAX_:
		break;
	}
	return false;
}

static bool table_uses_ct(const struct seal_fw_table *t)
{
	const struct seal_fw_chain *c;
	const struct seal_fw_rule *r;
	const struct seal_fw_stmt *s;

	for (c = t->chains; c; c = c->next)
		for (r = c->first; r; r = r->next)
			for (s = r->first; s; s = s->next)
				if (stmt_uses_ct(s))
					return true;
	return false;
}

/* connection tracking runs for a family only when some expression asked for it; a nat chain alone
 * does not */

static void what_is_on(struct reach *x)
{
	const struct seal_fw_table *t;
	size_t i;

	for (t = x->rs->tables; t && !x->conntrack; t = t->next) {
		bool ours = t->family == SEAL_FW_INET ||
			    t->family == (x->family == 4 ? SEAL_FW_IP : SEAL_FW_IP6);

		if (ours && table_uses_ct(t))
			x->conntrack = true;
	}
	for (i = 0; i < x->rs->index->n_base && !x->nat; i++) {
		const struct seal_fw_chain *c = x->rs->index->base[i];

		if (c->type == SEAL_FW_NAT &&
		    (c->table->family == SEAL_FW_INET ||
		     c->table->family == (x->family == 4 ? SEAL_FW_IP : SEAL_FW_IP6)))
			x->nat = true;
	}
}

/* ---- whole exchanges ---- */

/* struct exchange - what becomes of the packets behind an accepted first one */
struct exchange {
	struct seal_ranges passed,
		failed; /* far ends for which it may come through, may be stopped */
	const struct seal_fw_rule *rule; /* first to stop one */
	const struct seal_fw_chain *chain;
	const char *packet;
	seal_vec(struct reach_tag) tags; /* of the later packets */
};

static int note_tags(struct exchange *e, const struct flow *f)
{
	unsigned i;

	for (i = 0; i < f->n_tags; i++) {
		struct reach_tag *t = seal_vec_add(&e->tags);

		if (!t)
			return -ENOMEM;
		*t = f->tags[i];
	}
	return 0;
}

static int fail(struct reach *x, struct exchange *e, const struct outcome *o, const char *packet)
{
	if (!e->packet) {
		e->rule = o->rule;
		e->chain = o->chain;
		e->packet = packet;
	}
	return seal_ranges_union(x->a, &e->failed, &o->flow.far);
}

/* one phase: @flows become those that came through */
static int run_phase(struct reach *x, struct exchange *e, enum phase phase, const char *name,
		     flow_list *flows)
{
	flow_list next = {NULL, 0, 0};
	int r = 0;

	x->outcomes.n = 0;
	seal_vec_each (f, flows) {
		if (r >= 0)
			r = reach_later(x, f, phase);
	}
	seal_vec_each (o, &x->outcomes) {
		if (r >= 0)
			r = note_tags(e, &o->flow);
		if (r >= 0 && o->fate == SEAL_FATE_ACCEPT) {
			o->flow.accept_rule = NULL;
			o->flow.accept_chain = NULL;
			r = reach_add(&next, &o->flow);
		} else if (r >= 0) {
			r = fail(x, e, o, name);
		}
	}
	if (r >= 0 && next.n > 1)
		r = reach_merge(x, &next);
	seal_vec_done(flows);
	*flows = next;
	return r;
}

static int run_exchange(struct reach *x, const struct flow *accepted, struct exchange *e)
{
	static const struct {
		enum phase phase;
		const char *name;
	} phases[] = {{PHASE_ANSWER, "synack"}, {PHASE_DATA, "data"}, {PHASE_BACK, "answer"}};
	size_t i, n = x->packet->proto == IPPROTO_TCP ? 3 : 1;
	flow_list flows = {NULL, 0, 0};
	int r;

	r = reach_add(&flows, accepted);
	for (i = 0; i < n && r >= 0 && flows.n; i++)
		r = run_phase(x, e, phases[i].phase, phases[i].name, &flows);
	seal_vec_each (f, &flows) {
		if (r >= 0)
			r = seal_ranges_union(x->a, &e->passed, &f->far);
	}
	seal_vec_done(&flows);
	return r;
}

/* ---- ends with all that is told about them ---- */

/* struct end - an outcome of the first packet with what follows */
struct end {
	struct outcome o;
	enum seal_tri reachable, answered;
	const struct seal_fw_rule *later_rule;
	const struct seal_fw_chain *later_chain;
	const char *later_packet;
	struct reach_tag *tags; /* of the first and the later packets */
	size_t n_tags;
	bool more_tags;
};

typedef seal_vec(struct end) end_list;

static int end_tags(struct reach *x, struct end *e, const struct reach_tag *more, size_t n)
{
	size_t total = e->o.flow.n_tags + n, i;

	e->tags = seal_arena_alloc(x->a, (total + 1) * sizeof(*e->tags));
	if (!e->tags)
		return -ENOMEM;
	for (i = 0; i < e->o.flow.n_tags; i++)
		e->tags[e->n_tags++] = e->o.flow.tags[i];
	for (i = 0; i < n; i++)
		e->tags[e->n_tags++] = more[i];
	e->more_tags = e->o.flow.more_tags;
	return 0;
}

static int add_end(end_list *ends, const struct end *e, const struct seal_ranges *far)
{
	struct end *p;

	if (!far->n)
		return 0;
	p = seal_vec_add(ends);
	if (!p)
		return -ENOMEM;
	*p = *e;
	p->o.flow.far = *far;
	p->o.flow.far.owned = false;
	return 0;
}

/* an accepted first packet: divided by whether the rest of the exchange comes through */
static int end_accept(struct reach *x, const struct outcome *o, end_list *ends)
{
	struct exchange ex = {.packet = NULL};
	struct end e = {.o = *o, .answered = SEAL_NO};
	struct seal_ranges all = o->flow.far, yes, rest, no, maybe;
	int r;

	all.owned = false;
	r = run_exchange(x, &o->flow, &ex);
	if (r >= 0)
		r = end_tags(x, &e, NULL, 0);
	if (r >= 0)
		r = seal_ranges_split(x->a, &all, seal_ranges_v(&ex.failed), ex.failed.n, &rest,
				      &yes);
	if (r >= 0)
		r = seal_ranges_split(x->a, &rest, seal_ranges_v(&ex.passed), ex.passed.n, &maybe,
				      &no);
	e.reachable = SEAL_YES;
	if (r >= 0)
		r = add_end(ends, &e, &yes);
	e.later_rule = ex.rule;
	e.later_chain = ex.chain;
	e.later_packet = ex.packet;
	e.reachable = SEAL_NO;
	if (r >= 0)
		r = add_end(ends, &e, &no);
	e.reachable = SEAL_MAYBE;
	e.n_tags = 0;
	if (r >= 0 && maybe.n)
		r = end_tags(x, &e, ex.tags.v, ex.tags.n);
	if (r >= 0)
		r = add_end(ends, &e, &maybe);
	seal_vec_done(&ex.tags);
	return r;
}

/* a refusal: does its answer come through */
static int end_reject(struct reach *x, const struct outcome *o, end_list *ends)
{
	struct end e = {.o = *o};
	bool passes = false, fails = false;
	int r;

	x->outcomes.n = 0;
	r = reach_refusal(x, o);
	seal_vec_each (a, &x->outcomes) {
		if (a->fate == SEAL_FATE_ACCEPT)
			passes = true;
		else
			fails = true;
	}
	e.answered = passes && fails ? SEAL_MAYBE : passes ? SEAL_YES : SEAL_NO;
	if (r >= 0)
		r = end_tags(x, &e, NULL, 0);
	return r < 0 ? r : add_end(ends, &e, &o->flow.far);
}

static int end_other(struct reach *x, const struct outcome *o, end_list *ends)
{
	struct end e = {.o = *o};
	int r = end_tags(x, &e, NULL, 0);

	return r < 0 ? r : add_end(ends, &e, &o->flow.far);
}

static int follow(struct reach *x, const struct seal_ranges *far, end_list *ends)
{
	seal_vec(struct outcome) first;
	int r;

	r = reach_first(x, far);
	first.v = x->outcomes.v;
	first.n = x->outcomes.n;
	first.cap = x->outcomes.cap;
	x->outcomes.v = NULL;
	x->outcomes.n = x->outcomes.cap = 0;
	seal_vec_each (o, &first) {
		if (r < 0)
			break;
		if (o->fate == SEAL_FATE_ACCEPT)
			r = end_accept(x, o, ends);
		else if (o->fate == SEAL_FATE_REJECT)
			r = end_reject(x, o, ends);
		else
			r = end_other(x, o, ends);
	}
	seal_vec_done(&first);
	seal_vec_done(&x->outcomes);
	return r;
}

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

static int verdict_of(struct reach *x, const struct end *const *ends, size_t n,
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

/* ---- the partition ---- */

struct edge {
	seal_u128 at;
	uint32_t end;
	bool last; /* the range ends behind @at */
};

static int edge_cmp(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->last - y->last;
}

/* struct row - a verdict under construction: which ends it joins, and its far ends */
struct row {
	struct seal_fw_verdict v;
	const struct end **ends;
	size_t n_ends;
	seal_vec(struct seal_fw_range) far;
};

struct partition {
	struct reach *x;
	const end_list *ends;
	seal_vec(struct row) rows;
	uint32_t *active; /* sorted numbers of the ends that cover the place of the sweep */
	size_t n_active;
};

static int add_far(struct row *r, seal_u128 lo, seal_u128 hi)
{
	struct seal_fw_range *p;

	if (r->far.n && r->far.v[r->far.n - 1].hi + 1 == lo && lo) {
		r->far.v[r->far.n - 1].hi = hi;
		return 0;
	}
	p = seal_vec_add(&r->far);
	if (!p)
		return -ENOMEM;
	*p = (struct seal_fw_range){lo, hi};
	return 0;
}

static bool row_is(const struct partition *p, const struct row *r)
{
	size_t i;

	if (r->n_ends != p->n_active)
		return false;
	for (i = 0; i < p->n_active; i++)
		if (r->ends[i] != &p->ends->v[p->active[i]])
			return false;
	return true;
}

static int cover(struct partition *p, seal_u128 lo, seal_u128 hi)
{
	struct row *r;
	size_t i;

	if (!p->n_active)
		return 0;
	seal_vec_each (old, &p->rows) {
		if (row_is(p, old))
			return add_far(old, lo, hi);
	}
	r = seal_vec_add(&p->rows);
	if (!r)
		return -ENOMEM;
	r->n_ends = p->n_active;
	r->ends = seal_arena_alloc(p->x->a, p->n_active * sizeof(*r->ends));
	if (!r->ends)
		return -ENOMEM;
	for (i = 0; i < p->n_active; i++)
		r->ends[i] = &p->ends->v[p->active[i]];
	return add_far(r, lo, hi);
}

static void activate(struct partition *p, uint32_t end)
{
	size_t i = p->n_active++;

	while (i && p->active[i - 1] > end) {
		p->active[i] = p->active[i - 1];
		i--;
	}
	p->active[i] = end;
}

static void deactivate(struct partition *p, uint32_t end)
{
	size_t i;

	for (i = 0; i < p->n_active && p->active[i] != end; i++)
		;
	for (; i + 1 < p->n_active; i++)
		p->active[i] = p->active[i + 1];
	if (p->n_active)
		p->n_active--;
}

static int sweep(struct partition *p, struct edge *e, size_t n)
{
	seal_u128 from = 0;
	size_t i;
	int r = 0;

	qsort(e, n, sizeof(*e), edge_cmp);
	for (i = 0; i < n && r >= 0; i++) {
		if (!e[i].last) {
			if (p->n_active && e[i].at > from)
				r = cover(p, from, e[i].at - 1);
			activate(p, e[i].end);
			from = e[i].at;
		} else {
			if (e[i].at >= from)
				r = cover(p, from, e[i].at);
			deactivate(p, e[i].end);
			from = e[i].at + 1;
			if (!from)
				break; /* the last of all addresses */
		}
	}
	return r;
}

/* ends that are certain share no far end with any other: each is a row of its own; the others are
 * overlaid */
static int partition(struct partition *p)
{
	seal_auto_free struct edge *edges = NULL;
	size_t i, k, n = 0;
	int r = 0;

	for (i = 0; i < p->ends->n; i++)
		n += 2 * p->ends->v[i].o.flow.far.n;
	edges = malloc((n + 1) * sizeof(*edges));
	p->active = malloc((p->ends->n + 1) * sizeof(*p->active));
	if (!edges || !p->active)
		return -ENOMEM;
	for (i = 0, n = 0; i < p->ends->n && r >= 0; i++) {
		const struct end *e = &p->ends->v[i];
		const struct seal_fw_range *v = seal_ranges_v(&e->o.flow.far);

		if (!e->o.flow.n_tags && !e->o.flow.more_tags) {
			struct row *row = seal_vec_add(&p->rows);

			if (!row)
				return -ENOMEM;
			row->n_ends = 1;
			row->ends = seal_arena_alloc(p->x->a, sizeof(*row->ends));
			if (!row->ends)
				return -ENOMEM;
			row->ends[0] = e;
			for (k = 0; k < e->o.flow.far.n && r >= 0; k++)
				r = add_far(row, v[k].lo, v[k].hi);
			continue;
		}
		for (k = 0; k < e->o.flow.far.n; k++) {
			edges[n++] = (struct edge){v[k].lo, (uint32_t)i, false};
			edges[n++] = (struct edge){v[k].hi, (uint32_t)i, true};
		}
	}
	return r < 0 ? r : sweep(p, edges, n);
}

static bool same_depends(const struct seal_fw_verdict *a, const struct seal_fw_verdict *b)
{
	size_t i;

	if (a->n_depends != b->n_depends)
		return false;
	for (i = 0; i < a->n_depends; i++)
		if (a->depends[i].rule != b->depends[i].rule ||
		    !seal_bytes_eq(a->depends[i].text, b->depends[i].text))
			return false;
	return true;
}

static bool same_verdict(const struct seal_fw_verdict *a, const struct seal_fw_verdict *b)
{
	return a->verdict == b->verdict && a->refusal.type == b->refusal.type &&
	       a->refusal.code == b->refusal.code && a->rule == b->rule && a->chain == b->chain &&
	       a->reachable == b->reachable && a->answered == b->answered &&
	       a->later_rule == b->later_rule && a->later_chain == b->later_chain &&
	       a->to_port == b->to_port && seal_addr_eq(&a->to, &b->to) && same_depends(a, b);
}

static int verdict_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const struct seal_fw_verdict *p = &x->v, *q = &y->v;

	if (p->verdict != q->verdict)
		return p->verdict < q->verdict ? -1 : 1;
	if (p->rule != q->rule)
		return p->rule < q->rule ? -1 : 1;
	if (p->chain != q->chain)
		return p->chain < q->chain ? -1 : 1;
	return x->far.v[0].lo < y->far.v[0].lo ? -1 : x->far.v[0].lo > y->far.v[0].lo;
}

static int far_order(const void *a, const void *b)
{
	const struct seal_reach_row *x = a, *y = b;

	return x->far[0].lo < y->far[0].lo ? -1 : x->far[0].lo > y->far[0].lo;
}

/* rows of the same verdict become one */
static int emit(struct partition *p, struct seal_reach_answer *ret)
{
	struct seal_reach_row *out = seal_arena_alloc(p->x->a, (p->rows.n + 1) * sizeof(*out));
	size_t i, k, j, n = 0, n_far;
	struct seal_fw_range *far;

	if (!out)
		return -ENOMEM;
	if (p->rows.n)
		qsort(p->rows.v, p->rows.n, sizeof(*p->rows.v), verdict_order);
	for (i = 0; i < p->rows.n; i = k) {
		n_far = 0;
		for (k = i; k < p->rows.n && same_verdict(&p->rows.v[i].v, &p->rows.v[k].v); k++)
			n_far += p->rows.v[k].far.n;
		far = seal_arena_alloc(p->x->a, (n_far + 1) * sizeof(*far));
		if (!far)
			return -ENOMEM;
		for (j = i, n_far = 0; j < k; j++) {
			memcpy(far + n_far, p->rows.v[j].far.v, p->rows.v[j].far.n * sizeof(*far));
			n_far += p->rows.v[j].far.n;
		}
		n_far = seal_ranges_normal(far, n_far);
		out[n++] = (struct seal_reach_row){far, n_far, p->rows.v[i].v};
	}
	qsort(out, n, sizeof(*out), far_order);
	ret->rows = out;
	ret->n_rows = n;
	return 0;
}

static int divide(struct reach *x, const end_list *ends, struct seal_reach_answer *ret)
{
	struct partition p = {.x = x, .ends = ends};
	int r;

	r = partition(&p);
	seal_vec_each (row, &p.rows) {
		if (r >= 0)
			r = verdict_of(x, row->ends, row->n_ends, &row->v);
	}
	if (r >= 0)
		r = emit(&p, ret);
	seal_vec_each (row, &p.rows) {
		seal_vec_done(&row->far);
	}
	seal_vec_done(&p.rows);
	free(p.active);
	return r;
}

/* ---- questions ---- */

static int join_all(struct reach *x, const end_list *ends, struct seal_fw_verdict *ret)
{
	seal_auto_free const struct end **all = malloc((ends->n + 1) * sizeof(*all));
	size_t i;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < ends->n; i++)
		all[i] = &ends->v[i];
	return verdict_of(x, all, ends->n, ret);
}

void reach_init(struct reach *x, const struct seal_ruleset *rs, const struct seal_net *net,
		const struct seal_packet *packet, struct seal_arena *a)
{
	*x = (struct reach){.rs = rs, .net = net, .packet = packet, .a = a};
	x->bits = packet->dst.bits ? packet->dst.bits : packet->src.bits;
	x->family = x->bits == 128 ? 6 : 4;
	what_is_on(x);
}

int reach_run(struct reach *x, struct seal_fw_verdict *ret)
{
	struct seal_ranges far = seal_ranges_of(0, 0);
	end_list ends = {NULL, 0, 0};
	int r;

	r = follow(x, &far, &ends);
	if (r >= 0)
		r = join_all(x, &ends, ret);
	seal_vec_done(&ends);
	return r;
}

int seal_reach_probe(const struct seal_ruleset *rs, const struct seal_net *net,
		     const struct seal_packet *packet, struct seal_arena *a,
		     struct seal_fw_verdict *ret)
{
	struct reach x;

	reach_init(&x, rs, net, packet, a);
	return reach_run(&x, ret);
}

int seal_reach_ask(const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_question *q, struct seal_arena *a,
		   struct seal_reach_answer *ret)
{
	struct reach x = {.rs = rs, .net = net, .packet = &q->packet, .a = a, .open = true};
	struct seal_ranges far;
	end_list ends = {NULL, 0, 0};
	struct seal_fw_range *copy;
	int r;

	x.family = q->family == 6 ? 6 : 4;
	x.bits = x.family == 6 ? 128 : 32;
	x.src_is_far = q->packet.dir == SEAL_PACKET_IN;
	far = seal_ranges_of(0, x.bits == 32 ? 0xffffffffu : ~(seal_u128)0);
	if (q->n_far == 1) {
		far = seal_ranges_of(q->far[0].lo, q->far[0].hi);
	} else if (q->n_far > 1) {
		copy = seal_arena_alloc(a, q->n_far * sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, q->far, q->n_far * sizeof(*copy));
		far = (struct seal_ranges){.n = q->n_far, .many = copy, .one = copy[0]};
	}
	what_is_on(&x);
	r = follow(&x, &far, &ends);
	if (r >= 0)
		r = divide(&x, &ends, ret);
	seal_vec_done(&ends);
	return r;
}

void seal_reach_prefixes(const struct seal_fw_range *v, size_t n, unsigned bits,
			 void (*each)(void *data, const struct seal_prefix *p), void *data)
{
	size_t i;

	for (i = 0; i < n; i++) {
		seal_u128 lo = v[i].lo, hi = v[i].hi;

		for (;;) {
			unsigned host = 0;
			struct seal_prefix p;

			/* the largest block that starts at lo and does not reach beyond hi */
			while (host < bits && !(lo >> host & 1) &&
			       (host + 1 == 128 ? lo == 0 && hi == ~(seal_u128)0
						: (((seal_u128)1 << (host + 1)) - 1) <= hi - lo))
				host++;
			p.addr = seal_u128_addr(lo, bits);
			p.len = (uint8_t)(bits - host);
			each(data, &p);
			if (host >= 128)
				break;
			if (hi - lo == ((seal_u128)1 << host) - 1)
				break;
			lo += (seal_u128)1 << host;
		}
	}
}
