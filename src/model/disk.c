/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/disk.h"

static bool lies_below(struct seal_bytes path, struct seal_bytes target)
{
	while (target.n > 1 && target.p[target.n - 1] == '/')
		target.n--;
	if (target.n == 1 && target.p[0] == '/')
		return path.n && path.p[0] == '/';
	return target.n && path.n >= target.n && memcmp(path.p, target.p, target.n) == 0 &&
	       (path.n == target.n || path.p[target.n] == '/');
}

const struct seal_filesystem *seal_disk_of(const struct seal_disk *d, struct seal_bytes path)
{
	const struct seal_filesystem *best = NULL;

	/* of two on one mount point the later one covers the earlier */
	seal_vec_each (it, &d->filesystems)
		if (lies_below(path, it->target) && (!best || it->target.n >= best->target.n))
			best = it;
	return best;
}

void seal_disk_done(struct seal_disk *d)
{
	seal_vec_done(&d->filesystems);
}
