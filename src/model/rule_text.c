/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/buf.h"
#include "model/fwword.h"

#define QUOTED_ELEMENTS 12 /* of an anonymous set; the rest becomes "..." */

static void put_bytes(struct seal_buf *b, struct seal_bytes s)
{
	seal_buf_put(b, s.p, s.n);
}

static void put_number(struct seal_buf *b, seal_u128 v, bool hex)
{
	if (hex)
		seal_buf_printf(b, "0x%llx", (unsigned long long)v);
	else
		seal_buf_printf(b, "%llu", (unsigned long long)v);
}

static bool is_v4(enum seal_fw_field f)
{
	return f == SEAL_FIELD_IP_SADDR || f == SEAL_FIELD_IP_DADDR;
}

static bool is_v6(enum seal_fw_field f)
{
	return f == SEAL_FIELD_IP6_SADDR || f == SEAL_FIELD_IP6_DADDR;
}

static unsigned addr_bits(const struct seal_fw_part *p)
{
	if (is_v4(p->field))
		return 32;
	if (is_v6(p->field))
		return 128;
	if (p->field == SEAL_FIELD_CT_SADDR || p->field == SEAL_FIELD_CT_DADDR)
		return p->family == 4 ? 32 : 128;
	return 0;
}

static void put_addr(struct seal_buf *b, seal_u128 v, unsigned bits)
{
	struct seal_addr a = seal_u128_addr(v, bits);

	seal_addr_put(b, &a);
}

static void put_ifname(struct seal_buf *b, const struct seal_fw_range *r)
{
	unsigned i;

	seal_buf_putc(b, '"');
	for (i = 0; i < 16; i++) {
		char c = (char)(r->lo >> (120 - 8 * i));

		if (!c)
			break;
		seal_buf_putc(b, c);
	}
	seal_buf_puts(b, r->lo != r->hi ? "*\"" : "\"");
}

static void put_bits(struct seal_buf *b, const struct seal_word *words, seal_u128 v)
{
	bool some = false;

	for (; words->name; words++)
		if (v & words->value) {
			seal_buf_puts(b, some ? "," : "");
			seal_buf_puts(b, words->name);
			v &= ~(seal_u128)words->value;
			some = true;
		}
	if (v || !some) {
		seal_buf_puts(b, some ? "," : "");
		put_number(b, v, true);
	}
}

static void put_single(struct seal_buf *b, const struct seal_fw_part *p, seal_u128 v)
{
	const struct seal_word *words = seal_field_words(p->field);
	const char *name = NULL;

	if (addr_bits(p)) {
		put_addr(b, v, addr_bits(p));
		return;
	}
	if (seal_field_is_bits(p->field)) {
		put_bits(b, words, v);
		return;
	}
	if (words && p->field != SEAL_FIELD_SPORT && p->field != SEAL_FIELD_DPORT &&
	    p->field != SEAL_FIELD_CT_PROTO_SRC && p->field != SEAL_FIELD_CT_PROTO_DST &&
	    p->field != SEAL_FIELD_SKUID && p->field != SEAL_FIELD_SKGID)
		name = seal_word_name(words, v);
	if (name)
		seal_buf_puts(b, name);
	else
		put_number(b, v, p->field == SEAL_FIELD_MARK || p->field == SEAL_FIELD_CT_MARK);
}

/* length of the prefix that is exactly @r, or -1 */
static int prefix_len(const struct seal_fw_range *r, unsigned bits)
{
	seal_u128 diff = r->lo ^ r->hi;
	unsigned host = 0;

	while (host < bits && (diff >> host) & 1)
		host++;
	if (host < 128 && diff >> host)
		return -1;
	if ((r->lo & diff) != 0)
		return -1;
	return (int)(bits - host);
}

void seal_range_put(struct seal_buf *b, const struct seal_fw_part *p, const struct seal_fw_range *r)
{
	unsigned bits = addr_bits(p);
	int len;

	if (seal_field_is_ifname(p->field)) {
		put_ifname(b, r);
		return;
	}
	put_single(b, p, r->lo);
	if (r->lo == r->hi)
		return;
	len = bits ? prefix_len(r, bits) : -1;
	if (len >= 0) {
		seal_buf_printf(b, "/%d", len);
		return;
	}
	seal_buf_putc(b, '-');
	put_single(b, p, r->hi);
}

