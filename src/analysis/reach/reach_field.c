/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

static struct value certain(seal_u128 v)
{
	return (struct value){.kind = VALUE_RANGE, .lo = v, .hi = v};
}

static struct value between(seal_u128 lo, seal_u128 hi)
{
	return (struct value){.kind = VALUE_RANGE, .lo = lo, .hi = hi};
}

static struct value absent(void)
{
	return (struct value){.kind = VALUE_ABSENT};
}

static struct value unknown(const char *why)
{
	return (struct value){.kind = VALUE_UNKNOWN, .why = why};
}

static struct value addr(const struct reach *x, uint8_t family, const struct addr_value *a)
{
	if (family && x->family != family)
		return absent();
	if (a->open)
		return (struct value){.kind = VALUE_OPEN};
	return between(a->lo, a->hi);
}

static uint8_t l4proto(const struct reach *x)
{
	if (x->phase == PHASE_REFUSAL && x->icmp_error)
		return x->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	return x->packet->proto;
}

static struct value port(const struct reach *x, const struct seal_fw_part *p,
			 const struct port_value *v)
{
	uint8_t proto = l4proto(x);

	if (p->l4proto && p->l4proto != proto)
		return absent();
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		return unknown(
			"the bytes of an ICMP error"); /* th dport of ICMP: its checksum, say */
	return between(v->lo, v->hi);
}

static struct value tcp_flags(const struct reach *x)
{
	if (l4proto(x) != IPPROTO_TCP)
		return absent();
	switch (x->phase) {
	case PHASE_FIRST:
		return certain(0x02);
	case PHASE_ANSWER:
		return certain(0x12);
	case PHASE_DATA:
	case PHASE_BACK:
		return certain(0x18);
	case PHASE_REFUSAL:
		return certain(0x14);
	case PHASE_MAX_:
		break;
	}
	return unknown(NULL);
}

static struct value icmp(const struct reach *x, const struct seal_fw_part *p, bool type)
{
	if (p->l4proto != l4proto(x) || x->phase != PHASE_REFUSAL)
		return absent();
	if (!type)
		return between(0, 255);
	return certain(x->family == 4 ? 3 : 1); /* destination unreachable */
}

/* ---- connection tracking ---- */

static struct value ct_state(const struct reach *x, const struct flow *f)
{
	(void)x;
	if (f->s.ct)
		return certain(f->s.ct);
	return certain(CT_INVALID);
}

static struct value ct_status(const struct flow *f)
{
	uint32_t v = (f->s.dnat ? IPS_DST_NAT : 0u) | (f->s.snat ? IPS_SRC_NAT : 0u);

	if (f->s.ct == CT_ESTABLISHED)
		v |= IPS_CONFIRMED | IPS_SEEN_REPLY;
	return certain(v);
}

static const struct endpoints *tuple_of(const struct flow *f, bool reply)
{
	return reply ? &f->s.after : &f->s.first;
}

static struct value ct_addr(const struct reach *x, const struct flow *f,
			    const struct seal_fw_part *p, bool source)
{
	const struct endpoints *t = tuple_of(f, p->reply);

	return addr(x, p->family, source != p->reply ? &t->saddr : &t->daddr);
}

static struct value ct_port(const struct flow *f, const struct seal_fw_part *p, bool source)
{
	const struct endpoints *t = tuple_of(f, p->reply);
	const struct port_value *v = source != p->reply ? &t->sport : &t->dport;

	return between(v->lo, v->hi);
}

static struct value ct(const struct reach *x, const struct flow *f, const struct seal_fw_part *p)
{
	if (x->at_conntrack)
		return unknown("the order of chains at priority -200");
	if (p->field == SEAL_FIELD_CT_STATE)
		return ct_state(x, f);
	if (f->s.ct != CT_NEW && f->s.ct != CT_ESTABLISHED && f->s.ct != CT_RELATED)
		return absent(); /* no entry */
	switch ((unsigned)p->field) {
	case SEAL_FIELD_CT_STATUS:
		return ct_status(f);
	case SEAL_FIELD_CT_DIRECTION:
		return certain(f->s.reply);
	case SEAL_FIELD_CT_MARK:
		return f->s.ct_mark_unknown ? unknown(NULL) : certain(f->s.ct_mark);
	case SEAL_FIELD_CT_L3PROTO:
		return certain(x->family == 4 ? 2 : 10);
	case SEAL_FIELD_CT_PROTOCOL:
		return certain(x->packet->proto);
	case SEAL_FIELD_CT_SADDR:
		return ct_addr(x, f, p, true);
	case SEAL_FIELD_CT_DADDR:
		return ct_addr(x, f, p, false);
	case SEAL_FIELD_CT_PROTO_SRC:
		return ct_port(f, p, true);
	case SEAL_FIELD_CT_PROTO_DST:
		return ct_port(f, p, false);
	default:
		return unknown(NULL);
	}
}

