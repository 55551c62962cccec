/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* plan.h - fixes put together into one list of steps that a careful administrator will run: the
 * smallest change first, nothing twice, the queue flushed at the end. A plan is a value: renderers
 * encode it. */

#include "analysis/denials/denial.h"
#include "model/explanation.h"
#include "model/finding.h"
#include "model/fix.h"
#include "model/host.h"

/* struct seal_plan_step - one action. argv empty: a step for a person, told by why. */
struct seal_plan_step {
	struct seal_bytes op;
	struct seal_argv argv, undo;
	struct seal_argv ask; /* exits with 0 when the effect is there; empty: after tells */
	seal_vec(struct seal_condition) before, after;
	struct seal_bytes why, verify;
	seal_vec(uint32_t) fixes; /* numbers of the fixes it is of: 1 is "fix-1"; none: all */
};

/* struct seal_plan_module - text of a policy module that a step installs from a file of its name */
struct seal_plan_module {
	struct seal_bytes name, cil, te;
};

/* struct seal_plan_denial, struct seal_plan_path - what the plan is to end: what to look for
 * afterwards */
struct seal_plan_denial {
	struct seal_bytes source_type, target_type, tclass;
};

struct seal_plan_path {
	struct seal_bytes address;
	uint16_t port;
	bool udp, in;
};

struct seal_plan {
	struct seal_arena *arena; /* of bytes made for the plan; those of its fixes are borrowed */
	seal_vec(struct seal_fix) fixes;
	seal_vec(struct seal_plan_step) steps;
	seal_vec(struct seal_plan_module) modules;
	seal_vec(struct seal_plan_denial) denials;
	seal_vec(struct seal_plan_path) paths;
	seal_vec(struct seal_bytes) messages; /* queue ids the plan frees, by id */
	bool wakes;       /* one of them is where only a running queue manager finds it */
	int64_t until_us; /* end of the evidence it was made from */
	bool start;       /* Postfix could not start, and can once the plan is carried out */
	bool reload;      /* its daemons that run have read what the plan changes */
};

/* more messages than this are freed by flushing the whole queue */
#define SEAL_PLAN_FLUSH_MAX 10

/* seal_plan_new - an empty plan, freed with seal_plan_free(). NULL when memory is gone */
struct seal_plan *seal_plan_new(void);
void seal_plan_free(struct seal_plan *p);
SEAL_DEFINE_AUTO(plan, struct seal_plan *, seal_plan_free);
#define seal_auto_plan __attribute__((cleanup(seal_auto_plan_)))

/* seal_plan_add - one more fix; a fix with the same commands as one there only lends it its targets
 * @f: copied; its bytes must outlive the plan
 * Returns 0 or -ENOMEM. */
int seal_plan_add(struct seal_plan *p, const struct seal_fix *f);

/* seal_plan_frees - message @id goes out once the plan is carried out. Returns 0 or -ENOMEM */
int seal_plan_frees(struct seal_plan *p, struct seal_bytes id);

/* seal_plan_gather - the fixes of an explanation's causes, the messages they free, and the denials
 * and paths they end. A cause that is not at least likely gives no fix; what it lends is kept by
 * reference, so @h and @x must outlive the plan. Returns 0 or -ENOMEM. */
int seal_plan_gather(struct seal_plan *p, const struct seal_host *h,
		     const struct seal_explanation *x);

/* seal_plan_gather_findings - the fixes of the failures among @f that nobody waived and no baseline
 * has. @f must outlive the plan. Returns 0 or -ENOMEM. */
int seal_plan_gather_findings(struct seal_plan *p, const struct seal_findings *f);

/* seal_is_read_at_start - whether main.cf or master.cf name @path (or with @tree, a file below it)
 * as a key, a certificate, a password file or a lookup table: what daemons read once, when they
 * start. Returns 1, 0 or -ENOMEM. */
int seal_is_read_at_start(const struct seal_host *h, struct seal_bytes path, bool tree);

/* seal_plan_reloads - let the plan have Postfix reload, where one of its fixes changes such a file.
 * After what gathers fixes, before seal_plan_make(). Returns 0 or -ENOMEM. */
int seal_plan_reloads(struct seal_plan *p, const struct seal_host *h);

/* enum seal_plan_silent - which denials that stopped no message are planned for */
enum seal_plan_silent {
	/* those of mail's own domains, refused and not only logged, that a label, a port or a
	 * boolean mends; a new rule wants a message that waits for it, or a person */
	SEAL_PLAN_SILENT_SAFE,
	SEAL_PLAN_SILENT_ALL, /* whatever is refused or logged, and whatever mends it */
};

/* seal_plan_gather_denials - the fixes of the groups of @r, after those of explain. One that the
 * policy of today allows gives none.
 * @left: set to the number of groups that only SEAL_PLAN_SILENT_ALL would plan for; optional
 * The bytes of @r's host must outlive the plan. Returns 0 or -ENOMEM. */
int seal_plan_gather_denials(struct seal_plan *p, const struct seal_denial_report *r,
			     enum seal_plan_silent which, unsigned *left);

/* seal_plan_make - the steps of all fixes added so far: ordered by what they open, equal ones
 * merged, arguments that must not be emitted (core/enc.h: seal_enc_sh) turned into steps for a
 * person. Call once. Returns 0 or -ENOMEM. */
int seal_plan_make(struct seal_plan *p);

/* seal_plan_of_fix - whether @s is a step of fix number @n */
bool seal_plan_step_is_of(const struct seal_plan_step *s, uint32_t n);

/* seal_step_is_manual - whether a person has to carry it out */
static inline bool seal_step_is_manual(const struct seal_plan_step *s)
{
	return s->argv.v.n == 0;
}

/* seal_step_is_restart - it is done anew, however things stand: what must be so afterwards may be
 * so before it as well */
static inline bool seal_step_is_restart(const struct seal_plan_step *s)
{
	return seal_bytes_is(s->op, "systemctl");
}
