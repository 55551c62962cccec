/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* net.h - addresses, routes, listening sockets, resolvers of the host */

#include "core/vec.h"
#include "model/origin.h"

/* struct seal_addr - an IPv4 or IPv6 address, network byte order; IPv4 uses the first four bytes */
struct seal_addr {
	unsigned char b[16];
	uint8_t bits; /* 32 or 128; 0 = unset */
};

struct seal_prefix {
	struct seal_addr addr;
	uint8_t len;
};

struct seal_if_addr {
	struct seal_bytes ifname;
	struct seal_prefix prefix;
	bool unfit; /* deprecated, tentative or a duplicate: not chosen as a source (RFC 6724) */
};

enum seal_route_type {
	SEAL_ROUTE_UNICAST,
	SEAL_ROUTE_LOCAL,
	SEAL_ROUTE_UNREACHABLE,
	SEAL_ROUTE_PROHIBIT,
	SEAL_ROUTE_BLACKHOLE,
	SEAL_ROUTE_THROW,
	SEAL_ROUTE_GROUP, /* broadcast, multicast: no TCP goes there */
	SEAL_ROUTE_OTHER, /* anycast, nat */
	SEAL_ROUTE_TYPE_MAX_,
};

struct seal_route {
	enum seal_route_type type;
	struct seal_prefix dst; /* len 0 = default */
	struct seal_addr gateway;
	struct seal_addr source; /* of packets that did not choose one ("src"); bits 0: unset */
	struct seal_bytes dev, table; /* dev empty: several; table empty = main */
	uint32_t metric;
};

/* struct seal_listener - a TCP or bound UDP socket, or, with a path, a listening unix socket */
struct seal_listener {
	struct seal_addr addr; /* ::, bits 128: every address of both families */
	uint16_t port;
	bool udp;
	struct seal_bytes path;
	struct seal_bytes program;
	uint32_t pid;
};

/* struct seal_localnet - net.ipv4.conf.IFNAME.route_localnet is on: IPv4 takes 127.0.0.0/8 from and
 * to the wire there; "all" holds for every interface, whatever its own setting is */
struct seal_localnet {
	struct seal_bytes ifname;
	struct seal_origin origin;
};

struct seal_net {
	seal_vec(struct seal_bytes) interfaces;
	seal_vec(struct seal_if_addr) addrs;
	seal_vec(struct seal_route) routes;
	seal_vec(struct seal_listener) listeners;
	seal_vec(struct seal_addr) resolvers; /* of etc/resolv.conf */
	seal_vec(struct seal_localnet) localnet;
	bool has_addrs, has_routes, has_listeners, has_resolvers;
	bool has_localnet;       /* interfaces that localnet does not name have it off */
	bool forward4, forward6; /* sysctls net.ipv4.ip_forward, net.ipv6.conf.all.forwarding */
	bool has_forward;        /* these are known */
};

/* seal_net_done - free its lists; their texts are an arena's */
void seal_net_done(struct seal_net *net);

/* seal_addr_parse - dotted quad or RFC 4291 text, no zone, no brackets. Returns 0 or -EINVAL */
int seal_addr_parse(struct seal_bytes s, struct seal_addr *ret) SEAL_MUST_USE;
/* seal_prefix_parse - "ADDRESS" or "ADDRESS/LENGTH", the address as above; bits beyond the length
 * are kept. Returns 0, -EINVAL (no address) or -ERANGE (no length of that family) */
int seal_prefix_parse(struct seal_bytes s, struct seal_prefix *ret) SEAL_MUST_USE;
/* seal_addr_put - as inet_ntop(3) prints it */
struct seal_buf;
void seal_addr_put(struct seal_buf *b, const struct seal_addr *a);
bool seal_addr_eq(const struct seal_addr *a, const struct seal_addr *b);
/* seal_addr_is_loopback - 127.0.0.0/8 or ::1 */
bool seal_addr_is_loopback(const struct seal_addr *a);
/* seal_net_has - whether the address is the host's own: loopback, or of one of its interfaces */
bool seal_net_has(const struct seal_net *net, const struct seal_addr *a);
/* seal_prefix_has - whether @a lies in @p; false across families */
bool seal_prefix_has(const struct seal_prefix *p, const struct seal_addr *a);
