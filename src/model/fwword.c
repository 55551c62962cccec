/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/fwword.h"

#include <errno.h>

static const struct seal_word protocols[] = {
	{"tcp", 6},       {"udp", 17},  {"icmp", 1},   {"ipv6-icmp", 58}, {"icmpv6", 58},
	{"sctp", 132},    {"dccp", 33}, {"esp", 50},   {"ah", 51},        {"comp", 108},
	{"udplite", 136}, {"gre", 47},  {"ipv6", 41},  {"igmp", 2},       {"ip", 0},
	{"hopopt", 0},    {"ospf", 89}, {"vrrp", 112}, {"ipip", 4},       {"ipencap", 4},
	{"egp", 8},       {"pim", 103}, {NULL, 0},
};
static const struct seal_word services[] = {
	{"ftp", 21},
	{"ssh", 22},
	{"telnet", 23},
	{"smtp", 25},
	{"mail", 25},
	{"domain", 53},
	{"bootps", 67},
	{"bootpc", 68},
	{"tftp", 69},
	{"http", 80},
	{"kerberos", 88},
	{"pop3", 110},
	{"sunrpc", 111},
	{"ntp", 123},
	{"imap2", 143},
	{"imap", 143},
	{"snmp", 161},
	{"ldap", 389},
	{"https", 443},
	{"submissions", 465},
	{"smtps", 465},
	{"ssmtp", 465},
	{"urd", 465},
	{"isakmp", 500},
	{"syslog", 514},
	{"submission", 587},
	{"ldaps", 636},
	{"imaps", 993},
	{"pop3s", 995},
	{"openvpn", 1194},
	{"nfs", 2049},
	{"mysql", 3306},
	{"sieve", 4190},
	{"postgresql", 5432},
	{"mdns", 5353},
	{"http-alt", 8080},
	{"dhcpv6-client", 546},
	{"dhcpv6-server", 547},
	{"netbios-ns", 137},
	{"netbios-dgm", 138},
	{"netbios-ssn", 139},
	{"microsoft-ds", 445},
	{NULL, 0},
};
static const struct seal_word ethers[] = {
	{"ip", 0x0800},    {"ip6", 0x86dd},    {"arp", 0x0806}, {"vlan", 0x8100},
	{"8021q", 0x8100}, {"8021ad", 0x88a8}, {NULL, 0},
};
static const struct seal_word nfprotos[] = {{"ipv4", 2}, {"ipv6", 10}, {NULL, 0}};
static const struct seal_word ct_states[] = {
	{"invalid", 1}, {"established", 2}, {"related", 4},
	{"new", 8},     {"untracked", 64},  {NULL, 0},
};
static const struct seal_word ct_statuses[] = {
	{"expected", 1}, {"seen-reply", 2}, {"assured", 4}, {"confirmed", 8},
	{"snat", 16},    {"dnat", 32},      {"dying", 512}, {NULL, 0},
};
static const struct seal_word ct_dirs[] = {{"original", 0}, {"reply", 1}, {NULL, 0}};
static const struct seal_word pkttypes[] = {
	{"host", 0}, {"unicast", 0}, {"broadcast", 1}, {"multicast", 2}, {"other", 3}, {NULL, 0},
};
static const struct seal_word iftypes[] = {
	{"ether", 1},      {"ppp", 512}, {"ipip", 768},  {"ipip6", 769},
	{"loopback", 772}, {"sit", 776}, {"ipgre", 778}, {NULL, 0},
};
static const struct seal_word fib_types[] = {
	{"unspec", 0},    {"unicast", 1},   {"local", 2},       {"broadcast", 3}, {"anycast", 4},
	{"multicast", 5}, {"blackhole", 6}, {"unreachable", 7}, {"prohibit", 8},  {NULL, 0},
};
static const struct seal_word tcp_flags[] = {
	{"fin", 1},  {"syn", 2},  {"rst", 4},   {"psh", 8}, {"ack", 16},
	{"urg", 32}, {"ecn", 64}, {"cwr", 128}, {NULL, 0},
};
static const struct seal_word icmp_types[] = {
	{"echo-reply", 0},           {"destination-unreachable", 3},
	{"source-quench", 4},        {"redirect", 5},
	{"echo-request", 8},         {"router-advertisement", 9},
	{"router-solicitation", 10}, {"time-exceeded", 11},
	{"parameter-problem", 12},   {"timestamp-request", 13},
	{"timestamp-reply", 14},     {"info-request", 15},
	{"info-reply", 16},          {"address-mask-request", 17},
	{"address-mask-reply", 18},  {NULL, 0},
};
static const struct seal_word icmpv6_types[] = {
	{"destination-unreachable", 1}, {"packet-too-big", 2},
	{"time-exceeded", 3},           {"parameter-problem", 4},
	{"echo-request", 128},          {"echo-reply", 129},
	{"mld-listener-query", 130},    {"mld-listener-report", 131},
	{"mld-listener-done", 132},     {"mld-listener-reduction", 132},
	{"nd-router-solicit", 133},     {"nd-router-advert", 134},
	{"nd-neighbor-solicit", 135},   {"nd-neighbor-advert", 136},
	{"nd-redirect", 137},           {"router-renumbering", 138},
	{"ind-neighbor-solicit", 141},  {"ind-neighbor-advert", 142},
	{"mld2-listener-report", 143},  {NULL, 0},
};
static const struct seal_word icmp_codes[] = {
	{"net-unreachable", 0},  {"host-unreachable", 1},  {"prot-unreachable", 2},
	{"port-unreachable", 3}, {"frag-needed", 4},       {"net-prohibited", 9},
	{"host-prohibited", 10}, {"admin-prohibited", 13}, {NULL, 0},
};
static const struct seal_word icmpv6_codes[] = {
	{"no-route", 0},
	{"admin-prohibited", 1},
	{"addr-unreachable", 3},
	{"port-unreachable", 4},
	{"policy-fail", 5},
	{"reject-route", 6},
	{NULL, 0},
};
/* NFT_REJECT_ICMPX_*: the kernel's own numbers for refusals of either family */
static const struct seal_word icmpx_codes[] = {
	{"no-route", 0}, {"port-unreachable", 1}, {"host-unreachable", 2}, {"admin-prohibited", 3},
	{NULL, 0},
};
static const struct seal_word booleans[] = {{"missing", 0}, {"exists", 1}, {NULL, 0}};
static const struct seal_word users[] = {{"root", 0}, {NULL, 0}};

