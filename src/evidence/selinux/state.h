/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* state.h - SELinux of a root as files tell it: mode, type, booleans, modules, permissive domains;
 * the running kernel's state on the live host, or of a bundle's live/selinux.json. Nothing is
 * written or locked. */

#include "core/root.h"
#include "model/host.h"

/* seal_selinux_read - fill h->selinux and load the policy
 * Mode: selinuxfs (live), live/selinux.json (bundle), else etc/selinux/config overruled by the
 * kernel command line of the boot loader. Booleans: the policy's, with booleans.local and the
 * running values; the policy in memory is set to the running (else persistent) values. Everything
 * missing or damaged is a row of h->sources. Returns 0 or -ENOMEM. */
int seal_selinux_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);

/* seal_selinux_done - free what h->selinux owns, the policy included */
void seal_selinux_done(struct seal_host *h);
