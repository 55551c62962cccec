/* SPDX-License-Identifier: GPL-2.0-or-later */

/* All addresses of a family at once, in pieces that lead the same way. Prefixes and single
 * addresses nest or are apart: one pass over them in order, those that cover the place on a stack.
 */

#include "analysis/reach/reach_impl.h"

#include <errno.h>

#define NESTED_MAX 200 /* prefixes around one address that are looked at; more: not known */

/* struct cover - a route or an own address */
struct cover {
	struct seal_fw_range range;
	struct route_answer to;
	uint32_t metric;
	bool own;  /* an address of the host: before any route */
	bool main; /* of the tables that are always asked */
};

struct sweep {
	const struct reach *x;
	struct reach_piece *out;
	size_t n_out;
	const struct cover **stack;
	size_t depth;
};

static int cover_cmp(const void *a, const void *b)
{
	const struct cover *x = a, *y = b;

	if (x->range.lo != y->range.lo)
		return x->range.lo < y->range.lo ? -1 : 1;
	if (x->range.hi != y->range.hi)
		return x->range.hi > y->range.hi ? -1 : 1; /* the wider one first */
	if (x->own != y->own)
		return x->own ? 1 : -1;
	return x->metric > y->metric ? -1 : x->metric < y->metric;
}

/* of those that cover the place: the innermost, an own address before all */
static struct route_answer top_answer(const struct sweep *s)
{
	const struct cover *best = NULL, *odd = NULL;
	size_t i;

	for (i = s->depth; i-- > 0;) {
		const struct cover *c = s->stack[i];

		if (s->depth - i > NESTED_MAX)
			return (struct route_answer){ROUTE_UNKNOWN, 0, 0};
		if (c->own)
			return c->to;
		if (c->main && !best)
			best = c;
		else if (!c->main && (!odd || reach_same_answer(&odd->to, &c->to)))
			odd = c;
		else if (!c->main)
			return (struct route_answer){ROUTE_UNKNOWN, 0, 0}; /* two tables differ */
	}
	return reach_settle(s->x, best ? &best->to : NULL, odd ? &odd->to : NULL);
}

static void emit(struct sweep *s, seal_u128 lo, seal_u128 hi)
{
	struct route_answer to = top_answer(s);
	struct reach_piece *last = s->n_out ? &s->out[s->n_out - 1] : NULL;

	if (last && reach_same_answer(&last->to, &to))
		last->range.hi = hi;
	else
		s->out[s->n_out++] = (struct reach_piece){{lo, hi}, to};
}

/* from @at on, up to @end (or the last of all addresses): close what ends before it */
static seal_u128 close_until(struct sweep *s, seal_u128 at, seal_u128 end, bool *full)
{
	while (s->depth && s->stack[s->depth - 1]->range.hi < end) {
		seal_u128 hi = s->stack[s->depth - 1]->range.hi;

		if (hi >= at) {
			emit(s, at, hi);
			at = hi + 1;
			*full = at == 0;
		}
		s->depth--;
	}
	return at;
}

static void sweep(struct sweep *s, const struct cover *v, size_t n, seal_u128 top)
{
	seal_u128 at = 0;
	bool full = false;
	size_t i;

	for (i = 0; i < n; i++) {
		at = close_until(s, at, v[i].range.lo, &full);
		if (v[i].range.lo > at)
			emit(s, at, v[i].range.lo - 1);
		at = v[i].range.lo;
		s->stack[s->depth++] = &v[i];
	}
	at = close_until(s, at, top, &full);
	if (!full && at <= top)
		emit(s, at, top);
}

static size_t collect(struct reach *x, struct cover *v)
{
	static const struct seal_prefix loopback[] = {{{{127}, 32}, 8}, {{{[15] = 1}, 128}, 128}};
	size_t n = 0;

	v[n++] = (struct cover){
		.range = reach_prefix(&loopback[x->family == 6]),
		.to = reach_answer_local(x, x->family == 4 ? ((seal_u128)127 << 24) + 1 : 1),
		.own = true};
	seal_vec_each (i, &x->net->addrs) {
		seal_u128 a = seal_addr_u128(&i->prefix.addr);

		if (i->prefix.addr.bits == x->bits)
			v[n++] = (struct cover){
				.range = {a, a}, .to = reach_answer_local(x, a), .own = true};
	}
	if (!x->net->has_routes)
		return n;
	seal_vec_each (r, &x->net->routes) {
		if (r->dst.addr.bits == x->bits && r->type != SEAL_ROUTE_THROW)
			v[n++] = (struct cover){.range = reach_prefix(&r->dst),
						.to = reach_answer(x, r),
						.metric = r->metric,
						.main = reach_is_main(r)};
	}
	return n;
}

