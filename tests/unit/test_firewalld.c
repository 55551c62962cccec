/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rules made from a configuration against those a running firewalld 1.3.3 loaded from it, and
 * what becomes of configurations that firewalld, or expat, would refuse */

#include "evidence/firewall/boot.h"
#include "evidence/firewall/firewalld.h"
#include "firewall_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PYTHON "usr/lib/python3/dist-packages/firewall/config/__init__.py"

static void test_recorded(void **state SEAL_UNUSED)
{
	static const char *const names[] = {
		"default",  "forward-port-local", "log-denied",       "public-smtp",
		"rand-005", "rand-010",           "rand-015",         "rand-020",
		"rand-025", "rand-030",           "router-two-zones", "two-sources-overlap",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct seal_host *h = seal_host_new();
		struct seal_ruleset *rs = NULL;
		struct seal_root *root = NULL;
		struct seal_err err = {0};
		char path[512];

		snprintf(path, sizeof(path), "%s/firewall/firewalld/%s", getenv("SEAL_TEST_DATA"),
			 names[i]);
		assert_int_equal(seal_root_new(path, &root, &err), 0);
		if (seal_firewalld_read(root, h, &rs, &err) != 0)
			fail_msg("%s: %s", names[i], err.text);
		snprintf(path, sizeof(path), "%s/firewall/firewalld/%s/rules.txt",
			 getenv("SEAL_TEST_DATA"), names[i]);
		assert_true(fixture_compare(rs, path));
		seal_ruleset_free(rs);
		seal_host_free(h);
		seal_root_free(root);
	}
}

struct outcome {
	int result;
	char detail[512]; /* of the source row */
	struct seal_buf rules;
	char origin[256]; /* of the first rule with an origin in chain @chain */
};

/* read a root that holds the one file, or two */
static void read_files(const char *const (*files)[2], size_t n, struct outcome *o)
{
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;
	struct seal_root *root = NULL;
	char *dir = fixture_root();

	memset(o, 0, sizeof(*o));
	fixture_write(dir, "etc/firewalld/firewalld.conf", "DefaultZone=public\n", 19);
	for (size_t i = 0; i < n; i++)
		fixture_write(dir, files[i][0], files[i][1], strlen(files[i][1]));
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	o->result = seal_firewalld_read(root, h, &rs, NULL);
	assert_int_equal(h->sources.n, 1);
	snprintf(o->detail, sizeof(o->detail), "%.*s", (int)h->sources.v[0].detail.n,
		 h->sources.v[0].detail.p ? h->sources.v[0].detail.p : "");
	if (rs) {
		struct seal_fw_chain *c =
			seal_fw_chain_find(rs->tables, SEAL_LIT("filter_IN_public_allow"));

		fixture_rules(rs, &o->rules);
		if (c && c->first && c->first->origin)
			snprintf(o->origin, sizeof(o->origin), "%.*s:%llu %.*s",
				 (int)c->first->origin->path.n, c->first->origin->path.p,
				 (unsigned long long)c->first->origin->line,
				 (int)c->first->origin->ref.n, c->first->origin->ref.p);
		seal_ruleset_free(rs);
	}
	seal_host_free(h);
	seal_root_free(root);
	fixture_remove(dir);
	free(dir);
}

#define ZONE(body)  "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<zone>\n" body "</zone>\n"
#define PUBLIC      "etc/firewalld/zones/public.xml"
#define OPEN_25     "filter_IN_public_allow: tcp dport 25 accept\n"
#define STOCK       "filter_IN_public_allow: tcp dport 22 accept\n"
#define FALLEN_BACK "loads the stock one"
#define DIRECT(args)                                                                               \
	"<direct><rule ipv=\"ipv4\" table=\"filter\" chain=\"INPUT\" priority=\"0\">" args         \
	"</rule></direct>"
#define POLICY                                                                                     \
	"<policy target=\"CONTINUE\"><ingress-zone name=\"HOST\"/><egress-zone name=\"public\"/>"  \
	"<rule><port port=\"25\" protocol=\"tcp\"/><drop/></rule></policy>"

