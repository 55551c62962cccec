/* SPDX-License-Identifier: GPL-2.0-or-later */
/* the host's network and the packets to ask about, as a user writes them */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "evidence/firewall/topology.h"
#include "memory.h"

/* ' stands for " */
static struct seal_bytes quoted(const char *text, char *buf, size_t size)
{
	assert_true((size_t)snprintf(buf, size, "%s", text) < size);
	for (char *p = buf; (p = strchr(p, '\'')); p++)
		*p = '"';
	return seal_bytes_of(buf);
}

/* NULL error: taken, with so many interfaces, addresses, routes and settings of localnet */
static const struct {
	const char *text;
	size_t interfaces, addrs, routes, localnet;
	bool forward4, forward6;
	const char *error;
} networks[] = {
	{"{}", 0, 0, 0, 0, false, false, NULL},
	{"{'ifaces': {'eth0': {'addrs': ['192.0.2.1/24', '2001:db8::1/64']}, 'lo': {}}}", 2, 2, 2,
	 0, false, false, NULL},
	{"{'ifaces': {'eth0': {'addrs': [], 'mtu': 1500}}, 'comment': ['x']}", 1, 0, 0, 0, false,
	 false, NULL},
	{"{'forward': true, 'default_dev': 'eth0'}", 0, 0, 2, 0, true, true, NULL},
	{"{'routes': [{'dst': '10.9.0.0/16', 'dev': 'eth1', 'metric': 1}]}", 0, 0, 1, 0, false,
	 false, NULL},
	{"{'sysctl': {'ipv4.ip_forward': 1, 'ipv6.conf.all.forwarding': 0}}", 0, 0, 0, 0, true,
	 false, NULL},
	{"{'sysctl': {'ipv4.conf.all.forwarding': 0, 'ipv6.conf.all.forwarding': 1}}", 0, 0, 0, 0,
	 false, true, NULL},
	{"{'sysctl': {'ipv4.conf.eth0.route_localnet': 1}}", 0, 0, 0, 1, false, false, NULL},
	{"", 0, 0, 0, 0, false, false, "not JSON"},
	{"[]", 0, 0, 0, 0, false, false, "not JSON"},
	{"{'ifaces': {'eth0': {'addrs': ['192.0.2.1/33']}}}", 0, 0, 0, 0, false, false,
	 "no address/length at byte"},
	{"{'ifaces': {'eth0': {'addrs': [7]}}}", 0, 0, 0, 0, false, false, "no string at byte"},
	{"{'ifaces': {'eth0': 7}}", 0, 0, 0, 0, false, false, "at byte"},
	{"{'routes': [7]}", 0, 0, 0, 0, false, false, "at byte"},
	{"{'routes': [{'dst': 'there', 'dev': 'eth1'}]}", 0, 0, 0, 0, false, false, "at byte"},
	{"{'forward': true} x", 0, 0, 0, 0, false, false, "not JSON"},
};

static void test_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(networks) / sizeof(*networks); i++) {
		seal_auto_arena struct seal_arena *a = seal_arena_new();
		struct seal_net net = {0};
		struct seal_err err = {0};
		char buf[256];
		int r = seal_topology_parse(quoted(networks[i].text, buf, sizeof(buf)), a, &net,
					    &err);

		if (networks[i].error ? r != -EBADMSG || !strstr(err.text, networks[i].error)
				      : r != 0)
			fail_msg("%s: %d %s", networks[i].text, r, err.text);
		if (r == 0 &&
		    (net.interfaces.n != networks[i].interfaces ||
		     net.addrs.n != networks[i].addrs || net.routes.n != networks[i].routes ||
		     net.localnet.n != networks[i].localnet ||
		     net.forward4 != networks[i].forward4 || net.forward6 != networks[i].forward6))
			fail_msg("%s: %zu interfaces %zu addresses %zu routes %zu localnet %d %d",
				 networks[i].text, net.interfaces.n, net.addrs.n, net.routes.n,
				 net.localnet.n, net.forward4, net.forward6);
		seal_net_done(&net);
	}
}

#define PACKET                                                                                     \
	"{'id': 1, 'dir': 'out', 'proto': 'udp', 'iif': 'lo', 'oif': 'eth0', 'src': "              \
	"'2001:db8::2', "                                                                          \
	"'dst': '2001:db8::1', 'sport': 1, 'dport': 65535, 'uid': 89, 'gid': 90, 'mark': "         \
	"4294967295, 'x': 1}"

static const struct {
	const char *text, *error;
} probes[] = {
	{"{}", "no dst"},
	{PACKET, NULL},
	{"{'id': 'a', 'dir': 'in', 'proto': 'tcp', 'dst': '192.0.2.1'}", NULL},
	{"{'dport': 65536}", "no port"},
	{"{'sport': 70000}", "no port"},
	{"{'src': 'here'}", "no address"},
	{"{'dst': 7}", "no string"},
	{"{'src': '192.0.2.1', 'dst': '2001:db8::1'}", "different families"},
	{"{'proto': 'icmp'}", "neither tcp nor udp"},
	{"{'proto': 6}", "no string"},
	{"{'dir': 'forward'}", "neither in nor out"},
	{"{'dir': 1}", "no string"},
	{"{'uid': 4294967296}", "over 32 bits"},
	{"{'gid': 4294967296}", "over 32 bits"},
	{"{'mark': 18446744073709551615}", "over 32 bits"},
	{"{'id': 1", "not JSON"},
	{"", "not JSON"},
	{"7", "not JSON"},
};

static void test_probes(void **state)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_probe p;
	char buf[512];

	(void)state;
	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++) {
		struct seal_err err = {0};
		int r = seal_probe_parse(quoted(probes[i].text, buf, sizeof(buf)), a, &p, &err);

		if (probes[i].error ? r != -EBADMSG || !strstr(err.text, probes[i].error) : r != 0)
			fail_msg("%s: %d %s", probes[i].text, r, err.text);
	}
	assert_int_equal(seal_probe_parse(quoted(PACKET, buf, sizeof(buf)), a, &p, NULL), 0);
	assert_int_equal(p.packet.dir, SEAL_PACKET_OUT);
	assert_int_equal(p.packet.proto, 17);
	assert_int_equal(p.packet.sport, 1);
	assert_int_equal(p.packet.dport, 65535);
	assert_int_equal(p.packet.uid, 89);
	assert_int_equal(p.packet.gid, 90);
	assert_int_equal(p.packet.mark, UINT32_MAX);
	assert_int_equal(p.packet.src.bits, 128);
	assert_int_equal(p.packet.dst.bits, 128);
	assert_true(seal_bytes_is(p.packet.iif, "lo") && seal_bytes_is(p.packet.oif, "eth0"));
}

/* --- without memory: no network, or the whole */

static size_t nth;

static int try_network(void *data)
{
	struct seal_arena *a = seal_arena_new();
	struct seal_net net = {0};
	char buf[256];
	int r = a ? seal_topology_parse(quoted(networks[nth].text, buf, sizeof(buf)), a, &net, NULL)
		  : -ENOMEM;

	(void)data;
	if (r == 0 && (net.addrs.n != networks[nth].addrs || net.routes.n != networks[nth].routes ||
		       net.interfaces.n != networks[nth].interfaces ||
		       net.localnet.n != networks[nth].localnet))
		r = -EILSEQ;
	seal_net_done(&net);
	seal_arena_free(a);
	return r;
}

static void test_no_memory(void **state)
{
	(void)state;
	for (nth = 0; nth < sizeof(networks) / sizeof(*networks); nth++)
		if (!networks[nth].error)
			memory_each(networks[nth].text, 1, try_network, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
