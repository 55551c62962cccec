/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_words.h - the answers of reach in words, for every format that people read. What is put
 * holds names of the ruleset: untrusted bytes, still to pass the encoder of the format. */

#include "analysis/reach/reach_paths.h"
#include "core/buf.h"

/* seal_reach_who - whose packets a row is about: "everyone else, IPv4", "192.0.2.0/24, ..."
 * @all: every prefix, however many */
void seal_reach_who(struct seal_buf *out, const struct seal_path *p, const struct seal_path_row *r,
		    bool all);
/* seal_reach_near - " to 192.0.2.1, ...": the own addresses it holds for; nothing when it is all */
void seal_reach_near(struct seal_buf *out, const struct seal_path_row *r);
/* seal_reach_word - "accept", "drop", "reject", "unrouted", "depends" */
const char *seal_reach_word(const struct seal_fw_verdict *v);
/* seal_reach_rule - "inet filter input #4  tcp dport 25 accept  (etc/nftables.conf:12)"
 * @rule: NULL: the policy of @chain */
void seal_reach_rule(struct seal_buf *out, const struct seal_fw_rule *rule,
		     const struct seal_fw_chain *chain);
/* seal_reach_reasons - why: the deciding rule, what becomes of the answers, what it depends on;
 * @put is called for every sentence */
void seal_reach_reasons(const struct seal_path *p, const struct seal_path_row *r,
			void (*put)(void *data, struct seal_bytes text), void *data);
/* seal_reach_is_clutter - a row of addresses nobody has (broadcast, multicast), or of link-local,
 * loopback and own ones where the address of a next hop is not known, beside the row of all others
 */
bool seal_reach_is_clutter(const struct seal_path *p, const struct seal_path_row *r);
