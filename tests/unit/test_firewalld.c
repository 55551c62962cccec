/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rules made from a configuration against those a running firewalld 1.3.3 loaded from it, and
 * what becomes of configurations that firewalld, or expat, would refuse */

#include "evidence/evidence.h"
#include "evidence/firewall/boot.h"
#include "evidence/firewall/firewalld.h"
#include "evidence/firewall/ruleset.h"
#include "firewall_fixture.h"
#include "memory.h"

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

/* version: of the installed firewalld, "" = unknown; what the rules and the row must hold */
static const struct {
	const char *name, *version, *path, *text;
	int result;
	const char *rule, *detail;
} documents[] = {
	{"service", "", PUBLIC, ZONE("<service name=\"smtp\"/>\n"), 0, OPEN_25, "built-in"},
	{"version", "1.3.3", PUBLIC, ZONE("<service name=\"smtp\"/>\n"), 0, OPEN_25, "1.3.3"},
	{"port name", "1.3.3", PUBLIC, ZONE("<port port=\"99999\" protocol=\"tcp\"/>"), 0, STOCK,
	 FALLEN_BACK},
	{"masquerade in a HOST policy", "", "etc/firewalld/policies/p.xml",
	 "<policy target=\"CONTINUE\"><ingress-zone name=\"ANY\"/><egress-zone "
	 "name=\"HOST\"/>"
	 "<masquerade/></policy>",
	 0, STOCK, FALLEN_BACK},
	{"bad source", "", PUBLIC, ZONE("<source address=\"1.2.3.400\"/>"), 0, STOCK, FALLEN_BACK},
	{"unknown element", "", PUBLIC, ZONE("<bogus/>"), 0, STOCK, FALLEN_BACK},
	{"unknown attribute", "", PUBLIC, ZONE("<service name=\"smtp\" x=\"1\"/>"), 0, STOCK,
	 FALLEN_BACK},
	{"not well-formed", "", PUBLIC, "<zone><service name=\"smtp\"/>", 0, STOCK, FALLEN_BACK},
	{"empty", "", PUBLIC, "", 0, STOCK, FALLEN_BACK},
	{"broken UTF-8", "", PUBLIC, "<zone><short>\xff\xfe</short></zone>", 0, STOCK, FALLEN_BACK},
	{"undefined service", "", PUBLIC, ZONE("<service name=\"nosuch\"/>"), -ENOTSUP, NULL,
	 "defined nowhere"},
	{"doctype", "", PUBLIC, "<!DOCTYPE zone SYSTEM \"file:///etc/passwd\"><zone/>", -ENOTSUP,
	 NULL, "document type"},
	{"entities", "", PUBLIC,
	 "<!DOCTYPE z [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
	 "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><zone><short>&c;</short></zone>",
	 -ENOTSUP, NULL, "document type"},
	{"encoding", "", PUBLIC, "<?xml version=\"1.0\" encoding=\"ebcdic-cp-us\"?><zone/>",
	 -ENOTSUP, NULL, "encoding"},
	{"faulty rule, 1.x", "1.3.3", PUBLIC,
	 ZONE("<service name=\"smtp\"/><rule><accept/><drop/></rule>"), 0, OPEN_25, "1.3.3"},
	{"faulty rule, 2.x", "2.1.2", PUBLIC,
	 ZONE("<service name=\"smtp\"/><rule><accept/><drop/></rule>"), 0, STOCK, FALLEN_BACK},
	{"faulty rule, unknown", "", PUBLIC,
	 ZONE("<service name=\"smtp\"/><rule><accept/><drop/></rule>"), -ENOTSUP, NULL, "version"},
	{"overlapping ipset", "", "etc/firewalld/ipsets/s.xml",
	 "<ipset "
	 "type=\"hash:net\"><entry>10.0.0.0/8</entry><entry>10.1.0.0/16</entry></ipset>",
	 0, STOCK, FALLEN_BACK},
	{"iptables backend", "", "etc/firewalld/firewalld.conf", "FirewallBackend=iptables\n",
	 -ENOTSUP, NULL, "iptables"},
	{"policy of a zone, 1.x", "1.3.3", "etc/firewalld/policies/p.xml", POLICY, 0,
	 "filter_OUTPUT: jump filter_OUTPUT_POLICIES_pre\n", "1.3.3"},
	{"policy of the default zone, 2.x", "2.5.0", "etc/firewalld/policies/p.xml", POLICY, 0,
	 "filter_OUT_HOST_to_public: jump filter_OUT_policy_p\n", "2.5.0"},
	{"policy of the default zone, unknown", "", "etc/firewalld/policies/p.xml", POLICY, 0,
	 "filter_OUTPUT: firewalld is of version 2 goto filter_OUTPUT_dispatch\n", ""},
	{"zone of a profile", "", "etc/NetworkManager/system-connections/lan.nmconnection",
	 "[connection]\nid=lan\ninterface-name=ens5\nzone=internal\n[ipv4]\nmethod=auto\n", 0,
	 "filter_INPUT_ZONES: iifname \"ens5\" goto filter_IN_internal\n", ""},
	{"ZONE of an ifcfg file", "", "etc/sysconfig/network-scripts/ifcfg-eth0",
	 "DEVICE=eth0\nZONE=\"drop\"\n", 0,
	 "filter_INPUT_ZONES: iifname \"eth0\" goto filter_IN_drop\n", ""},
	{"profile without interface", "", "etc/NetworkManager/system-connections/any.nmconnection",
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
	 0, "INPUT: meta l4proto tcp tcp dport 465 reject with icmp port-unreachable\n", ""},
};

static void test_documents(void **state SEAL_UNUSED)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		char version[64];
		const char *const files[][2] = {{documents[i].path, documents[i].text},
						{PYTHON, version}};
		struct outcome o;

		snprintf(version, sizeof(version), "x\nVERSION = '%s'\n", documents[i].version);
		read_files(files, documents[i].version[0] ? 2 : 1, &o);
		if (o.result != documents[i].result)
			fail_msg("%s: %d (%s)", documents[i].name, o.result, o.detail);
		if (!strstr(o.detail, documents[i].detail))
			fail_msg("%s: %s", documents[i].name, o.detail);
		if (documents[i].rule &&
		    seal_bytes_find(seal_buf_bytes(&o.rules), documents[i].rule) < 0)
			fail_msg("%s: lacks %s", documents[i].name, documents[i].rule);
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

static void assert_too_big(struct seal_buf *text)
{
	const char *files[][2] = {{PUBLIC, NULL}};
	struct outcome o;

	seal_buf_putc(text, '\0');
	assert_int_equal(text->err, 0);
	files[0][1] = text->p;
	read_files(files, 1, &o);
	assert_int_equal(o.result, -EFBIG);
	seal_buf_done(text);
}

