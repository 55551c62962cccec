/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* facts.h - who the host is, its accounts, its network and how full its disks are */

#include "core/root.h"
#include "model/host.h"

/* seal_host_facts_read - fill in h->name, distro, now_us, users, net and disk
 * name, time: bundle.json, else etc/hostname; distro: etc/os-release, as "debian-12"
 * users:      etc/passwd, etc/group
 * net:        live/{addresses,routes,sockets}.json of a bundle, else the kernel's own (live) or
 *             proc/net of a sosreport; etc/resolv.conf
 * disk:       live/df.json, else statvfs(3) of the local file systems (live)
 * An archive that lost something on the way (seal_root_damage()) gets a row of its own.
 * @root: borrowed
 * Limits: 4 MiB a file, 65536 entries of a kind; beyond, or damaged: a row of h->sources says so
 * and the rest stands. Absent files are rows too, for what they would have told is unknown.
 * Returns 0 or -ENOMEM. */
int seal_host_facts_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);
