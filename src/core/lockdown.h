/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* lockdown.h - give up, for good, what reading evidence never needs, before the first byte of it is
 * parsed: running programs, connecting, writing anywhere but into the outputs. Two layers that
 * stand alone: Landlock (Linux 5.13) and seccomp; where the kernel lacks one, the other still
 * holds. */

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

/* struct seal_lockdown - what holds */
struct seal_lockdown {
	unsigned landlock; /* ABI version in use; 0 = not */
	bool seccomp;
	const char *why_landlock; /* why not; a constant */
	const char *why_seccomp;
};

/* seal_lockdown - lock this process and all it will start
 * @dirs: directories below which files may be made, written and renamed; those that cannot be
 * opened are left out. Descriptors that are open keep what they can.
 * @ret:  what holds afterwards; a layer that the kernel lacks is no failure
 * Call once, before threads are started. Sources: landlock(7), seccomp(2), libseccomp.
 * Returns 0, -ENOMEM, or a negative errno when a layer that is there could not be put in force. */
int seal_lockdown(const char *const *dirs, size_t n, struct seal_lockdown *ret,
		  struct seal_err *err);

/* enum seal_rights - what reading needs of root's capabilities beside the right to read any file */
enum seal_rights {
	SEAL_RIGHTS_LIVE = 1,    /* the running kernel is asked: its rules, its audit, processes */
	SEAL_RIGHTS_OUTPUTS = 2, /* files are written into directories of others */
};

/* seal_lockdown_rights - give up, for good, every capability that is not needed
 * @rights: of enum seal_rights
 * Of a process that has no more than these nothing changes. Call before threads are started, and
 * after helpers were: they keep theirs. Source: capabilities(7). Returns 0 or a negative errno. */
int seal_lockdown_rights(unsigned rights, struct seal_err *err);