/* ---- sockets and interfaces ---- */

static struct value owner(const struct reach *x, const struct seal_fw_part *p)
{
	bool out = x->hook == SEAL_FW_OUTPUT || x->hook == SEAL_FW_POSTROUTING ||
		   x->hook == SEAL_FW_EGRESS;

	if (x->phase == PHASE_REFUSAL)
		return absent(); /* sent by the kernel's own socket */
	if (!(out && x->socket_local)) {
		/* a packet that comes in has a socket from the input hook on, when it is not the
		 * first */
		if (x->hook != SEAL_FW_INPUT || x->phase == PHASE_FIRST)
			return absent();
	}
	if (x->phase == PHASE_ANSWER && x->packet->dir == SEAL_PACKET_IN)
		return certain(
			0); /* a SYN-ACK is the listening socket's: master(8) opened it as root */
	if (!x->packet->has_uid)
		return unknown(NULL);
	return certain(p->field == SEAL_FIELD_SKUID ? x->packet->uid : x->packet->gid);
}

static struct value interface(const struct flow *f, bool in)
{
	if (in ? f->s.iif_unknown : f->s.oif_unknown)
		return unknown("the routes of the host");
	return certain(in ? f->s.iif : f->s.oif);
}

static struct value iftype(const struct flow *f, bool in)
{
	seal_u128 dev = in ? f->s.iif : f->s.oif;

	if (in ? f->s.iif_unknown : f->s.oif_unknown)
		return unknown("the routes of the host");
	if (!dev)
		return absent();
	if (dev == seal_ifname_u128(SEAL_LIT("lo")))
		return certain(772);
	/* a name alone does not tell tunnels apart from Ethernet, but a link of these names is
	 * Ethernet */
	switch ((unsigned)(dev >> 120)) {
	case 'e':
		return certain(1);
	default:
		return unknown("the type of the interface");
	}
}

/* ---- fib ---- */

static bool fib_known(const struct reach *x, const struct seal_fw_part *p)
{
	unsigned flags = p->fib & ~(unsigned)SEAL_FIB_MARK;

	if (p->field == SEAL_FIELD_FIB_TYPE)
		return x->net->has_addrs && (flags == SEAL_FIB_SADDR || flags == SEAL_FIB_DADDR);
	return x->net->has_routes && x->net->has_addrs &&
	       (flags == SEAL_FIB_SADDR || flags == (SEAL_FIB_SADDR | SEAL_FIB_IIF));
}

static bool is_multicast(const struct reach *x, seal_u128 a)
{
	return x->family == 4 ? a >> 28 == 0xe : a >> 120 == 0xff;
}

static bool is_broadcast(const struct reach *x, seal_u128 a)
{
	if (x->family != 4)
		return false;
	if (a == 0xffffffffu || a >> 24 == 0)
		return true;
	seal_vec_each (i, &x->net->addrs) {
		struct seal_fw_range r;

		if (i->prefix.addr.bits == 32 && i->prefix.len < 31 &&
		    seal_fw_range_prefix(seal_addr_u128(&i->prefix.addr), i->prefix.len, 32, &r) ==
			    0 &&
		    a == r.hi)
			return true;
	}
	return false;
}

enum { RTN_UNICAST = 1, RTN_LOCAL = 2, RTN_BROADCAST = 3, RTN_MULTICAST = 5, RTN_UNREACHABLE = 7 };

/* the type of one address as the kernel's local table has it */
static seal_u128 fib_type(const struct reach *x, seal_u128 a)
{
	if (reach_is_local(x, a))
		return RTN_LOCAL;
	if (is_multicast(x, a))
		return RTN_MULTICAST;
	if (is_broadcast(x, a))
		return RTN_BROADCAST;
	if (x->family == 6 && x->net->has_routes && reach_route(x, a).kind == ROUTE_NONE)
		return RTN_UNREACHABLE;
	return RTN_UNICAST;
}

static bool route_through(const struct reach *x, seal_u128 a, seal_u128 dev)
{
	seal_vec_each (r, &x->net->routes) {
		struct seal_fw_range range;

		if (r->dst.addr.bits != x->bits || r->type != SEAL_ROUTE_UNICAST ||
		    seal_ifname_u128(r->dev) != dev ||
		    seal_fw_range_prefix(seal_addr_u128(&r->dst.addr), r->dst.len, r->dst.addr.bits,
					 &range) < 0)
			continue;
		if (a >= range.lo && a <= range.hi)
			return true;
	}
	return x->family == 6 && a >> 118 == 0x3fa; /* every link has fe80::/64 */
}

