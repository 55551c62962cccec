/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* verify.h - whether a plan that was carried out did what it was for: a look at the host afterwards
 */

#include "fix/plan.h"

/* enum seal_proof_state - what was to be so */
enum seal_proof_state {
	SEAL_PROOF_HOLDS,   /* is so */
	SEAL_PROOF_FAILS,   /* is not */
	SEAL_PROOF_UNKNOWN, /* the evidence cannot tell */
	SEAL_PROOF_MANUAL,  /* a step for a person: nobody can tell */
	SEAL_PROOF_STATE_MAX_,
};

const char *seal_proof_state_name(enum seal_proof_state s);

struct seal_proof_step {
	enum seal_proof_state state;
	struct seal_bytes why; /* of FAILS and UNKNOWN */
};

/* struct seal_proof_denial - denials of that group since; last_us SEAL_TIME_NONE without any */
struct seal_proof_denial {
	enum seal_proof_state state;
	uint64_t count;
	int64_t last_us;
};

/* struct seal_proof_path - what the firewall does with the path now, in words */
struct seal_proof_path {
	enum seal_proof_state state;
	struct seal_bytes verdict;
};

enum seal_proof_mail {
	SEAL_PROOF_SENT,    /* the log has its delivery */
	SEAL_PROOF_GONE,    /* not in the queue any more; the log does not tell how */
	SEAL_PROOF_WAITING, /* in the queue */
	SEAL_PROOF_BOUNCED,
	SEAL_PROOF_UNTOLD, /* the queue could not be read */
	SEAL_PROOF_MAIL_MAX_,
};

const char *seal_proof_mail_name(enum seal_proof_mail m);

struct seal_proof_message {
	enum seal_proof_mail state;
	enum seal_proof_state proof;
	int64_t time_us; /* of what is told; SEAL_TIME_NONE */
	struct seal_bytes
		reason;      /* WAITING, BOUNCED: what its last try said; empty: no try since */
	const char *verdict; /* of the cause; NULL */
};

/* struct seal_verification - one element for each of the plan's */
struct seal_verification {
	int64_t since_us;
	seal_vec(struct seal_proof_step) steps;
	seal_vec(struct seal_proof_denial) denials;
	seal_vec(struct seal_proof_path) paths;
	seal_vec(struct seal_proof_message) messages;
	/* looks at what the evidence keeps from seal_condition_holds(): a tree, a running service;
	 * 1, 0 or -ENODATA. Optional. */
	int (*look)(void *data, const struct seal_condition *c);
	void *data;
};

/* seal_verify - look at all of it
 * @h: read with span.since_us after the change, and with mail.followed the plan's messages
 * @x: what waits and why, of the same facts
 * @v: since_us and look are set; ended with seal_verification_done()
 * Returns 0 or -ENOMEM. */
int seal_verify(struct seal_host *h, const struct seal_plan *p, const struct seal_explanation *x,
		struct seal_verification *v);
void seal_verification_done(struct seal_verification *v);

/* seal_verification_state - all of it: FAILS when anything does, else UNKNOWN when anything is */
enum seal_proof_state seal_verification_state(const struct seal_verification *v);
