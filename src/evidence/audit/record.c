/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/record.h"

#include <errno.h>
#include <libaudit.h>

#define ENRICHED    '\x1d' /* AUDIT_INTERP_SEPARATOR */
#define SECONDS_MAX UINT64_C(99999999999)
#define TYPE_MAX    64 /* bytes of a type's name and of a stamp */
#define STAMP_MAX   48

#define TYPE(name)                                                                                 \
	{                                                                                          \
#name, sizeof(#name) - 1, AUDIT_##name                                             \
	}

static const struct {
	const char *name;
	size_t n;
	uint32_t type;
} types[] = {
	/* the frequent ones first */
	TYPE(AVC),
	TYPE(SYSCALL),
	TYPE(PATH),
	TYPE(CWD),
	TYPE(PROCTITLE),
	TYPE(SOCKADDR),
	TYPE(EXECVE),
	TYPE(EOE),
	TYPE(USER_AVC),
	TYPE(SELINUX_ERR),
	TYPE(USER_SELINUX_ERR),
	TYPE(MAC_POLICY_LOAD),
	TYPE(MAC_CONFIG_CHANGE),
	TYPE(MAC_STATUS),
	TYPE(NETFILTER_CFG),
	TYPE(SOFTWARE_UPDATE),
};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

uint32_t seal_audit_type_known(uint32_t type)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if (types[i].type == type)
			return type;
	return 0;
}

static uint32_t known_number(struct seal_bytes digits)
{
	uint32_t type;

	return seal_parse_u32(digits, 10, &type) < 0 ? 0 : seal_audit_type_known(type);
}

uint32_t seal_audit_type(struct seal_bytes name)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if (types[i].n == name.n && memcmp(types[i].name, name.p, name.n) == 0)
			return types[i].type;
	if (seal_bytes_starts(name, "UNKNOWN[") && seal_bytes_ends(name, "]"))
		return known_number((struct seal_bytes){name.p + 8, name.n - 9});
	return known_number(name);
}

const char *seal_audit_type_name(uint32_t type)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if (types[i].type == type)
			return types[i].name;
	return "UNKNOWN";
}

bool seal_audit_type_wanted(uint32_t type)
{
	switch (type) {
	case AUDIT_AVC:
	case AUDIT_USER_AVC:
	case AUDIT_SELINUX_ERR:
	case AUDIT_USER_SELINUX_ERR:
	case AUDIT_MAC_POLICY_LOAD:
	case AUDIT_MAC_CONFIG_CHANGE:
	case AUDIT_MAC_STATUS:
	case AUDIT_NETFILTER_CFG:
	case AUDIT_SOFTWARE_UPDATE:
		return true;
	default:
		return false;
	}
}

/* pass_node - @line from its "type=" on, where a "node=NAME " may stand before it */
static struct seal_bytes pass_node(struct seal_bytes line)
{
	ssize_t at;

	if (!seal_bytes_starts(line, "node="))
		return line;
	at = seal_bytes_chr(line, ' ');
	return seal_bytes_from(line, at < 0 ? line.n : (size_t)at + 1);
}

bool seal_audit_wanted(struct seal_bytes line)
{
	const char *p;

	if (line.n > 5 && line.p[0] == 'n')
		line = pass_node(line);
	if (line.n < 16 || memcmp(line.p, "type=", 5) != 0)
		return false;
	p = line.p + 5;
	switch (p[0]) {
	case 'A':
		return p[1] == 'V';
	case 'U':
		return memcmp(p, "USER_AVC", 8) == 0 || memcmp(p, "USER_SELIN", 10) == 0 ||
		       memcmp(p, "UNKNOWN[", 8) == 0;
	case 'S':
		return (p[1] == 'E' && p[2] == 'L') || (p[1] == 'O' && p[2] == 'F');
	case 'M':
		return memcmp(p, "MAC_", 4) == 0;
	case 'N':
		return memcmp(p, "NETFILTER_", 10) == 0;
	default:
		return p[0] >= '1' && p[0] <= '9';
	}
}

