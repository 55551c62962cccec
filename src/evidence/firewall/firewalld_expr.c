/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/firewalld_expr.h"

#include "core/enc.h"
#include "evidence/firewall/firewalld_value.h"

#include <errno.h>
#include <netinet/in.h>

static void comma(struct seal_buf *b)
{
	if (b->n && b->p[b->n - 1] != '[')
		seal_buf_putc(b, ',');
}

void fwd_x_raw(struct seal_buf *b, const char *json)
{
	comma(b);
	seal_buf_puts(b, json);
}

static void match_begin(struct seal_buf *b, const char *op, const char *left)
{
	comma(b);
	seal_buf_printf(b, "{\"match\":{\"op\":\"%s\",\"left\":%s,\"right\":", op, left);
}

void fwd_x_match(struct seal_buf *b, const char *op, const char *left, const char *right)
{
	match_begin(b, op, left);
	seal_buf_printf(b, "%s}}", right);
}

void fwd_x_jump(struct seal_buf *b, const char *verb, const char *target)
{
	comma(b);
	seal_buf_printf(b, "{\"%s\":{\"target\":\"%s\"}}", verb, target);
}

void fwd_x_iface(struct seal_buf *b, const char *key, struct seal_bytes name)
{
	bool wild = name.n && name.p[name.n - 1] == '+';
	seal_auto_buf struct seal_buf text = {0};

	if (name.n == 1 && wild)
		return; /* every interface */

	seal_buf_put(&text, name.p, wild ? name.n - 1 : name.n);
	if (wild)
		seal_buf_putc(&text, '*');
	comma(b);
	seal_buf_printf(
		b,
		"{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"%s\"}},\"right\":", key);
	seal_enc_json(b, seal_buf_bytes(&text));
	seal_buf_puts(b, "}}");
	if (text.err)
		b->err = text.err;
}

static void put_net(struct seal_buf *b, const struct fwd_net *n)
{
	bool prefix = !n->plain && n->prefix.len < n->prefix.addr.bits;

	seal_buf_puts(b, prefix ? "{\"prefix\":{\"addr\":\"" : "\"");
	seal_addr_put(b, &n->prefix.addr);
	seal_buf_putc(b, '"');
	if (prefix)
		seal_buf_printf(b, ",\"len\":%u}}", n->prefix.len);
}

int fwd_ipset_family(const struct fwd_ipset *s)
{
	if (seal_bytes_is(s->type, "hash:mac"))
		return 0;
	return seal_bytes_is(s->family, "inet6") ? 6 : 4;
}

/* what is looked up in an ipset: one part for each word of its type */
static int match_ipset(const struct fwd_config *c, struct seal_buf *b, const char *field,
		       struct seal_bytes name, bool invert)
{
	const struct fwd_ipset *s = fwd_ipset_find(c, name);
	bool dest = !strcmp(field, "daddr"), many;
	struct seal_bytes rest, w;
	const char *family;
	size_t n = 0;

	if (!s)
		return c->stock_builtin ? -ENOTSUP : -EINVAL;

	family = fwd_ipset_family(s) == 4 ? "ip" : fwd_ipset_family(s) == 6 ? "ip6" : "ether";
	rest = seal_bytes_from(s->type, strlen("hash:"));
	many = seal_bytes_chr(rest, ',') >= 0;
	comma(b);
	seal_buf_printf(b, "{\"match\":{\"op\":\"%s\",\"left\":", invert ? "!=" : "==");
	seal_buf_puts(b, many ? "{\"concat\":[" : "");
	while (rest.p && (w = seal_bytes_cut(rest, ',', &rest)).n) {
		seal_buf_puts(b, n++ ? "," : "");
		if (seal_bytes_is(w, "port"))
			seal_buf_printf(
				b,
				"{\"meta\":{\"key\":\"l4proto\"}},{\"payload\":{\"protocol\":"
				"\"th\",\"field\":\"%s\"}}",
				dest ? "dport" : "sport");
		else if (seal_bytes_is(w, "iface"))
			seal_buf_printf(b, "{\"meta\":{\"key\":\"%s\"}}",
					dest ? "iifname" : "oifname");
		else if (seal_bytes_is(w, "mark"))
			seal_buf_puts(b, "{\"meta\":{\"key\":\"mark\"}}");
		else
			seal_buf_printf(b, "{\"payload\":{\"protocol\":\"%s\",\"field\":\"%s\"}}",
					family, field);
	}
	seal_buf_printf(b, "%s,\"right\":\"@%.*s\"}}", many ? "]}" : "", (int)name.n, name.p);
	return 0;
}

