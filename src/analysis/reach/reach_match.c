/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

static seal_u128 ones(unsigned bits)
{
	return bits >= 128 ? ~(seal_u128)0 : ((seal_u128)1 << bits) - 1;
}

/* ---- lookups in sorted elements ---- */

/* number of elements whose first part begins at or below @v */
static size_t upper(const struct seal_fw_set *s, seal_u128 v)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->ranges[mid * s->n_parts].lo <= v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool element_has(const struct seal_fw_set *s, size_t i, const seal_u128 *parts)
{
	const struct seal_fw_range *r = s->ranges + i * s->n_parts;
	size_t k;

	for (k = 0; k < s->n_parts; k++)
		if (parts[k] < r[k].lo || parts[k] > r[k].hi)
			return false;
	return true;
}

static int points_cmp(const struct seal_fw_set *s, size_t i, const seal_u128 *parts)
{
	const struct seal_fw_range *r = s->ranges + i * s->n_parts;
	size_t k;

	for (k = 0; k < s->n_parts; k++)
		if (r[k].lo != parts[k])
			return r[k].lo < parts[k] ? -1 : 1;
	return 0;
}

static ssize_t find_point(const struct seal_fw_set *s, const seal_u128 *parts)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = points_cmp(s, mid, parts);

		if (c == 0)
			return (ssize_t)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

ssize_t seal_set_find(const struct seal_fw_set *s, const seal_u128 *parts)
{
	size_t i;

	if (s->n_parts > 1 && s->points)
		return find_point(s, parts);
	for (i = upper(s, parts[0]); i-- > 0;) {
		if (element_has(s, i, parts))
			return (ssize_t)i;
		/* nothing before it reaches so far */
		if (s->top ? s->top[i] < parts[0] : s->ranges[i].hi < parts[0])
			return -1;
	}
	return -1;
}

/* ---- one part against ranges ---- */

/* does lo-hi lie inside the sorted ranges: yes, no, or in part */
static enum seal_tri inside(const struct seal_fw_range *v, size_t n, seal_u128 lo, seal_u128 hi)
{
	size_t a = 0, b = n;

	while (a < b) {
		size_t mid = a + (b - a) / 2;

		if (v[mid].hi < lo)
			a = mid + 1;
		else
			b = mid;
	}
	if (a == n || v[a].lo > hi)
		return SEAL_NO;
	while (v[a].lo <= lo) {
		if (v[a].hi >= hi)
			return SEAL_YES;
		lo = v[a].hi + 1;
		if (++a == n || v[a].lo != lo)
			break;
	}
	return SEAL_MAYBE;
}

/* the ranges that "op value" stands for */
static void op_range(enum seal_fw_op op, const struct seal_fw_range *c, unsigned bits,
		     struct seal_fw_range *ret, bool *none)
{
	seal_u128 top = ones(bits ? bits : 128);

	*none = false;
	switch (op) {
	case SEAL_FW_LT:
		*none = c->lo == 0;
		*ret = (struct seal_fw_range){0, c->lo - 1};
		break;
	case SEAL_FW_LE:
		*ret = (struct seal_fw_range){0, c->lo};
		break;
	case SEAL_FW_GT:
		*none = c->lo >= top;
		*ret = (struct seal_fw_range){c->lo + 1, top};
		break;
	case SEAL_FW_GE:
		*ret = (struct seal_fw_range){c->lo, top};
		break;
	case SEAL_FW_EQ:
	case SEAL_FW_NE:
	case SEAL_FW_ANY:
	case SEAL_FW_NONE:
	case SEAL_FW_OP_MAX_:
		*ret = *c;
		break;
	}
}

static void all_no(const struct flow *f, struct split *ret)
{
	ret->yes = (struct seal_ranges){.n = 0};
	ret->no = f->far;
}

static void all_yes(const struct flow *f, struct split *ret)
{
	ret->yes = f->far;
	ret->no = (struct seal_ranges){.n = 0};
}

static void both(struct flow *f, struct split *ret, struct seal_bytes why)
{
	f->far.owned = false;
	ret->yes = ret->no = f->far;
	ret->undecided = true;
	ret->why = why;
}

static void swap(struct split *s)
{
	struct seal_ranges t = s->yes;

	s->yes = s->no;
	s->no = t;
}

static void decide(struct flow *f, struct split *ret, enum seal_tri t, struct seal_bytes why)
{
	if (t == SEAL_YES)
		all_yes(f, ret);
	else if (t == SEAL_NO)
		all_no(f, ret);
	else
		both(f, ret, why);
}

static struct seal_bytes why_of(const struct value *v, const struct seal_fw_part *p)
{
	return v->why ? seal_bytes_of(v->why) : p->text;
}

