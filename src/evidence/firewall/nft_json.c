/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_json.h"

#include "evidence/firewall/nft_json_impl.h"

#include <errno.h>

#define DOCUMENT_MAX ((size_t)1 << 30)

/* struct object - the fields all listed objects share; a field the reader must see later is kept as
 * a place in the text */
struct object {
	struct seal_bytes family, table, name, chain, comment;
	uint64_t handle;
};

static bool common_field(struct nft_reader *rd, struct seal_bytes key, struct object *o)
{
	struct seal_bytes *to = NULL;

	if (seal_bytes_is(key, "family"))
		to = &o->family;
	else if (seal_bytes_is(key, "table"))
		to = &o->table;
	else if (seal_bytes_is(key, "name"))
		to = &o->name;
	else if (seal_bytes_is(key, "chain"))
		to = &o->chain;
	else if (seal_bytes_is(key, "comment"))
		to = &o->comment;
	if (to && seal_jsonread_peek(&rd->j) == '"') {
		seal_jsonread_string(&rd->j, rd->rs->arena, to);
		return true;
	}
	if (seal_bytes_is(key, "handle")) {
		o->handle = seal_jsonread_u64(&rd->j);
		return true;
	}
	return false;
}

static struct seal_fw_table *table_of(struct nft_reader *rd, struct seal_bytes family,
				      struct seal_bytes name)
{
	enum seal_fw_family f;

	if (!seal_fw_family_parse(family, &f)) {
		seal_ruleset_warn(rd->rs, "a table of a family that is not known");
		return NULL;
	}
	if (rd->table && rd->table->family == f && seal_bytes_eq(rd->table->name, name))
		return rd->table;
	rd->table = seal_fw_table_find(rd->rs, f, name);
	if (!rd->table) {
		rd->table = seal_ruleset_add_table(rd->rs, f, name);
		if (!rd->table)
			nft_oom(rd);
	}
	rd->chain = NULL;
	return rd->table;
}

/* the chain a rule belongs to: the one of the rule before, or the next, or any */
static struct seal_fw_chain *chain_of(struct nft_reader *rd, struct seal_fw_table *t,
				      struct seal_bytes name)
{
	if (rd->chain && rd->chain->table == t) {
		if (seal_bytes_eq(rd->chain->name, name))
			return rd->chain;
		if (rd->chain->next && seal_bytes_eq(rd->chain->next->name, name))
			return rd->chain = rd->chain->next;
	}
	rd->chain = seal_fw_chain_find(t, name);
	if (!rd->chain) {
		rd->placeholders = true;
		rd->chain = seal_ruleset_add_chain(rd->rs, t, name);
		if (!rd->chain)
			nft_oom(rd);
	}
	return rd->chain;
}

/* ---- table ---- */

static void read_table_flags(struct nft_reader *rd, bool *dormant, bool *other)
{
	struct seal_bytes s = SEAL_BYTES_NONE;

	if (seal_jsonread_peek(&rd->j) == '"') {
		seal_jsonread_string(&rd->j, rd->rs->arena, &s);
		*dormant = seal_bytes_is(s, "dormant");
		*other = !*dormant;
		return;
	}
	if (seal_jsonread_peek(&rd->j) != '[') {
		seal_jsonread_skip(&rd->j);
		*other = true;
		return;
	}
	seal_jsonread_enter(&rd->j, '[');
	while (seal_jsonread_item(&rd->j)) {
		s = SEAL_BYTES_NONE;
		if (seal_jsonread_peek(&rd->j) == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &s);
		else
			seal_jsonread_skip(&rd->j);
		*dormant |= seal_bytes_is(s, "dormant");
		*other |= !seal_bytes_is(s, "dormant");
	}
}

