/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "evidence/firewall/nft_json.h"
#include "model/ruleset_index.h"

#define DOC(list) "{\"nftables\": [" list "]}"
#define TABLE                                                                                      \
	"{\"metainfo\": {\"version\": \"1.0.6\"}},"                                                \
	"{\"table\": {\"family\": \"inet\", \"name\": \"t\", \"handle\": 1}},"                     \
	"{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"handle\": 1}},"
#define RULE(expr)                                                                                 \
	DOC(TABLE "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", "         \
		  "\"handle\": 2, \"expr\": [" expr "]}}")
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),   cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_broken),  cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_nesting), cmocka_unit_test(test_table_flags),
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
