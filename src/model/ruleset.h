/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ruleset.h - an nftables ruleset as typed data, whoever wrote it: the kernel's listing, a text
 * file or firewalld's configuration. Words and meanings are those of nft(8). What a reader does not
 * know stays in place as a named unknown: never left out, never guessed.
 *
 * Every value a rule can look at (address, port, interface name, mark ...) is at most 16 bytes long
 * and is held as one number in host order, so that all comparisons are comparisons of numbers: an
 * IPv4 address 0x0a000001, a port 25, an interface name its bytes padded with NUL to 16
 * ("lo\0..."). */

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "model/net.h"

__extension__ typedef unsigned __int128 seal_u128;

struct seal_fw_chain;
struct seal_fw_set;
struct seal_fw_table;

enum seal_fw_family {
	SEAL_FW_IP,
	SEAL_FW_IP6,
	SEAL_FW_INET,
	SEAL_FW_ARP,
	SEAL_FW_BRIDGE,
	SEAL_FW_NETDEV,
	SEAL_FW_FAMILY_MAX_,
};

enum seal_fw_hook {
	SEAL_FW_HOOK_NONE, /* a chain that is only jumped to */
	SEAL_FW_INGRESS,
	SEAL_FW_PREROUTING,
	SEAL_FW_INPUT,
	SEAL_FW_FORWARD,
	SEAL_FW_OUTPUT,
	SEAL_FW_POSTROUTING,
	SEAL_FW_EGRESS,
	SEAL_FW_HOOK_MAX_,
};

enum seal_fw_chain_type {
	SEAL_FW_FILTER,
	SEAL_FW_NAT,
	SEAL_FW_ROUTE,
	SEAL_FW_CHAIN_TYPE_MAX_,
};

/* enum seal_fw_field - what can be read of a packet. Payload fields carry their protocol as an
 * implied match: "ip saddr != X" never matches IPv6, "tcp dport" never UDP. */
enum seal_fw_field {
	SEAL_FIELD_UNKNOWN, /* named by seal_fw_part.text */
	SEAL_FIELD_IP_SADDR,
	SEAL_FIELD_IP_DADDR,
	SEAL_FIELD_IP6_SADDR,
	SEAL_FIELD_IP6_DADDR,
	SEAL_FIELD_IP_PROTOCOL, /* ip protocol */
	SEAL_FIELD_IP6_NEXTHDR,
	SEAL_FIELD_IP_VERSION,
	SEAL_FIELD_IP6_VERSION,
	SEAL_FIELD_SPORT, /* tcp, udp, ... sport as seal_fw_part.l4proto says; th: any transport */
	SEAL_FIELD_DPORT,
	SEAL_FIELD_TCP_FLAGS,
	SEAL_FIELD_ICMP_TYPE,
	SEAL_FIELD_ICMP_CODE,
	SEAL_FIELD_ICMPV6_TYPE,
	SEAL_FIELD_ICMPV6_CODE,
	SEAL_FIELD_NFPROTO,  /* meta nfproto */
	SEAL_FIELD_L4PROTO,  /* meta l4proto */
	SEAL_FIELD_PROTOCOL, /* meta protocol: an ether type */
	SEAL_FIELD_IIF,      /* meta iif and iifname alike: by name */
	SEAL_FIELD_OIF,
	SEAL_FIELD_IIFTYPE,
	SEAL_FIELD_OIFTYPE,
	SEAL_FIELD_PKTTYPE,
	SEAL_FIELD_LENGTH,
	SEAL_FIELD_MARK,
	SEAL_FIELD_SKUID,
	SEAL_FIELD_SKGID,
	SEAL_FIELD_CT_STATE,
	SEAL_FIELD_CT_STATUS,
	SEAL_FIELD_CT_DIRECTION,
	SEAL_FIELD_CT_MARK,
	SEAL_FIELD_CT_L3PROTO,
	SEAL_FIELD_CT_PROTOCOL,
	SEAL_FIELD_CT_SADDR, /* of the tuple seal_fw_part.reply says, likewise the next three */
	SEAL_FIELD_CT_DADDR,
	SEAL_FIELD_CT_PROTO_SRC,
	SEAL_FIELD_CT_PROTO_DST,
	SEAL_FIELD_FIB_TYPE,    /* fib ... type; which addresses and interfaces: seal_fw_part.fib */
	SEAL_FIELD_FIB_OIF,     /* fib ... oif and oifname: the name, 0 when no route leads there */
	SEAL_FIELD_FIB_PRESENT, /* fib ... oif exists or missing: 1 or 0 */
	SEAL_FIELD_MAX_,
};

