/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* disk.h - how full the file systems of the host are */

#include "core/vec.h"
#include "model/origin.h"

struct seal_filesystem {
	struct seal_bytes source, target; /* "/dev/vda", "/" */
	uint64_t size_bytes, avail_bytes; /* avail: for those who are not root */
	uint64_t inodes, inodes_free;
	bool has_space, has_inodes; /* btrfs and others count no inodes */
	bool read_only;
	struct seal_origin origin;
};

struct seal_disk {
	seal_vec(struct seal_filesystem) filesystems;
	bool present;
};

/* seal_disk_of - the file system that holds @path (absolute on the host): the longest mount point
 * that is a prefix of it, whole components; borrowed. NULL: not known */
const struct seal_filesystem *seal_disk_of(const struct seal_disk *d, struct seal_bytes path);

void seal_disk_done(struct seal_disk *d);
