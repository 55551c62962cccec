/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/boot.h"

#include "core/input.h"

#include <stdio.h>

#define PATH_SIZE 256

static const char *const unit_dirs[] = {"etc/systemd/system", "usr/lib/systemd/system",
					"lib/systemd/system"};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* masked: linked to /dev/null, or an empty file, where the administrator's units are */
static bool is_masked(const struct seal_root *root, const char *unit)
{
	char path[PATH_SIZE], target[16];
	struct stat st;
	ssize_t n;

	snprintf(path, sizeof(path), "etc/systemd/system/%s", unit);
	n = seal_root_readlink(root, path, target, sizeof(target));
	if (n >= 0)
		return (size_t)n == strlen("/dev/null") &&
		       memcmp(target, "/dev/null", (size_t)n) == 0;
	return seal_root_stat(root, path, false, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size == 0;
}

/* wanted by a target that every boot reaches */
static bool is_enabled(const struct seal_root *root, const char *unit)
{
	static const char *const targets[] = {"multi-user.target", "sysinit.target",
					      "basic.target",      "network-pre.target",
					      "network.target",    "graphical.target"};
	static const char *const kinds[] = {"wants", "requires"};
	char path[PATH_SIZE];
	struct stat st;
	size_t i, j, k;

	if (is_masked(root, unit))
		return false;
	for (i = 0; i < COUNT(unit_dirs); i++) {
		for (j = 0; j < COUNT(targets); j++) {
			for (k = 0; k < COUNT(kinds); k++) {
				snprintf(path, sizeof(path), "%s/%s.%s/%s", unit_dirs[i],
					 targets[j], kinds[k], unit);
				if (seal_root_stat(root, path, false, &st) == 0)
					return true;
			}
		}
	}
	return false;
}

/* the file the unit loads: Debian's, or that of Red Hat */
static const char *nftables_conf(const struct seal_root *root)
{
	static const char debian[] = "etc/nftables.conf", redhat[] = "etc/sysconfig/nftables.conf";
	seal_auto_free char *text = NULL;
	char path[PATH_SIZE];
	struct stat st;
	size_t i, n;

	for (i = 0; i < COUNT(unit_dirs); i++) {
		snprintf(path, sizeof(path), "%s/nftables.service", unit_dirs[i]);
		if (seal_root_read(root, path, 1u << 20, &text, &n, NULL) < 0)
			continue;
		if (seal_bytes_find((struct seal_bytes){text, n}, "/etc/sysconfig/nftables.conf") >=
		    0)
			return redhat;
		if (seal_bytes_find((struct seal_bytes){text, n}, "/etc/nftables.conf") >= 0)
			return debian;
		break;
	}
	if (seal_root_stat(root, debian, true, &st) == 0)
		return debian;
	return seal_root_stat(root, redhat, true, &st) == 0 ? redhat : NULL;
}

void seal_firewall_boot_owner(const struct seal_root *root, struct seal_firewall_boot *ret)
{
	static const char *const others[] = {"iptables.service", "ip6tables.service",
					     "netfilter-persistent.service", "ufw.service",
					     "shorewall.service"};
	size_t i;

	*ret = (struct seal_firewall_boot){0};
	ret->firewalld = is_enabled(root, "firewalld.service");
	ret->nftables = is_enabled(root, "nftables.service");
	ret->nftables_conf = nftables_conf(root);
	for (i = 0; i < COUNT(others); i++)
		ret->iptables = ret->iptables || is_enabled(root, others[i]);
}