/* depth, length and number are bounded: an answer or a reason, in bounded time */
static void test_limits(void **state SEAL_UNUSED)
{
	struct seal_buf text = {0};
	size_t n = 200000;

	for (size_t i = 0; i < n; i++)
		seal_buf_puts(&text, "<zone>");
	assert_too_big(&text);

	seal_buf_puts(&text, "<zone><service name=\"");
	for (size_t i = 0; i < n; i++)
		seal_buf_putc(&text, 'a');
	seal_buf_puts(&text, "\"/></zone>");
	assert_too_big(&text);

	seal_buf_puts(&text, "<zone>");
	for (size_t i = 0; i < n / 2; i++)
		seal_buf_printf(&text, "<service name=\"s%zu\"/>", i);
	seal_buf_puts(&text, "</zone>");
	assert_too_big(&text);
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
	assert_true(boot.firewalld && boot.nftables && !boot.iptables && !boot.unread);
	assert_string_equal(boot.nftables_conf, "etc/nftables.conf");

	snprintf(path, sizeof(path), "%s/etc/systemd/system/firewalld.service", dir);
	assert_int_equal(symlink("/dev/null", path), 0);
	seal_firewall_boot_owner(root, &boot);
	assert_true(!boot.firewalld && boot.nftables && !boot.unread);
	seal_root_free(root);
	fixture_remove(dir);
	free(dir);
}

/* what cannot be looked for may start too: nothing is open for sure */
static void test_boot_unread(void **state SEAL_UNUSED)
{
	seal_auto_host struct seal_host *h = seal_host_new();
	struct seal_firewall_boot boot;
	struct seal_root *root = NULL;
	char *dir = fixture_root(), path[512];

	fixture_write(dir, "etc/systemd/system/sysinit.target.wants/nftables.service", "x", 1);
	fixture_write(dir, "etc/nftables.conf", "table inet t { }\n", 17);
	snprintf(path, sizeof(path), "%s/etc/systemd/system/multi-user.target.wants", dir);
	assert_int_equal(symlink("multi-user.target.wants", path), 0);
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	seal_firewall_boot_owner(root, &boot);
	assert_true(!boot.firewalld && boot.nftables);
	assert_int_equal(boot.unread, -ELOOP);
	assert_int_equal(seal_ruleset_read(root, h, NULL), 0);
	assert_non_null(h->ruleset);
	assert_true(h->ruleset->incomplete.n > 0);
	seal_root_free(root);
	fixture_remove(dir);
	free(dir);
}

/* --- elements and attributes, each by itself */

#define SERVICE(body)     "<service>" body "</service>"
#define RICH(body)        ZONE("<rule>" body "</rule>")
#define RICH4(body)       ZONE("<rule family=\"ipv4\">" body "</rule>")
#define IPSET(type, body) "<ipset type=\"hash:" type "\">" body "</ipset>"
#define SVC               "etc/firewalld/services/svc.xml"
#define SET               "etc/firewalld/ipsets/set.xml"
#define POL               "etc/firewalld/policies/pol.xml"
#define CNF               "etc/firewalld/firewalld.conf"
#define NM                "etc/NetworkManager/system-connections/n.nmconnection"
#define IFC               "etc/sysconfig/network-scripts/ifcfg-n"
#define DIR               "etc/firewalld/direct.xml"

/* zone: public.xml, NULL for the stock one; text: the rules that are there because of it, or why
 * there are none */
