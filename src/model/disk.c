/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/disk.h"

#include "core/path.h"

const struct seal_filesystem *seal_disk_of(const struct seal_disk *d, struct seal_bytes path)
{
	const struct seal_filesystem *best = NULL;

	/* of two on one mount point the later one covers the earlier */
	seal_vec_each (it, &d->filesystems)
		if (seal_path_is_within(path, it->target) &&
		    (!best || it->target.n >= best->target.n))
			best = it;
	return best;
}

void seal_disk_done(struct seal_disk *d)
{
	seal_vec_done(&d->filesystems);
}
