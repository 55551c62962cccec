/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Text rulesets against what nft listed of them; needs network namespaces, else it is skipped */

#include "evidence/firewall/nft_text.h"
#include "firewall_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static char data_path[512];

static const char *data(const char *name)
{
	snprintf(data_path, sizeof(data_path), "%s/firewall/%s", getenv("SEAL_TEST_DATA"), name);
	return data_path;
}

static void test_recorded(void **state SEAL_UNUSED)
{
	static const char *const names[] = {"hand-nat-first-mapping-wins",
					    "hand-notrack-defeats-redirect", "unk-0006"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct seal_host *h = seal_host_new();
		struct seal_ruleset *rs = NULL;
		struct seal_root *root = NULL;
		struct seal_err err = {0};
		char name[128];

		assert_int_equal(seal_root_new("/", &root, NULL), 0);
		snprintf(name, sizeof(name), "nft/%s.nft", names[i]);
		if (seal_nft_text_read_file(root, data(name),
					    open(data(name), O_RDONLY | O_CLOEXEC), h, &rs,
					    &err) < 0)
			fail_msg("%s: %s", name, err.text);
		snprintf(name, sizeof(name), "nft/%s.rules.txt", names[i]);
		assert_true(fixture_compare(rs, data(name)));
		seal_ruleset_free(rs);
		seal_host_free(h);
		seal_root_free(root);
	}
}

static const struct seal_fw_rule *rule_at(const struct seal_ruleset *rs, const char *chain,
					  size_t i)
{
	struct seal_fw_table *t = seal_fw_table_find(rs, SEAL_FW_INET, SEAL_LIT("filter"));
	struct seal_fw_chain *c = t ? seal_fw_chain_find(t, seal_bytes_of(chain)) : NULL;
	const struct seal_fw_rule *r = c ? c->first : NULL;

	while (r && i--)
		r = r->next;
	return r;
}

/* includes, defines, names of the root, interfaces nobody has, lines */
static void test_root(void **state SEAL_UNUSED)
{
	static const struct {
		const char *chain;
		size_t i;
		const char *rule, *path;
		unsigned line;
	} rows[] = {
		{"input", 1, "iif \"lo\" accept", "etc/nftables.conf", 11},
		{"input", 2, "iif \"eth0\" tcp dport { 25, 465, 587 } accept", "etc/nftables.conf",
		 12},
		{"input", 3, "iif \"ens19\" tcp dport 22 accept", "etc/nftables.conf", 13},
		{"input", 5, "tcp dport 995 accept", "etc/nftables.d/in.rules", 3},
		{"input", 7, "udp dport 53 accept", "etc/nftables.conf", 24},
		{"out", 0, "meta skuid 4242 tcp dport 25 accept", "etc/nftables.conf", 19},
		{"out", 1, "meta skuid { 0, 4242 } accept", "etc/nftables.conf", 20},
	};
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;
	struct seal_root *root = NULL;
	struct seal_err err = {0};

	assert_int_equal(seal_root_new(data("nft-root"), &root, NULL), 0);
	if (seal_nft_text_read(root, "etc/nftables.conf", h, &rs, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct seal_fw_rule *r = rule_at(rs, rows[i].chain, rows[i].i);
		seal_auto_buf struct seal_buf b = {0};

		assert_non_null(r);
		seal_rule_put(&b, r);
		if (!seal_bytes_is(seal_buf_bytes(&b), rows[i].rule))
			fail_msg("%s: got %.*s", rows[i].rule, (int)b.n, b.p);
		assert_non_null(r->origin);
		assert_true(seal_bytes_is(r->origin->path, rows[i].path));
		assert_int_equal(r->origin->line, rows[i].line);
	}
	seal_ruleset_free(rs);
	seal_host_free(h);
	seal_root_free(root);
}

static int read_text(const char *text, char *detail, size_t size)
{
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;
	struct seal_root *root = NULL;
	char *dir = fixture_root();
	int r;

	fixture_write(dir, "etc/nftables.conf", text, strlen(text));
	fixture_write(dir, "etc/loop.nft", "include \"/etc/loop.nft\"\n", 24);
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	r = seal_nft_text_read(root, "etc/nftables.conf", h, &rs, NULL);
	snprintf(detail, size, "%.*s", (int)h->sources.v[0].detail.n,
		 h->sources.v[0].detail.p ? h->sources.v[0].detail.p : "");
	seal_ruleset_free(rs);
	seal_host_free(h);
	seal_root_free(root);
	fixture_remove(dir);
	free(dir);
	return r;
}

static void test_refused(void **state SEAL_UNUSED)
{
	static const struct {
		const char *name, *text;
		int result;
		const char *detail;
	} rows[] = {
		{"empty", "", 0, ""},
		{"missing include", "include \"/etc/nowhere.nft\"\n", -ENOTSUP, "is not there"},
		{"link out of the root", "include \"../../../../proc/self/environ\"\n", -ENOTSUP,
		 ""},
		{"loop", "include \"/etc/loop.nft\"\n", -ELOOP, "nested"},
		{"empty pattern", "include \"/etc/*.rules\"\n", 0, ""},
		{"syntax", "table inet f { chain c { tcp dprot 25 accept\n}\n}\n", -EBADMSG,
		 "syntax error"},
		{"host name",
		 "table ip f {\n chain c {\n  ip saddr mail.example.org accept\n }\n}\n", -EBADMSG,
		 "resolve"},
		{"unknown user", "table ip f {\n chain c {\n  meta skuid nobody-here drop\n }\n}\n",
		 -EBADMSG, ""},
	};
	char detail[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r = read_text(rows[i].text, detail, sizeof(detail));

		if (r != rows[i].result || !strstr(detail, rows[i].detail))
			fail_msg("%s: %d (%s)", rows[i].name, r, detail);
	}
}

static bool has_namespaces(void)
{
	char detail[512];

	return read_text("", detail, sizeof(detail)) != -EPERM;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_refused),
	};

	if (!has_namespaces())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
