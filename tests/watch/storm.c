/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storm.c - user space denials through the kernel's audit socket: RATE a second for SECONDS, of
 * KINDS kinds. Prints how many were sent. Needs CAP_AUDIT_WRITE; exits 77 without.
 *
 * usage: storm RATE SECONDS KINDS */
#include <errno.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "core/bytes.h"

#define BATCH   50
#define MESSAGE 512

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* struct batch - messages one behind the other, each kind in turn: the kernel takes as many as come
 * in one datagram */
struct batch {
	char *p;
	size_t *at; /* where each message begins, and where the last one ends */
	size_t n;
};

static size_t put(char *to, unsigned kind)
{
	char *text = to + NLMSG_HDRLEN;
	int n = snprintf(text, MESSAGE - NLMSG_HDRLEN,
			 "avc:  denied  { start } for auid=n/a uid=0 gid=0 path=\"/unit-%u\" "
			 "cmdline=\"\" function=\"x\" scontext=system_u:system_r:postfix_smtp_t:s0 "
			 "tcontext=system_u:object_r:init_t:s0 tclass=service permissive=0",
			 kind);
	struct nlmsghdr head = {.nlmsg_len = (unsigned)(NLMSG_HDRLEN + n + 1),
				.nlmsg_type = AUDIT_USER_AVC,
				.nlmsg_flags = NLM_F_REQUEST};

	memcpy(to, &head, sizeof(head));
	return NLMSG_ALIGN(head.nlmsg_len);
}

/* make - a turn of all kinds and a batch more, so that a batch may begin with any of them */
static int make(struct batch *b, unsigned kinds)
{
	size_t i, n = 0;

	b->n = kinds + BATCH;
	b->p = calloc(b->n, MESSAGE);
	b->at = calloc(b->n + 1, sizeof(*b->at));
	if (!b->p || !b->at)
		return -ENOMEM;
	for (i = 0; i < b->n; i++) {
		b->at[i] = n;
		n += put(b->p + n, (unsigned)(i % kinds));
	}
	b->at[i] = n;
	return 0;
}

/* send_batch - BATCH messages. Returns 0 or a negative errno */
static int send_batch(int fd, const struct batch *b, size_t first)
{
	size_t n = b->at[first + BATCH] - b->at[first];

	return send(fd, b->p + b->at[first], n, 0) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	uint32_t rate, seconds, kinds;
	struct batch b = {0};
	unsigned long sent = 0;
	double begun, lag;
	int fd, r;

	if (argc != 4 || seal_parse_u32(seal_bytes_of(argv[1]), 10, &rate) < 0 ||
	    seal_parse_u32(seal_bytes_of(argv[2]), 10, &seconds) < 0 ||
	    seal_parse_u32(seal_bytes_of(argv[3]), 10, &kinds) < 0 || !rate || !kinds ||
	    kinds > 10000)
		return 64;
	if (make(&b, kinds) < 0)
		return 1;
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
		r = send_batch(fd, &b, sent % kinds);
		if (r == -EPERM)
			return 77;
		if (r < 0)
			return 1;
		sent += BATCH;
	}
	printf("%lu %.3f\n", sent, now() - begun);
	close(fd);
	free(b.p);
	free(b.at);
	return 0;
}
