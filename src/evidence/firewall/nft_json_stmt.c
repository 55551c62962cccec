/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_json_impl.h"
#include "model/fwword.h"

#define QUOTE_BYTES 160 /* of JSON that stands for something not understood */

/* a key of its own, out of the one being read */
static void keep_key(struct nft_reader *rd, const struct nft_key *key, struct seal_fw_key *ret)
{
	ret->parts = seal_arena_alloc(rd->rs->arena, key->n * sizeof(*key->parts));
	if (!ret->parts) {
		nft_oom(rd);
		return;
	}
	memcpy(ret->parts, key->parts, key->n * sizeof(*key->parts));
	ret->n = key->n;
}

/* "name {json}" as the text of an unknown statement or match */
static void unknown_stmt(struct nft_reader *rd, struct seal_fw_rule *rule,
			 enum seal_fw_stmt_kind kind, struct seal_bytes name,
			 struct seal_bytes json)
{
	seal_auto_buf struct seal_buf text = {0};

	seal_buf_put(&text, name.p, name.n);
	if (json.n && !seal_bytes_is(json, "null")) {
		seal_buf_putc(&text, ' ');
		seal_buf_put(&text, json.p, json.n < QUOTE_BYTES ? json.n : QUOTE_BYTES);
	}
	if (text.err)
		nft_oom(rd);
	else
		nft_check(rd, seal_rule_text(rd->rs, rule, kind, seal_buf_bytes(&text)));
}

/* the same of a header field: it has no effect on packets that lack the header */
static void unknown_of(struct nft_reader *rd, struct seal_fw_rule *rule,
		       enum seal_fw_stmt_kind kind, const struct nft_key *key,
		       struct seal_bytes name, struct seal_bytes json)
{
	unknown_stmt(rd, rule, kind, name, json);
	if (key->n && rule->last && !rd->j.fault)
		keep_key(rd, key, &rule->last->key);
}

/* ---- match ---- */

static bool parse_op(struct seal_bytes s, enum seal_fw_op *ret)
{
	static const struct {
		const char *text;
		enum seal_fw_op op;
	} ops[] = {
		{"==", SEAL_FW_EQ}, {"!=", SEAL_FW_NE}, {"<", SEAL_FW_LT},   {">", SEAL_FW_GT},
		{"<=", SEAL_FW_LE}, {">=", SEAL_FW_GE}, {"in", SEAL_FW_ANY}, {"!", SEAL_FW_NONE},
	};
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (seal_bytes_is(s, ops[i].text)) {
			*ret = ops[i].op;
			return true;
		}
	return false;
}

struct match {
	enum seal_fw_op op;
	bool known;
	struct seal_fw_set *set;
	struct seal_bytes name;
};

static struct seal_fw_set *anonymous(struct nft_reader *rd, const struct nft_key *key)
{
	struct seal_fw_set *s = seal_ruleset_add_set(rd->rs, NULL, SEAL_BYTES_NONE, key->n);

	if (!s)
		nft_oom(rd);
	return s;
}

static void one_range(struct nft_reader *rd, const struct nft_key *key, struct match *m,
		      const struct seal_fw_range *r)
{
	m->set = anonymous(rd, key);
	if (m->set)
		nft_check(rd, seal_set_add(rd->rs, m->set, r, NULL));
	m->known = m->set != NULL;
}

