/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* audit.h - the compliance checks of one root, for the verbs that build on them: audit, baseline,
 * diff */

#include "analysis/attribution/attribution.h"
#include "checks/check.h"
#include "cli/cli.h"
#include "evidence/evidence.h"

/* struct seal_audited - all that lives as long as the answer */
struct seal_audited {
	struct seal_root *root;
	struct seal_rules *causes;
	struct seal_check_rules *rules;
	struct seal_host *h;
	struct seal_explanation *x;
	struct seal_findings findings; /* waived, held against the baseline, counted, weighed */
};

/* seal_audit_rules - load causes and checks as the command line says; seal_audit_run() does it
 * where nobody has. Returns 0 or -EINVAL. */
int seal_audit_rules(const struct seal_cli *cli, struct seal_audited *a, struct seal_err *err);

/* seal_audit_run - read the evidence below @root and ask the checks that the command line names
 * @a: zeroed; the caller ends it with seal_audit_done(), also after a failure
 * Returns 0, -EINVAL for what the user got wrong, or another errno; @err says what. */
int seal_audit_run(const struct seal_cli *cli, const char *root, struct seal_audited *a,
		   struct seal_err *err);
void seal_audit_done(struct seal_audited *a);

/* seal_audit_fail - tell why an audit gave no answer; returns the exit code */
int seal_audit_fail(const struct seal_cli *cli, int r, const struct seal_err *err);
/* seal_audit_exit - the exit code of the gate's answer: 2 before 3 before 0 */
int seal_audit_exit(enum seal_gate_answer v);

/* seal_audit_many - audit the roots that the command line names as operands, several at a time,
 * each in a process of its own; their documents follow each other in the order of the operands. One
 * that gives no verdict does not stop the others: of it, NDJSON has a "run" without an "end".
 * Returns the exit code: of those of all roots the one that ranks highest. */
int seal_audit_many(const struct seal_cli *cli);

/* seal_audit_answer - audit the root of the command line, write the answer in the formats asked
 * for, a struct seal_audited, and weigh it; returns the exit code */
int seal_audit_answer(const struct seal_cli *cli);
