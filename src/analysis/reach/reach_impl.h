/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_impl.h - the walk of packets through a ruleset, shared by the files of the analysis only.
 *
 * A flow is a set of packets that are alike in all but one address (the far end), at one point of
 * their way. A statement splits a flow into those it holds for and those it does not; what cannot
 * be decided sends the whole flow both ways, marked with a tag. So the flows of an address are the
 * ways it may go: when all end alike the answer is certain. */

#include "analysis/reach/packet_set.h"
#include "analysis/reach/reach.h"
#include "model/fwword.h"
#include "model/ruleset_index.h"

#include <netinet/in.h>

#define REACH_TAGS  8        /* a flow remembers so many; more become one tag "and others" */
#define REACH_FLOWS 256      /* at one point; more are given up as undecided */
#define REACH_STEPS 4000000u /* statements looked at for one question */
#define REACH_JUMPS 16       /* NFT_JUMP_STACK_SIZE of the kernel */

/* bits of ct state and status, as the kernel's netfilter headers number them */
enum {
	CT_INVALID = 1,
	CT_ESTABLISHED = 2,
	CT_RELATED = 4,
	CT_NEW = 8,
	CT_UNTRACKED = 64,
	IPS_SEEN_REPLY = 2,
	IPS_ASSURED = 4,
	IPS_CONFIRMED = 8,
	IPS_SRC_NAT = 16,
	IPS_DST_NAT = 32,
};

/* struct addr_value - an address of a packet: the open one, or somewhere in lo-hi */
struct addr_value {
	bool open;
	seal_u128 lo, hi;
};

struct port_value {
	uint16_t lo, hi;
};

/* struct endpoints - the two ends of a packet */
struct endpoints {
	struct addr_value saddr, daddr;
	struct port_value sport, dport;
};

enum phase {
	PHASE_FIRST,   /* SYN, or the request of UDP */
	PHASE_ANSWER,  /* SYN-ACK, or its reply */
	PHASE_DATA,    /* client to server */
	PHASE_BACK,    /* server to client */
	PHASE_REFUSAL, /* RST or ICMP error made by a reject statement */
	PHASE_MAX_,
};

struct reach_tag {
	const struct seal_fw_rule *rule;
	struct seal_bytes text;
};

/* what differs between flows and decides their further way; compared as bytes, so all padding is
 * zeroed */
struct flow_state {
	struct endpoints now;   /* of the packet as it is */
	struct endpoints first; /* of the first packet before NAT */
	struct endpoints after; /* of the first packet after NAT */
	seal_u128 iif, oif;     /* names; 0 = none */
	uint32_t mark, ct_mark;
	uint8_t ct; /* CT_*; 0: connection tracking has not seen the packet */
	bool reply; /* packet of the reply direction */
	bool mark_unknown, ct_mark_unknown;
	bool entry;                      /* conntrack has an entry for the connection */
	bool answer_seen;                /* conntrack saw the SYN-ACK */
	bool dst_done, src_done;         /* NAT has been decided */
	bool dnat, snat;                 /* and mapped */
	int8_t dst_changed, src_changed; /* to something else: 0, 1, or -1: not known */
	bool nat_taken;                  /* by a statement of the NAT hook running now */
	bool iif_unknown, oif_unknown;
	seal_u128 exit; /* the interface the first packet left through; 0: delivered here */
	bool local;     /* has reached a local socket */
	bool exit_unknown;
	bool looped;       /* on its way through lo to a local socket */
	bool tracked_late; /* picked up in the middle by conntrack */
	bool dst_local;    /* redirected to an address of the host that is not known */
};

struct flow {
	struct seal_ranges far;
	struct flow_state s;
	struct reach_tag tags[REACH_TAGS];
	uint8_t n_tags;
	bool more_tags;
	bool may_change;
	uint32_t assumed; /* undecided matches taken as holding, on the way with fewest of them */
	const struct seal_fw_rule *accept_rule; /* the last explicit accept */
	const struct seal_fw_chain *accept_chain;
};

typedef seal_vec(struct flow) flow_list;

/* struct outcome - an end of the way */
struct outcome {
	struct flow flow;
	enum seal_fw_fate fate; /* DEPENDS: anything, by something not understood */
	struct seal_fw_refusal refusal;
	const struct seal_fw_rule *rule;
	const struct seal_fw_chain *chain;
};

/* struct reach_point - a rule thought of as added: accepts what reaches it; or as taken away */
struct reach_point {
	const struct seal_fw_chain *chain;
	const struct seal_fw_rule *before; /* NULL: at the end of the chain */
	bool replies;                      /* packets of established connections, else first ones */
	bool removed;                      /* @before is gone; with @map its @element alone */
	const struct seal_fw_set *map;
	size_t element;
};

struct reach_piece;

