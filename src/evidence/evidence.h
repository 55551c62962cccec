/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* evidence.h - reads every source of a root into the facts of a host. Evidence that is missing or damaged
 * is a row of the sources with its reason, never a failure. */

#include "core/root.h"
#include "model/host.h"

/* what to read; a verb asks for what it uses */
enum seal_evidence {
	SEAL_EV_AUDIT = 1 << 0,   /* audit records from audit.log, journal, kernel log */
	SEAL_EV_MAIL = 1 << 1,    /* mail log */
	SEAL_EV_QUEUE = 1 << 2,
	SEAL_EV_POSTFIX = 1 << 3, /* main.cf, master.cf */
	SEAL_EV_SELINUX = 1 << 4, /* mode, policy, booleans, modules */
	SEAL_EV_NET = 1 << 5,     /* addresses, routes, sockets, resolvers */
	SEAL_EV_RULESET = 1 << 6, /* nftables or firewalld */
	SEAL_EV_ALL = (1 << 7) - 1,
};

/* seal_evidence_read - read @what of @root
 * @ret: new host facts, caller frees with seal_evidence_free(); untouched on failure
 * @root: borrowed, must outlive the host (its view asks single files later)
 * Returns 0 or -ENOMEM. */
int seal_evidence_read(const struct seal_root *root, unsigned what, struct seal_host **ret,
		       struct seal_err *err);
void seal_evidence_free(struct seal_host *h);
