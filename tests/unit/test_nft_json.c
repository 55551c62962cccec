/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "evidence/firewall/nft_json.h"
#include "memory.h"
#include "model/ruleset_index.h"

#define DOC(list) "{\"nftables\": [" list "]}"
#define TABLE                                                                                      \
	"{\"metainfo\": {\"version\": \"1.0.6\"}},"                                                \
	"{\"table\": {\"family\": \"inet\", \"name\": \"t\", \"handle\": 1}},"                     \
	"{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"handle\": 1}},"
#define RULE_BEFORE                                                                                \
	"{\"nftables\": [" TABLE                                                                   \
	"{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", "                   \
	"\"handle\": 2, \"expr\": ["
#define RULE_BEHIND        "]}}]}"
#define RULE(expr)         RULE_BEFORE expr RULE_BEHIND
#define MATCH(left, right) "{\"match\": {\"op\": \"==\", \"left\": " left ", \"right\": " right "}}"

/* what a rule's JSON reads as, in nft's words */
static void test_rules(void **state)
{
	static const struct {
		const char *name, *json, *text;
	} rows[] = {
		{"port",
		 RULE(MATCH("{\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}", "25")),
		 "tcp dport 25"},
		{"set",
		 RULE(MATCH("{\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}",
			    "{\"set\": [587, 25, {\"range\": [465, 466]}]}")),
		 "tcp dport { 25, 465-466, 587 }"},
		{"prefix",
		 RULE(MATCH("{\"payload\": {\"protocol\": \"ip6\", \"field\": \"saddr\"}}",
			    "{\"prefix\": {\"addr\": \"2001:db8::\", \"len\": 32}}")),
		 "ip6 saddr 2001:db8::/32"},
		{"flags as a list",
		 RULE("{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}}, "
		      "\"right\": [\"established\", \"related\"]}}"),
		 "ct state established,related"},
		{"flags of nft 1.1",
		 RULE("{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}}, "
		      "\"right\": {\"|\": [\"established\", \"related\"]}}}"),
		 "ct state established,related"},
		{"mask of flags",
		 RULE(MATCH(
			 "{\"&\": [{\"payload\": {\"protocol\": \"tcp\", \"field\": \"flags\"}}, "
			 "{\"|\": [\"syn\", \"ack\"]}]}",
			 "\"syn\"")),
		 "tcp flags & syn,ack == syn"},
		{"wildcard", RULE(MATCH("{\"meta\": {\"key\": \"iifname\"}}", "\"eth*\"")),
		 "iifname \"eth*\""},
		{"raw port",
		 RULE(MATCH("{\"payload\": {\"base\": \"th\", \"offset\": 16, \"len\": 16}}",
			    "25")),
		 "th dport 25"},
		{"named set",
		 RULE(MATCH("{\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}",
			    "\"@bad\"")),
		 "ip saddr @bad"},
		{"refusal",
		 RULE("{\"reject\": {\"type\": \"icmpx\", \"expr\": \"admin-prohibited\"}}"),
		 "reject with icmpx admin-prohibited"},
		{"bare refusal", RULE("{\"reject\": null}"), "reject with icmpx port-unreachable"},
		{"map of verdicts",
		 RULE("{\"vmap\": {\"key\": {\"payload\": {\"protocol\": \"tcp\", \"field\": "
		      "\"dport\"}}, "
		      "\"data\": {\"set\": [[25, {\"accept\": null}], [26, {\"jump\": {\"target\": "
		      "\"c\"}}]]}}}"),
		 "tcp dport vmap { 25 : accept, 26 : jump c }"},
		{"dnat",
		 RULE("{\"dnat\": {\"family\": \"ip\", \"addr\": \"10.0.0.1\", \"port\": 25}}"),
		 "dnat ip to 10.0.0.1:25"},
		{"limit", RULE("{\"limit\": {\"rate\": 10, \"burst\": 5, \"per\": \"second\"}}"),
		 "limit rate 10/second"},
		{"right before left",
		 RULE("{\"match\": {\"right\": 25, \"left\": {\"payload\": {\"field\": \"dport\", "
		      "\"protocol\": \"tcp\"}}, \"op\": \"!=\"}}"),
		 "tcp dport != 25"},
		{"escape in a name",
		 RULE(MATCH("{\"meta\": {\"key\": \"iifname\"}}", "\"e\\u0074h0\"")),
		 "iifname \"eth0\""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seal_auto_ruleset struct seal_ruleset *rs = NULL;
		seal_auto_buf struct seal_buf text = {0};
		struct seal_err err = {0};

		if (seal_nft_json_parse(seal_bytes_of(rows[i].json), &rs, &err) < 0)
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_int_equal(rs->n_rules, 1);
		seal_rule_put(&text, rs->tables->chains->first);
		seal_buf_putc(&text, '\0');
		if (strcmp(text.p, rows[i].text) != 0)
			fail_msg("%s: read as '%s'", rows[i].name, text.p);
	}
}

/* a document in which ' stands for " */
static char *quoted(const char *before, const char *text, const char *behind)
{
	size_t n = strlen(before) + strlen(text) + strlen(behind) + 1;
	char *doc = malloc(n), *p;

	assert_non_null(doc);
	(void)snprintf(doc, n, "%s%s%s", before, text, behind);
	for (p = strchr(doc, '\''); p; p = strchr(p, '\''))
		*p = '"';
	return doc;
}

/* a ruleset in words: tables, base chains, sets with their elements, rules */
static void put_ruleset(struct seal_buf *b, const struct seal_ruleset *rs)
{
	for (const struct seal_fw_table *t = rs->tables; t; t = t->next) {
		for (const struct seal_fw_set *s = t->sets; s; s = s->next) {
			seal_buf_printf(b, "%s %.*s%s%s%s%s: %zu\n", s->is_map ? "map" : "set",
					(int)s->name.n, s->name.p, s->verdicts ? " verdicts" : "",
					s->unknown ? " unknown" : "", s->expires ? " expires" : "",
					s->changes ? " changes" : "", s->n);
		}
		if (t->dormant || t->flags_unknown)
			seal_buf_puts(b, t->dormant ? "dormant\n" : "flags unknown\n");
		for (const struct seal_fw_chain *c = t->chains; c; c = c->next) {
			if (c->hook != SEAL_FW_HOOK_NONE)
				seal_buf_printf(b, "%.*s: hook %d type %d priority %d%s%s\n",
						(int)c->name.n, c->name.p, (int)c->hook,
						(int)c->type, c->priority,
						c->policy_drop ? " drop" : "",
						c->unknown ? " unknown" : "");
			seal_vec_each (d, &c->devices)
				seal_buf_printf(b, "%.*s: device %.*s\n", (int)c->name.n, c->name.p,
						(int)d->n, d->p);
			for (const struct seal_fw_rule *r = c->first; r; r = r->next) {
				seal_buf_printf(b, "%.*s: ", (int)c->name.n, c->name.p);
				seal_rule_put(b, r);
				seal_buf_putc(b, '\n');
			}
		}
	}
}

#define PAYLOAD(proto, name) "{'payload': {'protocol': '" proto "', 'field': '" name "'}}"
#define IS(left, right)      "{'match': {'op': '==', 'left': " left ", 'right': " right "}}"
#define DPORT                PAYLOAD("tcp", "dport")

/* the statements and expressions of libnftables-json(5), each where nft lists it */
static const struct {
	const char *json, *text;
} statements[] = {
	/* constants */
	{IS(DPORT, "{'range': [25, 26]}"), "tcp dport 25-26"},
	{IS(DPORT, "{'range': [26, 25]}"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": {\"range\": [26, 25]}}"},
	{IS(DPORT, "{'range': [25]}"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": {\"range\": [25]}}"},
	{IS(DPORT, "{'range': [25, 26, 27]}"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": {\"range\": [25, 26, 27]}}"},
	{IS(DPORT, "{'range': [25, null]}"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": {\"range\": [25, null]}}"},
	{IS(DPORT, "{'range': 25}"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": {\"range\": 25}}"},
	{IS(DPORT, "[25, 26]"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": [25, 26]}"},
	{IS(DPORT, "true"), "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": "
			    "{\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": true}"},
	{IS(DPORT, "null"), "maybe tcp dport {\"op\": \"==\", \"left\": {\"payload\": "
			    "{\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": null}"},
	{IS(PAYLOAD("ip", "saddr"), "{'prefix': {'addr': '10.0.0.0', 'len': 33}}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
	 "\"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 33}}}"},
	{IS(PAYLOAD("ip", "saddr"), "{'prefix': {'addr': '10.0.0.0', 'len': 129}}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
	 "\"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": "
	 "129}}}"},
	{IS(PAYLOAD("ip", "saddr"), "{'prefix': {'addr': '10.0.0.0'}}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
	 "\"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": \"10.0.0.0\"}}}"},
	{IS(PAYLOAD("ip", "saddr"), "{'prefix': {'addr': 'ten', 'len': 8}}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
	 "\"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": \"ten\", \"len\": 8}}}"},
	{IS(PAYLOAD("ip", "saddr"), "{'prefix': {'addr': null, 'len': 8, 'x': 1}}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
	 "\"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": null, \"len\": 8, \"x\": "
	 "1}}}"},
	{IS(PAYLOAD("ip", "saddr"), "{'set': []}"), "ip saddr {  }"},
	{IS(PAYLOAD("ip", "saddr"), "{'set': [], 'x': 1}"), "ip saddr {  }"},
	{IS(PAYLOAD("ip", "saddr"), "{'set': ['10.0.0.1', 'ten']}"), "ip saddr 10.0.0.1 unknown"},
	{IS(PAYLOAD("ip", "saddr"), "{}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
	 "\"field\": \"saddr\"}}, \"right\": {}}"},
	/* operators */
	{"{'match': {'op': '<', 'left': " DPORT ", 'right': 1024}}", "tcp dport < 1024"},
	{"{'match': {'op': '>=', 'left': " DPORT ", 'right': 1024}}", "tcp dport >= 1024"},
	{"{'match': {'op': 'in', 'left': " DPORT ", 'right': 25}}", "tcp dport 25"},
	{"{'match': {'op': '!', 'left': " DPORT ", 'right': 25}}", "tcp dport != 25"},
	{"{'match': {'op': '!', 'left': {'ct': {'key': 'state'}}, 'right': 'new'}}",
	 "ct state ! new"},
	{"{'match': {'op': '=~', 'left': " DPORT ", 'right': 25}}",
	 "maybe tcp dport {\"op\": \"=~\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	 "\"field\": \"dport\"}}, \"right\": 25}"},
	{"{'match': {'op': 7, 'left': " DPORT ", 'right': 25, 'x': 1}}", "tcp dport 25"},
	{"{'match': {'left': " DPORT "}}", "maybe tcp dport {\"left\": {\"payload\": "
					   "{\"protocol\": \"tcp\", \"field\": \"dport\"}}}"},
	{"{'match': {'right': 25}}", "maybe match {\"right\": 25}"},
	{"{'match': {'right': 25, 'left': {'concat': [" DPORT ", " DPORT "]}}}",
	 "maybe tcp dport {\"right\": 25, \"left\": {\"concat\": [{\"payload\": {\"protocol\": "
	 "\"tcp\", \"field\": \"dport\"}}, {\"payload\": {\"protocol\": \"tcp\", \"field\": "
	 "\"dport\"}}]}}"},
	/* keys */
	{IS("{'meta': 'mark'}", "7"), "meta mark 0x7"},
	{IS("{'meta': {'key': 'mark', 'x': 1}}", "7"), "meta mark 0x7"},
	{IS("{'meta': {'key': 7}}", "7"),
	 "maybe meta {\"op\": \"==\", \"left\": {\"meta\": {\"key\": 7}}, \"right\": 7}"},
	{IS("{'ct': {'key': 'daddr', 'dir': 'original', 'family': 'ip', 'x': 1}}", "'10.0.0.1'"),
	 "ct original ip daddr 10.0.0.1"},
	{IS("{'ct': {'key': 'status'}}", "['dnat', 'snat']"), "ct status snat,dnat"},
	{IS("{'ct': {'key': 'status'}}", "{'|': ['dnat', {}]}"),
	 "maybe ct status {\"op\": \"==\", \"left\": {\"ct\": {\"key\": \"status\"}}, \"right\": "
	 "{\"|\": [\"dnat\", {}]}}"},
	{IS("{'ct': {'key': 'status'}}", "{'x': 1}"),
	 "maybe ct status {\"op\": \"==\", \"left\": {\"ct\": {\"key\": \"status\"}}, \"right\": "
	 "{\"x\": 1}}"},
	{IS("{'fib': {'result': 'type', 'flags': 'daddr'}}", "'local'"), "fib daddr type local"},
	{IS("{'fib': {'result': 'type', 'flags': ['daddr', 'iif', 7], 'x': 1}}", "'local'"),
	 "maybe fib {\"op\": \"==\", \"left\": {\"fib\": {\"result\": \"type\", \"flags\": "
	 "[\"daddr\", \"iif\", 7], \"x\": 1}}, \"right\": \"local\"}"},
	{IS("{'fib': {'result': 'oif', 'flags': ['saddr', 'iif']}}", "true"),
	 "fib saddr . iif oif exists"},
	{IS("{'fib': {'result': 'oif', 'flags': ['saddr', 'iif']}}", "false"),
	 "fib saddr . iif oif missing"},
	{IS("{'fib': {'result': 'oif', 'flags': 'warp'}}", "true"),
	 "maybe fib {\"op\": \"==\", \"left\": {\"fib\": {\"result\": \"oif\", \"flags\": "
	 "\"warp\"}}, \"right\": true}"},
	{IS("{'payload': {'base': 'th', 'offset': 0, 'len': 16, 'x': 1}}", "25"), "th sport 25"},
	{IS("{'payload': {'base': 'nh', 'offset': 96, 'len': 32}}", "1"),
	 "maybe @nh,96,32 {\"op\": \"==\", \"left\": {\"payload\": {\"base\": \"nh\", \"offset\": "
	 "96, \"len\": 32}}, \"right\": 1}"},
	{IS("{'payload': {'base': 'ih', 'offset': 7, 'len': 3}}", "1"),
	 "maybe @ih,7,3 {\"op\": \"==\", \"left\": {\"payload\": {\"base\": \"ih\", \"offset\": 7, "
	 "\"len\": 3}}, \"right\": 1}"},
	{IS("{'payload': 7}", "1"),
	 "maybe payload {\"op\": \"==\", \"left\": {\"payload\": 7}, \"right\": 1}"},
	{IS("{'concat': 7}", "1"),
	 "maybe concat {\"op\": \"==\", \"left\": {\"concat\": 7}, \"right\": 1}"},
	{IS("7", "1"), "maybe expression {\"op\": \"==\", \"left\": 7, \"right\": 1}"},
	{IS("{}", "1"), "maybe match {\"op\": \"==\", \"left\": {}, \"right\": 1}"},
	{IS("{'&': [" DPORT ", 255]}", "25"), "tcp dport & 255 == 25"},
	{IS("{'|': [" DPORT ", 256]}", "281"), "tcp dport & 65279 ^ 256 == 281"},
	{IS("{'^': [" DPORT ", 1]}", "24"), "tcp dport & 65535 ^ 1 == 24"},
	{IS("{'&': [{'^': [{'meta': {'key': 'mark'}}, 1]}, 15]}", "8"),
	 "meta mark & 0xf ^ 0x1 == 0x8"},
	{IS("{'&': [" DPORT ", {'numgen': {}}]}", "25"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"&\": [{\"payload\": {\"protocol\": "
	 "\"tcp\", \"field\": \"dport\"}}, {\"numgen\": {}}]}, \"right\": 25}"},
	{IS("{'&': [{'numgen': {'mode': 'inc'}}, 1]}", "1"),
	 "maybe numgen {\"op\": \"==\", \"left\": {\"&\": [{\"numgen\": {\"mode\": \"inc\"}}, 1]}, "
	 "\"right\": 1}"},
	{IS("{'&': [{'&': [{'&': [{'&': [{'&': [{'&': [{'&': [{'&': [{'&': [7]}]}]}]}]}]}]}]}]}",
	    "1"),
	 "maybe expression {\"op\": \"==\", \"left\": {\"&\": [{\"&\": [{\"&\": [{\"&\": [{\"&\": "
	 "[{\"&\": [{\"&\": [{\"&\": [{\"&\": [7]}]}]}]}]}]}]}]}]}, \"right\": 1}"},
	{IS("{'concat': [" PAYLOAD("ip", "saddr") ", " DPORT "]}", "{'concat': ['10.0.0.1', 25]}"),
	 "ip saddr . tcp dport { 10.0.0.1 . 25 }"},
	{IS("{'concat': [" PAYLOAD("ip", "saddr") ", " DPORT "]}", "{'concat': ['10.0.0.1']}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"concat\": [{\"payload\": {\"protocol\": "
	 "\"ip\", \"field\": \"saddr\"}}, {\"payload\": {\"protocol\": \"tcp\", \"field\": "
	 "\"dport\"}}]}, \"right\": {\"concat\": [\""},
	{IS("{'concat': [" PAYLOAD("ip", "saddr") ", " DPORT "]}",
	    "{'concat': ['10.0.0.1', 25, 7]}"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"concat\": [{\"payload\": {\"protocol\": "
	 "\"ip\", \"field\": \"saddr\"}}, {\"payload\": {\"protocol\": \"tcp\", \"field\": "
	 "\"dport\"}}]}, \"right\": {\"concat\": [\""},
	{IS("{'concat': [" PAYLOAD("ip", "saddr") ", " DPORT "]}", "{'concat': 7}"), "refused"},
	{IS("{'concat': [" PAYLOAD("ip", "saddr") ", " DPORT "]}",
	    "{'set': [{'concat': ['10.0.0.1', {'range': [25, 26]}]}, {'concat': "
	    "[{'prefix': {'addr': '10.1.0.0', 'len': 16}}, 587]}]}"),
	 "ip saddr . tcp dport { 10.0.0.1 . 25-26, 10.1.0.0/16 . 587 }"},
	{IS("{'concat': [" PAYLOAD("ip", "saddr") ", 7]}", "25"),
	 "maybe ip saddr {\"op\": \"==\", \"left\": {\"concat\": [{\"payload\": {\"protocol\": "
	 "\"ip\", \"field\": \"saddr\"}}, 7]}, \"right\": 25}"},
	{IS("{'concat': [" DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT
	    ", " DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT ", " DPORT
	    ", " DPORT ", " DPORT "]}",
	    "'@many'"),
	 "maybe tcp dport {\"op\": \"==\", \"left\": {\"concat\": [{\"payload\": {\"protocol\": "
	 "\"tcp\", \"field\": \"dport\"}}, {\"payload\": {\"protocol\": \"tcp\", \"field\": "
	 "\"dport\"}}, {\"payload\": {\"protocol\""},
	/* verdicts */
	{"{'accept': null}", "accept"},
	{"{'drop': {}}", "drop"},
	{"{'continue': null}", "continue"},
	{"{'return': null}", "return"},
	{"{'goto': {'target': 'c', 'x': 1}}", "goto c"},
	{"{'jump': {'target': 'nowhere'}}", "jump nowhere"},
	{"{'jump': {'target': 7}}", "jump "},
	{"{'vmap': {'key': " DPORT ", 'data': '@verdicts', 'x': 1}}", "tcp dport vmap @verdicts"},
	{"{'vmap': {'key': " DPORT ", 'data': {'set': [[25, {'drop': null}], [26, 7], "
	 "['*', {'x': 1}]], 'set': [], 'y': 1}}}",
	 "tcp dport vmap { 25 : drop } unknown"},
	{"{'vmap': {'key': {'numgen': {}}, 'data': {'set': [[0, {'drop': null}]]}}}",
	 "numgen vmap {  } unknown"},
	{"{'vmap': {'data': {'set': [[0, {'drop': null}]]}}}",
	 "opaque vmap {\"data\": {\"set\": [[0, {\"drop\": null}]]}}"},
	{"{'vmap': {'key': " DPORT "}}",
	 "opaque vmap {\"key\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}}"},
	/* refusals */
	{"{'reject': {'type': 'tcp reset'}}", "reject with tcp reset"},
	{"{'reject': {'type': 'icmp', 'expr': 'host-unreachable', 'x': 1}}",
	 "reject with icmp host-unreachable"},
	{"{'reject': {'type': 'icmpv6', 'expr': 'addr-unreachable'}}",
	 "reject with icmpv6 addr-unreachable"},
	{"{'reject': {'type': 'icmpv6', 'expr': 'nonsense'}}", "opaque reject icmpv6"},
	{"{'reject': {'type': 'icmpx', 'expr': 2}}", "reject with icmpx host-unreachable"},
	{"{'reject': {'type': 'icmpx', 'expr': 256}}", "opaque reject icmpx"},
	{"{'reject': {'type': 'sctp abort'}}", "opaque reject sctp abort"},
	/* addresses that change */
	{"{'snat': {'family': 'ip6', 'addr': '2001:db8::1', 'flags': 'random'}}",
	 "snat ip6 to 2001:db8::1"},
	{"{'dnat': {'addr': {'prefix': {'addr': '10.0.0.0', 'len': 24}}, 'family': 7}}",
	 "dnat to 10.0.0.0/24"},
	{"{'dnat': {'family': 'ip', 'addr': {'range': ['10.0.0.1', '10.0.0.9']}, 'port': {'range': "
	 "[25, 30]}}}",
	 "dnat ip to 10.0.0.1-10.0.0.9:25-30"},
	{"{'dnat': {'family': 'ip', 'addr': {'range': ['10.0.0.9', '10.0.0.1']}}}",
	 "dnat ip to ..."},
	{"{'dnat': {'family': 'ip', 'addr': 'ten'}}", "dnat ip to ..."},
	{"{'dnat': {'family': 'ip', 'addr': {'map': {'key': " DPORT ", 'data': {'set': [[25, "
	 "'10.0.0.1'], [26, '10.0.0.2']], 'x': 1}, 'y': 1}, 'z': 1}}}",
	 "dnat ip to tcp dport map { ... }"},
	{"{'dnat': {'family': 'ip', 'addr': {'map': {'key': " DPORT ", 'data': '@backends'}}}}",
	 "dnat ip to tcp dport map @backends"},
	{"{'dnat': {'family': 'ip', 'addr': {'map': {'key': " DPORT ", 'data': '@'}}}}",
	 "dnat ip to ..."},
	{"{'dnat': {'family': 'ip', 'addr': {'map': {'key': {'numgen': {'mode': 'inc', 'mod': 2}}, "
	 "'data': {'set': [[0, '10.0.0.1'], [1, '10.0.0.2']]}}}}}",
	 "dnat ip to numgen map { ... }"},
	{"{'dnat': {'family': 'ip', 'addr': {'map': {'data': '@backends'}}}}", "dnat ip to ..."},
	{"{'dnat': {'family': 'ip', 'addr': {'map': 7}}}", "dnat ip to ..."},
	{"{'dnat': {'family': 'ip', 'addr': " PAYLOAD("ip", "saddr") "}}", "dnat ip to ip saddr"},
	{"{'dnat': {'family': 'ip', 'addr': {'jhash': {'mod': 2}}}}", "dnat ip to ..."},
	{"{'dnat': null}", "dnat"},
	{"{'redirect': null}", "redirect"},
	{"{'redirect': {'port': 10025}}", "redirect to :10025"},
	{"{'masquerade': {'flags': ['random', 'persistent']}}", "masquerade"},
	{"{'notrack': null}", "notrack"},
	/* marks and other fields */
	{"{'mangle': {'key': {'meta': {'key': 'mark'}}, 'value': 7, 'x': 1}}", "meta mark set 0x7"},
	{"{'mangle': {'key': {'meta': {'key': 'mark'}}, 'value': {'ct': {'key': 'mark'}}}}",
	 "meta mark set ct mark"},
	{"{'mangle': {'key': {'ct': {'key': 'mark'}}, 'value': {'|': [{'meta': {'key': 'mark'}}, "
	 "16]}}}",
	 "ct mark set meta mark & 0xffffffef ^ 0x10"},
	{"{'mangle': {'key': {'ct': {'key': 'mark'}}, 'value': {'numgen': {}}}}",
	 "ct mark set ..."},
	{"{'mangle': {'key': {'meta': {'key': 'priority'}}, 'value': '1:2'}}",
	 "note meta priority set"},
	{"{'mangle': {'key': " PAYLOAD("ip", "daddr") ", 'value': '10.0.0.1'}}",
	 "opaque ip daddr set"},
	{"{'mangle': {'value': 1}}", "opaque mangle set"},
	/* sets that rules fill */
	{"{'set': {'op': 'add', 'elem': " PAYLOAD("ip", "saddr") ", 'set': '@seen'}}", "add @seen"},
	{"{'set': {'op': 'update', 'elem': {'elem': {'val': " PAYLOAD(
		 "ip", "saddr") ", 'timeout': "
				"60}, 'x': 1}, 'set': '@seen', 'stmt': [{'limit': {}}]}}",
	 "update @seen maybe per-element limit of set seen"},
	{"{'map': {'op': 7, 'elem': 7, 'map': '@m', 'data': 1}}", "update @m"},
	{"{'set': {'elem': {}}}", "update"},
	/* what is only named */
	{"{'limit': 'named'}", "maybe limit name \"named\""},
	{"{'limit': {'rate': 10, 'per': 'minute', 'inv': true, 'burst': 7, 'x': 1}}",
	 "maybe limit rate over 10/minute burst 7 packets"},
	{"{'limit': {'rate': 10, 'rate_unit': 'kbytes', 'per': 'second', 'burst': 7}}",
	 "maybe limit rate 10 kbytes/second"},
	{"{'limit': {'rate': 10, 'per': 'a very long unit of time'}}", "maybe limit rate 10/"},
	{"{'limit': {'rate': 10, 'per': 7, 'rate_unit': 7}}", "maybe limit rate 10/"},
	{"{'xt': null}", "opaque xt"},
	{"{'xt': {'type': 7, 'name': 7, 'x': 1}}", "opaque xt  "},
	{"{'log': {'prefix': 'x'}}", "note log"},
	{"{'counter': {'packets': 0, 'bytes': 0}}", "note counter"},
	{"{'quota': {'val': 1, 'val_unit': 'mbytes'}}",
	 "maybe quota {\"val\": 1, \"val_unit\": \"mbytes\"}"},
	{"{'ct count': {'val': 10}}", "maybe ct count {\"val\": 10}"},
	{"{'ct helper': 'ftp'}", "note ct helper"},
	{"{'tproxy': {'port': 1}}", "opaque tproxy {\"port\": 1}"},
	{"7", "opaque statement 7"},
};

static void test_statements(void **state)
{
	bool all = true;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		char *doc = quoted(RULE_BEFORE, statements[i].json, RULE_BEHIND);
		seal_auto_ruleset struct seal_ruleset *rs = NULL;
		seal_auto_buf struct seal_buf text = {0};
		struct seal_err err = {0};

		if (seal_nft_json_parse(seal_bytes_of(doc), &rs, &err) < 0)
			seal_buf_puts(&text, "refused");
		for (const struct seal_fw_stmt *st = rs ? rs->tables->chains->first->first : NULL;
		     st; st = st->next) {
			seal_buf_puts(&text, st->kind == SEAL_STMT_MAYBE    ? "maybe "
					     : st->kind == SEAL_STMT_OPAQUE ? "opaque "
					     : st->kind == SEAL_STMT_NOTE   ? "note "
									    : "");
			seal_stmt_put(&text, st);
			seal_buf_puts(&text, st->set && st->set->unknown ? " unknown" : "");
			seal_buf_puts(&text, st->next ? " " : "");
		}
		if (!seal_bytes_is(seal_buf_bytes(&text), statements[i].text)) {
			print_error("%s\n wanted %s\n got    %.*s\n", statements[i].json,
				    statements[i].text, (int)text.n, text.p);
			all = false;
		}
		free(doc);
	}
	assert_true(all);
}

/* objects of a listing, behind table inet t and its chain c; of documents that add them too */
static const struct {
	const char *json, *text;
} objects[] = {
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': 'ipv4_addr . "
	 "inet_service', "
	 "'flags': 'dynamic', 'elem': [{'concat': ['10.0.0.1', 25]}, 7]}}",
	 "set s unknown changes: 1"},
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': 'ipv4_addr', 'flags': "
	 "['interval', 'timeout', ['dynamic'], {}], 'elem': [{'elem': {'val': '10.0.0.1', "
	 "'timeout': 60, 'counter': {}}}, {'elem': {'val': {'prefix': {'addr': '10.1.0.0', "
	 "'len': 16}}, 'expires': 7}}]}}",
	 "set s expires changes: 2"},
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': {'typeof': " DPORT
	 ", 'x': 1}, 'elem': 25}}",
	 "set s unknown: 0"},
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': 'warp_factor', 'elem': "
	 "[9]}}",
	 "set s unknown: 0"},
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': 7, 'elem': null}}",
	 "set s unknown: 0"},
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': ['ipv4_addr', 7], 'x': 1}}",
	 "set s: 0"},
	{"{'set': {'family': 'inet', 'table': 't', 'name': 's', 'type': 'inet_service', 'elem': "
	 "['*', 25]}}",
	 "set s: 1"},
	{"{'map': {'family': 'inet', 'table': 't', 'name': 'm', 'type': 'inet_service', 'map': "
	 "'verdict', 'elem': [[25, {'accept': null}], ['*', {'drop': null}], [26, {'warp': 1}], 7, "
	 "[27, {'drop': null}, 7]]}}",
	 "map m verdicts unknown: 2"},
	{"{'map': {'family': 'inet', 'table': 't', 'name': 'm', 'type': 'inet_service', 'map': "
	 "'ipv4_addr', 'elem': [[25, '10.0.0.1'], [26, {'prefix': {'addr': '10.0.0.0', 'len': "
	 "8}}], "
	 "[27, 'ten'], [28]]}}",
	 "refused"},
	{"{'map': {'family': 'inet', 'table': 't', 'name': 'm', 'type': 'inet_service', 'map': "
	 "['ipv4_addr', 'inet_service'], 'elem': [[25, {'concat': ['10.0.0.1', 10025]}], [26, "
	 "{'concat': ['10.0.0.1']}], [27, {'concat': 7}]]}}",
	 "map m unknown: 1"},
	{"{'map': {'family': 'inet', 'table': 't', 'name': 'm', 'type': 'inet_service', 'map': "
	 "'warp_factor', 'elem': [[25, 9]]}}",
	 "map m unknown: 0"},
	{"{'map': {'family': 'inet', 'table': 't', 'name': 'm', 'type': 'inet_service'}}",
	 "map m: 0"},
	/* chains */
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'input', 'prio': 0, 'policy': 'drop'}}",
	 "in: hook 3 type 0 priority 0 drop"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'nat', 'hook': "
	 "'prerouting', 'prio': 'dstnat', 'policy': 'accept', 'x': 1}}",
	 "in: hook 2 type 1 priority -100"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'route', 'hook': "
	 "'output', 'prio': 'mangle - 5'}}",
	 "in: hook 5 type 2 priority -155"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'ingress', 'dev': 'eth0', 'prio': 0}}",
	 "in: hook 1 type 0 priority 0\nin: device eth0"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'ingress', 'devs': ['eth0', 7, 'eth1'], 'prio': 0}}",
	 "in: hook 1 type 0 priority 0\nin: device eth0\nin: device eth1"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'ingress', 'dev': 7, 'prio': 0}}",
	 "in: hook 1 type 0 priority 0"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'warp', 'hook': "
	 "'input', "
	 "'prio': 0}}",
	 "in: hook 3 type 0 priority 0 unknown"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'warp', 'prio': 0}}",
	 "in: hook 2 type 0 priority 0 unknown"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'input', 'prio': 'soon'}}",
	 "in: hook 3 type 0 priority 0 unknown"},
	{"{'chain': {'family': 'inet', 'table': 't', 'name': 'in', 'type': 'filter', 'hook': "
	 "'input', 'prio': 0, 'policy': 'queue'}}",
	 "in: hook 3 type 0 priority 0 unknown"},
	/* the order of what is listed */
	{"{'rule': {'family': 'inet', 'table': 't', 'chain': 'later', 'expr': [{'drop': null}]}}, "
	 "{'chain': {'family': 'inet', 'table': 't', 'name': 'later'}}, "
	 "{'rule': {'family': 'inet', 'table': 't', 'chain': 'later', 'expr': [{'accept': null}]}}",
	 "later: drop\nlater: accept"},
	{"{'rule': {'expr': [{'drop': null}], 'family': 'inet', 'table': 't', 'chain': 'c', "
	 "'comment': 'x', 'y': 1}}",
	 "c: drop comment \"x\""},
	{"{'rule': {'family': 'inet', 'table': 't', 'chain': 'c', 'expr': [], 'expr': 7}}", "c: "},
	{"{'rule': {'family': 'inet', 'table': 't', 'chain': 'c', 'expr': 7}}", "c: expr 7"},
	{"{'rule': {'family': 'inet', 'table': 't', 'chain': 'c'}}", "c: "},
	{"{'rule': {'family': 'warp', 'table': 't', 'chain': 'c', 'expr': [{'drop': null}]}}", ""},
	{"{'rule': {'family': 'ip', 'table': 'u', 'chain': 'c', 'expr': [{'reject': null}, "
	 "{'dnat': "
	 "{'addr': '10.0.0.1'}}]}}",
	 "c: reject with icmp port-unreachable dnat ip to 10.0.0.1"},
	{"{'rule': {'family': 'ip6', 'table': 'u', 'chain': 'c', 'expr': [{'reject': null}, "
	 "{'dnat': {'addr': '2001:db8::1'}}]}}",
	 "c: reject with icmpv6 port-unreachable dnat ip6 to 2001:db8::1"},
	/* commands */
	{"{'add': {'rule': {'family': 'inet', 'table': 't', 'chain': 'c', 'expr': [{'accept': "
	 "null}]}}}, {'insert': {'rule': {'family': 'inet', 'table': 't', 'chain': 'c', 'expr': "
	 "[{'drop': null}]}}}, {'insert': {'rule': {'expr': [{'counter': null}], 'family': 'inet', "
	 "'table': 't', 'chain': 'c'}}}",
	 "c: counter\nc: drop\nc: accept"},
	{"{'create': {'table': {'family': 'ip', 'name': 'u', 'flags': 7}}}", "flags unknown"},
	{"{'delete': {'table': {'family': 'inet', 'name': 't'}}}, {'rename': {}}, {'replace': {}}",
	 ""},
	{"{'element': {'family': 'inet', 'table': 't', 'name': 's', 'elem': [25]}}", ""},
	{"{'counter': {'family': 'inet', 'name': 'n', 'packets': 0}}, {'chain': 7}, 7", ""},
};

