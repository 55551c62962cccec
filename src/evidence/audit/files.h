/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* files.h - the files of a rotated log: NAME, NAME.1, NAME-20261120, each perhaps compressed */

#include "core/arena.h"
#include "core/root.h"
#include "core/vec.h"

struct seal_log_file {
	const char *path; /* in the arena */
	uint64_t age;     /* of NAME.1 is 1; of NAME is 0; dated names count down to the newest */
};

struct seal_log_files {
	seal_vec(struct seal_log_file) files; /* oldest first; caller frees with seal_vec_done() */
	uint64_t missing; /* first number missing in NAME.1, NAME.2 ..., 0 = none */
};

/* seal_log_files_find - list @dir for @name and its rotated files
 * @max: files; the oldest are left out beyond
 * Returns 0 (also when there is none) or a negative errno of seal_root_list(). */
int seal_log_files_find(const struct seal_root *root, struct seal_arena *a, const char *dir,
			const char *name, size_t max, struct seal_log_files *ret,
			struct seal_err *err);
