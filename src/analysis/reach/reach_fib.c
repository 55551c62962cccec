/* SPDX-License-Identifier: GPL-2.0-or-later */

/* "fib saddr type", "fib saddr . iif oif": a lookup of an address in the routes (nft_fib.c,
 * nft_fib_ipv4.c and nft_fib_ipv6.c of the kernel) */

#include "analysis/reach/reach_impl.h"

#include <errno.h>

enum { RTN_UNICAST = 1, RTN_LOCAL = 2, RTN_BROADCAST = 3, RTN_MULTICAST = 5, RTN_UNREACHABLE = 7 };

static bool fib_known(const struct reach *x, const struct seal_fw_part *p)
{
	unsigned flags = p->fib & ~(unsigned)SEAL_FIB_MARK;

	if (p->field == SEAL_FIELD_FIB_TYPE)
		return x->net->has_addrs && (flags == SEAL_FIB_SADDR || flags == SEAL_FIB_DADDR ||
					     flags == (SEAL_FIB_DADDR | SEAL_FIB_IIF));
	return x->net->has_routes && x->net->has_addrs &&
	       (flags == SEAL_FIB_SADDR || flags == (SEAL_FIB_SADDR | SEAL_FIB_IIF));
}

/* "fib daddr . iif type": only what the interface itself has is local or its broadcast */
static bool asks_type_on_iif(const struct seal_fw_part *p)
{
	return p->field == SEAL_FIELD_FIB_TYPE && (p->fib & SEAL_FIB_IIF);
}

static bool is_multicast(const struct reach *x, seal_u128 a)
{
	return x->family == 4 ? a >> 28 == 0xe : a >> 120 == 0xff;
}

/* the last address of a subnet of the host */
static bool subnet_broadcast(const struct seal_if_addr *i, seal_u128 *ret)
{
	struct seal_fw_range r = reach_prefix(&i->prefix);

	*ret = r.hi;
	return i->prefix.addr.bits == 32 && i->prefix.len < 31;
}

static bool is_broadcast(const struct reach *x, seal_u128 a)
{
	seal_u128 b;

	if (x->family != 4)
		return false;
	if (a == 0xffffffffu || a >> 24 == 0)
		return true;
	seal_vec_each (i, &x->net->addrs) {
		if (subnet_broadcast(i, &b) && a == b)
			return true;
	}
	return false;
}

/* the type of one address as the kernel's local table has it */
static seal_u128 fib_type(const struct reach *x, seal_u128 a, const struct route_answer *to,
			  bool broadcast)
{
	if (to->kind == ROUTE_LOCAL)
		return RTN_LOCAL;
	if (is_multicast(x, a))
		return RTN_MULTICAST;
	if (broadcast)
		return RTN_BROADCAST;
	if (x->family == 6 && x->net->has_routes && to->kind == ROUTE_NONE)
		return RTN_UNREACHABLE;
	return RTN_UNICAST;
}

static bool is_through(const struct reach *x, const struct seal_route *r, seal_u128 dev)
{
	return r->dst.addr.bits == x->bits && r->type == SEAL_ROUTE_UNICAST &&
	       seal_ifname_u128(r->dev) == dev;
}

/* the type of an address for packets that came in by @dev (inet_dev_addr_type and
 * __nft_fib6_eval_type): those of other interfaces are unicast */
static seal_u128 fib_type_on(const struct reach *x, seal_u128 a, seal_u128 dev,
			     const struct route_answer *to)
{
	bool lo = dev == seal_ifname_u128(SEAL_LIT("lo")), broadcast = false;
	struct route_answer other = *to;
	seal_u128 b;

	if (x->family == 4 && (a == 0xffffffffu || a >> 24 == 0))
		return RTN_BROADCAST;
	if (lo && (x->family == 4 ? a >> 24 == 127 : a == 1))
		return RTN_LOCAL;
	seal_vec_each (i, &x->net->addrs) {
		if (i->prefix.addr.bits != x->bits || seal_ifname_u128(i->ifname) != dev)
			continue;
		if (seal_addr_u128(&i->prefix.addr) == a)
			return RTN_LOCAL;
		broadcast |= x->family == 4 && subnet_broadcast(i, &b) && a == b;
	}
	if (other.kind == ROUTE_LOCAL)
		other.kind = ROUTE_DEVICE;
	return fib_type(x, a, &other, broadcast);
}

