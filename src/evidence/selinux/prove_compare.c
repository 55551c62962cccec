/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/prove_impl.h"

#include <errno.h>
#include <stdio.h>

#define IMAGE_MAX_BYTES ((size_t)64 << 20)

int seal_policydb_image(policydb_t *db, void **image, size_t *n)
{
	struct policy_file f;
	void *p;

	/* sepol_policydb_to_image() would read it back as a check, and refuse one without rules */
	policy_file_init(&f);
	f.type = PF_LEN;
	if (policydb_write(db, &f) < 0 || f.len > IMAGE_MAX_BYTES)
		return -EBADMSG;
	p = malloc(f.len);
	if (!p)
		return -ENOMEM;
	*n = f.len;
	*image = p;
	f.type = PF_USE_MEMORY;
	f.data = p;
	if (policydb_write(db, &f) == 0)
		return 0;
	free(p);
	return -EBADMSG;
}

/* outside - the binary form of a policy without its unconditional access vector rules */
static int outside(const struct seal_policy *p, void **image, size_t *n)
{
	avtab_t kept = p->db->te_avtab, none = {0};
	int r;

	if (avtab_init(&none) < 0 || avtab_alloc(&none, 1) < 0)
		return -ENOMEM;
	p->db->te_avtab = none;
	r = seal_policydb_image(p->db, image, n);
	p->db->te_avtab = kept;
	avtab_destroy(&none);
	return r;
}

int seal_policy_alike(const struct seal_policy *a, const struct seal_policy *b)
{
	seal_auto_free void *x = NULL, *y = NULL;
	size_t nx = 0, ny = 0;

	int r;

	r = outside(a, &x, &nx);
	if (r == 0)
		r = outside(b, &y, &ny);
	return r < 0 ? r : nx == ny && memcmp(x, y, nx) == 0;
}

/* struct request - one tuple that a candidate asks for, in values */
struct request {
	size_t candidate;
	struct seal_tuple t;
	const struct seal_allow *allow;
};

/* struct difference - rules that @to has and @from lacks, as tuples of concrete types */
struct difference {
	const struct seal_policy *from, *to;
	const struct request *requests;
	size_t n_requests;
	struct seal_proof *proofs; /* added is counted here; NULL: nothing is asked for */
	uint64_t tuples, unwanted;
	bool other; /* rules that allow nothing differ */
};

static avtab_ptr_t find(const struct seal_policy *p, const avtab_key_t *k)
{
	return avtab_search_node(&p->db->te_avtab, (avtab_key_t *)(uintptr_t)k);
}

/* take_wanted - permissions of @fresh that a request names, counted for its candidate */
static uint32_t take_wanted(struct difference *d, const struct seal_tuple *fresh)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < d->n_requests; i++) {
		const struct request *q = &d->requests[i];

		if (q->t.source != fresh->source || q->t.target != fresh->target ||
		    q->t.tclass != fresh->tclass)
			continue;
		mask |= q->t.perms;
		d->proofs[q->candidate].added +=
			(uint64_t)__builtin_popcount(fresh->perms & q->t.perms);
	}
	return fresh->perms & mask;
}

/* compare_allow - both policies number their types alike: they are alike outside their rules */
static void compare_allow(struct difference *d, const avtab_key_t *k, const avtab_datum_t *datum)
{
	const policydb_t *db = d->to->db;
	avtab_ptr_t same = find(d->from, k);
	ebitmap_node_t *sn, *tn;
	uint32_t s, t;

	if (same && (datum->data & ~same->datum.data) == 0)
		return;
	ebitmap_for_each_positive_bit(&db->attr_type_map[k->source_type - 1], sn, s)
	{
		ebitmap_for_each_positive_bit(&db->attr_type_map[k->target_type - 1], tn, t)
		{
			struct seal_tuple fresh = {s + 1, t + 1, k->target_class, 0};

			fresh.perms = datum->data & ~seal_te_allowed(d->from, s + 1, t + 1,
								     k->target_class, NULL);
			if (!fresh.perms)
				continue;
			d->tuples += (uint64_t)__builtin_popcount(fresh.perms);
			fresh.perms &= ~take_wanted(d, &fresh);
			d->unwanted += (uint64_t)__builtin_popcount(fresh.perms);
		}
	}
}

static bool is_wanted_ioctl(const struct difference *d, const avtab_key_t *k, uint32_t command)
{
	for (size_t i = 0; i < d->n_requests; i++) {
		const struct request *q = &d->requests[i];

		if (q->t.source != k->source_type || q->t.target != k->target_type ||
		    q->t.tclass != k->target_class)
			continue;
		for (size_t j = 0; j < q->allow->n_ioctls; j++)
			if (q->allow->ioctls[j] == command)
				return true;
	}
	return false;
}

/* has_command - whether @p has a rule of that key, form and driver with bit @i set */
static bool has_command(const struct seal_policy *p, const avtab_key_t *k,
			const avtab_extended_perms_t *x, unsigned i)
{
	for (avtab_ptr_t n = find(p, k); n; n = avtab_search_node_next(n, k->specified)) {
		const avtab_extended_perms_t *y = n->datum.xperms;

		if (y && y->specified == x->specified && y->driver == x->driver &&
		    (y->perms[i >> 5] >> (i & 31) & 1))
			return true;
	}
	return false;
}

