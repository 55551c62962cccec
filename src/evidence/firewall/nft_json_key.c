/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_json_impl.h"

#define NESTING 8 /* of masks within masks */

static struct seal_fw_part *add_part(struct nft_key *k)
{
	return k->n < NFT_KEY_PARTS ? &k->parts[k->n++] : NULL;
}

static void string_or_skip(struct nft_reader *rd, struct seal_bytes *ret)
{
	if (seal_jsonread_peek(&rd->j) == '"')
		seal_jsonread_string(&rd->j, rd->rs->arena, ret);
	else
		seal_jsonread_skip(&rd->j);
}

static void read_payload(struct nft_reader *rd, struct seal_fw_part *part)
{
	struct seal_bytes key, protocol = SEAL_BYTES_NONE, field = SEAL_BYTES_NONE,
			       base = SEAL_BYTES_NONE;
	uint64_t offset = 0, len = 0;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (seal_bytes_is(key, "protocol"))
			string_or_skip(rd, &protocol);
		else if (seal_bytes_is(key, "field"))
			string_or_skip(rd, &field);
		else if (seal_bytes_is(key, "base"))
			string_or_skip(rd, &base);
		else if (seal_bytes_is(key, "offset"))
			offset = seal_jsonread_u64(&rd->j);
		else if (seal_bytes_is(key, "len"))
			len = seal_jsonread_u64(&rd->j);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (base.n)
		nft_check(rd,
			  seal_fw_part_raw(rd->rs, base, (uint32_t)offset, (uint32_t)len, part));
	else
		nft_check(rd, seal_fw_part_payload(rd->rs, protocol, field, part));
}

static void read_meta(struct nft_reader *rd, struct seal_fw_part *part)
{
	struct seal_bytes key, name = SEAL_BYTES_NONE;

	if (seal_jsonread_peek(&rd->j) == '"') {
		string_or_skip(rd, &name);
	} else if (seal_jsonread_enter(&rd->j, '{')) {
		while (seal_jsonread_key(&rd->j, &key))
			if (seal_bytes_is(key, "key"))
				string_or_skip(rd, &name);
			else
				seal_jsonread_skip(&rd->j);
	}
	nft_check(rd, seal_fw_part_meta(rd->rs, name, part));
}

static void read_ct(struct nft_reader *rd, struct seal_fw_part *part)
{
	struct seal_bytes key, name = SEAL_BYTES_NONE, dir = SEAL_BYTES_NONE,
			       family = SEAL_BYTES_NONE;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (seal_bytes_is(key, "key"))
			string_or_skip(rd, &name);
		else if (seal_bytes_is(key, "dir"))
			string_or_skip(rd, &dir);
		else if (seal_bytes_is(key, "family"))
			string_or_skip(rd, &family);
		else
			seal_jsonread_skip(&rd->j);
	}
	nft_check(rd, seal_fw_part_ct(rd->rs, name, dir, family, part));
}

static unsigned fib_flag(struct seal_bytes s)
{
	static const char *const names[] = {"saddr", "daddr", "mark", "iif", "oif"};
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_is(s, names[i]))
			return 1u << i;
	return 0;
}

static bool read_fib_flag(struct nft_reader *rd, unsigned *flags)
{
	struct seal_bytes s = SEAL_BYTES_NONE;
	unsigned flag;

	string_or_skip(rd, &s);
	flag = fib_flag(s);
	*flags |= flag;
	return flag != 0;
}