static void test_objects(void **state)
{
	bool all = true;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		char *doc = quoted("{'nftables': [" TABLE, objects[i].json, "]}");
		seal_auto_ruleset struct seal_ruleset *rs = NULL;
		seal_auto_buf struct seal_buf text = {0};
		struct seal_err err = {0};

		if (seal_nft_json_parse(seal_bytes_of(doc), &rs, &err) < 0)
			seal_buf_puts(&text, "refused");
		else
			put_ruleset(&text, rs);
		while (text.n && text.p[text.n - 1] == '\n')
			text.n--;
		if (!seal_bytes_is(seal_buf_bytes(&text), objects[i].text)) {
			print_error("%s\n wanted %s\n got    %.*s\n", objects[i].json,
				    objects[i].text, (int)text.n, text.p);
			all = false;
		}
		free(doc);
	}
	assert_true(all);
}

/* what is not understood stays in its place */
static void test_unknown(void **state)
{
	static const struct {
		const char *name, *json;
		enum seal_fw_stmt_kind kind;
	} rows[] = {
		{"compat match", RULE("{\"xt\": {\"type\": \"match\", \"name\": \"conntrack\"}}"),
		 SEAL_STMT_MAYBE},
		{"compat target", RULE("{\"xt\": {\"type\": \"target\", \"name\": \"REJECT\"}}"),
		 SEAL_STMT_OPAQUE},
		{"compat log", RULE("{\"xt\": {\"type\": \"target\", \"name\": \"LOG\"}}"),
		 SEAL_STMT_NOTE},
		{"text for JSON", RULE("\"jump { accept }\""), SEAL_STMT_OPAQUE},
		{"newer statement", RULE("{\"teleport\": {\"to\": \"mars\"}}"), SEAL_STMT_OPAQUE},
		{"newer expression", RULE(MATCH("{\"osf\": {\"key\": \"name\"}}", "\"Linux\"")),
		 SEAL_STMT_MAYBE},
		{"value of another field",
		 RULE(MATCH("{\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}",
			    "\"warp\"")),
		 SEAL_STMT_MAYBE},
		{"interface that is gone", RULE(MATCH("{\"meta\": {\"key\": \"iif\"}}", "77")),
		 SEAL_STMT_MAYBE},
		{"queue", RULE("{\"queue\": {\"num\": 1}}"), SEAL_STMT_OPAQUE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seal_auto_ruleset struct seal_ruleset *rs = NULL;
		struct seal_err err = {0};

		if (seal_nft_json_parse(seal_bytes_of(rows[i].json), &rs, &err) < 0)
			fail_msg("%s: %s", rows[i].name, err.text);
		if (rs->tables->chains->first->first->kind != rows[i].kind)
			fail_msg("%s: kind %d", rows[i].name,
				 (int)rs->tables->chains->first->first->kind);
	}
}

static void test_broken(void **state)
{
	static const char *const rows[] = {
		"",
		"[]",
		"{}",
		"{\"nftables\": [",
		"{\"nftables\": [1,]}",
		"{\"nftables\": []} x",
		"{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"t}}]}",
		"{\"nftables\": [{\"table\": {\"family\": \"inet\" \"name\": \"t\"}}]}",
		"{\"nftables\": [{\"table\": {\"name\": \"\\q\"}}]}",
		"\xff\xfe{\"nftables\": []}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_ruleset *rs = NULL;
		struct seal_err err = {0};

		assert_int_equal(seal_nft_json_parse(seal_bytes_of(rows[i]), &rs, &err), -EBADMSG);
		assert_null(rs);
		assert_true(err.text[0] != '\0');
	}
}

