/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* root_partial.h - live/partial.tsv: what a bundle knows of the files that it does not hold.
 * Whoever wrote the bundle looked for some paths in vain, and saw others without taking their
 * content; what the table does not name, nobody looked for: of that the bundle must not say that it
 * is absent. One line a path: state, size in bytes, path, separated by tabs; in the path a
 * backslash, tab, newline or other control byte is \ooo. The state is "left" (there, content not
 * taken), "unlisted" (a directory of which the bundle holds single entries), an errno name
 * ("ENOENT", "EACCES": what the host said), or the kind of a special file ("socket", "fifo",
 * "chardev", "blockdev"), which stands in the tree as an empty file. The path "/" carries what
 * holds of the whole: "whole", "running", "owners". */

#include "core/bytes.h"
#include "core/err.h"

#include <sys/stat.h>

#define SEAL_PARTIAL_MAX ((size_t)256 * 1024 * 1024)

enum seal_partial_state {
	SEAL_PARTIAL_LEFT,
	SEAL_PARTIAL_UNLISTED,
	SEAL_PARTIAL_ERRNO,
	SEAL_PARTIAL_SPECIAL,
};

struct seal_partial_row {
	struct seal_bytes path; /* no leading "/" */
	enum seal_partial_state state;
	int error;   /* positive errno */
	mode_t type; /* S_IFSOCK ... */
	uint64_t size_bytes;
};

struct seal_partial {
	struct seal_partial_row *rows; /* by path, each once */
	size_t n;
	bool whole;   /* the rest of the host was looked at: what is not told was not asked */
	bool running; /* taken of a running host: proc/ and sys/ are its kernel's */
	bool owners;  /* owners and ACLs of the entries are those of the host */
};

/* seal_partial_parse - read the table
 * @text: the file, taken over in every case; the rows point into it
 * Lines of another form are passed over: their paths count as not looked for.
 * Returns 0 or -ENOMEM; *ret is freed with seal_partial_free(). */
int seal_partial_parse(char *text, size_t n, struct seal_partial **ret);
void seal_partial_free(struct seal_partial *p);

/* seal_partial_find - the row of @path, which has no leading "/"; NULL when there is none */
const struct seal_partial_row *seal_partial_find(const struct seal_partial *p, const char *path);
