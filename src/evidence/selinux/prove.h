/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* prove.h - compile a root's own module store together with candidate modules in memory and
 * compare: neverallow rules hold, and the policy before and after differs by the request and
 * nothing else. Takes seconds, once for all candidates. */

#include "evidence/selinux/policy.h"

/* struct seal_candidate - one module to be proven; bytes borrowed */
struct seal_candidate {
	struct seal_bytes cil;
	struct seal_policy_change want; /* what it is meant to allow (allows only) */
};

/* struct seal_proof - the answer for one candidate */
struct seal_proof {
	enum seal_neverallow neverallow;
	bool compiled;           /* the store compiled with the candidate */
	bool exact;              /* tuples after minus before equal the request, none is lost */
	uint64_t added, removed; /* tuples of the difference */
	char detail[240]; /* printable: the neverallow that is violated, the module that failed,
			     what was left out */
};

/* struct seal_proof_run - how all of them were proven */
struct seal_proof_run {
	uint32_t modules;  /* of the store, those that are not disabled */
	uint32_t compiles; /* how often the store was compiled */
	/* neverallow rules and bounds that the store breaks by itself, with no candidate's help */
	uint32_t broken;
	/* the policy that the store's tools linked has other rules than the store gives now: to
	 * install any module changes those, too */
	bool apart;
	char store[160];  /* folder of the modules */
	char before[160]; /* the policy compared with; empty: the store compiled by itself */
};

/* seal_policy_prove - the proofs of @n candidates
 * @type: SELINUXTYPE, whose store is searched for as seal_selinux_store() says
 * @ret:  @n proofs, in the order of the candidates
 * @run:  optional
 * All candidates are compiled together; only when something is found that cannot be told apart so
 * are they compiled in smaller groups. The policy before is the one that the store's own tools
 * linked, when it equals the new one in all but allow rules; else the store is compiled without
 * candidates. Works in a child with limits: the modules are the image's author's. A module of
 * another language is taken as the CIL that libsemanage keeps beside it. Limits: 256 candidates,
 * 128 MiB of CIL, 4096 modules, 120 s of CPU, 2 GiB of memory. Returns 0 (also when a candidate
 * does not compile: compiled is false and detail says why), -ENOENT (no store in this root),
 * -EBADMSG (the store does not compile, or a module has no CIL), -EFBIG, -EINVAL or -ENOMEM. */
int seal_policy_prove(const struct seal_root *root, struct seal_bytes type,
		      const struct seal_candidate *v, size_t n, struct seal_proof *ret,
		      struct seal_proof_run *run, struct seal_err *err);