static const struct field {
	const struct seal_word *words;
	uint8_t bits;
} fields[SEAL_FIELD_MAX_] = {
	[SEAL_FIELD_IP_SADDR] = {NULL, 32},
	[SEAL_FIELD_IP_DADDR] = {NULL, 32},
	[SEAL_FIELD_IP6_SADDR] = {NULL, 128},
	[SEAL_FIELD_IP6_DADDR] = {NULL, 128},
	[SEAL_FIELD_IP_PROTOCOL] = {protocols, 8},
	[SEAL_FIELD_IP6_NEXTHDR] = {protocols, 8},
	[SEAL_FIELD_IP_VERSION] = {NULL, 4},
	[SEAL_FIELD_IP6_VERSION] = {NULL, 4},
	[SEAL_FIELD_SPORT] = {services, 16},
	[SEAL_FIELD_DPORT] = {services, 16},
	[SEAL_FIELD_TCP_FLAGS] = {tcp_flags, 8},
	[SEAL_FIELD_ICMP_TYPE] = {icmp_types, 8},
	[SEAL_FIELD_ICMP_CODE] = {icmp_codes, 8},
	[SEAL_FIELD_ICMPV6_TYPE] = {icmpv6_types, 8},
	[SEAL_FIELD_ICMPV6_CODE] = {icmpv6_codes, 8},
	[SEAL_FIELD_NFPROTO] = {nfprotos, 8},
	[SEAL_FIELD_L4PROTO] = {protocols, 8},
	[SEAL_FIELD_PROTOCOL] = {ethers, 16},
	[SEAL_FIELD_IIF] = {NULL, 128},
	[SEAL_FIELD_OIF] = {NULL, 128},
	[SEAL_FIELD_IIFTYPE] = {iftypes, 16},
	[SEAL_FIELD_OIFTYPE] = {iftypes, 16},
	[SEAL_FIELD_PKTTYPE] = {pkttypes, 8},
	[SEAL_FIELD_LENGTH] = {NULL, 32},
	[SEAL_FIELD_MARK] = {NULL, 32},
	[SEAL_FIELD_SKUID] = {users, 32},
	[SEAL_FIELD_SKGID] = {users, 32},
	[SEAL_FIELD_CT_STATE] = {ct_states, 32},
	[SEAL_FIELD_CT_STATUS] = {ct_statuses, 32},
	[SEAL_FIELD_CT_DIRECTION] = {ct_dirs, 8},
	[SEAL_FIELD_CT_MARK] = {NULL, 32},
	[SEAL_FIELD_CT_L3PROTO] = {nfprotos, 8},
	[SEAL_FIELD_CT_PROTOCOL] = {protocols, 8},
	[SEAL_FIELD_CT_SADDR] = {NULL, 128},
	[SEAL_FIELD_CT_DADDR] = {NULL, 128},
	[SEAL_FIELD_CT_PROTO_SRC] = {services, 16},
	[SEAL_FIELD_CT_PROTO_DST] = {services, 16},
	[SEAL_FIELD_FIB_TYPE] = {fib_types, 32},
	[SEAL_FIELD_FIB_OIF] = {NULL, 128},
	[SEAL_FIELD_FIB_PRESENT] = {booleans, 1},
};

