/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_quote.h - chains, rules and elements as the conditions of a fix name them */

#include "core/arena.h"
#include "model/ruleset.h"

/* reach_chain_words, reach_set_words - "inet filter output", "inet filter ports"; empty: no memory
 */
struct seal_bytes reach_chain_words(struct seal_arena *a, const struct seal_fw_chain *c);
struct seal_bytes reach_set_words(struct seal_arena *a, const struct seal_fw_set *set);

/* reach_rule_quote - the end of the line in which "nft -s -a list chain" shows @r: "tcp dport 25
 * drop # handle 7"; of a rule with anything whose writing differs between listings the handle
 * alone, "# handle 7". Empty: no memory. */
struct seal_bytes reach_rule_quote(struct seal_arena *a, const struct seal_fw_rule *r);
