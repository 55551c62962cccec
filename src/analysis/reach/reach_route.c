/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where one address leads, and which own address a packet to it is sent from. IPv4: fib_semantics.c
 * and devinet.c of the kernel; IPv6: RFC 6724 as addrconf.c has it, as far as the evidence tells.
 */

#include "analysis/reach/reach_impl.h"

static bool is_loopback_addr(const struct reach *x, seal_u128 a)
{
	return x->family == 4 ? a >> 24 == 127 : a == 1;
}

bool reach_is_local(const struct reach *x, seal_u128 addr)
{
	if (is_loopback_addr(x, addr))
		return true;
	seal_vec_each (i, &x->net->addrs) {
		if (i->prefix.addr.bits == x->bits && seal_addr_u128(&i->prefix.addr) == addr)
			return true;
	}
	return false;
}

struct seal_fw_range reach_prefix(const struct seal_prefix *p)
{
	struct seal_fw_range r = {0, 0};

	if (seal_fw_range_prefix(seal_addr_u128(&p->addr), p->len, p->addr.bits, &r) < 0)
		r.lo = 1; /* empty */
	return r;
}

bool reach_is_main(const struct seal_route *r)
{
	return !r->table.n || seal_bytes_is(r->table, "main") || seal_bytes_is(r->table, "254") ||
	       seal_bytes_is(r->table, "default") || seal_bytes_is(r->table, "local") ||
	       seal_bytes_is(r->table, "255");
}

bool reach_same_answer(const struct route_answer *a, const struct route_answer *b)
{
	return a->kind == b->kind && a->dev == b->dev && a->src == b->src;
}

/* ---- own addresses ---- */

static unsigned scope6(seal_u128 a)
{
	if (a == 1 || a >> 118 == 0x3fa)
		return 1; /* loopback, link-local */
	return 2;
}

bool reach_if_addr(const struct reach *x, seal_u128 ifname, seal_u128 like, seal_u128 *ret)
{
	seal_vec_each (i, &x->net->addrs) {
		seal_u128 a = seal_addr_u128(&i->prefix.addr);

		if (i->prefix.addr.bits != x->bits || seal_ifname_u128(i->ifname) != ifname ||
		    i->unfit)
			continue;
		if (x->family == 6 && scope6(a) != scope6(like))
			continue;
		*ret = a;
		return true;
	}
	return false;
}

/* the first address of an interface in the subnet of @near, else its first; 0: it has none */
static seal_u128 near_addr(const struct reach *x, seal_u128 ifname, const struct seal_addr *near)
{
	seal_u128 first = 0;

	seal_vec_each (i, &x->net->addrs) {
		if (i->prefix.addr.bits != x->bits || seal_ifname_u128(i->ifname) != ifname)
			continue;
		if (!near->bits || seal_prefix_has(&i->prefix, near))
			return seal_addr_u128(&i->prefix.addr);
		if (!first)
			first = seal_addr_u128(&i->prefix.addr);
	}
	return first;
}

/* what a route says of the source: its own word, or for IPv4 the address nearest to the gateway.
 * 0: several may be */
static seal_u128 source_of(const struct reach *x, const struct seal_route *r)
{
	const struct seal_addr *near = &r->gateway;

	if (r->source.bits == x->bits)
		return seal_addr_u128(&r->source);
	if (x->family != 4 || !r->dev.n)
		return 0;
	if (!near->bits && r->dst.len)
		near = &r->dst.addr; /* a subnet's own route names it when the evidence does not */
	return near_addr(x, seal_ifname_u128(r->dev), near);
}

/* to an own address: itself, but IPv4 takes the first of the subnet, and 127.0.0.1 of 127.0.0.0/8
 */
static seal_u128 source_of_local(const struct reach *x, seal_u128 dst)
{
	struct seal_addr a = seal_u128_addr(dst, x->bits);

	if (x->family != 4)
		return dst;
	seal_vec_each (i, &x->net->addrs) {
		if (i->prefix.addr.bits == 32 && seal_addr_eq(&i->prefix.addr, &a))
			return near_addr(x, seal_ifname_u128(i->ifname), &a);
	}
	return is_loopback_addr(x, dst) ? ((seal_u128)127 << 24) + 1 : dst;
}

/* fit to be the source of what leaves through @dev (0: any interface) */
static bool is_candidate(const struct reach *x, const struct seal_if_addr *i, seal_u128 dev,
			 unsigned scope)
{
	seal_u128 a = seal_addr_u128(&i->prefix.addr);

	if (i->prefix.addr.bits != x->bits || i->unfit || is_loopback_addr(x, a))
		return false;
	if (dev && seal_ifname_u128(i->ifname) != dev)
		return false;
	return x->family == 4 || scope6(a) == scope;
}

