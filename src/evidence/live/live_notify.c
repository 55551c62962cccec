/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/live_impl.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/selinux_netlink.h>
#include <sys/socket.h>

static enum seal_watch_note_kind ruleset_kind(uint16_t type)
{
	return type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN) ? SEAL_NOTE_RULESET
								    : SEAL_NOTE_KIND_MAX_;
}

static enum seal_watch_note_kind selinux_kind(uint16_t type)
{
	if (type == SELNL_MSG_POLICYLOAD)
		return SEAL_NOTE_POLICY;
	return type == SELNL_MSG_SETENFORCE ? SEAL_NOTE_MODE : SEAL_NOTE_KIND_MAX_;
}

/* join_group - a group that says that something changed; -1 where the kernel has none or we may not
 */
static int join_group(int protocol, int group)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	seal_auto_close int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -1;
	return seal_take_fd(&fd);
}

void live_notify_open(struct seal_live *l)
{
	l->notify[NOTIFY_RULESET] =
		(struct live_notify){join_group(NETLINK_NETFILTER, NFNLGRP_NFTABLES), ruleset_kind};
	l->notify[NOTIFY_SELINUX] =
		(struct live_notify){join_group(NETLINK_SELINUX, SELNLGRP_AVC), selinux_kind};
}

void live_notify_read(struct seal_live *l, struct live_notify *n)
{
	_Alignas(struct nlmsghdr) char room[16384];
	const struct nlmsghdr *m;
	ssize_t got;
	size_t left;

	while ((got = recv(n->fd, room, sizeof(room), MSG_DONTWAIT)) > 0 ||
	       (got < 0 && (errno == ENOBUFS || errno == EINTR))) {
		if (got < 0) {
			/* so many that some were lost: something did change */
			if (errno == ENOBUFS)
				live_note(l,
					  n == &l->notify[NOTIFY_RULESET] ? SEAL_NOTE_RULESET
									  : SEAL_NOTE_POLICY,
					  NULL);
			continue;
		}
		left = (size_t)got;
		for (m = (const struct nlmsghdr *)(const void *)room; NLMSG_OK(m, left);
		     m = NLMSG_NEXT(m, left))
			if (n->kind(m->nlmsg_type) != SEAL_NOTE_KIND_MAX_)
				live_note(l, n->kind(m->nlmsg_type), NULL);
	}
}

void live_notify_close(struct seal_live *l)
{
	size_t i;

	for (i = 0; i < NOTIFIES; i++)
		if (l->notify[i].fd >= 0)
			close(l->notify[i].fd);
}
