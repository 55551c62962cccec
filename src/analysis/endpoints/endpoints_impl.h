/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* endpoints_impl.h - what endpoints*.c share */

#include "analysis/endpoints/endpoints.h"

/* struct seal_endpoint_scan - one pass over one instance */
struct seal_endpoint_scan {
	struct seal_host *h;
	const struct seal_instance *inst;
	struct seal_endpoints *out;
	int r; /* the first -ENOMEM; nothing is added after it */
};

/* seal_endpoint_port - number of a port given by number or name: known_tcp_ports, then
 * etc/services; 0 when neither has it */
uint16_t seal_endpoint_port(struct seal_endpoint_scan *s, struct seal_bytes text);

/* seal_endpoint_host_port - split "host", "host:port", "[host]", "[host]:port"
 * @bracketed: whether the host stood in brackets; a prefix "ipv6:" inside them is taken off
 * @port:      empty when there is none */
void seal_endpoint_host_port(struct seal_bytes text, struct seal_bytes *host, bool *bracketed,
			     struct seal_bytes *port);

/* seal_endpoint_value - a value as a service (or none) sees it; false when it is empty or not
 * known. Unknown ones clear *complete. */
bool seal_endpoint_value(struct seal_endpoint_scan *s, const struct seal_service *svc,
			 const char *name, struct seal_bytes *ret);

/* seal_endpoint_listeners, seal_endpoint_clients - what master(8) listens on; what the services
 * connect to besides next hops: milters, proxies, policy and SASL servers */
void seal_endpoint_listeners(struct seal_endpoint_scan *s);
void seal_endpoint_clients(struct seal_endpoint_scan *s);

/* struct seal_hop_source - whose next hop: @svc is the delivery agent or the client */
struct seal_hop_source {
	const char *purpose;
	const struct seal_service *svc;
	struct seal_bytes service, daemon;
	struct seal_origin origin;
};

/* seal_endpoint_add_socket - "inet:host:port", "unix:path", "host:port" of a milter, filter or
 * server */
void seal_endpoint_add_socket(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
			      struct seal_bytes text);

/* seal_endpoint_add_hop - append unless an equal one is there */
void seal_endpoint_add_hop(struct seal_endpoint_scan *s, const struct seal_next_hop *hop);

/* seal_endpoint_add_transport - "transport:nexthop"; a missing part is taken from default_transport
 * and from @domain (empty: any recipient's) */
void seal_endpoint_add_transport(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
				 struct seal_bytes text, struct seal_bytes domain);
