/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/boot.h"

#include <errno.h>
#include <stdio.h>

#include "core/input.h"

#define PATH_SIZE 256

static const char *const unit_dirs[] = {"etc/systemd/system", "usr/lib/systemd/system",
					"lib/systemd/system"};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* is_absent - what @r, the result of a look into the root, says; another fault than its absence is
 * noted */
static bool is_absent(ssize_t r, int *unread)
{
	if (r < 0 && r != -ENOENT && r != -ENOTDIR && !*unread)
		*unread = (int)r;
	return r < 0;
}

static bool is_there(const struct seal_root *root, const char *path, bool follow, struct stat *st,
		     int *unread)
{
	return !is_absent(seal_root_stat(root, path, follow, st), unread);
}

/* masked: linked to /dev/null, or an empty file, where the administrator's units are */
static bool is_masked(const struct seal_root *root, const char *unit, int *unread)
{
	char path[PATH_SIZE], target[16];
	struct stat st;
	ssize_t n;

	snprintf(path, sizeof(path), "etc/systemd/system/%s", unit);
	n = seal_root_readlink(root, path, target, sizeof(target));
	if (n >= 0)
		return (size_t)n == strlen("/dev/null") &&
		       memcmp(target, "/dev/null", (size_t)n) == 0;
	return is_there(root, path, false, &st, unread) && S_ISREG(st.st_mode) && st.st_size == 0;
}

/* wanted by a target that every boot reaches */
static bool is_enabled(const struct seal_root *root, const char *unit, int *unread)
{
	static const char *const targets[] = {"multi-user.target", "sysinit.target",
					      "basic.target",      "network-pre.target",
					      "network.target",    "graphical.target"};
	static const char *const kinds[] = {"wants", "requires"};
	char path[PATH_SIZE];
	struct stat st;
	size_t i, j, k;

	if (is_masked(root, unit, unread))
		return false;
	for (i = 0; i < COUNT(unit_dirs); i++) {
		for (j = 0; j < COUNT(targets); j++) {
			for (k = 0; k < COUNT(kinds); k++) {
				snprintf(path, sizeof(path), "%s/%s.%s/%s", unit_dirs[i],
					 targets[j], kinds[k], unit);
				if (is_there(root, path, false, &st, unread))
					return true;
			}
		}
	}
	return false;
}

/* the file the unit loads: Debian's, or that of Red Hat */
static const char *nftables_conf(const struct seal_root *root, int *unread)
{
	static const char debian[] = "etc/nftables.conf", redhat[] = "etc/sysconfig/nftables.conf";
	seal_auto_free char *text = NULL;
	char path[PATH_SIZE];
	struct stat st;
	size_t i, n;

	for (i = 0; i < COUNT(unit_dirs); i++) {
		snprintf(path, sizeof(path), "%s/nftables.service", unit_dirs[i]);
		if (!is_there(root, path, true, &st, unread) || !S_ISREG(st.st_mode) ||
		    is_absent(seal_root_read(root, path, 1u << 20, &text, &n, NULL), unread))
			continue;
		if (seal_bytes_find((struct seal_bytes){text, n}, "/etc/sysconfig/nftables.conf") >=
		    0)
			return redhat;
		if (seal_bytes_find((struct seal_bytes){text, n}, "/etc/nftables.conf") >= 0)
			return debian;
		break;
	}
	if (is_there(root, debian, true, &st, unread))
		return debian;
	return is_there(root, redhat, true, &st, unread) ? redhat : NULL;
}

void seal_firewall_boot_owner(const struct seal_root *root, struct seal_firewall_boot *ret)
{
	static const char *const others[] = {"iptables.service", "ip6tables.service",
					     "netfilter-persistent.service", "ufw.service",
					     "shorewall.service"};
	size_t i;

	*ret = (struct seal_firewall_boot){0};
	ret->firewalld = is_enabled(root, "firewalld.service", &ret->unread);
	ret->nftables = is_enabled(root, "nftables.service", &ret->unread);
	ret->nftables_conf = nftables_conf(root, &ret->unread);
	for (i = 0; i < COUNT(others); i++)
		ret->iptables = ret->iptables || is_enabled(root, others[i], &ret->unread);
}
