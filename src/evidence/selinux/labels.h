/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* labels.h - the contexts files have: the bundle's live/labels.getfattr, else security.selinux of
 * the root's files. Archives and copies lose the attribute, and that of an unpacked copy may tell
 * of the machine it was unpacked on: with a list, a path it does not name is not known (-ENODATA).
 */

#include "core/root.h"
#include "evidence/selinux/contexts.h"
#include "model/host.h"

struct seal_labels;

/* seal_labels_open - labels of a root; reads live/labels.getfattr when there is one
 * @root: borrowed, must outlive the labels
 * @h:    optional; gets the row of sources
 * @ret:  caller frees with seal_labels_free(); untouched on failure
 * Limits: 256 MiB, 4,000,000 paths, contexts of 4 KiB; beyond, or a damaged line: the row says so,
 * the rest stands. Returns 0 or -ENOMEM. */
int seal_labels_open(const struct seal_root *root, struct seal_host *h, struct seal_labels **ret,
		     struct seal_err *err);
void seal_labels_free(struct seal_labels *l);
SEAL_DEFINE_AUTO(labels, struct seal_labels *, seal_labels_free);
#define seal_auto_labels __attribute__((cleanup(seal_auto_labels_)))

/* seal_labels_lookup - the context of @path itself (absolute on the host, links not followed)
 * @ret: borrowed, lives as long as @l
 * Returns 0, -ENODATA (the evidence cannot tell), -ENOENT (no such file) or another negative errno.
 */
int seal_labels_lookup(struct seal_labels *l, struct seal_bytes path, struct seal_bytes *ret);

/* seal_labels_each - the entries of labels.getfattr below a folder (itself included), in byte order
 * of paths; none when labels come from xattrs. @each: non-zero stops and is returned. */
int seal_labels_each(struct seal_labels *l, struct seal_bytes folder,
		     int (*each)(void *data, struct seal_bytes path, struct seal_bytes context),
		     void *data);

/* seal_getfattr_unescape - the bytes of a getfattr(1) name or value: \ooo and \\ outside, and of a
 * value in quotes, 0x hex, or 0s base64; a trailing NUL of a value is dropped
 * @in, @out: @out has room for in.n bytes. Returns the length or -EINVAL. */
ssize_t seal_getfattr_unescape(struct seal_bytes in, bool value, char *out);

/* struct seal_selinux_view - answers the label and expected questions of a host's view */
struct seal_selinux_view {
	struct seal_labels *labels;     /* may be NULL */
	struct seal_contexts *contexts; /* may be NULL */
};

/* seal_selinux_view_label ... _entry - as the functions of struct seal_view, @data is a struct
 * seal_selinux_view; for the one who fills in host->view */
int seal_selinux_view_label(void *data, struct seal_bytes path, struct seal_bytes *ret);
int seal_selinux_view_expected(void *data, struct seal_bytes path, char type,
			       struct seal_bytes *ret);
int seal_selinux_view_spec_path(void *data, struct seal_bytes path, struct seal_arena *arena,
				struct seal_bytes *ret);
int seal_selinux_view_entry(void *data, size_t n, struct seal_context_entry *ret);

/* seal_selinux_view - open labels and contexts of a root for its view; what cannot be read is a row
 * of h->sources and stays NULL. Free with seal_selinux_view_done(). Returns 0 or -ENOMEM. */
int seal_selinux_view(const struct seal_root *root, struct seal_host *h,
		      struct seal_selinux_view *ret);
void seal_selinux_view_done(struct seal_selinux_view *v);
