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

/* end of the run of ascending ranges that begins at @i */
static size_t run_end(const struct seal_fw_range *v, size_t n, size_t i)
{
	do
		i++;
	while (i < n && v[i].lo >= v[i - 1].lo);
	return i;
}

static void merge_runs(const struct seal_fw_range *v, size_t from, size_t mid, size_t end,
		       struct seal_fw_range *to)
{
	size_t i = from, k = mid;

	while (i < mid || k < end)
		*to++ = k == end || (i < mid && v[i].lo <= v[k].lo) ? v[i++] : v[k++];
}

/* sets are put together out of sorted ones: their runs are merged, two by two, in @tmp and back */
static void sort_runs(struct seal_fw_range *v, struct seal_fw_range *tmp, size_t n)
{
	size_t from, mid, end, pairs;

	do {
		for (from = 0, pairs = 0; from < n; from = end) {
			mid = run_end(v, n, from);
			end = mid < n ? run_end(v, n, mid) : n;
			if (mid == n && from == 0)
				return;
			merge_runs(v, from, mid, end, tmp + from);
			pairs++;
		}
		memcpy(v, tmp, n * sizeof(*v));
	} while (pairs > 1);
}

static void sort(struct seal_fw_range *v, size_t n)
{
	struct seal_fw_range few[16], *tmp = few;

	if (run_end(v, n, 0) == n)
		return;
	if (n > sizeof(few) / sizeof(few[0]))
		tmp = malloc(n * sizeof(*tmp));
	if (tmp)
		sort_runs(v, tmp, n);
	else
		qsort(v, n, sizeof(*v), range_cmp);
	if (tmp != few)
		free(tmp);
}

size_t seal_ranges_normal(struct seal_fw_range *v, size_t n)
{
	size_t i, o = 0;

	if (n < 2)
		return n;
	sort(v, n);
	for (i = 1; i < n; i++) {
		if (!touches(&v[o], v[i].lo))
			v[++o] = v[i];
		else if (v[i].hi > v[o].hi)
			v[o].hi = v[i].hi;
	}
	return o + 1;
}

/* room for @n ranges; growing sets get as much again as half of it */
static int reserve(struct seal_arena *a, struct seal_ranges *s, size_t n, bool grows)
{
	struct seal_fw_range *v;
	size_t cap, bytes;

	if (n < 2 || (s->owned && s->cap >= n))
		return 0;
	cap = n < 4 ? 8 : grows ? n + n / 2 : n;
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

/* struct writing - ranges put one behind the other; counted first, with v NULL */
struct writing {
	struct seal_fw_range *v;
	size_t n;
};

static void put(struct writing *w, seal_u128 lo, seal_u128 hi)
{
	if (w->v)
		w->v[w->n] = (struct seal_fw_range){lo, hi};
	w->n++;
}

/* room for @n ranges in an empty set */
static int make_room(struct seal_arena *a, struct seal_ranges *s, size_t n, struct writing *w)
{
	*s = (struct seal_ranges){.n = 0};
	*w = (struct writing){&s->one, 0};
	if (n > 1 && reserve(a, s, n, false) < 0)
		return -ENOMEM;
	if (n > 1)
		w->v = s->many;
	s->n = n;
	return 0;
}

/* number of the first of @n sorted ranges, from @lo on, that ends at or behind @x: the next ones
 * are tried first, then steps twice as long */
static size_t first_reaching(const struct seal_fw_range *v, size_t n, size_t lo, seal_u128 x)
{
	size_t hi = lo, step = 1;

	while (hi < n && v[hi].hi < x) {
		lo = hi + 1;
		hi = n - hi > step ? hi + step : n;
		step *= 2;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].hi < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* what @n ranges share with @m of them that are more */
static void put_common(const struct seal_fw_range *few, size_t n, const struct seal_fw_range *many,
		       size_t m, struct writing *w)
{
	size_t i, k, from = 0;

	for (i = 0; i < n; i++)
		for (k = from = first_reaching(many, m, from, few[i].lo);
		     k < m && many[k].lo <= few[i].hi; k++)
			put(w, many[k].lo > few[i].lo ? many[k].lo : few[i].lo,
			    many[k].hi < few[i].hi ? many[k].hi : few[i].hi);
}

static int intersect(struct seal_arena *a, const struct seal_ranges *s,
		     const struct seal_fw_range *v, size_t n, struct seal_ranges *ret)
{
	const struct seal_fw_range *x = seal_ranges_v(s);
	bool s_few = s->n <= n;
	struct writing w = {NULL, 0};
	int pass, r = 0;

	for (pass = 0; pass < 2 && r >= 0; pass++) {
		if (pass)
			r = make_room(a, ret, w.n, &w);
		if (r >= 0 && s_few)
			put_common(x, s->n, v, n, &w);
		else if (r >= 0)
			put_common(v, n, x, s->n, &w);
	}
	return r;
}

/* @n ranges without @m others */
static void put_rest(const struct seal_fw_range *x, size_t n, const struct seal_fw_range *v,
		     size_t m, struct writing *w)
{
	size_t i, k, from = 0;
	seal_u128 lo;
	bool rest;

	for (i = 0; i < n; i++) {
		lo = x[i].lo;
		rest = true;
		for (k = from = first_reaching(v, m, from, lo); k < m && v[k].lo <= x[i].hi; k++) {
			if (v[k].lo > lo)
				put(w, lo, v[k].lo - 1);
			if (v[k].hi >= x[i].hi) {
				rest = false;
				break;
			}
			lo = v[k].hi + 1;
		}
		if (rest)
			put(w, lo, x[i].hi);
	}
}

static int subtract(struct seal_arena *a, const struct seal_ranges *s,
		    const struct seal_fw_range *v, size_t n, struct seal_ranges *ret)
{
	const struct seal_fw_range *x = seal_ranges_v(s);
	struct seal_ranges r;
	struct writing w = {NULL, 0};

	put_rest(x, s->n, v, n, &w);
	if (make_room(a, &r, w.n, &w) < 0)
		return -ENOMEM;
	put_rest(x, s->n, v, n, &w);
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

	first = first_reaching(s->many, s->n, 0, c->lo);
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
	if (reserve(a, s, s->n + 1, true) < 0)
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
	const struct seal_fw_range *x = seal_ranges_v(s), *y = seal_ranges_v(more);
	size_t n = s->n + more->n, i = 0, k = 0;
	struct seal_fw_range *v;

	if (!more->n || seal_ranges_eq(s, more))
		return 0;
	if (!s->n && !more->owned) {
		*s = *more;
		s->owned = false;
		return 0;
	}
	v = seal_arena_alloc(a, n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	while (i < s->n || k < more->n) {
		bool first = k == more->n || (i < s->n && x[i].lo <= y[k].lo);

		v[i + k] = first ? x[i] : y[k];
		if (first)
			i++;
		else
			k++;
	}
	n = seal_ranges_normal(v, n);
	*s = (struct seal_ranges){.n = n, .cap = n, .many = v, .owned = true, .one = v[0]};
	return 0;
}