/* name of the interface through which an address is reached, 0: none (or not through the one asked)
 */
static seal_u128 fib_oif(const struct reach *x, const struct flow *f, const struct seal_fw_part *p,
			 seal_u128 a)
{
	struct route_answer to;

	if (f->s.iif == seal_ifname_u128(SEAL_LIT("lo")) && x->hook == SEAL_FW_PREROUTING)
		return f->s.iif;
	if (reach_is_local(x, a))
		return 0;
	if (x->family == 6 && (p->fib & SEAL_FIB_IIF))
		/* IPv6 looks for any route through that interface, IPv4 takes the best route there
		 * is */
		return route_through(x, a, f->s.iif) ? f->s.iif : 0;
	to = reach_route(x, a);
	if (to.kind != ROUTE_DEVICE)
		return 0;
	return (p->fib & SEAL_FIB_IIF) && to.dev != f->s.iif ? 0 : to.dev;
}

static seal_u128 fib_value(const struct reach *x, const struct flow *f,
			   const struct seal_fw_part *p, seal_u128 a)
{
	if (p->field == SEAL_FIELD_FIB_TYPE)
		return fib_type(x, a);
	if (p->field == SEAL_FIELD_FIB_PRESENT)
		return fib_oif(x, f, p, a) != 0;
	return fib_oif(x, f, p, a);
}

static struct value fib(const struct reach *x, const struct flow *f, const struct seal_fw_part *p)
{
	const struct addr_value *a = p->fib & SEAL_FIB_SADDR ? &f->s.now.saddr : &f->s.now.daddr;

	if (!fib_known(x, p))
		return unknown("addresses and routes of the host");
	if (f->s.dst_local && a == &f->s.now.daddr && p->field == SEAL_FIELD_FIB_TYPE)
		return certain(RTN_LOCAL);
	if (!a->open && a->lo != a->hi)
		return unknown(NULL);
	if (!a->open)
		return certain(fib_value(x, f, p, a->lo));
	if (f->far.n == 1 && f->far.one.lo == f->far.one.hi)
		return certain(fib_value(x, f, p, f->far.one.lo));
	return (struct value){.kind = VALUE_PARTS};
}