/* ranges of values under a mask as ranges of the values themselves: for masks that are a prefix */
static int unmask(struct reach *x, const struct seal_fw_part *p, const struct seal_fw_range *v,
		  size_t n, struct seal_fw_range **ret, size_t *n_ret)
{
	seal_u128 host = ~p->mask & ones(p->bits);
	struct seal_fw_range *w;
	size_t i, k = 0;

	if (p->xor || (host & (host + 1)) != 0)
		return -ENOENT;
	w = seal_arena_alloc(x->a, (n + 1) * sizeof(*w));
	if (!w)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		seal_u128 lo = v[i].lo, hi = v[i].hi;

		/* values with host bits never occur */
		if (lo & host)
			lo = (lo | host) + 1;
		hi |= host;
		if (lo <= hi)
			w[k++] = (struct seal_fw_range){lo, hi};
	}
	*ret = w;
	*n_ret = k;
	return 0;
}

static int open_part(struct reach *x, struct flow *f, const struct seal_fw_part *p,
		     const struct seal_fw_range *v, size_t n, struct split *ret)
{
	struct seal_fw_range *w;
	int r;

	if (p->masked) {
		r = unmask(x, p, v, n, &w, &n);
		if (r == -ENOENT) {
			both(f, ret, p->text);
			return 0;
		}
		if (r < 0)
			return r;
		v = w;
	}
	ret->no = f->far;
	return seal_ranges_split(x->a, &f->far, v, n, &ret->yes, &ret->no);
}

static int fib_part(struct reach *x, struct flow *f, const struct seal_fw_part *p,
		    const struct seal_fw_range *v, size_t n, struct split *ret)
{
	int r;

	r = reach_fib_split(x, f, p, v, n, &ret->yes);
	if (r < 0)
		return r;
	f->far.owned = false;
	ret->no = f->far;
	return seal_ranges_split(x->a, &f->far, seal_ranges_v(&ret->yes), ret->yes.n, NULL,
				 &ret->no);
}

/* a value under its mask, as far as it is certain */
static bool apply_mask(const struct seal_fw_part *p, struct value *v)
{
	if (!p->masked)
		return true;
	if (v->lo != v->hi)
		return false;
	v->lo = v->hi = (v->lo & p->mask) ^ p->xor ;
	return true;
}

/* is_lo_alone - "lo" is asked about, where a packet goes to or comes from another host: whatever
 * interface that is, it is not lo */
static bool is_lo_alone(const struct reach *x, const struct flow *f, const struct seal_fw_part *p,
			const struct seal_fw_range *v, size_t n)
{
	seal_u128 lo = seal_ifname_u128(SEAL_LIT("lo"));
	bool out = x->packet->dir == SEAL_PACKET_OUT;

	if (p->masked || n != 1 || v[0].lo != lo || v[0].hi != lo)
		return false;
	if (out && (!x->packet->elsewhere || f->s.dnat))
		return false;
	return f->s.reply != out ? p->field == SEAL_FIELD_OIF && f->s.oif_unknown
				 : p->field == SEAL_FIELD_IIF && f->s.iif_unknown;
}

static int one_part(struct reach *x, struct flow *f, const struct seal_fw_part *p,
		    const struct seal_fw_range *v, size_t n, struct split *ret)
{
	struct value val = reach_field(x, f, p);

	switch (val.kind) {
	case VALUE_ABSENT:
		break; /* handled by the caller: never matches, whatever the operator */
	case VALUE_OPEN:
		return open_part(x, f, p, v, n, ret);
	case VALUE_PARTS:
		if (!p->masked)
			return fib_part(x, f, p, v, n, ret);
		both(f, ret, p->text);
		return 0;
	case VALUE_RANGE:
		if (!apply_mask(p, &val))
			both(f, ret, p->text);
		else
			decide(f, ret, inside(v, n, val.lo, val.hi), p->text);
		return 0;
	case VALUE_UNKNOWN:
		if (is_lo_alone(x, f, p, v, n))
			break;
		both(f, ret, why_of(&val, p));
		return 0;
	}
	all_no(f, ret);
	return 0;
}

static void bits_match(struct reach *x, struct flow *f, const struct seal_fw_stmt *s,
		       struct split *ret)
{
	const struct seal_fw_part *p = &s->key.parts[0];
	struct value val = reach_field(x, f, p);
	seal_u128 bits = 0;
	size_t i;

	if (val.kind == VALUE_ABSENT) {
		all_no(f, ret);
		return;
	}
	for (i = 0; i < s->set->n; i++)
		bits |= s->set->ranges[i].lo;
	if (val.kind != VALUE_RANGE || !apply_mask(p, &val) || val.lo != val.hi) {
		both(f, ret, why_of(&val, p));
		return;
	}
	if (p->field == SEAL_FIELD_CT_STATUS && bits & ~(seal_u128)(IPS_SRC_NAT | IPS_DST_NAT) &&
	    f->s.ct != CT_NEW) {
		both(f, ret, p->text); /* assured or not is a matter of time */
		return;
	}
	decide(f, ret, ((val.lo & bits) != 0) == (s->op == SEAL_FW_ANY) ? SEAL_YES : SEAL_NO,
	       p->text);
}

