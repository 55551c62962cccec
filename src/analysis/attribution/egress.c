/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/egress.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>

#include "analysis/daemon.h"
#include "analysis/reach/reach.h"
#include "analysis/reach/reach_fix.h"
#include "evidence/postfix/conf.h"

/* struct known - one destination asked before, with what a fix needs of it */
struct known {
	struct seal_egress answer;
	struct seal_packet packet;
	struct seal_fw_verdict verdict;
};

struct seal_egress_cache {
	struct seal_host *h;
	struct seal_identity who;
	bool has_who;
	struct seal_addr bound4, bound6; /* of the only instance; unset: none */
	seal_vec(struct known *) v;      /* sorted by destination */
};

int seal_egress_bound(struct seal_host *h, const struct seal_instance *inst,
		      const struct seal_service *service, uint8_t bits, struct seal_addr *ret)
{
	struct seal_bytes value;
	int r;

	r = seal_conf_value(inst, service, bits == 128 ? "smtp_bind_address6" : "smtp_bind_address",
			    h->arena, &value);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (value.n > 2 && value.p[0] == '[' && value.p[value.n - 1] == ']')
		value = seal_bytes_first(seal_bytes_from(value, 1), value.n - 2);
	if (seal_addr_parse(value, ret) < 0 || ret->bits != bits) {
		*ret = (struct seal_addr){0};
		return 0;
	}
	return 1;
}

int seal_egress_new(struct seal_host *h, struct seal_egress_cache **ret)
{
	struct seal_egress_cache *c;

	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->h = h;
	c->has_who = seal_daemon_identity(h, SEAL_LIT("smtp"), &c->who) == 0;
	if (h->postfix.instances.n == 1 &&
	    (seal_egress_bound(h, h->postfix.instances.v, NULL, 32, &c->bound4) < 0 ||
	     seal_egress_bound(h, h->postfix.instances.v, NULL, 128, &c->bound6) < 0)) {
		seal_egress_free(c);
		return -ENOMEM;
	}
	*ret = c;
	return 0;
}

void seal_egress_free(struct seal_egress_cache *c)
{
	if (!c)
		return;
	seal_vec_each (k, &c->v) {
		free(*k);
	}
	seal_vec_done(&c->v);
	free(c);
}

static int compare_addr(const struct seal_addr *a, const struct seal_addr *b)
{
	int r = (int)a->bits - b->bits;

	return r ? r : memcmp(a->b, b->b, sizeof(b->b));
}

static int compare(const struct known *a, const struct known *b)
{
	int r = compare_addr(&a->answer.addr, &b->answer.addr);

	if (!r)
		r = (int)a->answer.port - b->answer.port;
	if (!r)
		r = (int)a->answer.udp - b->answer.udp;
	return r ? r : compare_addr(&a->packet.src, &b->packet.src);
}

/* is_asked_anyway - a table that the default rules name (ip-rule(8)) */
static bool is_asked_anyway(struct seal_bytes table)
{
	return !table.n || seal_bytes_is(table, "main") || seal_bytes_is(table, "local") ||
	       seal_bytes_is(table, "default");
}

/* find_route - longest prefix first, then the smaller metric (ip-route(8)), in the tables that are
 * always asked, or in the @others, whose rules are not in the evidence */
static const struct seal_route *find_route(const struct seal_net *net, const struct seal_addr *a,
					   bool others)
{
	const struct seal_route *best = NULL;

	seal_vec_each (r, &net->routes) {
		if (is_asked_anyway(r->table) == others)
			continue;
		if (!seal_prefix_has(&r->dst, a) || r->type == SEAL_ROUTE_GROUP ||
		    r->type == SEAL_ROUTE_OTHER)
			continue;
		if (!best || r->dst.len > best->dst.len ||
		    (r->dst.len == best->dst.len && r->metric < best->metric))
			best = r;
	}
	return best;
}

/* refusal_errno - what connect(2) returns for a refusal (measured, Linux 6; ICMP codes: RFC 792,
 * RFC 1812, RFC 4443) */
