/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* gather.h - what a bundle of a root has to hold: whatever was asked of the root while the readers
 * and the analysis ran. The list is theirs; there is no other. */

#include "core/arena.h"
#include "core/root.h"
#include "core/vec.h"

/* struct seal_item - an entry of the host's tree, by its real path */
struct seal_item {
	struct seal_bytes path; /* no leading "/", no link on the way; NUL-terminated */
	struct stat st;
	struct seal_bytes link; /* target of a symbolic link */
	bool content;           /* was read: a regular file's bytes belong into the bundle */
	bool in_dir;            /* its content was read through a directory kept open */
	bool listed;            /* a directory whose entries were asked for */
	int error;              /* negative errno of reading or listing it; 0: it can be */
};

/* struct seal_alias - a path that was asked for and leads elsewhere, or nowhere */
struct seal_alias {
	struct seal_bytes path;
	size_t item; /* what it leads to */
	int error;   /* negative errno instead; 0: item holds */
};

struct seal_gather;

/* seal_gather_new - start watching @root, which is borrowed
 * Returns NULL when memory is gone. Ends with seal_gather_free(), before the root is freed. */
struct seal_gather *seal_gather_new(struct seal_root *root);
void seal_gather_free(struct seal_gather *g);
SEAL_DEFINE_AUTO(gather, struct seal_gather *, seal_gather_free);
#define seal_auto_gather __attribute__((cleanup(seal_auto_gather_)))

/* struct seal_haul - what was gathered; arrays sorted by path */
struct seal_haul {
	struct seal_arena *arena;
	seal_vec(struct seal_item) items;
	seal_vec(struct seal_alias) aliases;
	seal_vec(const char *) live; /* files of live/ that were read and are there */
};

/* seal_gather_finish - stop watching and look at each path once more
 * @ret: caller ends it with seal_haul_done(), also after a failure
 * Limits: 4,000,000 paths; beyond: -EFBIG. Returns 0, -ENOMEM or -EFBIG. */
int seal_gather_finish(struct seal_gather *g, struct seal_haul *ret);
void seal_haul_done(struct seal_haul *h);
