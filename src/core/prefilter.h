/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* prefilter.h - which of many patterns can match a text at all. A pattern is read for words that
 * every match must hold one of; a text for the three-byte pieces in it, kept as a set of hashed
 * bits. A pattern none of whose words can be in the text is not tried: hundreds of patterns cost
 * little more than one. */

#include "core/arena.h"

#define SEAL_PIECES_BITS 4096

/* struct seal_pieces - the three-byte pieces of a text */
struct seal_pieces {
	uint64_t bits[SEAL_PIECES_BITS / 64];
};

/* seal_pieces_of - fill the set from @text */
void seal_pieces_of(struct seal_bytes text, struct seal_pieces *ret);

/* struct seal_prefilter - words of a pattern, as bit numbers of their pieces; zeroed = always try
 */
struct seal_prefilter {
	const uint16_t *v; /* each word: a count, then as many bit numbers */
	uint32_t n_words;
};

/* seal_prefilter_new - read a pattern (the PCRE2 of our own rules) for its words
 * @caseless: the pattern is matched without case, against texts in lower case
 * @ret:      in the arena; a pattern that is not understood gives one that always says yes
 * Returns 0 or -ENOMEM. */
int seal_prefilter_new(struct seal_arena *arena, struct seal_bytes pattern, bool caseless,
		       struct seal_prefilter *ret);

/* seal_prefilter_may_match - false only when the pattern cannot match the text that @text was made
 * of */
bool seal_prefilter_may_match(const struct seal_prefilter *p, const struct seal_pieces *text);
