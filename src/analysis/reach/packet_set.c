/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/packet_set.h"

#include <errno.h>

bool seal_ranges_eq(const struct seal_ranges *a, const struct seal_ranges *b)
{
	const struct seal_fw_range *x = seal_ranges_v(a), *y = seal_ranges_v(b);
	size_t i;

	if (a->n != b->n)
		return false;
	if (x == y)
		return true;
	for (i = 0; i < a->n; i++)
		if (x[i].lo != y[i].lo || x[i].hi != y[i].hi)
			return false;
	return true;
}

static int range_cmp(const void *a, const void *b)
{
	const struct seal_fw_range *x = a, *y = b;

	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->hi < y->hi ? -1 : x->hi > y->hi;
}

static bool touches(const struct seal_fw_range *last, seal_u128 lo)
{
	return lo <= last->hi || (last->hi + 1 == lo && last->hi + 1 != 0);
}

size_t seal_ranges_normal(struct seal_fw_range *v, size_t n)
{
	size_t i, o = 0;

	if (n < 2)
		return n;
	qsort(v, n, sizeof(*v), range_cmp);
	for (i = 1; i < n; i++) {
		if (!touches(&v[o], v[i].lo))
			v[++o] = v[i];
		else if (v[i].hi > v[o].hi)
			v[o].hi = v[i].hi;
	}
	return o + 1;
}

static int reserve(struct seal_arena *a, struct seal_ranges *s, size_t n)
{
	struct seal_fw_range *v;
	size_t cap, bytes;

	if (n < 2 || (s->owned && s->cap >= n))
		return 0;
	cap = n < 4 ? 8 : n + n / 2;
	if (__builtin_mul_overflow(cap, sizeof(*v), &bytes))
		return -ENOMEM;
	v = seal_arena_alloc(a, bytes);
	if (!v)
		return -ENOMEM;
	if (s->n)
		memcpy(v, seal_ranges_v(s), s->n * sizeof(*v));
	s->many = v;
	s->cap = cap;
	s->owned = true;
	return 0;
}

/* append without regard to order: the caller goes upwards */
static int append(struct seal_arena *a, struct seal_ranges *s, seal_u128 lo, seal_u128 hi)
{
	if (s->n == 0) {
		s->one = (struct seal_fw_range){lo, hi};
		s->n = 1;
		return 0;
	}
	if (reserve(a, s, s->n + 1) < 0)
		return -ENOMEM;
	if (s->n == 1)
		s->many[0] = s->one;
	s->many[s->n++] = (struct seal_fw_range){lo, hi};
	return 0;
}

/* number of the first of @n sorted ranges that ends at or behind @x */
static size_t first_reaching(const struct seal_fw_range *v, size_t n, seal_u128 x)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].hi < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int intersect(struct seal_arena *a, const struct seal_ranges *s,
		     const struct seal_fw_range *v, size_t n, struct seal_ranges *ret)
{
	const struct seal_fw_range *x = seal_ranges_v(s);
	size_t i, k;

	*ret = (struct seal_ranges){.n = 0};
	if (s->n <= n) {
		for (i = 0; i < s->n; i++)
			for (k = first_reaching(v, n, x[i].lo); k < n && v[k].lo <= x[i].hi; k++)
				if (append(a, ret, v[k].lo > x[i].lo ? v[k].lo : x[i].lo,
					   v[k].hi < x[i].hi ? v[k].hi : x[i].hi) < 0)
					return -ENOMEM;
		return 0;
	}
	for (k = 0; k < n; k++)
		for (i = first_reaching(x, s->n, v[k].lo); i < s->n && x[i].lo <= v[k].hi; i++)
			if (append(a, ret, v[k].lo > x[i].lo ? v[k].lo : x[i].lo,
				   v[k].hi < x[i].hi ? v[k].hi : x[i].hi) < 0)
				return -ENOMEM;
	return 0;
}

static int subtract(struct seal_arena *a, const struct seal_ranges *s,
		    const struct seal_fw_range *v, size_t n, struct seal_ranges *ret)
{
	const struct seal_fw_range *x = seal_ranges_v(s);
	struct seal_ranges r = {.n = 0};
	seal_u128 lo;
	size_t i, k;
	bool rest;

	for (i = 0; i < s->n; i++) {
		lo = x[i].lo;
		rest = true;
		for (k = first_reaching(v, n, lo); k < n && v[k].lo <= x[i].hi; k++) {
			if (v[k].lo > lo && append(a, &r, lo, v[k].lo - 1) < 0)
				return -ENOMEM;
			if (v[k].hi >= x[i].hi) {
				rest = false;
				break;
			}
			lo = v[k].hi + 1;
		}
		if (rest && append(a, &r, lo, x[i].hi) < 0)
			return -ENOMEM;
	}
	*ret = r;
	return 0;
}

/* cut one range out of @s where it stands */
static int cut(struct seal_arena *a, struct seal_ranges *s, const struct seal_fw_range *c)
{
	size_t first, end;
	struct seal_fw_range left, right;
	struct seal_fw_range *v;
	size_t n_new = 0;
	struct seal_fw_range new[2];

	first = first_reaching(s->many, s->n, c->lo);
	for (end = first; end < s->n && s->many[end].lo <= c->hi; end++)
		;
	if (first == end)
		return 0;
	left = s->many[first];
	right = s->many[end - 1];
	if (left.lo < c->lo)
		new[n_new++] = (struct seal_fw_range){left.lo, c->lo - 1};
	if (right.hi > c->hi)
		new[n_new++] = (struct seal_fw_range){c->hi + 1, right.hi};
	if (reserve(a, s, s->n + 1) < 0)
		return -ENOMEM;
	v = s->many;
	memmove(v + first + n_new, v + end, (s->n - end) * sizeof(*v));
	memcpy(v + first, new, n_new * sizeof(*v));
	s->n = s->n - (end - first) + n_new;
	if (s->n == 1)
		s->one = v[0];
	return 0;
}

int seal_ranges_split(struct seal_arena *a, struct seal_ranges *s, const struct seal_fw_range *v,
		      size_t n, struct seal_ranges *in, struct seal_ranges *out)
{
	struct seal_ranges inside;
	int r;

	r = intersect(a, s, v, n, &inside);
	if (r < 0)
		return r;
	if (out && inside.n == 0) {
		*out = *s;
		if (out != s)
			s->owned = out->owned = false;
	} else if (out == s && n == 1 && s->n > 2) {
		r = cut(a, s, &v[0]);
	} else if (out) {
		r = subtract(a, s, v, n, out);
	}
	if (in)
		*in = inside;
	return r;
}

int seal_ranges_union(struct seal_arena *a, struct seal_ranges *s, const struct seal_ranges *more)
{
	struct seal_fw_range *v;
	size_t n = s->n + more->n;

	if (!more->n || seal_ranges_eq(s, more))
		return 0;
	v = seal_arena_alloc(a, n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	memcpy(v, seal_ranges_v(s), s->n * sizeof(*v));
	memcpy(v + s->n, seal_ranges_v(more), more->n * sizeof(*v));
	n = seal_ranges_normal(v, n);
	*s = (struct seal_ranges){.n = n, .cap = n, .many = v, .owned = true, .one = v[0]};
	return 0;
}
