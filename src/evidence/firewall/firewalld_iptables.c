/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The few words of iptables(8) most direct rules are made of. What is not among them makes the rule
 * undecided for the packets that the words before it let through, never for others. */

#include "evidence/firewall/firewalld_direct.h"
#include "evidence/firewall/firewalld_value.h"

#include <errno.h>

struct parser {
	struct seal_ruleset *rs;
	struct seal_fw_rule *rule;
	struct seal_bytes rest;
	struct seal_bytes protocol;
	struct seal_bytes target, reject;
	bool ipv6, invert;
	bool vague; /* some condition was not understood */
	int error;
};

/* the next argument; quotes hold one together */
static struct seal_bytes argument(struct parser *p)
{
	struct seal_bytes w;
	ssize_t end;

	while (p->rest.n && (p->rest.p[0] == ' ' || p->rest.p[0] == '\t'))
		p->rest = seal_bytes_from(p->rest, 1);
	if (p->rest.n && (p->rest.p[0] == '"' || p->rest.p[0] == '\'')) {
		w = seal_bytes_from(p->rest, 1);
		end = seal_bytes_chr(w, p->rest.p[0]);
		if (end >= 0) {
			p->rest = seal_bytes_from(w, (size_t)end + 1);
			return seal_bytes_first(w, (size_t)end);
		}
	}
	return seal_bytes_word(&p->rest);
}

static void match(struct parser *p, const struct seal_fw_part *part, struct seal_bytes value)
{
	struct seal_fw_range range;

	if (part->field == SEAL_FIELD_UNKNOWN || seal_fw_value_parse(part, value, &range) < 0)
		p->vague = true;
	else
		p->error = seal_rule_match_one(p->rs, p->rule, part,
					       p->invert ? SEAL_FW_NE : SEAL_FW_EQ, range);
}

static void match_meta(struct parser *p, const char *key, struct seal_bytes value)
{
	struct seal_fw_part part;

	p->error = seal_fw_part_meta(p->rs, seal_bytes_of(key), &part);
	if (!p->error)
		match(p, &part, value);
}

/* "eth+" is nft's "eth*" */
static void match_interface(struct parser *p, const char *key, struct seal_bytes value)
{
	const char *text;

	if (!seal_bytes_ends(value, "+")) {
		match_meta(p, key, value);
		return;
	}
	text = seal_arena_printf(p->rs->arena, "%.*s*", (int)value.n - 1, value.p);
	if (text)
		match_meta(p, key, seal_bytes_of(text));
	else
		p->error = -ENOMEM;
}

static void match_address(struct parser *p, const char *field, struct seal_bytes value)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_fw_part part;
	struct fwd_net net;

	if (fwd_net_parse(value, p->ipv6 ? 6 : 4, &net) < 0) {
		p->vague = true;
		return;
	}
	seal_addr_put(&b, &net.prefix.addr);
	seal_buf_printf(&b, "/%u", net.prefix.len);
	p->error = b.err ? b.err
			 : seal_fw_part_payload(p->rs, seal_bytes_of(p->ipv6 ? "ip6" : "ip"),
						seal_bytes_of(field), &part);
	if (!p->error)
		match(p, &part, seal_buf_bytes(&b));
}

/* one port or range "lo:hi" */
static void match_port(struct parser *p, const char *field, struct seal_bytes value)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_fw_part part;
	size_t i;

	if (!fwd_is_one_of(p->protocol, "tcp udp") || seal_bytes_chr(value, ',') >= 0) {
		p->vague = true;
		return;
	}
	for (i = 0; i < value.n; i++)
		seal_buf_putc(&b, value.p[i] == ':' ? '-' : value.p[i]);
	p->error = b.err ? b.err
			 : seal_fw_part_payload(p->rs, p->protocol, seal_bytes_of(field), &part);
	if (!p->error)
		match(p, &part, seal_buf_bytes(&b));
}

/* "NEW,ESTABLISHED" */
static void match_state(struct parser *p, struct seal_bytes list)
{
	struct seal_fw_range one, all = {0, 0};
	struct seal_fw_part part;
	struct seal_bytes w;
	char lower[16];
	size_t i;

	p->error =
		seal_fw_part_ct(p->rs, SEAL_LIT("state"), SEAL_BYTES_NONE, SEAL_BYTES_NONE, &part);
	while (!p->error && list.p && list.n) {
		w = seal_bytes_cut(list, ',', &list);
		for (i = 0; i < w.n && i < sizeof(lower); i++)
			lower[i] = (char)(w.p[i] | 0x20);
		if (w.n > sizeof(lower) ||
		    seal_fw_value_parse(&part, (struct seal_bytes){lower, w.n}, &one) < 0) {
			p->vague = true;
			return;
		}
		all.lo |= one.lo;
	}
	all.hi = all.lo;
	if (!p->error)
		p->error = seal_rule_match_one(p->rs, p->rule, &part,
					       p->invert ? SEAL_FW_NONE : SEAL_FW_ANY, all);
}