/* every prefix of a good document is refused, and none is read past its end */
static void test_truncated(void **state)
{
	static const char doc[] = RULE(MATCH(
		"{\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}",
		"{\"set\": [\"10.0.0.1\", {\"prefix\": {\"addr\": \"10.1.0.0\", \"len\": 16}}]}"));
	size_t n;

	(void)state;
	for (n = 0; n + 1 < sizeof(doc) - 1; n++) {
		struct seal_ruleset *rs = NULL;
		char *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, doc, n);
		assert_true(seal_nft_json_parse((struct seal_bytes){copy, n}, &rs, NULL) < 0);
		free(copy);
	}
}

static void test_nesting(void **state)
{
	enum { LEVELS = 100000 };
	char *doc = malloc(LEVELS + 64);
	struct seal_ruleset *rs = NULL;
	int n;

	(void)state;
	assert_non_null(doc);
	n = snprintf(doc, 64, "{\"nftables\": ");
	memset(doc + n, '[', LEVELS);
	assert_int_equal(
		seal_nft_json_parse((struct seal_bytes){doc, (size_t)n + LEVELS}, &rs, NULL),
		-EBADMSG);
	free(doc);
}

/* flags of tables: printed from freed memory before 1.1.0 */
static void test_table_flags(void **state)
{
	static const struct {
		const char *version, *flags;
		bool dormant, unknown;
	} rows[] = {
		{"1.0.6", "\"dormant\"", true, false},
		{"1.0.6", "\"t2\"", false, true},
		{"1.1.0", "[\"dormant\"]", true, false},
		{"1.1.0", "\"owner\"", false, false},
		{"1.1.4", "[\"owner\", \"persist\"]", false, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seal_auto_ruleset struct seal_ruleset *rs = NULL;
		char doc[256];

		snprintf(doc, sizeof(doc),
			 "{\"nftables\": [{\"metainfo\": {\"version\": \"%s\"}}, {\"table\": "
			 "{\"family\": \"ip\", \"name\": \"t\", \"flags\": %s}}]}",
			 rows[i].version, rows[i].flags);
		assert_int_equal(seal_nft_json_parse(seal_bytes_of(doc), &rs, NULL), 0);
		assert_int_equal(rs->tables->dormant, rows[i].dormant);
		assert_int_equal(rs->tables->flags_unknown, rows[i].unknown);
	}
}

/* lookups in sorted elements: points, ranges, concatenations with ranges in each part */
static void test_lookup(void **state)
{
	static const char doc[] = DOC(
		TABLE
		"{\"set\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"pairs\", \"type\": "
		"[\"ipv4_addr\", \"inet_service\"], \"elem\": ["
		"{\"concat\": [{\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 8}}, 25]},"
		"{\"concat\": [\"10.1.1.1\", {\"range\": [465, 587]}]},"
		"{\"concat\": [\"192.0.2.1\", 26]}]}}");
	static const struct {
		uint32_t addr;
		uint16_t port;
		bool found;
	} rows[] = {
		{0x0a010101, 25, true},  {0x0a010101, 500, true}, {0x0a010102, 500, false},
		{0x0affffff, 25, true},  {0x0b000000, 25, false}, {0xc0000201, 26, true},
		{0xc0000201, 25, false}, {0x09ffffff, 25, false},
	};
	seal_auto_ruleset struct seal_ruleset *rs = NULL;
	const struct seal_fw_set *s;
	size_t i;

	(void)state;
	assert_int_equal(seal_nft_json_parse(seal_bytes_of(doc), &rs, NULL), 0);
	s = seal_fw_set_find(rs->tables, SEAL_LIT("pairs"));
	assert_non_null(s);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seal_u128 parts[2] = {rows[i].addr, rows[i].port};

		if ((seal_set_find(s, parts) >= 0) != rows[i].found)
			fail_msg("%08x . %u", rows[i].addr, rows[i].port);
	}
}