enum seal_fib_flag {
	SEAL_FIB_SADDR = 1 << 0,
	SEAL_FIB_DADDR = 1 << 1,
	SEAL_FIB_MARK = 1 << 2,
	SEAL_FIB_IIF = 1 << 3,
	SEAL_FIB_OIF = 1 << 4,
};

/* struct seal_fw_part - one thing read of the packet: (field & mask) ^ xor */
struct seal_fw_part {
	enum seal_fw_field field;
	/* IPPROTO_* and 4 or 6: the packets that have it at all; 0 = any ("th dport", "meta mark").
	 * Told of ports, of conntrack's addresses, and of UNKNOWN parts of a header. */
	uint8_t l4proto;
	uint8_t family;
	uint8_t bits; /* width of the value */
	uint8_t fib;  /* FIB_*: enum seal_fib_flag */
	bool reply;   /* CT_*: of the reply tuple */
	bool masked;  /* mask and xor hold */
	seal_u128 mask, xor;
	struct seal_bytes text; /* as nft(8) writes it: "tcp dport", "limit rate 10/second" */
};

/* struct seal_fw_key - what a match or a lookup reads: one part, or several concatenated */
struct seal_fw_key {
	struct seal_fw_part *parts;
	size_t n;
};

struct seal_fw_range {
	seal_u128 lo, hi; /* both belong to it */
};

enum seal_fw_verdict_code {
	SEAL_FW_CONTINUE,
	SEAL_FW_ACCEPT,
	SEAL_FW_DROP,
	SEAL_FW_RETURN,
	SEAL_FW_JUMP,
	SEAL_FW_GOTO,
	SEAL_FW_QUEUE,
	SEAL_FW_VERDICT_CODE_MAX_,
};

struct seal_fw_jump {
	enum seal_fw_verdict_code code;
	struct seal_bytes name; /* JUMP, GOTO: of the target in the same table */
	/* set by seal_ruleset_link(); NULL there: the target is missing */
	struct seal_fw_chain *chain;
};

/* struct seal_fw_data - what an element of a map leads to */
struct seal_fw_data {
	struct seal_fw_jump verdict; /* verdict maps */
	/* other maps: the data, of concatenated data the first two parts */
	struct seal_fw_range value[2];
};

/* struct seal_fw_set - elements, sorted, of a set or map; a constant of a rule is a set without a
 * name */
struct seal_fw_set {
	struct seal_fw_set *next; /* of the table; anonymous sets stand in their statement alone */
	struct seal_fw_table *table;
	struct seal_bytes name; /* empty: anonymous */
	uint64_t handle;
	size_t n_parts; /* of the key */
	size_t n_data;  /* parts of the data of a map: 0 = a set, or verdicts */
	bool is_map;
	bool verdicts; /* a verdict map */
	bool changes;  /* a statement adds or removes elements on the packet path */
	bool expires;  /* some element has a timeout */
	bool unknown;  /* elements could not all be read: a lookup is undecided */
	size_t n, cap;
	/* n * n_parts, in arena or heap; sorted by seal_ruleset_link() */
	struct seal_fw_range *ranges;
	struct seal_fw_data *data; /* n of them, maps only */
	seal_u128 *top; /* with ranges in several parts: greatest hi of the first part up to here */
	bool points;    /* every lo equals its hi */
	/* of element "*"; NULL: none. Of a set: its presence counts */
	struct seal_fw_data *fallback;
	/* declared types of a named set or map: what its elements mean ("ipv4_addr",
	 * "inet_service") */
	struct seal_bytes *types;
	struct seal_bytes data_type;
};

