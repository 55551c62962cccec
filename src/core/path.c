/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/path.h"

struct seal_bytes seal_path_name(struct seal_bytes path)
{
	return seal_bytes_from(path, (size_t)(seal_bytes_rchr(path, '/') + 1));
}

struct seal_bytes seal_path_parent(struct seal_bytes path)
{
	ssize_t slash = seal_bytes_rchr(path, '/');

	return slash <= 0 ? SEAL_LIT("/") : seal_bytes_first(path, (size_t)slash);
}

bool seal_path_is_below(struct seal_bytes path, struct seal_bytes dir)
{
	return path.n > dir.n && path.p[dir.n] == '/' &&
	       seal_bytes_eq(seal_bytes_first(path, dir.n), dir);
}

bool seal_path_is_within(struct seal_bytes path, struct seal_bytes dir)
{
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	if (seal_bytes_is(dir, "/"))
		return seal_bytes_starts(path, "/");
	return dir.n && (seal_bytes_eq(path, dir) || seal_path_is_below(path, dir));
}