/* {"set": [..]}, else a value in an object */
static void right_object(struct nft_reader *rd, struct nft_key *key, struct match *m)
{
	struct seal_jsonread back = rd->j;
	struct seal_fw_range r;
	struct seal_bytes name;

	seal_jsonread_enter(&rd->j, '{');
	if (seal_jsonread_key(&rd->j, &name) &&
	    (seal_bytes_is(name, "set") || seal_bytes_is(name, "concat"))) {
		m->set = anonymous(rd, key);
		if (!m->set)
			return;
		if (seal_bytes_is(name, "set"))
			nft_read_elements(rd, key, NULL, m->set);
		m->known = seal_bytes_is(name, "set");
		if (seal_bytes_is(name, "concat")) {
			struct seal_fw_range parts[NFT_KEY_PARTS];
			size_t n = 0;
			bool ok = seal_jsonread_enter(&rd->j, '[');

			while (ok && seal_jsonread_item(&rd->j)) {
				ok = n < key->n && nft_read_range(rd, &key->parts[n], &parts[n]);
				n++;
			}
			if (ok && n == key->n)
				nft_check(rd, seal_set_add(rd->rs, m->set, parts, NULL));
			m->known = ok && n == key->n;
			if (!m->known && !rd->j.fault) {
				rd->j = back;
				seal_jsonread_skip(&rd->j);
				return;
			}
		}
		while (seal_jsonread_key(&rd->j, &name))
			seal_jsonread_skip(&rd->j);
		return;
	}
	if (rd->j.fault)
		return;
	rd->j = back;
	if (key->n == 1 && nft_read_range(rd, &key->parts[0], &r))
		one_range(rd, key, m, &r);
}

/* "fib .. oif exists" and "missing" are told as true and false */
static void right_bool(struct nft_reader *rd, struct nft_key *key, struct match *m)
{
	bool v = seal_jsonread_bool(&rd->j);
	struct seal_fw_range r = {v, v};

	if (key->n != 1 || key->parts[0].field != SEAL_FIELD_FIB_OIF)
		return;
	key->parts[0].field = SEAL_FIELD_FIB_PRESENT;
	key->parts[0].bits = 1;
	one_range(rd, key, m, &r);
}

static void right_list(struct nft_reader *rd, struct nft_key *key, struct match *m)
{
	struct seal_fw_range r;
	seal_u128 bits;

	if (key->n != 1 || !seal_field_is_bits(key->parts[0].field)) {
		seal_jsonread_skip(&rd->j);
		return;
	}
	if (!nft_read_bits(rd, &key->parts[0], &bits))
		return;
	r = (struct seal_fw_range){bits, bits};
	one_range(rd, key, m, &r);
}

static void read_right(struct nft_reader *rd, struct nft_key *key, struct match *m)
{
	struct seal_fw_range r;
	struct seal_bytes s;
	struct seal_jsonread back = rd->j;

	if (key->unknown || !key->n) {
		seal_jsonread_skip(&rd->j);
		return;
	}
	switch (seal_jsonread_peek(&rd->j)) {
	case '{':
		right_object(rd, key, m);
		return;
	case '[':
		right_list(rd, key, m);
		return;
	case 't':
	case 'f':
		right_bool(rd, key, m);
		return;
	case '"':
		if (!seal_jsonread_string(&rd->j, rd->rs->arena, &s))
			return;
		if (s.n > 1 && s.p[0] == '@') {
			m->name = seal_bytes_from(s, 1);
			m->known = true;
			return;
		}
		rd->j = back;
		break;
	default:
		break;
	}
	if (key->n == 1 && nft_read_range(rd, &key->parts[0], &r))
		one_range(rd, key, m, &r);
	else if (key->n != 1)
		seal_jsonread_skip(&rd->j);
}

