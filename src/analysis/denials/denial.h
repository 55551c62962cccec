/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* denial.h - denials put together that one change mends: every layer of the reason, every candidate
 * fix with what it opens, and the cheapest one that suffices */

#include "evidence/selinux/policy.h"
#include "model/fix.h"
#include "model/host.h"

/* struct seal_denial_path - an object of a group, found in the file system */
struct seal_denial_path {
	struct seal_bytes path;     /* absolute on the host */
	struct seal_bytes actual;   /* its context */
	struct seal_bytes expected; /* what file_contexts asks for; empty: no entry */
	char type;                  /* as seal_file.type, '?' when not known */
};

/* struct seal_denial_group - same source and target type, class, port and mode, and the same that
 * stands against it beside rules: contexts of a group may differ in user, role and range */
struct seal_denial_group {
	struct seal_bytes id; /* "d-1" */
	struct seal_bytes source_type, target_type, tclass;
	seal_vec(struct seal_bytes) perms; /* of all members, sorted */
	seal_vec(const struct seal_denial *) members;
	seal_vec(struct seal_denial_path)
		paths; /* each once, sorted; at most SEAL_GROUP_PATHS_MAX */
	int32_t port;  /* -1 = none */
	uint64_t count;
	int64_t first_us, last_us;
	bool permissive;  /* logged only */
	bool mail;        /* the process, or the object, is of the mail system */
	bool by_mail;     /* the domain is one of the mail system's */
	bool stale;       /* the policy as it stands allows it */
	unsigned reasons; /* bits of enum seal_why; 0 = no policy to ask */
	bool dontaudit;
	bool no_labels;           /* the objects' file system keeps no labels of its own */
	struct seal_bytes beyond; /* constraints, levels, role and bounds in words; empty: none */
	struct seal_bytes why;    /* the reasons in words, constraints named */
	seal_vec(struct seal_fix) candidates; /* cheapest sufficient one first, then the others */
	/* what the module among them opens; n_perms 0: there is none. Arrays in the host's arena */
	struct seal_allow rule;
	int32_t fix; /* index into candidates, -1 = none. It may be one that is not sufficient:
			a wrong label to be mended first, or words for a person */
};

#define SEAL_GROUP_PATHS_MAX 64
/* groups whose fix is looked for, mail first; the others have their reason alone */
#define SEAL_GROUPS_MENDED_MAX 256

struct seal_denial_report {
	seal_vec(struct seal_denial_group) groups; /* mail first, then by count */
};

/* struct seal_denial_query - which denials to look at */
struct seal_denial_query {
	bool all;               /* of all domains, not of the mail system alone */
	struct seal_bytes type; /* of this source or target type; empty = any */
	bool logged;            /* look for a fix of what was logged only, too */
	/* paths that log lines name: an AVC often has the last component only */
	const struct seal_bytes *hints;
	size_t n_hints;
};

/* seal_denials_explain - group, explain, and find the fix of each group
 * @h: its policy is used for what-if and is as before afterwards; text goes into its arena
 * Returns 0 or -ENOMEM; *ret is freed with seal_denial_report_free(). */
int seal_denials_explain(struct seal_host *h, const struct seal_denial_query *query,
			 struct seal_denial_report **ret);

/* seal_denials_suppose - the reasons and the fix of a denial that no log has, for access that will
 * be asked for: one group, by nobody counted
 * @d: outlives the report
 * Returns 0 or -ENOMEM; as seal_denials_explain() else. */
int seal_denials_suppose(struct seal_host *h, const struct seal_denial *d,
			 struct seal_denial_report **ret);
void seal_denial_report_free(struct seal_denial_report *r);
SEAL_DEFINE_AUTO(denial_report, struct seal_denial_report *, seal_denial_report_free);
#define seal_auto_denial_report __attribute__((cleanup(seal_auto_denial_report_)))

/* seal_denial_group_of - the group a denial was put in, or NULL */
const struct seal_denial_group *seal_denial_group_of(const struct seal_denial_report *r,
						     const struct seal_denial *d);
