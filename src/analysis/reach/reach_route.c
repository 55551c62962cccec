/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

static unsigned family_bits(const struct reach *x)
{
	return x->family == 4 ? 32 : 128;
}

static bool is_loopback_addr(const struct reach *x, seal_u128 a)
{
	return x->family == 4 ? a >> 24 == 127 : a == 1;
}

bool reach_is_local(const struct reach *x, seal_u128 addr)
{
	if (is_loopback_addr(x, addr))
		return true;
	seal_vec_each (i, &x->net->addrs) {
		if (i->prefix.addr.bits == family_bits(x) &&
		    seal_addr_u128(&i->prefix.addr) == addr)
			return true;
	}
	return false;
}

static struct seal_fw_range prefix_range(const struct seal_prefix *p)
{
	struct seal_fw_range r = {0, 0};

	if (seal_fw_range_prefix(seal_addr_u128(&p->addr), p->len, p->addr.bits, &r) < 0)
		r.lo = 1; /* empty */
	return r;
}

static bool is_main(const struct seal_route *r)
{
	return !r->table.n || seal_bytes_is(r->table, "main") || seal_bytes_is(r->table, "254") ||
	       seal_bytes_is(r->table, "default") || seal_bytes_is(r->table, "local") ||
	       seal_bytes_is(r->table, "255");
}

/* longest prefix, then least metric */
static const struct seal_route *best_route(const struct reach *x, seal_u128 dst)
{
	const struct seal_route *best = NULL;

	seal_vec_each (r, &x->net->routes) {
		struct seal_fw_range range = prefix_range(&r->dst);

		if (r->dst.addr.bits != family_bits(x) || !is_main(r) ||
		    r->type == SEAL_ROUTE_THROW)
			continue;
		if (dst < range.lo || dst > range.hi)
			continue;
		if (!best || r->dst.len > best->dst.len ||
		    (r->dst.len == best->dst.len && r->metric < best->metric))
			best = r;
	}
	return best;
}

/* several routing tables with rules of their own: what decides is not in the evidence */
static bool has_other_tables(const struct reach *x)
{
	seal_vec_each (r, &x->net->routes) {
		if (r->dst.addr.bits == family_bits(x) && !is_main(r))
			return true;
	}
	return false;
}

struct route_answer reach_route(const struct reach *x, seal_u128 dst)
{
	const struct seal_route *r;

	if (reach_is_local(x, dst))
		return (struct route_answer){ROUTE_LOCAL, seal_ifname_u128(SEAL_LIT("lo"))};
	if (!x->net->has_routes)
		return (struct route_answer){ROUTE_UNKNOWN, 0};
	r = best_route(x, dst);
	if (!r)
		return (struct route_answer){has_other_tables(x) ? ROUTE_UNKNOWN : ROUTE_NONE, 0};
	switch (r->type) {
	case SEAL_ROUTE_UNICAST:
		return (struct route_answer){ROUTE_DEVICE, r->dev.n ? seal_ifname_u128(r->dev) : 0};
	case SEAL_ROUTE_LOCAL:
		return (struct route_answer){ROUTE_LOCAL, seal_ifname_u128(SEAL_LIT("lo"))};
	case SEAL_ROUTE_UNREACHABLE:
	case SEAL_ROUTE_PROHIBIT:
	case SEAL_ROUTE_BLACKHOLE:
		return (struct route_answer){ROUTE_NONE, 0};
	case SEAL_ROUTE_THROW:
	case SEAL_ROUTE_OTHER:
	case SEAL_ROUTE_TYPE_MAX_:
		break;
	}
	return (struct route_answer){ROUTE_UNKNOWN, 0};
}

