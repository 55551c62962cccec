/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld.h - the ruleset firewalld would load from its configuration files, without firewalld.
 *
 * etc/firewalld is read over usr/lib/firewalld file by file: firewalld.conf, zones, services,
 * policies, ipsets, icmptypes, helpers and direct.xml; zones that network profiles bind interfaces
 * to count as well. The rules are those of firewalld 1.x on its nftables backend (chains, order,
 * defaults). Where 2.x finds the policies of a packet in another way, that way stands beside it:
 * the version of the root decides, and when it is unknown a packet they treat differently is
 * undecided. A root without usr/lib/firewalld (a bundle of etc alone) is read with built-in
 * definitions of the stock zones and services, which its source row states. Like firewalld itself,
 * one invalid object makes all of etc/firewalld void: the ruleset is then the stock
 * configuration's. */

#include "core/root.h"
#include "model/host.h"
#include "model/ruleset.h"

/* seal_firewalld_read - build the ruleset of a root's firewalld configuration
 * @h:   receives rows in its sources
 * @ret: new ruleset, linked, caller frees with seal_ruleset_free(); untouched on failure. Each rule
 *       carries as origin the file, line and text of the element it was made for.
 * Limits: 32 MiB a file, 4096 files a directory, 16 levels of elements, 262144 rules.
 * Returns 0, -ENOENT (no firewalld configuration), -ENOTSUP (what would be loaded cannot be known:
 * the row says why), -EBADMSG, -EFBIG, -ENOMEM or an I/O errno. */
int seal_firewalld_read(const struct seal_root *root, struct seal_host *h,
			struct seal_ruleset **ret, struct seal_err *err);
