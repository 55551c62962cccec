/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ruleset.h - the firewall of a host, from the best source its root has */

#include "core/buf.h"
#include "core/root.h"
#include "model/host.h"
#include "model/ruleset.h"

/* seal_ruleset_kernel_json - the listing of the running kernel, as "nft -j list ruleset" writes it
 * Returns 0, -ENOMEM or -EPERM (libnftables could not list it). */
int seal_ruleset_kernel_json(struct seal_buf *out);

/* seal_ruleset_read - read the ruleset into h->ruleset, with a row in the host's sources for each
 * source In this order: live/nftables.json of a bundle; the kernel's ruleset through libnftables
 * when the root is the live host; firewalld's configuration when firewalld is what starts at boot;
 * etc/nftables.conf. h->ruleset stays NULL when there is none of them or none could be read.
 * Returns 0 or -ENOMEM. */
int seal_ruleset_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);

/* seal_ruleset_read_boot - where h->ruleset is the running one: what the next boot loads, of
 * nftables.conf or firewalld's configuration, into h->ruleset_boot, which stays NULL when nothing
 * says so. Call after seal_ruleset_read(). Returns 0 or -ENOMEM. */
int seal_ruleset_read_boot(const struct seal_root *root, struct seal_host *h);
