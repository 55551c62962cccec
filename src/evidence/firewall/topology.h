/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* topology.h - the host's place in the network as the user gives it (reach --topology), and the
 * packets to ask about (reach --probe). Both are JSON:
 *
 * {"ifaces": {"eth0": {"addrs": ["198.51.100.10/24"]}, "lo": {}}, "forward": false,
 *  "default_dev": "eth0", "routes": [{"dst": "10.9.0.0/16", "dev": "eth1"}],
 *  "sysctl": {"ipv4.conf.all.route_localnet": 1}}
 *
 * {"id": 1, "dir": "in", "family": "ip", "proto": "tcp", "iif": "eth0", "src": "192.0.2.1",
 *  "sport": 40000, "dst": "198.51.100.10", "dport": 25, "uid": 89, "mark": 0} */

#include "core/arena.h"
#include "core/err.h"
#include "model/packet.h"

/* seal_topology_parse - fill @ret
 * @a:   receives the names
 * @ret: zeroed or complete; its arrays are the caller's to free
 * Every address gives its connected route; default_dev gives the default routes.
 * Returns 0, -EBADMSG (the error names the place) or -ENOMEM. */
int seal_topology_parse(struct seal_bytes json, struct seal_arena *a, struct seal_net *ret,
			struct seal_err *err);

/* struct seal_probe - one line of a probe file */
struct seal_probe {
	struct seal_packet packet;
	struct seal_bytes id; /* digits or text; empty: none */
};

/* seal_probe_parse - read one line. Names stay where they stand in @line, or in @a.
 * Returns 0, -EBADMSG or -ENOMEM. */
int seal_probe_parse(struct seal_bytes line, struct seal_arena *a, struct seal_probe *ret,
		     struct seal_err *err);
