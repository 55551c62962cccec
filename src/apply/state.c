/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/fdio.h"

#define TEXT_MAX ((size_t)4 * 1024 * 1024)

/* step 0 is the plan as a whole */
static void name_of(char name[64], unsigned n, const char *what, const char *end)
{
	if (n)
		snprintf(name, 64, "%u.%s%s", n, what, end);
	else
		snprintf(name, 64, "%s%s", what, end);
}

/* is_ours - nobody else can put marks there */
static bool is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & 022);
}

int seal_state_open(const char *dir, bool make, struct seal_state *ret, struct seal_err *err)
{
	seal_auto_close int parent = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	seal_auto_close int fd = -1;
	int r = 0;

	if (parent < 0)
		return seal_err_set(err, -errno, "%s: %s", dir, strerror(errno));
	if (make && mkdirat(parent, "state", 0700) < 0 && errno != EEXIST)
		return seal_err_set(err, -errno, "%s/state: %s", dir, strerror(errno));
	if (make && fsync(parent) < 0)
		return seal_err_set(err, -errno, "%s: %s", dir, strerror(errno));
	fd = openat(parent, "state", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return seal_err_set(err, -errno, "%s/state: %s", dir, strerror(errno));
	if (!is_ours(fd))
		return seal_err_set(err, -EPERM, "%s/state: others may write to it", dir);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (r < 0)
		return seal_err_set(err, r, "%s/state: %s", dir,
				    r == -EBUSY ? "another run is at work" : strerror(-r));
	ret->fd = seal_take_fd(&fd);
	return 0;
}

void seal_state_close(struct seal_state *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int seal_state_has(const struct seal_state *s, unsigned n, const char *what, struct seal_err *err)
{
	char name[64];
	struct stat st;

	name_of(name, n, what, "");
	if (fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0
			       : seal_err_set(err, -errno, "state/%s: %s", name, strerror(errno));
}

int seal_state_begin_file(const struct seal_state *s, unsigned n, const char *what,
			  struct seal_err *err)
{
	char name[64];
	int fd;

	name_of(name, n, what, ".new");
	fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return seal_err_set(err, -errno, "state/%s: %s", name, strerror(errno));
	return fd;
}

int seal_state_end_file(const struct seal_state *s, unsigned n, const char *what, int fd, int r,
			struct seal_err *err)
{
	char fresh[64], name[64];

	name_of(fresh, n, what, ".new");
	name_of(name, n, what, "");
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(s->fd, fresh, s->fd, name) < 0)
		r = -errno;
	if (r == 0 && fsync(s->fd) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(s->fd, fresh, 0);
		return seal_err_set(err, r, "state/%s: %s", name, strerror(-r));
	}
	return 0;
}

int seal_state_put(const struct seal_state *s, unsigned n, const char *what, struct seal_bytes text,
		   struct seal_err *err)
{
	int fd = seal_state_begin_file(s, n, what, err), r;

	if (fd < 0)
		return fd;
	r = seal_fd_write(fd, text);
	return seal_state_end_file(s, n, what, fd, r, err);
}

int seal_state_open_file(const struct seal_state *s, unsigned n, const char *what)
{
	char name[64];
	int fd;

	name_of(name, n, what, "");
	fd = openat(s->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int seal_state_get(const struct seal_state *s, unsigned n, const char *what, struct seal_buf *out)
{
	seal_auto_close int fd = seal_state_open_file(s, n, what);
	char piece[4096];
	ssize_t r;

	if (fd < 0)
		return fd;
	for (;;) {
		r = read(fd, piece, sizeof(piece));
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno : out->err;
		if (out->n + (size_t)r > TEXT_MAX)
			return -EFBIG;
		seal_buf_put(out, piece, (size_t)r);
	}
}

int seal_state_drop(const struct seal_state *s, unsigned n, struct seal_err *err)
{
	static const char *const marks[] = {"done", "labels", "chain", "begun"};
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		name_of(name, n, marks[i], ".new");
		if (unlinkat(s->fd, name, 0) < 0 && errno != ENOENT)
			return seal_err_set(err, -errno, "state/%s: %s", name, strerror(errno));
		name_of(name, n, marks[i], "");
		if (unlinkat(s->fd, name, 0) < 0 && errno != ENOENT)
			return seal_err_set(err, -errno, "state/%s: %s", name, strerror(errno));
	}
	if (fsync(s->fd) < 0)
		return seal_err_set(err, -errno, "state: %s", strerror(errno));
	return 0;
}

void seal_state_drop_file(const struct seal_state *s, const char *what)
{
	char name[64];

	name_of(name, 0, what, ".new");
	unlinkat(s->fd, name, 0);
	name_of(name, 0, what, "");
	unlinkat(s->fd, name, 0);
}

int seal_state_remove(struct seal_state *s, const char *dir)
{
	seal_auto_close int parent = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (parent < 0)
		return -errno;
	if (unlinkat(s->fd, "plan.sha256", 0) < 0 && errno != ENOENT)
		return -errno;
	if (unlinkat(s->fd, "plan.sha256.new", 0) < 0 && errno != ENOENT)
		return -errno;
	return unlinkat(parent, "state", AT_REMOVEDIR) < 0 ? -errno : 0;
}