enum seal_fw_op {
	SEAL_FW_EQ, /* equal, or one of the set */
	SEAL_FW_NE,
	SEAL_FW_LT,
	SEAL_FW_GT,
	SEAL_FW_LE,
	SEAL_FW_GE,
	SEAL_FW_ANY, /* some bit of the value is set: "ct state new,established", "tcp flags syn" */
	SEAL_FW_NONE, /* no bit of it: "tcp flags ! syn" */
	SEAL_FW_OP_MAX_,
};

enum seal_fw_reject_type {
	SEAL_FW_REJECT_TCP_RESET,
	SEAL_FW_REJECT_ICMP,
	SEAL_FW_REJECT_ICMPV6,
	SEAL_FW_REJECT_ICMPX,
	SEAL_FW_REJECT_TYPE_MAX_,
};

enum seal_fw_value_kind {
	SEAL_VALUE_NONE,
	SEAL_VALUE_CONST,
	SEAL_VALUE_MAP, /* what a map answers */
	SEAL_VALUE_KEY, /* what the packet says */
	SEAL_VALUE_UNKNOWN,
	SEAL_VALUE_KIND_MAX_,
};

/* struct seal_fw_value - an argument of a statement */
struct seal_fw_value {
	enum seal_fw_value_kind kind;
	struct seal_fw_range range; /* CONST */
	struct seal_fw_key key;     /* MAP, KEY (one part) */
	struct seal_fw_set *map;    /* MAP; NULL until linked when named */
	struct seal_bytes map_name;
	struct seal_bytes text; /* UNKNOWN */
	uint8_t data_part;      /* MAP: which part of concatenated data (0 address, 1 port) */
};

enum seal_fw_nat_kind {
	SEAL_FW_DNAT,
	SEAL_FW_SNAT,
	SEAL_FW_REDIRECT,
	SEAL_FW_MASQUERADE,
	SEAL_FW_NAT_KIND_MAX_,
};

struct seal_fw_nat {
	enum seal_fw_nat_kind kind;
	uint8_t family; /* 4, 6, or 0: that of the table or of the packet */
	struct seal_fw_value addr, port;
};

struct seal_fw_refusal {
	enum seal_fw_reject_type type;
	uint8_t code; /* ICMP's own code number */
};

enum seal_fw_stmt_kind {
	SEAL_STMT_MATCH, /* go on when key op set holds */
	SEAL_STMT_MAYBE, /* go on or not, nobody can tell: text names it ("limit rate 10/second") */
	SEAL_STMT_OPAQUE, /* anything may happen, any verdict: text names it ("xt target TPROXY") */
	SEAL_STMT_NOTE,   /* no effect on the packet: counter, log; text as nft writes it */
	SEAL_STMT_VERDICT,
	SEAL_STMT_VMAP, /* verdict map lookup; go on when there is no element */
	SEAL_STMT_REJECT,
	SEAL_STMT_NAT,
	SEAL_STMT_NOTRACK,
	SEAL_STMT_MARK,    /* meta mark set */
	SEAL_STMT_CT_MARK, /* ct mark set */
	SEAL_STMT_UPDATE,  /* add, update or delete an element of a set; then go on */
	SEAL_STMT_KIND_MAX_,
};