int fwd_x_addr(const struct fwd_config *c, struct seal_buf *b, const char *field,
	       struct seal_bytes addr, bool invert)
{
	struct fwd_net net;
	const char *family;

	if (seal_bytes_starts(addr, "ipset:"))
		return match_ipset(c, b, field, seal_bytes_from(addr, 6), invert);

	if (fwd_is_mac(addr))
		family = "ether";
	else if (fwd_net_parse(addr, 0, &net) == 0)
		family = net.prefix.addr.bits == 32 ? "ip" : "ip6";
	else
		return -EINVAL;

	comma(b);
	seal_buf_printf(b,
			"{\"match\":{\"op\":\"%s\",\"left\":{\"payload\":{\"protocol\":\"%s\","
			"\"field\":\"%s\"}},\"right\":",
			invert ? "!=" : "==", family, field);
	if (!strcmp(family, "ether"))
		seal_enc_json(b, addr);
	else
		put_net(b, &net);
	seal_buf_puts(b, "}}");
	return 0;
}

int fwd_x_peer(const struct fwd_config *c, struct seal_buf *b, const char *field,
	       const struct fwd_peer *p)
{
	if (!p->set)
		return 0;
	if (p->ipset.n)
		return match_ipset(c, b, field, p->ipset, p->invert);
	return fwd_x_addr(c, b, field, p->addr.n ? p->addr : p->mac, p->invert);
}

void fwd_x_nfproto(struct seal_buf *b, int family)
{
	if (family)
		fwd_x_match(b, "==", "{\"meta\":{\"key\":\"nfproto\"}}",
			    family == 4 ? "\"ipv4\"" : "\"ipv6\"");
}

void fwd_x_port(struct seal_buf *b, struct seal_bytes proto, const char *field, uint16_t lo,
		uint16_t hi)
{
	comma(b);
	seal_buf_printf(b,
			"{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"%.*s\","
			"\"field\":\"%s\"}},\"right\":",
			(int)proto.n, proto.p, field);
	if (lo == hi)
		seal_buf_printf(b, "%u}}", lo);
	else
		seal_buf_printf(b, "{\"range\":[%u,%u]}}}", lo, hi);
}

int fwd_x_protocol(const struct fwd_config *c, struct seal_buf *b, struct seal_bytes protocol)
{
	uint8_t number;
	int r = fwd_protocol(c, protocol, &number);

	if (r < 0)
		return r;
	comma(b);
	seal_buf_printf(b,
			"{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"l4proto\"}},"
			"\"right\":%u}}",
			number);
	return 0;
}

