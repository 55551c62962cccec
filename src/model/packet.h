/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* packet.h - the first packet of a connection, as a question to the firewall */

#include "model/net.h"

enum seal_packet_dir {
	SEAL_PACKET_IN,  /* arrives on iif; iif "lo": a connection of the host to itself */
	SEAL_PACKET_OUT, /* sent by a local process */
};

/* struct seal_packet - the first packet of a connection (TCP: its SYN) */
struct seal_packet {
	enum seal_packet_dir dir;
	uint8_t proto;              /* IPPROTO_TCP, IPPROTO_UDP */
	struct seal_addr src, dst;  /* src of an outgoing packet may be unset: the routes choose */
	uint16_t sport, dport;      /* sport 0: 49152-60999, which all systems use for clients */
	struct seal_bytes iif, oif; /* oif empty: the routes choose it */
	uint32_t uid, gid;          /* of the local socket */
	bool has_uid;
	bool elsewhere; /* OUT: the destination is another host, even where no route says so */
	uint32_t mark;
};