struct seal_fw_stmt {
	struct seal_fw_stmt *next;
	enum seal_fw_stmt_kind kind;
	enum seal_fw_op op;      /* MATCH */
	struct seal_fw_key key;  /* MATCH, VMAP, UPDATE; of the others what they read or write */
	struct seal_fw_set *set; /* MATCH, VMAP, UPDATE; NULL until linked when named */
	struct seal_bytes name;  /* of the named set, else empty */
	union {
		struct seal_fw_jump verdict;   /* VERDICT */
		struct seal_fw_refusal reject; /* REJECT */
		struct seal_fw_nat *nat;       /* NAT */
		struct seal_fw_value *value;   /* MARK, CT_MARK */
		struct seal_bytes text;        /* MAYBE, OPAQUE, NOTE, UPDATE */
	};
};

struct seal_fw_rule {
	struct seal_fw_rule *next;
	struct seal_fw_chain *chain;
	uint64_t handle; /* 0 = none: not from the kernel */
	struct seal_fw_stmt *first, *last;
	struct seal_bytes comment;
	/* file and line, or the firewalld element in ref; NULL: from the kernel alone */
	const struct seal_origin *origin;
};

struct seal_fw_chain {
	struct seal_fw_chain *next;
	struct seal_fw_table *table;
	struct seal_bytes name;
	uint64_t handle;
	uint32_t created;       /* rank of creation within the ruleset: decides equal priorities */
	enum seal_fw_hook hook; /* NONE: not a base chain */
	enum seal_fw_chain_type type;
	int32_t priority;
	bool policy_drop;
	bool unknown; /* its hook or type was not understood: text in seal_ruleset.warnings */
	seal_vec(struct seal_bytes) devices; /* INGRESS, EGRESS */
	struct seal_fw_rule *first, *last;
	size_t n_rules;
	const struct seal_origin *origin; /* of its policy; may be NULL */
	unsigned mark;                    /* scratch of seal_ruleset_link() */
};

struct seal_fw_table {
	struct seal_fw_table *next;
	enum seal_fw_family family;
	struct seal_bytes name;
	uint64_t handle;
	bool dormant;
	bool flags_unknown; /* flags garbled by the listing (nft 1.0.6): dormant or not, unknown */
	struct seal_fw_chain *chains, *last_chain;
	struct seal_fw_set *sets, *last_set;
};

/* struct seal_ruleset - the whole of it. Everything lives in its own arena. */
struct seal_ruleset {
	struct seal_arena *arena;
	struct seal_fw_table *tables, *last_table;
	size_t n_tables, n_chains, n_rules, n_sets, n_elements, n_unknown;
	struct seal_origin origin; /* what it was read from */
	bool firewalld;            /* made from firewalld's configuration, not from a kernel */
	bool numbered;             /* handles are the kernel's */
	seal_vec(struct seal_bytes) warnings; /* what could not be read, one line each */
	/* rules of the host that are not here, in words; empty: none. No accept is certain then */
	struct seal_bytes incomplete;
	bool linked;
	struct seal_fw_index *index; /* base chains by hook; made by seal_ruleset_link() */
};

/* seal_ruleset_new - empty ruleset; caller frees with seal_ruleset_free(). NULL when memory is gone
 */
struct seal_ruleset *seal_ruleset_new(void);
void seal_ruleset_free(struct seal_ruleset *rs);
SEAL_DEFINE_AUTO(ruleset, struct seal_ruleset *, seal_ruleset_free);
#define seal_auto_ruleset __attribute__((cleanup(seal_auto_ruleset_)))

/* The builders. All bytes given are copied; what is returned lives as long as the ruleset; NULL or
 * -ENOMEM when memory is gone. A table, chain or set of the same name is found with
 * seal_fw_*_find() and reopened. */
struct seal_fw_table *seal_ruleset_add_table(struct seal_ruleset *rs, enum seal_fw_family family,
					     struct seal_bytes name);
struct seal_fw_chain *seal_ruleset_add_chain(struct seal_ruleset *rs, struct seal_fw_table *t,
					     struct seal_bytes name);