static const struct {
	const char *zone, *path, *file, *text;
} elements[] = {
	/* firewalld.zone(5) */
	{ZONE("<port port=\"25\" protocol=\"tcp\"/>"), NULL, NULL,
	 "filter_IN_public_allow: tcp dport 25 accept"},
	{ZONE("<port port=\"25-26\" protocol=\"sctp\"/>"), NULL, NULL,
	 "filter_IN_public_allow: sctp dport 25-26 accept"},
	{ZONE("<port port=\"26-25\" protocol=\"tcp\"/>"), NULL, NULL,
	 "filter_IN_public_allow: tcp dport 25-26 accept"},
	{ZONE("<port port=\"\" protocol=\"tcp\"/>"), NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 3: invalid port or protocol"},
	{ZONE("<port port=\"25\" protocol=\"icmp\"/>"), NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 3: invalid port or protocol"},
	{ZONE("<port port=\"25\"/>"), NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 3: <port> lacks attribute protocol"},
	{ZONE("<port port=\"25\" protocol=\"tcp\"/><port port=\"25\" protocol=\"tcp\"/>"), NULL,
	 NULL, "filter_IN_public_allow: tcp dport 25 accept"},
	{ZONE("<source-port port=\"53\" protocol=\"udp\"/>"), NULL, NULL,
	 "filter_IN_public_allow: udp sport 53 accept"},
	{ZONE("<protocol value=\"esp\"/>"), NULL, NULL,
	 "filter_IN_public_allow: meta l4proto esp accept"},
	{ZONE("<protocol value=\"47\"/>"), NULL, NULL,
	 "filter_IN_public_allow: meta l4proto gre accept"},
	{ZONE("<protocol value=\"warp\"/>"), NULL, NULL,
	 "unknown: etc/firewalld/zones/public.xml: line 3: invalid protocol"},
	{ZONE("<icmp-block name=\"echo-request\"/>"), NULL, NULL,
	 "filter_IN_public_deny: icmp type echo-request reject with icmpx "
	 "admin-prohibited\nfilter_IN_public_deny: icmpv6 type echo-request reject with icmpx "
	 "admin-prohibited"},
	{ZONE("<icmp-block name=\"warp\"/>"), NULL, NULL,
	 "unknown: ICMP type warp is defined nowhere, and the root has no usr/lib/firewalld"},
	{ZONE("<icmp-block-inversion/><icmp-block name=\"echo-request\"/>"), NULL, NULL,
	 "filter_IN_public: meta l4proto { icmp, ipv6-icmp } reject with icmpx "
	 "admin-prohibited\nfilter_IN_public_allow: icmp type echo-request "
	 "accept\nfilter_IN_public_allow: icmpv6 type echo-request accept\n- filter_IN_public: "
	 "meta l4proto { icmp, ipv6-icmp } accept"},
	{ZONE("<masquerade/>"), NULL, NULL,
	 "nat_POST_public_allow: meta nfproto ipv4 oifname != \"lo\" masquerade"},
	{ZONE("<forward/>"), NULL, NULL, ""},
	{ZONE("<forward-port port=\"25\" protocol=\"tcp\" to-port=\"2525\"/>"), NULL, NULL,
	 "nat_PRE_public_allow: meta nfproto ipv4 tcp dport 25 redirect to :2525"},
	{ZONE("<forward-port port=\"25-26\" protocol=\"tcp\" to-port=\"2525-2526\" "
	      "to-addr=\"192.0.2.9\"/>"),
	 NULL, NULL,
	 "nat_PRE_public_allow: meta nfproto ipv4 tcp dport 25-26 dnat ip to 192.0.2.9:2525-2526"},
	{ZONE("<forward-port port=\"25\" protocol=\"tcp\" to-addr=\"2001:db8::9\"/>"), NULL, NULL,
	 "nat_PRE_public_allow: meta nfproto ipv6 tcp dport 25 dnat ip6 to 2001:db8::9"},
	{ZONE("<forward-port port=\"25\" protocol=\"tcp\"/>"), NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 3: invalid forward-port"},
	{ZONE("<forward-port port=\"25\" protocol=\"tcp\" to-addr=\"here\"/>"), NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 3: invalid forward-port"},
	{ZONE("<source address=\"192.0.2.0/24\"/>"), NULL, NULL,
	 "filter_FORWARD_ZONES: ip saddr 192.0.2.0/24 goto filter_FWD_public\nfilter_INPUT_ZONES: "
	 "ip saddr 192.0.2.0/24 goto filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr "
	 "192.0.2.0/24 goto mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr 192.0.2.0/24 goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr 192.0.2.0/24 goto nat_PRE_public"},
	{ZONE("<source address=\"2001:db8::/32\"/>"), NULL, NULL,
	 "filter_FORWARD_ZONES: ip6 saddr 2001:db8::/32 goto "
	 "filter_FWD_public\nfilter_INPUT_ZONES: ip6 saddr 2001:db8::/32 goto "
	 "filter_IN_public\nmangle_PREROUTING_ZONES: ip6 saddr 2001:db8::/32 goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip6 daddr 2001:db8::/32 goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip6 saddr 2001:db8::/32 goto nat_PRE_public"},
	{ZONE("<source mac=\"00:11:22:33:44:55\"/>"), NULL, NULL, ""},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("ip", "<entry>192.0.2.1</entry>"),
	 "filter_FORWARD_ZONES: ip saddr @set goto filter_FWD_public\nfilter_INPUT_ZONES: ip saddr "
	 "@set goto filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr @set goto nat_PRE_public\nset set 1"},
	{ZONE("<source ipset=\"nowhere\"/>"), NULL, NULL,
	 "unknown: zone public: its source ipset:nowhere does not exist or is of a wrong type"},
	{ZONE("<source/>"), NULL, NULL, ""},
	{ZONE("<source address=\"192.0.2.1\" mac=\"00:11:22:33:44:55\"/>"), NULL, NULL,
	 "filter_FORWARD_ZONES: ip saddr 192.0.2.1 goto filter_FWD_public\nfilter_INPUT_ZONES: ip "
	 "saddr 192.0.2.1 goto filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr 192.0.2.1 goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr 192.0.2.1 goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr 192.0.2.1 goto nat_PRE_public"},
	{ZONE("<interface name=\"eth0\"/>"), NULL, NULL,
	 "filter_FORWARD_ZONES: iifname \"eth0\" goto filter_FWD_public\nfilter_INPUT_ZONES: "
	 "iifname \"eth0\" goto filter_IN_public\nmangle_PREROUTING_ZONES: iifname \"eth0\" goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: oifname \"eth0\" goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: iifname \"eth0\" goto nat_PRE_public"},
	{ZONE("<interface name=\"eth+\"/>"), NULL, NULL,
	 "filter_FORWARD_ZONES: iifname \"eth*\" goto filter_FWD_public\nfilter_INPUT_ZONES: "
	 "iifname \"eth*\" goto filter_IN_public\nmangle_PREROUTING_ZONES: iifname \"eth*\" goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: oifname \"eth*\" goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: iifname \"eth*\" goto nat_PRE_public"},
	{ZONE("<interface name=\"a name too long for it\"/>"), NULL, NULL,
	 "void: zone public: invalid interface"},
	{"<zone target=\"ACCEPT\"/>", NULL, NULL,
	 "filter_FWD_public: accept\nfilter_IN_public: accept\n- filter_FWD_public: reject with "
	 "icmpx admin-prohibited\n- filter_IN_public: meta l4proto { icmp, ipv6-icmp } accept\n- "
	 "filter_IN_public: reject with icmpx admin-prohibited"},
	{"<zone target=\"DROP\"/>", NULL, NULL,
	 "filter_FWD_public: drop\nfilter_IN_public: drop\n- filter_FWD_public: reject with icmpx "
	 "admin-prohibited\n- filter_IN_public: meta l4proto { icmp, ipv6-icmp } accept\n- "
	 "filter_IN_public: reject with icmpx admin-prohibited"},
	{"<zone target=\"%%REJECT%%\"/>", NULL, NULL,
	 "- filter_IN_public: meta l4proto { icmp, ipv6-icmp } accept"},
	{"<zone target=\"warp\"/>", NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: invalid target"},
	{"<zone version=\"1\" target=\"default\" ingress-priority=\"-5\"/>", NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: invalid attribute ingress-priority"},
	{"<zone version=\"1\" egress-priority=\"many\"/>", NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: invalid attribute egress-priority"},
	{"<service/>", NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 1: <service> lacks attribute name"},
	/* firewalld.richlanguage(5) */
	{RICH("<port port=\"25\" protocol=\"tcp\"/><accept/>"), NULL, NULL,
	 "filter_IN_public_allow: tcp dport 25 accept"},
	{RICH4("<source address=\"192.0.2.0/24\" invert=\"yes\"/><service name=\"smtp\"/><drop/>"),
	 NULL, NULL, "filter_IN_public_deny: ip saddr != 192.0.2.0/24 tcp dport 25 drop"},
	{RICH4("<source mac=\"00:11:22:33:44:55\"/><accept/>"), NULL, NULL,
	 "filter_IN_public_allow: meta nfproto ipv4 ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"00:11:22:33:44:55\"} accept"},
	{RICH4("<source ipset=\"set\"/><reject/>"), SET,
	 IPSET("net", "<entry>192.0.2.0/24</entry>"),
	 "filter_IN_public_deny: ip saddr @set reject with icmp port-unreachable\nset set 1"},
	{RICH4("<source ipset=\"set\"/><reject/>"), SET,
	 IPSET("net", "<option name=\"family\" value=\"inet6\"/>"),
	 "void: rich rule: family of the source ipset conflicts"},
	{RICH4("<source ipset=\"nowhere\"/><reject/>"), NULL, NULL,
	 "unknown: rich rule: source ipset nowhere does not exist or is of a wrong type"},
	{RICH4("<destination address=\"198.51.100.1\"/><reject type=\"icmp-host-prohibited\"/>"),
	 NULL, NULL,
	 "filter_IN_public_deny: ip daddr 198.51.100.1 reject with icmp host-prohibited"},
	{RICH4("<destination ipset=\"set\"/><reject type=\"tcp-reset\"/>"), SET,
	 IPSET("ip", "<entry>192.0.2.1</entry>"),
	 "filter_IN_public_deny: ip daddr @set meta l4proto tcp reject with tcp reset\nset set 1"},
	{RICH4("<protocol value=\"tcp\"/><reject type=\"tcp-reset\"/>"), NULL, NULL,
	 "filter_IN_public_deny: meta nfproto ipv4 meta l4proto tcp reject with tcp reset"},
	{RICH4("<reject type=\"warp\"/>"), NULL, NULL, ""},
	{RICH("<reject type=\"icmp-host-prohibited\"/>"), NULL, NULL, ""},
	{RICH("<protocol value=\"gre\"/><accept/>"), NULL, NULL,
	 "filter_IN_public_allow: meta l4proto gre accept"},
	{RICH("<protocol value=\"warp\"/><accept/>"), NULL, NULL,
	 "unknown: etc/firewalld/zones/public.xml: rich rule: a name that cannot be looked up"},
	{RICH("<source-port port=\"53\" protocol=\"udp\"/><accept/>"), NULL, NULL,
	 "filter_IN_public_allow: udp sport 53 accept"},
	{RICH("<source-port port=\"x\" protocol=\"udp\"/><accept/>"), NULL, NULL,
	 "unknown: etc/firewalld/zones/public.xml: rich rule: a name that cannot be looked up"},
	{RICH("<icmp-block name=\"echo-request\"/>"), NULL, NULL,
	 "filter_IN_public_deny: icmp type echo-request reject with icmpx "
	 "admin-prohibited\nfilter_IN_public_deny: icmpv6 type echo-request reject with icmpx "
	 "admin-prohibited"},
	{RICH("<icmp-block name=\"echo-request\"/><accept/>"), NULL, NULL, ""},
	{RICH("<icmp-type name=\"echo-request\"/><accept/>"), NULL, NULL,
	 "filter_IN_public_allow: icmp type echo-request accept\nfilter_IN_public_allow: icmpv6 "
	 "type echo-request accept"},
	{RICH4("<icmp-type name=\"neighbour-solicitation\"/><accept/>"), NULL, NULL,
	 "void: family of a rich rule conflicts with its ICMP type"},
	{RICH("<masquerade/>"), NULL, NULL, "nat_POST_public_allow: oifname != \"lo\" masquerade"},
	{RICH("<masquerade/><accept/>"), NULL, NULL, ""},
	{RICH4("<forward-port port=\"25\" protocol=\"tcp\" to-port=\"2525\"/>"), NULL, NULL,
	 "nat_PRE_public_allow: meta nfproto ipv4 tcp dport 25 redirect to :2525"},
	{RICH4("<forward-port port=\"25\" protocol=\"tcp\" to-port=\"x\"/>"), NULL, NULL,
	 "unknown: etc/firewalld/zones/public.xml: rich rule: a name that cannot be looked up"},
	{RICH4("<forward-port port=\"25\" protocol=\"tcp\" to-addr=\"x\"/>"), NULL, NULL, ""},
	{RICH4("<forward-port port=\"25\" protocol=\"tcp\"/>"), NULL, NULL, ""},
	{RICH4("<forward-port port=\"25\" protocol=\"tcp\" to-port=\"26\"/><accept/>"), NULL, NULL,
	 ""},
	{RICH("<forward-port port=\"25\" protocol=\"tcp\" to-port=\"26\"/>"), NULL, NULL, ""},
	{RICH("<tcp-mss-clamp value=\"1400\"/>"), NULL, NULL, ""},
	{RICH("<tcp-mss-clamp value=\"535\"/>"), NULL, NULL, ""},
	{RICH("<tcp-mss-clamp value=\"1400\"/><accept/>"), NULL, NULL, ""},
	{RICH("<service name=\"smtp\"/><log prefix=\"mail \" level=\"info\"><limit "
	      "value=\"1/m\"/></log><drop/>"),
	 NULL, NULL,
	 "filter_IN_public_deny: tcp dport 25 drop\nfilter_IN_public_log: tcp dport 25 limit rate "
	 "1/minute log"},
	{RICH("<service name=\"smtp\"/><log level=\"warp\"/><drop/>"), NULL, NULL, ""},
	{RICH("<service name=\"smtp\"/><nflog group=\"1\" queue-size=\"2\" "
	      "prefix=\"x\"/><accept/>"),
	 NULL, NULL,
	 "filter_IN_public_allow: tcp dport 25 accept\nfilter_IN_public_log: tcp dport 25 log"},
	{RICH("<service name=\"smtp\"/><nflog group=\"x\"/><accept/>"), NULL, NULL, ""},
	{RICH("<service name=\"smtp\"/><audit><limit value=\"1/h\"/></audit><reject/>"), NULL, NULL,
	 "filter_IN_public_deny: tcp dport 25 reject with icmpx "
	 "port-unreachable\nfilter_IN_public_log: tcp dport 25 limit rate 1/hour log"},
	{RICH("<service name=\"smtp\"/><accept><limit value=\"10/s\"/></accept>"), NULL, NULL,
	 "filter_IN_public_allow: tcp dport 25 limit rate 10/second accept"},
	{RICH("<service name=\"smtp\"/><accept><limit value=\"10\"/></accept>"), NULL, NULL, ""},
	{RICH("<service name=\"smtp\"/><accept><limit value=\"1/d\"/></accept>"), NULL, NULL, ""},
	{RICH("<service name=\"smtp\"/><accept><limit value=\"10/s\" burst=\"0\"/></accept>"), NULL,
	 NULL, "void: etc/firewalld/zones/public.xml: line 3: limit has unknown attribute burst"},
	{RICH("<service name=\"smtp\"/><mark set=\"0x10/0xff\"/>"), NULL, NULL,
	 "mangle_PRE_public_allow: tcp dport 25 meta mark set meta mark & 0xff ^ 0x10"},
	{RICH("<service name=\"smtp\"/><mark set=\"x\"/>"), NULL, NULL, ""},
	{RICH("<service name=\"smtp\"/>"), NULL, NULL, ""},
	{RICH("<service name=\"\"/><accept/>"), NULL, NULL, ""},
	{RICH("<service name=\"nowhere\"/><accept/>"), NULL, NULL,
	 "unknown: service nowhere does not exist"},
	{RICH(""), NULL, NULL, ""},
	{RICH("<accept/>"), NULL, NULL, ""},
	{RICH("<source address=\"192.0.2.1\"/><accept/>"), NULL, NULL, ""},
	{RICH4("<source address=\"2001:db8::1\"/><accept/>"), NULL, NULL, ""},
	{RICH4("<source address=\"192.0.2.1\" mac=\"00:11:22:33:44:55\"/><accept/>"), NULL, NULL,
	 ""},
	{RICH4("<source mac=\"00:11\"/><accept/>"), NULL, NULL, ""},
	{RICH("<port port=\"25\" protocol=\"tcp\"/><port port=\"26\" protocol=\"tcp\"/><accept/>"),
	 NULL, NULL, ""},
	{ZONE("<rule priority=\"-10\"><accept/></rule><rule priority=\"10\"><drop/></rule>"), NULL,
	 NULL, "filter_IN_public_post: drop\nfilter_IN_public_pre: accept"},
	{ZONE("<rule priority=\"40000\"><accept/></rule>"), NULL, NULL, ""},
	{ZONE("<rule priority=\"x\"><accept/></rule>"), NULL, NULL,
	 "void: etc/firewalld/zones/public.xml: line 3: invalid priority"},
	{ZONE("<rule family=\"ipv5\"><accept/></rule>"), NULL, NULL, ""},
	/* firewalld.service(5) */
	{ZONE("<service name=\"svc\"/>"), SVC,
	 SERVICE("<short>s</short><description>d</description><port port=\"25\" protocol=\"tcp\"/>"
		 "<port port=\"587-588\" protocol=\"tcp\"/><protocol value=\"esp\"/>"
		 "<source-port port=\"53\" protocol=\"udp\"/>"
		 "<destination ipv4=\"198.51.100.1\" ipv6=\"2001:db8::1\"/>"),
	 "filter_IN_public_allow: ip daddr 198.51.100.1 tcp dport 25 "
	 "accept\nfilter_IN_public_allow: ip daddr 198.51.100.1 tcp dport 587-588 "
	 "accept\nfilter_IN_public_allow: ip daddr 198.51.100.1 meta l4proto esp "
	 "accept\nfilter_IN_public_allow: ip daddr 198.51.100.1 udp sport 53 "
	 "accept\nfilter_IN_public_allow: ip6 daddr 2001:db8::1 tcp dport 25 "
	 "accept\nfilter_IN_public_allow: ip6 daddr 2001:db8::1 tcp dport 587-588 "
	 "accept\nfilter_IN_public_allow: ip6 daddr 2001:db8::1 meta l4proto esp "
	 "accept\nfilter_IN_public_allow: ip6 daddr 2001:db8::1 udp sport 53 accept"},
	{ZONE("<service name=\"svc\"/>"), SVC,
	 SERVICE("<include service=\"smtp\"/><include service=\"svc\"/>"),
	 "filter_IN_public_allow: tcp dport 25 accept"},
	{ZONE("<service name=\"svc\"/>"), SVC, SERVICE("<include service=\"nowhere\"/>"),
	 "unknown: service nowhere is defined nowhere, and the root has no usr/lib/firewalld"},
	{ZONE("<service name=\"svc\"/>"), SVC,
	 SERVICE("<port port=\"21\" protocol=\"tcp\"/><helper name=\"ftp\"/>"),
	 "filter_IN_public_allow: tcp dport 21 ct helper\nfilter_IN_public_allow: tcp dport 21 "
	 "accept"},
	{ZONE("<service name=\"svc\"/>"), SVC,
	 SERVICE("<port port=\"21\" protocol=\"tcp\"/><module name=\"nf_conntrack_ftp\"/>"),
	 "filter_IN_public_allow: tcp dport 21 ct helper\nfilter_IN_public_allow: tcp dport 21 "
	 "accept"},
	{ZONE("<service name=\"svc\"/>"), SVC, SERVICE("<helper name=\"nowhere\"/>"),
	 "unknown: conntrack helper nowhere does not exist"},
	{ZONE("<service name=\"svc\"/>"), SVC, SERVICE("<port port=\"\" protocol=\"esp\"/>"),
	 "filter_IN_public_allow: meta l4proto esp accept"},
	{ZONE("<service name=\"svc\"/>"), SVC, SERVICE("<destination ipv4=\"x\"/>"),
	 "void: etc/firewalld/services/svc.xml: line 1: invalid <destination>"},
	{ZONE("<service name=\"svc\"/>"), SVC, SERVICE("<port protocol=\"tcp\"/>"),
	 "void: etc/firewalld/services/svc.xml: line 1: <port> lacks attribute port"},
	{RICH4("<service name=\"svc\"/><accept/>"), SVC,
	 SERVICE("<port port=\"25\" protocol=\"tcp\"/><destination ipv6=\"2001:db8::1\"/>"), ""},
	{RICH4("<destination address=\"192.0.2.1\"/><service name=\"svc\"/><accept/>"), SVC,
	 SERVICE("<port port=\"25\" protocol=\"tcp\"/><destination ipv4=\"198.51.100.1\"/>"),
	 "void: destination of a rich rule conflicts with its service"},
	/* firewalld.ipset(5) */
	{ZONE("<source ipset=\"set\"/>"), SET,
	 IPSET("net", "<option name=\"family\" value=\"inet6\"/><entry>2001:db8::/32</entry>"),
	 "filter_FORWARD_ZONES: ip6 saddr @set goto filter_FWD_public\nfilter_INPUT_ZONES: ip6 "
	 "saddr @set goto filter_IN_public\nmangle_PREROUTING_ZONES: ip6 saddr @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip6 daddr @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip6 saddr @set goto nat_PRE_public\nset set 1"},
	{ZONE("<source ipset=\"set\"/>"), SET,
	 IPSET("ip,port", "<entry>192.0.2.1,tcp:25</entry><entry>192.0.2.2,udp:53-54</entry>"),
	 "filter_FORWARD_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "filter_FWD_public\nfilter_INPUT_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr . meta l4proto . th dport @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "nat_PRE_public\nset set 2"},
	{ZONE("<source ipset=\"set\"/>"), SET,
	 IPSET("ip,port", "<entry>192.0.2.1,icmp:8/0</entry>"),
	 "unknown: ipset set: entries that nft refuses"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("net,port", "<entry>192.0.2.0/24,25</entry>"),
	 "filter_FORWARD_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "filter_FWD_public\nfilter_INPUT_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr . meta l4proto . th dport @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr . meta l4proto . th sport @set goto "
	 "nat_PRE_public\nset set 1"},
	{ZONE("<source ipset=\"set\"/>"), SET,
	 IPSET("net,iface", "<entry>192.0.2.0/24,eth0</entry>"),
	 "filter_FORWARD_ZONES: ip saddr . oifname @set goto "
	 "filter_FWD_public\nfilter_INPUT_ZONES: ip saddr . oifname @set goto "
	 "filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr . oifname @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr . iifname @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr . oifname @set goto nat_PRE_public\nset "
	 "set 1"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("mac", "<entry>00:11:22:33:44:55</entry>"),
	 "filter_FORWARD_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto filter_FWD_public\nfilter_INPUT_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto filter_IN_public\nmangle_PREROUTING_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto mangle_PRE_public\nnat_POSTROUTING_ZONES: ether daddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"daddr\"}},"
	 "\"right\":\"@set\"} goto nat_POST_public\nnat_PREROUTING_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto nat_PRE_public\nset set 0"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("mac", "<entry>00:00:00:00:00:00</entry>"),
	 "filter_FORWARD_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto filter_FWD_public\nfilter_INPUT_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto filter_IN_public\nmangle_PREROUTING_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto mangle_PRE_public\nnat_POSTROUTING_ZONES: ether daddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"daddr\"}},"
	 "\"right\":\"@set\"} goto nat_POST_public\nnat_PREROUTING_ZONES: ether saddr "
	 "{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}},"
	 "\"right\":\"@set\"} goto nat_PRE_public\nset set 0"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("ip,mark", "<entry>192.0.2.1,0x10</entry>"),
	 "filter_FORWARD_ZONES: ip saddr . meta mark @set goto "
	 "filter_FWD_public\nfilter_INPUT_ZONES: ip saddr . meta mark @set goto "
	 "filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr . meta mark @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr . meta mark @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr . meta mark @set goto "
	 "nat_PRE_public\nset set 1"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("ip", "<entry>192.0.2.1-192.0.2.9</entry>"),
	 "void: ipset set: entries that nft refuses"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("ip", "<entry>0.0.0.0</entry>"),
	 "filter_FORWARD_ZONES: ip saddr @set goto filter_FWD_public\nfilter_INPUT_ZONES: ip saddr "
	 "@set goto filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr @set goto nat_PRE_public\nset set 0"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("ip", "<entry>ten</entry>"),
	 "filter_FORWARD_ZONES: ip saddr @set goto filter_FWD_public\nfilter_INPUT_ZONES: ip saddr "
	 "@set goto filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr @set goto nat_PRE_public\nset set 0"},
	{ZONE("<source ipset=\"set\"/>"), SET,
	 IPSET("ip", "<option name=\"timeout\" value=\"60\"/>"),
	 "filter_FORWARD_ZONES: ip saddr @set goto filter_FWD_public\nfilter_INPUT_ZONES: ip saddr "
	 "@set goto filter_IN_public\nmangle_PREROUTING_ZONES: ip saddr @set goto "
	 "mangle_PRE_public\nnat_POSTROUTING_ZONES: ip daddr @set goto "
	 "nat_POST_public\nnat_PREROUTING_ZONES: ip saddr @set goto nat_PRE_public\nset set 0"},
	{ZONE("<source ipset=\"set\"/>"), SET,
	 IPSET("ip", "<option name=\"maxelem\" value=\"x\"/>"),
	 "void: etc/firewalld/ipsets/set.xml: line 1: invalid <option>"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("ip", "<option name=\"warp\" value=\"1\"/>"),
	 "void: etc/firewalld/ipsets/set.xml: line 1: invalid <option>"},
	{ZONE("<source ipset=\"set\"/>"), SET, IPSET("warp", ""),
	 "void: etc/firewalld/ipsets/set.xml: line 1: invalid <ipset>"},
	/* firewalld.policies(5) */
	{NULL, POL,
	 "<policy target=\"REJECT\"><ingress-zone name=\"ANY\"/><egress-zone name=\"HOST\"/>"
	 "<service name=\"smtp\"/></policy>",
	 "filter_INPUT_POLICIES_pre: jump filter_IN_policy_pol\nfilter_IN_policy_pol: reject with "
	 "icmpx admin-prohibited\nfilter_IN_policy_pol_allow: tcp dport 25 "
	 "accept\nmangle_PREROUTING_POLICIES_pre: jump "
	 "mangle_PRE_policy_pol\nnat_PREROUTING_POLICIES_pre: jump nat_PRE_policy_pol"},
	{NULL, POL,
	 "<policy target=\"DROP\" priority=\"10\"><ingress-zone name=\"HOST\"/><egress-zone "
	 "name=\"ANY\"/><port port=\"25\" protocol=\"tcp\"/></policy>",
	 "filter_OUTPUT_POLICIES_post: jump filter_OUT_policy_pol\nfilter_OUT_policy_pol: "
	 "drop\nfilter_OUT_policy_pol_allow: tcp dport 25 accept\nnat_OUTPUT_POLICIES_post: jump "
	 "nat_OUT_policy_pol"},
	{NULL, POL,
	 "<policy target=\"ACCEPT\"><ingress-zone name=\"public\"/><egress-zone name=\"internal\"/>"
	 "<masquerade/></policy>",
	 ""},
	{NULL, POL,
	 "<policy target=\"ACCEPT\" priority=\"0\"><ingress-zone name=\"HOST\"/></policy>", ""},
	{NULL, POL, "<policy target=\"ACCEPT\"><egress-zone name=\"HOST\"/></policy>", ""},
	{NULL, POL,
	 "<policy target=\"ACCEPT\"><ingress-zone name=\"HOST\"/><egress-zone "
	 "name=\"HOST\"/></policy>",
	 "void: policy pol: HOST on both sides"},
	{NULL, POL,
	 "<policy target=\"ACCEPT\"><ingress-zone name=\"nowhere\"/><egress-zone "
	 "name=\"HOST\"/></policy>",
	 "unknown: zone nowhere is defined nowhere, and the root has no usr/lib/firewalld"},
	{NULL, POL,
	 "<policy target=\"ACCEPT\"><ingress-zone name=\"ANY\"/><ingress-zone name=\"public\"/>"
	 "<egress-zone name=\"HOST\"/></policy>",
	 "void: policy pol: ANY and HOST stand alone"},
	{NULL, POL, "<policy/>",
	 "void: etc/firewalld/policies/pol.xml: line 1: <policy> lacks attribute target"},
	{NULL, POL,
	 "<policy target=\"CONTINUE\"><ingress-zone name=\"HOST\"/><egress-zone name=\"ANY\"/>"
	 "<forward-port port=\"25\" protocol=\"tcp\" to-port=\"26\"/></policy>",
	 "void: policy pol: forward-port wants to-addr"},
	/* firewalld.conf(5) */
	{NULL, CNF, "DefaultZone=drop\n",
	 "filter_FORWARD_ZONES: goto filter_FWD_drop\nfilter_FWD_drop: drop\nfilter_INPUT_ZONES: "
	 "goto filter_IN_drop\nfilter_IN_drop: drop\nmangle_PREROUTING_ZONES: goto "
	 "mangle_PRE_drop\nnat_POSTROUTING_ZONES: goto nat_POST_drop\nnat_PREROUTING_ZONES: goto "
	 "nat_PRE_drop\n- filter_FORWARD_ZONES: goto filter_FWD_public\n- filter_FWD_public: "
	 "reject with icmpx admin-prohibited\n- filter_INPUT_ZONES: goto filter_IN_public\n- "
	 "filter_IN_public: meta l4proto { icmp, ipv6-icmp } accept\n- filter_IN_public: reject "
	 "with icmpx admin-prohibited\n- filter_IN_public_allow: tcp dport 22 accept\n- "
	 "filter_IN_public_allow: ip6 daddr fe80::/64 udp dport 546 accept\n- "
	 "mangle_PREROUTING_ZONES: goto mangle_PRE_public\n- nat_POSTROUTING_ZONES: goto "
	 "nat_POST_public\n- nat_PREROUTING_ZONES: goto nat_PRE_public"},
	{NULL, CNF, "DefaultZone=nowhere\n",
	 "unknown: default zone nowhere is defined nowhere, and the root has no usr/lib/firewalld"},
	{NULL, CNF, "# a comment\n\nDefaultZone=public\nLogDenied=unicast\n",
	 "filter_FORWARD: ct state invalid meta pkttype host log\nfilter_FORWARD: ip6 daddr { "
	 "::/96, ::ffff:0.0.0.0/96, 2002::/24, 2002:a00::/24, 2002:7f00::/24, 2002:a9fe::/32, "
	 "2002:ac10::/28, 2002:c0a8::/32, 2002:e000::/19 } log reject with icmpv6 "
	 "addr-unreachable\nfilter_FORWARD: meta pkttype host log\nfilter_FWD_public: meta pkttype "
	 "host log\nfilter_INPUT: ct state invalid meta pkttype host log\nfilter_INPUT: meta "
	 "pkttype host log\nfilter_IN_public: meta pkttype host log\nfilter_OUTPUT: ip6 daddr { "
	 "::/96, ::ffff:0.0.0.0/96, 2002::/24, 2002:a00::/24, 2002:7f00::/24, 2002:a9fe::/32, "
	 "2002:ac10::/28, 2002:c0a8::/32, 2002:e000::/19 } log reject with icmpv6 "
	 "addr-unreachable\nfilter_PREROUTING: meta nfproto ipv6 fib saddr . mark . iif oif "
	 "missing log drop\n- filter_FORWARD: ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24, "
	 "2002:a00::/24, 2002:7f00::/24, 2002:a9fe::/32, 2002:ac10::/28, 2002:c0a8::/32, "
	 "2002:e000::/19 } reject with icmpv6 addr-unreachable\n- filter_OUTPUT: ip6 daddr { "
	 "::/96, ::ffff:0.0.0.0/96, 2002::/24, 2002:a00::/24, 2002:7f00::/24, 2002:a9fe::/32, "
	 "2002:ac10::/28, 2002:c0a8::/32, 2002:e000::/19 } reject with icmpv6 addr-unreachable\n- "
	 "filter_PREROUTING: meta nfproto ipv6 fib saddr . mark . iif oif missing drop"},
	{NULL, CNF, "DefaultZone=public\nLogDenied=warp\n", ""},
	{NULL, CNF, "DefaultZone=public\nIPv6_rpfilter=no\n",
	 "- filter_PREROUTING: icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept\n- "
	 "filter_PREROUTING: meta nfproto ipv6 fib saddr . mark . iif oif missing drop"},
	{NULL, CNF, "DefaultZone=public\nIPv6_rpfilter=loose\n", ""},
	{NULL, CNF, "DefaultZone=public\nRFC3964_IPv4=no\n",
	 "- filter_FORWARD: ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24, 2002:a00::/24, "
	 "2002:7f00::/24, 2002:a9fe::/32, 2002:ac10::/28, 2002:c0a8::/32, 2002:e000::/19 } reject "
	 "with icmpv6 addr-unreachable\n- filter_OUTPUT: ip6 daddr { ::/96, ::ffff:0.0.0.0/96, "
	 "2002::/24, 2002:a00::/24, 2002:7f00::/24, 2002:a9fe::/32, 2002:ac10::/28, "
	 "2002:c0a8::/32, 2002:e000::/19 } reject with icmpv6 addr-unreachable"},
	{NULL, CNF, "DefaultZone=public\nStrictForwardPorts=yes\n", ""},
	{NULL, CNF, "DefaultZone=public\nNftablesCounters=yes\nNftablesFlowtable=eth0\n", ""},
	{NULL, CNF, "DefaultZone public\n", ""},
	/* profiles of interfaces */
	{NULL, NM, "[connection]\nid=n\nzone=drop\ninterface-name=ens1\n",
	 "filter_FORWARD_ZONES: iifname \"ens1\" goto filter_FWD_drop\nfilter_FWD_drop: "
	 "drop\nfilter_FWD_drop_allow: oifname \"ens1\" accept\nfilter_INPUT_ZONES: iifname "
	 "\"ens1\" goto filter_IN_drop\nfilter_IN_drop: drop\nmangle_PREROUTING_ZONES: iifname "
	 "\"ens1\" goto mangle_PRE_drop\nnat_POSTROUTING_ZONES: oifname \"ens1\" goto "
	 "nat_POST_drop\nnat_PREROUTING_ZONES: iifname \"ens1\" goto nat_PRE_drop"},
	{NULL, NM, "[connection]\nid=n\nzone=nowhere\ninterface-name=ens1\n",
	 "unknown: etc/NetworkManager/system-connections/n.nmconnection: its zone nowhere is not "
	 "known"},
	{NULL, NM, "[connection]\nid=n\ninterface-name=ens1\n", ""},
	{NULL, NM, "[other]\nzone=drop\n", ""},
	{NULL, IFC, "# x\nDEVICE='eth9'\nZONE=internal\n",
	 "filter_FORWARD_ZONES: iifname \"eth9\" goto filter_FWD_internal\nfilter_FWD_internal: "
	 "reject with icmpx admin-prohibited\nfilter_FWD_internal_allow: oifname \"eth9\" "
	 "accept\nfilter_INPUT_ZONES: iifname \"eth9\" goto "
	 "filter_IN_internal\nfilter_IN_internal: meta l4proto { icmp, ipv6-icmp } "
	 "accept\nfilter_IN_internal: reject with icmpx "
	 "admin-prohibited\nfilter_IN_internal_allow: tcp dport 22 "
	 "accept\nfilter_IN_internal_allow: ip daddr 224.0.0.251 udp dport 5353 "
	 "accept\nfilter_IN_internal_allow: ip6 daddr ff02::fb udp dport 5353 "
	 "accept\nfilter_IN_internal_allow: udp dport 137 ct helper\nfilter_IN_internal_allow: udp "
	 "dport 137 accept\nfilter_IN_internal_allow: udp dport 138 "
	 "accept\nfilter_IN_internal_allow: ip6 daddr fe80::/64 udp dport 546 "
	 "accept\nmangle_PREROUTING_ZONES: iifname \"eth9\" goto "
	 "mangle_PRE_internal\nnat_POSTROUTING_ZONES: oifname \"eth9\" goto "
	 "nat_POST_internal\nnat_PREROUTING_ZONES: iifname \"eth9\" goto nat_PRE_internal"},
	{NULL, IFC, "NAME=n\nZONE=internal\n",
	 "unknown: etc/sysconfig/network-scripts/ifcfg-n: puts an interface it does not name into "
	 "zone internal"},
	/* firewalld.direct(5) */
	{NULL, DIR, DIRECT("-p udp -d 192.0.2.1 ! --dport 53 -j ACCEPT"),
	 "INPUT: meta l4proto udp ip daddr 192.0.2.1 udp dport != 53 accept"},
	{NULL, DIR, DIRECT("-p tcp -m multiport --dports 25,587 -o eth1 -j RETURN"),
	 "INPUT: meta l4proto tcp oifname \"eth1\" firewalld direct rule -p tcp -m multiport "
	 "--dports 25,587 -o eth1 -j RETURN return"},
	{NULL, DIR,
	 DIRECT("-p tcp --sport 1024:65535 --dport 25 -j REJECT --reject-with tcp-reset"),
	 "INPUT: meta l4proto tcp tcp sport 1024-65535 tcp dport 25 reject with tcp reset"},
	{NULL, DIR, DIRECT("-p tcp --dport 25 -j REJECT --reject-with icmp-host-prohibited"),
	 "INPUT: meta l4proto tcp tcp dport 25 reject with icmp host-prohibited"},
	{NULL, DIR, DIRECT("-p tcp --dport 25 -j REJECT --reject-with warp"),
	 "INPUT: meta l4proto tcp tcp dport 25 firewalld direct rule -p tcp --dport 25 -j REJECT "
	 "--reject-with warp"},
	{NULL, DIR, DIRECT("-m conntrack --ctstate NEW,ESTABLISHED -j LOG --log-prefix x"),
	 "INPUT: ct state established,new firewalld direct rule -m conntrack --ctstate "
	 "NEW,ESTABLISHED -j LOG --log-prefix x"},
	{NULL, DIR, DIRECT("-p all -j own"), "INPUT: firewalld direct rule -p all -j own"},
	{NULL, DIR, DIRECT("-s 192.0.2.0/255.255.255.0 -j DROP"),
	 "INPUT: ip saddr 192.0.2.0/24 drop"},
	{NULL, DIR, DIRECT("-s ten -j DROP"), "INPUT: firewalld direct rule -s ten -j DROP drop"},
	{NULL, DIR, DIRECT("-p warp -j DROP"), "INPUT: firewalld direct rule -p warp -j DROP drop"},
	{NULL, DIR, DIRECT("--dport 25 -j DROP"),
	 "INPUT: firewalld direct rule --dport 25 -j DROP drop"},
	{NULL, DIR, DIRECT("-p tcp --dport"),
	 "INPUT: meta l4proto tcp firewalld direct rule -p tcp --dport"},
	{NULL, DIR, DIRECT("-p tcp --syn -j DROP"),
	 "INPUT: meta l4proto tcp firewalld direct rule -p tcp --syn -j DROP drop"},
	{NULL, DIR,
	 "<direct><chain ipv=\"ipv4\" table=\"filter\" chain=\"own\"/><rule ipv=\"ipv4\" "
	 "table=\"filter\" chain=\"own\" priority=\"1\">-p tcp --dport 25 -j DROP</rule><rule "
	 "ipv=\"ipv4\" table=\"filter\" chain=\"INPUT\" priority=\"0\">-j own</rule></direct>",
	 "INPUT: firewalld direct rule -j own"},
	{NULL, DIR,
	 "<direct><rule ipv=\"ipv6\" table=\"filter\" chain=\"OUTPUT\" priority=\"0\">-p tcp "
	 "--dport "
	 "25 -j REJECT --reject-with icmp6-adm-prohibited</rule></direct>",
	 "OUTPUT: meta l4proto tcp tcp dport 25 reject with icmpv6 admin-prohibited"},
	{NULL, DIR,
	 "<direct><rule ipv=\"eb\" table=\"filter\" chain=\"OUTPUT\" priority=\"0\">-j "
	 "DROP</rule></direct>",
	 ""},
	{NULL, DIR,
	 "<direct><rule ipv=\"ipv5\" table=\"filter\" chain=\"OUTPUT\" priority=\"0\">-j "
	 "DROP</rule></direct>",
	 ""},
	{NULL, DIR,
	 "<direct><rule ipv=\"ipv4\" table=\"nat\" chain=\"PREROUTING\" priority=\"0\">-p tcp "
	 "--dport "
	 "25 -j REDIRECT --to-ports 26</rule></direct>",
	 "PREROUTING: meta l4proto tcp tcp dport 25 firewalld direct rule -p tcp --dport 25 -j "
	 "REDIRECT --to-ports 26 firewalld direct rule -p tcp --dport 25 -j REDIRECT --to-ports "
	 "26"},
	{NULL, DIR,
	 "<direct><passthrough ipv=\"ipv4\">-t filter -A OUTPUT -p tcp --dport 25 -j "
	 "DROP</passthrough><passthrough ipv=\"ipv6\">-N own</passthrough><passthrough "
	 "ipv=\"ipv4\">-F</passthrough></direct>",
	 "FORWARD: firewalld direct rule -F\nINPUT: firewalld direct rule -F\nOUTPUT: meta l4proto "
	 "tcp tcp dport 25 drop\nOUTPUT: firewalld direct rule -F"},
};

static size_t next_line(struct seal_bytes *rest, struct seal_bytes *ret)
{
	*ret = seal_bytes_cut(*rest, '\n', rest);
	return ret->n;
}

/* scaffolding that every zone and policy has */
static bool is_scaffold(struct seal_bytes line)
{
	static const char *const parts[] = {"_pre", "_log", "_deny", "_allow", "_post"};

	if (seal_bytes_find(line, ": jump ") < 0)
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (seal_bytes_ends(line, parts[i]))
			return true;
	return false;
}

/* the lines of @b that are not in @a */
static void put_new(struct seal_buf *to, const char *mark, struct seal_bytes a, struct seal_bytes b)
{
	struct seal_bytes line, other, rest;
	bool found;

	while (next_line(&b, &line)) {
		rest = a;
		found = is_scaffold(line);
		while (!found && next_line(&rest, &other))
			found = seal_bytes_eq(line, other);
		if (!found) {
			seal_buf_puts(to, mark);
			seal_buf_put(to, line.p, line.n);
			seal_buf_putc(to, '\n');
		}
	}
}

static void test_elements(void **state SEAL_UNUSED)
{
	struct outcome base[2];
	bool all = true;

	for (size_t i = 0; i < 2; i++) {
		static const char *const files[][2] = {{PYTHON, "\nVERSION = '1.3.3'\n"},
						       {PUBLIC, ZONE("")}};

		read_files(files, i + 1, &base[i]);
		assert_int_equal(base[i].result, 0);
	}
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		const char *const files[][2] = {
			{PYTHON, "\nVERSION = '1.3.3'\n"},
			{elements[i].path ? elements[i].path : "x",
			 elements[i].file ? elements[i].file : ""},
			{PUBLIC, elements[i].zone},
		};
		seal_auto_buf struct seal_buf text = {0};
		const char *void_text;
		struct outcome o;

		read_files(files, elements[i].zone ? 3 : 2, &o);
		void_text = strstr(o.detail, FALLEN_BACK);
		if (o.result < 0 || void_text) {
			seal_buf_puts(&text, void_text ? "void" : "unknown: ");
			seal_buf_puts(&text,
				      void_text ? void_text + strlen(FALLEN_BACK) : o.detail);
		} else {
			const struct outcome *from = &base[elements[i].zone != NULL];

			put_new(&text, "", seal_buf_bytes(&from->rules), seal_buf_bytes(&o.rules));
			put_new(&text, "- ", seal_buf_bytes(&o.rules),
				seal_buf_bytes(&from->rules));
		}
		while (text.n && text.p[text.n - 1] == '\n')
			text.n--;
		if (!seal_bytes_is(seal_buf_bytes(&text), elements[i].text)) {
			fprintf(stderr, "row %zu: %s %s\n", i,
				elements[i].zone ? elements[i].zone : "",
				elements[i].file ? elements[i].file : "");
			fprintf(stderr, "\n wanted %s\n got    ", elements[i].text);
			fprintf(stderr, "%.*s\n", (int)text.n, text.p);
			all = false;
		}
		seal_buf_done(&o.rules);
	}
	assert_true(all);
	for (size_t i = 0; i < 2; i++)
		seal_buf_done(&base[i].rules);
}

/* --- without memory: the rules are all made, or none, or it is said that they are not known */

struct attempt {
	struct seal_root *root;
	struct seal_buf whole;
};

static int try_root(void *data)
{
	const struct attempt *a = data;
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;
	seal_auto_buf struct seal_buf rules = {0};
	int r = h ? seal_firewalld_read(a->root, h, &rs, NULL) : -ENOMEM;

	memory_fail_at(0);
	if (r == 0) {
		fixture_rules(rs, &rules);
		if (!seal_bytes_eq(seal_buf_bytes(&rules), seal_buf_bytes(&a->whole)))
			r = -EILSEQ;
		seal_ruleset_free(rs);
	}
	if (h)
		seal_host_free(h);
	return r;
}

static void root_without_memory(const char *path, unsigned long step)
{
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;
	struct attempt a = {0};

	assert_int_equal(seal_root_new(path, &a.root, NULL), 0);
	if (seal_firewalld_read(a.root, h, &rs, NULL) == 0) {
		fixture_rules(rs, &a.whole);
		memory_each(path, step, try_root, &a);
	}
	seal_ruleset_free(rs);
	seal_host_free(h);
	seal_root_free(a.root);
	seal_buf_done(&a.whole);
}

/* a whole configuration, then parts of what reads each element */
static void test_no_memory(void **state SEAL_UNUSED)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/firewall/firewalld/rand-005", getenv("SEAL_TEST_DATA"));
	root_without_memory(path, 3);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		char *dir = fixture_root();

		fixture_write(dir, CNF, "DefaultZone=public\n", 19);
		fixture_write(dir, PYTHON, "\nVERSION = '2.1.2'\n", i % 4 ? 19 : 0);
		if (elements[i].path)
			fixture_write(dir, elements[i].path, elements[i].file,
				      strlen(elements[i].file));
		if (elements[i].zone)
			fixture_write(dir, PUBLIC, elements[i].zone, strlen(elements[i].zone));
		root_without_memory(dir, 101 + i);
		fixture_remove(dir);
		free(dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),      cmocka_unit_test(test_documents),
		cmocka_unit_test(test_origin),        cmocka_unit_test(test_limits),
		cmocka_unit_test(test_hostile_files), cmocka_unit_test(test_boot),
		cmocka_unit_test(test_boot_unread),   cmocka_unit_test(test_elements),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
