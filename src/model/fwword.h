/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* fwword.h - the words of nft(8) and the numbers they stand for (nft describe; linux/netfilter
 * headers) */

#include "model/ruleset.h"

struct seal_word {
	const char *name; /* a table ends with NULL */
	uint32_t value;
};

bool seal_word_find(const struct seal_word *words, struct seal_bytes name, uint32_t *ret);
/* seal_word_name - the first name of a number, NULL when it has none */
const char *seal_word_name(const struct seal_word *words, seal_u128 value);

/* seal_field_words - the symbols of a field's values, NULL when it has none */
const struct seal_word *seal_field_words(enum seal_fw_field field);
bool seal_field_is_ifname(enum seal_fw_field field);
/* seal_field_is_bits - whether a list of values means "one of these bits" (ct state, tcp flags) */
bool seal_field_is_bits(enum seal_fw_field field);
