/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* apply.h - carry a plan out on the running host, and take it back. Each step: pass over it when
 * its effect is there, stop where what it needs no longer holds, keep what the way back needs, mark
 * it begun, change, look whether the effect came. The changes of the policy store go in one
 * transaction, with the first of them. */

#include "apply/state.h"
#include "apply/store.h"

enum seal_step_end {
	SEAL_STEP_PENDING, /* not reached */
	SEAL_STEP_DONE,    /* and its effect seen, where something tells */
	SEAL_STEP_ALREADY, /* its effect was there */
	SEAL_STEP_MANUAL,  /* for a person */
	SEAL_STEP_STOPPED, /* what it needs no longer holds: nothing was changed */
	SEAL_STEP_FAILED,
	SEAL_STEP_UNDONE, /* taken back */
	SEAL_STEP_STUCK,  /* was to be taken back and could not */
	SEAL_STEP_KEPT,   /* nothing takes it back: a queue that was flushed */
	SEAL_STEP_END_MAX_,
};

/* seal_step_end_name - "done", "already", "manual", ... */
const char *seal_step_end_name(enum seal_step_end e);

struct seal_apply {
	struct seal_plan *plan;   /* its arena is used */
	struct seal_store *store; /* NULL: programs change the policy store */
	struct seal_state state;
	int dir; /* where the programs work: the folder of the modules */
	bool relabels;

	enum seal_step_end *ends; /* one a step; NULL until seal_apply_init() */
	/* told of every step that came to its end; optional */
	void (*say)(void *data, unsigned n, enum seal_step_end e, const char *why);
	/* whether to stop before the next step; optional */
	bool (*interrupted)(void *data);
	void *data;
};

/* seal_apply_init - room for the ends of all steps; freed with seal_apply_done()
 * Returns 0 or -ENOMEM. */
int seal_apply_init(struct seal_apply *a);
void seal_apply_done(struct seal_apply *a);

/* seal_apply_run - carry out what is not done yet
 * Returns 0, or the negative errno of the step that ended it: -ESTALE (what it needs no longer
 * holds), -EINTR (a->interrupted), -EIO (its effect did not come) or another one. Nothing is taken
 * back: that is for the caller. */
int seal_apply_run(struct seal_apply *a, struct seal_err *err);

/* seal_apply_undo - take back all that was begun, last step first, going on after a step that
 * cannot be taken back
 * Returns 0 when the host is as before, or the negative errno of the first fault. */
int seal_apply_undo(struct seal_apply *a, struct seal_err *err);
