/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/difference.h"

#include <errno.h>

/* struct index - the rows of a report by fingerprint, by check, and the unknown ones by check */
struct index {
	const struct seal_row **by_print, **by_id, **open;
	size_t n, n_open;
};

const char *seal_drift_name(enum seal_drift c)
{
	static const char *const names[SEAL_DRIFT_MAX_] = {
		[SEAL_DRIFT_NEW] = "new",         [SEAL_DRIFT_GONE] = "gone",
		[SEAL_DRIFT_WAIVED] = "waived",   [SEAL_DRIFT_UNDECIDED] = "undecided",
		[SEAL_DRIFT_UNASKED] = "unasked",
	};

	return (unsigned)c < SEAL_DRIFT_MAX_ ? names[c] : NULL;
}

/* worth - of the rows of one fingerprint the failing one speaks for all */
static int worth(enum seal_status s)
{
	static const int ranks[SEAL_STATUS_MAX_] = {
		[SEAL_STATUS_FAIL] = 4, [SEAL_STATUS_UNKNOWN] = 3, [SEAL_STATUS_WAIVED] = 2,
		[SEAL_STATUS_PASS] = 1, [SEAL_STATUS_NA] = 0,
	};

	return ranks[s];
}

static int compare_prints(const void *a, const void *b)
{
	const struct seal_row *x = *(const struct seal_row *const *)a;
	const struct seal_row *y = *(const struct seal_row *const *)b;
	int d = seal_bytes_cmp(x->fingerprint, y->fingerprint);

	return d ? d : worth(y->status) - worth(x->status);
}

static int compare_ids(const void *a, const void *b)
{
	const struct seal_row *x = *(const struct seal_row *const *)a;
	const struct seal_row *y = *(const struct seal_row *const *)b;
	int d = seal_bytes_cmp(x->id, y->id);

	return d ? d : worth(y->status) - worth(x->status);
}

static int index_rows(const struct seal_rows *rows, struct index *ix)
{
	ix->n = rows->v.n;
	ix->by_print = calloc(ix->n + 1, sizeof(*ix->by_print));
	ix->by_id = calloc(ix->n + 1, sizeof(*ix->by_id));
	ix->open = calloc(ix->n + 1, sizeof(*ix->open));
	if (!ix->by_print || !ix->by_id || !ix->open)
		return -ENOMEM;
	for (size_t i = 0; i < ix->n; i++) {
		ix->by_print[i] = ix->by_id[i] = &rows->v.v[i];
		if (rows->v.v[i].status == SEAL_STATUS_UNKNOWN)
			ix->open[ix->n_open++] = &rows->v.v[i];
	}
	qsort(ix->by_print, ix->n, sizeof(*ix->by_print), compare_prints);
	qsort(ix->by_id, ix->n, sizeof(*ix->by_id), compare_ids);
	qsort(ix->open, ix->n_open, sizeof(*ix->open), compare_ids);
	return 0;
}

static void index_done(struct index *ix)
{
	free(ix->by_print);
	free(ix->by_id);
	free(ix->open);
}

/* first_of - the first row that is not before @key */
static const struct seal_row *first_of(const struct seal_row **rows, size_t n, bool by_id,
				       struct seal_bytes key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (seal_bytes_cmp(by_id ? rows[mid]->id : rows[mid]->fingerprint, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == n || seal_bytes_cmp(by_id ? rows[low]->id : rows[low]->fingerprint, key) != 0)
		return NULL;
	return rows[low];
}

/* status_in - of the same finding, else the worst of its check; MAX_: not asked */
static enum seal_status status_in(const struct index *ix, const struct seal_row *row)
{
	const struct seal_row *same = first_of(ix->by_print, ix->n, false, row->fingerprint);

	if (!same)
		same = first_of(ix->by_id, ix->n, true, row->id);
	return same ? same->status : SEAL_STATUS_MAX_;
}

static bool fails_in(const struct index *ix, const struct seal_row *row)
{
	const struct seal_row *same = first_of(ix->by_print, ix->n, false, row->fingerprint);

	return same && same->status == SEAL_STATUS_FAIL;
}

static enum seal_drift what_became(const struct index *later, const struct seal_row *row,
				   enum seal_status after)
{
	const struct seal_row *same = first_of(later->by_print, later->n, false, row->fingerprint);

	if (after == SEAL_STATUS_MAX_)
		return SEAL_DRIFT_UNASKED;
	if (same && same->status == SEAL_STATUS_WAIVED)
		return SEAL_DRIFT_WAIVED;
	if (!same && first_of(later->open, later->n_open, true, row->id))
		return SEAL_DRIFT_UNDECIDED;
	return after == SEAL_STATUS_UNKNOWN ? SEAL_DRIFT_UNDECIDED : SEAL_DRIFT_GONE;
}

static int add(struct seal_difference *d, struct seal_drifted c)
{
	struct seal_drifted *new = seal_vec_add(&d->v);

	if (!new)
		return -ENOMEM;
	*new = c;
	d->n[c.change]++;
	return 0;
}

/* each_failure - of one report, those that the other has not: @fresh of the later one */
static int each_failure(struct seal_difference *d, const struct index *own,
			const struct index *other, bool fresh)
{
	int r = 0;

	for (size_t i = 0; i < own->n && r == 0; i++) {
		const struct seal_row *row = own->by_print[i];
		enum seal_status there = status_in(other, row);

		if (row->status != SEAL_STATUS_FAIL)
			continue;
		if (i && seal_bytes_cmp(own->by_print[i - 1]->fingerprint, row->fingerprint) == 0)
			continue;
		if (fails_in(other, row))
			d->n_same += fresh;
		else if (fresh)
			r = add(d, (struct seal_drifted){SEAL_DRIFT_NEW, row, there,
							 SEAL_STATUS_FAIL});
		else
			r = add(d, (struct seal_drifted){what_became(other, row, there), row,
							 SEAL_STATUS_FAIL, there});
	}
	return r;
}

static int compare_changes(const void *a, const void *b)
{
	const struct seal_drifted *x = a, *y = b;
	int d = (int)x->change - (int)y->change;

	if (!d)
		d = (int)y->row->severity - (int)x->row->severity;
	if (!d)
		d = seal_bytes_cmp(x->row->id, y->row->id);
	if (!d)
		d = seal_bytes_cmp(x->row->object, y->row->object);
	return d ? d : seal_bytes_cmp(x->row->fingerprint, y->row->fingerprint);
}

int seal_difference_of(const struct seal_rows *before, const struct seal_rows *after,
		       struct seal_difference *ret)
{
	struct index a = {0}, b = {0};
	int r;

	ret->before = before;
	ret->after = after;
	r = index_rows(before, &a);
	if (r == 0)
		r = index_rows(after, &b);
	if (r == 0)
		r = each_failure(ret, &b, &a, true);
	if (r == 0)
		r = each_failure(ret, &a, &b, false);
	if (r == 0 && ret->v.n)
		qsort(ret->v.v, ret->v.n, sizeof(*ret->v.v), compare_changes);
	index_done(&a);
	index_done(&b);
	return r;
}

void seal_difference_done(struct seal_difference *d)
{
	seal_vec_done(&d->v);
}