/* type and code by family; code -1 = any */
static const struct {
	const char *name;
	int8_t family;
	const char *type;
	int8_t code;
} icmp[] = {
	{"communication-prohibited", 4, "destination-unreachable", 13},
	{"destination-unreachable", 4, "destination-unreachable", -1},
	{"echo-reply", 4, "echo-reply", -1},
	{"echo-request", 4, "echo-request", -1},
	{"fragmentation-needed", 4, "destination-unreachable", 4},
	{"host-precedence-violation", 4, "destination-unreachable", 14},
	{"host-prohibited", 4, "destination-unreachable", 10},
	{"host-redirect", 4, "redirect", 1},
	{"host-unknown", 4, "destination-unreachable", 7},
	{"host-unreachable", 4, "destination-unreachable", 1},
	{"ip-header-bad", 4, "parameter-problem", 1},
	{"network-prohibited", 4, "destination-unreachable", 8},
	{"network-redirect", 4, "redirect", 0},
	{"network-unknown", 4, "destination-unreachable", 6},
	{"network-unreachable", 4, "destination-unreachable", 0},
	{"parameter-problem", 4, "parameter-problem", -1},
	{"port-unreachable", 4, "destination-unreachable", 3},
	{"precedence-cutoff", 4, "destination-unreachable", 15},
	{"protocol-unreachable", 4, "destination-unreachable", 2},
	{"redirect", 4, "redirect", -1},
	{"required-option-missing", 4, "parameter-problem", 1},
	{"router-advertisement", 4, "router-advertisement", -1},
	{"router-solicitation", 4, "router-solicitation", -1},
	{"source-quench", 4, "source-quench", -1},
	{"source-route-failed", 4, "destination-unreachable", 5},
	{"time-exceeded", 4, "time-exceeded", -1},
	{"timestamp-reply", 4, "timestamp-reply", -1},
	{"timestamp-request", 4, "timestamp-request", -1},
	{"tos-host-redirect", 4, "redirect", 3},
	{"tos-host-unreachable", 4, "destination-unreachable", 12},
	{"tos-network-redirect", 4, "redirect", 2},
	{"tos-network-unreachable", 4, "destination-unreachable", 11},
	{"ttl-zero-during-reassembly", 4, "time-exceeded", 1},
	{"ttl-zero-during-transit", 4, "time-exceeded", 0},
	{"address-unreachable", 6, "destination-unreachable", 3},
	{"bad-header", 6, "parameter-problem", 0},
	{"beyond-scope", 6, "destination-unreachable", 2},
	{"communication-prohibited", 6, "destination-unreachable", 1},
	{"destination-unreachable", 6, "destination-unreachable", -1},
	{"echo-reply", 6, "echo-reply", -1},
	{"echo-request", 6, "echo-request", -1},
	{"failed-policy", 6, "destination-unreachable", 5},
	{"mld-listener-done", 6, "mld-listener-done", -1},
	{"mld-listener-query", 6, "mld-listener-query", -1},
	{"mld-listener-report", 6, "mld-listener-report", -1},
	{"mld2-listener-report", 6, "mld2-listener-report", -1},
	{"neighbour-advertisement", 6, "nd-neighbor-advert", -1},
	{"neighbour-solicitation", 6, "nd-neighbor-solicit", -1},
	{"no-route", 6, "destination-unreachable", 0},
	{"packet-too-big", 6, "packet-too-big", -1},
	{"parameter-problem", 6, "parameter-problem", -1},
	{"port-unreachable", 6, "destination-unreachable", 4},
	{"redirect", 6, "nd-redirect", -1},
	{"reject-route", 6, "destination-unreachable", 6},
	{"router-advertisement", 6, "nd-router-advert", -1},
	{"router-solicitation", 6, "nd-router-solicit", -1},
	{"time-exceeded", 6, "time-exceeded", -1},
	{"ttl-zero-during-reassembly", 6, "time-exceeded", 1},
	{"ttl-zero-during-transit", 6, "time-exceeded", 0},
	{"unknown-header-type", 6, "parameter-problem", 1},
	{"unknown-option", 6, "parameter-problem", 2},
};

int fwd_x_icmp(struct seal_buf *b, int family, struct seal_bytes name)
{
	const char *proto = family == 4 ? "icmp" : "icmpv6";
	size_t i;

	for (i = 0; i < sizeof(icmp) / sizeof(icmp[0]); i++) {
		if (icmp[i].family != family || !seal_bytes_is(name, icmp[i].name))
			continue;
		comma(b);
		seal_buf_printf(
			b,
			"{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"%s\","
			"\"field\":\"type\"}},\"right\":\"%s\"}}",
			proto, icmp[i].type);
		if (icmp[i].code >= 0)
			seal_buf_printf(b,
					",{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{"
					"\"protocol\":\"%s\",\"field\":\"code\"}},\"right\":%d}}",
					proto, icmp[i].code);
		return 0;
	}
	return -EINVAL;
}

void fwd_x_reject(struct seal_buf *b)
{
	fwd_x_raw(b, "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"admin-prohibited\"}}");
}

int fwd_x_reject_type(struct seal_buf *b, const struct fwd_rule *r, struct fwd_bound bound)
{
	static const struct {
		const char *names, *type, *expr;
	} types[] = {
		{"icmp-host-prohibited host-prohib", "icmp", "host-prohibited"},
		{"icmp-net-prohibited net-prohib", "icmp", "net-prohibited"},
		{"icmp-admin-prohibited admin-prohib", "icmp", "admin-prohibited"},
		{"icmp6-adm-prohibited adm-prohibited", "icmpv6", "admin-prohibited"},
		{"icmp-net-unreachable net-unreach", "icmp", "net-unreachable"},
		{"icmp-host-unreachable host-unreach", "icmp", "host-unreachable"},
		{"icmp-port-unreachable", "icmp", "port-unreachable"},
		{"icmp6-port-unreachable", "icmpv6", "port-unreachable"},
		{"port-unreach", "icmpx", "port-unreachable"},
		{"icmp-proto-unreachable proto-unreach", "icmp", "prot-unreachable"},
		{"icmp6-addr-unreachable addr-unreach", "icmpv6", "addr-unreachable"},
		{"icmp6-no-route no-route", "icmpv6", "no-route"},
	};
	size_t i;

	if (!r->reject_type.n) {
		comma(b);
		seal_buf_printf(b, "{\"reject\":{\"type\":\"%s\",\"expr\":\"port-unreachable\"}}",
				bound.family == 4   ? "icmp"
				: bound.family == 6 ? "icmpv6"
						    : "icmpx");
		return 0;
	}
	if (fwd_is_one_of(r->reject_type, "tcp-reset tcp-rst")) {
		if (bound.l4 >= 0 && bound.l4 != IPPROTO_TCP)
			return -EINVAL;
		/* without a tcp match of its own the statement brings one */
		if (bound.l4 < 0)
			fwd_x_match(b, "==", "{\"meta\":{\"key\":\"l4proto\"}}", "6");
		fwd_x_raw(b, "{\"reject\":{\"type\":\"tcp reset\"}}");
		return 0;
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!fwd_is_one_of(r->reject_type, types[i].names))
			continue;
		comma(b);
		seal_buf_printf(b, "{\"reject\":{\"type\":\"%s\",\"expr\":\"%s\"}}", types[i].type,
				types[i].expr);
		return 0;
	}
	return -EINVAL;
}