static void compare_xperms(struct difference *d, const avtab_key_t *k,
			   const avtab_extended_perms_t *x)
{
	for (unsigned i = 0; x && i < 256; i++) {
		if (!(x->perms[i >> 5] >> (i & 31) & 1) || has_command(d->from, k, x, i))
			continue;
		d->other |= k->specified != AVTAB_XPERMS_ALLOWED ||
			    x->specified != AVTAB_XPERMS_IOCTLFUNCTION ||
			    !is_wanted_ioctl(d, k, (uint32_t)x->driver << 8 | i);
	}
}

static int compare_rule(avtab_key_t *k, avtab_datum_t *datum, void *data)
{
	struct difference *d = data;
	avtab_ptr_t same;

	if (k->specified == AVTAB_ALLOWED) {
		compare_allow(d, k, datum);
	} else if (k->specified & AVTAB_XPERMS) {
		compare_xperms(d, k, datum->xperms);
	} else {
		same = find(d->from, k);
		d->other |= !same || same->datum.data != datum->data;
	}
	return 0;
}

static void map(const struct seal_policy *p, int (*fn)(avtab_key_t *, avtab_datum_t *, void *),
		void *data)
{
	avtab_map(&p->db->te_avtab, fn, data);
}

/* is_missing - whether @p lacks something of a request */
static bool is_missing(const struct seal_policy *p, const struct request *q)
{
	if (q->t.perms & ~seal_te_allowed(p, q->t.source, q->t.target, q->t.tclass, NULL))
		return true;
	for (size_t i = 0; i < q->allow->n_ioctls; i++)
		if (seal_xperm_decide(p, q->t.source, q->t.target, q->t.tclass,
				      q->allow->ioctls[i]) != 1)
			return true;
	return false;
}

/* resolve - the requests in values; one whose names the policy lacks is missing: @missing counts */
static struct request *resolve(const struct seal_policy *p, const struct seal_candidate *v,
			       size_t n, size_t *n_requests, unsigned *missing)
{
	struct request *all;
	size_t total = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		total += v[i].want.n_allows;
	all = calloc(total + 1, sizeof(*all));
	for (size_t i = 0; all && i < n; i++) {
		for (size_t j = 0; j < v[i].want.n_allows; j++) {
			all[k].candidate = i;
			all[k].allow = &v[i].want.allows[j];
			if (seal_allow_resolve(p, all[k].allow, &all[k].t, NULL) < 0)
				(*missing)++;
			else
				k++;
		}
	}
	*n_requests = k;
	return all;
}

bool seal_policy_compare(const struct seal_policy *before, const struct seal_policy *after,
			 const struct seal_candidate *v, size_t n, struct seal_proof *ret)
{
	struct difference gained = {.from = before, .to = after, .proofs = ret};
	struct difference lost = {.from = after, .to = before};
	seal_auto_free struct request *requests = NULL;
	unsigned missing = 0;
	bool exact;

	requests = resolve(after, v, n, &gained.n_requests, &missing);
	if (!requests)
		return false;
	gained.requests = requests;
	for (size_t i = 0; i < n; i++) {
		ret[i].added = 0;
		ret[i].detail[0] = '\0';
	}
	map(after, compare_rule, &gained);
	map(before, compare_rule, &lost);
	for (size_t i = 0; i < gained.n_requests; i++)
		missing += is_missing(after, &requests[i]);
	if (n == 1)
		ret->added = gained.tuples;
	exact = gained.unwanted == 0 && lost.tuples == 0 && !gained.other && !lost.other &&
		missing == 0;
	for (size_t i = 0; i < n; i++) {
		ret[i].removed = lost.tuples;
		ret[i].exact = exact;
		if (!exact)
			snprintf(ret[i].detail, sizeof(ret[i].detail),
				 "%llu tuples beyond the request, %llu lost, %u requested rules "
				 "missing%s",
				 (unsigned long long)gained.unwanted,
				 (unsigned long long)lost.tuples, missing,
				 gained.other || lost.other ? ", rules of other kinds differ" : "");
	}
	return exact;
}

/* struct distance - rules of one policy that are not in @from as they stand */
struct distance {
	const struct seal_policy *from;
	uint32_t n;
};

static int count_rule(avtab_key_t *k, avtab_datum_t *datum, void *data)
{
	struct distance *d = data;
	avtab_ptr_t same = find(d->from, k);

	d->n += !same || (!(k->specified & AVTAB_XPERMS) && same->datum.data != datum->data);
	return 0;
}

bool seal_policy_far(const struct seal_policy *a, const struct seal_policy *b, uint32_t limit)
{
	struct distance x = {.from = a}, y = {.from = b};

	map(b, count_rule, &x);
	map(a, count_rule, &y);
	return x.n > limit || y.n > limit;
}
