/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* nft_json_impl.h - parts of the reader of nft's JSON, shared by its three files only */

#include "core/jsonread.h"
#include "model/ruleset.h"

#define NFT_KEY_PARTS 16 /* of a concatenation */

struct nft_reader {
	struct seal_ruleset *rs;
	struct seal_jsonread j;
	struct seal_fw_table *table; /* found last: listings go table by table, chain by chain */
	struct seal_fw_chain *chain;
	bool old_flags;    /* nft before 1.1.0: flags of tables cannot be believed */
	bool placeholders; /* a rule named a chain before the chain was listed */
	bool no_memory;
};

/* struct nft_key - a key being read; n = 0 with text set: not understood */
struct nft_key {
	struct seal_fw_part parts[NFT_KEY_PARTS];
	size_t n;
	bool unknown;           /* some part is not known */
	struct seal_bytes text; /* the JSON it was read from */
};

/* nft_read_key - an expression: payload, meta, ct, fib, a concatenation, or one of them under a
 * mask */
void nft_read_key(struct nft_reader *rd, struct nft_key *ret);
/* nft_key_types - the parts of a set's "type": a name, a list of names, or {"typeof": expression}
 */
void nft_key_types(struct nft_reader *rd, struct nft_key *ret);

/* nft_read_range - one constant compared with @part; false: not understood, and skipped */
bool nft_read_range(struct nft_reader *rd, const struct seal_fw_part *part,
		    struct seal_fw_range *ret);
/* nft_read_bits - a constant, a list [..] or {"|": [..]} as the union of their bits */
bool nft_read_bits(struct nft_reader *rd, const struct seal_fw_part *part, seal_u128 *ret);

/* nft_read_elements - the array of a set or map into @set, keys as @key says */
void nft_read_elements(struct nft_reader *rd, const struct nft_key *key, const struct nft_key *data,
		       struct seal_fw_set *set);

/* nft_read_rule - the "expr" array of a rule */
void nft_read_rule(struct nft_reader *rd, struct seal_fw_rule *rule);

/* nft_read_verdict - the value of a map's element: {"accept": null}, {"jump": {"target": ..}} */
bool nft_read_verdict(struct nft_reader *rd, struct seal_fw_jump *ret);

/* nft_oom - remember that memory is gone; the walk goes on to nowhere */
static inline void nft_oom(struct nft_reader *rd)
{
	rd->no_memory = true;
	rd->j.p = rd->j.end;
	if (!rd->j.fault)
		rd->j.fault = rd->j.end;
}

static inline void nft_check(struct nft_reader *rd, int r)
{
	if (r < 0)
		nft_oom(rd);
}
