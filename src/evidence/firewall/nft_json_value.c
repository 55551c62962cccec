/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_json_impl.h"

/* a string or number as the text of a value */
static bool scalar_text(struct nft_reader *rd, struct seal_bytes *ret)
{
	switch (seal_jsonread_peek(&rd->j)) {
	case '"':
		return seal_jsonread_string(&rd->j, rd->rs->arena, ret);
	case '0':
		return seal_jsonread_number(&rd->j, ret);
	default:
		seal_jsonread_skip(&rd->j);
		return false;
	}
}

static bool read_scalar(struct nft_reader *rd, const struct seal_fw_part *part,
			struct seal_fw_range *ret)
{
	bool number = seal_jsonread_peek(&rd->j) == '0';
	struct seal_bytes text;

	if (!scalar_text(rd, &text))
		return false;
	/* an interface that was not there when the rule was listed: its bare index */
	if (number && (part->field == SEAL_FIELD_IIF || part->field == SEAL_FIELD_OIF))
		return false;
	return seal_fw_value_parse(part, text, ret) == 0;
}

static bool read_prefix(struct nft_reader *rd, const struct seal_fw_part *part,
			struct seal_fw_range *ret)
{
	struct seal_bytes key, addr = SEAL_BYTES_NONE;
	struct seal_fw_range base;
	struct seal_addr a;
	unsigned bits = part->bits;
	uint64_t len = UINT64_MAX;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return false;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (seal_bytes_is(key, "addr"))
			scalar_text(rd, &addr);
		else if (seal_bytes_is(key, "len"))
			len = seal_jsonread_u64(&rd->j);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (!addr.n || len > 128 || seal_fw_value_parse(part, addr, &base) < 0)
		return false;
	if (seal_addr_parse(addr, &a) == 0)
		bits = a.bits;
	return seal_fw_range_prefix(base.lo, (unsigned)len, bits, ret) == 0;
}

static bool read_two(struct nft_reader *rd, const struct seal_fw_part *part,
		     struct seal_fw_range *ret)
{
	struct seal_fw_range ends[2];
	bool ok = true;
	size_t n = 0;

	if (!seal_jsonread_enter(&rd->j, '['))
		return false;
	while (seal_jsonread_item(&rd->j)) {
		if (n < 2)
			ok = read_scalar(rd, part, &ends[n]) && ok;
		else
			seal_jsonread_skip(&rd->j);
		n++;
	}
	if (!ok || n != 2 || ends[1].hi < ends[0].lo)
		return false;
	*ret = (struct seal_fw_range){ends[0].lo, ends[1].hi};
	return true;
}

/* {"prefix": ..}, {"range": [..]}, {"elem": {"val": ..}} */
static bool read_object(struct nft_reader *rd, const struct seal_fw_part *part,
			struct seal_fw_range *ret)
{
	struct seal_bytes key;
	bool ok = false;
	char kind;

	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &key)) {
		kind = seal_jsonread_peek(&rd->j);
		if (seal_bytes_is(key, "prefix") && kind == '{')
			ok = read_prefix(rd, part, ret);
		else if (seal_bytes_is(key, "range") && kind == '[')
			ok = read_two(rd, part, ret);
		else
			seal_jsonread_skip(&rd->j);
	}
	return ok;
}

bool nft_read_range(struct nft_reader *rd, const struct seal_fw_part *part,
		    struct seal_fw_range *ret)
{
	seal_u128 bits;

	switch (seal_jsonread_peek(&rd->j)) {
	case '{':
		if (part->field == SEAL_FIELD_TCP_FLAGS || part->field == SEAL_FIELD_CT_STATE ||
		    part->field == SEAL_FIELD_CT_STATUS)
			break;
		return read_object(rd, part, ret);
	case '[':
		break;
	default:
		return read_scalar(rd, part, ret);
	}
	if (!nft_read_bits(rd, part, &bits))
		return false;
	*ret = (struct seal_fw_range){bits, bits};
	return true;
}

static bool read_bit_list(struct nft_reader *rd, const struct seal_fw_part *part, seal_u128 *ret)
{
	struct seal_fw_range r;
	bool ok = true;

	*ret = 0;
	seal_jsonread_enter(&rd->j, '[');
	while (seal_jsonread_item(&rd->j)) {
		if (read_scalar(rd, part, &r) && r.lo == r.hi)
			*ret |= r.lo;
		else
			ok = false;
	}
	return ok;
}

bool nft_read_bits(struct nft_reader *rd, const struct seal_fw_part *part, seal_u128 *ret)
{
	struct seal_fw_range r;
	struct seal_bytes key;
	bool ok = false;

	switch (seal_jsonread_peek(&rd->j)) {
	case '[':
		return read_bit_list(rd, part, ret);
	case '{':
		seal_jsonread_enter(&rd->j, '{');
		while (seal_jsonread_key(&rd->j, &key))
			if (seal_bytes_is(key, "|") && seal_jsonread_peek(&rd->j) == '[')
				ok = read_bit_list(rd, part, ret);
			else
				seal_jsonread_skip(&rd->j);
		return ok;
	default:
		if (!read_scalar(rd, part, &r) || r.lo != r.hi)
			return false;
		*ret = r.lo;
		return true;
	}
}

/* ---- elements ---- */

static bool read_concat(struct nft_reader *rd, const struct nft_key *key,
			struct seal_fw_range *parts)
{
	bool ok = true;
	size_t n = 0;

	if (!seal_jsonread_enter(&rd->j, '['))
		return false;
	while (seal_jsonread_item(&rd->j)) {
		if (n < key->n)
			ok = nft_read_range(rd, &key->parts[n], &parts[n]) && ok;
		else
			seal_jsonread_skip(&rd->j);
		n++;
	}
	return ok && n == key->n;
}