static void read_table(struct nft_reader *rd)
{
	struct object o = {.handle = 0};
	struct seal_bytes key;
	struct seal_fw_table *t;
	bool dormant = false, other = false;

	while (seal_jsonread_key(&rd->j, &key)) {
		if (common_field(rd, key, &o))
			continue;
		if (seal_bytes_is(key, "flags"))
			read_table_flags(rd, &dormant, &other);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (rd->j.fault)
		return;
	t = table_of(rd, o.family, o.name);
	if (!t)
		return;
	t->handle = o.handle;
	t->dormant = dormant;
	t->flags_unknown = rd->old_flags && other;
	if (t->flags_unknown)
		seal_ruleset_warn(rd->rs,
				  "flags of a table are garbled by nft before 1.1.0: it may be "
				  "dormant");
}

/* ---- chain ---- */

struct chain_fields {
	struct seal_bytes type, hook, policy;
	struct seal_bytes prio;
	seal_vec(struct seal_bytes) devices;
};

static void read_devices(struct nft_reader *rd, struct chain_fields *f)
{
	struct seal_bytes *d;

	if (seal_jsonread_peek(&rd->j) == '"') {
		d = seal_vec_add(&f->devices);
		if (d)
			seal_jsonread_string(&rd->j, rd->rs->arena, d);
		else
			nft_oom(rd);
		return;
	}
	if (seal_jsonread_peek(&rd->j) != '[') {
		seal_jsonread_skip(&rd->j);
		return;
	}
	seal_jsonread_enter(&rd->j, '[');
	while (seal_jsonread_item(&rd->j))
		if (seal_jsonread_peek(&rd->j) == '"')
			read_devices(rd, f);
		else
			seal_jsonread_skip(&rd->j);
}

static void chain_field(struct nft_reader *rd, struct seal_bytes key, struct chain_fields *f)
{
	char kind = seal_jsonread_peek(&rd->j);
	struct seal_bytes *to = NULL;

	if (seal_bytes_is(key, "type"))
		to = &f->type;
	else if (seal_bytes_is(key, "hook"))
		to = &f->hook;
	else if (seal_bytes_is(key, "policy"))
		to = &f->policy;
	else if (seal_bytes_is(key, "prio"))
		to = &f->prio;
	if (seal_bytes_is(key, "dev") || seal_bytes_is(key, "devs"))
		read_devices(rd, f);
	else if (to && kind == '"')
		seal_jsonread_string(&rd->j, rd->rs->arena, to);
	else if (to && kind == '0')
		seal_jsonread_number(&rd->j, to);
	else
		seal_jsonread_skip(&rd->j);
}

static void set_base(struct nft_reader *rd, struct seal_fw_chain *c, struct chain_fields *f)
{
	if (seal_bytes_is(f->type, "filter"))
		c->type = SEAL_FW_FILTER;
	else if (seal_bytes_is(f->type, "nat"))
		c->type = SEAL_FW_NAT;
	else if (seal_bytes_is(f->type, "route"))
		c->type = SEAL_FW_ROUTE;
	else
		c->unknown = true;
	c->policy_drop = seal_bytes_is(f->policy, "drop");
	if (f->policy.n && !c->policy_drop && !seal_bytes_is(f->policy, "accept"))
		c->unknown = true;
	if (!seal_fw_hook_parse(f->hook, &c->hook)) {
		/* not on any path that is known: it may be on ours */
		c->hook = SEAL_FW_PREROUTING;
		c->unknown = true;
	}
	if (seal_fw_priority_parse(c->table->family, c->hook, f->prio, &c->priority) < 0)
		c->unknown = true;
	if (c->unknown)
		seal_ruleset_warn(rd->rs,
				  "a base chain whose hook, type, priority or policy is not known");
	seal_vec_each (d, &f->devices) {
		struct seal_bytes *copy = seal_vec_add(&c->devices);

		if (!copy || seal_arena_copy(rd->rs->arena, *d, copy) < 0) {
			nft_oom(rd);
			return;
		}
	}
}

static void read_chain(struct nft_reader *rd)
{
	struct object o = {.handle = 0};
	struct chain_fields f = {.hook = SEAL_BYTES_NONE};
	struct seal_fw_table *t;
	struct seal_fw_chain *c = NULL;
	struct seal_bytes key;

	while (seal_jsonread_key(&rd->j, &key))
		if (!common_field(rd, key, &o))
			chain_field(rd, key, &f);
	t = rd->j.fault ? NULL : table_of(rd, o.family, o.table);
	if (t && rd->placeholders)
		c = seal_fw_chain_find(t, o.name);
	if (t && !c) {
		c = seal_ruleset_add_chain(rd->rs, t, o.name);
		if (!c)
			nft_oom(rd);
	}
	if (c) {
		c->handle = o.handle;
		if (f.hook.n)
			set_base(rd, c, &f);
	}
	seal_vec_done(&f.devices);
}

/* ---- set and map ---- */

static void note_types(struct nft_reader *rd, struct seal_fw_set *s, const struct nft_key *key,
		       const struct nft_key *data)
{
	size_t i;

	s->types = seal_arena_alloc(rd->rs->arena, key->n * sizeof(*s->types));
	if (!s->types) {
		nft_oom(rd);
		return;
	}
	for (i = 0; i < key->n; i++)
		s->types[i] = key->parts[i].text;
	if (s->is_map && !s->verdicts && data->n)
		s->data_type = data->parts[0].text;
}

static void set_flags(struct nft_reader *rd, bool *dynamic)
{
	struct seal_bytes s;

	if (seal_jsonread_peek(&rd->j) == '"') {
		seal_jsonread_string(&rd->j, rd->rs->arena, &s);
		*dynamic |= seal_bytes_is(s, "dynamic");
		return;
	}
	if (seal_jsonread_peek(&rd->j) != '[') {
		seal_jsonread_skip(&rd->j);
		return;
	}
	seal_jsonread_enter(&rd->j, '[');
	while (seal_jsonread_item(&rd->j))
		set_flags(rd, dynamic);
}

static void read_set(struct nft_reader *rd, bool is_map)
{
	struct object o = {.handle = 0};
	struct nft_key key = {.n = 0}, data = {.n = 0};
	struct seal_jsonread elem, back, map = {NULL};
	bool has_elem = false, dynamic = false;
	struct seal_bytes name, word;
	struct seal_fw_table *t;
	struct seal_fw_set *s;

	while (seal_jsonread_key(&rd->j, &name)) {
		if (common_field(rd, name, &o))
			continue;
		if (seal_bytes_is(name, "type")) {
			nft_key_types(rd, &key);
		} else if (seal_bytes_is(name, "map")) {
			map = rd->j;
			nft_key_types(rd, &data);
		} else if (seal_bytes_is(name, "flags")) {
			set_flags(rd, &dynamic);
		} else if (seal_bytes_is(name, "elem")) {
			elem = rd->j;
			has_elem = true;
			seal_jsonread_skip(&rd->j);
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	t = rd->j.fault ? NULL : table_of(rd, o.family, o.table);
	if (!t)
		return;
	s = seal_ruleset_add_set(rd->rs, t, o.name, key.n);
	if (!s) {
		nft_oom(rd);
		return;
	}
	s->handle = o.handle;
	s->is_map = is_map;
	s->unknown = key.unknown && has_elem;
	s->changes = dynamic;
	if (is_map && map.p && seal_jsonread_peek(&map) == '"')
		s->verdicts = seal_jsonread_string(&map, rd->rs->arena, &word) &&
			      seal_bytes_is(word, "verdict");
	s->n_data = is_map && !s->verdicts ? data.n : 0;
	if (is_map && !s->verdicts && data.unknown)
		s->unknown = true;
	note_types(rd, s, &key, &data);
	if (!has_elem || rd->j.fault)
		return;
	back = rd->j;
	rd->j = elem;
	nft_read_elements(rd, &key, is_map && !s->verdicts ? &data : NULL, s);
	if (!rd->j.fault)
		rd->j = back;
}

/* ---- rule ---- */

/* NULL: of a family that is not known, or memory is gone */
static struct seal_fw_rule *new_rule(struct nft_reader *rd, const struct object *o, bool insert)
{
	struct seal_fw_table *t = table_of(rd, o->family, o->table);
	struct seal_fw_chain *c = t ? chain_of(rd, t, o->chain) : NULL;
	struct seal_fw_rule *rule;

	if (!c)
		return NULL;
	rule = (insert ? seal_ruleset_insert_rule : seal_ruleset_add_rule)(rd->rs, c);
	if (!rule)
		nft_oom(rd);
	return rule;
}

static void read_rule(struct nft_reader *rd, bool insert)
{
	struct object o = {.handle = 0};
	struct seal_jsonread expr = {NULL}, back;
	struct seal_fw_rule *rule = NULL;
	struct seal_bytes key;

	while (seal_jsonread_key(&rd->j, &key)) {
		if (common_field(rd, key, &o))
			continue;
		if (!seal_bytes_is(key, "expr")) {
			seal_jsonread_skip(&rd->j);
			continue;
		}
		expr = rd->j;
		if (!o.chain.n || !o.table.n || rule) {
			seal_jsonread_skip(&rd->j);
			continue;
		}
		/* as nft lists it: what the rule belongs to stands before its statements */
		rule = new_rule(rd, &o, insert);
		if (rule)
			nft_read_rule(rd, rule);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (rd->j.fault)
		return;
	if (!rule) {
		rule = new_rule(rd, &o, insert);
		if (!rule)
			return;
		if (expr.p) {
			back = rd->j;
			rd->j = expr;
			nft_read_rule(rd, rule);
			if (!rd->j.fault)
				rd->j = back;
		}
	}
	rule->handle = o.handle;
	rd->rs->numbered |= o.handle != 0;
	if (o.comment.n)
		nft_check(rd, seal_arena_intern(rd->rs->arena, o.comment, &rule->comment));
}

/* {"element": {.., "name": set, "elem": [..]}} of a document that adds */
static void read_element_object(struct nft_reader *rd)
{
	while (rd->j.depth) {
		struct seal_bytes key;

		if (!seal_jsonread_key(&rd->j, &key))
			break;
		seal_jsonread_skip(&rd->j);
	}
	seal_ruleset_warn(rd->rs, "elements added apart from their set are not read");
	rd->rs->n_unknown++;
}

/* ---- document ---- */

static void read_metainfo(struct nft_reader *rd)
{
	struct seal_bytes key, version = SEAL_BYTES_NONE, rest;
	uint32_t major, minor;

	while (seal_jsonread_key(&rd->j, &key))
		if (seal_bytes_is(key, "version") && seal_jsonread_peek(&rd->j) == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &version);
		else
			seal_jsonread_skip(&rd->j);
	if (seal_parse_u32(seal_bytes_cut(version, '.', &rest), 10, &major) < 0 || !rest.p ||
	    seal_parse_u32(seal_bytes_cut(rest, '.', &rest), 10, &minor) < 0)
		return; /* unreadable, as fuzzed or future: flags stay suspect */
	rd->old_flags = major < 1 || (major == 1 && minor < 1);
}

static void skip_object(struct nft_reader *rd)
{
	struct seal_bytes key;

	while (seal_jsonread_key(&rd->j, &key))
		seal_jsonread_skip(&rd->j);
}

static void read_object(struct nft_reader *rd, struct seal_bytes name, bool insert)
{
	if (seal_jsonread_peek(&rd->j) != '{') {
		seal_jsonread_skip(&rd->j);
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	if (seal_bytes_is(name, "rule"))
		read_rule(rd, insert);
	else if (seal_bytes_is(name, "chain"))
		read_chain(rd);
	else if (seal_bytes_is(name, "table"))
		read_table(rd);
	else if (seal_bytes_is(name, "set"))
		read_set(rd, false);
	else if (seal_bytes_is(name, "map"))
		read_set(rd, true);
	else if (seal_bytes_is(name, "element"))
		read_element_object(rd);
	else if (seal_bytes_is(name, "metainfo"))
		read_metainfo(rd);
	else
		skip_object(rd); /* counter, quota, limit, ct helper, flowtable ...: named by rules
				    alone */
}

/* one member of the list: an object as listed, or one wrapped in a command */
static void read_member(struct nft_reader *rd)
{
	struct seal_bytes name, inner;

	if (seal_jsonread_peek(&rd->j) != '{') {
		seal_jsonread_skip(&rd->j);
		seal_ruleset_warn(rd->rs, "an entry of the list is no object");
		rd->rs->n_unknown++;
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &name)) {
		bool insert = seal_bytes_is(name, "insert");

		if (!insert && !seal_bytes_is(name, "add") && !seal_bytes_is(name, "create")) {
			if (seal_bytes_is(name, "delete") || seal_bytes_is(name, "replace") ||
			    seal_bytes_is(name, "rename"))
				seal_ruleset_warn(rd->rs,
						  "a command other than add is not followed");
			read_object(rd, name, false);
			continue;
		}
		if (!seal_jsonread_enter(&rd->j, '{'))
			return;
		while (seal_jsonread_key(&rd->j, &inner))
			read_object(rd, inner, insert);
	}
}

static bool read_document(struct nft_reader *rd)
{
	struct seal_bytes key;
	bool found = false;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return false;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (!seal_bytes_is(key, "nftables") || seal_jsonread_peek(&rd->j) != '[') {
			seal_jsonread_skip(&rd->j);
			continue;
		}
		found = true;
		seal_jsonread_enter(&rd->j, '[');
		while (seal_jsonread_item(&rd->j))
			read_member(rd);
	}
	return seal_jsonread_end(&rd->j) && found;
}

int seal_nft_json_parse(struct seal_bytes json, struct seal_ruleset **ret, struct seal_err *err)
{
	seal_auto_ruleset struct seal_ruleset *rs = NULL;
	struct nft_reader rd = {.old_flags = true};
	int r;

	if (json.n > DOCUMENT_MAX)
		return seal_err_set(err, -EFBIG, "over %zu bytes", DOCUMENT_MAX);
	if (!json.n)
		return seal_err_set(err, -EBADMSG, "empty: no ruleset");
	rs = seal_ruleset_new();
	if (!rs)
		return seal_err_set(err, -ENOMEM, "out of memory");

	rd.rs = rs;
	rd.j = seal_jsonread_of(json);
	if (!read_document(&rd)) {
		if (rd.no_memory)
			return seal_err_set(err, -ENOMEM, "out of memory");
		if (!rd.j.fault)
			return seal_err_set(err, -EBADMSG, "no \"nftables\" list: not a ruleset");
		return seal_err_set(err, -EBADMSG, "not JSON at byte %zu",
				    seal_jsonread_offset(&rd.j));
	}
	r = seal_ruleset_link(rs, err);
	if (r < 0)
		return r;

	*ret = seal_take(rs);
	return 0;
}
