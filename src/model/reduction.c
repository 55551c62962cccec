/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/reduction.h"

#include <errno.h>

#include "core/time.h"

#define MERGE_AT ((size_t)1 << 20) /* parts that may gather before equal ones are merged */

static const char *const kinds[SEAL_TOTAL_MAX_] = {
	[SEAL_TOTAL_HOST] = "host",     [SEAL_TOTAL_FINDING] = "finding",
	[SEAL_TOTAL_WAIVER] = "waiver", [SEAL_TOTAL_CAUSE] = "cause",
	[SEAL_TOTAL_DENIAL] = "denial", [SEAL_TOTAL_FIX] = "fix",
	[SEAL_TOTAL_PATH] = "path",
};

static const char *const abouts[SEAL_ABOUT_MAX_] = {
	[SEAL_ABOUT_ID] = "id",
	[SEAL_ABOUT_AREA] = "area",
	[SEAL_ABOUT_SEVERITY] = "severity",
	[SEAL_ABOUT_CLASS] = "class",
	[SEAL_ABOUT_VERDICT] = "verdict",
	[SEAL_ABOUT_TITLE] = "title",
	[SEAL_ABOUT_SOURCE_TYPE] = "source_type",
	[SEAL_ABOUT_TARGET_TYPE] = "target_type",
	[SEAL_ABOUT_TCLASS] = "tclass",
	[SEAL_ABOUT_DIRECTION] = "direction",
	[SEAL_ABOUT_PROTOCOL] = "protocol",
	[SEAL_ABOUT_PORT] = "port",
	[SEAL_ABOUT_PURPOSE] = "purpose",
	[SEAL_ABOUT_KIND] = "kind",
	[SEAL_ABOUT_COMMANDS] = "commands",
	[SEAL_ABOUT_OBJECT] = "object",
	[SEAL_ABOUT_OWNER] = "owner",
	[SEAL_ABOUT_EXPIRES] = "expires",
	[SEAL_ABOUT_DISTRO] = "distro",
	[SEAL_ABOUT_MTA] = "mta",
	[SEAL_ABOUT_SELINUX] = "selinux",
	[SEAL_ABOUT_POLICY] = "policy",
};

static const char *const slots[SEAL_SLOT_MAX_] = {
	[SEAL_SLOT_HOSTS] = "hosts",   [SEAL_SLOT_PERMS] = "perms",
	[SEAL_SLOT_COMM] = "comm",     [SEAL_SLOT_REASONS] = "reasons",
	[SEAL_SLOT_VERBS] = "verbs",   [SEAL_SLOT_TOOLS] = "tools",
	[SEAL_SLOT_UNREAD] = "unread", [SEAL_SLOT_LOGS] = "logs",
	[SEAL_SLOT_CHECKS] = "checks", [SEAL_SLOT_CUT_SHORT] = "cut_short",
};

const char *seal_total_kind_name(enum seal_total_kind k)
{
	return (unsigned)k < SEAL_TOTAL_MAX_ ? kinds[k] : NULL;
}

const char *seal_about_name(enum seal_about_key k)
{
	return (unsigned)k < SEAL_ABOUT_MAX_ ? abouts[k] : NULL;
}

const char *seal_part_slot_name(enum seal_slot s)
{
	return (unsigned)s < SEAL_SLOT_MAX_ ? slots[s] : NULL;
}

const char *seal_total_number_name(enum seal_total_kind k, unsigned i)
{
	static const char *const of_cause[SEAL_PART_NUMBERS] = {"messages", "recipients", "events"};

	if (k == SEAL_TOTAL_CAUSE && i < SEAL_PART_NUMBERS)
		return of_cause[i];
	return k == SEAL_TOTAL_DENIAL && i == 0 ? "count" : NULL;
}

int seal_reduction_init(struct seal_reduction *r)
{
	*r = (struct seal_reduction){.arena = seal_arena_new()};
	return r->arena ? 0 : -ENOMEM;
}

void seal_reduction_done(struct seal_reduction *r)
{
	seal_vec_done(&r->totals);
	seal_vec_done(&r->parts);
	seal_vec_done(&r->names);
	seal_table_done(&r->total_table);
	seal_table_done(&r->name_table);
	if (r->arena)
		seal_arena_free(r->arena);
	r->arena = NULL;
}

