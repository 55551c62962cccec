/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/ruleset.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define WARNINGS_MAX 64

struct seal_ruleset *seal_ruleset_new(void)
{
	struct seal_ruleset *rs = calloc(1, sizeof(*rs));

	if (!rs)
		return NULL;
	rs->arena = seal_arena_new();
	if (!rs->arena) {
		free(rs);
		return NULL;
	}
	return rs;
}

void seal_ruleset_free(struct seal_ruleset *rs)
{
	struct seal_fw_table *t;
	struct seal_fw_chain *c;

	if (!rs)
		return;
	for (t = rs->tables; t; t = t->next)
		for (c = t->chains; c; c = c->next)
			seal_vec_done(&c->devices);
	seal_vec_done(&rs->warnings);
	seal_arena_free(rs->arena);
	free(rs);
}

void seal_ruleset_warn(struct seal_ruleset *rs, const char *fmt, ...)
{
	struct seal_bytes *w, copy;
	char text[240];
	va_list ap;

	if (rs->warnings.n >= WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (seal_arena_copy(rs->arena, seal_bytes_of(text), &copy) < 0)
		return;
	w = seal_vec_add(&rs->warnings);
	if (w)
		*w = copy;
}

struct seal_fw_table *seal_fw_table_find(const struct seal_ruleset *rs, enum seal_fw_family family,
					 struct seal_bytes name)
{
	struct seal_fw_table *t;

	for (t = rs->tables; t; t = t->next)
		if (t->family == family && seal_bytes_eq(t->name, name))
			return t;
	return NULL;
}

struct seal_fw_chain *seal_fw_chain_find(const struct seal_fw_table *t, struct seal_bytes name)
{
	struct seal_fw_chain *c;

	for (c = t->chains; c; c = c->next)
		if (seal_bytes_eq(c->name, name))
			return c;
	return NULL;
}

struct seal_fw_set *seal_fw_set_find(const struct seal_fw_table *t, struct seal_bytes name)
{
	struct seal_fw_set *s;

	for (s = t->sets; s; s = s->next)
		if (seal_bytes_eq(s->name, name))
			return s;
	return NULL;
}

struct seal_fw_table *seal_ruleset_add_table(struct seal_ruleset *rs, enum seal_fw_family family,
					     struct seal_bytes name)
{
	struct seal_fw_table *t = seal_arena_alloc(rs->arena, sizeof(*t));

	if (!t || seal_arena_intern(rs->arena, name, &t->name) < 0)
		return NULL;
	t->family = family;
	if (rs->last_table)
		rs->last_table->next = t;
	else
		rs->tables = t;
	rs->last_table = t;
	rs->n_tables++;
	return t;
}

struct seal_fw_chain *seal_ruleset_add_chain(struct seal_ruleset *rs, struct seal_fw_table *t,
					     struct seal_bytes name)
{
	struct seal_fw_chain *c = seal_arena_alloc(rs->arena, sizeof(*c));

	if (!c || seal_arena_intern(rs->arena, name, &c->name) < 0)
		return NULL;
	c->table = t;
	c->created = (uint32_t)++rs->n_chains;
	if (t->last_chain)
		t->last_chain->next = c;
	else
		t->chains = c;
	t->last_chain = c;
	return c;
}

static struct seal_fw_rule *new_rule(struct seal_ruleset *rs, struct seal_fw_chain *c)
{
	struct seal_fw_rule *r = seal_arena_alloc(rs->arena, sizeof(*r));

	if (!r)
		return NULL;
	r->chain = c;
	c->n_rules++;
	rs->n_rules++;
	return r;
}

struct seal_fw_rule *seal_ruleset_add_rule(struct seal_ruleset *rs, struct seal_fw_chain *c)
{
	struct seal_fw_rule *r = new_rule(rs, c);

	if (!r)
		return NULL;
	if (c->last)
		c->last->next = r;
	else
		c->first = r;
	c->last = r;
	return r;
}

struct seal_fw_rule *seal_ruleset_insert_rule(struct seal_ruleset *rs, struct seal_fw_chain *c)
{
	struct seal_fw_rule *r = new_rule(rs, c);

	if (!r)
		return NULL;
	r->next = c->first;
	c->first = r;
	if (!c->last)
		c->last = r;
	return r;
}

struct seal_fw_set *seal_ruleset_add_set(struct seal_ruleset *rs, struct seal_fw_table *t,
					 struct seal_bytes name, size_t n_parts)
{
	struct seal_fw_set *s = seal_arena_alloc(rs->arena, sizeof(*s));

	if (!s)
		return NULL;
	s->n_parts = n_parts ? n_parts : 1;
	s->table = t;
	if (!t)
		return s;
	if (seal_arena_intern(rs->arena, name, &s->name) < 0)
		return NULL;
	if (t->last_set)
		t->last_set->next = s;
	else
		t->sets = s;
	t->last_set = s;
	rs->n_sets++;
	return s;
}

/* the arrays of a set double inside the arena: at most as much again is left behind */
static int grow(struct seal_ruleset *rs, struct seal_fw_set *s)
{
	size_t cap = s->cap ? s->cap * 2 : (s->name.n ? 8 : 1), n_ranges, bytes;
	struct seal_fw_range *ranges;
	struct seal_fw_data *data = NULL;

	if (__builtin_mul_overflow(cap, s->n_parts, &n_ranges) ||
	    __builtin_mul_overflow(n_ranges, sizeof(*ranges), &bytes) || bytes > SIZE_MAX / 4)
		return -ENOMEM;
	ranges = seal_arena_alloc(rs->arena, bytes);
	if (!ranges)
		return -ENOMEM;
	if (s->is_map) {
		if (__builtin_mul_overflow(cap, sizeof(*data), &bytes))
			return -ENOMEM;
		data = seal_arena_alloc(rs->arena, bytes);
		if (!data)
			return -ENOMEM;
		if (s->n)
			memcpy(data, s->data, s->n * sizeof(*data));
	}
	if (s->n)
		memcpy(ranges, s->ranges, s->n * s->n_parts * sizeof(*ranges));
	s->ranges = ranges;
	s->data = data;
	s->cap = cap;
	return 0;
}

int seal_set_add(struct seal_ruleset *rs, struct seal_fw_set *s, const struct seal_fw_range *parts,
		 const struct seal_fw_data *data)
{
	int r;

	if (s->n == s->cap) {
		r = grow(rs, s);
		if (r < 0)
			return r;
	}
	memcpy(s->ranges + s->n * s->n_parts, parts, s->n_parts * sizeof(*parts));
	if (s->is_map && data) {
		s->data[s->n] = *data;
		r = seal_arena_intern(rs->arena, data->verdict.name, &s->data[s->n].verdict.name);
		if (r < 0)
			return r;
	}
	s->n++;
	rs->n_elements++;
	return 0;
}

struct seal_fw_stmt *seal_rule_add(struct seal_ruleset *rs, struct seal_fw_rule *r,
				   enum seal_fw_stmt_kind kind)
{
	struct seal_fw_stmt *s = seal_arena_alloc(rs->arena, sizeof(*s));

	if (!s)
		return NULL;
	s->kind = kind;
	if (r->last)
		r->last->next = s;
	else
		r->first = s;
	r->last = s;
	return s;
}

static int copy_key(struct seal_ruleset *rs, const struct seal_fw_key *key, struct seal_fw_key *ret)
{
	struct seal_fw_part *parts = seal_arena_alloc(rs->arena, key->n * sizeof(*parts));

	if (!parts)
		return -ENOMEM;
	memcpy(parts, key->parts, key->n * sizeof(*parts));
	*ret = (struct seal_fw_key){parts, key->n};
	return 0;
}

int seal_rule_match(struct seal_ruleset *rs, struct seal_fw_rule *r, const struct seal_fw_key *key,
		    enum seal_fw_op op, struct seal_fw_set *set, struct seal_bytes name)
{
	struct seal_fw_stmt *s = seal_rule_add(rs, r, SEAL_STMT_MATCH);

	if (!s || copy_key(rs, key, &s->key) < 0)
		return -ENOMEM;
	s->op = op;
	s->set = set;
	return seal_arena_intern(rs->arena, name, &s->name);
}

int seal_rule_match_one(struct seal_ruleset *rs, struct seal_fw_rule *r,
			const struct seal_fw_part *part, enum seal_fw_op op,
			struct seal_fw_range range)
{
	struct seal_fw_set *set = seal_ruleset_add_set(rs, NULL, SEAL_BYTES_NONE, 1);
	struct seal_fw_part copy = *part;
	struct seal_fw_key key = {&copy, 1};

	if (!set || seal_set_add(rs, set, &range, NULL) < 0)
		return -ENOMEM;
	return seal_rule_match(rs, r, &key, op, set, SEAL_BYTES_NONE);
}

int seal_rule_verdict(struct seal_ruleset *rs, struct seal_fw_rule *r,
		      enum seal_fw_verdict_code code, struct seal_bytes target)
{
	struct seal_fw_stmt *s = seal_rule_add(rs, r, SEAL_STMT_VERDICT);

	if (!s)
		return -ENOMEM;
	s->verdict.code = code;
	return seal_arena_intern(rs->arena, target, &s->verdict.name);
}

int seal_rule_reject(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_reject_type type,
		     uint8_t code)
{
	struct seal_fw_stmt *s = seal_rule_add(rs, r, SEAL_STMT_REJECT);

	if (!s)
		return -ENOMEM;
	s->reject = (struct seal_fw_refusal){type, code};
	return 0;
}

static int copy_value(struct seal_ruleset *rs, const struct seal_fw_value *v,
		      struct seal_fw_value *ret)
{
	*ret = *v;
	if (v->key.n && copy_key(rs, &v->key, &ret->key) < 0)
		return -ENOMEM;
	return seal_arena_intern(rs->arena, v->map_name, &ret->map_name);
}

int seal_rule_nat(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_nat_kind kind,
		  uint8_t family, const struct seal_fw_value *addr,
		  const struct seal_fw_value *port)
{
	struct seal_fw_stmt *s = seal_rule_add(rs, r, SEAL_STMT_NAT);

	if (!s)
		return -ENOMEM;
	s->nat = seal_arena_alloc(rs->arena, sizeof(*s->nat));
	if (!s->nat)
		return -ENOMEM;
	s->nat->kind = kind;
	s->nat->family = family;
	if (addr && copy_value(rs, addr, &s->nat->addr) < 0)
		return -ENOMEM;
	if (port && copy_value(rs, port, &s->nat->port) < 0)
		return -ENOMEM;
	return 0;
}

int seal_rule_mark(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_stmt_kind kind,
		   const struct seal_fw_value *value)
{
	struct seal_fw_stmt *s = seal_rule_add(rs, r, kind);

	if (!s)
		return -ENOMEM;
	s->value = seal_arena_alloc(rs->arena, sizeof(*s->value));
	if (!s->value)
		return -ENOMEM;
	return copy_value(rs, value, s->value);
}

int seal_rule_text(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_stmt_kind kind,
		   struct seal_bytes text)
{
	struct seal_fw_stmt *s = seal_rule_add(rs, r, kind);

	if (!s)
		return -ENOMEM;
	if (kind == SEAL_STMT_MAYBE || kind == SEAL_STMT_OPAQUE)
		rs->n_unknown++;
	return seal_arena_intern(rs->arena, text, &s->text);
}