/* --- without memory: a listing is read whole, or not at all */

struct listing {
	char *doc;
	struct seal_buf whole;
};

static int try_listing(void *data)
{
	const struct listing *l = data;
	seal_auto_ruleset struct seal_ruleset *rs = NULL;
	seal_auto_buf struct seal_buf text = {0};
	struct seal_err err = {0};
	int r = seal_nft_json_parse(seal_bytes_of(l->doc), &rs, &err);

	if (r < 0)
		return r;
	memory_fail_at(0);
	put_ruleset(&text, rs);
	return seal_bytes_eq(seal_buf_bytes(&text), seal_buf_bytes(&l->whole)) ? 0 : -EILSEQ;
}

static void listing_without_memory(const char *before, const char *json, const char *behind)
{
	struct listing l = {.doc = quoted(before, json, behind)};
	struct seal_ruleset *rs = NULL;

	if (seal_nft_json_parse(seal_bytes_of(l.doc), &rs, NULL) == 0) {
		put_ruleset(&l.whole, rs);
		seal_ruleset_free(rs);
		memory_each(json, 1, try_listing, &l);
	}
	seal_buf_done(&l.whole);
	free(l.doc);
}

static void test_no_memory(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		listing_without_memory(RULE_BEFORE, statements[i].json, RULE_BEHIND);
	for (i = 0; i < sizeof(objects) / sizeof(*objects); i++)
		listing_without_memory("{'nftables': [" TABLE, objects[i].json, "]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),   cmocka_unit_test(test_statements),
		cmocka_unit_test(test_objects), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_broken),  cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_nesting), cmocka_unit_test(test_table_flags),
		cmocka_unit_test(test_lookup),  cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
