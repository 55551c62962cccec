/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* root_impl.h - what the two kinds of root (directory tree, archive) implement; only root*.c
 * include it */

#include "core/root.h"

struct seal_root_ops {
	/* each as the public function of the same name; @path has no leading "/" and may be empty
	 * (the top) */
	int (*open)(const struct seal_root *root, const char *path);
	int (*stat)(const struct seal_root *root, const char *path, bool follow, struct stat *ret);
	ssize_t (*readlink)(const struct seal_root *root, const char *path, char *buf, size_t size);
	/* names in any order; seal_root_list() sorts */
	int (*list)(const struct seal_root *root, const char *path,
		    int (*each)(void *data, const char *name, unsigned char type), void *data);
	ssize_t (*label)(const struct seal_root *root, const char *path, char *buf, size_t size);
	void (*free)(struct seal_root *root);
};

struct seal_root {
	const struct seal_root_ops *ops;
	enum seal_root_kind kind;
	char *name;         /* as the user wrote it */
	const char *prefix; /* where the host's "/" is below the top: "" or "root/" */
	bool has_live;      /* a bundle: live/ stands beside root/ */
	int fd;             /* tree: the directory; archive: unused, -1 */
	void *data;         /* archive: its index */
};

/* seal_root_tree_new - a directory as root; @fd is taken over; fills in ops, kind and fd. Returns 0
 */
int seal_root_tree_new(int fd, struct seal_root *root);

/* seal_root_archive_new - index a tar of any compression (libarchive)
 * @fd:   open regular file, taken over in every case
 * @root: name set; ops, data and kind are filled in
 * Returns 0, -ENOTDIR (not an archive), -EFBIG, -EBADMSG, -ENOMEM or an I/O errno. */
int seal_root_archive_new(int fd, struct seal_root *root, struct seal_err *err);
