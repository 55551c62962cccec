/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_helper.h"
#include "core/fdio.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define FILE_MAX (16u << 20)

static int helper = -1; /* our end; one a process */

/* struct request - in front of the bytes of the text and of the databases; a database that is not
 * there has the size ABSENT */
#define ABSENT UINT64_MAX
struct request {
	uint64_t n_text, sizes[NFT_DATABASES];
	uint32_t mentions_dormant;
};

/* send_all - a helper that is gone is an error, not a signal */
static int send_all(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t w;

	while (n) {
		w = send(fd, at, n, MSG_NOSIGNAL);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return -EPIPE;
		at += w;
		n -= (size_t)w;
	}
	return 0;
}

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static int send_fd(int to, int fd)
{
	union control control = {.room = {0}};
	struct iovec byte = {(char[1]){'j'}, 1};
	struct msghdr m = {.msg_iov = &byte,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(to, &m, MSG_NOSIGNAL) == 1 ? 0 : -EPIPE;
}

static int receive_fd(int from)
{
	union control control;
	char byte;
	struct iovec room = {&byte, 1};
	struct msghdr m = {.msg_iov = &room,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	struct cmsghdr *c;
	int fd;

	if (recvmsg(from, &m, MSG_CMSG_CLOEXEC) != 1)
		return -EPIPE;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* ---- in the helper ---- */

static int read_bytes(int from, size_t n, size_t max, char **ret)
{
	int r;

	if (n > max)
		return -EFBIG;
	*ret = malloc(n + 1);
	if (!*ret)
		return -ENOMEM;
	r = seal_fd_read(from, *ret, n);
	(*ret)[n] = '\0';
	return r;
}

static int read_job(int from, const struct request *q, struct nft_source *s, struct nft_job *j)
{
	size_t i;
	int r;

	s->mentions_dormant = q->mentions_dormant;
	r = read_bytes(from, q->n_text, NFT_TEXT_MAX, &s->text.p);
	s->text.n = r == 0 ? q->n_text : 0;
	for (i = 0; i < NFT_DATABASES && r == 0; i++) {
		if (q->sizes[i] == ABSENT)
			continue;
		r = read_bytes(from, q->sizes[i], FILE_MAX, &j->files[i]);
		j->sizes[i] = q->sizes[i];
	}
	return r;
}

/* serve_one - returns 0, or a negative errno when there is nothing more to serve */
static int serve_one(int from)
{
	seal_auto_close int out = receive_fd(from);
	struct nft_source s = {.root = NULL};
	struct nft_job j = {.source = &s, .out = out};
	struct request q;
	int r, status;
	size_t i;
	pid_t pid;

	if (out < 0)
		return out;
	r = seal_fd_read(from, &q, sizeof(q));
	if (r == 0)
		r = read_job(from, &q, &s, &j);
	pid = r == 0 ? fork() : -1;
	if (pid == 0)
		_exit(nft_job_carry_out(&j) < 0 ? 1 : 0);
	free(s.text.p);
	for (i = 0; i < NFT_DATABASES; i++)
		free(j.files[i]);
	/* the one who asked sees the end of its pipe when the child is gone, or was never there */
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r;
}

int nft_helper_start(struct seal_err *err)
{
	int ends[2];
	pid_t pid;

	if (helper >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return seal_err_set(err, -errno, "socketpair: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (serve_one(ends[1]) == 0)
			;
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	else
		helper = ends[0];
	return 0;
}

int nft_helper_part(void)
{
	int fd = helper;

	helper = -1;
	return fd;
}

void nft_helper_take(int fd)
{
	helper = fd;
}

int nft_helper_ask(const struct nft_job *j)
{
	const struct seal_bytes text = seal_buf_bytes(&j->source->text);
	struct request q = {.n_text = text.n, .mentions_dormant = j->source->mentions_dormant};
	size_t i;
	int r;

	if (helper < 0)
		return -ENOTCONN;
	for (i = 0; i < NFT_DATABASES; i++)
		q.sizes[i] = j->files[i] ? j->sizes[i] : ABSENT;
	r = send_fd(helper, j->out);
	if (r == 0)
		r = send_all(helper, &q, sizeof(q));
	if (r == 0)
		r = send_all(helper, text.p, text.n);
	for (i = 0; i < NFT_DATABASES && r == 0; i++)
		if (j->files[i])
			r = send_all(helper, j->files[i], j->sizes[i]);
	return r;
}