bool seal_word_find(const struct seal_word *words, struct seal_bytes name, uint32_t *ret)
{
	for (; words->name; words++)
		if (seal_bytes_is(name, words->name)) {
			*ret = words->value;
			return true;
		}
	return false;
}

const char *seal_word_name(const struct seal_word *words, seal_u128 value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

const struct seal_word *seal_field_words(enum seal_fw_field field)
{
	return fields[field].words;
}

bool seal_field_is_ifname(enum seal_fw_field field)
{
	return field == SEAL_FIELD_IIF || field == SEAL_FIELD_OIF || field == SEAL_FIELD_FIB_OIF;
}

bool seal_field_is_bits(enum seal_fw_field field)
{
	return field == SEAL_FIELD_CT_STATE || field == SEAL_FIELD_CT_STATUS ||
	       field == SEAL_FIELD_TCP_FLAGS;
}

/* ---- parts ---- */

static int part(struct seal_ruleset *rs, enum seal_fw_field field, const char *text,
		struct seal_fw_part *ret)
{
	*ret = (struct seal_fw_part){.field = field, .bits = fields[field].bits};
	return seal_arena_intern(rs->arena, seal_bytes_of(text), &ret->text);
}

int seal_fw_part_unknown(struct seal_ruleset *rs, struct seal_bytes text, struct seal_fw_part *ret)
{
	*ret = (struct seal_fw_part){.field = SEAL_FIELD_UNKNOWN};
	return seal_arena_intern(rs->arena, text, &ret->text);
}

/* an unknown part named by two or three words */
static int unknown_words(struct seal_ruleset *rs, struct seal_bytes a, struct seal_bytes b,
			 struct seal_bytes c, struct seal_fw_part *ret)
{
	seal_auto_buf struct seal_buf text = {0};

	seal_buf_put(&text, a.p, a.n);
	if (b.n) {
		seal_buf_putc(&text, ' ');
		seal_buf_put(&text, b.p, b.n);
	}
	if (c.n) {
		seal_buf_putc(&text, ' ');
		seal_buf_put(&text, c.p, c.n);
	}
	return text.err ? text.err : seal_fw_part_unknown(rs, seal_buf_bytes(&text), ret);
}

static const struct payload {
	const char *protocol, *field, *text;
	enum seal_fw_field id;
	uint8_t l4proto;
} payloads[] = {
	{"ip", "saddr", "ip saddr", SEAL_FIELD_IP_SADDR, 0},
	{"ip", "daddr", "ip daddr", SEAL_FIELD_IP_DADDR, 0},
	{"ip", "protocol", "ip protocol", SEAL_FIELD_IP_PROTOCOL, 0},
	{"ip", "version", "ip version", SEAL_FIELD_IP_VERSION, 0},
	{"ip6", "saddr", "ip6 saddr", SEAL_FIELD_IP6_SADDR, 0},
	{"ip6", "daddr", "ip6 daddr", SEAL_FIELD_IP6_DADDR, 0},
	{"ip6", "nexthdr", "ip6 nexthdr", SEAL_FIELD_IP6_NEXTHDR, 0},
	{"ip6", "version", "ip6 version", SEAL_FIELD_IP6_VERSION, 0},
	{"tcp", "sport", "tcp sport", SEAL_FIELD_SPORT, 6},
	{"tcp", "dport", "tcp dport", SEAL_FIELD_DPORT, 6},
	{"tcp", "flags", "tcp flags", SEAL_FIELD_TCP_FLAGS, 6},
	{"udp", "sport", "udp sport", SEAL_FIELD_SPORT, 17},
	{"udp", "dport", "udp dport", SEAL_FIELD_DPORT, 17},
	{"udplite", "sport", "udplite sport", SEAL_FIELD_SPORT, 136},
	{"udplite", "dport", "udplite dport", SEAL_FIELD_DPORT, 136},
	{"sctp", "sport", "sctp sport", SEAL_FIELD_SPORT, 132},
	{"sctp", "dport", "sctp dport", SEAL_FIELD_DPORT, 132},
	{"dccp", "sport", "dccp sport", SEAL_FIELD_SPORT, 33},
	{"dccp", "dport", "dccp dport", SEAL_FIELD_DPORT, 33},
	{"th", "sport", "th sport", SEAL_FIELD_SPORT, 0},
	{"th", "dport", "th dport", SEAL_FIELD_DPORT, 0},
	{"icmp", "type", "icmp type", SEAL_FIELD_ICMP_TYPE, 1},
	{"icmp", "code", "icmp code", SEAL_FIELD_ICMP_CODE, 1},
	{"icmpv6", "type", "icmpv6 type", SEAL_FIELD_ICMPV6_TYPE, 58},
	{"icmpv6", "code", "icmpv6 code", SEAL_FIELD_ICMPV6_CODE, 58},
};

int seal_fw_part_payload(struct seal_ruleset *rs, struct seal_bytes protocol,
			 struct seal_bytes field, struct seal_fw_part *ret)
{
	uint32_t number;
	size_t i;
	int r;

	for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		const struct payload *p = &payloads[i];

		if (!seal_bytes_is(protocol, p->protocol) || !seal_bytes_is(field, p->field))
			continue;
		r = part(rs, p->id, p->text, ret);
		ret->l4proto = p->l4proto;
		return r;
	}
	r = unknown_words(rs, protocol, field, SEAL_BYTES_NONE, ret);
	if (seal_bytes_is(protocol, "ip"))
		ret->family = 4;
	else if (seal_bytes_is(protocol, "ip6"))
		ret->family = 6;
	else if (seal_word_find(protocols, protocol, &number))
		ret->l4proto = (uint8_t)number;
	return r;
}

