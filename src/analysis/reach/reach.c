/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_end.h"

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

/* ---- questions ---- */

static int join_all(struct reach *x, const end_list *ends, struct seal_fw_verdict *ret)
{
	seal_auto_free const struct end **all = malloc((ends->n + 1) * sizeof(*all));
	size_t i;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < ends->n; i++)
		all[i] = &ends->v[i];
	return reach_verdict(x, all, ends->n, ret);
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
		r = reach_divide(&x, &ends, ret);
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
