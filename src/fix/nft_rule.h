/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* nft_rule.h - steps that add, replace or delete a rule: the way back goes by a listing of the
 * chain from before the step, for the kernel gives a new rule a handle that nobody knows beforehand
 */

#include "fix/plan.h"

enum seal_nft_verb {
	SEAL_NFT_NONE, /* no such step */
	SEAL_NFT_ADD,  /* also insert: the rule with the text of the step and a new handle goes */
	SEAL_NFT_REPLACE, /* that rule becomes the one it was */
	SEAL_NFT_DELETE,  /* undo puts it back, unless the same text has a new handle */
};

/* seal_nft_verb - what @s does to a rule: its argv is "nft VERB rule FAMILY TABLE CHAIN ..." */
enum seal_nft_verb seal_nft_verb(const struct seal_plan_step *s);

/* seal_nft_handle - N of "... CHAIN handle N ..."; empty when there is none */
struct seal_bytes seal_nft_handle(const struct seal_plan_step *s);

/* seal_nft_text - the text by which a rule the step made is known: the value of what holds after
 * it; empty when the step does not tell */
struct seal_bytes seal_nft_text(const struct seal_plan_step *s);

/* seal_nft_line - a line of "nft -s -a list chain": its text without the blanks around it, and its
 * handle. Returns false when it has none. */
bool seal_nft_line(struct seal_bytes line, struct seal_bytes *text, struct seal_bytes *handle);

/* seal_nft_find - the line of @listing with this handle (@text empty), or with this text and a
 * handle that @older does not have
 * Returns whether there is one; *text and *handle are of it. */
bool seal_nft_find(struct seal_bytes listing, struct seal_bytes older, struct seal_bytes *text,
		   struct seal_bytes *handle);
