/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* mend.h - the fix of a failure as typed steps, where it is a plain command. Each belongs to the
 * failure that was told last; where nothing was told, or a fix would be no better than a guess,
 * nothing is added. */

#include "checks/check.h"

/* seal_mend_labels - restorecon; @tree: of all below it as well */
void seal_mend_labels(struct seal_out *out, struct seal_bytes path, bool tree);

/* seal_mend_mode - chmod from @before to @after */
void seal_mend_mode(struct seal_out *out, struct seal_bytes path, uint32_t before, uint32_t after);

/* seal_mend_boolean - setsebool -P */
void seal_mend_boolean(struct seal_out *out, struct seal_bytes name, bool on);

/* seal_mend_parameter - postconf -e of main.cf
 * @before: what main.cf has now; p NULL: it does not set the parameter */
void seal_mend_parameter(struct seal_out *out, struct seal_bytes name, struct seal_bytes before,
			 struct seal_bytes after);

/* struct seal_mend_access - what a daemon will ask for, and is denied */
#define SEAL_MEND_PERMS 8
struct seal_mend_access {
	struct seal_bytes daemon, domain; /* "smtpd"; empty: the domain it runs in */
	struct seal_bytes path;           /* absolute; of a file whose label the evidence has */
	uint16_t port;                    /* or of a port: its number, and */
	struct seal_bytes type;           /* the type it has */
	const char *tclass, *perms;       /* separated by blanks, at most SEAL_MEND_PERMS */
};

/* seal_mend_access - the label, port label or boolean that the ladder of denials finds for it,
 * re-tested on the policy; of the first SEAL_SUPPOSED_MAX that an audit asks for. Returns 0 or
 * -ENOMEM. */
#define SEAL_SUPPOSED_MAX 50
int seal_mend_access(struct seal_subject *s, struct seal_out *out,
		     const struct seal_mend_access *a);

/* seal_mend_place - semanage fcontext -e: @dir is labelled as @like, and restorecon */
void seal_mend_place(struct seal_out *out, struct seal_bytes dir, const char *like);

/* seal_mend_port_entry - semanage port -d: the administrator's own entry @p goes */
void seal_mend_port_entry(struct seal_out *out, const struct seal_local_port *p);

/* seal_mend_path - the rule, or the call of firewalld, that lets packets of the path @p pass,
 * tested on the ruleset in memory; counted with those of seal_mend_access(). Returns 0 or -ENOMEM.
 */
int seal_mend_path(struct seal_subject *s, struct seal_out *out, const struct seal_path *p);
