/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/firewalld_table.h"

#include <errno.h>

/* out of memory is an error to return, not to exit on */
#define HASH_NONFATAL_OOM        1
#define uthash_nonfatal_oom(elt) ((elt) = NULL)
#include <uthash.h>

struct fwd_chain {
	const char *name;
	const char *base;
	uint64_t handle;
	seal_vec(struct fwd_nft_rule) rules;
	seal_vec(long) priorities; /* of the rules placed by priority, sorted */
	UT_hash_handle hh;
};

struct fwd_key {
	struct seal_bytes bytes;
	UT_hash_handle hh;
};

void fwd_table_done(struct fwd_table *t)
{
	size_t i;

	HASH_CLEAR(hh, t->keys);
	HASH_CLEAR(hh, t->chain_index);
	for (i = 0; i < t->chains.n; i++) {
		seal_vec_done(&t->chains.v[i]->rules);
		seal_vec_done(&t->chains.v[i]->priorities);
	}
	seal_vec_done(&t->chains);
	seal_vec_done(&t->sets);
	seal_vec_done(&t->helpers);
	seal_vec_done(&t->dispatch[0]);
	seal_vec_done(&t->dispatch[1]);
}

static struct fwd_chain *find(const struct fwd_table *t, const char *name)
{
	struct fwd_chain *c;

	HASH_FIND(hh, t->chain_index, name, strlen(name), c);
	return c;
}

bool fwd_table_has_chain(const struct fwd_table *t, const char *name)
{
	return find(t, name) != NULL;
}