/* IPv6 looks for any route through the interface the packet came in by; IPv4 takes the best route
 * there is. Every link has fe80::/64. */
static bool asks_any_route(const struct reach *x, const struct seal_fw_part *p)
{
	return x->family == 6 && (p->fib & SEAL_FIB_IIF) && p->field != SEAL_FIELD_FIB_TYPE;
}

static bool route_through(const struct reach *x, seal_u128 a, seal_u128 dev)
{
	struct seal_addr addr = seal_u128_addr(a, x->bits);

	seal_vec_each (r, &x->net->routes) {
		if (is_through(x, r, dev) && seal_prefix_has(&r->dst, &addr))
			return true;
	}
	return a >> 118 == 0x3fa;
}

/* a packet on its way in through lo: the lookup gives lo, whatever the address */
static bool is_looped(const struct reach *x, const struct flow *f)
{
	return f->s.iif == seal_ifname_u128(SEAL_LIT("lo")) && x->hook == SEAL_FW_PREROUTING;
}

/* what the field is when the lookup finds interface @dev, 0: none */
static seal_u128 found(const struct seal_fw_part *p, seal_u128 dev)
{
	return p->field == SEAL_FIELD_FIB_PRESENT ? dev != 0 : dev;
}

static seal_u128 best_dev(const struct flow *f, const struct seal_fw_part *p,
			  const struct route_answer *to)
{
	if (to->kind != ROUTE_DEVICE || ((p->fib & SEAL_FIB_IIF) && to->dev != f->s.iif))
		return 0;
	return to->dev;
}

static seal_u128 fib_value(const struct reach *x, const struct flow *f,
			   const struct seal_fw_part *p, seal_u128 a)
{
	struct route_answer to = reach_route(x, a);

	if (asks_type_on_iif(p))
		return fib_type_on(x, a, f->s.iif, &to);
	if (p->field == SEAL_FIELD_FIB_TYPE)
		return fib_type(x, a, &to, is_broadcast(x, a));
	if (is_looped(x, f))
		return found(p, f->s.iif);
	if (asks_any_route(x, p))
		return found(p, to.kind != ROUTE_LOCAL && route_through(x, a, f->s.iif) ? f->s.iif
											: 0);
	return found(p, best_dev(f, p, &to));
}

/* older kernels look up what came in through lo, newer ones take lo without a look (nft_fib.h,
 * nft_fib_can_skip) */
static bool is_skip_doubtful(const struct reach *x, const struct flow *f,
			     const struct seal_fw_part *p)
{
	return p->field != SEAL_FIELD_FIB_TYPE && x->hook == SEAL_FW_INPUT &&
	       f->s.iif == seal_ifname_u128(SEAL_LIT("lo"));
}

struct value reach_fib(struct reach *x, const struct flow *f, const struct seal_fw_part *p)
{
	const struct addr_value *a = p->fib & SEAL_FIB_SADDR ? &f->s.now.saddr : &f->s.now.daddr;
	seal_u128 v;

