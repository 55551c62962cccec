/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

/* what connection tracking makes of a packet of each phase; a connection it has not seen from the
 * start is picked up by a plain segment (nf_conntrack_tcp_loose), never by a SYN-ACK */
static uint8_t track(const struct reach *x, struct flow_state *s)
{
	bool tcp = x->packet->proto == IPPROTO_TCP;

	switch (x->phase) {
	case PHASE_FIRST:
		s->entry = true;
		return CT_NEW;
	case PHASE_ANSWER:
		if (!s->entry)
			return tcp ? CT_INVALID : CT_NEW;
		s->answer_seen = true;
		return CT_ESTABLISHED;
	case PHASE_DATA:
		if (s->entry)
			return s->answer_seen || !tcp ? CT_ESTABLISHED : CT_INVALID;
		s->tracked_late = true;
		return CT_NEW;
	case PHASE_BACK:
		if (s->entry || s->tracked_late)
			return CT_ESTABLISHED;
		s->reply = false;
		return CT_NEW;
	case PHASE_REFUSAL:
		return s->entry ? CT_RELATED : CT_INVALID;
	case PHASE_MAX_:
		break;
	}
	return CT_INVALID;
}

void reach_conntrack(struct reach *x, flow_list *flows)
{
	if (!x->conntrack)
		return;
	seal_vec_each (f, flows) {
		/* a packet looped back by lo keeps what it got on its way out */
		if (!f->s.ct)
			f->s.ct = track(x, &f->s);
	}
}

/* ---- mapping of addresses ---- */

static bool is_source_hook(enum seal_fw_hook hook)
{
	return hook == SEAL_FW_POSTROUTING || hook == SEAL_FW_INPUT;
}

/* apply what was decided for the connection to a packet at one of the NAT hooks */
static void translate(struct flow_state *s, enum seal_fw_hook hook)
{
	bool source = is_source_hook(hook);

	if (!s->reply && !source && s->dnat) {
		s->now.daddr = s->after.daddr;
		s->now.dport = s->after.dport;
	} else if (!s->reply && source && s->snat) {
		s->now.saddr = s->after.saddr;
		s->now.sport = s->after.sport;
	} else if (s->reply && !source && s->snat) {
		s->now.daddr = s->first.saddr;
		s->now.dport = s->first.sport;
	} else if (s->reply && source && s->dnat) {
		s->now.saddr = s->first.daddr;
		s->now.sport = s->first.dport;
	}
}

static bool asks_chains(const struct reach *x, const struct flow *f, bool source)
{
	if (f->s.ct != CT_NEW)
		return false;
	(void)x;
	return source ? !f->s.src_done : !f->s.dst_done;
}

int reach_nat_hook(struct reach *x, enum seal_fw_hook hook, flow_list *flows)
{
	bool source = is_source_hook(hook);
	flow_list ask = {NULL, 0, 0}, rest = {NULL, 0, 0};
	int r = 0;

	if (!x->conntrack || !x->nat)
		return 0;
	seal_vec_each (f, flows) {
		if (r >= 0)
			r = reach_add(asks_chains(x, f, source) ? &ask : &rest, f);
	}
	seal_vec_each (f, &rest) {
		if (f->s.ct == CT_ESTABLISHED || f->s.ct == CT_RELATED)
			translate(&f->s, hook);
	}
	if (r >= 0 && ask.n)
		r = reach_nat_chains(x, hook, &ask);
	seal_vec_each (f, &ask) {
		f->s.nat_taken = false;
		if (source)
			f->s.src_done = true;
		else
			f->s.dst_done = true;
		if (r >= 0)
			r = reach_add(&rest, f);
	}
	x->nat_hook = false;
	seal_vec_done(&ask);
	seal_vec_done(flows);
	*flows = rest;
	return r >= 0 && hook == SEAL_FW_OUTPUT ? reach_rerouted(x, flows) : r;
}

/* ---- statements ---- */

bool reach_value(struct reach *x, const struct flow *f, const struct seal_fw_value *v,
		 struct seal_fw_range *ret)
{
	struct value got;

	if (v->kind == SEAL_VALUE_CONST) {
		*ret = v->range;
		return true;
	}
	if (v->kind != SEAL_VALUE_KEY || v->key.n != 1)
		return false;
	got = reach_field(x, f, &v->key.parts[0]);
	if (got.kind != VALUE_RANGE || got.lo != got.hi)
		return false;
	if (v->key.parts[0].masked)
		got.lo = (got.lo & v->key.parts[0].mask) ^ v->key.parts[0].xor ;
	ret->lo = ret->hi = got.lo;
	return true;
}

