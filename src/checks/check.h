/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* check.h - the compliance gate: which checks there are, what they need, and how their answers
 * become findings. A check reads facts, emits findings, does no I/O and keeps no state. */

#include "analysis/endpoints/endpoints.h"
#include "analysis/mail_domain.h"
#include "analysis/reach/reach_paths.h"
#include "evidence/rules/checks.h"
#include "model/explanation.h"
#include "model/finding.h"
#include "model/host.h"

/* what a check needs; what is not there is told before the check is called */
enum seal_need {
	SEAL_NEED_POSTFIX = 1 << 0,  /* main.cf and master.cf; without Postfix: na */
	SEAL_NEED_SELINUX = 1 << 1,  /* SELinux is not off; where it is: na */
	SEAL_NEED_POLICY = 1 << 2,   /* the policy was loaded */
	SEAL_NEED_STORE = 1 << 3,    /* the module store was listed */
	SEAL_NEED_CONTEXTS = 1 << 4, /* file_contexts */
	SEAL_NEED_RULESET = 1 << 5,
	SEAL_NEED_QUEUE = 1 << 6,
	SEAL_NEED_ROLE = 1 << 7,      /* the role is known: set for the checks of single roles */
	SEAL_NEED_EXPLAINED = 1 << 8, /* mail log or queue, and the causes found */
	SEAL_NEED_AUDIT = 1 << 9,     /* audit records */
};

/* struct seal_subject - the facts a check may look at */
struct seal_subject {
	struct seal_host *h;                /* text made on the way goes into its arena */
	const struct seal_explanation *x;   /* NULL: not explained */
	const struct seal_check_rule *rule; /* of the check that is asked */
	unsigned roles;                     /* bits of enum seal_role */
	struct seal_endpoints endpoints;
	struct seal_names mail_domains; /* of analysis/mail_domain.h */
	struct seal_paths paths;        /* what the firewall does to them */
	bool has_paths;
	unsigned supposed; /* accesses and paths whose fix was looked for: checks/mend.h */
};

struct seal_out;

struct seal_check {
	const char *id;
	int (*run)(struct seal_subject *s, struct seal_out *out); /* 0 or -ENOMEM */
	unsigned needs;                                           /* bits of enum seal_need */
};

/* the tables, one an area, each sorted by id; the last has id NULL */
extern const struct seal_check seal_checks_audit[], seal_checks_booleans[], seal_checks_delivery[],
	seal_checks_delivery_host[], seal_checks_domains[], seal_checks_firewall[],
	seal_checks_firewall_in[], seal_checks_firewall_out[], seal_checks_labels[],
	seal_checks_labels_mail[], seal_checks_modules[], seal_checks_ports[],
	seal_checks_postfix[], seal_checks_postfix_files[], seal_checks_postfix_host[],
	seal_checks_queue[], seal_checks_selinux[], seal_checks_tls[];

/* seal_check_table - the @i-th of these tables, NULL beyond the last */
const struct seal_check *seal_check_table(size_t i);

/* struct seal_about - what a finding is about: up to SEAL_FINDING_PROPERTIES keys with values, the
 * identity of the finding, and the line that says so. Bytes borrowed from the host's arena. */
struct seal_about {
	struct seal_property object[SEAL_FINDING_PROPERTIES];
	struct seal_origin origin;
};

/* what a check says; @about NULL: the host as a whole. Bytes of the host may go through "%.*s".
 * A check that says nothing passes. At most SEAL_OUT_MAX findings a check, further ones are counted
 * in a last one. */
#define SEAL_OUT_MAX 200
void seal_out_fail(struct seal_out *out, const struct seal_about *about, const char *fmt, ...)
	SEAL_PRINTF(3, 4);
void seal_out_unknown(struct seal_out *out, const struct seal_about *about, const char *fmt, ...)
	SEAL_PRINTF(3, 4);
void seal_out_na(struct seal_out *out, const char *fmt, ...) SEAL_PRINTF(2, 3);
/* seal_out_pass - the detail of a pass, should it be one */
void seal_out_pass(struct seal_out *out, const char *fmt, ...) SEAL_PRINTF(2, 3);

/* what mend.c needs of it. seal_out_told - a failure was told last, and has no fix yet.
 * seal_out_mend - @f becomes its fix, equal commands one; NULL: memory is gone, and @spent is
 * freed. */
bool seal_out_told(const struct seal_out *out);
void seal_out_mend(struct seal_out *out, struct seal_fix *f, struct seal_fix *spent);
struct seal_arena *seal_out_arena(struct seal_out *out);

static inline int seal_arg_bytes(struct seal_bytes b)
{
	return b.n < 300 ? (int)b.n : 300;
}

static inline const char *seal_arg_text(struct seal_bytes b)
{
	return b.p ? b.p : "";
}

/* bytes as an argument of "%.*s"; a message takes no more than 300 of them */
#define SEAL_ARG(b) seal_arg_bytes(b), seal_arg_text(b)

/* struct seal_check_query - which checks, and as what the host is judged */
struct seal_check_query {
	const struct seal_bytes *only, *skip; /* ids; n_only 0: all */
	size_t n_only, n_skip;
	unsigned roles; /* 0: guess */
	enum seal_grade min_severity;
	const struct seal_explanation *x; /* NULL: queue checks that need it are unknown */
};

/* seal_checks_run - ask all checks of @rules
 * @h:   facts; text goes into its arena
 * @ret: zeroed; caller ends it with seal_findings_done(); its rows point into @rules and @h
 * Returns 0, -ENOENT (an id of only or skip is no check; @err names it), -ENOSYS or -ENOMEM. */
int seal_checks_run(struct seal_host *h, const struct seal_check_rules *rules,
		    const struct seal_check_query *query, struct seal_findings *ret,
		    struct seal_err *err);

/* seal_findings_count - fill in n, n_known and worst from the rows */
void seal_findings_count(struct seal_findings *f);

/* seal_findings_waive - apply f->waivers: failures they cover become WAIVED, expired ones apply to
 * nothing. Call before seal_findings_count(). */
void seal_findings_waive(struct seal_findings *f);

/* seal_glob - whether @text matches a pattern of "*" (any bytes), "?" (one byte) and bytes */
bool seal_glob(struct seal_bytes pattern, struct seal_bytes text);

/* --- roles.c */

/* seal_roles_guess - what the configuration makes of the host
 * @why: the reason in words. Returns the bits, 0 when it cannot be told (or -ENOMEM in *err). */
unsigned seal_roles_guess(struct seal_host *h, const struct seal_endpoints *e,
			  struct seal_bytes *why, int *err);
