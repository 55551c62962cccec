/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* nft_json.h - what "nft -j list ruleset" prints (libnftables-json(5)), read without building a
 * tree of it: one pass over the bytes, straight into the ruleset.
 *
 * Versions 0.9 to 1.1 differ in small things (single flags as a string or a list, bit lists as [..]
 * or
 * {"|": [..]}), all of which are read. nft before 1.1.0 prints a table's flags from freed memory:
 * such a table is neither taken as dormant nor as awake. What is not known becomes a named unknown
 * where it stands. */

#include "model/ruleset.h"

/* seal_nft_json_parse - read a listing
 * @json: the whole document; a name in it that is not UTF-8 is kept as it is
 * @ret:  new ruleset, linked, caller frees with seal_ruleset_free(); untouched on failure
 * @err:  on -EBADMSG names the byte offset
 * Limits: 64 levels of nesting, 1 GiB.
 * Returns 0, -EBADMSG (no JSON, or not a ruleset), -EFBIG or -ENOMEM. */
int seal_nft_json_parse(struct seal_bytes json, struct seal_ruleset **ret, struct seal_err *err);