int fwd_table_chain(struct fwd_table *t, const char *name, const char *base)
{
	struct fwd_chain *c, *added, **slot;

	if (find(t, name))
		return 0;
	c = seal_arena_alloc(t->arena, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->name = seal_arena_printf(t->arena, "%s", name);
	if (!c->name)
		return -ENOMEM;
	c->base = base;
	c->handle = ++t->handle;

	slot = seal_vec_add(&t->chains);
	if (!slot)
		return -ENOMEM;
	*slot = c;
	added = c;
	HASH_ADD_KEYPTR(hh, t->chain_index, c->name, strlen(c->name), added);
	return added ? 0 : -ENOMEM;
}

/* whether the rule is new; it is remembered then. Returns 1, 0 (known) or -ENOMEM */
static int remember(struct fwd_table *t, const char *chain, struct seal_bytes expr,
		    struct fwd_place_at where)
{
	struct fwd_key *k, *added;
	const char *key;
	size_t n;

	key = seal_arena_printf(t->arena, "%s %d %ld %.*s", chain, where.kind,
				where.place == FWD_PLACE_PRIORITY ? where.at : 0, (int)expr.n,
				expr.p);
	if (!key)
		return -ENOMEM;
	n = strlen(key);
	HASH_FIND(hh, t->keys, key, n, k);
	if (k)
		return 0;

	k = seal_arena_alloc(t->arena, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->bytes = (struct seal_bytes){key, n};
	added = k;
	HASH_ADD_KEYPTR(hh, t->keys, key, n, added);
	return added ? 1 : -ENOMEM;
}

/* index in the chain, counting only rules placed by priority, as firewalld does */
static int place_of(struct fwd_chain *c, struct fwd_place_at where, size_t *ret)
{
	size_t i;
	long *p;

	*ret = c->rules.n;
	if (where.place == FWD_PLACE_FRONT)
		*ret = 0;
	else if (where.place == FWD_PLACE_INDEX && where.at >= 0 && (size_t)where.at < c->rules.n)
		*ret = (size_t)where.at;
	if (where.place != FWD_PLACE_PRIORITY)
		return 0;

	p = seal_vec_add(&c->priorities);
	if (!p)
		return -ENOMEM;
	for (i = c->priorities.n - 1; i > 0 && c->priorities.v[i - 1] > where.at; i--)
		c->priorities.v[i] = c->priorities.v[i - 1];
	c->priorities.v[i] = where.at;
	*ret = i;
	return 0;
}

int fwd_table_rule(struct fwd_table *t, const char *chain, struct seal_bytes expr,
		   struct fwd_place_at where, const struct seal_origin *origin)
{
	struct fwd_chain *c = find(t, chain);
	struct fwd_nft_rule *r, v = {.origin = origin, .maybe = where.maybe};
	size_t i, at;
	int e;

	if (!c)
		return -EINVAL;
	e = remember(t, chain, expr, where);
	if (e <= 0)
		return e;
	if (++t->n_rules > FWD_RULES_MAX)
		return -EFBIG;
	if (seal_arena_copy(t->arena, expr, &v.expr) < 0)
		return -ENOMEM;

	e = place_of(c, where, &at);
	if (e < 0)
		return e;
	r = seal_vec_add(&c->rules);
	if (!r)
		return -ENOMEM;
	for (i = c->rules.n - 1; i > at; i--)
		c->rules.v[i] = c->rules.v[i - 1];
	v.handle = ++t->handle;
	c->rules.v[at] = v;
	return 0;
}

int fwd_table_set(struct fwd_table *t, struct seal_bytes name, struct seal_bytes json)
{
	struct fwd_nft_set *s = seal_vec_add(&t->sets);

	if (!s)
		return -ENOMEM;
	s->name = name;
	s->handle = ++t->handle;
	return seal_arena_copy(t->arena, json, &s->json);
}

void fwd_table_anonymous(struct fwd_table *t)
{
	t->handle++;
}

static void put_chain(struct seal_buf *out, const struct fwd_chain *c)
{
	seal_buf_printf(
		out,
		",\n{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"%s\","
		"\"handle\":%llu",
		c->name, (unsigned long long)c->handle);
	if (c->base)
		seal_buf_printf(out, ",%s,\"policy\":\"accept\"", c->base);
	seal_buf_puts(out, "}}");
}

static void put_rules(struct seal_buf *out, const struct fwd_chain *c)
{
	size_t i;

	for (i = 0; i < c->rules.n; i++) {
		const struct fwd_nft_rule *r = &c->rules.v[i];

		seal_buf_printf(out,
				",\n{\"rule\":{\"family\":\"inet\",\"table\":\"firewalld\","
				"\"chain\":\"%s\",\"handle\":%llu,\"expr\":[",
				c->name, (unsigned long long)r->handle);
		seal_buf_put(out, r->expr.p, r->expr.n);
		seal_buf_puts(out, "]}}");
	}
}

int fwd_table_json(const struct fwd_table *t, struct seal_buf *out)
{
	size_t i;

	seal_buf_puts(out, "{\"nftables\":[{\"metainfo\":{\"json_schema_version\":1}},\n"
			   "{\"table\":{\"family\":\"inet\",\"name\":\"firewalld\",\"handle\":1}}");
	for (i = 0; i < t->sets.n; i++) {
		const struct fwd_nft_set *s = &t->sets.v[i];

		seal_buf_printf(out,
				",\n{\"set\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":"
				"\"%.*s\",\"handle\":%llu,",
				(int)s->name.n, s->name.p, (unsigned long long)s->handle);
		seal_buf_put(out, s->json.p, s->json.n);
		seal_buf_puts(out, "}}");
	}
	for (i = 0; i < t->chains.n; i++)
		put_chain(out, t->chains.v[i]);
	for (i = 0; i < t->chains.n; i++)
		put_rules(out, t->chains.v[i]);
	seal_buf_puts(out, "\n]}\n");
	return out->err;
}

long fwd_table_find(const struct fwd_table *t, const char *chain, struct seal_bytes expr)
{
	const struct fwd_chain *c = find(t, chain);
	size_t i;

	for (i = 0; c && i < c->rules.n; i++)
		if (seal_bytes_eq(c->rules.v[i].expr, expr))
			return (long)i;
	return -1;
}

int fwd_table_index(struct fwd_table *t)
{
	size_t i, j, n;

	if (__builtin_mul_overflow((size_t)t->handle + 1, sizeof(*t->by_handle), &n))
		return -ENOMEM;
	t->by_handle = seal_arena_alloc(t->arena, n);
	if (!t->by_handle)
		return -ENOMEM;
	t->n_handles = (size_t)t->handle + 1;
	for (i = 0; i < t->chains.n; i++)
		for (j = 0; j < t->chains.v[i]->rules.n; j++)
			t->by_handle[t->chains.v[i]->rules.v[j].handle] =
				&t->chains.v[i]->rules.v[j];
	return 0;
}

const struct fwd_nft_rule *fwd_table_by_handle(const struct fwd_table *t, uint64_t handle)
{
	return handle < t->n_handles ? t->by_handle[handle] : NULL;
}