static void read_match(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct nft_key key = {.n = 0, .unknown = true};
	struct match m = {.op = SEAL_FW_EQ};
	struct seal_bytes name, op = SEAL_LIT("=="), text = SEAL_BYTES_NONE;
	struct seal_fw_key k;
	struct seal_jsonread right;
	bool left_read = false, right_waits = false;
	const char *from;

	seal_jsonread_peek(&rd->j);
	from = rd->j.p;
	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &name)) {
		if (seal_bytes_is(name, "op") && seal_jsonread_peek(&rd->j) == '"') {
			seal_jsonread_string(&rd->j, rd->rs->arena, &op);
		} else if (seal_bytes_is(name, "left")) {
			nft_read_key(rd, &key);
			left_read = true;
		} else if (seal_bytes_is(name, "right") && left_read) {
			read_right(rd, &key, &m);
		} else if (seal_bytes_is(name, "right")) {
			right = rd->j;
			right_waits = true;
			seal_jsonread_skip(&rd->j);
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	if (rd->j.fault)
		return;
	text = (struct seal_bytes){from, (size_t)(rd->j.p - from)};
	if (right_waits && left_read) {
		struct seal_jsonread back = rd->j;

		rd->j = right;
		read_right(rd, &key, &m);
		if (rd->j.fault)
			return;
		rd->j = back;
	}
	if (!m.known || key.unknown || !parse_op(op, &m.op)) {
		unknown_of(rd, rule, SEAL_STMT_MAYBE, &key,
			   key.n && key.parts[0].text.n ? key.parts[0].text : SEAL_LIT("match"),
			   text);
		return;
	}
	if ((m.op == SEAL_FW_ANY || m.op == SEAL_FW_NONE) &&
	    !(key.n == 1 && seal_field_is_bits(key.parts[0].field)))
		m.op = m.op == SEAL_FW_ANY ? SEAL_FW_EQ : SEAL_FW_NE;
	k = (struct seal_fw_key){key.parts, key.n};
	nft_check(rd, seal_rule_match(rd->rs, rule, &k, m.op, m.set, m.name));
}

/* ---- verdicts ---- */

static bool verdict_code(struct seal_bytes name, enum seal_fw_verdict_code *ret)
{
	static const struct {
		const char *name;
		enum seal_fw_verdict_code code;
	} codes[] = {
		{"accept", SEAL_FW_ACCEPT}, {"drop", SEAL_FW_DROP}, {"continue", SEAL_FW_CONTINUE},
		{"return", SEAL_FW_RETURN}, {"jump", SEAL_FW_JUMP}, {"goto", SEAL_FW_GOTO},
	};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (seal_bytes_is(name, codes[i].name)) {
			*ret = codes[i].code;
			return true;
		}
	return false;
}

static void read_target(struct nft_reader *rd, struct seal_fw_jump *j)
{
	struct seal_bytes key;

	if (seal_jsonread_peek(&rd->j) != '{') {
		seal_jsonread_skip(&rd->j);
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &key))
		if (seal_bytes_is(key, "target") && seal_jsonread_peek(&rd->j) == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &j->name);
		else
			seal_jsonread_skip(&rd->j);
}

