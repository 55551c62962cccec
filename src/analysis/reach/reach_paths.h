/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_paths.h - what to ask a firewall about a mail host: its SMTP listeners and the places it
 * sends to, and the answers */

#include "analysis/reach/reach.h"
#include "model/host.h"

#define SEAL_PATHS_MAX ((size_t)2000) /* further ones are not asked: complete becomes false */

/* struct seal_path_row - far ends and near ends for which one verdict holds */
struct seal_path_row {
	struct seal_reach_row row;
	uint8_t family;                  /* of row's addresses */
	seal_vec(struct seal_addr) near; /* own addresses it holds for; empty: any, not known */
};

struct seal_path {
	enum seal_packet_dir dir;
	uint8_t proto;
	uint16_t port;
	struct seal_bytes purpose;   /* "listener smtpd", "next hop relayhost smtp.example" */
	struct seal_bytes interface; /* IN: the interface; empty: all of them alike */
	bool any_far; /* OUT: the destination's address is not known: all were asked */
	seal_vec(struct seal_path_row) rows; /* disjoint */
	const struct seal_net *net;          /* the host's addresses, as asked; borrowed */
};

struct seal_paths {
	seal_vec(struct seal_path) paths;
	bool complete; /* all listeners and next hops are known and asked */
	/* set by the caller: listeners of lo too, which only the host itself reaches */
	bool with_loopback;
};

/* struct seal_path_query - a free question; zeroed fields leave it open */
struct seal_path_query {
	enum seal_packet_dir dir;
	uint8_t proto;
	uint16_t port;               /* 0: 25, 465 and 587 */
	struct seal_prefix from, to; /* addr.bits 0: any */
	struct seal_bytes interface; /* IN: this one alone; empty: each */
	uint32_t uid, gid;
	bool has_uid;
};

/* seal_paths_of_host - every listener of master.cf, every next hop, resolver, milter and database
 * @h:   its postfix is read; its arena receives texts and answers
 * @ret: zeroed but for with_loopback; caller ends it with seal_paths_done()
 * Returns 0 or -ENOMEM. */
int seal_paths_of_host(struct seal_host *h, const struct seal_ruleset *rs,
		       const struct seal_net *net, struct seal_paths *ret);

/* seal_paths_ask - the answers to one free question; otherwise as seal_paths_of_host() */
int seal_paths_ask(struct seal_host *h, const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_path_query *q, struct seal_paths *ret);

void seal_paths_done(struct seal_paths *p);
