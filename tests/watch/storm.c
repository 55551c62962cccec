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

struct message {
	struct nlmsghdr head;
	char text[512];
};

static void fill(struct message *m, unsigned kind)
{
	int n = snprintf(m->text, sizeof(m->text),
			 "avc:  denied  { start } for auid=n/a uid=0 gid=0 path=\"/unit-%u\" "
			 "cmdline=\"\" function=\"x\" scontext=system_u:system_r:postfix_smtp_t:s0 "
			 "tcontext=system_u:object_r:init_t:s0 tclass=service permissive=0",
			 kind);

	m->head = (struct nlmsghdr){.nlmsg_len = (unsigned)(NLMSG_HDRLEN + n + 1),
				    .nlmsg_type = AUDIT_USER_AVC,
				    .nlmsg_flags = NLM_F_REQUEST};
}

/* send_batch - returns how many were sent, or a negative errno */
static int send_batch(int fd, unsigned long from, unsigned kinds)
{
	static struct message m[BATCH];
	struct mmsghdr headers[BATCH] = {0};
	struct iovec io[BATCH];
	int i, n;

	for (i = 0; i < BATCH; i++) {
		fill(&m[i], (unsigned)((from + (unsigned)i) % kinds));
		io[i] = (struct iovec){&m[i], m[i].head.nlmsg_len};
		headers[i].msg_hdr.msg_iov = &io[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	n = sendmmsg(fd, headers, BATCH, 0);
	return n < 0 ? -errno : n;
}

int main(int argc, char **argv)
{
	uint32_t rate, seconds, kinds;
	unsigned long sent = 0;
	double begun, lag;
	int fd, r;

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
		r = send_batch(fd, sent, kinds);
		if (r == -EPERM)
			return 77;
		if (r < 0)
			return 1;
		sent += (unsigned)r;
	}
	printf("%lu %.3f\n", sent, now() - begun);
	close(fd);
	return 0;
}