bool nft_read_verdict(struct nft_reader *rd, struct seal_fw_jump *ret)
{
	struct seal_bytes key;
	bool ok = false;

	*ret = (struct seal_fw_jump){0};
	if (seal_jsonread_peek(&rd->j) != '{') {
		seal_jsonread_skip(&rd->j);
		return false;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &key)) {
		if (verdict_code(key, &ret->code)) {
			read_target(rd, ret);
			ok = true;
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	return ok;
}

static void read_vmap(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct nft_key key = {.n = 0, .unknown = true};
	struct seal_bytes name, set_name = SEAL_BYTES_NONE, text, inner;
	struct seal_fw_set *set = NULL;
	struct seal_fw_stmt *s;
	const char *from;

	seal_jsonread_peek(&rd->j);
	from = rd->j.p;
	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &name)) {
		char kind = seal_jsonread_peek(&rd->j);

		if (seal_bytes_is(name, "key")) {
			nft_read_key(rd, &key);
		} else if (seal_bytes_is(name, "data") && kind == '"') {
			seal_jsonread_string(&rd->j, rd->rs->arena, &set_name);
		} else if (seal_bytes_is(name, "data") && kind == '{' && key.n) {
			seal_jsonread_enter(&rd->j, '{');
			while (seal_jsonread_key(&rd->j, &inner)) {
				if (!seal_bytes_is(inner, "set") || set) {
					seal_jsonread_skip(&rd->j);
					continue;
				}
				set = anonymous(rd, &key);
				if (!set)
					return;
				set->is_map = set->verdicts = true;
				nft_read_elements(rd, &key, NULL, set);
			}
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	if (rd->j.fault)
		return;
	text = (struct seal_bytes){from, (size_t)(rd->j.p - from)};
	/* a lookup by something unknown can still only lead where the map leads: the walk tries all
	 * of it */
	if (!key.n || (!set && !set_name.n)) {
		unknown_stmt(rd, rule, SEAL_STMT_OPAQUE, SEAL_LIT("vmap"), text);
		return;
	}
	s = seal_rule_add(rd->rs, rule, SEAL_STMT_VMAP);
	if (!s) {
		nft_oom(rd);
		return;
	}
	keep_key(rd, &key, &s->key);
	s->set = set;
	if (set_name.n)
		nft_check(rd,
			  seal_arena_intern(rd->rs->arena, seal_bytes_from(set_name, 1), &s->name));
}

static void read_reject(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct seal_bytes key, type = SEAL_BYTES_NONE, name = SEAL_BYTES_NONE;
	enum seal_fw_reject_type t;
	struct seal_bytes number = SEAL_BYTES_NONE;
	enum seal_fw_family family = rule->chain->table->family;
	uint8_t code = 0;
	uint32_t v;

	if (seal_jsonread_peek(&rd->j) == '{') {
		seal_jsonread_enter(&rd->j, '{');
		while (seal_jsonread_key(&rd->j, &key)) {
			char kind = seal_jsonread_peek(&rd->j);

			if (seal_bytes_is(key, "type") && kind == '"')
				seal_jsonread_string(&rd->j, rd->rs->arena, &type);
			else if (seal_bytes_is(key, "expr") && kind == '"')
				seal_jsonread_string(&rd->j, rd->rs->arena, &name);
			else if (seal_bytes_is(key, "expr") && kind == '0')
				seal_jsonread_number(&rd->j, &number);
			else
				seal_jsonread_skip(&rd->j);
		}
	} else {
		seal_jsonread_skip(&rd->j);
	}
	if (seal_bytes_is(type, "tcp reset"))
		t = SEAL_FW_REJECT_TCP_RESET;
	else if (seal_bytes_is(type, "icmp"))
		t = SEAL_FW_REJECT_ICMP;
	else if (seal_bytes_is(type, "icmpv6"))
		t = SEAL_FW_REJECT_ICMPV6;
	else if (type.n && !seal_bytes_is(type, "icmpx"))
		t = SEAL_FW_REJECT_TYPE_MAX_;
	else if (!type.n && family == SEAL_FW_IP)
		t = SEAL_FW_REJECT_ICMP;
	else if (!type.n && family == SEAL_FW_IP6)
		t = SEAL_FW_REJECT_ICMPV6;
	else
		t = SEAL_FW_REJECT_ICMPX;

	if (number.n && (seal_parse_u32(number, 10, &v) < 0 || v > UINT8_MAX))
		t = SEAL_FW_REJECT_TYPE_MAX_;
	else if (number.n)
		code = (uint8_t)v;
	else if (t < SEAL_FW_REJECT_TYPE_MAX_ && t != SEAL_FW_REJECT_TCP_RESET &&
		 !seal_fw_reject_parse(t, name.n ? name : SEAL_LIT("port-unreachable"), &code))
		t = SEAL_FW_REJECT_TYPE_MAX_;
	if (t == SEAL_FW_REJECT_TYPE_MAX_)
		/* refused in a way not known */
		unknown_stmt(rd, rule, SEAL_STMT_OPAQUE, SEAL_LIT("reject"), type);
	else
		nft_check(rd, seal_rule_reject(rd->rs, rule, t, code));
}

/* ---- arguments ---- */

static void read_map_value(struct nft_reader *rd, const struct seal_fw_part *as,
			   struct seal_fw_value *v)
{
	struct nft_key key = {.n = 0, .unknown = true}, data = {.n = 1};
	struct seal_bytes name, inner, set_name = SEAL_BYTES_NONE;

	data.parts[0] = *as;
	v->kind = SEAL_VALUE_UNKNOWN;
	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &name)) {
		char kind = seal_jsonread_peek(&rd->j);

		if (seal_bytes_is(name, "key")) {
			nft_read_key(rd, &key);
		} else if (seal_bytes_is(name, "data") && kind == '"') {
			seal_jsonread_string(&rd->j, rd->rs->arena, &set_name);
		} else if (seal_bytes_is(name, "data") && kind == '{' && key.n) {
			seal_jsonread_enter(&rd->j, '{');
			while (seal_jsonread_key(&rd->j, &inner)) {
				if (!seal_bytes_is(inner, "set") || v->map) {
					seal_jsonread_skip(&rd->j);
					continue;
				}
				v->map = anonymous(rd, &key);
				if (!v->map)
					return;
				v->map->is_map = true;
				v->map->n_data = 1;
				nft_read_elements(rd, &key, &data, v->map);
			}
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	if (rd->j.fault || !key.n || (!v->map && set_name.n < 2))
		return;
	if (set_name.n)
		v->map_name = seal_bytes_from(set_name, 1);
	keep_key(rd, &key, &v->key);
	v->kind = SEAL_VALUE_MAP;
}

/* a constant, a range, {"map": ..}, or an expression over the packet */
static void read_value(struct nft_reader *rd, const struct seal_fw_part *as,
		       struct seal_fw_value *v)
{
	struct seal_jsonread back = rd->j;
	struct seal_bytes name;
	struct nft_key key = {.n = 0};

	*v = (struct seal_fw_value){.kind = SEAL_VALUE_UNKNOWN, .text = SEAL_LIT("...")};
	if (seal_jsonread_peek(&rd->j) != '{') {
		if (nft_read_range(rd, as, &v->range))
			v->kind = SEAL_VALUE_CONST;
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	if (seal_jsonread_key(&rd->j, &name) && seal_bytes_is(name, "map") &&
	    seal_jsonread_peek(&rd->j) == '{') {
		read_map_value(rd, as, v);
		while (seal_jsonread_key(&rd->j, &name))
			seal_jsonread_skip(&rd->j);
		return;
	}
	if (rd->j.fault)
		return;
	rd->j = back;
	if (seal_bytes_is(name, "prefix") || seal_bytes_is(name, "range")) {
		if (nft_read_range(rd, as, &v->range))
			v->kind = SEAL_VALUE_CONST;
		return;
	}
	nft_read_key(rd, &key);
	if (key.unknown || key.n != 1)
		return;
	keep_key(rd, &key, &v->key);
	v->kind = SEAL_VALUE_KEY;
}

static void read_nat(struct nft_reader *rd, struct seal_fw_rule *rule, enum seal_fw_nat_kind kind)
{
	struct seal_fw_value addr = {0}, port = {0};
	struct seal_fw_part as_port = {.field = SEAL_FIELD_DPORT, .bits = 16};
	struct seal_fw_part as_addr = {.field = SEAL_FIELD_CT_DADDR, .bits = 128};
	struct seal_bytes key, family = SEAL_BYTES_NONE;
	uint8_t f = 0;

	if (seal_jsonread_peek(&rd->j) == '{') {
		seal_jsonread_enter(&rd->j, '{');
		while (seal_jsonread_key(&rd->j, &key)) {
			if (seal_bytes_is(key, "addr"))
				read_value(rd, &as_addr, &addr);
			else if (seal_bytes_is(key, "port"))
				read_value(rd, &as_port, &port);
			else if (seal_bytes_is(key, "family") && seal_jsonread_peek(&rd->j) == '"')
				seal_jsonread_string(&rd->j, rd->rs->arena, &family);
			else
				seal_jsonread_skip(&rd->j); /* flags: random, persistent */
		}
	} else {
		seal_jsonread_skip(&rd->j);
	}
	if (rd->j.fault)
		return;
	if (seal_bytes_is(family, "ip") || rule->chain->table->family == SEAL_FW_IP)
		f = 4;
	else if (seal_bytes_is(family, "ip6") || rule->chain->table->family == SEAL_FW_IP6)
		f = 6;
	nft_check(rd, seal_rule_nat(rd->rs, rule, kind, f, &addr, &port));
}

static bool is_harmless_mangle(const struct nft_key *key)
{
	static const char *const names[] = {
		"meta priority", "meta nftrace", "meta secmark",  "ct label",   "ct event",
		"ct secmark",    "ip ttl",       "ip dscp",       "ip ecn",     "ip6 hoplimit",
		"ip6 dscp",      "ip6 ecn",      "ip6 flowlabel", "tcp option", "maxseg",
	};
	size_t i;

	if (!key->n)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_starts(key->parts[0].text, names[i]))
			return true;
	return false;
}

static void read_mangle(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct seal_fw_part as = {.field = SEAL_FIELD_MARK, .bits = 32};
	struct seal_fw_value v = {.kind = SEAL_VALUE_UNKNOWN};
	struct nft_key key = {.n = 0, .unknown = true};
	enum seal_fw_field field;
	struct seal_bytes name;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &name)) {
		if (seal_bytes_is(name, "key"))
			nft_read_key(rd, &key);
		else if (seal_bytes_is(name, "value"))
			read_value(rd, &as, &v);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (rd->j.fault)
		return;
	field = key.n == 1 ? key.parts[0].field : SEAL_FIELD_UNKNOWN;
	if (field == SEAL_FIELD_MARK || field == SEAL_FIELD_CT_MARK)
		nft_check(rd, seal_rule_mark(rd->rs, rule,
					     field == SEAL_FIELD_MARK ? SEAL_STMT_MARK
								      : SEAL_STMT_CT_MARK,
					     &v));
	else
		unknown_of(rd, rule, is_harmless_mangle(&key) ? SEAL_STMT_NOTE : SEAL_STMT_OPAQUE,
			   &key, key.n ? key.parts[0].text : SEAL_LIT("mangle"), SEAL_LIT("set"));
}