static void read_fib(struct nft_reader *rd, struct seal_fw_part *part)
{
	struct seal_bytes key, result = SEAL_BYTES_NONE;
	unsigned flags = 0;
	bool known = true;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (seal_bytes_is(key, "result")) {
			string_or_skip(rd, &result);
		} else if (seal_bytes_is(key, "flags") && seal_jsonread_peek(&rd->j) == '[') {
			seal_jsonread_enter(&rd->j, '[');
			while (seal_jsonread_item(&rd->j))
				known = read_fib_flag(rd, &flags) && known;
		} else if (seal_bytes_is(key, "flags")) {
			known = read_fib_flag(rd, &flags) && known;
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	/* what else the answer hangs on is not known: neither is the answer */
	nft_check(rd, known ? seal_fw_part_fib(rd->rs, flags, result, part)
			    : seal_fw_part_unknown(rd->rs, SEAL_LIT("fib"), part));
}

static void read_expr(struct nft_reader *rd, struct nft_key *k, unsigned depth);

static void read_concat(struct nft_reader *rd, struct nft_key *k, unsigned depth)
{
	if (!seal_jsonread_enter(&rd->j, '['))
		return;
	while (seal_jsonread_item(&rd->j)) {
		if (k->n == NFT_KEY_PARTS)
			k->unknown = true;
		if (k->n == NFT_KEY_PARTS || seal_jsonread_peek(&rd->j) != '{')
			seal_jsonread_skip(&rd->j);
		else
			read_expr(rd, k, depth);
	}
}

static seal_u128 ones(unsigned bits)
{
	return bits >= 128 ? ~(seal_u128)0 : ((seal_u128)1 << bits) - 1;
}

/* (v & mask) ^ xor, then one more operation with @c */
static void apply(struct seal_fw_part *p, char op, seal_u128 c)
{
	if (!p->masked) {
		p->masked = true;
		p->mask = ones(p->bits);
		p->xor = 0;
	}
	if (op == '&') {
		p->mask &= c;
		p->xor &= c;
	} else if (op == '|') {
		p->mask &= ~c;
		p->xor |= c;
	} else {
		p->xor ^= c;
	}
}

/* {"&": [expression, constant]} and its like */
static void read_binop(struct nft_reader *rd, struct nft_key *k, char op, unsigned depth)
{
	struct seal_fw_part *part;
	seal_u128 c;

	if (!seal_jsonread_enter(&rd->j, '['))
		return;
	if (seal_jsonread_item(&rd->j))
		read_expr(rd, k, depth);
	part = k->n ? &k->parts[k->n - 1] : NULL;
	while (seal_jsonread_item(&rd->j)) {
		if (!part || part->field == SEAL_FIELD_UNKNOWN || !nft_read_bits(rd, part, &c)) {
			if (!part || part->field == SEAL_FIELD_UNKNOWN)
				seal_jsonread_skip(&rd->j);
			k->unknown = true;
			continue;
		}
		apply(part, op, c);
	}
}

static void unknown_part(struct nft_reader *rd, struct nft_key *k, struct seal_bytes name)
{
	struct seal_fw_part *part = add_part(k);

	seal_jsonread_skip(&rd->j);
	k->unknown = true;
	if (part)
		nft_check(rd, seal_fw_part_unknown(rd->rs, name, part));
}

static void read_expr(struct nft_reader *rd, struct nft_key *k, unsigned depth)
{
	struct seal_bytes key;
	struct seal_fw_part *part;
	char kind = seal_jsonread_peek(&rd->j);
	size_t before = k->n;

	if (kind != '{' || depth >= NESTING) {
		unknown_part(rd, k, SEAL_LIT("expression"));
		return;
	}
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &key)) {
		kind = seal_jsonread_peek(&rd->j);
		if (seal_bytes_is(key, "concat") && kind == '[') {
			read_concat(rd, k, depth + 1);
		} else if (key.n == 1 && (*key.p == '&' || *key.p == '|' || *key.p == '^') &&
			   kind == '[') {
			read_binop(rd, k, *key.p, depth + 1);
		} else if (seal_bytes_is(key, "payload") && kind == '{' && (part = add_part(k))) {
			read_payload(rd, part);
		} else if (seal_bytes_is(key, "meta") && (kind == '{' || kind == '"') &&
			   (part = add_part(k))) {
			read_meta(rd, part);
		} else if (seal_bytes_is(key, "ct") && kind == '{' && (part = add_part(k))) {
			read_ct(rd, part);
		} else if (seal_bytes_is(key, "fib") && kind == '{' && (part = add_part(k))) {
			read_fib(rd, part);
		} else {
			unknown_part(rd, k, key);
		}
	}
	if (k->n == before)
		k->unknown = true;
	for (; before < k->n; before++)
		if (k->parts[before].field == SEAL_FIELD_UNKNOWN)
			k->unknown = true;
}

void nft_read_key(struct nft_reader *rd, struct nft_key *ret)
{
	const char *from;

	ret->n = 0;
	ret->unknown = false;
	seal_jsonread_peek(&rd->j);
	from = rd->j.p;
	read_expr(rd, ret, 0);
	ret->text = (struct seal_bytes){from, rd->j.fault ? 0 : (size_t)(rd->j.p - from)};
}

static void add_type(struct nft_reader *rd, struct nft_key *k, struct seal_bytes type)
{
	struct seal_fw_part *part = add_part(k);

	if (!part) {
		k->unknown = true;
		return;
	}
	nft_check(rd, seal_fw_part_type(rd->rs, type, part));
	if (part->field == SEAL_FIELD_UNKNOWN)
		k->unknown = true;
}

/* "ipv4_addr . inet_service" in one string, as old listings have it */
static void add_types(struct nft_reader *rd, struct nft_key *k, struct seal_bytes types)
{
	struct seal_bytes rest, one;

	while (types.p) {
		one = seal_bytes_trim(seal_bytes_cut(types, '.', &rest));
		add_type(rd, k, one);
		types = rest;
	}
}

void nft_key_types(struct nft_reader *rd, struct nft_key *ret)
{
	struct seal_bytes s = SEAL_BYTES_NONE, key;

	ret->n = 0;
	ret->unknown = false;
	switch (seal_jsonread_peek(&rd->j)) {
	case '"':
		string_or_skip(rd, &s);
		add_types(rd, ret, s);
		break;
	case '[':
		seal_jsonread_enter(&rd->j, '[');
		while (seal_jsonread_item(&rd->j)) {
			s = SEAL_BYTES_NONE;
			string_or_skip(rd, &s);
			add_type(rd, ret, s);
		}
		break;
	case '{':
		seal_jsonread_enter(&rd->j, '{');
		while (seal_jsonread_key(&rd->j, &key))
			if (seal_bytes_is(key, "typeof"))
				read_expr(rd, ret, 0);
			else
				unknown_part(rd, ret, key);
		break;
	default:
		seal_jsonread_skip(&rd->j);
	}
	if (!ret->n) {
		add_type(rd, ret, SEAL_LIT("unknown"));
		ret->unknown = true;
	}
}