static int bound_cmp(const void *a, const void *b)
{
	const seal_u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* the addresses at which a route or a local address begins or has just ended */
static int bounds(struct reach *x, seal_u128 **ret, size_t *n)
{
	size_t max = 2 * (x->net->routes.n + x->net->addrs.n) + 6, k = 0;
	seal_u128 *v = seal_arena_alloc(x->a, max * sizeof(*v));

	if (!v)
		return -ENOMEM;
	v[k++] = 0;
	seal_vec_each (r, &x->net->routes) {
		struct seal_fw_range range = prefix_range(&r->dst);

		if (r->dst.addr.bits == family_bits(x)) {
			v[k++] = range.lo;
			v[k++] = range.hi + 1;
		}
	}
	seal_vec_each (i, &x->net->addrs) {
		if (i->prefix.addr.bits == family_bits(x)) {
			v[k++] = seal_addr_u128(&i->prefix.addr);
			v[k++] = seal_addr_u128(&i->prefix.addr) + 1;
		}
	}
	v[k++] = x->family == 4 ? (seal_u128)127 << 24 : 1;
	v[k++] = x->family == 4 ? (seal_u128)128 << 24 : 2;
	qsort(v, k, sizeof(*v), bound_cmp);
	*ret = v;
	*n = k;
	return 0;
}

static bool same_answer(struct route_answer a, struct route_answer b)
{
	return a.kind == b.kind && a.dev == b.dev;
}

struct piece {
	struct seal_fw_range range;
	struct route_answer to;
};

/* the whole address space in pieces that lead the same way, equal neighbours joined */
static int pieces(struct reach *x, struct piece **ret, size_t *n)
{
	seal_u128 *v, top = x->family == 4 ? 0xffffffffu : ~(seal_u128)0;
	struct piece *p;
	size_t n_bounds, i, k = 0;
	int r;

	r = bounds(x, &v, &n_bounds);
	if (r < 0)
		return r;
	p = seal_arena_alloc(x->a, n_bounds * sizeof(*p));
	if (!p)
		return -ENOMEM;
	for (i = 0; i < n_bounds; i++) {
		seal_u128 hi = i + 1 < n_bounds ? v[i + 1] - 1 : top;
		struct route_answer to;

		if (i + 1 < n_bounds && v[i + 1] == v[i])
			continue;
		if (v[i] > top)
			break;
		to = reach_route(x, v[i]);
		if (k && same_answer(p[k - 1].to, to))
			p[k - 1].range.hi = hi;
		else
			p[k++] = (struct piece){{v[i], hi}, to};
	}
	*ret = p;
	*n = k;
	return 0;
}

static int split_open(struct reach *x, const struct flow *f,
		      int (*each)(void *data, const struct flow *part, struct route_answer to),
		      void *data)
{
	struct piece *p;
	struct flow part;
	struct seal_fw_range *v;
	size_t n, i, k, n_v;
	int r;

	r = pieces(x, &p, &n);
	if (r < 0)
		return r;
	v = seal_arena_alloc(x->a, n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (p[i].range.lo > p[i].range.hi)
			continue;
		for (k = i, n_v = 0; k < n; k++)
			if (p[k].range.lo <= p[k].range.hi && same_answer(p[k].to, p[i].to)) {
				v[n_v++] = p[k].range;
				if (k != i)
					p[k].range = (struct seal_fw_range){1, 0};
			}
		part = *f;
		r = seal_ranges_split(x->a, &part.far, v, n_v, &part.far, NULL);
		if (r < 0)
			return r;
		if (!part.far.n)
			continue;
		r = each(data, &part, p[i].to);
		if (r < 0)
			return r;
	}
	return 0;
}

int reach_route_split(struct reach *x, const struct flow *f,
		      int (*each)(void *data, const struct flow *part, struct route_answer to),
		      void *data)
{
	const struct addr_value *d = &f->s.now.daddr;

	if (f->s.dst_local)
		return each(data, f,
			    (struct route_answer){ROUTE_LOCAL, seal_ifname_u128(SEAL_LIT("lo"))});
	if (!d->open && d->lo == d->hi)
		return each(data, f, reach_route(x, d->lo));
	if (!d->open)
		return each(data, f, (struct route_answer){ROUTE_UNKNOWN, 0});
	if (f->far.n == 1 && f->far.one.lo == f->far.one.hi)
		return each(data, f, reach_route(x, f->far.one.lo));
	return split_open(x, f, each, data);
}

static unsigned scope6(seal_u128 a)
{
	if (a == 1 || a >> 118 == 0x3fa)
		return 1; /* loopback, link-local */
	return 2;
}

bool reach_if_addr(const struct reach *x, seal_u128 ifname, seal_u128 like, seal_u128 *ret)
{
	bool found = false;

	seal_vec_each (i, &x->net->addrs) {
		seal_u128 a = seal_addr_u128(&i->prefix.addr);

		if (i->prefix.addr.bits != family_bits(x) || seal_ifname_u128(i->ifname) != ifname)
			continue;
		if (x->family == 6 && scope6(a) != scope6(like))
			continue;
		if (!found)
			*ret = a;
		found = true;
	}
	return found;
}
