/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* root_index.h - the entries of an archive in memory, looked up as a file system would: links are
 * resolved among them, nothing leads out. Contents lie one after another in a memfd. */

#include "core/arena.h"
#include "core/vec.h"

#include <sys/stat.h>

/* Limits: beyond them, -EFBIG */
#define SEAL_INDEX_ENTRIES_MAX 2000000u
#define SEAL_INDEX_BYTES_MAX   ((uint64_t)2 << 30) /* contents kept */
#define SEAL_INDEX_FILE_MAX    ((uint64_t)1 << 30) /* of one file */
#define SEAL_INDEX_NONE        UINT32_MAX

/* struct seal_node - one entry; strings live in the index's arena, NUL-terminated */
struct seal_node {
	const char *name;
	const char *link;  /* target text of a symbolic link */
	const char *label; /* security.selinux; NULL when the archive has none */
	const void *acl;   /* system.posix_acl_access, acl_n bytes; NULL when there is none */
	size_t acl_n;
	uint32_t parent, first_child, next_sibling, next_in_bucket;
	uint32_t mode; /* st_mode, type included */
	uint32_t uid, gid;
	uint64_t size;
	int64_t mtime_s, mtime_ns;
	uint64_t offset; /* of its content in the memfd */
	bool has_content;
};

struct seal_index {
	struct seal_arena *arena;
	seal_vec(struct seal_node) nodes; /* [0] is the top */
	uint32_t *buckets;                /* hash of (parent, name) */
	size_t n_buckets;
	int fd;         /* memfd of the contents */
	uint64_t bytes; /* in it */
	unsigned refs;  /* tops that share it */
};

/* seal_index_new - an index with its top directory alone; free with seal_index_free(). Returns 0,
 * -ENOMEM or the errno of memfd_create(2) */
int seal_index_new(struct seal_index **ret);
void seal_index_free(struct seal_index *x);
SEAL_DEFINE_AUTO(index, struct seal_index *, seal_index_free);
#define seal_auto_index __attribute__((cleanup(seal_auto_index_)))

/* seal_index_add - the entry at @path, its directories made as needed; an entry of that name
 * already there is taken up again
 * @path: as the archive has it; leading "/" and "." components are dropped
 * @ret:  its number; 0 for the top itself
 * Returns 0, -EINVAL (".." in it, or below something that is no directory), -ENAMETOOLONG,
 * -EFBIG or -ENOMEM. */
int seal_index_add(struct seal_index *x, const char *path, uint32_t *ret);

/* seal_index_find - the entry at @path below the directory @top, links resolved there
 * @follow: whether a link as last component is followed
 * Returns its number, -ENOENT, -ENOTDIR, -ELOOP (over 40 links) or -ENAMETOOLONG. */
int64_t seal_index_find(const struct seal_index *x, uint32_t top, const char *path, bool follow);

/* seal_index_child - the entry @name of directory @dir; SEAL_INDEX_NONE when there is none */
uint32_t seal_index_child(const struct seal_index *x, uint32_t dir, const char *name);
