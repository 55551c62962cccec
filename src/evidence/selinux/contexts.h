/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* contexts.h - file_contexts of a root: which context a path should have, as selabel_lookup(3)
 * would say with that root's file_contexts, .homedirs, .local, .subs and .subs_dist. The files are
 * matched here and not by libselinux, for three reasons: it opens them by the host's path, one bad
 * line makes it refuse the whole file, and its matches have no limit. The tests compare every
 * answer with libselinux. Paths are those of the host, absolute. */

#include "core/root.h"
#include "core/vec.h"
#include "model/host.h"

struct seal_contexts;

/* seal_contexts_open - read etc/selinux/TYPE/contexts/files/file_contexts* of a root
 * @type: SELINUXTYPE, one path component
 * @h:    optional; gets a row of sources for each file: read, absent, or what is wrong with it. A
 * line that does not parse, or whose regular expression does not compile, is named and left out.
 * @ret:  caller frees with seal_contexts_free(); untouched on failure
 * The .bin files are not used: they are compiled regular expressions of an unknown library.
 * Limits: 16 MiB a file, 200,000 lines in all. Returns 0, -ENOENT, -EFBIG, -ENOMEM or an errno. */
int seal_contexts_open(const struct seal_root *root, struct seal_bytes type, struct seal_host *h,
		       struct seal_contexts **ret, struct seal_err *err);
void seal_contexts_free(struct seal_contexts *c);
SEAL_DEFINE_AUTO(contexts, struct seal_contexts *, seal_contexts_free);
#define seal_auto_contexts __attribute__((cleanup(seal_auto_contexts_)))

/* seal_contexts_lookup - the context file_contexts asks for
 * @type: f d l s p b c, or '?' for any
 * @ret:  borrowed, lives as long as @c
 * Returns 0, -ENOENT (no entry, or <<none>>), -EINVAL (not absolute, or holds NUL or newline),
 * -ENODATA (an entry that may be the one is broken, or took too long to match) or -ENOMEM. */
int seal_contexts_lookup(struct seal_contexts *c, struct seal_bytes path, char type,
			 struct seal_bytes *ret);

/* seal_contexts_spec_path - the path as an entry has to write it: equivalences are applied to paths
 * before entries are matched, and semanage-fcontext(8) refuses an entry that one of them covers
 * @ret: in @arena
 * Returns 0, -EXDEV (one covers what another leads to: no entry can be made), -EINVAL as above or
 * -ENOMEM. */
int seal_contexts_spec_path(const struct seal_contexts *c, struct seal_bytes path,
			    struct seal_arena *arena, struct seal_bytes *ret);

/* seal_contexts_entry - the entry of number @n in the order of matching: the last that fits counts.
 * Returns 0 or -ENOENT when there are no more. */
int seal_contexts_entry(const struct seal_contexts *c, size_t n, struct seal_context_entry *ret);

/* seal_contexts_is_customizable - whether restorecon leaves files of this type alone without -F */
bool seal_contexts_is_customizable(const struct seal_contexts *c, struct seal_bytes type);

/* struct seal_equivalence - one line of .subs or .subs_dist: @from is labelled as @to */
struct seal_equivalence {
	struct seal_bytes from, to;
	bool local; /* of .subs: made by semanage fcontext -e */
};

/* seal_contexts_equivalences - all of them in the order they are tried, local ones first; borrowed.
 * Returns the count. */
size_t seal_contexts_equivalences(const struct seal_contexts *c,
				  const struct seal_equivalence **ret);