int seal_fw_part_raw(struct seal_ruleset *rs, struct seal_bytes base, uint32_t offset, uint32_t len,
		     struct seal_fw_part *ret)
{
	const char *text;

	if (seal_bytes_is(base, "th") && len == 16 && (offset == 0 || offset == 16))
		return seal_fw_part_payload(rs, SEAL_LIT("th"),
					    offset ? SEAL_LIT("dport") : SEAL_LIT("sport"), ret);
	text = seal_arena_printf(rs->arena, "@%.*s,%u,%u", (int)(base.n < 16 ? base.n : 16), base.p,
				 offset, len);
	return text ? seal_fw_part_unknown(rs, seal_bytes_of(text), ret) : -ENOMEM;
}

int seal_fw_part_meta(struct seal_ruleset *rs, struct seal_bytes key, struct seal_fw_part *ret)
{
	static const struct {
		const char *key, *text;
		enum seal_fw_field id;
	} metas[] = {
		{"nfproto", "meta nfproto", SEAL_FIELD_NFPROTO},
		{"l4proto", "meta l4proto", SEAL_FIELD_L4PROTO},
		{"protocol", "meta protocol", SEAL_FIELD_PROTOCOL},
		{"iif", "iif", SEAL_FIELD_IIF},
		{"iifname", "iifname", SEAL_FIELD_IIF},
		{"oif", "oif", SEAL_FIELD_OIF},
		{"oifname", "oifname", SEAL_FIELD_OIF},
		{"iiftype", "iiftype", SEAL_FIELD_IIFTYPE},
		{"oiftype", "oiftype", SEAL_FIELD_OIFTYPE},
		{"pkttype", "meta pkttype", SEAL_FIELD_PKTTYPE},
		{"length", "meta length", SEAL_FIELD_LENGTH},
		{"mark", "meta mark", SEAL_FIELD_MARK},
		{"skuid", "meta skuid", SEAL_FIELD_SKUID},
		{"skgid", "meta skgid", SEAL_FIELD_SKGID},
	};
	size_t i;

	for (i = 0; i < sizeof(metas) / sizeof(metas[0]); i++)
		if (seal_bytes_is(key, metas[i].key))
			return part(rs, metas[i].id, metas[i].text, ret);
	return unknown_words(rs, SEAL_LIT("meta"), key, SEAL_BYTES_NONE, ret);
}

