/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/firewalld_value.h"

#include "core/input.h"

#include <errno.h>

#define DATABASE_MAX (4u << 20)

int fwd_int(struct seal_bytes s, long *ret)
{
	bool minus = false;
	uint32_t v;

	s = seal_bytes_trim(s);
	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		minus = s.p[0] == '-';
		s = seal_bytes_from(s, 1);
	}
	if (seal_parse_u32(s, 10, &v) < 0)
		return -EINVAL;

	*ret = minus ? -(long)v : (long)v;
	return 0;
}

/* look @name up in a database of lines "name number[/protocol] alias ..." of the root; @protocol
 * may be NULL. Returns 0, -EINVAL (not there) or -ENOENT (no such file). */
static int database_find(const struct fwd_config *c, const char *path, struct seal_bytes name,
			 uint32_t *ret)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest, line, first, number, word;
	size_t n;

	if (!c->root || seal_root_read(c->root, path, DATABASE_MAX, &text, &n, NULL) < 0)
		return -ENOENT;

	rest = (struct seal_bytes){text, n};
	while (rest.p && rest.n) {
		bool hit;

		line = seal_bytes_cut(rest, '\n', &rest);
		line = seal_bytes_cut(line, '#', &word);
		first = seal_bytes_word(&line);
		number = seal_bytes_word(&line);
		number = seal_bytes_cut(number, '/', &word);
		hit = first.n && seal_bytes_eq(first, name);
		while (!hit && (word = seal_bytes_word(&line)).n)
			hit = seal_bytes_eq(word, name);
		if (hit && seal_parse_u32(number, 10, ret) == 0)
			return 0;
	}
	return -EINVAL;
}

static int port_of(const struct fwd_config *c, struct seal_bytes s, uint16_t *ret)
{
	uint32_t v;
	int r;

	s = seal_bytes_trim(s);
	r = seal_parse_u32(s, 10, &v);
	if (r == -ERANGE)
		return -EINVAL;
	if (r < 0) {
		r = c && s.n ? database_find(c, "etc/services", s, &v) : -EINVAL;
		if (r < 0)
			return r == -ENOENT ? -ENOTSUP : r;
	}
	if (v > 65535)
		return -EINVAL;

	*ret = (uint16_t)v;
	return 0;
}

int fwd_port_range(const struct fwd_config *c, struct seal_bytes s, uint16_t *lo, uint16_t *hi)
{
	struct seal_bytes first, rest;
	uint16_t a, b;
	int r;

	/* a number, a range of numbers, a name with or without "-" in it, in this order */
	first = seal_bytes_cut(s, '-', &rest);
	if (rest.p && port_of(NULL, first, &a) == 0 && port_of(NULL, rest, &b) == 0) {
		*lo = a < b ? a : b;
		*hi = a < b ? b : a;
		return 0;
	}

	r = port_of(c, s, &a);
	if (r < 0)
		return r;
	*lo = *hi = a;
	return 0;
}

bool fwd_is_one_of(struct seal_bytes s, const char *words)
{
	struct seal_bytes rest = seal_bytes_of(words), w;

	while ((w = seal_bytes_word(&rest)).n)
		if (seal_bytes_eq(w, s))
			return true;
	return false;
}

bool fwd_is_port_protocol(struct seal_bytes s)
{
	return fwd_is_one_of(s, "tcp udp sctp dccp");
}

/* IANA's numbers for the names every etc/protocols has */
static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{"ah", 51},    {"dccp", 33},      {"egp", 8},      {"esp", 50},      {"gre", 47},
	{"icmp", 1},   {"icmpv6", 58},    {"igmp", 2},     {"ip", 0},        {"ipencap", 4},
	{"ipip", 94},  {"ipv6-icmp", 58}, {"ipv6", 41},    {"ospf", 89},     {"pim", 103},
	{"sctp", 132}, {"tcp", 6},        {"udp", 17},     {"udplite", 136}, {"vrrp", 112},
	{"l2tp", 115}, {"eigrp", 88},     {"ipcomp", 108}, {"rdp", 27},
};

int fwd_protocol(const struct fwd_config *c, struct seal_bytes s, uint8_t *ret)
{
	uint32_t v;
	size_t i;
	int r;

	r = seal_parse_u32(seal_bytes_trim(s), 10, &v);
	if (r == 0 && v <= 255) {
		*ret = (uint8_t)v;
		return 0;
	}
	if (r == 0 || r == -ERANGE || !s.n)
		return -EINVAL;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (seal_bytes_is(s, protocols[i].name)) {
			*ret = protocols[i].number;
			return 0;
		}
	}

	r = database_find(c, "etc/protocols", s, &v);
	if (r < 0)
		return r == -ENOENT ? -ENOTSUP : r;
	if (v > 255)
		return -EINVAL;
	*ret = (uint8_t)v;
	return 0;
}