static void option(struct parser *p, struct seal_bytes w)
{
	if (fwd_is_one_of(w, "-p --protocol")) {
		p->protocol = argument(p);
		if (!seal_bytes_is(p->protocol, "all"))
			match_meta(p, "l4proto", p->protocol);
		if (p->invert)
			p->protocol = SEAL_BYTES_NONE;
	} else if (fwd_is_one_of(w, "-s --source --src")) {
		match_address(p, "saddr", argument(p));
	} else if (fwd_is_one_of(w, "-d --destination --dst")) {
		match_address(p, "daddr", argument(p));
	} else if (fwd_is_one_of(w, "-i --in-interface")) {
		match_interface(p, "iifname", argument(p));
	} else if (fwd_is_one_of(w, "-o --out-interface")) {
		match_interface(p, "oifname", argument(p));
	} else if (fwd_is_one_of(w, "--dport --destination-port --dports --destination-ports")) {
		match_port(p, "dport", argument(p));
	} else if (fwd_is_one_of(w, "--sport --source-port --sports --source-ports")) {
		match_port(p, "sport", argument(p));
	} else if (fwd_is_one_of(w, "--state --ctstate")) {
		match_state(p, argument(p));
	} else if (fwd_is_one_of(w, "-m --match")) {
		if (!fwd_is_one_of(argument(p), "tcp udp multiport comment conntrack state"))
			p->vague = true;
	} else if (fwd_is_one_of(w, "--comment --log-prefix --log-level")) {
		(void)argument(p);
	} else if (fwd_is_one_of(w, "-j --jump")) {
		p->target = argument(p);
	} else if (seal_bytes_is(w, "--reject-with")) {
		p->reject = argument(p);
	} else {
		p->vague = true;
	}
}

static int refuse(struct parser *p, struct seal_bytes text)
{
	static const struct {
		const char *words;
		bool ipv6;
		uint8_t code;
	} types[] = {
		{"icmp-net-unreachable net-unreach", false, 0},
		{"icmp-host-unreachable host-unreach", false, 1},
		{"icmp-proto-unreachable proto-unreach", false, 2},
		{"icmp-port-unreachable port-unreach", false, 3},
		{"icmp-net-prohibited net-prohib", false, 9},
		{"icmp-host-prohibited host-prohib", false, 10},
		{"icmp-admin-prohibited admin-prohib", false, 13},
		{"icmp6-no-route no-route", true, 0},
		{"icmp6-adm-prohibited adm-prohibited", true, 1},
		{"icmp6-addr-unreachable addr-unreach", true, 3},
		{"icmp6-port-unreachable port-unreach", true, 4},
	};
	enum seal_fw_reject_type type = p->ipv6 ? SEAL_FW_REJECT_ICMPV6 : SEAL_FW_REJECT_ICMP;
	struct seal_bytes with = p->reject.n ? p->reject : SEAL_LIT("port-unreach");
	size_t i;

	if (seal_bytes_is(with, "tcp-reset"))
		return seal_rule_reject(p->rs, p->rule, SEAL_FW_REJECT_TCP_RESET, 0);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].ipv6 == p->ipv6 && fwd_is_one_of(with, types[i].words))
			return seal_rule_reject(p->rs, p->rule, type, types[i].code);
	return seal_rule_text(p->rs, p->rule, SEAL_STMT_OPAQUE, text);
}

int fwd_iptables_rule(struct seal_ruleset *rs, struct seal_fw_rule *rule, struct seal_bytes args,
		      bool ipv6, struct seal_bytes text)
{
	struct parser p = {.rs = rs, .rule = rule, .rest = args, .ipv6 = ipv6};
	struct seal_bytes w;

	while (!p.error && (w = argument(&p)).n) {
		if (seal_bytes_is(w, "!")) {
			p.invert = !p.invert;
			continue;
		}
		option(&p, w);
		p.invert = false;
	}
	if (p.error)
		return p.error;
	if (fwd_is_one_of(p.target, "LOG NFLOG ULOG AUDIT") || !p.target.n)
		return seal_rule_text(rs, rule, SEAL_STMT_NOTE, text);
	if (p.vague && (p.error = seal_rule_text(rs, rule, SEAL_STMT_MAYBE, text)) < 0)
		return p.error;
	if (seal_bytes_is(p.target, "ACCEPT"))
		return seal_rule_verdict(rs, rule, SEAL_FW_ACCEPT, SEAL_BYTES_NONE);
	if (seal_bytes_is(p.target, "DROP"))
		return seal_rule_verdict(rs, rule, SEAL_FW_DROP, SEAL_BYTES_NONE);
	if (seal_bytes_is(p.target, "RETURN"))
		return seal_rule_verdict(rs, rule, SEAL_FW_RETURN, SEAL_BYTES_NONE);
	if (seal_bytes_is(p.target, "REJECT"))
		return refuse(&p, text);
	return seal_rule_text(rs, rule, SEAL_STMT_OPAQUE, text);
}
