/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_end.h"

#include <errno.h>

struct edge {
	seal_u128 at;
	uint32_t end;
	bool last; /* the range ends behind @at */
};

static int edge_cmp(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->last - y->last;
}

/* struct row - a verdict under construction: which ends it joins, and its far ends */
struct row {
	struct seal_fw_verdict v;
	const struct end **ends;
	size_t n_ends;
	uint64_t sum; /* of the numbers of the ends, mixed */
	/* the far ends: of the one end there is, or gathered here */
	const struct seal_fw_range *ranges;
	size_t n;
	seal_vec(struct seal_fw_range) far;
};

struct partition {
	struct reach *x;
	const end_list *ends;
	seal_vec(struct row) rows;
	uint32_t *active; /* sorted numbers of the ends that cover the place of the sweep */
	size_t n_active;
	uint64_t sum; /* as in struct row */
};

static uint64_t mixed(uint32_t end)
{
	return (end + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
}

static int add_far(struct row *r, seal_u128 lo, seal_u128 hi)
{
	struct seal_fw_range *p;

	if (r->far.n && r->far.v[r->far.n - 1].hi + 1 == lo && lo) {
		r->far.v[r->far.n - 1].hi = hi;
		return 0;
	}
	p = seal_vec_add(&r->far);
	if (!p)
		return -ENOMEM;
	*p = (struct seal_fw_range){lo, hi};
	return 0;
}

static bool row_is(const struct partition *p, const struct row *r)
{
	size_t i;

	if (r->sum != p->sum || r->n_ends != p->n_active)
		return false;
	for (i = 0; i < p->n_active; i++)
		if (r->ends[i] != &p->ends->v[p->active[i]])
			return false;
	return true;
}

static int cover(struct partition *p, seal_u128 lo, seal_u128 hi)
{
	struct row *r;
	size_t i;

	if (!p->n_active)
		return 0;
	seal_vec_each (old, &p->rows) {
		if (row_is(p, old))
			return add_far(old, lo, hi);
	}
	r = seal_vec_add(&p->rows);
	if (!r)
		return -ENOMEM;
	r->n_ends = p->n_active;
	r->sum = p->sum;
	r->ends = seal_arena_alloc(p->x->a, p->n_active * sizeof(*r->ends));
	if (!r->ends)
		return -ENOMEM;
	for (i = 0; i < p->n_active; i++)
		r->ends[i] = &p->ends->v[p->active[i]];
	return add_far(r, lo, hi);
}

static void activate(struct partition *p, uint32_t end)
{
	size_t i = p->n_active++;

	p->sum += mixed(end);
	while (i && p->active[i - 1] > end) {
		p->active[i] = p->active[i - 1];
		i--;
	}
	p->active[i] = end;
}

static void deactivate(struct partition *p, uint32_t end)
{
	size_t i;

	for (i = 0; i < p->n_active && p->active[i] != end; i++)
		;
	for (; i + 1 < p->n_active; i++)
		p->active[i] = p->active[i + 1];
	if (!p->n_active)
		return;
	p->n_active--;
	p->sum -= mixed(end);
}

static int sweep(struct partition *p, struct edge *e, size_t n)
{
	seal_u128 from = 0;
	size_t i;
	int r = 0;

	qsort(e, n, sizeof(*e), edge_cmp);
	for (i = 0; i < n && r >= 0; i++) {
		if (!e[i].last) {
			if (p->n_active && e[i].at > from)
				r = cover(p, from, e[i].at - 1);
			activate(p, e[i].end);
			from = e[i].at;
		} else {
			if (e[i].at >= from)
				r = cover(p, from, e[i].at);
			deactivate(p, e[i].end);
			from = e[i].at + 1;
			if (!from)
				break; /* the last of all addresses */
		}
	}
	return r;
}

static bool is_certain(const struct end *e)
{
	return !e->o.flow.n_tags && !e->o.flow.more_tags;
}

static int certain_row(struct partition *p, const struct end *e)
{
	struct row *row = seal_vec_add(&p->rows);

	if (!row)
		return -ENOMEM;
	row->n_ends = 1;
	row->ends = seal_arena_alloc(p->x->a, sizeof(*row->ends));
	if (!row->ends)
		return -ENOMEM;
	row->ends[0] = e;
	row->ranges = seal_ranges_v(&e->o.flow.far);
	row->n = e->o.flow.far.n;
	return 0;
}

/* ends that are certain share no far end with any other: each is a row of its own; the others are
 * overlaid */
static int partition(struct partition *p)
{
	seal_auto_free struct edge *edges = NULL;
	size_t i, k, n = 0;
	int r = 0;

	for (i = 0; i < p->ends->n; i++)
		if (!is_certain(&p->ends->v[i]))
			n += 2 * p->ends->v[i].o.flow.far.n;
	edges = malloc((n + 1) * sizeof(*edges));
	p->active = malloc((p->ends->n + 1) * sizeof(*p->active));
	if (!edges || !p->active)
		return -ENOMEM;
	for (i = 0, n = 0; i < p->ends->n; i++) {
		const struct seal_ranges *far = &p->ends->v[i].o.flow.far;

		for (k = 0; k < far->n && !is_certain(&p->ends->v[i]); k++) {
			edges[n++] = (struct edge){seal_ranges_v(far)[k].lo, (uint32_t)i, false};
			edges[n++] = (struct edge){seal_ranges_v(far)[k].hi, (uint32_t)i, true};
		}
	}
	r = sweep(p, edges, n);
	seal_vec_each (row, &p->rows) {
		row->ranges = row->far.v;
		row->n = row->far.n;
	}
	for (i = 0; i < p->ends->n && r >= 0; i++)
		if (is_certain(&p->ends->v[i]))
			r = certain_row(p, &p->ends->v[i]);
	return r;
}

bool seal_fw_same_depends(const struct seal_fw_verdict *a, const struct seal_fw_verdict *b)
{
	size_t i;

	if (a->n_depends != b->n_depends)
		return false;
	for (i = 0; i < a->n_depends; i++)
		if (a->depends[i].rule != b->depends[i].rule ||
		    !seal_bytes_eq(a->depends[i].text, b->depends[i].text))
			return false;
	return true;
}

static bool same_verdict(const struct seal_fw_verdict *a, const struct seal_fw_verdict *b)
{
	return a->verdict == b->verdict && a->refusal.type == b->refusal.type &&
	       a->refusal.code == b->refusal.code && a->rule == b->rule && a->chain == b->chain &&
	       a->reachable == b->reachable && a->answered == b->answered &&
	       a->later_rule == b->later_rule && a->later_chain == b->later_chain &&
	       a->to_port == b->to_port && seal_addr_eq(&a->to, &b->to) &&
	       seal_fw_same_depends(a, b);
}

static int verdict_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const struct seal_fw_verdict *p = &x->v, *q = &y->v;

	if (p->verdict != q->verdict)
		return p->verdict < q->verdict ? -1 : 1;
	if (p->rule != q->rule)
		return p->rule < q->rule ? -1 : 1;
	if (p->chain != q->chain)
		return p->chain < q->chain ? -1 : 1;
	return x->ranges[0].lo < y->ranges[0].lo ? -1 : x->ranges[0].lo > y->ranges[0].lo;
}

