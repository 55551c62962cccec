/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* prove.h - compile a root's own module store with a candidate module in memory and compare:
 * neverallow rules hold, and the access tuples before and after differ by the request and nothing
 * else. Takes seconds. */

#include "evidence/selinux/policy.h"

struct seal_proof {
	enum seal_neverallow neverallow;
	bool compiled;           /* the store compiled, with and without the candidate */
	bool exact;              /* tuples after minus before equal the request, none is lost */
	uint64_t added, removed; /* tuples of the difference */
	char detail[240]; /* printable: the neverallow that is violated, the module that failed,
			     what was left out */
};

/* seal_policy_prove - the proof for one candidate
 * @type: SELINUXTYPE, the store is var/lib/selinux/TYPE/active/modules
 * @cil:  the candidate module
 * @want: what it is meant to allow (allows only)
 * Limits: 128 MiB of CIL; store modules must be CIL, or are converted to it by libsepol when they
 * are policy packages. Returns 0, -ENOENT (no store in this root), -EBADMSG (a module is damaged or
 * of another language), -EFBIG or -ENOMEM. */
int seal_policy_prove(const struct seal_root *root, struct seal_bytes type, struct seal_bytes cil,
		      const struct seal_policy_change *want, struct seal_proof *ret,
		      struct seal_err *err);
