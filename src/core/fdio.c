/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fdio.h"

#include <errno.h>
#include <unistd.h>

int seal_fd_write(int fd, struct seal_bytes b)
{
	ssize_t n;

	while (b.n) {
		n = write(fd, b.p, b.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		b = seal_bytes_from(b, (size_t)n);
	}
	return 0;
}

int seal_fd_read(int fd, void *ret, size_t n)
{
	char *at = ret;
	ssize_t r;

	while (n) {
		r = read(fd, at, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno : -EPIPE;
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

ssize_t seal_fd_read_at(int fd, void *ret, size_t n, uint64_t at)
{
	size_t got = 0;
	ssize_t r;

	while (got < n) {
		r = pread(fd, (char *)ret + got, n - got, (off_t)(at + got));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}