static void put_key(struct seal_buf *b, const struct seal_fw_key *key)
{
	size_t i;

	for (i = 0; i < key->n; i++) {
		const struct seal_fw_part *p = &key->parts[i];

		if (i)
			seal_buf_puts(b, " . ");
		put_bytes(b, p->text);
		if (p->masked) {
			seal_buf_puts(b, " & ");
			put_single(b, p, p->mask);
			if (p->xor) {
				seal_buf_puts(b, " ^ ");
				put_single(b, p, p->xor);
			}
		}
	}
}

static void put_jump(struct seal_buf *b, const struct seal_fw_jump *j)
{
	static const char *const names[SEAL_FW_VERDICT_CODE_MAX_] = {
		[SEAL_FW_CONTINUE] = "continue", [SEAL_FW_ACCEPT] = "accept",
		[SEAL_FW_DROP] = "drop",         [SEAL_FW_RETURN] = "return",
		[SEAL_FW_JUMP] = "jump",         [SEAL_FW_GOTO] = "goto",
		[SEAL_FW_QUEUE] = "queue",
	};

	seal_buf_puts(b, names[j->code]);
	if (j->code == SEAL_FW_JUMP || j->code == SEAL_FW_GOTO) {
		seal_buf_putc(b, ' ');
		put_bytes(b, j->name);
	}
}

static void put_element(struct seal_buf *b, const struct seal_fw_key *key,
			const struct seal_fw_set *s, size_t i)
{
	size_t k;

	for (k = 0; k < s->n_parts && k < key->n; k++) {
		seal_buf_puts(b, k ? " . " : "");
		seal_range_put(b, &key->parts[k], &s->ranges[i * s->n_parts + k]);
	}
	if (s->is_map && s->verdicts) {
		seal_buf_puts(b, " : ");
		put_jump(b, &s->data[i].verdict);
	} else if (s->is_map) {
		seal_buf_puts(b, " : ...");
	}
}

static void put_set(struct seal_buf *b, const struct seal_fw_key *key, const struct seal_fw_set *s,
		    struct seal_bytes name)
{
	size_t i;

	if (name.n) {
		seal_buf_putc(b, '@');
		put_bytes(b, name);
		return;
	}
	if (!s)
		return;
	if (s->n == 1 && !s->is_map && s->n_parts == 1) {
		put_element(b, key, s, 0);
		return;
	}
	seal_buf_puts(b, "{ ");
	for (i = 0; i < s->n && i < QUOTED_ELEMENTS; i++) {
		seal_buf_puts(b, i ? ", " : "");
		put_element(b, key, s, i);
	}
	if (s->fallback && s->is_map && s->verdicts) {
		seal_buf_puts(b, i ? ", * : " : "* : ");
		put_jump(b, &s->fallback->verdict);
	}
	seal_buf_puts(b, s->n > QUOTED_ELEMENTS ? ", ... }" : " }");
}

static void put_match(struct seal_buf *b, const struct seal_fw_stmt *s)
{
	static const char *const ops[SEAL_FW_OP_MAX_] = {
		[SEAL_FW_EQ] = " ",   [SEAL_FW_NE] = " != ",  [SEAL_FW_LT] = " < ",
		[SEAL_FW_GT] = " > ", [SEAL_FW_LE] = " <= ",  [SEAL_FW_GE] = " >= ",
		[SEAL_FW_ANY] = " ",  [SEAL_FW_NONE] = " ! ",
	};

	put_key(b, &s->key);
	seal_buf_puts(b, s->op == SEAL_FW_EQ && s->key.n && s->key.parts[0].masked ? " == "
										   : ops[s->op]);
	put_set(b, &s->key, s->set, s->name);
}

static void put_reject(struct seal_buf *b, const struct seal_fw_refusal *r)
{
	static const char *const types[SEAL_FW_REJECT_TYPE_MAX_] = {
		[SEAL_FW_REJECT_TCP_RESET] = "tcp reset",
		[SEAL_FW_REJECT_ICMP] = "icmp",
		[SEAL_FW_REJECT_ICMPV6] = "icmpv6",
		[SEAL_FW_REJECT_ICMPX] = "icmpx",
	};
	const char *code = seal_fw_reject_name(r->type, r->code);

	seal_buf_printf(b, "reject with %s", types[r->type]);
	if (r->type == SEAL_FW_REJECT_TCP_RESET)
		return;
	if (code)
		seal_buf_printf(b, " %s", code);
	else
		seal_buf_printf(b, " %u", r->code);
}

