/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* store.h - the SELinux policy store through libsemanage: booleans, port labels, local file
 * contexts and modules of a plan, all in one transaction. */

#include "core/err.h"
#include "fix/plan.h"

struct seal_store;

/* seal_store_open - connect to the policy store
 * @root: the store below this directory (ROOT/etc/selinux, ROOT/var/lib/selinux), whose policy is
 *        not loaded into the kernel; NULL: that of the running host
 * @ret:  new, caller frees with seal_store_free(); untouched on failure
 * One at a time, and one root for the life of the process: libsemanage keeps it in a global.
 * Returns 0, -ENOTSUP (no store libsemanage could manage), -EACCES (not allowed to write to it),
 * -EBUSY or -ENOMEM. */
int seal_store_open(const char *root, struct seal_store **ret, struct seal_err *err);
void seal_store_free(struct seal_store *s);
SEAL_DEFINE_AUTO(store, struct seal_store *, seal_store_free);
#define seal_auto_store __attribute__((cleanup(seal_auto_store_)))

/* seal_store_knows - whether @argv is a change of the store that this file can make itself:
 *   setsebool -P NAME on|off
 *   semanage port -a|-m -t TYPE -p tcp|udp N[-M]     semanage port -d -p tcp|udp N[-M]
 *   semanage fcontext -a|-m -t TYPE REGEX            semanage fcontext -d REGEX
 *   semodule -i NAME.cil                             semodule -r NAME */
bool seal_store_knows(const struct seal_argv *argv);

/* struct seal_store_change - one of a transaction
 * @drop: of "setsebool -P": the administrator's entry for it goes, for he had none before */
struct seal_store_change {
	const struct seal_argv *argv;
	bool drop;
};

/* seal_store_run - carry out @n changes, all of them or none
 * @p: holds the text of the modules
 * Returns 0 or a negative errno. */
int seal_store_run(struct seal_store *s, const struct seal_plan *p,
		   const struct seal_store_change *changes, size_t n, struct seal_err *err);

/* seal_store_holds - whether @c (boolean, port, fcontext, module) holds in the store, and for a
 * boolean of the running host also in the kernel
 * Returns 1, 0, -EOPNOTSUPP (another kind) or another negative errno. */
int seal_store_holds(struct seal_store *s, const struct seal_condition *c, struct seal_err *err);

/* seal_store_has_own - whether the administrator has an entry of his own for the boolean that @argv
 * ("setsebool -P NAME ...") sets. Returns 1, 0 (also for any other change) or a negative errno */
int seal_store_has_own(struct seal_store *s, const struct seal_argv *argv);
