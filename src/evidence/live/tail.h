/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* tail.h - the lines of a log file as they are written, over rotation: by renaming (the old file is
 * read to its end and on, as long as its writer holds it) and by copying and truncating. */

#include "core/root.h"

#define SEAL_TAIL_LINE_MAX ((size_t)64 * 1024) /* bytes of a line; the rest is dropped */
#define SEAL_TAIL_MARK     1024 /* bytes remembered to know a file again: a line with its stamp */

/* struct seal_tail_file - one file on its way; fd -1: none */
struct seal_tail_file {
	int fd, watch; /* watch: of inotify, -1 = none */
	uint64_t dev, ino, at, number;
	char mark[SEAL_TAIL_MARK]; /* the bytes in front of @at */
	size_t n_mark;
	char *part; /* of a line that has no end yet */
	size_t n_part;
	bool skipping;
	bool counted; /* read from its first line on */
};

struct seal_tail {
	const struct seal_root *root; /* borrowed */
	char *path;                   /* owned, below the root */
	int inotify, dir_watch;       /* inotify: borrowed, -1 = none */
	struct seal_tail_file now, before;
	uint64_t n_rotated, n_truncated;
	bool missing;
};

/* seal_tail_open - follow @path; a file that is not there yet is waited for
 * @inotify: gets watches for it; -1: the caller reads now and then
 * @past:    bytes at its end that are read at first, from the next whole line on
 * Returns 0, -EACCES (not readable) or -ENOMEM. */
int seal_tail_open(struct seal_tail *t, const struct seal_root *root, const char *path, int inotify,
		   uint64_t past, struct seal_err *err);
void seal_tail_done(struct seal_tail *t);

/* seal_tail_read - hand each new whole line to @line, without its end; @number is its
 * number in the file, 0 when the file was not read from its start. Returns 0, -ENOMEM or what @line
 * returned when negative. */
int seal_tail_read(struct seal_tail *t,
		   int (*line)(void *data, struct seal_bytes line, uint64_t number), void *data);

/* seal_tail_is_watch - whether an inotify event of @watch is about this file or its directory */
bool seal_tail_is_watch(const struct seal_tail *t, int watch);