static void put_value(struct seal_buf *b, const struct seal_fw_value *v, enum seal_fw_field as)
{
	struct seal_fw_part p = {.field = as};

	switch (v->kind) {
	case SEAL_VALUE_CONST:
		seal_range_put(b, &p, &v->range);
		break;
	case SEAL_VALUE_MAP:
		put_key(b, &v->key);
		seal_buf_puts(b, " map ");
		if (v->map_name.n) {
			seal_buf_putc(b, '@');
			put_bytes(b, v->map_name);
		} else {
			seal_buf_puts(b, "{ ... }");
		}
		break;
	case SEAL_VALUE_KEY:
		put_key(b, &v->key);
		break;
	case SEAL_VALUE_UNKNOWN:
		put_bytes(b, v->text);
		break;
	case SEAL_VALUE_NONE:
	case SEAL_VALUE_KIND_MAX_:
		break;
	}
}

static void put_nat(struct seal_buf *b, const struct seal_fw_nat *nat)
{
	static const char *const names[SEAL_FW_NAT_KIND_MAX_] = {
		[SEAL_FW_DNAT] = "dnat",
		[SEAL_FW_SNAT] = "snat",
		[SEAL_FW_REDIRECT] = "redirect",
		[SEAL_FW_MASQUERADE] = "masquerade",
	};
	bool v6 = nat->family == 6 ||
		  (!nat->family && nat->addr.kind == SEAL_VALUE_CONST && nat->addr.range.lo >> 32);

	seal_buf_puts(b, names[nat->kind]);
	if (nat->addr.kind && nat->family)
		seal_buf_puts(b, v6 ? " ip6" : " ip");
	if (nat->addr.kind || nat->port.kind)
		seal_buf_puts(b, " to ");
	if (nat->addr.kind) {
		bool brackets = v6 && nat->port.kind;

		seal_buf_puts(b, brackets ? "[" : "");
		put_value(b, &nat->addr, v6 ? SEAL_FIELD_IP6_SADDR : SEAL_FIELD_IP_SADDR);
		seal_buf_puts(b, brackets ? "]" : "");
	}
	if (nat->port.kind) {
		seal_buf_putc(b, ':');
		put_value(b, &nat->port, SEAL_FIELD_DPORT);
	}
}

void seal_stmt_put(struct seal_buf *b, const struct seal_fw_stmt *s)
{
	switch (s->kind) {
	case SEAL_STMT_MATCH:
		put_match(b, s);
		break;
	case SEAL_STMT_MAYBE:
	case SEAL_STMT_OPAQUE:
	case SEAL_STMT_NOTE:
		put_bytes(b, s->text);
		break;
	case SEAL_STMT_UPDATE:
		put_bytes(b, s->text.n ? s->text : SEAL_LIT("update"));
		if (s->name.n) {
			seal_buf_puts(b, " @");
			put_bytes(b, s->name);
		}
		break;
	case SEAL_STMT_VERDICT:
		put_jump(b, &s->verdict);
		break;
	case SEAL_STMT_VMAP:
		put_key(b, &s->key);
		seal_buf_puts(b, " vmap ");
		put_set(b, &s->key, s->set, s->name);
		break;
	case SEAL_STMT_REJECT:
		put_reject(b, &s->reject);
		break;
	case SEAL_STMT_NAT:
		put_nat(b, s->nat);
		break;
	case SEAL_STMT_NOTRACK:
		seal_buf_puts(b, "notrack");
		break;
	case SEAL_STMT_MARK:
	case SEAL_STMT_CT_MARK:
		seal_buf_puts(b, s->kind == SEAL_STMT_MARK ? "meta mark set " : "ct mark set ");
		put_value(b, s->value, SEAL_FIELD_MARK);
		break;
	case SEAL_STMT_KIND_MAX_:
		break;
	}
}

void seal_rule_put(struct seal_buf *b, const struct seal_fw_rule *r)
{
	const struct seal_fw_stmt *s;

	for (s = r->first; s; s = s->next) {
		if (s != r->first)
			seal_buf_putc(b, ' ');
		seal_stmt_put(b, s);
	}
	if (r->comment.n) {
		seal_buf_puts(b, " comment \"");
		put_bytes(b, r->comment);
		seal_buf_putc(b, '"');
	}
}
