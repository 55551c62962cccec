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
 * Works in a child with limits: the modules are the image's author's. A module of another language
 * is taken as the CIL that libsemanage keeps beside it. Limits: 128 MiB of CIL, 4096 modules, 120 s
 * of CPU. Returns 0 (also when the candidate does not compile: compiled is false and detail says
 * why), -ENOENT (no store in this root), -EBADMSG (the store does not compile, or a module has no
 * CIL), -EFBIG, -EINVAL or -ENOMEM. */
int seal_policy_prove(const struct seal_root *root, struct seal_bytes type, struct seal_bytes cil,
		      const struct seal_policy_change *want, struct seal_proof *ret,
		      struct seal_err *err);
