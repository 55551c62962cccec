/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/tail.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>

#include "core/fdio.h"

#define CHUNK ((size_t)64 * 1024)

static const struct seal_tail_file nothing = {.fd = -1, .watch = -1};

/* watch_fd - a watch on what is open, whatever its name is by now */
static int watch_fd(int inotify, int fd, uint32_t mask)
{
	char name[40];

	if (inotify < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return inotify_add_watch(inotify, name, mask);
}

static void file_done(struct seal_tail *t, struct seal_tail_file *f)
{
	if (f->watch >= 0)
		inotify_rm_watch(t->inotify, f->watch);
	if (f->fd >= 0)
		close(f->fd);
	free(f->part);
	*f = nothing;
}

void seal_tail_done(struct seal_tail *t)
{
	file_done(t, &t->now);
	file_done(t, &t->before);
	if (t->dir_watch >= 0)
		inotify_rm_watch(t->inotify, t->dir_watch);
	free(t->path);
	t->path = NULL;
	t->dir_watch = -1;
}

bool seal_tail_is_watch(const struct seal_tail *t, int watch)
{
	return watch >= 0 &&
	       (watch == t->now.watch || watch == t->before.watch || watch == t->dir_watch);
}

/* open_now - the file as it is called now */
static int open_now(struct seal_tail *t, uint64_t past, struct seal_err *err)
{
	struct stat st;
	int fd = seal_root_open(t->root, t->path, err);

	t->missing = fd == -ENOENT;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	t->now = nothing;
	t->now.part = malloc(SEAL_TAIL_LINE_MAX);
	if (!t->now.part || fstat(fd, &st) < 0) {
		free(t->now.part);
		t->now = nothing;
		close(fd);
		return -ENOMEM;
	}
	t->now.fd = fd;
	t->now.dev = st.st_dev;
	t->now.ino = st.st_ino;
	t->now.watch = watch_fd(t->inotify, fd, IN_MODIFY);
	t->now.counted = true;
	if ((uint64_t)st.st_size > past) {
		t->now.counted = false;
		t->now.at = (uint64_t)st.st_size - past;
		t->now.skipping = past > 0; /* we may be inside a line */
	}
	return 0;
}

/* watch_dir - of a directory that holds the file: names that come and go */
static void watch_dir(struct seal_tail *t)
{
	const uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
	const char *slash = strrchr(t->path, '/');
	char dir[PATH_MAX] = ".";
	struct seal_dir d;

	if (t->inotify < 0 || t->dir_watch >= 0)
		return;
	if (slash && (size_t)(slash - t->path) < sizeof(dir)) {
		memcpy(dir, t->path, (size_t)(slash - t->path));
		dir[slash - t->path] = '\0';
	}
	if (seal_dir_open(t->root, dir, &d) < 0)
		return;
	if (d.fd >= 0)
		t->dir_watch = watch_fd(t->inotify, d.fd, mask);
	seal_dir_close(&d);
}

int seal_tail_open(struct seal_tail *t, const struct seal_root *root, const char *path, int inotify,
		   uint64_t past, struct seal_err *err)
{
	int r;

	*t = (struct seal_tail){.root = root,
				.path = strdup(path),
				.inotify = inotify,
				.dir_watch = -1,
				.now = nothing,
				.before = nothing};
	if (!t->path)
		return seal_err_set(err, -ENOMEM, "out of memory");
	watch_dir(t);
	r = open_now(t, past, err);
	if (r < 0)
		seal_tail_done(t);
	return r;
}

typedef int (*line_fn)(void *data, struct seal_bytes line, uint64_t number);

/* end_line - one is whole: its front may wait in f->part */
static int end_line(struct seal_tail_file *f, struct seal_bytes rest, line_fn line, void *data)
{
	struct seal_bytes whole = rest;
	size_t room;

	if (f->skipping) {
		f->skipping = false;
		f->n_part = 0;
		return 0;
	}
	f->number++;
	if (f->n_part) {
		room = SEAL_TAIL_LINE_MAX - f->n_part;
		memcpy(f->part + f->n_part, rest.p, rest.n < room ? rest.n : room);
		whole = (struct seal_bytes){f->part, f->n_part + (rest.n < room ? rest.n : room)};
		f->n_part = 0;
	}
	return line(data, whole, f->counted ? f->number : 0);
}

static void keep_part(struct seal_tail_file *f, struct seal_bytes rest)
{
	size_t room = SEAL_TAIL_LINE_MAX - f->n_part, n = rest.n < room ? rest.n : room;

	if (f->skipping || !n)
		return;
	memcpy(f->part + f->n_part, rest.p, n);
	f->n_part += n;
}

static void set_mark(struct seal_tail_file *f, const char *p, size_t n)
{
	size_t keep;

	if (n >= SEAL_TAIL_MARK) {
		memcpy(f->mark, p + n - SEAL_TAIL_MARK, SEAL_TAIL_MARK);
		f->n_mark = SEAL_TAIL_MARK;
		return;
	}
	keep = f->n_mark + n > SEAL_TAIL_MARK ? SEAL_TAIL_MARK - n : f->n_mark;
	memmove(f->mark, f->mark + f->n_mark - keep, keep);
	memcpy(f->mark + keep, p, n);
	f->n_mark = keep + n;
}

/* read_on - from where we are to the end of the file */
static int read_on(struct seal_tail_file *f, line_fn line, void *data)
{
	seal_auto_free char *buf = NULL;
	struct seal_bytes rest;
	const char *end;
	ssize_t n;
	int r = 0;

	if (f->fd < 0)
		return 0;
	buf = malloc(CHUNK);
	if (!buf)
		return -ENOMEM;
	while (r >= 0 && (n = seal_fd_read_at(f->fd, buf, CHUNK, f->at)) > 0) {
		f->at += (uint64_t)n;
		set_mark(f, buf, (size_t)n);
		rest = (struct seal_bytes){buf, (size_t)n};
		while (r >= 0 && rest.n && (end = memchr(rest.p, '\n', rest.n))) {
			size_t len = (size_t)(end - rest.p);

			r = end_line(f, seal_bytes_first(rest, len), line, data);
			rest = seal_bytes_from(rest, len + 1);
		}
		keep_part(f, rest);
	}
	return r;
}

/* is_truncated - shorter than what was read, or with other bytes there: written anew */
static bool is_truncated(const struct seal_tail_file *f)
{
	char mark[SEAL_TAIL_MARK];
	struct stat st;

	if (f->fd < 0 || fstat(f->fd, &st) < 0)
		return false;
	if ((uint64_t)st.st_size < f->at)
		return true;
	return f->n_mark && f->n_mark <= f->at &&
	       seal_fd_read_at(f->fd, mark, f->n_mark, f->at - f->n_mark) == (ssize_t)f->n_mark &&
	       memcmp(mark, f->mark, f->n_mark) != 0;
}

/* is_renamed - the name is another file's by now */
static bool is_renamed(struct seal_tail *t)
{
	struct stat st;

	if (seal_root_stat(t->root, t->path, true, &st) < 0) {
		t->missing = true;
		return false; /* not there yet: we read on what we have */
	}
	return t->now.fd < 0 || st.st_dev != t->now.dev || st.st_ino != t->now.ino;
}

int seal_tail_read(struct seal_tail *t, line_fn line, void *data)
{
	int r;

	if (is_truncated(&t->now)) {
		t->now.at = t->now.n_mark = t->now.n_part = 0;
		t->now.number = 0;
		t->now.skipping = false;
		t->now.counted = true;
		t->n_truncated++;
	}
	r = read_on(&t->before, line, data);
	if (r >= 0)
		r = read_on(&t->now, line, data);
	if (r < 0 || !is_renamed(t))
		return r;
	t->n_rotated += t->now.fd >= 0;
	file_done(t, &t->before);
	t->before = t->now;
	t->now = nothing;
	watch_dir(t);
	r = open_now(t, UINT64_MAX, NULL);
	if (r == -ENOMEM)
		return r;
	return read_on(&t->now, line, data);
}
