/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* finding.h - what a check found: one row of the compliance report */

#include "core/vec.h"
#include "model/fingerprint.h"
#include "model/fix.h"
#include "model/origin.h"

/* enum seal_grade - how grave a failure is: the "severity" of a finding */
enum seal_grade {
	SEAL_GRADE_INFO,
	SEAL_GRADE_LOW,
	SEAL_GRADE_MEDIUM,
	SEAL_GRADE_HIGH,
	SEAL_GRADE_CRITICAL,
	SEAL_GRADE_MAX_,
};

enum seal_status {
	SEAL_STATUS_PASS,
	SEAL_STATUS_FAIL,
	SEAL_STATUS_NA,      /* does not apply to this host, the detail says why */
	SEAL_STATUS_UNKNOWN, /* the evidence cannot tell, the detail says what is missing */
	SEAL_STATUS_WAIVED,  /* a failure that a waiver accepts */
	SEAL_STATUS_MAX_,
};

/* enum seal_role - what the host does with mail; bits, a host may have several */
enum seal_role {
	SEAL_ROLE_NULL_CLIENT = 1 << 0, /* sends local mail to a relay, accepts none */
	SEAL_ROLE_SUBMISSION = 1 << 1,  /* accepts authenticated mail of users */
	SEAL_ROLE_MX = 1 << 2,          /* accepts mail for own domains from anywhere */
	SEAL_ROLE_RELAY = 1 << 3,       /* accepts from listed networks and sends on */
	SEAL_ROLE_MAILSTORE = 1 << 4,   /* delivers into mailboxes */
	SEAL_ROLE_ALL = (1 << 5) - 1,
};

/* the words of the JSON contract; NULL beyond the last */
const char *seal_grade_name(enum seal_grade s);
const char *seal_status_name(enum seal_status s);
/* seal_role_name - of one bit: "null-client", "submission", "mx", "relay", "mailstore" */
const char *seal_role_name(enum seal_role bit);

/* seal_grade_parse, seal_role_parse - the other way; false: no such word */
bool seal_grade_parse(struct seal_bytes word, enum seal_grade *ret);
bool seal_role_parse(struct seal_bytes word, unsigned *ret);

/* struct seal_reference - items of one benchmark: "cis9", { "1.3.1.5" } */
struct seal_reference {
	struct seal_bytes benchmark;
	seal_vec(struct seal_bytes) items;
};

/* seal_benchmark_title - what a benchmark's key stands for: "cis9" is "CIS RHEL 9 v2.0.0"; NULL
 * when it is none of those known. seal_benchmark_key - the @i-th key in byte order, NULL beyond the
 * last
 */
const char *seal_benchmark_title(struct seal_bytes key);
const char *seal_benchmark_key(size_t i);

/* struct seal_check_parameter - a number a rule file sets for its check */
struct seal_check_parameter {
	struct seal_bytes name;
	uint32_t value;
};

/* struct seal_check_rule - what rules/checks says of one check; bytes live as long as the rules,
 * and a NUL follows each */
struct seal_check_rule {
	struct seal_bytes id, title, area, rationale, advice;
	struct seal_bytes conflict; /* where a benchmark asks for something else; may be empty */
	seal_vec(struct seal_bytes) evidence; /* what the check looks at */
	struct seal_bytes offline; /* "yes", "partial" or "no": of a root that does not run */
	enum seal_grade severity;
	uint32_t tier;
	unsigned roles; /* bits of enum seal_role it applies to */
	seal_vec(struct seal_reference) references;
	seal_vec(struct seal_check_parameter) parameters;
	const char *file;
	uint32_t line;
};

/* struct seal_property - one part of what a finding is about: "path", "/var/spool/postfix/defer";
 * the keys are those of the contract's "object" */
struct seal_property {
	const char *key;
	struct seal_bytes value;
};

#define SEAL_FINDING_PROPERTIES 4

struct seal_waiver;

/* struct seal_finding - one row. Bytes live in the host's arena or in the rules. */
struct seal_finding {
	const struct seal_check_rule *rule;
	enum seal_status status;
	enum seal_grade severity;
	struct seal_property object[SEAL_FINDING_PROPERTIES]; /* its identity; the first n_object */
	size_t n_object;
	struct seal_bytes detail;  /* one sentence: what was found, or why it is not known */
	struct seal_origin origin; /* the line that says so; zeroed: none */
	/* the same for the same finding on every host and day: of rule and object, never of line,
	 * time, pid or host */
	char fingerprint[SEAL_FINGERPRINT_SIZE];
	int32_t fix; /* index into fixes, -1 = none: the advice tells what to do */
	const struct seal_waiver *waiver; /* of WAIVED */
	bool known;                       /* a failure the baseline has: it does not gate */
};

/* struct seal_waiver - a failure accepted for a time, by a person */
struct seal_waiver {
	struct seal_bytes id;     /* of the check */
	struct seal_bytes object; /* pattern with * and ? for the object in words; empty: any */
	struct seal_bytes reason, owner, reference;
	struct seal_bytes expires; /* "2027-01-31": its last day */
	uint32_t line;             /* in the file of waivers */
	bool expired;
	size_t used; /* findings it was applied to */
};

/* enum seal_gate_answer - what the gate says of all findings together */
enum seal_gate_answer {
	SEAL_GATE_NONE, /* nothing was asked for: no --fail-on, no --require-complete */
	SEAL_GATE_PASS,
	SEAL_GATE_INCOMPLETE, /* nothing fails, and something that was asked for is not known */
	SEAL_GATE_FAIL,
	SEAL_GATE_MAX_,
};

/* struct seal_gate - what --fail-on and --require-complete make of the findings */
struct seal_gate {
	bool asked; /* --fail-on, and not "none" */
	enum seal_grade fail_on;
	size_t failing; /* failures of that severity or a graver one that no baseline has */
	bool wants_complete, complete;
};

/* seal_gate_answer - the worst of what was asked for */
enum seal_gate_answer seal_gate_answer(const struct seal_gate *g);
/* seal_gate_name - "none", "pass", "incomplete", "fail" */
const char *seal_gate_name(enum seal_gate_answer v);

/* struct seal_findings - the whole answer of audit */
struct seal_findings {
	seal_vec(struct seal_finding) v; /* by rule id, then object */
	seal_vec(struct seal_waiver) waivers;
	seal_vec(struct seal_fix) fixes; /* of failures that a plain command mends */
	unsigned roles;                  /* bits of enum seal_role */
	struct seal_bytes roles_why;     /* the guess in words */
	size_t n[SEAL_STATUS_MAX_];      /* of each status */
	size_t n_known;                  /* failures of the baseline */
	enum seal_grade worst;           /* of the failures; valid when there are any */
	bool has_baseline;
	struct seal_gate gate;
};

void seal_findings_done(struct seal_findings *f);

/* seal_object_put - the object of a finding in words: "path=/var/spool/postfix type=..."; untrusted
 * bytes, so it leaves through an encoder only */
struct seal_buf;
void seal_object_put(struct seal_buf *b, const struct seal_finding *f);