/* take_digits - the number at the front of *s, at most @max digits; moves *s behind it */
static bool take_digits(struct seal_bytes *s, size_t max, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s->n && i < max && s->p[i] >= '0' && s->p[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(s->p[i] - '0');
	if (i == 0)
		return false;
	*s = seal_bytes_from(*s, i);
	*ret = v;
	return true;
}

static bool take_byte(struct seal_bytes *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = seal_bytes_from(*s, 1);
	return true;
}

bool seal_audit_stamp(struct seal_bytes stamp, int64_t *time_us, uint64_t *serial)
{
	uint64_t seconds, ms;

	if (!take_digits(&stamp, 12, &seconds) || seconds > SECONDS_MAX ||
	    !take_byte(&stamp, '.') || !take_digits(&stamp, 3, &ms) || !take_byte(&stamp, ':') ||
	    !take_digits(&stamp, 19, serial) || stamp.n)
		return false;
	*time_us = (int64_t)(seconds * 1000 + ms) * 1000;
	return true;
}

/* cut_stamp - "audit(STAMP): REST" */
static bool cut_stamp(struct seal_bytes s, struct seal_audit_parts *ret)
{
	ssize_t end;

	if (!seal_bytes_starts(s, "audit("))
		return false;
	s = seal_bytes_from(s, 6);
	end = seal_bytes_chr(seal_bytes_first(s, STAMP_MAX), ')');
	if (end < 0)
		return false;
	ret->stamp = seal_bytes_first(s, (size_t)end);
	s = seal_bytes_from(s, (size_t)end + 1);
	if (!take_byte(&s, ':'))
		return false;
	take_byte(&s, ' ');
	ret->rest = s;
	return true;
}

bool seal_audit_record_cut(struct seal_bytes line, struct seal_audit_parts *ret)
{
	ssize_t end;

	line = pass_node(line);
	if (!seal_bytes_starts(line, "type="))
		return false;
	line = seal_bytes_from(line, 5);
	end = seal_bytes_chr(seal_bytes_first(line, TYPE_MAX), ' ');
	if (end < 0)
		return false;
	ret->type = seal_bytes_first(line, (size_t)end);
	line = seal_bytes_from(line, (size_t)end);
	return seal_bytes_starts(line, " msg=") && cut_stamp(seal_bytes_from(line, 5), ret);
}

void seal_audit_record_body(struct seal_bytes rest, struct seal_audit_record *ret)
{
	ssize_t at = seal_bytes_chr(rest, ENRICHED);

	ret->body = seal_bytes_trim(at < 0 ? rest : seal_bytes_first(rest, (size_t)at));
	ret->extra = at < 0 ? SEAL_BYTES_NONE : seal_bytes_from(rest, (size_t)at + 1);
}

static bool take_parts(const struct seal_audit_parts *parts, struct seal_audit_record *ret)
{
	if (!seal_audit_stamp(parts->stamp, &ret->time_us, &ret->serial))
		return false;
	ret->type = seal_audit_type(parts->type);
	seal_audit_record_body(parts->rest, ret);
	return true;
}

bool seal_audit_record_parse(struct seal_bytes line, struct seal_audit_record *ret)
{
	struct seal_audit_parts parts;

	return seal_audit_record_cut(line, &parts) && take_parts(&parts, ret);
}

bool seal_audit_record_parse_kernel(struct seal_bytes text, struct seal_audit_record *ret)
{
	struct seal_audit_parts parts;
	struct seal_bytes rest;

	if (seal_bytes_starts(text, "audit: "))
		text = seal_bytes_from(text, 7);
	if (!seal_bytes_starts(text, "type="))
		return false;
	parts.type = seal_bytes_cut(seal_bytes_from(text, 5), ' ', &rest);
	return rest.p && cut_stamp(rest, &parts) && take_parts(&parts, ret);
}

/* value_end - where the value that starts at @at ends: behind its closing quote, or at a blank */
static size_t value_end(struct seal_bytes b, size_t at)
{
	const char *p;
	bool quoted = at < b.n && b.p[at] == '"';

	if (at >= b.n)
		return b.n;
	p = memchr(b.p + at + quoted, quoted ? '"' : ' ', b.n - at - quoted);
	if (!p)
		return b.n;
	return (size_t)(p - b.p) + quoted;
}

/* word_end - where the word that starts at @at ends; a blank between quotes does not end it */
static size_t word_end(struct seal_bytes b, size_t at)
{
	const char *blank = memchr(b.p + at, ' ', b.n - at);
	size_t end = blank ? (size_t)(blank - b.p) : b.n;
	const char *quote = memchr(b.p + at, '"', end - at);

	if (!quote || quote == b.p + at || quote[-1] != '=')
		return end;
	return value_end(b, (size_t)(quote - b.p));
}

bool seal_audit_field(struct seal_bytes body, const char *key, struct seal_bytes *ret)
{
	size_t n = strlen(key), i = 0, end;

	while (i < body.n) {
		end = word_end(body, i);
		if (end - i > n && body.p[i + n] == '=' && memcmp(body.p + i, key, n) == 0) {
			*ret = (struct seal_bytes){body.p + i + n + 1, end - i - n - 1};
			return true;
		}
		i = end + (end < body.n && body.p[end] == ' ');
	}
	return false;
}

bool seal_audit_number(struct seal_bytes body, const char *key, unsigned base, uint64_t *ret)
{
	struct seal_bytes v;

	if (!seal_audit_field(body, key, &v))
		return false;
	if (base == 16 && seal_bytes_starts(v, "0x"))
		v = seal_bytes_from(v, 2);
	return seal_parse_u64(v, base, ret) == 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool is_hex(struct seal_bytes b)
{
	size_t i;

	if (b.n == 0 || b.n % 2)
		return false;
	for (i = 0; i < b.n; i++)
		if (nibble(b.p[i]) < 0)
			return false;
	return true;
}

int seal_audit_text(struct seal_arena *a, struct seal_bytes raw, struct seal_bytes *ret)
{
	char *p;
	size_t i;

	*ret = SEAL_BYTES_NONE;
	if (raw.n >= 1 && raw.p[0] == '"') {
		raw = seal_bytes_from(raw, 1);
		if (seal_bytes_ends(raw, "\""))
			raw.n--;
		return raw.n ? seal_arena_intern(a, raw, ret) : 0;
	}
	if (raw.n == 0 || raw.p[0] == '(' || seal_bytes_is(raw, "?"))
		return 0;
	if (!is_hex(raw))
		return seal_arena_intern(a, raw, ret);
	p = seal_arena_alloc(a, raw.n / 2 + 1);
	if (!p)
		return -ENOMEM;
	for (i = 0; i < raw.n / 2; i++)
		p[i] = (char)(nibble(raw.p[2 * i]) * 16 + nibble(raw.p[2 * i + 1]));
	*ret = (struct seal_bytes){p, raw.n / 2};
	return 0;
}

int seal_audit_field_text(struct seal_arena *a, struct seal_bytes body, const char *key,
			  struct seal_bytes *ret)
{
	struct seal_bytes raw;

	*ret = SEAL_BYTES_NONE;
	return seal_audit_field(body, key, &raw) ? seal_audit_text(a, raw, ret) : 0;
}
