/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* child.h - run one program of a plan: no shell, its file named in full, an environment of three
 * variables, no descriptor but the standard three, standard input empty, a session of its own so
 * that a Ctrl-C at the terminal does not stop it halfway. */

#include "core/buf.h"
#include "core/err.h"
#include "model/fix.h"

#define SEAL_CHILD_OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define SEAL_CHILD_SECONDS    600

struct seal_child {
	int status;          /* what it exited with; 128 and the signal when one ended it */
	struct seal_buf out; /* what it printed; freed with seal_buf_done() */
};

/* seal_child_run - run @argv in directory @dir and wait for its end
 * @dir:    file descriptor of the directory it works in; a lock on it lasts until the program
 *          ends, whatever becomes of the caller; borrowed
 * @errors: what it says on standard error is kept too, between what it prints
 * @ret:    filled in; what it printed is freed with seal_buf_done(&ret->out), also after a failure
 * Limits: 4 MiB of output, 600 s; beyond, it is killed. Returns 0 (whatever its status), -ENOENT (a
 * program no plan names, or not installed), -EFBIG, -ETIMEDOUT, -ENOMEM or an I/O errno. */
int seal_child_run(const struct seal_argv *argv, int dir, bool errors, struct seal_child *ret,
		   struct seal_err *err);

/* seal_child_queue - what "postqueue -j" prints, which any user may ask and which takes nothing
 * from the command line; otherwise as seal_child_run() */
int seal_child_queue(int dir, struct seal_child *ret, struct seal_err *err);