/* a rule at the end of a chain */
struct seal_fw_rule *seal_ruleset_add_rule(struct seal_ruleset *rs, struct seal_fw_chain *c);
/* a rule in front of a chain */
struct seal_fw_rule *seal_ruleset_insert_rule(struct seal_ruleset *rs, struct seal_fw_chain *c);
/* a named set or map of a table, or with @t NULL an anonymous one; @n_parts of its key */
struct seal_fw_set *seal_ruleset_add_set(struct seal_ruleset *rs, struct seal_fw_table *t,
					 struct seal_bytes name, size_t n_parts);
/* seal_set_add - one element: @parts has n_parts ranges; @data is copied for maps, NULL for sets */
int seal_set_add(struct seal_ruleset *rs, struct seal_fw_set *s, const struct seal_fw_range *parts,
		 const struct seal_fw_data *data) SEAL_MUST_USE;
/* a zeroed statement of @kind at the end of a rule */
struct seal_fw_stmt *seal_rule_add(struct seal_ruleset *rs, struct seal_fw_rule *r,
				   enum seal_fw_stmt_kind kind);
/* seal_rule_match - append "parts op set"; @set anonymous, or NULL and @name a named set of the
 * table */
int seal_rule_match(struct seal_ruleset *rs, struct seal_fw_rule *r, const struct seal_fw_key *key,
		    enum seal_fw_op op, struct seal_fw_set *set,
		    struct seal_bytes name) SEAL_MUST_USE;
/* seal_rule_match_one - append "part op range": the common case */
int seal_rule_match_one(struct seal_ruleset *rs, struct seal_fw_rule *r,
			const struct seal_fw_part *part, enum seal_fw_op op,
			struct seal_fw_range range) SEAL_MUST_USE;
/* seal_rule_verdict - append a verdict; @target names the chain of JUMP and GOTO, else empty */
int seal_rule_verdict(struct seal_ruleset *rs, struct seal_fw_rule *r,
		      enum seal_fw_verdict_code code, struct seal_bytes target) SEAL_MUST_USE;
int seal_rule_reject(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_reject_type type,
		     uint8_t code) SEAL_MUST_USE;
/* seal_rule_nat - append a NAT statement; @addr, @port may be NULL */
int seal_rule_nat(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_nat_kind kind,
		  uint8_t family, const struct seal_fw_value *addr,
		  const struct seal_fw_value *port) SEAL_MUST_USE;
/* seal_rule_mark - append MARK or CT_MARK; @value is copied */
int seal_rule_mark(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_stmt_kind kind,
		   const struct seal_fw_value *value) SEAL_MUST_USE;
/* seal_rule_text - append a MAYBE, OPAQUE or NOTE statement named by @text */
int seal_rule_text(struct seal_ruleset *rs, struct seal_fw_rule *r, enum seal_fw_stmt_kind kind,
		   struct seal_bytes text) SEAL_MUST_USE;
/* seal_ruleset_warn - remember what could not be read; at most 64 lines are kept */
void seal_ruleset_warn(struct seal_ruleset *rs, const char *fmt, ...) SEAL_PRINTF(2, 3);

/* seal_ruleset_link - after the last addition: resolve jump targets and set names, sort elements,
 * order the base chains. Missing targets and cyclic jumps stay, as warnings: what runs into them is
 * undecided. Returns 0 or -ENOMEM. */
int seal_ruleset_link(struct seal_ruleset *rs, struct seal_err *err);

struct seal_fw_table *seal_fw_table_find(const struct seal_ruleset *rs, enum seal_fw_family family,
					 struct seal_bytes name);
struct seal_fw_chain *seal_fw_chain_find(const struct seal_fw_table *t, struct seal_bytes name);
struct seal_fw_set *seal_fw_set_find(const struct seal_fw_table *t, struct seal_bytes name);

/* Words of nft(8), for readers of JSON and of text alike (model/fwword.c). Each makes a part; words
 * that are not known give field UNKNOWN with its text, never an error; -ENOMEM only. */