static int refusal_errno(const struct seal_fw_refusal *f)
{
	static const int v4[] = {
		[0] = ENETUNREACH, [1] = EHOSTUNREACH,  [2] = ENOPROTOOPT,  [3] = ECONNREFUSED,
		[9] = ENETUNREACH, [10] = EHOSTUNREACH, [13] = EHOSTUNREACH};
	static const int v6[] = {[0] = ENETUNREACH,  [1] = EACCES, [3] = EHOSTUNREACH,
				 [4] = ECONNREFUSED, [5] = EACCES, [6] = EACCES};

	switch (f->type) {
	case SEAL_FW_REJECT_TCP_RESET:
		return ECONNREFUSED;
	case SEAL_FW_REJECT_ICMP:
		return f->code < sizeof(v4) / sizeof(v4[0]) ? v4[f->code] : 0;
	case SEAL_FW_REJECT_ICMPV6:
		return f->code < sizeof(v6) / sizeof(v6[0]) ? v6[f->code] : 0;
	case SEAL_FW_REJECT_ICMPX:
	case SEAL_FW_REJECT_TYPE_MAX_:
		break;
	}
	return 0;
}

int seal_fw_where(struct seal_arena *a, const struct seal_fw_chain *chain,
		  const struct seal_fw_rule *rule, struct seal_object *o)
{
	seal_auto_buf struct seal_buf b = {0};

	if (!chain)
		return 0;
	o->family = seal_bytes_of(seal_fw_family_name(chain->table->family));
	o->table = chain->table->name;
	o->chain = chain->name;
	o->rule_handle = rule ? rule->handle : 0;
	if (rule)
		seal_rule_put(&b, rule);
	else
		seal_buf_puts(&b, chain->policy_drop ? "policy drop" : "policy accept");
	return b.err ? b.err : seal_arena_copy(a, seal_buf_bytes(&b), &o->rule);
}

static int set_depends(struct seal_host *h, const struct seal_fw_verdict *v, struct seal_egress *e)
{
	seal_auto_buf struct seal_buf b = {0};
	size_t i;

	seal_buf_puts(&b, "depends on ");
	for (i = 0; i < v->n_depends; i++) {
		if (i)
			seal_buf_puts(&b, ", ");
		seal_buf_put(&b, v->depends[i].text.p, v->depends[i].text.n);
	}
	return b.err ? b.err : seal_arena_copy(h->arena, seal_buf_bytes(&b), &e->depends);
}

/* ends_in - what a rule does with a packet that gets to its end */
static enum seal_fw_fate ends_in(const struct seal_fw_rule *rule)
{
	const struct seal_fw_stmt *s = rule->last;

	if (!s)
		return SEAL_FATE_DEPENDS;
	if (s->kind == SEAL_STMT_VERDICT && s->verdict.code == SEAL_FW_DROP)
		return SEAL_FATE_DROP;
	if (s->kind == SEAL_STMT_REJECT ||
	    (s->kind == SEAL_STMT_OPAQUE && seal_bytes_find(s->text, "REJECT") >= 0))
		return SEAL_FATE_REJECT;
	return SEAL_FATE_DEPENDS;
}

/* look_at_depends - the first rule on the way out that refuses the packet if its condition, which
 * the evidence does not tell, holds */
static int look_at_depends(struct seal_host *h, const struct seal_fw_verdict *v,
			   struct seal_egress *e)
{
	const struct seal_fw_rule *rule;
	enum seal_fw_fate fate;
	size_t i;

	for (i = 0; i < v->n_depends; i++) {
		rule = v->depends[i].rule;
		if (!rule || rule->chain->hook == SEAL_FW_INPUT ||
		    rule->chain->hook == SEAL_FW_PREROUTING)
			continue;
		fate = ends_in(rule);
		if (fate == SEAL_FATE_DEPENDS)
			continue;
		e->may_drop = fate == SEAL_FATE_DROP;
		e->may_reject = fate == SEAL_FATE_REJECT;
		return seal_fw_where(h->arena, rule->chain, rule, &e->where);
	}
	return 0;
}