/* ---- several parts ---- */

struct concat {
	struct value v[16];
	size_t n, open; /* open: which part, SIZE_MAX: none */
	bool vague;     /* some part is not certain */
	struct seal_bytes why;
	bool absent;
};

static void read_concat(struct reach *x, struct flow *f, const struct seal_fw_key *key,
			struct concat *c)
{
	size_t i;

	*c = (struct concat){.n = key->n < 16 ? key->n : 16, .open = SIZE_MAX};
	for (i = 0; i < c->n; i++) {
		c->v[i] = reach_field(x, f, &key->parts[i]);
		if (c->v[i].kind == VALUE_RANGE && !apply_mask(&key->parts[i], &c->v[i]))
			c->v[i].kind = VALUE_UNKNOWN;
		if (c->v[i].kind == VALUE_OPEN && (c->open != SIZE_MAX || key->parts[i].masked))
			c->v[i].kind = VALUE_UNKNOWN;
		if (c->v[i].kind == VALUE_PARTS)
			c->v[i].kind = VALUE_UNKNOWN;
		if (c->v[i].kind == VALUE_ABSENT)
			c->absent = true;
		if (c->v[i].kind == VALUE_OPEN)
			c->open = i;
		if (c->v[i].kind == VALUE_UNKNOWN ||
		    (c->v[i].kind == VALUE_RANGE && c->v[i].lo != c->v[i].hi)) {
			c->vague = true;
			c->why = why_of(&c->v[i], &key->parts[i]);
		}
	}
}

/* does element @i fit the parts that are known; YES: all of it, MAYBE: by what is not certain */
static enum seal_tri element_fits(const struct seal_fw_set *s, size_t i, const struct concat *c)
{
	const struct seal_fw_range *r = s->ranges + i * s->n_parts;
	enum seal_tri t = SEAL_YES;
	size_t k;

	for (k = 0; k < s->n_parts && k < c->n; k++) {
		if (c->v[k].kind == VALUE_OPEN)
			continue;
		if (c->v[k].kind == VALUE_UNKNOWN) {
			t = SEAL_MAYBE;
			continue;
		}
		if (c->v[k].hi < r[k].lo || c->v[k].lo > r[k].hi)
			return SEAL_NO;
		if (c->v[k].lo < r[k].lo || c->v[k].hi > r[k].hi)
			t = SEAL_MAYBE;
	}
	return t;
}

static int concat_open(struct reach *x, struct flow *f, const struct seal_fw_set *s,
		       const struct concat *c, struct split *ret)
{
	struct seal_fw_range *v = seal_arena_alloc(x->a, (s->n + 1) * sizeof(*v));
	size_t i, n = 0;
	bool vague = false;

	if (!v)
		return -ENOMEM;
	for (i = 0; i < s->n; i++) {
		enum seal_tri t = element_fits(s, i, c);

		if (t == SEAL_NO)
			continue;
		vague |= t == SEAL_MAYBE;
		v[n++] = s->ranges[i * s->n_parts + c->open];
	}
	if (vague) {
		both(f, ret, c->why);
		return 0;
	}
	n = seal_ranges_normal(v, n);
	ret->no = f->far;
	return seal_ranges_split(x->a, &f->far, v, n, &ret->yes, &ret->no);
}

static int concat_match(struct reach *x, struct flow *f, const struct seal_fw_stmt *s,
			struct split *ret)
{
	const struct seal_fw_set *set = s->set;
	seal_u128 parts[16];
	struct concat c;
	enum seal_tri t = SEAL_NO;
	size_t i;

	read_concat(x, f, &s->key, &c);
	if (c.absent || s->key.n != set->n_parts) {
		all_no(f, ret);
		if (!c.absent)
			both(f, ret, SEAL_LIT("a set of other parts than what is looked up"));
		return 0;
	}
	if (c.open != SIZE_MAX)
		return concat_open(x, f, set, &c, ret);
	if (!c.vague) {
		for (i = 0; i < c.n; i++)
			parts[i] = c.v[i].lo;
		decide(f, ret, seal_set_find(set, parts) >= 0 ? SEAL_YES : SEAL_NO, c.why);
		return 0;
	}
	for (i = 0; i < set->n && t == SEAL_NO; i++)
		t = element_fits(set, i, &c);
	decide(f, ret, t, c.why);
	return 0;
}

/* ---- match ---- */

