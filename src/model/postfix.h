/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* postfix.h - configuration of each Postfix instance, as written (expansion:
 * evidence/postfix/conf.h) */

#include "core/vec.h"
#include "model/origin.h"

struct seal_param {
	struct seal_bytes name,
		value; /* value: continuation lines joined, blanks trimmed, $names not expanded */
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

/* struct seal_map_entry - one line of a lookup table's source */
struct seal_map_entry {
	struct seal_bytes key, value; /* value is empty when the map's values are not kept */
	uint64_t line;
};

/* struct seal_map - the source of a lookup table, by key; the first of equal keys stands
 * (postmap(1)) */
struct seal_map {
	struct seal_bytes spec; /* "hash:/etc/postfix/transport", as the parameter names it */
	struct seal_bytes type, name;
	struct seal_bytes path; /* of the source below the root; empty for inline and static maps */
	bool has_values;        /* false: secrets, only the keys were kept */
	bool fold;              /* keys are lower case, lookups fold */
	seal_vec(struct seal_map_entry) entries;
};

struct seal_instance {
	struct seal_bytes config_directory; /* below the root, no leading "/" */
	struct seal_bytes hostname;         /* of etc/hostname; empty when the root does not say */
	struct seal_bytes version; /* mail_version of the programs, "3.7.11"; empty when unknown */
	seal_vec(struct seal_param) params; /* by name; the last definition of each */
	seal_vec(struct seal_service)
		services; /* in file order; a later (name, type) replaces an earlier one */
	seal_vec(struct seal_map) maps; /* those that choose next hops, by spec */
	bool has_main_cf, has_master_cf;
};

/* struct seal_port_name - a line of etc/services; aliases have their own */
struct seal_port_name {
	struct seal_bytes name;
	uint16_t port;
	bool udp;
};

struct seal_postfix {
	seal_vec(struct seal_instance) instances;   /* the default instance first */
	seal_vec(struct seal_port_name) port_names; /* of etc/services, in file order */
	struct seal_bytes version; /* mail_version of the logs or the binaries; may be empty */
};