static int read_verdict(struct seal_host *h, struct known *k)
{
	const struct seal_fw_verdict *v = &k->verdict;
	struct seal_egress *e = &k->answer;
	int r;

	switch (v->verdict) {
	case SEAL_FATE_ACCEPT:
		e->answer = SEAL_EGRESS_ACCEPT;
		e->no_reply = v->reachable == SEAL_NO;
		e->to = v->to;
		e->to_port = v->to_port;
		e->redirected = v->to.bits && (!seal_addr_eq(&v->to, &e->addr) ||
					       (v->to_port && v->to_port != e->port));
		return e->no_reply
			       ? seal_fw_where(h->arena, v->later_chain, v->later_rule, &e->where)
			       : 0;
	case SEAL_FATE_DROP:
		e->answer = SEAL_EGRESS_DROP;
		return seal_fw_where(h->arena, v->chain, v->rule, &e->where);
	case SEAL_FATE_REJECT:
		e->answer = SEAL_EGRESS_REJECT;
		e->no_reply = v->answered == SEAL_NO;
		e->reject_errno = refusal_errno(&v->refusal);
		return seal_fw_where(h->arena, v->chain, v->rule, &e->where);
	case SEAL_FATE_UNROUTED: /* no rule's doing */
		e->answer = SEAL_EGRESS_ACCEPT;
		return 0;
	case SEAL_FATE_DEPENDS:
	case SEAL_FATE_MAX_:
		break;
	}
	e->answer = SEAL_EGRESS_DEPENDS;
	r = look_at_depends(h, v, e);
	return r < 0 ? r : set_depends(h, v, e);
}

static int ask(struct seal_egress_cache *c, struct known *k)
{
	struct seal_egress *e = &k->answer;
	int r;

	e->has_routes = c->h->net.has_routes;
	e->route = find_route(&c->h->net, &e->addr, false);
	e->other_route = find_route(&c->h->net, &e->addr, true);
	if (!c->h->ruleset)
		return 0;
	k->packet = (struct seal_packet){
		.dir = SEAL_PACKET_OUT,
		.proto = e->udp ? IPPROTO_UDP : IPPROTO_TCP,
		.src = k->packet.src,
		.dst = e->addr,
		.dport = e->port,
		.uid = c->who.uid,
		.gid = c->who.gid,
		.has_uid = c->has_who,
	};
	r = seal_reach_probe(c->h->ruleset, &c->h->net, &k->packet, c->h->arena, &k->verdict);
	return r < 0 ? r : read_verdict(c->h, k);
}

int seal_egress_ask(struct seal_egress_cache *c, const struct seal_addr *addr, uint16_t port,
		    bool udp, const struct seal_addr *src, struct seal_egress **ret)
{
	struct known wanted = {.answer = {.addr = *addr, .port = port, .udp = udp}};
	size_t lo = 0, hi = c->v.n;
	struct known *k, **slot;
	int r;

	if (!src)
		src = addr->bits == 128 ? &c->bound6 : &c->bound4;
	if (!udp && src->bits == addr->bits)
		wanted.packet.src = *src;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		r = compare(c->v.v[mid], &wanted);
		if (r == 0) {
			*ret = &c->v.v[mid]->answer;
			return 0;
		}
		if (r < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	slot = seal_vec_add(&c->v);
	k = calloc(1, sizeof(*k));
	if (!slot || !k) {
		if (slot)
			c->v.n--;
		free(k);
		return -ENOMEM;
	}
	*k = wanted;
	memmove(c->v.v + lo + 1, c->v.v + lo, (c->v.n - 1 - lo) * sizeof(*c->v.v));
	c->v.v[lo] = k;
	r = ask(c, k);
	*ret = &k->answer;
	return r;
}

int seal_egress_fix(struct seal_egress_cache *c, const struct seal_egress *e, struct seal_fix *ret)
{
	const struct known *k =
		(const struct known *)((const char *)e - offsetof(struct known, answer));

	if (!c->h->ruleset || e->answer == SEAL_EGRESS_UNKNOWN || e->answer == SEAL_EGRESS_DEPENDS)
		return 0;
	return seal_reach_fix(c->h->ruleset, &c->h->net, &k->packet, &k->verdict, c->h->arena, ret);
}