/* ---- the rest ---- */

/* what an element is made of: an expression, or {"elem": {"val": expression, "timeout": ..}} */
static void read_update_elem(struct nft_reader *rd, struct nft_key *ret)
{
	struct seal_jsonread back = rd->j;
	struct seal_bytes key, inner;

	if (seal_jsonread_peek(&rd->j) != '{') {
		seal_jsonread_skip(&rd->j);
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	if (!seal_jsonread_key(&rd->j, &key) || !seal_bytes_is(key, "elem") ||
	    seal_jsonread_peek(&rd->j) != '{') {
		if (!rd->j.fault) {
			rd->j = back;
			nft_read_key(rd, ret);
		}
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &inner))
		if (seal_bytes_is(inner, "val"))
			nft_read_key(rd, ret);
		else
			seal_jsonread_skip(&rd->j);
	while (seal_jsonread_key(&rd->j, &key))
		seal_jsonread_skip(&rd->j);
}

/* {"op": "update", "elem": .., "set": "@seen", "stmt": [..]} */
static void read_update(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct seal_bytes key, op = SEAL_LIT("update"), set = SEAL_BYTES_NONE;
	struct nft_key elem = {.n = 0};
	struct seal_fw_stmt *s;
	bool inner = false;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		char kind = seal_jsonread_peek(&rd->j);

		if (seal_bytes_is(key, "op") && kind == '"') {
			seal_jsonread_string(&rd->j, rd->rs->arena, &op);
		} else if ((seal_bytes_is(key, "set") || seal_bytes_is(key, "map")) &&
			   kind == '"') {
			seal_jsonread_string(&rd->j, rd->rs->arena, &set);
		} else if (seal_bytes_is(key, "elem")) {
			read_update_elem(rd, &elem);
		} else {
			inner |= seal_bytes_is(key, "stmt");
			seal_jsonread_skip(&rd->j);
		}
	}
	if (rd->j.fault)
		return;
	s = seal_rule_add(rd->rs, rule, SEAL_STMT_UPDATE);
	if (!s || seal_arena_intern(rd->rs->arena, op, &s->text) < 0) {
		nft_oom(rd);
		return;
	}
	keep_key(rd, &elem, &s->key);
	if (set.n > 1)
		nft_check(rd, seal_arena_intern(rd->rs->arena, seal_bytes_from(set, 1), &s->name));
	if (inner) /* "add @seen { ip saddr limit rate 5/minute }": goes on as the limit says */
		unknown_stmt(rd, rule, SEAL_STMT_MAYBE, SEAL_LIT("per-element limit of set"),
			     seal_bytes_from(set, 1));
}