	if (!fib_known(x, p))
		return (struct value){.kind = VALUE_UNKNOWN,
				      .why = "addresses and routes of the host"};
	if (is_skip_doubtful(x, f, p))
		return (struct value){.kind = VALUE_UNKNOWN, .why = "the version of the kernel"};
	if (asks_type_on_iif(p) && (a->open || !f->s.iif))
		return (struct value){.kind = VALUE_UNKNOWN,
				      .why = "the interface's own addresses"};
	if (f->s.dst_local && a == &f->s.now.daddr && p->field == SEAL_FIELD_FIB_TYPE &&
	    !asks_type_on_iif(p))
		return (struct value){.kind = VALUE_RANGE, .lo = RTN_LOCAL, .hi = RTN_LOCAL};
	if (!a->open && a->lo != a->hi)
		return (struct value){.kind = VALUE_UNKNOWN};
	if (a->open && (f->far.n != 1 || f->far.one.lo != f->far.one.hi))
		return (struct value){.kind = VALUE_PARTS};
	v = fib_value(x, f, p, a->open ? f->far.one.lo : a->lo);
	return (struct value){.kind = VALUE_RANGE, .lo = v, .hi = v};
}

/* ---- for all addresses ---- */

static bool within(const struct seal_fw_range *v, size_t n, seal_u128 value)
{
	size_t k;

	for (k = 0; k < n; k++)
		if (value >= v[k].lo && value <= v[k].hi)
			return true;
	return false;
}

static seal_u128 top_of(const struct reach *x)
{
	return x->bits == 32 ? 0xffffffffu : ~(seal_u128)0;
}

/* struct hits - the addresses for which the field has a value that is looked for */
struct hits {
	struct seal_fw_range *v;
	size_t n;
};

/* the addresses of any route through the interface, and those of no such route */
static int hits_any_route(struct reach *x, const struct flow *f, const bool want[2], struct hits *h)
{
	static const struct seal_prefix link_local = {{{0xfe, 0x80}, 128}, 10};
	struct seal_ranges all = seal_ranges_of(0, top_of(x)), through, own, none;
	size_t n = 0, n_own = 0;
	int r;

	h->v = seal_arena_alloc(x->a, (x->net->routes.n + 2) * sizeof(*h->v));
	own.many = seal_arena_alloc(x->a, (x->net->addrs.n + 1) * sizeof(*own.many));
	if (!h->v || !own.many)
		return -ENOMEM;
	h->v[n++] = reach_prefix(&link_local);
	seal_vec_each (route, &x->net->routes) {
		if (is_through(x, route, f->s.iif))
			h->v[n++] = reach_prefix(&route->dst);
	}
	n = seal_ranges_normal(h->v, n);
	own.many[n_own++] = (struct seal_fw_range){1, 1};
	seal_vec_each (i, &x->net->addrs) {
		seal_u128 a = seal_addr_u128(&i->prefix.addr);

		if (i->prefix.addr.bits == x->bits)
			own.many[n_own++] = (struct seal_fw_range){a, a};
	}
	n_own = seal_ranges_normal(own.many, n_own);
	r = seal_ranges_split(x->a, &all, h->v, n, &through, NULL);
	if (r >= 0)
		r = seal_ranges_split(x->a, &through, own.many, n_own, NULL, &through);
	if (r >= 0)
		r = seal_ranges_split(x->a, &all, seal_ranges_v(&through), through.n, NULL, &none);
	if (r >= 0 && !want[0])
		none.n = 0;
	if (r >= 0 && want[1])
		r = seal_ranges_union(x->a, &none, &through);
	if (r < 0)
		return r;
	h->v = seal_arena_alloc(x->a, (none.n + 1) * sizeof(*h->v));
	if (!h->v)
		return -ENOMEM;
	memcpy(h->v, seal_ranges_v(&none), none.n * sizeof(*h->v));
	h->n = none.n;
	return 0;
}