int seal_fw_part_payload(struct seal_ruleset *rs, struct seal_bytes protocol,
			 struct seal_bytes field, struct seal_fw_part *ret);
int seal_fw_part_meta(struct seal_ruleset *rs, struct seal_bytes key, struct seal_fw_part *ret);
/* @dir: "original", "reply" or empty; @family: "ip", "ip6" or empty */
int seal_fw_part_ct(struct seal_ruleset *rs, struct seal_bytes key, struct seal_bytes dir,
		    struct seal_bytes family, struct seal_fw_part *ret);
/* @flags: enum seal_fib_flag bits; @result: "type", "oif", "oifname" */
int seal_fw_part_fib(struct seal_ruleset *rs, unsigned flags, struct seal_bytes result,
		     struct seal_fw_part *ret);
/* raw payload "@th,16,16": the ports, else unknown */
int seal_fw_part_raw(struct seal_ruleset *rs, struct seal_bytes base, uint32_t offset, uint32_t len,
		     struct seal_fw_part *ret);
int seal_fw_part_unknown(struct seal_ruleset *rs, struct seal_bytes text, struct seal_fw_part *ret);
/* seal_fw_part_type - a part as the declared type of a set ("ipv4_addr") means it, for its elements
 * only */
int seal_fw_part_type(struct seal_ruleset *rs, struct seal_bytes type, struct seal_fw_part *ret);

/* seal_fw_value_parse - one constant compared with @part: a number, a symbol of the field ("smtp",
 * "tcp", "established", "echo-request", "eth*"), an address, "a/len" or "lo-hi" Returns 0, or
 * -EINVAL: no value of that field (the caller keeps an unknown). */
int seal_fw_value_parse(const struct seal_fw_part *part, struct seal_bytes text,
			struct seal_fw_range *ret) SEAL_MUST_USE;

/* seal_fw_range_prefix - the range of "base/len" among values of @bits; returns 0 or -EINVAL */
int seal_fw_range_prefix(seal_u128 base, unsigned len, unsigned bits,
			 struct seal_fw_range *ret) SEAL_MUST_USE;

bool seal_fw_family_parse(struct seal_bytes s, enum seal_fw_family *ret);
bool seal_fw_hook_parse(struct seal_bytes s, enum seal_fw_hook *ret);
/* seal_fw_priority_parse - "filter", "dstnat + 10", "-150"; returns 0 or -EINVAL */
int seal_fw_priority_parse(enum seal_fw_family family, enum seal_fw_hook hook, struct seal_bytes s,
			   int32_t *ret) SEAL_MUST_USE;
/* seal_fw_reject_parse - code of a refusal by name ("port-unreachable"); false: not one of @type */
bool seal_fw_reject_parse(enum seal_fw_reject_type type, struct seal_bytes name, uint8_t *ret);
const char *seal_fw_family_name(enum seal_fw_family f);
/* seal_fw_reject_name - the word nft(8) has for the code, or "code N" words' NULL */
const char *seal_fw_reject_name(enum seal_fw_reject_type type, uint8_t code);

/* seal_u128_addr, seal_addr_u128 - an address as a number and back (@bits 32 or 128) */
seal_u128 seal_addr_u128(const struct seal_addr *a);
struct seal_addr seal_u128_addr(seal_u128 v, unsigned bits);
/* seal_ifname_u128 - an interface name as a number; longer than 15 bytes is cut as the kernel does
 */
seal_u128 seal_ifname_u128(struct seal_bytes name);

/* seal_rule_put - a rule as nft(8) would list it, for quoting: bytes out of the ruleset are in it,
 * so it leaves through an encoder only */
void seal_rule_put(struct seal_buf *b, const struct seal_fw_rule *r);
void seal_stmt_put(struct seal_buf *b, const struct seal_fw_stmt *s);
/* seal_range_put - a value, prefix or range as the field of @p is written */
void seal_range_put(struct seal_buf *b, const struct seal_fw_part *p,
		    const struct seal_fw_range *r);
