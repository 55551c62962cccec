/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* packages.h - what package managers installed, replaced or removed, as their own logs date it:
 * dpkg.log (dpkg(1), local time), dnf.rpm.log (dnf(8), with zone), yum.log (yum(8), local time
 * without a year). Those of rpm's audit plugin come with the audit records. */

#include "core/root.h"
#include "model/host.h"

#define SEAL_PACKAGES_FILE_MAX    (UINT64_C(256) << 20)
#define SEAL_PACKAGES_LINE_MAX    ((size_t)4096)
#define SEAL_PACKAGES_CHANGES_MAX ((size_t)4096) /* the newest are kept */

/* seal_packages_read - append the changes of packages to h->changes, with a row of the sources for
 * each log found; the newest file of each log and the one rotated before it are read. Lines of
 * another form are passed over. Changes after h->span are left out; those before it are not, for
 * what changed before the first failure is asked for.
 * Returns 0 or -ENOMEM. */
int seal_packages_read(const struct seal_root *root, struct seal_host *h);

/* seal_package_split - "name-[epoch:]version-release.arch" of an rpm into name and the rest; all of
 * it is the name when it has no such form */
struct seal_bytes seal_package_split(struct seal_bytes nevra, struct seal_bytes *version);
