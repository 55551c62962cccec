/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* settings.h - reading configuration files of the services around the mail system, with their
 * drop-ins; only evidence/host includes it */

#include "core/root.h"
#include "model/host.h"

#define SEAL_SETTINGS_PATH 256

/* enum seal_settings_form - how the lines of a file are to be read */
enum seal_settings_form {
	SEAL_SETTINGS_KEYS,   /* [section] and key = value */
	SEAL_SETTINGS_LINES,  /* whole lines */
	SEAL_SETTINGS_SYSCTL, /* key = value, or -key; each line by itself: sysctl.d(5) */
};

/* struct seal_settings - one configuration being read */
struct seal_settings {
	const struct seal_root *root;
	struct seal_host *h;
	struct seal_config *c;
	enum seal_settings_form form;
};

/* seal_settings_file - append the settings of a file, which becomes a row of sources
 * Limits: 1 MiB a file, 20,000 settings a configuration.
 * Returns 0, -ENOENT, -ENODATA (not in a root that holds a part of the host), -EFBIG, -ENOMEM or
 * why it was not read. */
int seal_settings_file(struct seal_settings *rd, const char *path);

/* seal_settings_folder - append the files of a folder that end in @suffix, in byte order
 * @n: counts them. Returns 0 (also when there is none), -ENOMEM or why one was not read. */
int seal_settings_folder(struct seal_settings *rd, const char *folder, const char *suffix,
			 size_t *n);

/* seal_settings_drop_ins - append the "*.conf" files of @folders as systemd merges them: of equal
 * names the one of the folder that stands first in @folders counts, a link to /dev/null masks it,
 * and they apply in the order of their names
 * @folders: NULL-terminated. Limit: 200 names. Returns their number, -ENOMEM or why one was not
 * read. */
int seal_settings_drop_ins(struct seal_settings *rd, const char *const *folders);

/* seal_units_read - fill h->setup.units (evidence/host/setup.h). Returns 0 or -ENOMEM */
int seal_units_read(const struct seal_root *root, struct seal_host *h);