int seal_fw_part_ct(struct seal_ruleset *rs, struct seal_bytes key, struct seal_bytes dir,
		    struct seal_bytes family, struct seal_fw_part *ret)
{
	static const struct {
		const char *key;
		enum seal_fw_field id;
		bool tuple; /* of one direction: which one is said */
	} cts[] = {
		{"state", SEAL_FIELD_CT_STATE, false},
		{"status", SEAL_FIELD_CT_STATUS, false},
		{"direction", SEAL_FIELD_CT_DIRECTION, false},
		{"mark", SEAL_FIELD_CT_MARK, false},
		{"l3proto", SEAL_FIELD_CT_L3PROTO, false},
		{"protocol", SEAL_FIELD_CT_PROTOCOL, false},
		{"saddr", SEAL_FIELD_CT_SADDR, true},
		{"daddr", SEAL_FIELD_CT_DADDR, true},
		{"ip saddr", SEAL_FIELD_CT_SADDR, true},
		{"ip daddr", SEAL_FIELD_CT_DADDR, true},
		{"ip6 saddr", SEAL_FIELD_CT_SADDR, true},
		{"ip6 daddr", SEAL_FIELD_CT_DADDR, true},
		{"proto-src", SEAL_FIELD_CT_PROTO_SRC, true},
		{"proto-dst", SEAL_FIELD_CT_PROTO_DST, true},
	};
	const char *text;
	size_t i;
	int r;

	for (i = 0; i < sizeof(cts) / sizeof(cts[0]); i++)
		if (seal_bytes_is(key, cts[i].key))
			break;
	if (i == sizeof(cts) / sizeof(cts[0]) || (cts[i].tuple && !dir.n) || dir.n > 16 ||
	    family.n > 4)
		return unknown_words(rs, SEAL_LIT("ct"), dir, key, ret);

	text = seal_arena_printf(rs->arena, "ct %.*s%s%.*s%s%s", (int)dir.n, dir.n ? dir.p : "",
				 dir.n ? " " : "", (int)family.n, family.n ? family.p : "",
				 family.n ? " " : "", cts[i].key);
	if (!text)
		return -ENOMEM;
	r = part(rs, cts[i].id, text, ret);
	ret->reply = seal_bytes_is(dir, "reply");
	if (seal_bytes_is(family, "ip6") || seal_bytes_starts(key, "ip6 "))
		ret->family = 6;
	else if (seal_bytes_is(family, "ip") || seal_bytes_starts(key, "ip "))
		ret->family = 4;
	if (ret->family == 4)
		ret->bits = 32;
	return r;
}

int seal_fw_part_fib(struct seal_ruleset *rs, unsigned flags, struct seal_bytes result,
		     struct seal_fw_part *ret)
{
	static const char *const names[] = {"saddr", "daddr", "mark", "iif", "oif"};
	seal_auto_buf struct seal_buf text = {0};
	enum seal_fw_field field = SEAL_FIELD_UNKNOWN;
	bool some = false;
	size_t i;

	seal_buf_puts(&text, "fib ");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & (1u << i)) {
			seal_buf_puts(&text, some ? " . " : "");
			seal_buf_puts(&text, names[i]);
			some = true;
		}
	seal_buf_putc(&text, ' ');
	seal_buf_put(&text, result.p, result.n);
	if (seal_bytes_is(result, "type"))
		field = SEAL_FIELD_FIB_TYPE;
	else if (seal_bytes_is(result, "oif") || seal_bytes_is(result, "oifname"))
		field = SEAL_FIELD_FIB_OIF;
	*ret = (struct seal_fw_part){
		.field = field, .bits = fields[field].bits, .fib = (uint8_t)flags};
	if (text.err)
		return text.err;
	return seal_arena_intern(rs->arena, seal_buf_bytes(&text), &ret->text);
}

