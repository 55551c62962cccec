/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/audit_stream.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define STATUS_WAIT_MS 200

static int netlink_socket(uint32_t groups)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd, r;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

int seal_audit_stream_init(struct seal_audit_stream *s, int fd)
{
	const int size = SEAL_AUDIT_STREAM_QUEUE;

	*s = (struct seal_audit_stream){.fd = fd, .status_fd = -1};
	s->room = malloc((size_t)SEAL_AUDIT_STREAM_BATCH * SEAL_AUDIT_STREAM_MESSAGE);
	if (!s->room) {
		seal_audit_stream_done(s);
		return -ENOMEM;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

int seal_audit_stream_open(struct seal_audit_stream *s, struct seal_err *err)
{
	int fd = netlink_socket(1u << (AUDIT_NLGRP_READLOG - 1)), r;

	*s = (struct seal_audit_stream){.fd = -1, .status_fd = -1};
	if (fd == -EPERM || fd == -EACCES)
		return seal_err_set(err, -EPERM, "needs CAP_AUDIT_READ, in the first namespaces");
	if (fd < 0)
		return seal_err_set(err, fd, "%s", strerror(-fd));
	r = seal_audit_stream_init(s, fd);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	s->status_fd = netlink_socket(0);
	seal_audit_stream_ask(s);
	s->kernel_first = s->kernel_lost;
	return 0;
}

void seal_audit_stream_done(struct seal_audit_stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->status_fd >= 0)
		close(s->status_fd);
	free(s->room);
	*s = (struct seal_audit_stream){.fd = -1, .status_fd = -1};
}

/* take_message - one record: a netlink header, then "audit(STAMP): BODY" */
static int take_message(struct seal_audit_stream *s, struct seal_bytes m,
			int (*record)(void *data, const struct seal_audit_record *r), void *data)
{
	struct seal_audit_record r = {0};
	struct nlmsghdr head;
	struct seal_bytes text;
	ssize_t end;

	if (m.n < sizeof(head))
		return 0;
	memcpy(&head, m.p, sizeof(head));
	text = seal_bytes_from(m, NLMSG_HDRLEN);
	while (text.n && text.p[text.n - 1] == '\0')
		text.n--;
	s->n_records++;
	end = seal_bytes_chr(seal_bytes_first(text, 64), ')');
	if (!seal_bytes_starts(text, "audit(") || end < 0 ||
	    !seal_audit_stamp((struct seal_bytes){text.p + 6, (size_t)end - 6}, &r.time_us,
			      &r.serial)) {
		s->n_damaged++;
		return 0;
	}
	seal_serials_add(&s->serials, r.serial);
	r.type = seal_audit_type_known(head.nlmsg_type);
	if (!r.type)
		return 0;
	text = seal_bytes_from(text, (size_t)end + 1);
	if (seal_bytes_starts(text, ":"))
		text = seal_bytes_from(text, 1);
	seal_audit_record_body(text, &r);
	r.line = s->n_records;
	return record(data, &r);
}

int seal_audit_stream_read(struct seal_audit_stream *s,
			   int (*record)(void *data, const struct seal_audit_record *r), void *data)
{
	struct mmsghdr messages[SEAL_AUDIT_STREAM_BATCH] = {0};
	struct iovec io[SEAL_AUDIT_STREAM_BATCH];
	int i, n, r = 0;

	for (i = 0; i < SEAL_AUDIT_STREAM_BATCH; i++) {
		io[i] = (struct iovec){s->room + (size_t)i * SEAL_AUDIT_STREAM_MESSAGE,
				       SEAL_AUDIT_STREAM_MESSAGE};
		messages[i].msg_hdr.msg_iov = &io[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	do {
		n = recvmmsg(s->fd, messages, SEAL_AUDIT_STREAM_BATCH, MSG_DONTWAIT, NULL);
		if (n < 0 && errno == ENOBUFS)
			s->n_overruns++; /* what came after stands behind it */
	} while (n < 0 && (errno == ENOBUFS || errno == EINTR));
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	for (i = 0; i < n && r >= 0; i++)
		r = take_message(s, (struct seal_bytes){io[i].iov_base, messages[i].msg_len},
				 record, data);
	return r < 0 ? r : n;
}

/* ---- the kernel's own count ---- */

static void take_status(struct seal_audit_stream *s, const char *m, size_t n)
{
	struct nlmsghdr head;
	struct audit_status status = {0};
	const size_t need = offsetof(struct audit_status, lost) + sizeof(status.lost);

	if (n < NLMSG_HDRLEN + need)
		return;
	memcpy(&head, m, sizeof(head));
	if (head.nlmsg_type != AUDIT_GET)
		return;
	n -= NLMSG_HDRLEN;
	memcpy(&status, m + NLMSG_HDRLEN, n < sizeof(status) ? n : sizeof(status));
	s->kernel_lost = status.lost;
	s->kernel_known = true;
}

void seal_audit_stream_ask(struct seal_audit_stream *s)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct nlmsghdr ask = {
		.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = AUDIT_GET, .nlmsg_flags = NLM_F_REQUEST};
	struct pollfd p = {.fd = s->status_fd, .events = POLLIN};
	char m[1024];
	ssize_t n;

	if (s->status_fd < 0 || sendto(s->status_fd, &ask, sizeof(ask), MSG_DONTWAIT,
				       (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return;
	while (poll(&p, 1, STATUS_WAIT_MS) == 1) {
		n = recv(s->status_fd, m, sizeof(m), MSG_DONTWAIT);
		if (n <= 0)
			return;
		take_status(s, m, (size_t)n);
		if (s->kernel_known || n < (ssize_t)NLMSG_HDRLEN)
			return;
		if (((const struct nlmsghdr *)(const void *)m)->nlmsg_type == NLMSG_ERROR)
			return;
	}
}
