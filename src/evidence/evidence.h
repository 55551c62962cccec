/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* evidence.h - reads every source of a root into the facts of a host. Evidence that is missing or
 * damaged is a row of the sources with its reason, never a failure. */

#include "core/root.h"
#include "model/host.h"

/* what to read; a verb asks for what it uses */
enum seal_evidence {
	SEAL_EV_AUDIT = 1 << 0, /* audit records from audit.log, journal, kernel log */
	SEAL_EV_MAIL = 1 << 1,  /* mail log */
	SEAL_EV_QUEUE = 1 << 2,
	SEAL_EV_POSTFIX = 1 << 3, /* main.cf, master.cf */
	SEAL_EV_SELINUX = 1 << 4, /* mode, policy, booleans, modules, labels */
	SEAL_EV_RULESET = 1 << 5, /* nftables or firewalld */
	SEAL_EV_ALL = (1 << 6) - 1,
	SEAL_EV_SETUP = 1 << 6, /* auditd, journald, units: for audit and explain */
	/* the ruleset of the next boot beside the running one, rules of local modules: for audit */
	SEAL_EV_BOOT = 1 << 7,
	SEAL_EV_CHANGES = 1 << 8,          /* package logs, modification times */
	SEAL_EV_EVERYTHING = (1 << 9) - 1, /* for collect */
};

struct seal_live_copy; /* evidence/live/live.h */

struct seal_evidence_query {
	unsigned what; /* bits of enum seal_evidence; who the host is, its users, network and disks
			  always */
	struct seal_span span;
	/* messages to be told of in mail.followed, sorted by their bytes; borrowed, and by the host
	 * as well */
	const struct seal_bytes *follow;
	size_t n_follow;
	struct seal_bytes quote; /* queue id whose log lines are kept as logged; empty: none */
	struct seal_progress progress;
	/* what is followed of the logs, instead of their files; borrowed, NULL: the files */
	const struct seal_live_copy *live;
};

/* seal_evidence_read - read what @query asks for
 * @root: borrowed, must outlive the host (its view asks single files later)
 * @ret:  new facts, caller frees with seal_evidence_free(); untouched on failure
 * Returns 0 or -ENOMEM. */
int seal_evidence_read(const struct seal_root *root, const struct seal_evidence_query *query,
		       struct seal_host **ret, struct seal_err *err);
void seal_evidence_free(struct seal_host *h);
SEAL_DEFINE_AUTO(host, struct seal_host *, seal_evidence_free);
#define seal_auto_host __attribute__((cleanup(seal_auto_host_)))
