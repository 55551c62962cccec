/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* root_impl.h - what the two kinds of root (directory tree, archive) implement; only root*.c
 * include it */

#include <pthread.h>

#include "core/root.h"
#include "core/root_partial.h"

struct seal_index; /* core/root_index.h */

/* struct seal_top - a directory that nothing leads out of: "/" of the host, the bundle around it,
 * its live/ */
struct seal_top {
	int fd;                   /* tree: the directory; else -1 */
	struct seal_index *index; /* archive: its entries; else NULL */
	uint32_t node;            /* archive: the entry that is this directory */
};

struct seal_root_ops {
	/* each as the public function of the same name; @path has no leading "/" and may be empty
	 * (the top) */
	int (*open)(const struct seal_top *top, const char *path);
	int (*stat)(const struct seal_top *top, const char *path, bool follow, struct stat *ret);
	ssize_t (*readlink)(const struct seal_top *top, const char *path, char *buf, size_t size);
	/* names in any order; seal_root_list() sorts */
	int (*list)(const struct seal_top *top, const char *path,
		    int (*each)(void *data, const char *name, unsigned char type), void *data);
	ssize_t (*label)(const struct seal_top *top, const char *path, char *buf, size_t size);
	/* NULL: what holds the files does not hold their ACLs */
	ssize_t (*acl)(const struct seal_top *top, const char *path, char *buf, size_t size);
	/* the directory @name right below @top as a top of its own; a link is -ENOTDIR */
	int (*enter)(const struct seal_top *top, const char *name, struct seal_top *ret);
	/* a descriptor of the directory @path; NULL: there is none to give */
	int (*dir)(const struct seal_top *top, const char *path);
	void (*done)(struct seal_top *top);
};

/* struct seal_root_faults - kept apart: to look a path up does not change the root. Of a host that
 * is watched, the logs are followed in a thread of their own. */
struct seal_root_faults {
	pthread_mutex_t lock;
	size_t n, more;
	struct seal_root_fault v[SEAL_ROOT_FAULTS_MAX];
};

struct seal_root {
	const struct seal_root_ops *ops;
	enum seal_root_kind kind;
	char *name; /* as the user wrote it */
	/* bundle: the three differ; else host alone. Unset: fd -1 and no index */
	struct seal_top host, bundle, live;
	struct seal_partial *partial; /* of a bundle that has one; else NULL */
	struct seal_root_faults *faults;
	const struct seal_watch *watch; /* borrowed; NULL: nobody watches */
	int queue_fd;                   /* seal_root_give_queue(); 0 = none */
	bool whole;      /* the root holds all files of the host: no bundle, no sosreport */
	char damage[96]; /* archive: what is missing from it, printable; empty when nothing is */
};

#define SEAL_TOP_NONE ((struct seal_top){.fd = -1})

static inline bool seal_top_is_set(const struct seal_top *top)
{
	return top->fd >= 0 || top->index;
}

/* seal_root_tree_new - a directory as root; @fd is taken over; fills in ops, kind and host */
void seal_root_tree_new(int fd, struct seal_root *root);

/* seal_root_archive_new - index a tar of any compression (libarchive); a top folder in which
 * everything lies is the root
 * @fd:   open regular file, taken over in every case
 * @root: name set; ops, kind, host and damage are filled in
 * Limits: root_index.h.
 * Returns 0, -ENOTDIR (not an archive), -EFBIG, -ENOMEM or an I/O errno. */
int seal_root_archive_new(int fd, struct seal_root *root, struct seal_err *err);
