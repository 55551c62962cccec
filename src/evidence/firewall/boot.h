/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* boot.h - which firewall configuration a root loads when it boots */

#include "core/root.h"

#include <stdbool.h>

struct seal_firewall_boot {
	bool firewalld; /* firewalld.service is enabled and not masked */
	bool nftables;  /* nftables.service is enabled and not masked */
	/* what nftables.service loads, below the root: etc/nftables.conf or
	 * etc/sysconfig/nftables.conf; NULL when there is none. Literals */
	const char *nftables_conf;
	bool iptables; /* a service that restores an iptables-save file is enabled: not read */
	int unread;    /* negative errno: something that was looked for may be there; 0: none */
};

/* seal_firewall_boot_owner - read the unit links of etc/systemd/system (multi-user, sysinit and
 * basic targets, the D-Bus alias of firewalld, masks). When both services are enabled both tables
 * are loaded: nftables.service first, whose "flush ruleset" runs before firewalld adds its table.
 */
void seal_firewall_boot_owner(const struct seal_root *root, struct seal_firewall_boot *ret);
