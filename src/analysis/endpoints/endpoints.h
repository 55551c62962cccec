/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* endpoints.h - the network and local sockets a Postfix configuration uses: where it listens and
 * where it sends. Names are as configured; nothing is resolved. */

#include "model/host.h"

#define SEAL_NEXT_HOPS_MAX ((size_t)10000) /* and as many listeners; beyond: not complete */

/* struct seal_next_hop - a place some daemon connects to */
struct seal_next_hop {
	/* the parameter: "relayhost", "transport_maps", "content_filter", ... */
	const char *purpose;
	struct seal_bytes daemon; /* delivery agent or client: "smtp", "lmtp", "smtpd", "cleanup" */
	/* its master.cf name; the key of the map entry is in ref of origin */
	struct seal_bytes service;
	/* name or address, no brackets; empty: any mail exchanger, or a unix path */
	struct seal_bytes host;
	bool mx;                /* MX records of host are used: no [ ] around it */
	uint16_t port;          /* 0: not known (name missing in etc/services) or a unix socket */
	struct seal_bytes path; /* of a unix socket as configured; empty for network */
	struct seal_origin origin;
};

/* struct seal_inet_service - a port master(8) listens on */
struct seal_inet_service {
	struct seal_bytes service; /* "submission", "192.0.2.1:2525" as in master.cf */
	struct seal_bytes command; /* "smtpd" */
	struct seal_bytes host;    /* address or name; empty = all addresses */
	bool loopback_only;        /* inet_interfaces = loopback-only */
	bool ipv4, ipv6;           /* inet_protocols */
	uint16_t port;             /* 0 = a name that etc/services of the root does not have */
	struct seal_origin origin;
};

struct seal_endpoints {
	seal_vec(struct seal_next_hop) next_hops;
	seal_vec(struct seal_inet_service) listeners;
	bool next_hops_complete; /* false: a table could not be read, or a value could not be
				    expanded */
	bool listeners_complete;
};

/* seal_endpoints_find - of all instances, in a fixed order, equal ones once
 * @h:   its postfix is read; text is put into its arena
 * @ret: caller frees with seal_endpoints_done()
 * Returns 0 or -ENOMEM. */
int seal_endpoints_find(struct seal_host *h, struct seal_endpoints *ret);
void seal_endpoints_done(struct seal_endpoints *e);