static void clear_host_bits(struct seal_prefix *p)
{
	unsigned bit;

	for (bit = p->len; bit < p->addr.bits; bit++)
		p->addr.b[bit / 8] &= (unsigned char)~(0x80u >> (bit % 8));
}

/* "255.255.255.0" and, as Python's ipaddress reads it, its complement "0.0.0.255" */
static int mask_length(struct seal_bytes s, uint8_t *ret)
{
	struct seal_addr a;
	uint32_t v;

	if (seal_addr_parse(s, &a) < 0 || a.bits != 32)
		return -EINVAL;

	v = (uint32_t)a.b[0] << 24 | (uint32_t)a.b[1] << 16 | (uint32_t)a.b[2] << 8 | a.b[3];
	if ((~v & (~v + 1)) == 0) {
		*ret = (uint8_t)__builtin_popcount(v);
		return 0;
	}
	if ((v & (v + 1)) == 0) {
		*ret = (uint8_t)(32 - __builtin_popcount(v));
		return 0;
	}
	return -EINVAL;
}

static struct seal_bytes strip_brackets(struct seal_bytes s)
{
	while (s.n && (s.p[0] == '[' || s.p[0] == ']'))
		s = seal_bytes_from(s, 1);
	while (s.n && (s.p[s.n - 1] == '[' || s.p[s.n - 1] == ']'))
		s.n--;
	return s;
}

int fwd_net_parse(struct seal_bytes s, int family, struct fwd_net *ret)
{
	struct fwd_net net = {.plain = true};
	struct seal_bytes addr, mask;
	uint32_t len;

	addr = seal_bytes_cut(s, '/', &mask);
	if (seal_addr_parse(addr, &net.prefix.addr) < 0 &&
	    (seal_addr_parse(strip_brackets(addr), &net.prefix.addr) < 0 ||
	     net.prefix.addr.bits != 128))
		return -EINVAL;
	if ((family == 4 && net.prefix.addr.bits != 32) ||
	    (family == 6 && net.prefix.addr.bits != 128))
		return -EINVAL;

	net.prefix.len = net.prefix.addr.bits;
	if (mask.p) {
		net.plain = false;
		if (net.prefix.addr.bits == 32 && seal_bytes_chr(mask, '.') >= 0) {
			if (mask_length(mask, &net.prefix.len) < 0)
				return -EINVAL;
		} else {
			if (seal_parse_u32(mask, 10, &len) < 0 || len > net.prefix.addr.bits)
				return -EINVAL;
			net.prefix.len = (uint8_t)len;
		}
		clear_host_bits(&net.prefix);
	}
	*ret = net;
	return 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool fwd_is_mac(struct seal_bytes s)
{
	size_t i;

	if (s.n != 17)
		return false;
	for (i = 0; i < s.n; i++)
		if (i % 3 == 2 ? s.p[i] != ':' : !is_hex(s.p[i]))
			return false;
	return true;
}

bool fwd_is_interface(struct seal_bytes s)
{
	size_t i;

	if (!s.n || s.n > 16)
		return false;
	for (i = 0; i < s.n; i++)
		if (strchr(" /!*", s.p[i]) || !s.p[i])
			return false;
	return true;
}

static int binary(struct seal_bytes s, uint32_t *ret)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '0' && s.p[i] != '1')
			return -EINVAL;
		v = v << 1 | (uint64_t)(s.p[i] - '0');
		if (v > UINT32_MAX)
			return -EINVAL;
	}
	*ret = (uint32_t)v;
	return s.n ? 0 : -EINVAL;
}

int fwd_u32(struct seal_bytes s, uint32_t *ret)
{
	size_t i;
	int r;

	s = seal_bytes_trim(s);
	if (s.n && s.p[0] == '+')
		s = seal_bytes_from(s, 1);
	if (s.n > 2 && s.p[0] == '0' && strchr("xX", s.p[1]))
		r = seal_parse_u32(seal_bytes_from(s, 2), 16, ret);
	else if (s.n > 2 && s.p[0] == '0' && strchr("oO", s.p[1]))
		r = seal_parse_u32(seal_bytes_from(s, 2), 8, ret);
	else if (s.n > 2 && s.p[0] == '0' && strchr("bB", s.p[1]))
		r = binary(seal_bytes_from(s, 2), ret);
	else
		r = seal_parse_u32(s, 10, ret);
	if (r < 0)
		return -EINVAL;

	/* Python takes no number with leading zeros, but for zero itself */
	for (i = 0; i < s.n && s.p[i] == '0'; i++)
		;
	if (i && i < s.n && s.p[i] >= '1' && s.p[i] <= '9')
		return -EINVAL;
	return 0;
}

bool fwd_is_true(struct seal_bytes s)
{
	return seal_bytes_icase_eq(s, SEAL_LIT("yes")) || seal_bytes_icase_eq(s, SEAL_LIT("true"));
}
