/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* bundle_impl.h - between the files of this folder */

#include <archive.h>

#include "core/buf.h"
#include "evidence/bundle/bundle.h"

/* struct seal_packing - a bundle being written */
struct seal_packing {
	const struct seal_bundle *b;
	struct archive *ar;
	struct seal_bundle_result *result;
	struct seal_err *err;
	struct seal_buf partial; /* of live/partial.tsv */
	struct timespec now;
};

/* seal_pack_bytes - a file of the bundle's own: "live/df.json"; mode 0600 of root */
int seal_pack_bytes(struct seal_packing *p, const char *name, struct seal_bytes content);

/* seal_pack_item - an entry of the host's tree, with its content when that is wanted; writes its
 * row of partial.tsv */
int seal_pack_item(struct seal_packing *p, const struct seal_item *item);

/* seal_pack_live_file - live/@name of the source as it is (redacted) */
int seal_pack_live_file(struct seal_packing *p, const char *name);

/* seal_pack_state - bundle.json, and what a live host does not keep in files */
int seal_pack_state(struct seal_packing *p);

/* seal_pack_fd - a file of the bundle's own with the content of @fd (redacted), from its start */
int seal_pack_fd(struct seal_packing *p, const char *name, int fd);

/* seal_pack_journal - the entries of all journals of the root, each under the name of its journal
 */
int seal_pack_journal(struct seal_packing *p);

/* seal_pack_row - a row of partial.tsv */
void seal_pack_row(struct seal_packing *p, const char *state, uint64_t size_bytes,
		   struct seal_bytes path);

/* seal_pack_fail - the error of libarchive as a negative errno, with its text */
int seal_pack_fail(struct seal_packing *p, const char *what);