int reach_pieces(struct reach *x, const struct reach_piece **ret, size_t *n)
{
	size_t max = x->net->routes.n + x->net->addrs.n + 1, k;
	seal_auto_free struct cover *v = NULL;
	seal_auto_free const struct cover **stack = NULL;
	struct sweep s = {.x = x};

	if (!x->pieces) {
		v = malloc(max * sizeof(*v));
		stack = malloc(max * sizeof(*stack));
		s.out = seal_arena_alloc(x->a, (2 * max + 1) * sizeof(*s.out));
		s.stack = stack;
		if (!v || !stack || !s.out)
			return -ENOMEM;
		k = collect(x, v);
		qsort(v, k, sizeof(*v), cover_cmp);
		sweep(&s, v, k, x->family == 4 ? 0xffffffffu : ~(seal_u128)0);
		x->pieces = s.out;
		x->n_pieces = s.n_out;
	}
	*ret = x->pieces;
	*n = x->n_pieces;
	return 0;
}

/* all far ends whose way is that of piece @i and of no piece before it; 0: it was dealt with */
static size_t gather(const struct reach_piece *p, size_t n, size_t i, bool *done,
		     struct seal_fw_range *v)
{
	size_t k, n_v = 0;

	if (done[i])
		return 0;
	for (k = i; k < n; k++)
		if (!done[k] && reach_same_answer(&p[k].to, &p[i].to)) {
			v[n_v++] = p[k].range;
			done[k] = true;
		}
	return n_v;
}

static int split_open(struct reach *x, const struct flow *f,
		      int (*each)(void *data, const struct flow *part, struct route_answer to),
		      void *data)
{
	const struct reach_piece *p;
	struct flow part;
	struct seal_fw_range *v;
	size_t n, i, n_v;
	bool *done;
	int r;

	r = reach_pieces(x, &p, &n);
	if (r < 0)
		return r;
	v = seal_arena_alloc(x->a, n * sizeof(*v));
	done = seal_arena_alloc(x->a, n * sizeof(*done));
	if (!v || !done)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		n_v = gather(p, n, i, done, v);
		if (!n_v)
			continue;
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

#define RANGE_MAX 8 /* addresses of a NAT range tried one by one */

/* "dnat to 10.0.0.1-10.0.0.3": the kernel takes one of them */
static int split_range(const struct flow *f, const struct reach *x,
		       int (*each)(void *data, const struct flow *part, struct route_answer to),
		       void *data)
{
	seal_u128 a;
	int r = 0;

	for (a = f->s.now.daddr.lo; a <= f->s.now.daddr.hi && r >= 0; a++) {
		struct flow part = *f;

		part.far.owned = false;
		reach_tag(&part, NULL, SEAL_LIT("which address of its range NAT takes"));
		part.s.now.daddr = (struct addr_value){.lo = a, .hi = a};
		part.s.after.daddr = part.s.now.daddr;
		r = each(data, &part, reach_route(x, a));
		if (a == ~(seal_u128)0)
			break;
	}
	return r;
}

int reach_route_split(struct reach *x, const struct flow *f,
		      int (*each)(void *data, const struct flow *part, struct route_answer to),
		      void *data)
{
	const struct addr_value *d = &f->s.now.daddr;

	if (f->s.dst_local)
		return each(
			data, f,
			(struct route_answer){ROUTE_LOCAL, seal_ifname_u128(SEAL_LIT("lo")), 0});
	if (!d->open && d->lo == d->hi)
		return each(data, f, reach_route(x, d->lo));
	if (!d->open && d->hi - d->lo < RANGE_MAX)
		return split_range(f, x, each, data);
	if (!d->open)
		return each(data, f, (struct route_answer){ROUTE_UNKNOWN, 0, 0});
	if (f->far.n == 1 && f->far.one.lo == f->far.one.hi)
		return each(data, f, reach_route(x, f->far.one.lo));
	return split_open(x, f, each, data);
}