void fwd_x_limit(struct seal_buf *b, const struct fwd_limit *l)
{
	struct seal_bytes rate, unit;
	long v = 0, burst = 0;
	const char *per;

	if (!l->set)
		return;
	rate = seal_bytes_cut(l->value, '/', &unit);
	if (fwd_int(rate, &v) < 0 || !unit.n)
		return;
	per = unit.p[0] == 's'   ? "second"
	      : unit.p[0] == 'm' ? "minute"
	      : unit.p[0] == 'h' ? "hour"
				 : "day";
	if (l->burst.n && fwd_int(l->burst, &burst) < 0)
		burst = 0;
	comma(b);
	seal_buf_printf(b, "{\"limit\":{\"rate\":%ld,\"burst\":%ld,\"per\":\"%s\"}}", v,
			burst ? burst : 5L, per);
}

void fwd_x_pkttype(struct seal_buf *b, struct seal_bytes log_denied)
{
	if (seal_bytes_is(log_denied, "all"))
		return;
	match_begin(b, "==", "{\"meta\":{\"key\":\"pkttype\"}}");
	seal_buf_printf(b, "\"%s\"}}",
			seal_bytes_is(log_denied, "unicast")     ? "host"
			: seal_bytes_is(log_denied, "broadcast") ? "broadcast"
								 : "multicast");
}

void fwd_x_log(struct seal_buf *b, const char *prefix, struct seal_bytes untrusted)
{
	comma(b);
	seal_buf_puts(b, "{\"log\":{\"prefix\":");
	seal_enc_json(b, untrusted.p ? untrusted : seal_bytes_of(prefix));
	seal_buf_puts(b, "}}");
}

int fwd_x_mark(struct seal_buf *b, struct seal_bytes mark)
{
	struct seal_bytes value, mask;
	uint32_t v, m = 0;

	value = seal_bytes_cut(mark, '/', &mask);
	if (fwd_u32(value, &v) < 0 || (mask.p && fwd_u32(mask, &m) < 0))
		return -EINVAL;

	comma(b);
	seal_buf_puts(b, "{\"mangle\":{\"key\":{\"meta\":{\"key\":\"mark\"}},\"value\":");
	if (mask.p)
		seal_buf_printf(b, "{\"^\":[{\"&\":[{\"meta\":{\"key\":\"mark\"}},%u]},%u]}}}", m,
				v);
	else
		seal_buf_printf(b, "%u}}", v);
	return 0;
}

int fwd_x_nat_to(struct seal_buf *b, struct seal_bytes addr, bool has_port, uint16_t lo,
		 uint16_t hi)
{
	struct fwd_net net;

	if (addr.n && fwd_net_parse(addr, 0, &net) < 0)
		return -EINVAL;

	comma(b);
	seal_buf_puts(b, addr.n ? "{\"dnat\":{" : "{\"redirect\":{");
	if (addr.n) {
		seal_buf_printf(b, "\"family\":\"%s\",\"addr\":",
				net.prefix.addr.bits == 32 ? "ip" : "ip6");
		put_net(b, &net);
		seal_buf_puts(b, has_port ? "," : "");
	}
	if (has_port && lo == hi)
		seal_buf_printf(b, "\"port\":%u", lo);
	else if (has_port)
		seal_buf_printf(b, "\"port\":{\"range\":[%u,%u]}", lo, hi);
	seal_buf_puts(b, "}}");
	return 0;
}