static void test_documents(void **state SEAL_UNUSED)
{
	/* version: of the installed firewalld, "" = unknown; what the rules and the row must hold
	 */
	static const struct {
		const char *name, *version, *path, *text;
		int result;
		const char *rule, *detail;
	} rows[] = {
		{"service", "", PUBLIC, ZONE("<service name=\"smtp\"/>\n"), 0, OPEN_25, "built-in"},
		{"version", "1.3.3", PUBLIC, ZONE("<service name=\"smtp\"/>\n"), 0, OPEN_25,
		 "1.3.3"},
		{"port name", "1.3.3", PUBLIC, ZONE("<port port=\"99999\" protocol=\"tcp\"/>"), 0,
		 STOCK, FALLEN_BACK},
		{"masquerade in a HOST policy", "", "etc/firewalld/policies/p.xml",
		 "<policy target=\"CONTINUE\"><ingress-zone name=\"ANY\"/><egress-zone "
		 "name=\"HOST\"/>"
		 "<masquerade/></policy>",
		 0, STOCK, FALLEN_BACK},
		{"bad source", "", PUBLIC, ZONE("<source address=\"1.2.3.400\"/>"), 0, STOCK,
		 FALLEN_BACK},
		{"unknown element", "", PUBLIC, ZONE("<bogus/>"), 0, STOCK, FALLEN_BACK},
		{"unknown attribute", "", PUBLIC, ZONE("<service name=\"smtp\" x=\"1\"/>"), 0,
		 STOCK, FALLEN_BACK},
		{"not well-formed", "", PUBLIC, "<zone><service name=\"smtp\"/>", 0, STOCK,
		 FALLEN_BACK},
		{"empty", "", PUBLIC, "", 0, STOCK, FALLEN_BACK},
		{"broken UTF-8", "", PUBLIC, "<zone><short>\xff\xfe</short></zone>", 0, STOCK,
		 FALLEN_BACK},
		{"undefined service", "", PUBLIC, ZONE("<service name=\"nosuch\"/>"), -ENOTSUP,
		 NULL, "defined nowhere"},
		{"doctype", "", PUBLIC, "<!DOCTYPE zone SYSTEM \"file:///etc/passwd\"><zone/>",
		 -ENOTSUP, NULL, "document type"},
		{"entities", "", PUBLIC,
		 "<!DOCTYPE z [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
		 "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><zone><short>&c;</short></zone>",
		 -ENOTSUP, NULL, "document type"},
		{"encoding", "", PUBLIC, "<?xml version=\"1.0\" encoding=\"ebcdic-cp-us\"?><zone/>",
		 -ENOTSUP, NULL, "encoding"},
		{"faulty rule, 1.x", "1.3.3", PUBLIC,
		 ZONE("<service name=\"smtp\"/><rule><accept/><drop/></rule>"), 0, OPEN_25,
		 "1.3.3"},
		{"faulty rule, 2.x", "2.1.2", PUBLIC,
		 ZONE("<service name=\"smtp\"/><rule><accept/><drop/></rule>"), 0, STOCK,
		 FALLEN_BACK},
		{"faulty rule, unknown", "", PUBLIC,
		 ZONE("<service name=\"smtp\"/><rule><accept/><drop/></rule>"), -ENOTSUP, NULL,
		 "version"},
		{"overlapping ipset", "", "etc/firewalld/ipsets/s.xml",
		 "<ipset "
		 "type=\"hash:net\"><entry>10.0.0.0/8</entry><entry>10.1.0.0/16</entry></ipset>",
		 0, STOCK, FALLEN_BACK},
		{"iptables backend", "", "etc/firewalld/firewalld.conf",
		 "FirewallBackend=iptables\n", -ENOTSUP, NULL, "iptables"},
		{"policy of a zone, 1.x", "1.3.3", "etc/firewalld/policies/p.xml", POLICY, 0,
		 "filter_OUTPUT: jump filter_OUTPUT_POLICIES_pre\n", "1.3.3"},
		{"policy of the default zone, 2.x", "2.5.0", "etc/firewalld/policies/p.xml", POLICY,
		 0, "filter_OUT_HOST_to_public: jump filter_OUT_policy_p\n", "2.5.0"},
		{"policy of the default zone, unknown", "", "etc/firewalld/policies/p.xml", POLICY,
		 0, "filter_OUTPUT: firewalld is of version 2 goto filter_OUTPUT_dispatch\n", ""},
		{"zone of a profile", "", "etc/NetworkManager/system-connections/lan.nmconnection",
		 "[connection]\nid=lan\ninterface-name=ens5\nzone=internal\n[ipv4]\nmethod=auto\n",
		 0, "filter_INPUT_ZONES: iifname \"ens5\" goto filter_IN_internal\n", ""},
		{"ZONE of an ifcfg file", "", "etc/sysconfig/network-scripts/ifcfg-eth0",
		 "DEVICE=eth0\nZONE=\"drop\"\n", 0,
		 "filter_INPUT_ZONES: iifname \"eth0\" goto filter_IN_drop\n", ""},
		{"profile without interface", "",
		 "etc/NetworkManager/system-connections/any.nmconnection",
		 "[connection]\nzone=internal\n", -ENOTSUP, NULL, "does not name"},
		{"direct rule", "", "etc/firewalld/direct.xml",
		 DIRECT("-p tcp -s 10.0.0.0/8 --dport 25 -j DROP"), 0,
		 "INPUT: meta l4proto tcp ip saddr 10.0.0.0/8 tcp dport 25 drop\n", ""},
		{"direct rule, states", "", "etc/firewalld/direct.xml",
		 DIRECT("-i eth+ -m state ! --state NEW -m comment --comment 'a b' -j ACCEPT"), 0,
		 "INPUT: iifname \"eth*\" ct state ! new accept\n", ""},
		{"direct rule not understood", "", "etc/firewalld/direct.xml",
		 DIRECT("-p tcp -m recent --name x -j DROP"), 0,
		 "INPUT: meta l4proto tcp firewalld direct rule -p tcp -m recent --name x -j DROP "
		 "drop\n",
		 ""},
		{"passthrough", "", "etc/firewalld/direct.xml",
		 "<direct><passthrough ipv=\"ipv4\">-I INPUT 1 -p tcp --dport 465 -j "
		 "REJECT</passthrough></direct>",
		 0, "INPUT: meta l4proto tcp tcp dport 465 reject with icmp port-unreachable\n",
		 ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char version[64];
		const char *const files[][2] = {{rows[i].path, rows[i].text}, {PYTHON, version}};
		struct outcome o;

		snprintf(version, sizeof(version), "x\nVERSION = '%s'\n", rows[i].version);
		read_files(files, rows[i].version[0] ? 2 : 1, &o);
		if (o.result != rows[i].result)
			fail_msg("%s: %d (%s)", rows[i].name, o.result, o.detail);
		if (!strstr(o.detail, rows[i].detail))
			fail_msg("%s: %s", rows[i].name, o.detail);
		if (rows[i].rule && seal_bytes_find(seal_buf_bytes(&o.rules), rows[i].rule) < 0)
			fail_msg("%s: lacks %s", rows[i].name, rows[i].rule);
		seal_buf_done(&o.rules);
	}
}

static void test_origin(void **state SEAL_UNUSED)
{
	static const char *const files[][2] = {
		{PUBLIC, "<zone>\n\n <rule family=\"ipv4\">\n  <source address=\"10.0.0.0/8\"/>"
			 "<accept/>\n </rule>\n</zone>\n"},
	};
	struct outcome o;

	read_files(files, 1, &o);
	assert_int_equal(o.result, 0);
	assert_string_equal(o.origin, PUBLIC ":3 <rule family=\"ipv4\">\n  <source "
					     "address=\"10.0.0.0/8\"/><accept/>\n </rule>");
	seal_buf_done(&o.rules);
}

/* depth, length and number are bounded: an answer or a reason, in bounded time */
static void test_limits(void **state SEAL_UNUSED)
{
	size_t n = 200000;
	char *text = calloc(1, n * 20 + 64), *p = text;
	const char *const files[][2] = {{PUBLIC, text}};
	struct outcome o;

	if (!text)
		abort();
	for (size_t i = 0; i < n; i++)
		p += sprintf(p, "<zone>");
	read_files(files, 1, &o);
	assert_int_equal(o.result, -EFBIG);

	p = text + sprintf(text, "<zone><service name=\"");
	memset(p, 'a', n);
	strcpy(p + n, "\"/></zone>");
	read_files(files, 1, &o);
	assert_int_equal(o.result, -EFBIG);

	p = text + sprintf(text, "<zone>");
	for (size_t i = 0; i < n / 2; i++)
		p += sprintf(p, "<service name=\"s%zu\"/>", i);
	strcpy(p, "</zone>");
	read_files(files, 1, &o);
	assert_int_equal(o.result, -EFBIG);
	free(text);
}

/* a link out of the root leads nowhere, a FIFO is not read */
static void test_hostile_files(void **state SEAL_UNUSED)
{
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;
	struct seal_root *root = NULL;
	char *dir = fixture_root(), path[512];

	fixture_write(dir, "etc/firewalld/zones/a.txt", "x", 1);
	snprintf(path, sizeof(path), "%s/etc/firewalld/zones/public.xml", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	assert_true(seal_firewalld_read(root, h, &rs, NULL) < 0);
	assert_null(rs);
	seal_host_free(h);
	seal_root_free(root);
	fixture_remove(dir);
	free(dir);
}

static void test_boot(void **state SEAL_UNUSED)
{
	struct seal_firewall_boot boot;
	struct seal_root *root = NULL;
	char *dir = fixture_root(), path[512];

	fixture_write(dir, "etc/systemd/system/multi-user.target.wants/firewalld.service", "x", 1);
	fixture_write(dir, "etc/systemd/system/sysinit.target.wants/nftables.service", "x", 1);
	fixture_write(dir, "etc/nftables.conf", "", 0);
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	seal_firewall_boot_owner(root, &boot);
	assert_true(boot.firewalld && boot.nftables && !boot.iptables);
	assert_string_equal(boot.nftables_conf, "etc/nftables.conf");

	snprintf(path, sizeof(path), "%s/etc/systemd/system/firewalld.service", dir);
	assert_int_equal(symlink("/dev/null", path), 0);
	seal_firewall_boot_owner(root, &boot);
	assert_true(!boot.firewalld && boot.nftables);
	seal_root_free(root);
	fixture_remove(dir);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),      cmocka_unit_test(test_documents),
		cmocka_unit_test(test_origin),        cmocka_unit_test(test_limits),
		cmocka_unit_test(test_hostile_files), cmocka_unit_test(test_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