static size_t candidates(const struct reach *x, seal_u128 dev, unsigned scope, seal_u128 *v,
			 size_t max)
{
	size_t n = 0;

	seal_vec_each (i, &x->net->addrs) {
		if (!is_candidate(x, i, dev, scope))
			continue;
		if (n < max)
			v[n] = seal_addr_u128(&i->prefix.addr);
		n++;
	}
	return n;
}

size_t reach_sources(const struct reach *x, const struct route_answer *to, bool link_local,
		     seal_u128 *v, size_t max)
{
	size_t n;

	if (to->src) {
		v[0] = to->src;
		return 1;
	}
	if (!x->net->has_addrs)
		return 0;
	/* its interface first; then, for IPv6, whatever reaches as far; then what there is */
	n = candidates(x, to->dev, link_local ? 1 : 2, v, max);
	if (!n)
		n = candidates(x, 0, 2, v, max);
	if (!n && x->family == 6)
		n = candidates(x, to->dev, 1, v, max);
	return n;
}

/* ---- routes ---- */

struct route_answer reach_answer(const struct reach *x, const struct seal_route *r)
{
	struct route_answer to = {ROUTE_UNKNOWN, 0, 0};

	switch (r->type) {
	case SEAL_ROUTE_UNICAST:
		to.kind = ROUTE_DEVICE;
		to.dev = r->dev.n ? seal_ifname_u128(r->dev) : 0;
		to.src = source_of(x, r);
		break;
	case SEAL_ROUTE_LOCAL:
		to.kind = ROUTE_LOCAL;
		to.dev = seal_ifname_u128(SEAL_LIT("lo"));
		to.src = r->source.bits == x->bits ? seal_addr_u128(&r->source) : 0;
		break;
	case SEAL_ROUTE_UNREACHABLE:
	case SEAL_ROUTE_PROHIBIT:
	case SEAL_ROUTE_BLACKHOLE:
		to.kind = ROUTE_NONE;
		break;
	case SEAL_ROUTE_GROUP:
		if (x->packet->proto == IPPROTO_TCP)
			to.kind = ROUTE_NONE;
		break;
	case SEAL_ROUTE_THROW:
	case SEAL_ROUTE_OTHER:
	case SEAL_ROUTE_TYPE_MAX_:
		break;
	}
	return to;
}

struct route_answer reach_answer_local(const struct reach *x, seal_u128 dst)
{
	seal_u128 src = source_of_local(x, dst);

	return (struct route_answer){ROUTE_LOCAL, seal_ifname_u128(SEAL_LIT("lo")),
				     src == dst ? 0 : src};
}

struct route_answer reach_settle(const struct reach *x, const struct route_answer *best,
				 const struct route_answer *other)
{
	/* a table of its own is asked when a rule says so, and rules are not in the evidence */
	if (other && (!best || !reach_same_answer(best, other)))
		return (struct route_answer){ROUTE_UNKNOWN, 0, 0};
	if (best)
		return *best;
	return (struct route_answer){x->net->has_routes ? ROUTE_NONE : ROUTE_UNKNOWN, 0, 0};
}

/* the better of two routes to one address: the longer prefix, then the lower metric */
static bool is_better(const struct seal_route *r, const struct seal_route *best)
{
	if (!best || r->dst.len != best->dst.len)
		return !best || r->dst.len > best->dst.len;
	return r->metric < best->metric;
}

struct route_answer reach_route(const struct reach *x, seal_u128 dst)
{
	struct seal_addr a = seal_u128_addr(dst, x->bits);
	const struct seal_route *best = NULL;
	struct route_answer to, odd;
	bool has_odd = false;

	if (reach_is_local(x, dst))
		return reach_answer_local(x, dst);
	if (!x->net->has_routes)
		return (struct route_answer){ROUTE_UNKNOWN, 0, 0};
	seal_vec_each (r, &x->net->routes) {
		if (r->type != SEAL_ROUTE_THROW && reach_is_main(r) &&
		    seal_prefix_has(&r->dst, &a) && is_better(r, best))
			best = r;
	}
	if (best)
		to = reach_answer(x, best);
	seal_vec_each (r, &x->net->routes) {
		if (r->type == SEAL_ROUTE_THROW || reach_is_main(r) ||
		    !seal_prefix_has(&r->dst, &a))
			continue;
		odd = reach_answer(x, r);
		has_odd = true;
		if (!best || !reach_same_answer(&to, &odd))
			break;
	}
	return reach_settle(x, best ? &to : NULL, has_odd ? &odd : NULL);
}