static int bound_cmp(const void *a, const void *b)
{
	const seal_u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* addresses at which the answer of a fib expression can change */
static size_t fib_bounds(const struct reach *x, seal_u128 *v)
{
	size_t k = 0;

	v[k++] = 0;
	seal_vec_each (r, &x->net->routes) {
		struct seal_fw_range range;

		if (r->dst.addr.bits != x->bits ||
		    seal_fw_range_prefix(seal_addr_u128(&r->dst.addr), r->dst.len, x->bits,
					 &range) < 0)
			continue;
		v[k++] = range.lo;
		v[k++] = range.hi + 1;
	}
	seal_vec_each (i, &x->net->addrs) {
		struct seal_fw_range range;
		seal_u128 a = seal_addr_u128(&i->prefix.addr);

		if (i->prefix.addr.bits != x->bits ||
		    seal_fw_range_prefix(a, i->prefix.len, x->bits, &range) < 0)
			continue;
		v[k++] = a;
		v[k++] = a + 1;
		v[k++] = range.hi;
		v[k++] = range.hi + 1;
	}
	if (x->family == 4) {
		static const uint32_t fixed[] = {1u << 24,    127u << 24,  128u << 24,
						 0xe0000000u, 0xf0000000u, 0xffffffffu};

		for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
			v[k++] = fixed[i];
	} else {
		v[k++] = 1;
		v[k++] = 2;
		v[k++] = (seal_u128)0xff << 120;
		v[k++] = (seal_u128)0x3fa << 118;
		v[k++] = (seal_u128)0x3fb << 118;
	}
	qsort(v, k, sizeof(*v), bound_cmp);
	return k;
}

int reach_fib_split(struct reach *x, const struct flow *f, const struct seal_fw_part *part,
		    const struct seal_fw_range *v, size_t n, struct seal_ranges *in)
{
	size_t n_bounds = 2 * x->net->routes.n + 4 * x->net->addrs.n + 8, i, k, n_hits = 0;
	seal_u128 top = x->family == 4 ? 0xffffffffu : ~(seal_u128)0;
	struct seal_ranges far = f->far;
	struct seal_fw_range *hits;
	seal_u128 *bounds;

	bounds = seal_arena_alloc(x->a, n_bounds * sizeof(*bounds));
	hits = seal_arena_alloc(x->a, n_bounds * sizeof(*hits));
	if (!bounds || !hits)
		return -ENOMEM;
	n_bounds = fib_bounds(x, bounds);
	for (i = 0; i < n_bounds && bounds[i] <= top; i++) {
		seal_u128 hi = i + 1 < n_bounds && bounds[i + 1] <= top ? bounds[i + 1] - 1 : top;
		seal_u128 value;

		if (i + 1 < n_bounds && bounds[i + 1] == bounds[i])
			continue;
		value = fib_value(x, f, part, bounds[i]);
		for (k = 0; k < n; k++)
			if (value >= v[k].lo && value <= v[k].hi) {
				hits[n_hits++] = (struct seal_fw_range){bounds[i], hi};
				break;
			}
	}
	n_hits = seal_ranges_normal(hits, n_hits);
	far.owned = false;
	return seal_ranges_split(x->a, &far, hits, n_hits, in, NULL);
}

/* ---- all of them ---- */

struct value reach_field(struct reach *x, const struct flow *f, const struct seal_fw_part *p)
{
	switch (p->field) {
	case SEAL_FIELD_IP_SADDR:
		return addr(x, 4, &f->s.now.saddr);
	case SEAL_FIELD_IP_DADDR:
		return addr(x, 4, &f->s.now.daddr);
	case SEAL_FIELD_IP6_SADDR:
		return addr(x, 6, &f->s.now.saddr);
	case SEAL_FIELD_IP6_DADDR:
		return addr(x, 6, &f->s.now.daddr);
	case SEAL_FIELD_IP_PROTOCOL:
		return x->family == 4 ? certain(l4proto(x)) : absent();
	case SEAL_FIELD_IP6_NEXTHDR:
		return x->family == 6 ? certain(l4proto(x)) : absent();
	case SEAL_FIELD_IP_VERSION:
		return x->family == 4 ? certain(4) : absent();
	case SEAL_FIELD_IP6_VERSION:
		return x->family == 6 ? certain(6) : absent();
	case SEAL_FIELD_SPORT:
		return port(x, p, &f->s.now.sport);
	case SEAL_FIELD_DPORT:
		return port(x, p, &f->s.now.dport);
	case SEAL_FIELD_TCP_FLAGS:
		return tcp_flags(x);
	case SEAL_FIELD_ICMP_TYPE:
	case SEAL_FIELD_ICMPV6_TYPE:
		return icmp(x, p, true);
	case SEAL_FIELD_ICMP_CODE:
	case SEAL_FIELD_ICMPV6_CODE:
		return icmp(x, p, false);
	case SEAL_FIELD_NFPROTO:
		if (x->hook == SEAL_FW_INGRESS || x->hook == SEAL_FW_EGRESS)
			return unknown(NULL);
		return certain(x->family == 4 ? 2 : 10);
	case SEAL_FIELD_L4PROTO:
		return certain(l4proto(x));
	case SEAL_FIELD_PROTOCOL:
		return certain(x->family == 4 ? 0x0800 : 0x86dd);
	case SEAL_FIELD_IIF:
		return interface(f, true);
	case SEAL_FIELD_OIF:
		return interface(f, false);
	case SEAL_FIELD_IIFTYPE:
		return iftype(f, true);
	case SEAL_FIELD_OIFTYPE:
		return iftype(f, false);
	case SEAL_FIELD_PKTTYPE:
		return certain(0); /* to this host: unicast frames */
	case SEAL_FIELD_LENGTH:
		return between(x->family == 4 ? 28 : 48, 65535);
	case SEAL_FIELD_MARK:
		return f->s.mark_unknown ? unknown(NULL) : certain(f->s.mark);
	case SEAL_FIELD_SKUID:
	case SEAL_FIELD_SKGID:
		return owner(x, p);
	case SEAL_FIELD_CT_STATE:
	case SEAL_FIELD_CT_STATUS:
	case SEAL_FIELD_CT_DIRECTION:
	case SEAL_FIELD_CT_MARK:
	case SEAL_FIELD_CT_L3PROTO:
	case SEAL_FIELD_CT_PROTOCOL:
	case SEAL_FIELD_CT_SADDR:
	case SEAL_FIELD_CT_DADDR:
	case SEAL_FIELD_CT_PROTO_SRC:
	case SEAL_FIELD_CT_PROTO_DST:
		return ct(x, f, p);
	case SEAL_FIELD_FIB_TYPE:
	case SEAL_FIELD_FIB_OIF:
	case SEAL_FIELD_FIB_PRESENT:
		return fib(x, f, p);
	case SEAL_FIELD_UNKNOWN:
	case SEAL_FIELD_MAX_:
		break;
	}
	return unknown(NULL);
}
