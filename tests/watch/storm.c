/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storm.c - user space denials through the kernel's audit socket: RATE a second for SECONDS, of
 * KINDS kinds. Prints how many were sent. Needs CAP_AUDIT_WRITE; exits 77 without.
 *
 * usage: storm RATE SECONDS KINDS */
#include <errno.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "core/bytes.h"

#define BATCH 50

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int send_one(int fd, unsigned kind)
{
	struct {
		struct nlmsghdr head;
		char text[512];
	} m = {.head = {.nlmsg_type = AUDIT_USER_AVC, .nlmsg_flags = NLM_F_REQUEST}};
	int n = snprintf(m.text, sizeof(m.text),
			 "avc:  denied  { start } for auid=n/a uid=0 gid=0 path=\"/unit-%u\" "
			 "cmdline=\"\" function=\"x\" scontext=system_u:system_r:postfix_smtp_t:s0 "
			 "tcontext=system_u:object_r:init_t:s0 tclass=service permissive=0",
			 kind);

	m.head.nlmsg_len = (unsigned)(NLMSG_HDRLEN + n + 1);
	return send(fd, &m, m.head.nlmsg_len, 0) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	uint32_t rate, seconds, kinds;
	unsigned long sent = 0;
	double begun, lag;
	int fd, r, i;

	if (argc != 4 || seal_parse_u32(seal_bytes_of(argv[1]), 10, &rate) < 0 ||
	    seal_parse_u32(seal_bytes_of(argv[2]), 10, &seconds) < 0 ||
	    seal_parse_u32(seal_bytes_of(argv[3]), 10, &kinds) < 0 || !rate || !kinds)
		return 64;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (fd < 0)
		return 77;
	begun = now();
	while (now() - begun < seconds) {
		lag = (now() - begun) * rate - (double)sent;
		if (lag < BATCH) {
			nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
			continue;
		}
		for (i = 0; i < BATCH; i++) {
			r = send_one(fd, (unsigned)(sent % kinds));
			if (r == -EPERM)
				return 77;
			if (r < 0)
				return 1;
			sent++;
		}
	}
	printf("%lu %.3f\n", sent, now() - begun);
	close(fd);
	return 0;
}