/* struct mapping - the new address and port of one branch of a NAT statement */
struct mapping {
	bool has_addr, has_port, addr_unknown, port_unknown;
	struct seal_fw_range addr, port;
};

static struct seal_fw_range redirect_addr(struct reach *x, const struct flow *f, bool *unknown,
					  bool *gone)
{
	struct seal_fw_range r = {0, 0};
	seal_u128 a = 0;

	*unknown = *gone = false;
	if (x->hook == SEAL_FW_OUTPUT) {
		r.lo = r.hi = x->family == 4 ? ((seal_u128)127 << 24) + 1 : 1;
		return r;
	}
	if (!x->net->has_addrs)
		*unknown = true;
	else if (!reach_if_addr(x, f->s.iif, f->s.now.daddr.open ? 0 : f->s.now.daddr.lo, &a))
		*gone = true; /* the kernel drops what it cannot redirect */
	r.lo = r.hi = a;
	return r;
}

static bool overlaps(seal_u128 lo, seal_u128 hi, const struct addr_value *b)
{
	return lo <= b->hi && b->lo <= hi;
}

/* may @far, the values of the open address, be what it is mapped to */
static bool far_overlaps(const struct seal_ranges *far, const struct addr_value *b)
{
	const struct seal_fw_range *v = seal_ranges_v(far);
	size_t k;

	for (k = 0; k < far->n; k++)
		if (overlaps(v[k].lo, v[k].hi, b))
			return true;
	return false;
}

static int8_t addr_changed(const struct flow *f, const struct addr_value *a,
			   const struct addr_value *b)
{
	if (a->open && b->open)
		return 0; /* not mapped */
	if (a->open ? !far_overlaps(&f->far, b) : !overlaps(a->lo, a->hi, b))
		return 1;
	return a->lo == a->hi && b->lo == b->hi && !a->open ? 0 : -1;
}

/* changed - does a mapping change the packet: 0, 1, or -1: not known
 * @p, @q: the port before and after; @q NULL: left as it is */
static int8_t changed(const struct flow *f, const struct addr_value *a, const struct addr_value *b,
		      const struct port_value *p, const struct port_value *q)
{
	int8_t addr = addr_changed(f, a, b);

	if (addr == 1 || (q && (p->hi < q->lo || q->hi < p->lo)))
		return 1;
	if (q && (p->lo != p->hi || q->lo != q->hi))
		return -1;
	return addr;
}

static void map_dst(struct reach *x, struct flow *f, const struct mapping *m, bool redirect)
{
	const struct endpoints before = f->s.now;

	if (m->has_addr) {
		f->s.now.daddr = (struct addr_value){.lo = m->addr.lo, .hi = m->addr.hi};
		f->s.dst_local = redirect;
		if (m->addr_unknown)
			f->s.now.daddr = (struct addr_value){
				.lo = 0, .hi = x->bits == 32 ? 0xffffffffu : ~(seal_u128)0};
	}
	if (m->has_port) {
		f->s.now.dport.lo = (uint16_t)m->port.lo;
		f->s.now.dport.hi = (uint16_t)m->port.hi;
		if (m->port_unknown)
			f->s.now.dport = (struct port_value){0, 65535};
	}
	f->s.after.daddr = f->s.now.daddr;
	f->s.after.dport = f->s.now.dport;
	f->s.dnat = true;
	f->s.dst_changed = changed(f, &before.daddr, &f->s.now.daddr, &before.dport,
				   m->has_port ? &f->s.now.dport : NULL);
}

static void map_src(struct reach *x, struct flow *f, const struct mapping *m, bool masquerade)
{
	const struct endpoints before = f->s.now;
	seal_u128 a;

	if (masquerade && reach_if_addr(x, f->s.oif, 0, &a))
		f->s.now.saddr = (struct addr_value){.lo = a, .hi = a};
	else if (masquerade || m->addr_unknown)
		f->s.now.saddr = (struct addr_value){
			.lo = 0, .hi = x->bits == 32 ? 0xffffffffu : ~(seal_u128)0};
	else if (m->has_addr)
		f->s.now.saddr = (struct addr_value){.lo = m->addr.lo, .hi = m->addr.hi};
	if (m->has_port) {
		f->s.now.sport.lo = (uint16_t)m->port.lo;
		f->s.now.sport.hi = (uint16_t)m->port.hi;
	}
	f->s.after.saddr = f->s.now.saddr;
	f->s.after.sport = f->s.now.sport;
	f->s.snat = true;
	f->s.src_changed = changed(f, &before.saddr, &f->s.now.saddr, &before.sport,
				   m->has_port ? &f->s.now.sport : NULL);
}

