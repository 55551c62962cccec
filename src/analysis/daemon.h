/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* daemon.h - as whom a Postfix daemon runs: its SELinux domain, its user */

#include "analysis/dac.h"
#include "model/host.h"

/* seal_daemon_domain - the domain of a daemon ("smtp"), found the way it gets it: the entry point
 * types of its program and of master's, and the transition between the two; master's own where
 * there is none and it may execute the program without one. Returns 0, -ENODATA (no
 * policy, no labels, or more than one answer) or -ENOMEM. */
int seal_daemon_domain(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes *ret);

/* seal_command_domain - the domain of a command that anybody may run ("postdrop"): the only one
 * that its program below command_directory is the entry of. Returns 0, -ENODATA or -ENOMEM. */
int seal_command_domain(struct seal_host *h, struct seal_bytes command, struct seal_bytes *ret);

/* seal_init_domain - the domain services are started from: the one the kernel starts systemd's
 * program in. Returns 0 or -ENODATA. */
int seal_init_domain(struct seal_host *h, struct seal_bytes *ret);

/* seal_master_domain - the domain of master(8): the only one its program is the entry of, of
 * several the one that a service with this program is started in. Returns 0, -ENODATA or -ENOMEM.
 */
int seal_master_domain(struct seal_host *h, struct seal_bytes *ret);

/* seal_master_leads_to - whether @domain is master's or one that programs come into when master
 * starts them: nobody else's program runs there. By the label master's program has and by the one
 * it should have. Returns 1, 0, -ENODATA (no policy, no such type, no labels) or -ENOMEM. */
int seal_master_leads_to(struct seal_host *h, struct seal_bytes domain);

/* seal_daemon_program - absolute path of its program (daemon_directory), in the host's arena
 * Returns 0, -ENODATA or -ENOMEM. */
int seal_daemon_program(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes *ret);

/* seal_daemon_identity - the user a daemon works as once it has dropped root: mail_owner for most.
 * master, and local(8), pipe(8), virtual(8), spawn(8) act as root or as a recipient: -ENODATA.
 * Returns 0, -ENODATA or -ENOMEM. */
int seal_daemon_identity(struct seal_host *h, struct seal_bytes daemon, struct seal_identity *ret);

/* seal_daemon_path - a path a daemon's words name, made absolute: below queue_directory when it is
 * relative, and through the chroot when the daemon lives in one and the path is its own view
 * Returns 0, -ENODATA or -ENOMEM. */
int seal_daemon_path(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes path,
		     struct seal_bytes *ret);
