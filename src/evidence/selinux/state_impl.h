/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* state_impl.h - parts of state.c */

#include "core/arena.h"
#include "evidence/selinux/state.h"

#define SEAL_STATE_FILE_MAX (4u << 20)
#define SEAL_BOOLEANS_MAX   4096 /* ten times what a policy has; further names are not kept */

/* seal_state_row - a row of sources; NULL when memory is gone */
struct seal_source_state *seal_state_row(struct seal_host *h, enum seal_source source,
					 const char *path, enum seal_read_status status,
					 const char *detail);

/* seal_state_config - mode and type of etc/selinux/config. Returns 0 or -ENOMEM */
int seal_state_config(const struct seal_root *root, struct seal_host *h);
/* seal_state_command_line - what boot loader or proc/cmdline make of the mode. Returns 0 or -ENOMEM
 */
int seal_state_command_line(const struct seal_root *root, struct seal_host *h);
/* seal_state_kernel - mode and booleans of selinuxfs, on the live root. Returns 0 or -ENOMEM */
int seal_state_kernel(const struct seal_root *root, struct seal_host *h);
/* seal_state_bundle - live/selinux.json. Returns 0 or -ENOMEM */
int seal_state_bundle(const struct seal_root *root, struct seal_host *h);

/* seal_state_store - modules, local booleans, ports, logins, dontaudit, of the type's text files.
 * Returns 0 or -ENOMEM */
int seal_state_store(const struct seal_root *root, const char *type, struct seal_host *h);

/* seal_state_boolean - the entry of a name, made when there is none; NULL when memory is gone */
struct seal_boolean *seal_state_boolean(struct seal_host *h, struct seal_bytes name);