struct reach {
	const struct seal_ruleset *rs;
	const struct seal_net *net;
	const struct seal_packet *packet;
	struct seal_arena *a;
	uint8_t family; /* 4 or 6 */
	unsigned bits;  /* 32 or 128 */
	enum phase phase;
	enum seal_fw_hook hook;
	bool before_conntrack; /* the base chain running now has a priority below -200 */
	bool at_conntrack;     /* exactly -200: which comes first is not known */
	bool nat_hook;         /* the chain running now is of type nat */
	bool conntrack;        /* something in the ruleset turned it on for this family */
	bool nat;              /* some nat chain exists: NAT is decided at every hook */
	bool open;             /* one address of the packets is left open */
	bool src_is_far;       /* the open address is the source of the first packet */
	bool icmp_error;       /* PHASE_REFUSAL: an ICMP error, not a RST */
	bool socket_local;     /* the sender of the packet running now is a local socket */
	const struct reach_point *points; /* rules to try (reach_fix.c) */
	size_t n_points;
	const char *watch;                   /* prefix of chain names to look out for */
	const struct seal_fw_chain *watched; /* the first such chain jumped to */
	const struct reach_piece *pieces;    /* of the routes; made when first needed */
	size_t n_pieces;
	unsigned steps;
	seal_vec(struct outcome) outcomes;
};

/* ---- reach_field.c ---- */

enum value_kind {
	VALUE_ABSENT, /* the packet has no such field: the rule does not match */
	VALUE_RANGE,  /* somewhere in lo-hi; certain when they are equal */
	VALUE_OPEN,   /* the far end's address */
	VALUE_UNKNOWN,
	VALUE_PARTS, /* depends on the far end: parts of its range have different values */
};

struct value {
	enum value_kind kind;
	seal_u128 lo, hi;
	const char *why; /* UNKNOWN: what would have to be known; NULL: the field itself */
};

/* reach_field - what @part reads of @f */
struct value reach_field(struct reach *x, const struct flow *f, const struct seal_fw_part *part);

/* ---- reach_fib.c ---- */

/* reach_fib - what a fib expression finds for the packet's address */
struct value reach_fib(struct reach *x, const struct flow *f, const struct seal_fw_part *part);

/* reach_fib_split - for a field that is a function of the open address: the part of @f's far ends
 * for which the field lies in [lo, hi]; -ENOENT when routes or addresses to decide it are not known
 */
int reach_fib_split(struct reach *x, const struct flow *f, const struct seal_fw_part *part,
		    const struct seal_fw_range *v, size_t n, struct seal_ranges *in);

/* ---- reach_match.c ---- */

/* struct split - a flow divided by a match: yes and no may overlap where it is undecided */
struct split {
	struct seal_ranges yes, no;
	bool undecided;
	struct seal_bytes why;
};

int reach_match(struct reach *x, struct flow *f, const struct seal_fw_stmt *s, struct split *ret);

/* reach_key_absent - whether the packet lacks what @key reads: no statement over it takes effect */
bool reach_key_absent(struct reach *x, const struct flow *f, const struct seal_fw_key *key);

/* reach_lookup - divide @f by the elements of a map: @each gets the part of the flow (its far ends
 * in @far) that element @i answers, or i = -1 for no element A negative result of @each ends it. */
int reach_lookup(struct reach *x, struct flow *f, const struct seal_fw_key *key,
		 const struct seal_fw_set *set,
		 int (*each)(void *data, ssize_t i, const struct seal_ranges *far, bool undecided),
		 void *data);

/* ---- reach_flow.c ---- */

int reach_add(flow_list *flows, const struct flow *f);
void reach_swap(flow_list *a, flow_list *b);
/* reach_tag - what a flow has come to depend on */
void reach_tag(struct flow *f, const struct seal_fw_rule *rule, struct seal_bytes text);
/* reach_end - an end of the way of a flow */
int reach_end(struct reach *x, const struct flow *f, enum seal_fw_fate fate,
	      const struct seal_fw_rule *rule, const struct seal_fw_chain *chain);
bool reach_same_state(const struct flow *a, const struct flow *b);
/* reach_merge - join the flows that have become alike; too many different ones are given up */
int reach_merge(struct reach *x, flow_list *flows);
/* reach_give_up - all of @flows end undecided, because of @why */
int reach_give_up(struct reach *x, flow_list *flows, struct seal_bytes why);

/* ---- reach_walk.c ---- */

/* reach_chain - run the rules of a base chain over @flows, which are used up: what some rule
 * accepts goes to @accepted, what the policy is to decide to @through, the rest ends */
int reach_chain(struct reach *x, const struct seal_fw_chain *c, flow_list *flows,
		flow_list *accepted, flow_list *through);

/* ---- reach_hook.c ---- */

/* reach_hook - run all base chains of a hook over *flows, connection tracking and NAT at their
 * place */