static bool read_key_value(struct nft_reader *rd, const struct nft_key *key,
			   struct seal_fw_range *parts, bool *expires, bool *any)
{
	struct seal_jsonread back = rd->j;
	struct seal_bytes name, text;
	bool ok = false;

	if (seal_jsonread_peek(&rd->j) == '"') {
		if (seal_jsonread_string(&rd->j, rd->rs->arena, &text) &&
		    seal_bytes_is(text, "*") &&
		    !(key->n == 1 && key->parts[0].field == SEAL_FIELD_IIF)) {
			*any = true;
			return true;
		}
		if (!rd->j.fault)
			rd->j = back;
	}
	if (seal_jsonread_peek(&rd->j) != '{')
		return key->n == 1 && !key->unknown ? nft_read_range(rd, &key->parts[0], parts)
						    : (seal_jsonread_skip(&rd->j), false);
	back = rd->j;
	seal_jsonread_enter(&rd->j, '{');
	while (seal_jsonread_key(&rd->j, &name)) {
		if (seal_bytes_is(name, "elem") && seal_jsonread_peek(&rd->j) == '{') {
			/* {"elem": {"val": .., "timeout": .., "counter": ..}}: one level of
			 * wrapping */
			seal_jsonread_enter(&rd->j, '{');
			while (seal_jsonread_key(&rd->j, &name)) {
				if (seal_bytes_is(name, "val"))
					ok = read_key_value(rd, key, parts, expires, any);
				else {
					if (seal_bytes_is(name, "timeout") ||
					    seal_bytes_is(name, "expires"))
						*expires = true;
					seal_jsonread_skip(&rd->j);
				}
			}
		} else if (seal_bytes_is(name, "concat") && seal_jsonread_peek(&rd->j) == '[' &&
			   !key->unknown) {
			ok = read_concat(rd, key, parts);
		} else if (key->n == 1 && !key->unknown) {
			/* a value in an object: read it whole again */
			rd->j = back;
			return nft_read_range(rd, &key->parts[0], parts);
		} else {
			seal_jsonread_skip(&rd->j);
		}
	}
	return ok;
}

/* is the data an address with a port: {"concat": [..]} */
static bool is_concat(struct nft_reader *rd)
{
	struct seal_jsonread back = rd->j;
	struct seal_bytes name;
	bool is;

	if (seal_jsonread_peek(&rd->j) != '{')
		return false;
	seal_jsonread_enter(&rd->j, '{');
	is = seal_jsonread_key(&rd->j, &name) && seal_bytes_is(name, "concat");
	if (!rd->j.fault)
		rd->j = back;
	return is;
}

static bool read_data(struct nft_reader *rd, const struct nft_key *data, struct seal_fw_set *set,
		      struct seal_fw_data *ret)
{
	static const struct seal_fw_part port = {.field = SEAL_FIELD_DPORT, .bits = 16};
	struct nft_key two = {.n = 0};
	bool expires, any = false;
	struct seal_fw_range parts[NFT_KEY_PARTS];

	if (!data)
		return nft_read_verdict(rd, &ret->verdict);
	two = *data;
	if (two.n == 1 && !set->name.n && is_concat(rd)) {
		/* the map of "dnat to": nothing else tells of what its data is made */
		two.parts[two.n++] = port;
		set->n_data = 2;
	}
	if (!read_key_value(rd, &two, parts, &expires, &any) || any)
		return false;
	ret->value[0] = parts[0];
	if (two.n > 1)
		ret->value[1] = parts[1];
	return true;
}

static void keep(struct nft_reader *rd, struct seal_fw_set *set, bool any,
		 const struct seal_fw_range *parts, const struct seal_fw_data *data)
{
	if (!any) {
		nft_check(rd, seal_set_add(rd->rs, set, parts, set->is_map ? data : NULL));
		return;
	}
	set->fallback = seal_arena_alloc(rd->rs->arena, sizeof(*data));
	if (!set->fallback) {
		nft_oom(rd);
		return;
	}
	*set->fallback = *data;
	nft_check(rd, seal_arena_intern(rd->rs->arena, data->verdict.name,
					&set->fallback->verdict.name));
}

static void read_element(struct nft_reader *rd, const struct nft_key *key,
			 const struct nft_key *data, struct seal_fw_set *set)
{
	struct seal_fw_range parts[NFT_KEY_PARTS];
	struct seal_fw_data d = {0};
	bool expires = false, any = false, ok;

	if (!set->is_map) {
		ok = read_key_value(rd, key, parts, &expires, &any);
	} else if (seal_jsonread_peek(&rd->j) == '[') {
		seal_jsonread_enter(&rd->j, '[');
		ok = seal_jsonread_item(&rd->j) && read_key_value(rd, key, parts, &expires, &any);
		ok = seal_jsonread_item(&rd->j) && read_data(rd, data, set, &d) && ok;
		while (seal_jsonread_item(&rd->j))
			seal_jsonread_skip(&rd->j);
	} else {
		seal_jsonread_skip(&rd->j);
		ok = false;
	}
	if (rd->j.fault)
		return;
	set->expires |= expires;
	if (ok)
		keep(rd, set, any, parts, &d);
	else
		set->unknown = true;
}

void nft_read_elements(struct nft_reader *rd, const struct nft_key *key, const struct nft_key *data,
		       struct seal_fw_set *set)
{
	if (seal_jsonread_peek(&rd->j) != '[') {
		/* a lone element */
		if (seal_jsonread_peek(&rd->j) == 'n')
			seal_jsonread_skip(&rd->j);
		else
			read_element(rd, key, data, set);
		return;
	}
	seal_jsonread_enter(&rd->j, '[');
	while (seal_jsonread_item(&rd->j))
		read_element(rd, key, data, set);
}
