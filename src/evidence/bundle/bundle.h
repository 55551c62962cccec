/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* bundle.h - writes an evidence bundle (a tar of bundle.json, root/ and live/): what was gathered
 * of a root, without private keys, the values of SASL password maps, passwords of settings, and the
 * header and body of queued messages. */

#include "core/root.h"
#include "evidence/bundle/gather.h"
#include "evidence/bundle/mask.h"
#include "model/host.h"

#define SEAL_BUNDLE_BYTES_DEFAULT ((uint64_t)1 << 30)
#define SEAL_BUNDLE_BYTES_MAX     ((uint64_t)2 << 30) /* what is read back, core/root_index.h */

struct seal_bundle {
	const struct seal_root *root;
	const struct seal_haul *haul;
	const struct seal_host *h;        /* facts of the same root; all of them read */
	const struct seal_redact *redact; /* NULL: addresses stay */
	const char *filter;               /* "zstd", "xz", "gzip" or NULL: not compressed */
	uint64_t max_bytes;               /* of contents in all; what does not fit is left out */
	int64_t time_us;                  /* when it is made */
};

/* struct seal_bundle_result - what became of it */
struct seal_bundle_result {
	uint64_t n_files, n_bytes; /* contents taken, before compression */
	uint64_t n_left;           /* files that would have been read, left out for want of room */
	char first_left[160];      /* the first of them, printable; empty when there is none */
};

/* seal_bundle_filter - the compression that the name of a bundle asks for
 * @ret: "zstd", "xz", "gzip" or NULL
 * Returns 0 or -EINVAL: it ends in none of .tar, .tar.zst, .tar.xz, .tar.gz. */
int seal_bundle_filter(const char *name, const char **ret);

/* seal_bundle_write - write the bundle to @fd, which stays open
 * What the root cannot give is told in live/partial.tsv (core/root_partial.h). Small contents come
 * before large ones, logs last and the newest first: so that the limit takes the oldest logs.
 * Returns 0, -ENOMEM, -EFBIG (it compresses so well that it would not be read back) or an I/O
 * errno. */
int seal_bundle_write(const struct seal_bundle *b, int fd, struct seal_bundle_result *ret,
		      struct seal_err *err);
