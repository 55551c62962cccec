/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* postfix.h - configuration of each Postfix instance, as written (expansion: evidence/postfix/conf.h) */

#include "core/vec.h"
#include "model/origin.h"

struct seal_param {
	struct seal_bytes name, value; /* value: continuation lines joined, blanks trimmed, $names not expanded */
	struct seal_origin origin;
};

enum seal_service_type {
	SEAL_SERVICE_INET,
	SEAL_SERVICE_UNIX,
	SEAL_SERVICE_FIFO,
	SEAL_SERVICE_PASS,
	SEAL_SERVICE_UNIX_DGRAM,
	SEAL_SERVICE_TYPE_MAX_,
};

/* struct seal_service - one entry of master.cf (master(5)); fields '-' keep their default */
struct seal_service {
	struct seal_bytes name;
	enum seal_service_type type;
	char private_, unprivileged, chroot; /* 'y', 'n' or '-' */
	struct seal_bytes wakeup, max_processes;
	struct seal_bytes command; /* program name: "smtpd" */
	struct seal_bytes args;    /* the rest of the command, continuation lines joined */
	seal_vec(struct seal_param) overrides; /* -o name=value, in order */
	struct seal_origin origin;
};

struct seal_instance {
	struct seal_bytes config_directory; /* below the root, no leading "/" */
	seal_vec(struct seal_param) params; /* by name; the last definition of each */
	seal_vec(struct seal_service) services; /* in file order; a later (name, type) replaces an earlier one */
	bool has_main_cf, has_master_cf;
};

struct seal_postfix {
	seal_vec(struct seal_instance) instances; /* the default instance first */
	struct seal_bytes version; /* mail_version of the logs or the binaries; may be empty */
};
