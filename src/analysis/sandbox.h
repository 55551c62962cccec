/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* sandbox.h - what the systemd unit of a Postfix instance takes from its daemons (systemd.exec(5),
 * systemd.resource-control(5)). Each answer is the line of the unit or of a drop-in that decides;
 * NULL: no line does, or the unit is not in the evidence (seal_sandbox_unit() tells which). */

#include "model/host.h"

/* seal_sandbox_unit - the unit that runs the master of an instance: postfix@NAME.service where
 * postfix.service only stands for all of them (Debian), else postfix.service; NULL when neither is
 * in the evidence
 * @instance: its number in h->postfix.instances, 0 = the default one */
const struct seal_unit *seal_sandbox_unit(const struct seal_host *h, size_t instance);

/* struct seal_sandbox - the units whose lines hold for an instance: its own, then its slice's */
struct seal_sandbox {
	const struct seal_unit *unit, *slice; /* either may be NULL */
};

struct seal_sandbox seal_sandbox_of(const struct seal_host *h, size_t instance);

/* seal_sandbox_address - IPAddressDeny= covers @a and IPAddressAllow= does not */
const struct seal_setting *seal_sandbox_address(const struct seal_sandbox *s,
						const struct seal_addr *a);

/* seal_sandbox_network - PrivateNetwork=: nothing but a loopback interface is there */
const struct seal_setting *seal_sandbox_network(const struct seal_sandbox *s);

/* seal_sandbox_family - RestrictAddressFamilies= keeps sockets of @family out ("AF_INET6") */
const struct seal_setting *seal_sandbox_family(const struct seal_sandbox *s, const char *family);

/* seal_sandbox_capability - CapabilityBoundingSet= lacks it ("CAP_NET_BIND_SERVICE") */
const struct seal_setting *seal_sandbox_capability(const struct seal_sandbox *s,
						   const char *capability);

/* seal_sandbox_bind - SocketBindDeny= covers listening on this tcp port */
const struct seal_setting *seal_sandbox_bind(const struct seal_sandbox *s, uint16_t port);

/* seal_sandbox_program - a cgroup program of the site's own: BPFProgram=, IPEgressFilterPath= */
const struct seal_setting *seal_sandbox_program(const struct seal_sandbox *s);

/* seal_sandbox_limit - a finite TasksMax=, LimitNPROC= (@key EAGAIN) or MemoryMax=, LimitAS=
 * (ENOMEM) */
const struct seal_setting *seal_sandbox_limit(const struct seal_sandbox *s, int error);

/* seal_sandbox_flag - a yes/no setting that is on: "NoNewPrivileges" */
const struct seal_setting *seal_sandbox_flag(const struct seal_sandbox *s, const char *key);

/* seal_sandbox_path - what the unit makes of @path (absolute): the deepest of ProtectHome=,
 * ProtectSystem=, ReadWritePaths=, ReadOnlyPaths=, InaccessiblePaths=, TemporaryFileSystem=,
 * PrivateTmp= and NoExecPaths= that covers it decides. Links are not followed.
 * @ret: the errno a daemon gets: EROFS when it writes, EACCES, ENOENT below an empty file system */
const struct seal_setting *seal_sandbox_path(const struct seal_sandbox *s, struct seal_bytes path,
					     int *ret);