/* name_of - the place of a name, added when it is new */
static int name_of(struct seal_reduction *r, struct seal_bytes name, uint32_t *ret)
{
	uint64_t hash = seal_hash(name, 0);
	struct seal_bytes *new;
	size_t at = 0;
	uint32_t i;

	while ((i = seal_table_next(&r->name_table, hash, &at)) != SEAL_TABLE_NONE) {
		if (seal_bytes_cmp(r->names.v[i], name) != 0)
			continue;
		*ret = i;
		return 0;
	}
	if (r->names.n >= SEAL_TABLE_NONE)
		return -EOVERFLOW;
	new = seal_vec_add(&r->names);
	if (!new || seal_arena_copy(r->arena, name, new) < 0)
		return -ENOMEM;
	*ret = (uint32_t)(r->names.n - 1);
	return seal_table_add(&r->name_table, hash, *ret);
}

static int compare_about(const struct seal_bytes *a, const struct seal_bytes *b)
{
	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++) {
		int d = seal_bytes_cmp(a[i], b[i]);

		if (d)
			return d;
	}
	return 0;
}

static int copy_about(struct seal_reduction *r, const struct seal_bytes *about,
		      struct seal_total *t)
{
	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++)
		if (seal_arena_intern(r->arena, about[i], &t->about[i]) < 0)
			return -ENOMEM;
	return 0;
}

int seal_reduction_total(struct seal_reduction *r, enum seal_total_kind kind,
			 struct seal_bytes name, const struct seal_bytes *about, uint32_t *ret)
{
	uint64_t hash = seal_hash(name, (uint64_t)kind);
	struct seal_total *t;
	size_t at = 0;
	uint32_t i;

	while ((i = seal_table_next(&r->total_table, hash, &at)) != SEAL_TABLE_NONE) {
		t = &r->totals.v[i];
		if (t->kind != kind || seal_bytes_cmp(t->name, name) != 0)
			continue;
		*ret = i;
		return compare_about(about, t->about) > 0 ? copy_about(r, about, t) : 0;
	}
	if (r->totals.n >= SEAL_TABLE_NONE)
		return -EOVERFLOW;
	t = seal_vec_add(&r->totals);
	if (!t || seal_arena_copy(r->arena, name, &t->name) < 0 || copy_about(r, about, t) < 0)
		return -ENOMEM;
	t->kind = kind;
	t->first_us = t->last_us = SEAL_TIME_NONE;
	*ret = (uint32_t)(r->totals.n - 1);
	return seal_table_add(&r->total_table, hash, *ret);
}

void seal_reduction_span(struct seal_reduction *r, uint32_t total, int64_t first_us,
			 int64_t last_us)
{
	struct seal_total *t = &r->totals.v[total];

	if (first_us != SEAL_TIME_NONE && (t->first_us == SEAL_TIME_NONE || first_us < t->first_us))
		t->first_us = first_us;
	if (last_us != SEAL_TIME_NONE && (t->last_us == SEAL_TIME_NONE || last_us > t->last_us))
		t->last_us = last_us;
}

static int compare_places(const void *a, const void *b)
{
	const struct seal_part *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->state < y->state ? -1 : x->state > y->state;
}

/* sum - that stays at the largest number, so that it is still associative */
static int64_t sum(int64_t a, int64_t b)
{
	int64_t ret;

	return __builtin_add_overflow(a, b, &ret) ? INT64_MAX : ret;
}

static int64_t least_time(int64_t a, int64_t b)
{
	if (a == SEAL_TIME_NONE || b == SEAL_TIME_NONE)
		return a == SEAL_TIME_NONE ? b : a;
	return a < b ? a : b;
}

static int64_t last_time(int64_t a, int64_t b)
{
	if (a == SEAL_TIME_NONE || b == SEAL_TIME_NONE)
		return a == SEAL_TIME_NONE ? b : a;
	return a > b ? a : b;
}

