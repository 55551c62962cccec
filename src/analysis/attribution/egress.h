/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* egress.h - what the host itself does to a packet that a mail daemon sends: its routes, then its
 * ruleset. Answers are kept: thousands of messages go the same few ways. */

#include "model/explanation.h"
#include "model/host.h"
#include "model/ruleset.h"

enum seal_egress_answer {
	SEAL_EGRESS_UNKNOWN, /* no ruleset in the evidence */
	SEAL_EGRESS_ACCEPT,
	SEAL_EGRESS_DROP,
	SEAL_EGRESS_REJECT,
	SEAL_EGRESS_DEPENDS, /* on something the evidence does not hold */
};

/* struct seal_egress - the answer for one destination */
struct seal_egress {
	struct seal_addr addr;
	uint16_t port;
	bool udp;
	const struct seal_route *route; /* the longest match; NULL: none */
	/* of a table that a rule may send the packet to; NULL: none */
	const struct seal_route *other_route;
	bool has_routes; /* the evidence holds the routes, so none means none */
	enum seal_egress_answer answer;
	bool no_reply;             /* sent, but the answers to it are dropped on their way in */
	int reject_errno;          /* of REJECT: what connect(2) returns; 0 = not known */
	bool may_drop, may_reject; /* of DEPENDS: a rule whose condition nobody can tell does so */
	bool redirected;           /* of ACCEPT: NAT of this host sends it elsewhere: to, to_port */
	struct seal_addr to;
	uint16_t to_port;
	struct seal_object where;  /* the deciding rule */
	struct seal_bytes depends; /* of DEPENDS, in words */
};

struct seal_egress_cache;

/* seal_egress_new - @h is borrowed; packets are those of its mail_owner. Returns 0 or -ENOMEM */
int seal_egress_new(struct seal_host *h, struct seal_egress_cache **ret);
void seal_egress_free(struct seal_egress_cache *c);

/* seal_egress_ask - the answer for one destination; *ret belongs to the cache
 * @src: the address smtp(8) binds to, of the family of @addr; NULL: that of the only instance, else
 *       the one the routes choose. Not looked at for udp.
 * Returns 0 or -ENOMEM */
int seal_egress_ask(struct seal_egress_cache *c, const struct seal_addr *addr, uint16_t port,
		    bool udp, const struct seal_addr *src, struct seal_egress **ret);

/* seal_egress_bound - the address smtp_bind_address or smtp_bind_address6 gives @service of @inst
 * (NULL: main.cf alone) for the family of @bits (32, 128). Returns 1, 0 (none) or -ENOMEM. */
int seal_egress_bound(struct seal_host *h, const struct seal_instance *inst,
		      const struct seal_service *service, uint8_t bits, struct seal_addr *ret);

/* seal_fw_where - the family, table, chain and rule of @o; @rule NULL: the policy of the chain.
 * Returns 0 or -ENOMEM */
int seal_fw_where(struct seal_arena *a, const struct seal_fw_chain *chain,
		  const struct seal_fw_rule *rule, struct seal_object *o);

/* seal_egress_fix - the smallest change of the firewall that lets it pass
 * Returns 1 with *ret filled in, 0 when there is none, or -ENOMEM. */
int seal_egress_fix(struct seal_egress_cache *c, const struct seal_egress *e, struct seal_fix *ret);