int reach_hook(struct reach *x, enum seal_fw_hook hook, flow_list *flows);
/* reach_nat_chains - run the nat chains of a hook */
int reach_nat_chains(struct reach *x, enum seal_fw_hook hook, flow_list *flows);

/* ---- reach_nat.c ---- */

/* reach_conntrack - connection tracking sees the packets */
void reach_conntrack(struct reach *x, flow_list *flows);
/* reach_nat_hook - NAT at its place in a hook: ask the nat chains, or apply what was decided before
 */
int reach_nat_hook(struct reach *x, enum seal_fw_hook hook, flow_list *flows);
/* reach_nat_stmt - a nat statement: what it maps leaves the chain, the rest goes to the next rule
 */
int reach_nat_stmt(struct reach *x, struct flow *f, const struct seal_fw_rule *rule,
		   const struct seal_fw_stmt *s, flow_list *mapped, flow_list *not_mapped);
/* reach_value - the argument of a statement that is no map; false: not known */
bool reach_value(struct reach *x, const struct flow *f, const struct seal_fw_value *v,
		 struct seal_fw_range *ret);

/* ---- reach_route.c ---- */

enum route_kind {
	ROUTE_LOCAL,
	ROUTE_DEVICE,  /* leaves through dev */
	ROUTE_NONE,    /* unreachable, prohibited, or no route */
	ROUTE_UNKNOWN, /* the evidence does not say */
};

struct route_answer {
	enum route_kind kind;
	seal_u128 dev; /* 0: not known */
	seal_u128 src; /* of packets whose sender bound no address; 0: several may be, or LOCAL:
			  the destination itself */
};

/* reach_route - where packets to one address go */
struct route_answer reach_route(const struct reach *x, seal_u128 dst);
bool reach_is_local(const struct reach *x, seal_u128 addr);
bool reach_same_answer(const struct route_answer *a, const struct route_answer *b);
/* reach_is_main - of a table that is asked without a rule that says so */
bool reach_is_main(const struct seal_route *r);
/* reach_prefix - the addresses of a prefix; an odd one gives an empty range (1-0) */
struct seal_fw_range reach_prefix(const struct seal_prefix *p);
/* reach_answer, reach_answer_local - what a route says; what an own address means */
struct route_answer reach_answer(const struct reach *x, const struct seal_route *r);
struct route_answer reach_answer_local(const struct reach *x, seal_u128 dst);
/* reach_settle - of the best route of the usual tables and one of another table (each may be NULL)
 */
struct route_answer reach_settle(const struct reach *x, const struct route_answer *best,
				 const struct route_answer *other);
/* reach_sources - the own addresses a socket that bound none may send from where @to leads
 * @link_local: the destination is one
 * @v:          receives the first @max of them. Returns how many there are; 0: not known. */
size_t reach_sources(const struct reach *x, const struct route_answer *to, bool link_local,
		     seal_u128 *v, size_t max);

/* ---- reach_space.c ---- */

struct reach_piece {
	struct seal_fw_range range;
	struct route_answer to;
};

/* reach_pieces - the whole address space in order, neighbours that lead elsewhere; made once for a
 * question in O(n log n). Returns 0 or -ENOMEM. */
int reach_pieces(struct reach *x, const struct reach_piece **ret, size_t *n);
/* reach_route_split - divide a flow by where its current destination leads
 * @each: gets each part. Returns 0, -ENOMEM or what @each returned. */
int reach_route_split(struct reach *x, const struct flow *f,
		      int (*each)(void *data, const struct flow *part, struct route_answer to),
		      void *data);
/* reach_if_addr - the first address of the family on an interface; false: not known */
bool reach_if_addr(const struct reach *x, seal_u128 ifname, seal_u128 like, seal_u128 *ret);

/* ---- reach_path.c ---- */

/* reach_first - the first packet of the question from its start to its ends, into x->outcomes */
int reach_first(struct reach *x, const struct seal_ranges *far);
/* reach_later - the packet of @phase that follows one that came through; its ends into x->outcomes
 */
int reach_later(struct reach *x, const struct flow *before, enum phase phase);
/* reach_rerouted - NAT in the output hook routes anew at once: what has no way ends there, the rest
 * goes through the hook as if it still left where it did before */
int reach_rerouted(struct reach *x, flow_list *flows);
/* reach_refusal - the RST or ICMP error that answers a refused first packet */
int reach_refusal(struct reach *x, const struct outcome *refused);

/* ---- reach.c ---- */

/* reach_init - make ready for the packets of one question */
void reach_init(struct reach *x, const struct seal_ruleset *rs, const struct seal_net *net,
		const struct seal_packet *packet, struct seal_arena *a);
/* reach_run - seal_reach_probe() with what is set in @x */
int reach_run(struct reach *x, struct seal_fw_verdict *ret);