static void read_limit(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct seal_bytes key, per = SEAL_BYTES_NONE, unit = SEAL_BYTES_NONE;
	uint64_t rate = 0, burst = 0;
	bool inv = false;
	const char *text;

	if (seal_jsonread_peek(&rd->j) != '{') {
		unknown_stmt(rd, rule, SEAL_STMT_MAYBE, SEAL_LIT("limit name"),
			     seal_jsonread_skip(&rd->j));
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &key)) {
		char kind = seal_jsonread_peek(&rd->j);

		if (seal_bytes_is(key, "rate"))
			rate = seal_jsonread_u64(&rd->j);
		else if (seal_bytes_is(key, "burst"))
			burst = seal_jsonread_u64(&rd->j);
		else if (seal_bytes_is(key, "per") && kind == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &per);
		else if (seal_bytes_is(key, "rate_unit") && kind == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &unit);
		else if (seal_bytes_is(key, "inv"))
			inv = seal_jsonread_bool(&rd->j);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (per.n > 16 || unit.n > 16)
		per = unit = SEAL_BYTES_NONE;
	text = seal_arena_printf(rd->rs->arena, "limit rate %s%llu%s%.*s/%.*s", inv ? "over " : "",
				 (unsigned long long)rate, unit.n ? " " : "", (int)unit.n,
				 unit.n ? unit.p : "", (int)per.n, per.n ? per.p : "");
	if (text && burst && !unit.n && burst != 5)
		text = seal_arena_printf(rd->rs->arena, "%s burst %llu packets", text,
					 (unsigned long long)burst);
	if (!text)
		nft_oom(rd);
	else
		nft_check(rd, seal_rule_text(rd->rs, rule, SEAL_STMT_MAYBE, seal_bytes_of(text)));
}

