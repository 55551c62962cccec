/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach.h - which packets a ruleset lets pass, and which rule decides.
 *
 * The kernel's own order of things is followed: ingress, prerouting, routing, input or forward,
 * postrouting, output; base chains by priority (equal ones: the newest first), connection tracking
 * at -200, NAT at -100 and 100 whatever priority its chains declare, NAT chains asked for the first
 * packet of a connection only. Answers have three values. What cannot be known (a limit, a time, a
 * set under change, an expression that was not understood, a route without a routing table) is
 * tried both ways, and only where the outcomes differ the answer is "depends", with the list of
 * what it depends on. */

#include "model/packet.h"
#include "model/ruleset.h"

enum seal_fw_fate {
	SEAL_FATE_ACCEPT,
	SEAL_FATE_DROP,
	SEAL_FATE_REJECT,   /* refused with an answer: verdict.refusal */
	SEAL_FATE_UNROUTED, /* no rule stops it, the host's routing does */
	SEAL_FATE_DEPENDS,
	SEAL_FATE_MAX_,
};

enum seal_tri {
	SEAL_NO,
	SEAL_YES,
	SEAL_MAYBE,
};

/* struct seal_fw_depend - one thing an answer depends on */
struct seal_fw_depend {
	const struct seal_fw_rule *rule; /* where it stands; NULL: not in a rule */
	struct seal_bytes text;          /* "limit rate 10/second", "the routing table" */
};

/* struct seal_fw_verdict - the answer for one packet. Memory is the arena's and the ruleset's. */
struct seal_fw_verdict {
	enum seal_fw_fate verdict;
	/* REJECT: type TCP_RESET, or ICMP / ICMPV6 with the code the sender sees (ICMPX is
	 * resolved) */
	struct seal_fw_refusal refusal;
	/* what decided a refusal: the rule, or with rule NULL the policy of the chain; of an accept
	 * the rule whose accept was the last one on the way, NULL: policies alone */
	const struct seal_fw_rule *rule;
	const struct seal_fw_chain *chain; /* NULL: nothing on the way */
	bool rule_depends; /* the verdict is certain, but another rule may be the one to give it */
	struct seal_addr to; /* ACCEPT: where it arrives after NAT; unset: not known */
	uint16_t to_port;
	enum seal_tri reachable; /* a whole exchange works, answers included */
	/* reachable NO of an accepted packet: what stops a later packet */
	const struct seal_fw_rule *later_rule;
	const struct seal_fw_chain *later_chain;
	const char *later_packet; /* "synack", "data" ... */
	enum seal_tri answered;   /* REJECT: the refusal comes through to the sender; NO: it sees a
				     timeout */
	bool may_change;          /* a set whose elements come and go was asked: "now" */
	const struct seal_fw_depend *depends;
	size_t n_depends;
};

/* seal_fw_same_depends - whether two answers depend on the same things, in the same order */
bool seal_fw_same_depends(const struct seal_fw_verdict *a, const struct seal_fw_verdict *b);

/* seal_reach_probe - what becomes of one packet
 * @rs:  linked
 * @net: addresses, routes, forwarding; fields it lacks make what needs them depend on them
 * @a:   receives the lists of *ret
 * Limits: 16 levels of jumps (the kernel's own), 4,000,000 statements; beyond: depends.
 * Returns 0 or -ENOMEM. */
int seal_reach_probe(const struct seal_ruleset *rs, const struct seal_net *net,
		     const struct seal_packet *packet, struct seal_arena *a,
		     struct seal_fw_verdict *ret);

/* struct seal_question - packets that differ in the far end's address alone: the source of
 * incoming, the destination of outgoing ones. That address in packet is ignored. */
struct seal_question {
	struct seal_packet packet;
	uint8_t family; /* 4 or 6 */
	/* the far ends asked about, sorted and disjoint; n_far 0: all addresses */
	const struct seal_fw_range *far;
	size_t n_far;
};

struct seal_reach_row {
	const struct seal_fw_range *far; /* addresses, sorted */
	size_t n_far;
	struct seal_fw_verdict verdict;
};

struct seal_reach_answer {
	struct seal_reach_row *rows; /* disjoint; together all that was asked */
	size_t n_rows;
};

/* seal_reach_ask - the same for a whole set of far ends at once. Same parameters, limits and
 * returns. */
int seal_reach_ask(const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_question *q, struct seal_arena *a,
		   struct seal_reach_answer *ret);

/* seal_reach_prefixes - cut ranges of @bits wide numbers into prefixes, as addresses are written
 * Calls @each for every prefix in order. */
void seal_reach_prefixes(const struct seal_fw_range *v, size_t n, unsigned bits,
			 void (*each)(void *data, const struct seal_prefix *p), void *data);
