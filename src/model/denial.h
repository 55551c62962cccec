/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* denial.h - what the audit evidence says: denials, grouped, and the changes dated by audit records
 */

#include "core/vec.h"
#include "model/origin.h"

enum seal_denial_kind {
	SEAL_DENIAL_AVC,
	SEAL_DENIAL_USER_AVC,    /* a user-space object manager: systemd, dbus */
	SEAL_DENIAL_SELINUX_ERR, /* role, bounds or invalid-context errors */
	SEAL_DENIAL_KIND_MAX_,
};

/* struct seal_denial_hit - one occurrence, for joining with the mail log */
struct seal_denial_hit {
	int64_t time_us;
	uint64_t serial;
	uint32_t pid, ppid; /* ppid 0 when no SYSCALL record stood beside it */
	uint32_t source;    /* index into the host's sources: the file it stood in */
	uint64_t line;
};

/* struct seal_denial_object - what was acted on; empty or -1 where the records do not say */
struct seal_denial_object {
	/* absolute in the host's view when CWD/PATH tell, else path= as logged */
	struct seal_bytes path;
	struct seal_bytes name;        /* last component as logged by name= */
	struct seal_bytes dev;         /* "vda1" */
	uint64_t inode;                /* 0 = not said */
	int32_t port;                  /* dest= or src=, host order; -1 = none */
	struct seal_bytes address;     /* of SOCKADDR, laddr= or daddr= */
	struct seal_bytes socket_path; /* AF_UNIX SOCKADDR */
	int32_t capability;            /* -1 = none */
	int64_t ioctl;                 /* ioctlcmd=, -1 = none */
	bool path_is_relative_to_root; /* the process may be chrooted: path is its own view
					  (FACTS-lab) */
	bool path_is_inferred; /* from PATH without proof: a component of it, or reached by a link
				*/
	bool varies;           /* stands for many objects, beyond the limit: nothing else is set */
};

/* struct seal_denial - one distinct denial: same kind, contexts, class, permissions, comm, object
 * and mode; its occurrences differ in time, pid and serial only. All bytes live in the host's
 * arena. */
struct seal_denial {
	enum seal_denial_kind kind;
	struct seal_bytes scontext, tcontext; /* whole contexts as logged */
	struct seal_bytes source_type, target_type, tclass;
	struct seal_bytes *perms; /* sorted, n_perms of them */
	size_t n_perms;
	struct seal_bytes comm, exe;
	/* command line of PROCTITLE (cut by the kernel), NUL between words */
	struct seal_bytes command;
	struct seal_denial_object object;
	struct seal_bytes syscall; /* name, empty when unknown */
	int64_t exit;              /* of SYSCALL; valid with has_syscall */
	bool has_syscall;
	struct seal_bytes invalid_context; /* SELINUX_ERR: invalid_context= */
	struct seal_bytes operation;       /* SELINUX_ERR: op=, "security_compute_sid" */
	bool permissive;     /* permissive=1: the access was allowed, so it caused nothing */
	bool has_permissive; /* the record says permissive=0 or =1; older kernels do not */
	bool granted;        /* auditallow; never a cause */
	uint64_t count;      /* occurrences seen, >= hits.n */
	int64_t first_us, last_us;
	seal_vec(struct seal_denial_hit) hits; /* in time order, see evidence/audit for the limit */
	struct seal_bytes record;              /* one AVC record as logged, for quoting */
	struct seal_origin origin;             /* of that record */
};

enum seal_change_kind {
	SEAL_CHANGE_POLICY_LOAD, /* MAC_POLICY_LOAD; to "boot": the one of every boot */
	SEAL_CHANGE_BOOLEAN,     /* MAC_CONFIG_CHANGE bool= val= old_val= */
	SEAL_CHANGE_ENFORCING,   /* MAC_STATUS */
	SEAL_CHANGE_FIREWALL,    /* NETFILTER_CFG */
	SEAL_CHANGE_POSTFIX,     /* start, reload, stop, from the mail log */
	SEAL_CHANGE_PACKAGE,     /* dpkg, dnf */
	SEAL_CHANGE_FILE,        /* modification time */
	SEAL_CHANGE_KIND_MAX_,
};

struct seal_change {
	enum seal_change_kind kind;
	int64_t time_us;
	struct seal_bytes what;     /* boolean, table, package or path; may be empty */
	struct seal_bytes from, to; /* values where there are any */
	struct seal_origin origin;
};

struct seal_audit {
	seal_vec(struct seal_denial) denials; /* by first_us, then record bytes */
	uint64_t n_denials;                   /* occurrences in all */
	uint64_t n_not_kept; /* occurrences of distinct denials beyond the limit of groups */
	uint64_t n_lost;     /* times the kernel said that it dropped audit records */
	struct seal_origin lost_origin; /* of the first of these */
	bool present; /* some audit evidence was read: an absent denial means something */
	int64_t first_us,
		last_us; /* span covered by the records read; SEAL_TIME_NONE without any */
};
