/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* view.h - questions about single files of the host, answered when they are asked: analysis may
 * name a path only after it has read the logs. The evidence layer fills in the functions; tests use
 * literals. */

#include "core/bytes.h"

#include <errno.h>

struct seal_file {
	char type;               /* f d l s p b c, as find -printf %y */
	uint32_t mode, uid, gid; /* mode: permission bits only */
	uint64_t size_bytes;
	int64_t mtime_us;
	struct seal_bytes link; /* target text of a link, in the host's arena */
	bool has_owner; /* mode and owner are the host's own, not those of an unpacked copy */
};

struct seal_view {
	void *data;
	/* file - metadata of a path (absolute on the host), not following a final link.
	 * Returns 0, -ENOENT, -ENODATA (the evidence cannot tell) or another negative errno. */
	int (*file)(void *data, struct seal_bytes path, struct seal_file *ret);
	/* label - its security context as stored. Same returns. */
	int (*label)(void *data, struct seal_bytes path, struct seal_bytes *ret);
	/* expected - the context file_contexts asks for; @type as seal_file.type, '?' = any.
	 * -ENOENT: no entry (or <<none>>). */
	int (*expected)(void *data, struct seal_bytes path, char type, struct seal_bytes *ret);
};

static inline int seal_view_file(const struct seal_view *v, struct seal_bytes path,
				 struct seal_file *ret)
{
	return v->file ? v->file(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_label(const struct seal_view *v, struct seal_bytes path,
				  struct seal_bytes *ret)
{
	return v->label ? v->label(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_expected(const struct seal_view *v, struct seal_bytes path, char type,
				     struct seal_bytes *ret)
{
	return v->expected ? v->expected(v->data, path, type, ret) : -ENODATA;
}
