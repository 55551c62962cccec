/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* prove.h - denials --prove: the modules among the fixes, compiled with the root's own store */

#include "analysis/denials/denial.h"
#include "core/root.h"

/* seal_cli_prove - prove the fix of every group and say in its proof how that was done
 * Modules are compiled together with the store, once for all of them. One that violates a
 * neverallow rule, or opens anything but what it should, is turned down, and the group gets the
 * next candidate that suffices. What is no module was re-tested in memory.
 * Returns 0 or -ENOMEM; a store that is not there, or does not compile, is said in the proof. */
int seal_cli_prove(const struct seal_root *root, const struct seal_host *h,
		   struct seal_denial_report *report);
