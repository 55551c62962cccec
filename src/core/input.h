/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* input.h - bytes of a regular file as a stream, decompressed when its first bytes say gzip, xz,
 * zstd, bzip2 or lz4 (libarchive), with limits that hold for hostile files. */

#include "core/root.h"

struct seal_input;

/* seal_input_new - stream over an open file; of a pipe the bytes are taken as they come
 * @fd:    taken over in every case
 * @limit: bytes after decompression; reading more fails with -EFBIG. A ratio over 200:1 past the
 *         first 16 MiB fails with -EFBIG too, and so does a sparse file of such a ratio at once.
 * @ret:   new stream, caller frees with seal_input_free(); untouched on failure
 * Returns 0, -ENOMEM or an I/O errno. */
int seal_input_new(int fd, uint64_t limit, struct seal_input **ret, struct seal_err *err);
void seal_input_free(struct seal_input *in);
SEAL_DEFINE_AUTO(input, struct seal_input *, seal_input_free);
#define seal_auto_input __attribute__((cleanup(seal_auto_input_)))

/* seal_input_read - the next bytes, as many as are at hand up to @n
 * Returns their count, 0 at the end, -EFBIG (limit), -EBADMSG (damaged compression) or an I/O
 * errno. */
ssize_t seal_input_read(struct seal_input *in, void *buf, size_t n, struct seal_err *err);

/* seal_input_compressed - whether the file is decompressed on the way */
bool seal_input_compressed(const struct seal_input *in);

/* struct seal_lines - the lines of a stream, without copying: each is valid until the next call */
struct seal_lines {
	struct seal_input *in; /* borrowed */
	char *buf;
	size_t cap, start, end, line_max;
	uint64_t number; /* of the line handed out last, from 1 */
	bool cut; /* the line handed out last was longer than line_max: its rest was skipped */
	bool eof, skipping;
};

/* seal_lines_init - start reading lines of at most @line_max bytes (buffer: twice that, at least 1
 * MiB) Returns 0 or -ENOMEM. End with seal_lines_done(). */
int seal_lines_init(struct seal_lines *l, struct seal_input *in, size_t line_max);
void seal_lines_done(struct seal_lines *l);

/* seal_lines_next - the next line without its "\n"; a last line without "\n" counts
 * Returns 1, 0 at the end, or a negative errno as seal_input_read(). */
int seal_lines_next(struct seal_lines *l, struct seal_bytes *ret, struct seal_err *err);

/* seal_read_all - the whole of an open file, decompressed, NUL-terminated beyond *n
 * @fd:  taken over in every case
 * @ret: heap, caller frees; untouched on failure
 * Returns 0, -EFBIG when over @max bytes, or as seal_input_read(). */
int seal_read_all(int fd, size_t max, char **ret, size_t *n, struct seal_err *err);

/* seal_root_read - seal_root_open() and seal_read_all() in one; the error names the path */
int seal_root_read(const struct seal_root *root, const char *path, size_t max, char **ret,
		   size_t *n, struct seal_err *err);
