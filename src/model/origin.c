/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/origin.h"

static const char *const source_names[SEAL_SOURCE_MAX_] = {
	[SEAL_SOURCE_NONE] = "none",
	[SEAL_SOURCE_AUDIT] = "audit",
	[SEAL_SOURCE_MAIL_LOG] = "mail",
	[SEAL_SOURCE_JOURNAL] = "journal",
	[SEAL_SOURCE_KERNEL_LOG] = "kernel",
	[SEAL_SOURCE_QUEUE] = "queue",
	[SEAL_SOURCE_MAIN_CF] = "main.cf",
	[SEAL_SOURCE_MASTER_CF] = "master.cf",
	[SEAL_SOURCE_MAP] = "map",
	[SEAL_SOURCE_POLICY] = "policy",
	[SEAL_SOURCE_CONTEXTS] = "file_contexts",
	[SEAL_SOURCE_LABELS] = "labels",
	[SEAL_SOURCE_SELINUX] = "selinux",
	[SEAL_SOURCE_RULESET] = "nftables",
	[SEAL_SOURCE_FIREWALLD] = "firewalld",
	[SEAL_SOURCE_NETWORK] = "network",
	[SEAL_SOURCE_FILES] = "files",
	[SEAL_SOURCE_DISK] = "disk",
	[SEAL_SOURCE_PACKAGES] = "packages",
	[SEAL_SOURCE_RULES] = "rules",
};

const char *seal_source_name(enum seal_source s)
{
	return s < SEAL_SOURCE_MAX_ ? source_names[s] : "none";
}

static const char *const status_names[SEAL_READ_STATUS_MAX_] = {
	[SEAL_READ_ABSENT] = "absent",         [SEAL_READ_READ] = "read",
	[SEAL_READ_UNREADABLE] = "unreadable", [SEAL_READ_TRUNCATED] = "truncated",
	[SEAL_READ_SKIPPED] = "skipped",
};

const char *seal_read_status_name(enum seal_read_status s)
{
	return s < SEAL_READ_STATUS_MAX_ ? status_names[s] : "skipped";
}