static void read_xt(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	static const char *const harmless[] = {"comment",  "LOG",  "NFLOG", "TRACE",    "TCPMSS",
					       "CLASSIFY", "DSCP", "AUDIT", "CHECKSUM", "LED"};
	struct seal_bytes key, type = SEAL_BYTES_NONE, name = SEAL_BYTES_NONE;
	enum seal_fw_stmt_kind kind;
	seal_auto_buf struct seal_buf text = {0};
	size_t i;

	if (seal_jsonread_peek(&rd->j) != '{') {
		unknown_stmt(rd, rule, SEAL_STMT_OPAQUE, SEAL_LIT("xt"),
			     seal_jsonread_skip(&rd->j));
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &key)) {
		if (seal_bytes_is(key, "type") && seal_jsonread_peek(&rd->j) == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &type);
		else if (seal_bytes_is(key, "name") && seal_jsonread_peek(&rd->j) == '"')
			seal_jsonread_string(&rd->j, rd->rs->arena, &name);
		else
			seal_jsonread_skip(&rd->j);
	}
	kind = seal_bytes_is(type, "match") ? SEAL_STMT_MAYBE : SEAL_STMT_OPAQUE;
	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (seal_bytes_is(name, harmless[i]))
			kind = SEAL_STMT_NOTE;
	seal_buf_puts(&text, "xt ");
	seal_buf_put(&text, type.p, type.n);
	seal_buf_putc(&text, ' ');
	seal_buf_put(&text, name.p, name.n);
	if (text.err)
		nft_oom(rd);
	else
		unknown_stmt(rd, rule, kind, seal_buf_bytes(&text), SEAL_BYTES_NONE);
}

static void read_log(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	seal_jsonread_skip(&rd->j);
	unknown_stmt(rd, rule, SEAL_STMT_NOTE, SEAL_LIT("log"), SEAL_BYTES_NONE);
}

/* statements that are only named: what they can do to a packet */
static bool named_effect(struct seal_bytes name, enum seal_fw_stmt_kind *ret)
{
	static const struct {
		const char *name;
		enum seal_fw_stmt_kind kind;
	} names[] = {
		{"counter", SEAL_STMT_NOTE},
		{"last", SEAL_STMT_NOTE},
		{"dup", SEAL_STMT_NOTE},
		{"flow", SEAL_STMT_NOTE},
		{"ct helper", SEAL_STMT_NOTE},
		{"ct timeout", SEAL_STMT_NOTE},
		{"ct expectation", SEAL_STMT_NOTE},
		{"secmark", SEAL_STMT_NOTE},
		{"reset", SEAL_STMT_NOTE},
		{"quota", SEAL_STMT_MAYBE},
		{"ct count", SEAL_STMT_MAYBE},
		{"meter", SEAL_STMT_MAYBE},
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_is(name, names[i].name)) {
			*ret = names[i].kind;
			return true;
		}
	return false;
}