static int address_cmp(const void *a, const void *b)
{
	const seal_u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* addresses whose type their prefix does not tell, in order: a change at each and right behind it
 */
static int odd_addresses(struct reach *x, seal_u128 **ret, size_t *n)
{
	static const uint32_t fixed4[] = {0, 1u << 24, 0xe0000000u, 0xf0000000u, 0xffffffffu};
	seal_u128 *v = seal_arena_alloc(x->a, (x->net->addrs.n + 8) * sizeof(*v)), b;
	size_t i, k = 0;

	if (!v)
		return -ENOMEM;
	for (i = 0; x->family == 4 && i < sizeof(fixed4) / sizeof(fixed4[0]); i++)
		v[k++] = fixed4[i];
	if (x->family == 6)
		v[k++] = (seal_u128)0xff << 120;
	seal_vec_each (a, &x->net->addrs) {
		if (x->family == 4 && subnet_broadcast(a, &b))
			v[k++] = b;
	}
	qsort(v, k, sizeof(*v), address_cmp);
	*ret = v;
	*n = k;
	return 0;
}

/* struct walk - one pass over the pieces of the routes and the odd addresses */
struct walk {
	struct reach *x;
	const struct flow *f;
	const struct seal_fw_part *part;
	const struct seal_fw_range *v;
	size_t n_v;
	struct hits *hits;
};

static void visit(struct walk *w, seal_u128 lo, seal_u128 hi, const struct route_answer *to,
		  bool odd)
{
	bool broadcast = w->x->family == 4 && (odd || lo >> 24 == 0);
	seal_u128 value;

	if (w->part->field == SEAL_FIELD_FIB_TYPE)
		value = fib_type(w->x, lo, to, broadcast);
	else
		value = found(w->part, best_dev(w->f, w->part, to));
	if (within(w->v, w->n_v, value))
		w->hits->v[w->hits->n++] = (struct seal_fw_range){lo, hi};
}

/* one piece, cut at the odd addresses in it */
static void visit_piece(struct walk *w, const struct reach_piece *p, const seal_u128 *odd,
			size_t n_odd, size_t *at)
{
	static const uint32_t starts[] = {1u << 24, 0xe0000000u, 0xf0000000u};
	seal_u128 lo = p->range.lo;

	while (*at < n_odd && odd[*at] < lo)
		(*at)++;
	while (*at < n_odd && odd[*at] <= p->range.hi) {
		seal_u128 a = odd[(*at)++];
		bool start = w->x->family == 6 || a == 0;
		size_t i;

		if (a < lo)
			continue; /* a second time */
		for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
			start |= a == starts[i];
		if (a > lo)
			visit(w, lo, a - 1, &p->to, false);
		lo = a;
		if (start)
			continue;
		visit(w, a, a, &p->to, true);
		if (a == p->range.hi)
			return;
		lo = a + 1;
	}
	visit(w, lo, p->range.hi, &p->to, false);
}

static int hits_pieces(struct walk *w)
{
	const struct reach_piece *p;
	seal_u128 *odd;
	size_t n, n_odd, i, at = 0;
	int r;

	r = reach_pieces(w->x, &p, &n);
	if (r >= 0)
		r = odd_addresses(w->x, &odd, &n_odd);
	if (r < 0)
		return r;
	w->hits->v = seal_arena_alloc(w->x->a, (n + 2 * n_odd + 1) * sizeof(*w->hits->v));
	if (!w->hits->v)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		visit_piece(w, &p[i], odd, n_odd, &at);
	w->hits->n = seal_ranges_normal(w->hits->v, w->hits->n);
	return 0;
}

int reach_fib_split(struct reach *x, const struct flow *f, const struct seal_fw_part *part,
		    const struct seal_fw_range *v, size_t n, struct seal_ranges *in)
{
	struct seal_fw_range all = {0, top_of(x)};
	bool want[2] = {within(v, n, found(part, 0)), within(v, n, found(part, f->s.iif))};
	struct hits hits = {.n = 0};
	struct walk w = {x, f, part, v, n, &hits};
	struct seal_ranges far = f->far;
	int r = 0;

	if (part->field != SEAL_FIELD_FIB_TYPE && is_looped(x, f))
		hits = (struct hits){&all, want[1] ? 1 : 0};
	else if (asks_any_route(x, part))
		r = hits_any_route(x, f, want, &hits);
	else
		r = hits_pieces(&w);
	if (r < 0)
		return r;
	far.owned = false;
	return seal_ranges_split(x->a, &far, hits.v, hits.n, in, NULL);
}
