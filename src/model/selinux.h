/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* selinux.h - SELinux state of the host. The policy itself is a loaded libsepol policydb behind an
 * opaque handle; evidence/selinux/policy.h asks it questions. */

#include "core/vec.h"
#include "model/origin.h"

enum seal_selinux_mode {
	SEAL_SELINUX_UNKNOWN,
	SEAL_SELINUX_DISABLED,
	SEAL_SELINUX_PERMISSIVE,
	SEAL_SELINUX_ENFORCING,
	SEAL_SELINUX_MODE_MAX_,
};

const char *seal_selinux_mode_name(enum seal_selinux_mode m);

struct seal_policy;

/* struct seal_boolean - -1 where the evidence does not say */
struct seal_boolean {
	struct seal_bytes name;
	int8_t active, pending; /* of the running kernel */
	int8_t persistent;      /* of the store's booleans.local */
	int8_t policy_default;  /* of the policy file */
};

/* what semodule(8) installs without -X has priority 400; distributions use 100, packages 200 */
#define SEAL_MODULE_LOCAL 300

struct seal_module {
	struct seal_bytes name, language; /* "cil" or "hll" */
	uint32_t priority;
	bool enabled;
};

/* struct seal_local_rule - an allow rule of a local module, as written: names may be attributes */
struct seal_local_rule {
	struct seal_bytes module;
	struct seal_bytes source, target, tclass; /* target of "self": the source */
	struct seal_bytes *perms;
	size_t n_perms; /* 0: a set of permissions by name, or an expression */
	/* attribute given to types: target is the attribute, source the type, tclass is empty */
	bool attribute;
};

/* struct seal_local_port - a port label of the administrator (ports.local of the store) */
struct seal_local_port {
	char protocol[8]; /* "tcp", "udp", "dccp", "sctp" */
	uint16_t low, high;
	struct seal_bytes type;
};

/* struct seal_login - a line of seusers: login ("__default__", "%group") to SELinux user */
struct seal_login {
	struct seal_bytes login, user, range;
};

/* struct seal_boot_lines - kernel command lines found, and how many of them change the mode */
struct seal_boot_lines {
	unsigned lines, disabled, permissive, enforcing;
	struct seal_origin origin; /* of the last one that does */
	unsigned with_backlog;     /* lines that set audit_backlog_limit */
	uint32_t least_backlog;    /* the least of these limits */
	bool read;                 /* some command line was read; lines may still be 0 */
	int unread;                /* negative errno: there are others, which were not; 0: none */
};

struct seal_selinux {
	enum seal_selinux_mode mode; /* now, or what the configuration will give at boot */
	struct seal_origin mode_origin;
	enum seal_selinux_mode configured; /* of etc/selinux/config alone */
	struct seal_origin configured_origin;
	int configured_status; /* 0: that file was read, else why not (-ENOENT: there is none) */
	struct seal_boot_lines boot;
	bool running;               /* mode is that of a running kernel */
	struct seal_bytes type;     /* SELINUXTYPE: targeted, default, mls */
	struct seal_policy *policy; /* owned by the host; NULL when not read */
	struct seal_origin policy_origin;
	seal_vec(struct seal_boolean) booleans;        /* by name */
	seal_vec(struct seal_module) modules;          /* by name, then priority */
	seal_vec(struct seal_local_rule) module_rules; /* of local modules, in their order */
	bool module_rules_read, module_rules_missing;  /* looked for; some module was not read */
	seal_vec(struct seal_bytes) permissive; /* domains the policy marks permissive, by name */
	seal_vec(struct seal_local_port) ports; /* in the order of the file */
	seal_vec(struct seal_login) logins;     /* in the order of the file */
	bool dontaudit_disabled;                /* semodule -DB */
	int8_t checkreqprot;                    /* of the running kernel, -1: not known */
};
