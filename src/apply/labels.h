/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* labels.h - the labels below a path kept in a file, and given back from it. The file is that of
 * getfattr(1), which setfattr --restore reads too. */

#include "core/err.h"
#include "model/fix.h"

/* seal_labels_save - write the security.selinux attributes of @path, and of all below it
 * @path: absolute; links before its last component are resolved, and none below it is followed
 * @all:  what is below a directory too
 * @fd:   where to; borrowed
 * Limits: 4,000,000 files, 256 folders deep; beyond: -EFBIG. A path that is not there, and files
 * without the attribute, are left out. Returns 0 or a negative errno. */
int seal_labels_save(struct seal_bytes path, bool all, int fd, struct seal_err *err);

/* seal_labels_restore - give back what a file of seal_labels_save(), or of getfattr, holds
 * @fd: borrowed
 * Nothing is followed: a file that is gone, or lies behind a link by now, is passed over. Returns
 * how many labels were set, -EBADMSG (damaged) or a negative errno; the labels before the fault are
 * set then. */
int seal_labels_restore(int fd, struct seal_err *err);