static void merge_into(struct seal_part *to, const struct seal_part *from)
{
	if (to->slot == SEAL_SLOT_LOGS) {
		to->n[0] = sum(to->n[0], from->n[0]);
		to->n[1] = least_time(to->n[1], from->n[1]);
		to->n[2] = last_time(to->n[2], from->n[2]);
		return;
	}
	for (unsigned i = 0; i < SEAL_PART_NUMBERS; i++) {
		if (to->slot == SEAL_SLOT_CHECKS)
			to->n[i] = to->n[i] > from->n[i] ? to->n[i] : from->n[i];
		else
			to->n[i] = sum(to->n[i], from->n[i]);
	}
}

/* merge - equal parts become one */
static void merge(struct seal_reduction *r)
{
	size_t n = 0;

	if (r->parts.n)
		qsort(r->parts.v, r->parts.n, sizeof(*r->parts.v), compare_places);
	for (size_t i = 0; i < r->parts.n; i++) {
		if (n && compare_places(&r->parts.v[n - 1], &r->parts.v[i]) == 0)
			merge_into(&r->parts.v[n - 1], &r->parts.v[i]);
		else
			r->parts.v[n++] = r->parts.v[i];
	}
	r->parts.n = r->n_merged = n;
}

int seal_reduction_part(struct seal_reduction *r, uint32_t total, enum seal_slot slot,
			struct seal_bytes state, struct seal_bytes name, const int64_t *n)
{
	struct seal_part p = {.total = total, .slot = slot}, *new;
	int e = name_of(r, state, &p.state);

	if (e == 0)
		e = name_of(r, name, &p.name);
	if (e < 0)
		return e;
	if (n)
		memcpy(p.n, n, sizeof(p.n));
	if (r->parts.n - r->n_merged >= MERGE_AT && r->parts.n >= 2 * r->n_merged)
		merge(r);
	new = seal_vec_add(&r->parts);
	if (!new)
		return -ENOMEM;
	*new = p;
	return 0;
}

/* struct ranked - a thing with the place it had */
struct ranked {
	struct seal_bytes name;
	uint32_t kind, place;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return seal_bytes_cmp(x->name, y->name);
}

/* rank - where each of @n things goes in the order of kinds and names; caller frees */
static uint32_t *rank(struct ranked *things, size_t n)
{
	uint32_t *ret = calloc(n + 1, sizeof(*ret));

	if (ret && n)
		qsort(things, n, sizeof(*things), compare_ranked);
	for (size_t i = 0; ret && i < n; i++)
		ret[things[i].place] = (uint32_t)i;
	return ret;
}

/* sort_totals - and tell the parts. Returns 0 or -ENOMEM */
static int sort_totals(struct seal_reduction *r)
{
	seal_auto_free struct ranked *things = calloc(r->totals.n + 1, sizeof(*things));
	seal_auto_free struct seal_total *old = calloc(r->totals.n + 1, sizeof(*old));
	seal_auto_free uint32_t *places = NULL;

	if (!things || !old)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->totals.n; i++) {
		old[i] = r->totals.v[i];
		things[i] = (struct ranked){old[i].name, old[i].kind, i};
	}
	places = rank(things, r->totals.n);
	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < r->totals.n; i++)
		r->totals.v[places[i]] = old[i];
	seal_vec_each (p, &r->parts) {
		p->total = places[p->total];
	}
	return 0;
}

static int sort_names(struct seal_reduction *r)
{
	seal_auto_free struct ranked *things = calloc(r->names.n + 1, sizeof(*things));
	seal_auto_free uint32_t *places = NULL;

	if (!things)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->names.n; i++)
		things[i] = (struct ranked){r->names.v[i], 0, i};
	places = rank(things, r->names.n);
	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < r->names.n; i++)
		r->names.v[i] = things[i].name;
	seal_vec_each (p, &r->parts) {
		p->name = places[p->name];
		p->state = places[p->state];
	}
	return 0;
}

int seal_reduction_finish(struct seal_reduction *r)
{
	/* the tables tell old places; nothing is added any more */
	seal_table_done(&r->total_table);
	seal_table_done(&r->name_table);
	if (sort_totals(r) < 0 || sort_names(r) < 0)
		return -ENOMEM;
	merge(r);
	return 0;
}