int seal_fw_part_type(struct seal_ruleset *rs, struct seal_bytes type, struct seal_fw_part *ret)
{
	static const struct {
		const char *type;
		enum seal_fw_field id;
	} types[] = {
		{"ipv4_addr", SEAL_FIELD_IP_SADDR},
		{"ipv6_addr", SEAL_FIELD_IP6_SADDR},
		{"inet_service", SEAL_FIELD_DPORT},
		{"inet_proto", SEAL_FIELD_L4PROTO},
		{"ifname", SEAL_FIELD_IIF},
		{"iface_index", SEAL_FIELD_IIF},
		{"iface_type", SEAL_FIELD_IIFTYPE},
		{"mark", SEAL_FIELD_MARK},
		{"uid", SEAL_FIELD_SKUID},
		{"gid", SEAL_FIELD_SKGID},
		{"ether_type", SEAL_FIELD_PROTOCOL},
		{"nf_proto", SEAL_FIELD_NFPROTO},
		{"ct_state", SEAL_FIELD_CT_STATE},
		{"ct_status", SEAL_FIELD_CT_STATUS},
		{"ct_dir", SEAL_FIELD_CT_DIRECTION},
		{"icmp_type", SEAL_FIELD_ICMP_TYPE},
		{"icmp_code", SEAL_FIELD_ICMP_CODE},
		{"icmpv6_type", SEAL_FIELD_ICMPV6_TYPE},
		{"icmpv6_code", SEAL_FIELD_ICMPV6_CODE},
		{"tcp_flag", SEAL_FIELD_TCP_FLAGS},
		{"pkt_type", SEAL_FIELD_PKTTYPE},
		{"fib_addrtype", SEAL_FIELD_FIB_TYPE},
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (seal_bytes_is(type, types[i].type))
			return part(rs, types[i].id, types[i].type, ret);
	return seal_fw_part_unknown(rs, type, ret);
}

/* ---- values ---- */

static seal_u128 ones(unsigned bits)
{
	return bits >= 128 ? ~(seal_u128)0 : ((seal_u128)1 << bits) - 1;
}

seal_u128 seal_addr_u128(const struct seal_addr *a)
{
	seal_u128 v = 0;
	unsigned i;

	for (i = 0; i < a->bits / 8u; i++)
		v = v << 8 | a->b[i];
	return v;
}

struct seal_addr seal_u128_addr(seal_u128 v, unsigned bits)
{
	struct seal_addr a = {.bits = (uint8_t)bits};
	unsigned i;

	for (i = bits / 8; i-- > 0; v >>= 8)
		a.b[i] = (unsigned char)v;
	return a;
}

seal_u128 seal_ifname_u128(struct seal_bytes name)
{
	seal_u128 v = 0;
	unsigned i;

	for (i = 0; i < 16; i++)
		v = v << 8 | (i < 15 && i < name.n ? (unsigned char)name.p[i] : 0);
	return v;
}

static int parse_ifname(struct seal_bytes text, struct seal_fw_range *ret)
{
	bool wild = text.n && text.p[text.n - 1] == '*';

	if (!text.n || text.n > 16)
		return -EINVAL;
	if (wild && text.n > 1 && text.p[text.n - 2] == '\\') {
		/* "eth\*": a literal star */
		char name[16];

		memcpy(name, text.p, text.n - 2);
		name[text.n - 2] = '*';
		ret->lo = ret->hi = seal_ifname_u128((struct seal_bytes){name, text.n - 1});
		return 0;
	}
	if (wild)
		text.n--;
	ret->lo = ret->hi = seal_ifname_u128(text);
	if (wild)
		ret->hi |= ones(8 * (16 - (unsigned)text.n));
	return 0;
}

static int parse_number(struct seal_bytes text, unsigned bits, seal_u128 *ret)
{
	uint64_t v;
	int r;

	if (seal_bytes_starts(text, "0x"))
		r = seal_parse_u64(seal_bytes_from(text, 2), 16, &v);
	else
		r = seal_parse_u64(text, 10, &v);
	if (r < 0 || (bits < 64 && v >> bits))
		return -EINVAL;
	*ret = v;
	return 0;
}

static bool is_address(const struct seal_fw_part *p)
{
	return (p->field >= SEAL_FIELD_IP_SADDR && p->field <= SEAL_FIELD_IP6_DADDR) ||
	       p->field == SEAL_FIELD_CT_SADDR || p->field == SEAL_FIELD_CT_DADDR;
}

static int parse_single(const struct seal_fw_part *p, struct seal_bytes text, seal_u128 *ret)
{
	const struct seal_word *words = fields[p->field].words;
	struct seal_addr a;
	uint32_t word;

	if (is_address(p)) {
		if (seal_addr_parse(text, &a) < 0)
			return -EINVAL;
		if (p->bits && a.bits != p->bits && p->field != SEAL_FIELD_CT_SADDR &&
		    p->field != SEAL_FIELD_CT_DADDR)
			return -EINVAL;
		*ret = seal_addr_u128(&a);
		return 0;
	}
	if (words && seal_word_find(words, text, &word)) {
		*ret = word;
		return 0;
	}
	return parse_number(text, p->bits, ret);
}

int seal_fw_range_prefix(seal_u128 base, unsigned len, unsigned bits, struct seal_fw_range *ret)
{
	seal_u128 host;

	if (len > bits || bits > 128)
		return -EINVAL;
	host = len == bits ? 0 : ones(bits - len);
	ret->lo = base & ~host;
	ret->hi = base | host;
	return 0;
}

static int parse_prefix(const struct seal_fw_part *p, struct seal_bytes text, struct seal_bytes len,
			struct seal_fw_range *ret)
{
	unsigned bits = p->bits;
	struct seal_addr a;
	seal_u128 base;
	uint32_t n;

	if (seal_parse_u32(len, 10, &n) < 0)
		return -EINVAL;
	if (is_address(p)) {
		if (seal_addr_parse(text, &a) < 0)
			return -EINVAL;
		bits = a.bits;
	}
	if (parse_single(p, text, &base) < 0)
		return -EINVAL;
	return seal_fw_range_prefix(base, n, bits, ret);
}

int seal_fw_value_parse(const struct seal_fw_part *part, struct seal_bytes text,
			struct seal_fw_range *ret)
{
	struct seal_bytes rest, first;
	seal_u128 lo, hi;

	if (part->field == SEAL_FIELD_UNKNOWN)
		return -EINVAL;
	if (seal_field_is_ifname(part->field))
		return parse_ifname(text, ret);
	if (parse_single(part, text, &lo) == 0) {
		*ret = (struct seal_fw_range){lo, lo};
		return 0;
	}
	first = seal_bytes_cut(text, '/', &rest);
	if (rest.p)
		return parse_prefix(part, first, rest, ret);
	first = seal_bytes_cut(text, '-', &rest);
	if (!rest.p || parse_single(part, first, &lo) < 0 || parse_single(part, rest, &hi) < 0 ||
	    hi < lo)
		return -EINVAL;
	*ret = (struct seal_fw_range){lo, hi};
	return 0;
}

/* ---- other words ---- */

static const char *const family_names[SEAL_FW_FAMILY_MAX_] = {
	[SEAL_FW_IP] = "ip",   [SEAL_FW_IP6] = "ip6",       [SEAL_FW_INET] = "inet",
	[SEAL_FW_ARP] = "arp", [SEAL_FW_BRIDGE] = "bridge", [SEAL_FW_NETDEV] = "netdev",
};

const char *seal_fw_family_name(enum seal_fw_family f)
{
	return f < SEAL_FW_FAMILY_MAX_ ? family_names[f] : "inet";
}

bool seal_fw_family_parse(struct seal_bytes s, enum seal_fw_family *ret)
{
	unsigned i;

	for (i = 0; i < SEAL_FW_FAMILY_MAX_; i++)
		if (seal_bytes_is(s, family_names[i])) {
			*ret = (enum seal_fw_family)i;
			return true;
		}
	return false;
}

static const char *const hook_names[SEAL_FW_HOOK_MAX_] = {
	[SEAL_FW_HOOK_NONE] = "none",          [SEAL_FW_INGRESS] = "ingress",
	[SEAL_FW_PREROUTING] = "prerouting",   [SEAL_FW_INPUT] = "input",
	[SEAL_FW_FORWARD] = "forward",         [SEAL_FW_OUTPUT] = "output",
	[SEAL_FW_POSTROUTING] = "postrouting", [SEAL_FW_EGRESS] = "egress",
};

bool seal_fw_hook_parse(struct seal_bytes s, enum seal_fw_hook *ret)
{
	unsigned i;

	for (i = SEAL_FW_INGRESS; i < SEAL_FW_HOOK_MAX_; i++)
		if (seal_bytes_is(s, hook_names[i])) {
			*ret = (enum seal_fw_hook)i;
			return true;
		}
	return false;
}

static int parse_signed(struct seal_bytes s, int32_t *ret)
{
	bool minus = s.n && s.p[0] == '-';
	uint32_t v;

	if (minus)
		s = seal_bytes_from(s, 1);
	if (seal_parse_u32(s, 10, &v) < 0 || v > INT32_MAX)
		return -EINVAL;
	*ret = minus ? -(int32_t)v : (int32_t)v;
	return 0;
}

static bool named_priority(enum seal_fw_family family, enum seal_fw_hook hook, struct seal_bytes s,
			   int32_t *ret)
{
	static const struct {
		const char *name;
		int32_t value, bridge;
		bool in_bridge;
	} names[] = {
		{"raw", -300, 0, false},   {"mangle", -150, 0, false}, {"dstnat", -100, -300, true},
		{"filter", 0, -200, true}, {"security", 50, 0, false}, {"srcnat", 100, 300, true},
		{"out", 0, 100, true},
	};
	size_t i;

	(void)hook;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!seal_bytes_is(s, names[i].name))
			continue;
		if (family == SEAL_FW_BRIDGE && !names[i].in_bridge)
			return false;
		*ret = family == SEAL_FW_BRIDGE ? names[i].bridge : names[i].value;
		return family == SEAL_FW_BRIDGE || !seal_bytes_is(s, "out");
	}
	return false;
}

