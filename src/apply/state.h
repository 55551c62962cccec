/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* state.h - the journal of a plan that is carried out: the folder "state" beside it. Before a step
 * changes anything, the file N.begun is on the disk; once its effect was seen, N.done. What a step
 * needs for its way back is kept before that: N.labels, N.chain. apply.sh and undo.sh keep the same
 * files, so either way of carrying a plan out can be taken back by the other. */

#include "core/buf.h"
#include "core/err.h"

struct seal_state {
	int fd; /* the folder, locked; -1: none */
};

#define SEAL_STATE_NONE ((struct seal_state){-1})

/* seal_state_open - open the folder below @dir, and lock it against another run
 * @make: make it when it is not there
 * Returns 0, -ENOENT (not there), -EBUSY (another run is at work), -EPERM (it is not ours alone:
 * its owner or its mode lets others write) or an I/O errno. */
int seal_state_open(const char *dir, bool make, struct seal_state *ret, struct seal_err *err);
void seal_state_close(struct seal_state *s);

/* seal_state_has - whether the mark @what ("begun", "done", "labels") of step @n is there
 * Returns 1, 0 or an I/O errno: a mark that cannot be looked for may be there. */
int seal_state_has(const struct seal_state *s, unsigned n, const char *what, struct seal_err *err);

/* seal_state_put - keep @text as a mark of step @n; on the disk when this returns
 * Returns 0 or a negative errno; then the mark is not there. */
int seal_state_put(const struct seal_state *s, unsigned n, const char *what, struct seal_bytes text,
		   struct seal_err *err);

/* seal_state_get - what a mark holds, appended to @out. Returns 0, -ENOENT, -EFBIG (over 4 MiB) or
 * an I/O errno. */
int seal_state_get(const struct seal_state *s, unsigned n, const char *what, struct seal_buf *out);

/* seal_state_drop - all marks of step @n are gone, "begun" last. Returns 0 or a negative errno */
int seal_state_drop(const struct seal_state *s, unsigned n, struct seal_err *err);

/* seal_state_begin_file, seal_state_end_file - a mark that is written piece by piece
 * @fd: of the first one, closed by the second one; @r: 0, or why it is not to be kept */
int seal_state_begin_file(const struct seal_state *s, unsigned n, const char *what,
			  struct seal_err *err);
int seal_state_end_file(const struct seal_state *s, unsigned n, const char *what, int fd, int r,
			struct seal_err *err);

/* seal_state_open_file - a mark for reading. Returns a descriptor the caller closes, or -errno */
int seal_state_open_file(const struct seal_state *s, unsigned n, const char *what);

/* seal_state_drop_file - a mark of the plan as a whole is gone */
void seal_state_drop_file(const struct seal_state *s, const char *what);

/* seal_state_remove - the folder itself, when nothing is left of the plan: its marks, the digest of
 * the plan. Returns 0 or a negative errno */
int seal_state_remove(struct seal_state *s, const char *dir);
