/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* process.h - a process of Postfix as the log names it, found again in the configuration: which
 * instance, which entry of master.cf, in a chroot or not */

#include "analysis/dac.h"
#include "analysis/sandbox.h"
#include "model/host.h"

enum seal_chroot {
	SEAL_CHROOT_UNKNOWN, /* no such entry, or entries that fit alike differ */
	SEAL_CHROOT_NO,
	SEAL_CHROOT_YES,
};

struct seal_process {
	const struct seal_instance *inst;   /* NULL: no Postfix is in the evidence */
	size_t number;                      /* of the instance */
	const struct seal_service *service; /* its entry; NULL: none, or more than one fits */
	enum seal_chroot chroot;
	struct seal_sandbox sandbox;
	struct seal_bytes queue_directory; /* absolute */
};

/* struct seal_process_tag - what stands in front of the process's lines: "postfix/submission/smtpd"
 * is instance "postfix" (or "postfix/submission"), service "submission/smtpd", daemon "smtpd" */
struct seal_process_tag {
	struct seal_bytes instance, service, daemon;
};

/* seal_process_find - the instance is the one with that syslog_name, the default one when none
 * has; the entry is the one that runs the daemon, of several the one that sets that syslog_name
 * Returns 0 or -ENOMEM. */
int seal_process_find(struct seal_host *h, const struct seal_process_tag *tag,
		      struct seal_process *ret);

/* seal_process_path - a path as the process names it, on the host: below queue_directory when it
 * is relative. What a daemon opens before it enters its chroot (tables, keys) has its own name.
 * Returns 0 or -ENOMEM. */
int seal_process_path(struct seal_host *h, const struct seal_process *p, struct seal_bytes path,
		      struct seal_bytes *ret);

/* seal_process_inner_path - the same for what it opens later (sockets, resolver files): below
 * queue_directory when it is absolute, too, and the process is chrooted
 * Returns 0 or -ENOMEM. */
int seal_process_inner_path(struct seal_host *h, const struct seal_process *p,
			    struct seal_bytes path, struct seal_bytes *ret);

/* seal_process_owner - mail_owner of its instance, with all groups of that account: as whom most
 * daemons work once they have dropped root. Returns 0, -ENODATA or -ENOMEM. */
int seal_process_owner(struct seal_host *h, const struct seal_process *p,
		       struct seal_identity *ret);

/* seal_process_command - absolute path of a command of its instance ("postdrop"), in the arena
 * Returns 0 or -ENOMEM. */
int seal_process_command(struct seal_host *h, const struct seal_process *p, struct seal_bytes name,
			 struct seal_bytes *ret);
