/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* prove_impl.h - the parts of prove.c: a root's modules, the CIL compiler, the comparison */

#include "core/buf.h"
#include "evidence/selinux/policy_impl.h"
#include "evidence/selinux/prove.h"
#include "evidence/selinux/store.h"

#define SEAL_CANDIDATES_MAX 256

/* --- prove_store.c */

/* struct seal_store_module - the CIL of one module that takes part; text NULL: it is disabled */
struct seal_store_module {
	char name[256];
	uint32_t priority;
	char *text;
	size_t n;
};

struct seal_store {
	const struct seal_root *root;
	char folder[SEAL_STORE_PATH_MAX]; /* .../active */
	uint32_t priority;                /* while listing */
	/* by name, as libsemanage hands them to the compiler */
	seal_vec(struct seal_store_module) modules;
	uint32_t n_active;
	bool disable_dontaudit, preserve_tunables; /* flags that are files of the store */
};

/* seal_store_read - every module of a store, the highest priority of each. Returns 0, -ENOENT,
 * -EBADMSG (a module without CIL), -EFBIG, -ENOMEM or what reading gave */
int seal_store_read(const struct seal_root *root, const char *type, struct seal_store *ret,
		    struct seal_err *err);
void seal_store_done(struct seal_store *s);

/* --- prove_compile.c */

/* struct seal_compile - what is to be compiled */
struct seal_compile {
	const struct seal_store *store;
	const struct seal_candidate *v;
	size_t n;
	bool assertions;  /* neverallow rules and bounds are checked */
	unsigned version; /* of the binary format, 0: the newest */
};

struct seal_compiled {
	struct seal_policy *policy;
	bool broken;           /* neverallow rules or bounds are */
	bool cut;              /* words are missing */
	struct seal_buf words; /* what the compiler complained of */
};

/* seal_compile - Returns 0 (also when assertions are broken), -EBADMSG (words say why) or -ENOMEM.
 * seal_compiled_done() in every case */
int seal_compile(const struct seal_compile *c, struct seal_compiled *ret);
void seal_compiled_done(struct seal_compiled *c);

/* seal_compiled_words - the first complaint on one line, printable */
void seal_compiled_words(const struct seal_compiled *c, char *ret, size_t size);

/* seal_compiled_judge - which candidate, and how often the store, breaks an assertion
 * @ret: a proof for each candidate; neverallow and detail are filled in
 * @by_store: optional
 * Returns whether the complaints could be told apart; else every neverallow is "not run". */
bool seal_compiled_judge(const struct seal_compiled *c, const struct seal_compile *asked,
			 struct seal_proof *ret, uint32_t *by_store);

/* --- prove_compare.c */

/* seal_policydb_image - the binary form of a policy; caller frees. Returns 0, -ENOMEM or -EBADMSG
 */
int seal_policydb_image(policydb_t *db, void **image, size_t *n);

/* seal_policy_alike - whether two policies are the same in all but allow rules and other access
 * vector rules that no boolean governs. Returns 1, 0, -ENOMEM or -EBADMSG */
int seal_policy_alike(const struct seal_policy *a, const struct seal_policy *b);

/* seal_policy_compare - the difference of two policies that are alike, laid against the requests
 * @ret: a proof for each candidate; exact, added, removed and, where not exact, detail are filled
 * in Returns whether the difference was exactly what all of them ask for. */
bool seal_policy_compare(const struct seal_policy *before, const struct seal_policy *after,
			 const struct seal_candidate *v, size_t n, struct seal_proof *ret);

/* seal_policy_far - whether more allow rules differ than @limit: then comparing would take long */
bool seal_policy_far(const struct seal_policy *a, const struct seal_policy *b, uint32_t limit);