static bool nat_kind(struct seal_bytes name, enum seal_fw_nat_kind *ret)
{
	static const char *const names[SEAL_FW_NAT_KIND_MAX_] = {
		[SEAL_FW_DNAT] = "dnat",
		[SEAL_FW_SNAT] = "snat",
		[SEAL_FW_REDIRECT] = "redirect",
		[SEAL_FW_MASQUERADE] = "masquerade",
	};
	unsigned i;

	for (i = 0; i < SEAL_FW_NAT_KIND_MAX_; i++)
		if (seal_bytes_is(name, names[i])) {
			*ret = (enum seal_fw_nat_kind)i;
			return true;
		}
	return false;
}

static void read_stmt(struct nft_reader *rd, struct seal_fw_rule *rule, struct seal_bytes name)
{
	enum seal_fw_stmt_kind kind;
	enum seal_fw_nat_kind nat;
	struct seal_fw_jump jump = {0};
	struct seal_bytes json;

	if (seal_bytes_is(name, "match")) {
		read_match(rd, rule);
	} else if (verdict_code(name, &jump.code)) {
		read_target(rd, &jump);
		if (!rd->j.fault)
			nft_check(rd, seal_rule_verdict(rd->rs, rule, jump.code, jump.name));
	} else if (seal_bytes_is(name, "vmap")) {
		read_vmap(rd, rule);
	} else if (seal_bytes_is(name, "reject")) {
		read_reject(rd, rule);
	} else if (nat_kind(name, &nat)) {
		read_nat(rd, rule, nat);
	} else if (seal_bytes_is(name, "notrack")) {
		seal_jsonread_skip(&rd->j);
		if (!seal_rule_add(rd->rs, rule, SEAL_STMT_NOTRACK))
			nft_oom(rd);
	} else if (seal_bytes_is(name, "mangle")) {
		read_mangle(rd, rule);
	} else if ((seal_bytes_is(name, "set") || seal_bytes_is(name, "map")) &&
		   seal_jsonread_peek(&rd->j) == '{') {
		read_update(rd, rule);
	} else if (seal_bytes_is(name, "limit")) {
		read_limit(rd, rule);
	} else if (seal_bytes_is(name, "xt")) {
		read_xt(rd, rule);
	} else if (seal_bytes_is(name, "log")) {
		read_log(rd, rule);
	} else if (named_effect(name, &kind)) {
		json = seal_jsonread_skip(&rd->j);
		unknown_stmt(rd, rule, kind, name, kind == SEAL_STMT_NOTE ? SEAL_BYTES_NONE : json);
	} else {
		/* queue, tproxy, synproxy, fwd, and whatever a newer nft has */
		unknown_stmt(rd, rule, SEAL_STMT_OPAQUE, name, seal_jsonread_skip(&rd->j));
	}
}

void nft_read_rule(struct nft_reader *rd, struct seal_fw_rule *rule)
{
	struct seal_bytes name;

	if (seal_jsonread_peek(&rd->j) != '[') {
		unknown_stmt(rd, rule, SEAL_STMT_OPAQUE, SEAL_LIT("expr"),
			     seal_jsonread_skip(&rd->j));
		return;
	}
	seal_jsonread_enter(&rd->j, '[');
	while (seal_jsonread_item(&rd->j)) {
		if (seal_jsonread_peek(&rd->j) != '{') {
			/* a statement nft has no JSON for, told as its text: an anonymous chain,
			 * say */
			unknown_stmt(rd, rule, SEAL_STMT_OPAQUE, SEAL_LIT("statement"),
				     seal_jsonread_skip(&rd->j));
			continue;
		}
		seal_jsonread_enter(&rd->j, '{');
		while (seal_jsonread_key(&rd->j, &name))
			read_stmt(rd, rule, name);
	}
}
