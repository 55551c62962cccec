/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_table.h - the table firewalld makes, as it grows: chains, rules at their places, sets.
 * Expressions are the JSON of libnftables-json(5). Handles are given in the order of creation, as
 * the kernel does for firewalld 1.x. */

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/vec.h"
#include "model/origin.h"

#define FWD_RULES_MAX 262144u

struct fwd_chain;
struct fwd_key;

struct fwd_nft_rule {
	struct seal_bytes expr; /* the members of the "expr" array */
	uint64_t handle;
	const struct seal_origin *origin;
	const char *maybe;
};

struct fwd_nft_set {
	struct seal_bytes json; /* members of the set but family, table, name and handle */
	struct seal_bytes name;
	uint64_t handle;
};

/* struct fwd_dispatch - sort key of a rule that sends packets to a zone */
struct fwd_dispatch {
	long priority;
	bool by_source; /* these stand first */
	struct seal_bytes zone, name;
};

struct fwd_table {
	struct seal_arena *arena;            /* borrowed */
	seal_vec(struct fwd_chain *) chains; /* in order of creation */
	seal_vec(struct fwd_nft_set) sets;
	seal_vec(struct seal_bytes) helpers; /* conntrack helpers declared so far */
	struct fwd_chain *chain_index;       /* uthash */
	struct fwd_key *keys;                /* uthash: rules already there */
	size_t n_rules;
	uint64_t handle;                       /* of the last object */
	const struct fwd_nft_rule **by_handle; /* n_handles of them */
	size_t n_handles;
	seal_vec(struct fwd_dispatch)
		dispatch[2]; /* of inbound, of outbound chains; as they stand there */
};

/* where in its chain a rule goes */
enum fwd_place {
	FWD_PLACE_END,
	FWD_PLACE_FRONT,
	FWD_PLACE_PRIORITY, /* behind the rules of lower or equal priority */
	FWD_PLACE_INDEX,    /* before the rule now at that index */
};

struct fwd_place_at {
	enum fwd_place place;
	long at; /* priority or index */
	/* firewalld takes these for different rules though they read alike: of a plain setting (0),
	 * of a rich rule (1 + its family), dispatch to a zone (-1) */
	int kind;
	/* literal: a condition of the whole rule that nobody can decide, or NULL */
	const char *maybe;
};

void fwd_table_done(struct fwd_table *t);

/* fwd_table_chain - create a chain; @base: the members type, hook, prio of its JSON, or NULL */
int fwd_table_chain(struct fwd_table *t, const char *name, const char *base);
bool fwd_table_has_chain(const struct fwd_table *t, const char *name);

/* fwd_table_rule - add a rule unless its like is there already
 * @expr: JSON, copied; @origin may be NULL
 * Returns 0, -EINVAL (no such chain: nft would refuse the transaction), -EFBIG or -ENOMEM. */
int fwd_table_rule(struct fwd_table *t, const char *chain, struct seal_bytes expr,
		   struct fwd_place_at where, const struct seal_origin *origin);

int fwd_table_set(struct fwd_table *t, struct seal_bytes name, struct seal_bytes json);

/* fwd_table_anonymous - an object that is not kept here, such as an anonymous set, takes a handle
 */
void fwd_table_anonymous(struct fwd_table *t);

/* fwd_table_json - the whole as "nft -j list ruleset" prints it */
int fwd_table_json(const struct fwd_table *t, struct seal_buf *out);

/* fwd_table_find - index of the rule with that expression in a chain, or -1 */
long fwd_table_find(const struct fwd_table *t, const char *chain, struct seal_bytes expr);

/* fwd_table_index - make fwd_table_by_handle() work, after the last rule. Returns 0 or -ENOMEM */
int fwd_table_index(struct fwd_table *t);
const struct fwd_nft_rule *fwd_table_by_handle(const struct fwd_table *t, uint64_t handle);
