/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* files.h - files of the mail system and what its domains may do with them */

#include "checks/check.h"

/* seal_follow - the file that a path leads to, links followed (8 at most)
 * @path: absolute; replaced by that of the file, in the host's arena
 * @ret:  its metadata
 * Returns 0, -ELOOP, -ENOMEM or an errno of seal_view_file(). */
int seal_follow(struct seal_host *h, struct seal_bytes *path, struct seal_file *ret);

/* seal_type_at - the type of a file: its label, else what file_contexts would give it
 * @stored: set when it is the label of a file that is there
 * Returns 0 or -ENODATA. */
int seal_type_at(struct seal_host *h, struct seal_bytes path, char type, struct seal_bytes *ret,
		 bool *stored);

/* seal_may - whether a daemon's domain has permissions on a type
 * @perms: separated by blanks, at most 8
 * Returns 1, 0, -ENODATA (domain, type or policy not known) or -ENOMEM. */
int seal_may(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes type,
	     const char *tclass, const char *perms);

/* seal_generic_type - a type that file_contexts gives to what nobody has told it of: in the root,
 * in /var, /srv, /usr, /opt, /tmp or in a home */
bool seal_generic_type(struct seal_host *h, struct seal_bytes type);