bool reach_key_absent(struct reach *x, const struct flow *f, const struct seal_fw_key *key)
{
	size_t i;

	for (i = 0; i < key->n; i++)
		if (reach_field(x, f, &key->parts[i]).kind == VALUE_ABSENT)
			return true;
	return false;
}

int reach_match(struct reach *x, struct flow *f, const struct seal_fw_stmt *s, struct split *ret)
{
	const struct seal_fw_set *set = s->set;
	struct seal_fw_range r;
	bool none = false;
	int e;

	*ret = (struct split){.undecided = false};
	if (!set) {
		both(f, ret, SEAL_LIT("a set that is missing"));
		return 0;
	}
	if (reach_key_absent(x, f, &s->key)) {
		all_no(f, ret);
		return 0;
	}
	if (set->changes || set->expires)
		f->may_change = true;
	if (set->fallback) {
		all_yes(f, ret);
	} else if (s->op == SEAL_FW_ANY || s->op == SEAL_FW_NONE) {
		bits_match(x, f, s, ret);
		return 0;
	} else if (s->key.n > 1) {
		e = concat_match(x, f, s, ret);
		if (e < 0)
			return e;
	} else if (set->n_parts != 1) {
		both(f, ret, SEAL_LIT("a set of other parts than what is looked up"));
	} else if (set->n == 1 && s->op != SEAL_FW_EQ && s->op != SEAL_FW_NE) {
		op_range(s->op, &set->ranges[0], s->key.parts[0].bits, &r, &none);
		e = one_part(x, f, &s->key.parts[0], &r, none ? 0 : 1, ret);
		if (e < 0)
			return e;
	} else {
		e = one_part(x, f, &s->key.parts[0], set->ranges, set->n, ret);
		if (e < 0)
			return e;
	}
	if (set->unknown && !ret->undecided && ret->no.n) {
		/* what is not in the elements that could be read may be in the others */
		f->far.owned = false;
		if (!ret->yes.n)
			both(f, ret,
			     set->name.n ? set->name : SEAL_LIT("elements that were not read"));
		else
			both(f, ret, SEAL_LIT("elements that were not read"));
	}
	if (s->op == SEAL_FW_NE)
		swap(ret);
	return 0;
}

/* ---- lookup ---- */

static int
lookup_open(struct reach *x, struct flow *f, const struct seal_fw_set *set, const struct concat *c,
	    int (*each)(void *data, ssize_t i, const struct seal_ranges *far, bool undecided),
	    void *data)
{
	struct seal_ranges rest = f->far, part;
	bool vague = c->vague;
	size_t i;
	int r;

	rest.owned = false;
	for (i = 0; i < set->n && rest.n; i++) {
		enum seal_tri t = element_fits(set, i, c);

		if (t == SEAL_NO)
			continue;
		if (t == SEAL_MAYBE)
			vague = true;
		r = seal_ranges_split(x->a, &rest, &set->ranges[i * set->n_parts + c->open], 1,
				      &part, vague ? NULL : &rest);
		if (r < 0)
			return r;
		if (!part.n)
			continue;
		r = each(data, (ssize_t)i, &part, vague);
		if (r < 0)
			return r;
	}
	return rest.n ? each(data, -1, &rest, vague || set->unknown) : 0;
}

static int lookup_vague(struct flow *f, const struct seal_fw_set *set, const struct concat *c,
			int (*each)(void *data, ssize_t i, const struct seal_ranges *far,
				    bool undecided),
			void *data)
{
	size_t i;
	int r;

	for (i = 0; i < set->n; i++) {
		if (element_fits(set, i, c) == SEAL_NO)
			continue;
		r = each(data, (ssize_t)i, &f->far, true);
		if (r < 0)
			return r;
	}
	return each(data, -1, &f->far, true);
}

int reach_lookup(struct reach *x, struct flow *f, const struct seal_fw_key *key,
		 const struct seal_fw_set *set,
		 int (*each)(void *data, ssize_t i, const struct seal_ranges *far, bool undecided),
		 void *data)
{
	seal_u128 parts[16];
	struct concat c;
	ssize_t hit;
	size_t i;

	read_concat(x, f, key, &c);
	if (c.absent)
		return each(data, -2, &f->far, false);
	if (set->changes || set->expires)
		f->may_change = true;
	f->far.owned = false;
	if (key->n != set->n_parts)
		return lookup_vague(f, set, &(struct concat){.n = 0}, each, data);
	if (c.open != SIZE_MAX && !c.vague)
		return lookup_open(x, f, set, &c, each, data);
	if (c.vague || c.open != SIZE_MAX)
		return lookup_vague(f, set, &c, each, data);
	for (i = 0; i < c.n; i++)
		parts[i] = c.v[i].lo;
	hit = seal_set_find(set, parts);
	if (hit < 0 && set->unknown)
		return lookup_vague(f, set, &c, each, data);
	return each(data, hit, &f->far, false);
}
