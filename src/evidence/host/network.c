/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "evidence/host/host_impl.h"

/* network.c - live/addresses.json and live/routes.json as ip(8) -j writes them, live/sockets.json
 * (address, port, program, pid, "udp" or "path"), etc/resolv.conf */

#define RESOLVERS_MAX 16 /* glibc asks the first three, resolv.conf(5) */

static int add_interface(struct seal_host *h, struct seal_bytes name, struct seal_bytes *kept)
{
	struct seal_bytes *to;
	int r;

	r = seal_arena_intern(h->arena, name, kept);
	if (r < 0)
		return r;
	to = seal_vec_add(&h->net.interfaces);
	if (!to)
		return -ENOMEM;
	*to = *kept;
	return 0;
}

/* prefix_of - an address with the length of its prefix; @len negative: the whole address */
static int prefix_of(struct seal_bytes text, json_int_t len, struct seal_prefix *ret)
{
	int r;

	r = seal_addr_parse(text, &ret->addr);
	if (r < 0)
		return r;
	if (len > ret->addr.bits)
		return -EINVAL;
	ret->len = len < 0 ? ret->addr.bits : (uint8_t)len;
	return 0;
}

static int add_if_addr(struct seal_host *h, struct seal_bytes ifname, const json_t *info)
{
	struct seal_if_addr *to;
	struct seal_prefix prefix;
	int r;

	r = prefix_of(seal_fact_key(info, "local"),
		      json_integer_value(json_object_get(info, "prefixlen")), &prefix);
	if (r < 0 || h->net.addrs.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	to = seal_vec_add(&h->net.addrs);
	if (!to)
		return -ENOMEM;
	*to = (struct seal_if_addr){.ifname = ifname, .prefix = prefix};
	to->unfit = json_is_true(json_object_get(info, "deprecated")) ||
		    json_is_true(json_object_get(info, "tentative")) ||
		    json_is_true(json_object_get(info, "dadfailed"));
	return 0;
}

/* add_link - one interface with its addresses */
static int add_link(struct seal_host *h, const json_t *link)
{
	const json_t *infos = json_object_get(link, "addr_info"), *info;
	struct seal_bytes name = seal_fact_key(link, "ifname");
	int r, odd = 0;
	size_t i;

	if (!name.n || h->net.interfaces.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	r = add_interface(h, name, &name);
	if (r < 0)
		return r;
	json_array_foreach(infos, i, info)
	{
		r = add_if_addr(h, name, info);
		if (r == -ENOMEM)
			return r;
		odd |= r < 0;
	}
	return odd ? -EINVAL : 0;
}

static enum seal_route_type route_type(struct seal_bytes word)
{
	static const struct {
		const char *word;
		enum seal_route_type type;
	} types[] = {
		{"", SEAL_ROUTE_UNICAST},          {"unicast", SEAL_ROUTE_UNICAST},
		{"local", SEAL_ROUTE_LOCAL},       {"unreachable", SEAL_ROUTE_UNREACHABLE},
		{"prohibit", SEAL_ROUTE_PROHIBIT}, {"blackhole", SEAL_ROUTE_BLACKHOLE},
		{"throw", SEAL_ROUTE_THROW},       {"broadcast", SEAL_ROUTE_GROUP},
		{"multicast", SEAL_ROUTE_GROUP},
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (seal_bytes_is(word, types[i].word))
			return types[i].type;
	return SEAL_ROUTE_OTHER;
}

/* route_gateway - of the route itself, or of "via" (another family), or of its first next hop */
static void route_gateway(const json_t *route, struct seal_addr *ret)
{
	const json_t *hop = json_array_get(json_object_get(route, "nexthops"), 0);

	if (seal_addr_parse(seal_fact_key(route, "gateway"), ret) < 0 &&
	    seal_addr_parse(seal_fact_key(json_object_get(route, "via"), "host"), ret) < 0 &&
	    seal_addr_parse(seal_fact_key(hop, "gateway"), ret) < 0)
		*ret = (struct seal_addr){0};
}

/* route_dst - "default", "192.0.2.0/24" or an address. ip(8) writes "default" for both families:
 * only IPv6 routes have a router preference ("pref") */
static int route_dst(const json_t *route, const struct seal_addr *gateway, struct seal_prefix *ret)
{
	struct seal_bytes dst = seal_fact_key(route, "dst"), addr, len;
	bool other = json_object_get(route, "via"); /* a gateway of the other family */
	bool six = (gateway->bits == 128 && !other) || json_object_get(route, "pref");
	uint32_t n = 0;

	if (seal_bytes_is(dst, "default")) {
		*ret = (struct seal_prefix){.addr.bits = six ? 128 : 32};
		return 0;
	}
	addr = seal_bytes_cut(dst, '/', &len);
	if (len.p && (seal_parse_u32(len, 10, &n) < 0 || n > 128))
		return -EINVAL;
	return prefix_of(addr, len.p ? (json_int_t)n : -1, ret);
}

/* route_dev - of the route, or of its next hops when they all leave through the same one */
static struct seal_bytes route_dev(const json_t *route)
{
	const json_t *hops = json_object_get(route, "nexthops"), *hop;
	struct seal_bytes dev = seal_fact_key(route, "dev");
	size_t i;

	if (dev.n)
		return dev;
	json_array_foreach(hops, i, hop)
	{
		if (i && !seal_bytes_eq(dev, seal_fact_key(hop, "dev")))
			return SEAL_BYTES_NONE;
		dev = seal_fact_key(hop, "dev");
	}
	return dev;
}

static int add_route(struct seal_host *h, const json_t *route)
{
	struct seal_route rt = {0}, *to;

	rt.type = route_type(seal_fact_key(route, "type"));
	route_gateway(route, &rt.gateway);
	if (route_dst(route, &rt.gateway, &rt.dst) < 0 || h->net.routes.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	rt.metric = (uint32_t)json_integer_value(json_object_get(route, "metric"));
	if (seal_addr_parse(seal_fact_key(route, "prefsrc"), &rt.source) < 0 ||
	    rt.source.bits != rt.dst.addr.bits)
		rt.source = (struct seal_addr){0};
	if (seal_arena_intern(h->arena, route_dev(route), &rt.dev) < 0 ||
	    seal_arena_intern(h->arena, seal_fact_key(route, "table"), &rt.table) < 0)
		return -ENOMEM;
	if (seal_bytes_is(rt.table, "main"))
		rt.table = SEAL_BYTES_NONE;
	to = seal_vec_add(&h->net.routes);
	if (!to)
		return -ENOMEM;
	*to = rt;
	return 0;
}

/* listen_addr - "0.0.0.0", "[::]", "::", "127.0.0.1%lo"; "*" is every address of both families, as
 * a socket bound to :: without IPV6_V6ONLY is */
static int listen_addr(struct seal_bytes text, struct seal_addr *ret)
{
	struct seal_bytes rest;

	if (seal_bytes_is(text, "*"))
		text = SEAL_LIT("::");
	text = seal_bytes_cut(text, '%', &rest);
	if (text.n >= 2 && text.p[0] == '[')
		text = (struct seal_bytes){text.p + 1, text.n - 1 - (text.p[text.n - 1] == ']')};
	return seal_addr_parse(text, ret);
}

static int add_listener(struct seal_host *h, const json_t *sock)
{
	struct seal_listener l = {0}, *to;
	struct seal_bytes path = seal_fact_key(sock, "path");
	json_int_t port = json_integer_value(json_object_get(sock, "port"));

	if (h->net.listeners.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	if (!path.n && (port < 1 || port > UINT16_MAX ||
			listen_addr(seal_fact_key(sock, "address"), &l.addr) < 0))
		return -EINVAL;
	l.port = path.n ? 0 : (uint16_t)port;
	l.udp = json_is_true(json_object_get(sock, "udp"));
	l.pid = (uint32_t)json_integer_value(json_object_get(sock, "pid"));
	if (seal_arena_copy(h->arena, path, &l.path) < 0 ||
	    seal_arena_intern(h->arena, seal_fact_key(sock, "program"), &l.program) < 0)
		return -ENOMEM;
	to = seal_vec_add(&h->net.listeners);
	if (!to)
		return -ENOMEM;
	*to = l;
	return 0;
}

/* read_array - every element of a JSON array to @add; returns 1, 0 (not read) or -ENOMEM */
static int read_array(const struct seal_root *root, struct seal_host *h, const char *path,
		      int (*add)(struct seal_host *h, const json_t *element))
{
	const struct seal_fact_file file = {SEAL_SOURCE_NETWORK, SEAL_FACT_LIVE, path};
	seal_auto_json_t json_t *j = NULL;
	const json_t *element;
	uint64_t odd = 0;
	size_t row, i;
	int r;

	r = seal_fact_json(root, h, &file, &j, &row);
	if (r <= 0)
		return r;
	if (!json_is_array(j)) {
		r = seal_fact_damaged(h, row, 1, "value that is not an array");
		return r < 0 ? r : 0;
	}
	json_array_foreach(j, i, element)
	{
		r = add(h, element);
		if (r == -ENOMEM)
			return r;
		odd += r < 0;
		h->sources.v[row].records++;
	}
	r = seal_fact_damaged(h, row, odd, "entries of another form");
	return r < 0 ? r : 1;
}

static int read_resolv_conf(const struct seal_root *root, struct seal_host *h)
{
	static const struct seal_fact_file file = {SEAL_SOURCE_NETWORK, SEAL_FACT_ROOT,
						   "etc/resolv.conf"};
	seal_auto_fact struct seal_fact f = {0};
	struct seal_bytes rest, line, word;
	struct seal_addr addr, *to;
	uint64_t odd = 0;
	int r;

	r = seal_fact_read(root, h, &file, &f);
	if (r <= 0)
		return r;
	for (rest = (struct seal_bytes){f.text, f.n}; rest.n;) {
		line = seal_bytes_trim(seal_bytes_cut(rest, '\n', &rest));
		if (!seal_bytes_is(seal_bytes_word(&line), "nameserver"))
			continue;
		word = seal_bytes_word(&line);
		word = seal_bytes_cut(word, '%', &line);
		if (h->net.resolvers.n >= RESOLVERS_MAX || seal_addr_parse(word, &addr) < 0) {
			odd++;
			continue;
		}
		to = seal_vec_add(&h->net.resolvers);
		if (!to)
			return -ENOMEM;
		*to = addr;
	}
	h->net.has_resolvers = true;
	h->sources.v[f.row].records = h->net.resolvers.n;
	return seal_fact_damaged(h, f.row, odd, "name servers of another form");
}

int seal_network_read(const struct seal_root *root, struct seal_host *h)
{
	int r;

	r = read_array(root, h, "addresses.json", add_link);
	if (r < 0)
		return r;
	h->net.has_addrs = r > 0;
	r = read_array(root, h, "routes.json", add_route);
	if (r < 0)
		return r;
	h->net.has_routes = r > 0;
	r = read_array(root, h, "sockets.json", add_listener);
	if (r < 0)
		return r;
	h->net.has_listeners = r > 0;

	r = seal_proc_net_read(root, h);
	if (r >= 0)
		r = seal_sysctl_read(root, h);
	return r < 0 ? r : read_resolv_conf(root, h);
}