static int far_order(const void *a, const void *b)
{
	const struct seal_reach_row *x = a, *y = b;

	return x->far[0].lo < y->far[0].lo ? -1 : x->far[0].lo > y->far[0].lo;
}

/* rows of the same verdict become one */
static int emit(struct partition *p, struct seal_reach_answer *ret)
{
	struct seal_reach_row *out = seal_arena_alloc(p->x->a, (p->rows.n + 1) * sizeof(*out));
	size_t i, k, j, n = 0, n_far;
	struct seal_fw_range *far;

	if (!out)
		return -ENOMEM;
	if (p->rows.n)
		qsort(p->rows.v, p->rows.n, sizeof(*p->rows.v), verdict_order);
	for (i = 0; i < p->rows.n; i = k) {
		const struct row *first = &p->rows.v[i];

		n_far = 0;
		for (k = i; k < p->rows.n && same_verdict(&first->v, &p->rows.v[k].v); k++)
			n_far += p->rows.v[k].n;
		/* many ranges of an end stay where they are, in the arena */
		if (k == i + 1 && !first->far.n && first->n > 1) {
			out[n++] = (struct seal_reach_row){first->ranges, n_far, first->v};
			continue;
		}
		far = seal_arena_alloc(p->x->a, (n_far + 1) * sizeof(*far));
		if (!far)
			return -ENOMEM;
		for (j = i, n_far = 0; j < k; j++) {
			memcpy(far + n_far, p->rows.v[j].ranges, p->rows.v[j].n * sizeof(*far));
			n_far += p->rows.v[j].n;
		}
		n_far = seal_ranges_normal(far, n_far);
		out[n++] = (struct seal_reach_row){far, n_far, first->v};
	}
	qsort(out, n, sizeof(*out), far_order);
	ret->rows = out;
	ret->n_rows = n;
	return 0;
}

int reach_divide(struct reach *x, const end_list *ends, struct seal_reach_answer *ret)
{
	struct partition p = {.x = x, .ends = ends};
	int r;

	r = partition(&p);
	seal_vec_each (row, &p.rows) {
		if (r >= 0)
			r = reach_verdict(x, row->ends, row->n_ends, &row->v);
	}
	if (r >= 0)
		r = emit(&p, ret);
	seal_vec_each (row, &p.rows) {
		seal_vec_done(&row->far);
	}
	seal_vec_done(&p.rows);
	free(p.active);
	return r;
}
