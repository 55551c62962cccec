/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "core/root_impl.h"

int seal_root_archive_new(int fd, struct seal_root *root, struct seal_err *err)
{
	close(fd);
	return seal_err_set(err, -ENOTDIR, "%s: not a directory", root->name);
}
