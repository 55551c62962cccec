/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* setup.h - how the services around the mail system are set up: auditd, journald, rsyslog,
 * firewalld and the systemd units, as their files say */

#include "core/vec.h"
#include "model/origin.h"

/* struct seal_setting - one line: "key = value" below a "[section]"; of files that have no keys the
 * whole line is the value */
struct seal_setting {
	struct seal_bytes section, key, value;
	struct seal_origin origin;
};

/* struct seal_config - a configuration file with its drop-ins, in the order in which they count */
struct seal_config {
	int status; /* 0 read, -ENOENT: not on the host, -ENODATA: the evidence cannot tell, or why
		       it could not be read */
	struct seal_bytes path; /* of the file that gave the status */
	seal_vec(struct seal_setting) settings;
};

/* struct seal_unit - a systemd unit that matters here, installed or not */
struct seal_unit {
	const char *name;          /* "postfix.service" */
	struct seal_config config; /* unit file and drop-ins; status as above */
	bool enabled;              /* some .wants or .requires of a folder of units links to it */
	bool masked;
	int32_t instance; /* number of the Postfix instance it runs, 0 = the default one; -1: none
			   */
	int links; /* 0: all links were read, so enabled and masked mean something; else an errno */
};

/* struct seal_zone - a zone of firewalld with what is bound to it, network profiles included */
struct seal_zone {
	struct seal_bytes name;
	bool accepts; /* its target is ACCEPT */
	seal_vec(struct seal_bytes) interfaces, sources;
	struct seal_origin origin;
};

struct seal_zones {
	bool read; /* firewalld's configuration was read as a whole */
	struct seal_bytes default_zone;
	seal_vec(struct seal_zone) v;
	unsigned unread_profiles; /* network profiles that may bind interfaces and were not read */
};

struct seal_setup {
	struct seal_config auditd, audit_rules, journald, rsyslog, firewalld;
	struct seal_config ufw,
		saslauthd; /* "KEY=value" lines of ufw.conf, of saslauthd's defaults */
	struct seal_config fstab, nsswitch; /* whole lines */
	seal_vec(struct seal_unit) units;
	struct seal_zones zones;
	bool present; /* the files were looked for */
};

/* seal_config_get - the last setting of @key in @section ("" where there are none), the case of
 * letters folded; NULL when it is not set */
const struct seal_setting *seal_config_get(const struct seal_config *c, const char *section,
					   const char *key);
/* seal_setup_unit - NULL when it is none of those read */
const struct seal_unit *seal_setup_unit(const struct seal_setup *s, const char *name);

void seal_zones_done(struct seal_zones *z);
void seal_setup_done(struct seal_setup *s);