static int finish(struct reach *x, struct flow *f, const struct seal_fw_rule *rule,
		  const struct seal_fw_nat *nat, struct mapping *m, flow_list *mapped)
{
	bool gone = false;

	f->far.owned = false;
	switch (nat->kind) {
	case SEAL_FW_REDIRECT:
		m->has_addr = true;
		m->addr = redirect_addr(x, f, &m->addr_unknown, &gone);
		if (gone)
			return reach_end(x, f, SEAL_FATE_DROP, rule, rule->chain);
		map_dst(x, f, m, true);
		break;
	case SEAL_FW_DNAT:
		map_dst(x, f, m, false);
		break;
	case SEAL_FW_SNAT:
		map_src(x, f, m, false);
		break;
	case SEAL_FW_MASQUERADE:
		map_src(x, f, m, true);
		break;
	case SEAL_FW_NAT_KIND_MAX_:
		break;
	}
	f->s.nat_taken = true;
	return reach_add(mapped, f);
}

/* struct lookup - the branches of "dnat to KEY map MAP" */
struct lookup {
	struct reach *x;
	const struct flow *f;
	const struct seal_fw_rule *rule;
	const struct seal_fw_nat *nat;
	const struct seal_fw_value *from; /* the argument that is a map */
	struct mapping base;
	flow_list *mapped, *not_mapped;
};

static int take_mapping(void *data, ssize_t i, const struct seal_ranges *far, bool undecided)
{
	struct lookup *l = data;
	const struct seal_fw_set *map = l->from->map;
	const struct seal_fw_data *d = NULL;
	struct mapping m = l->base;
	struct flow part = *l->f;

	part.far = *far;
	part.far.owned = false;
	if (undecided)
		reach_tag(&part, l->rule,
			  l->from->key.n ? l->from->key.parts[0].text : SEAL_LIT("map"));
	if (i >= 0)
		d = &map->data[i];
	else if (i == -1 && map->fallback)
		d = map->fallback;
	if (!d && undecided && map->unknown) {
		reach_tag(&part, l->rule, SEAL_LIT("elements that were not read"));
		if (reach_end(l->x, &part, SEAL_FATE_DEPENDS, l->rule, l->rule->chain) < 0)
			return -ENOMEM;
	}
	if (!d)
		return reach_add(l->not_mapped, &part);
	if (l->from == &l->nat->port) {
		m.has_port = true;
		m.port = d->value[0];
	} else {
		m.has_addr = true;
		m.addr = d->value[0];
		if (map->n_data > 1) {
			m.has_port = true;
			m.port = d->value[1];
		}
	}
	return finish(l->x, &part, l->rule, l->nat, &m, l->mapped);
}

static void constant(struct reach *x, const struct flow *f, const struct seal_fw_value *v,
		     bool *has, bool *unknown, struct seal_fw_range *range)
{
	if (v->kind == SEAL_VALUE_NONE || v->kind == SEAL_VALUE_MAP)
		return;
	*has = true;
	*unknown = !reach_value(x, f, v, range);
}

/* does the statement speak of this packet's family: "dnat ip to", an address of one family */
static bool of_family(const struct reach *x, const struct seal_fw_nat *nat)
{
	return !nat->family || nat->family == x->family;
}

int reach_nat_stmt(struct reach *x, struct flow *f, const struct seal_fw_rule *rule,
		   const struct seal_fw_stmt *s, flow_list *mapped, flow_list *not_mapped)
{
	struct lookup l = {.x = x,
			   .f = f,
			   .rule = rule,
			   .nat = s->nat,
			   .mapped = mapped,
			   .not_mapped = not_mapped};

	if (!of_family(x, s->nat) || !x->nat_hook)
		return reach_add(not_mapped, f);
	if (s->nat->addr.kind == SEAL_VALUE_MAP)
		l.from = &s->nat->addr;
	else if (s->nat->port.kind == SEAL_VALUE_MAP)
		l.from = &s->nat->port;
	constant(x, f, &s->nat->addr, &l.base.has_addr, &l.base.addr_unknown, &l.base.addr);
	constant(x, f, &s->nat->port, &l.base.has_port, &l.base.port_unknown, &l.base.port);
	if (!l.from)
		return finish(x, f, rule, s->nat, &l.base, mapped);
	if (!l.from->map) {
		reach_tag(f, rule, SEAL_LIT("a map that is missing"));
		return reach_end(x, f, SEAL_FATE_DEPENDS, rule, rule->chain);
	}
	return reach_lookup(x, f, &l.from->key, l.from->map, take_mapping, &l);
}
