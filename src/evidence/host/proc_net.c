/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "evidence/host/host_impl.h"

/* proc_net.c - routes and listening sockets as the kernel tells them in proc/net, of a live host or
 * as a sosreport copied them; addresses of a live host from getifaddrs(3). Formats: proc_net(5),
 * linux Documentation/networking/proc_net_tcp.rst. Numbers are in the byte order of the host; one
 * of another order than ours is not told apart. */

#define RTF_UP_FLAG     0x0001u /* linux/route.h */
#define RTF_REJECT_FLAG 0x0200u
#define RTF_LOCAL_FLAG  0x80000000u
#define TCP_LISTENING   "0A" /* include/net/tcp_states.h */
#define UDP_OPEN        "07"
#define UNIX_LISTENING  0x10000u /* __SO_ACCEPTCON, linux/net.h */

/* hex_words - 8 or 32 hex digits as one or four words in the byte order of the host */
static int hex_words(struct seal_bytes s, struct seal_addr *ret)
{
	struct seal_addr a = {.bits = s.n == 8 ? 32 : 128};
	uint32_t word;
	size_t i;

	if (s.n != 8 && s.n != 32)
		return -EINVAL;
	for (i = 0; i < s.n / 8; i++) {
		if (seal_parse_u32((struct seal_bytes){s.p + 8 * i, 8}, 16, &word) < 0)
			return -EINVAL;
		memcpy(a.b + 4 * i, &word, 4);
	}
	*ret = a;
	return 0;
}

/* hex_bytes - 32 hex digits as the bytes of an IPv6 address */
static int hex_bytes(struct seal_bytes s, struct seal_addr *ret)
{
	struct seal_addr a = {.bits = 128};
	uint32_t byte;
	size_t i;

	if (s.n != 32)
		return -EINVAL;
	for (i = 0; i < 16; i++) {
		if (seal_parse_u32((struct seal_bytes){s.p + 2 * i, 2}, 16, &byte) < 0)
			return -EINVAL;
		a.b[i] = (unsigned char)byte;
	}
	*ret = a;
	return 0;
}

/* words - the blank-separated words of a line, at most @max; returns their number */
static size_t words(struct seal_bytes line, struct seal_bytes *w, size_t max)
{
	size_t n = 0;

	while (n < max && (w[n] = seal_bytes_word(&line)).n)
		n++;
	return n;
}

