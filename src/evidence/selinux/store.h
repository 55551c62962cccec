/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* store.h - where a root keeps its policy modules */

#include "core/root.h"

#define SEAL_STORE_PATH_MAX 160

/* seal_selinux_store - the folder of a type's active store: below what store-root says in
 * etc/selinux/semanage.conf, where that is there; etc/selinux/TYPE/active (ostree images) where
 * var/lib/selinux is not there; else the default, var/lib/selinux/TYPE/active
 * @type: a valid SELINUXTYPE
 * @ret:  no slash in front or behind; at least SEAL_STORE_PATH_MAX bytes
 * Returns 0, or -ENOENT when the root has no such folder (@ret is the default then). */
int seal_selinux_store(const struct seal_root *root, const char *type, char *ret);
