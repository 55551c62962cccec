/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* needs.h - what the configuration of the mail system needs of SELinux and the firewall, held
 * against what they grant; and what would break if something were closed */

#include "core/vec.h"
#include "model/origin.h"

/* enum seal_grant - what one layer says to one need */
enum seal_grant {
	SEAL_GRANT_NONE, /* the layer has no say, or is off */
	SEAL_GRANT_GRANTED,
	SEAL_GRANT_MISSING, /* mail breaks, or will once the layer enforces */
	SEAL_GRANT_UNKNOWN,
	SEAL_GRANT_MAX_,
};

/* seal_grant_name - "none", "granted", "missing", "unknown" */
const char *seal_grant_name(enum seal_grant g);

/* struct seal_need_item - one thing the mail system does. Bytes live in the host's arena. */
struct seal_need_item {
	const char *kind;          /* "listen", "connect", "resolve", "socket", "read", "write" */
	struct seal_bytes subject; /* "tcp/25", "/run/opendkim/opendkim.sock" */
	struct seal_bytes
		purpose;          /* "listener smtpd submission", "next hop relayhost mx.example" */
	struct seal_bytes daemon; /* "smtpd" */
	/* what SELinux is asked; source_type empty: nothing, or not known */
	struct seal_bytes source_type, target_type;
	const char *tclass, *perms; /* perms separated by blanks */
	uint16_t port;              /* 0: none */
	bool udp, in;
	enum seal_grant selinux, firewall;
	struct seal_bytes boolean; /* without which SELinux would not grant it; empty: none */
	struct seal_origin origin; /* the line of the configuration */
};

/* struct seal_need_excess - something open that nothing in the configuration uses */
struct seal_need_excess {
	const char *kind;          /* "port-label", "boolean", "firewall" */
	struct seal_bytes subject; /* "tcp/2525", the boolean, "tcp/587" */
	struct seal_bytes detail;
	struct seal_origin origin;
};

/* struct seal_need_break - what a change would break */
struct seal_need_break {
	int32_t item; /* index into items, -1: a denial of the evidence */
	bool certain; /* false: the evidence cannot tell whether it would */
	struct seal_bytes subject, why;
	struct seal_origin origin;
};

/* struct seal_what_if - one question of --what-if with its answer */
struct seal_what_if {
	struct seal_bytes question; /* as asked */
	seal_vec(struct seal_need_break) breaks;
	bool unknown;          /* something that would be needed to answer is not in the evidence */
	struct seal_bytes why; /* of unknown, or a remark */
};

struct seal_needs {
	seal_vec(struct seal_need_item) items; /* by kind, subject, purpose */
	seal_vec(struct seal_need_excess) excess;
	seal_vec(struct seal_what_if) what_if; /* in the order of the questions */
	bool complete; /* every listener, next hop and table of the configuration is known */
};

void seal_needs_done(struct seal_needs *n);