int seal_fw_priority_parse(enum seal_fw_family family, enum seal_fw_hook hook, struct seal_bytes s,
			   int32_t *ret)
{
	struct seal_bytes name;
	int32_t base, more = 0;
	size_t n = 0;
	bool minus;

	s = seal_bytes_trim(s);
	if (parse_signed(s, ret) == 0)
		return 0;
	while (n < s.n && s.p[n] >= 'a' && s.p[n] <= 'z')
		n++;
	name = seal_bytes_first(s, n);
	if (!named_priority(family, hook, name, &base))
		return -EINVAL;
	s = seal_bytes_trim(seal_bytes_from(s, n));
	if (s.n) {
		minus = s.p[0] == '-';
		if (!minus && s.p[0] != '+')
			return -EINVAL;
		if (parse_signed(seal_bytes_trim(seal_bytes_from(s, 1)), &more) < 0 || more < 0)
			return -EINVAL;
		if (minus)
			more = -more;
	}
	return __builtin_add_overflow(base, more, ret) ? -EINVAL : 0;
}

static const struct seal_word *reject_words(enum seal_fw_reject_type type)
{
	switch (type) {
	case SEAL_FW_REJECT_ICMP:
		return icmp_codes;
	case SEAL_FW_REJECT_ICMPV6:
		return icmpv6_codes;
	case SEAL_FW_REJECT_ICMPX:
		return icmpx_codes;
	case SEAL_FW_REJECT_TCP_RESET:
	case SEAL_FW_REJECT_TYPE_MAX_:
		break;
	}
	return NULL;
}

bool seal_fw_reject_parse(enum seal_fw_reject_type type, struct seal_bytes name, uint8_t *ret)
{
	const struct seal_word *words = reject_words(type);
	uint32_t v;

	if (!words || !seal_word_find(words, name, &v))
		return false;
	*ret = (uint8_t)v;
	return true;
}

const char *seal_fw_reject_name(enum seal_fw_reject_type type, uint8_t code)
{
	const struct seal_word *words = reject_words(type);

	return words ? seal_word_name(words, code) : NULL;
}
