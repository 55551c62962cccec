/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "probe/clock.h"

static int wait_fd(int fd, bool to_write, int64_t deadline_ms)
{
	struct pollfd p = {.fd = fd, .events = to_write ? POLLOUT : POLLIN};
	int64_t left;
	int r;

	for (;;) {
		left = deadline_ms - seal_clock_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		r = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

int seal_wire_wait(const struct seal_wire *w, bool to_write)
{
	return wait_fd(w->fd, to_write, w->deadline_ms);
}

static void take_own_address(int fd, struct seal_addr *from)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
		return;
	if (sa.ss_family == AF_INET) {
		from->bits = 32;
		memcpy(from->b, &((struct sockaddr_in *)&sa)->sin_addr, 4);
	} else if (sa.ss_family == AF_INET6) {
		from->bits = 128;
		memcpy(from->b, &((struct sockaddr_in6 *)&sa)->sin6_addr, 16);
	}
}

int seal_wire_connect(struct seal_wire *w, const struct seal_addr *to, uint16_t port,
		      uint32_t timeout_ms, struct seal_addr *from)
{
	struct sockaddr_storage sa = {0};
	socklen_t len = seal_sockaddr(to, port, &sa), size = sizeof(int);
	seal_auto_close int fd = -1;
	int r, error = 0;

	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sa, len) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		r = wait_fd(fd, true, seal_clock_ms() + timeout_ms);
		if (r < 0)
			return r;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			return -errno;
		if (error)
			return -error;
	}
	take_own_address(fd, from);
	w->fd = seal_take_fd(&fd);
	return 0;
}

/* receive - some bytes into w->buf, which has room. Returns as seal_wire_line(). */
static int receive(struct seal_wire *w)
{
	char *to = w->buf + w->end;
	size_t room = sizeof(w->buf) - w->end;
	ssize_t n;
	int r;

	for (;;) {
		n = w->tls ? gnutls_record_recv(w->tls, to, room) : recv(w->fd, to, room, 0);
		if (n > 0)
			break;
		if (n == 0)
			return -ECONNRESET;
		if (w->tls) {
			if (n == GNUTLS_E_PREMATURE_TERMINATION)
				return -ECONNRESET;
			if (n != GNUTLS_E_AGAIN && n != GNUTLS_E_INTERRUPTED &&
			    gnutls_error_is_fatal((int)n))
				return -EPROTO;
			if (seal_clock_ms() >= w->deadline_ms)
				return -ETIMEDOUT;
			if (n != GNUTLS_E_AGAIN)
				continue;
		} else if (errno == EINTR) {
			continue;
		} else if (errno != EAGAIN) {
			return -errno;
		}
		r = seal_wire_wait(w, w->tls && gnutls_record_get_direction(w->tls));
		if (r < 0)
			return r;
	}
	w->end += (size_t)n;
	w->taken += (size_t)n;
	return w->taken > SEAL_WIRE_READ_MAX ? -EMSGSIZE : 0;
}

int seal_wire_line(struct seal_wire *w, struct seal_bytes *ret)
{
	int r;

	for (;;) {
		struct seal_bytes have = {w->buf + w->start, w->end - w->start};
		ssize_t at = seal_bytes_chr(have, '\n');

		if (at >= 0) {
			w->start += (size_t)at + 1;
			if (at > 0 && have.p[at - 1] == '\r')
				at--;
			*ret = seal_bytes_first(have, (size_t)at);
			return 0;
		}
		if (have.n >= sizeof(w->buf))
			return -EMSGSIZE;
		memmove(w->buf, have.p, have.n);
		w->start = 0;
		w->end = have.n;
		/* a server that sends without pause never lets the wait below time out */
		if (seal_clock_ms() >= w->deadline_ms)
			return -ETIMEDOUT;
		r = receive(w);
		if (r < 0)
			return r;
	}
}

int seal_wire_send(struct seal_wire *w, struct seal_bytes b)
{
	ssize_t n;
	int r;

	while (b.n) {
		n = w->tls ? gnutls_record_send(w->tls, b.p, b.n)
			   : send(w->fd, b.p, b.n, MSG_NOSIGNAL);
		if (n >= 0) {
			b = seal_bytes_from(b, (size_t)n);
			continue;
		}
		if (w->tls ? n == GNUTLS_E_INTERRUPTED : errno == EINTR)
			continue;
		if (w->tls ? n != GNUTLS_E_AGAIN : errno != EAGAIN)
			return w->tls ? -EPROTO : -errno;
		r = seal_wire_wait(w, true);
		if (r < 0)
			return r;
	}
	return 0;
}

void seal_wire_done(struct seal_wire *w)
{
	if (w->tls)
		gnutls_deinit(w->tls);
	w->tls = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