static int add_route(struct seal_host *h, struct seal_route rt, struct seal_bytes dev)
{
	struct seal_route *to;

	if (h->net.routes.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	if (seal_arena_intern(h->arena, dev, &rt.dev) < 0)
		return -ENOMEM;
	to = seal_vec_add(&h->net.routes);
	if (!to)
		return -ENOMEM;
	*to = rt;
	return 0;
}

/* route4_line - Iface Destination Gateway Flags RefCnt Use Metric Mask ... */
static int route4_line(struct seal_host *h, struct seal_bytes line)
{
	struct seal_route rt = {0};
	struct seal_bytes w[8];
	struct seal_addr mask;
	uint32_t flags, bits;

	if (words(line, w, 8) < 8)
		return -EINVAL;
	if (seal_bytes_is(w[0], "Iface"))
		return 0;
	if (hex_words(w[1], &rt.dst.addr) < 0 || hex_words(w[2], &rt.gateway) < 0 ||
	    hex_words(w[7], &mask) < 0 || seal_parse_u32(w[3], 16, &flags) < 0 ||
	    seal_parse_u32(w[6], 10, &rt.metric) < 0)
		return -EINVAL;
	if (rt.dst.addr.bits != 32 || mask.bits != 32 || !(flags & RTF_UP_FLAG))
		return -EINVAL;
	memcpy(&bits, mask.b, 4);
	rt.dst.len = (uint8_t)__builtin_popcount(bits);
	memcpy(&bits, rt.gateway.b, 4);
	if (!bits)
		rt.gateway = (struct seal_addr){0};
	rt.type = flags & RTF_REJECT_FLAG ? SEAL_ROUTE_UNREACHABLE : SEAL_ROUTE_UNICAST;
	return add_route(h, rt, seal_bytes_is(w[0], "*") ? SEAL_BYTES_NONE : w[0]);
}

/* route6_line - destination, length, source, length, next hop, metric, refs, use, flags, device */
static int route6_line(struct seal_host *h, struct seal_bytes line)
{
	static const unsigned char none[16];
	struct seal_route rt = {0};
	struct seal_bytes w[10];
	uint32_t len, flags;

	if (words(line, w, 10) < 10 || hex_bytes(w[0], &rt.dst.addr) < 0 ||
	    hex_bytes(w[4], &rt.gateway) < 0 || seal_parse_u32(w[1], 16, &len) < 0 ||
	    seal_parse_u32(w[5], 16, &rt.metric) < 0 || seal_parse_u32(w[8], 16, &flags) < 0 ||
	    len > 128)
		return -EINVAL;
	rt.dst.len = (uint8_t)len;
	if (memcmp(rt.gateway.b, none, sizeof(none)) == 0)
		rt.gateway = (struct seal_addr){0};
	if (flags & RTF_REJECT_FLAG)
		rt.type = SEAL_ROUTE_UNREACHABLE;
	else if (flags & RTF_LOCAL_FLAG)
		rt.type = SEAL_ROUTE_LOCAL;
	return add_route(h, rt, w[9]);
}

static int add_listener(struct seal_host *h, const struct seal_listener *l)
{
	struct seal_listener *to;

	if (h->net.listeners.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	to = seal_vec_add(&h->net.listeners);
	if (!to)
		return -ENOMEM;
	*to = *l;
	return 0;
}

/* inet_line - "sl: ADDRESS:PORT peer STATE ..." of tcp, tcp6, udp and udp6 */
static int inet_line(struct seal_host *h, struct seal_bytes line, const char *state, bool udp)
{
	struct seal_listener l = {.udp = udp};
	struct seal_bytes w[4], port;
	uint32_t n;

	if (words(line, w, 4) < 4)
		return -EINVAL;
	if (!seal_bytes_is(w[3], state))
		return 0;
	if (hex_words(seal_bytes_cut(w[1], ':', &port), &l.addr) < 0 ||
	    seal_parse_u32(port, 16, &n) < 0 || n > UINT16_MAX)
		return -EINVAL;
	l.port = (uint16_t)n;
	return add_listener(h, &l);
}

static int tcp_line(struct seal_host *h, struct seal_bytes line)
{
	return inet_line(h, line, TCP_LISTENING, false);
}

static int udp_line(struct seal_host *h, struct seal_bytes line)
{
	return inet_line(h, line, UDP_OPEN, true);
}

/* unix_line - "Num: refs protocol FLAGS type state inode PATH" */
static int unix_line(struct seal_host *h, struct seal_bytes line)
{
	struct seal_listener l = {0};
	struct seal_bytes w[7];
	uint32_t flags;

	if (words(line, w, 7) < 7)
		return -EINVAL;
	if (seal_bytes_is(w[0], "Num"))
		return 0;
	if (seal_parse_u32(w[3], 16, &flags) < 0)
		return -EINVAL;
	line = seal_bytes_from(line, (size_t)(w[6].p + w[6].n - line.p));
	if (!(flags & UNIX_LISTENING) || line.n < 2 || line.p[1] != '/')
		return 0;
	if (seal_arena_copy(h->arena, seal_bytes_from(line, 1), &l.path) < 0)
		return -ENOMEM;
	return add_listener(h, &l);
}

/* read_table - every line of a file of proc/net to @add; @header: the first line names the columns.
 * Returns 1, 0 (not read) or -ENOMEM. */
static int read_table(const struct seal_root *root, struct seal_host *h, const char *path,
		      int (*add)(struct seal_host *h, struct seal_bytes line))
{
	const struct seal_fact_file file = {SEAL_SOURCE_NETWORK, SEAL_FACT_ROOT, path};
	seal_auto_fact struct seal_fact f = {0};
	struct seal_bytes rest, line;
	uint64_t odd = 0;
	int r;

	r = seal_fact_read(root, h, &file, &f);
	if (r <= 0)
		return r;
	for (rest = (struct seal_bytes){f.text, f.n}; rest.n;) {
		line = seal_bytes_cut(rest, '\n', &rest);
		if (!line.n)
			continue;
		r = add(h, line);
		if (r == -ENOMEM)
			return r;
		odd += r < 0;
		h->sources.v[f.row].records += r == 0;
	}
	r = seal_fact_damaged(h, f.row, odd, "lines of another form");
	return r < 0 ? r : 1;
}

/* addr_of - the address of a socket address; false for other families */
static bool addr_of(const struct sockaddr *sa, struct seal_addr *ret)
{
	*ret = (struct seal_addr){0};
	if (sa && sa->sa_family == AF_INET) {
		ret->bits = 32;
		memcpy(ret->b, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	} else if (sa && sa->sa_family == AF_INET6) {
		ret->bits = 128;
		memcpy(ret->b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
	}
	return ret->bits != 0;
}

static uint8_t mask_length(const struct seal_addr *mask)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < mask->bits / 8u; i++)
		n += (unsigned)__builtin_popcount(mask->b[i]);
	return (uint8_t)n;
}

static int add_live_addr(struct seal_host *h, const struct ifaddrs *ifa)
{
	struct seal_bytes name, *interface;
	struct seal_if_addr *to;
	struct seal_addr mask;
	bool known = false;

	if (seal_arena_intern(h->arena, seal_bytes_of(ifa->ifa_name), &name) < 0)
		return -ENOMEM;
	seal_vec_each (it, &h->net.interfaces)
		known = known || it->p == name.p;
	if (!known) {
		interface = seal_vec_add(&h->net.interfaces);
		if (!interface)
			return -ENOMEM;
		*interface = name;
	}
	to = seal_vec_add(&h->net.addrs);
	if (!to)
		return -ENOMEM;
	to->ifname = name;
	if (!addr_of(ifa->ifa_addr, &to->prefix.addr)) {
		h->net.addrs.n--;
		return 0;
	}
	to->prefix.len =
		addr_of(ifa->ifa_netmask, &mask) ? mask_length(&mask) : to->prefix.addr.bits;
	return 0;
}

static int read_live_addrs(struct seal_host *h)
{
	struct ifaddrs *all = NULL, *ifa;
	struct seal_source_state *row;
	int r = 0;

	if (getifaddrs(&all) < 0)
		return seal_host_source(h, SEAL_SOURCE_NETWORK, SEAL_LIT("addresses"),
					SEAL_READ_UNREADABLE, seal_bytes_of(strerror(errno)))
			       ? 0
			       : -ENOMEM;
	for (ifa = all; ifa && r == 0 && h->net.addrs.n < SEAL_FACT_ENTRIES_MAX;
	     ifa = ifa->ifa_next)
		r = add_live_addr(h, ifa);
	freeifaddrs(all);
	row = seal_host_source(h, SEAL_SOURCE_NETWORK, SEAL_LIT("addresses"), SEAL_READ_READ,
			       SEAL_BYTES_NONE);
	if (r < 0 || !row)
		return -ENOMEM;
	row->records = h->net.addrs.n;
	h->net.has_addrs = true;
	return 0;
}

static int read_sockets(const struct seal_root *root, struct seal_host *h)
{
	static const struct {
		const char *path;
		int (*add)(struct seal_host *h, struct seal_bytes line);
	} tables[] = {
		{"proc/net/tcp", tcp_line},   {"proc/net/tcp6", tcp_line},
		{"proc/net/udp", udp_line},   {"proc/net/udp6", udp_line},
		{"proc/net/unix", unix_line},
	};
	size_t i;
	int r;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		r = read_table(root, h, tables[i].path, tables[i].add);
		if (r < 0)
			return r;
		/* a host without IPv6 has no tcp6 */
		h->net.has_listeners = h->net.has_listeners || (i == 0 && r > 0);
	}
	return 0;
}

int seal_proc_net_read(const struct seal_root *root, struct seal_host *h)
{
	bool live = seal_root_kind(root) == SEAL_ROOT_LIVE;
	struct stat st;
	int r;

	if (!live && seal_root_stat(root, "proc/net/tcp", true, &st) < 0)
		return 0;
	if (live) {
		r = read_live_addrs(h);
		if (r < 0)
			return r;
	}
	if (!h->net.has_routes) {
		r = read_table(root, h, "proc/net/route", route4_line);
		if (r < 0)
			return r;
		h->net.has_routes = r > 0;
		r = read_table(root, h, "proc/net/ipv6_route", route6_line);
		if (r < 0)
			return r;
	}
	return h->net.has_listeners ? 0 : read_sockets(root, h);
}
