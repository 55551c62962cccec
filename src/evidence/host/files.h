/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* files.h - metadata of single files as they are on the host: the bundle's live/files.tsv, which
 * knows what archives and copies lose (owners, modes, sockets), else the root's own files */

#include "core/root.h"
#include "model/host.h"

struct seal_files;

/* seal_files_open - metadata of a root; reads live/files.tsv when there is one (one line a file:
 * path, type, octal mode, uid, gid, size, mtime, link target, separated by tabs; find -printf)
 * @root: borrowed, must outlive the files
 * @h:    gets a row of sources; its arena keeps the strings
 * @ret:  caller frees with seal_files_free(); untouched on failure
 * Limits: 256 MiB, 2,000,000 lines of 16 KiB; beyond, or a line of another form: the row says so,
 * the rest stands. A path told twice in different words counts as unknown: names may hold newlines.
 * Returns 0 or -ENOMEM. */
int seal_files_open(const struct seal_root *root, struct seal_host *h, struct seal_files **ret,
		    struct seal_err *err);
void seal_files_free(struct seal_files *f);
SEAL_DEFINE_AUTO(files, struct seal_files *, seal_files_free);
#define seal_auto_files __attribute__((cleanup(seal_auto_files_)))

/* seal_files_view - the file function of struct seal_view
 * @data: a struct seal_files
 * -ENOENT is said only where the evidence holds the whole directory: of an image or a live host
 * always, of a bundle where files.tsv lists the directory, or one above it that lacks the next
 * element, and something in it; else -ENODATA. */
int seal_files_view(void *data, struct seal_bytes path, struct seal_file *ret);

/* seal_files_acl - its access ACL: n 0 when it has none
 * Returns 0 or -ENODATA (archives, bundles and unprivileged copies do not hold ACLs). */
int seal_files_acl(void *data, struct seal_bytes path, struct seal_acl *ret);
