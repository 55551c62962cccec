/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/labels.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "core/buf.h"
#include "core/enc.h"
#include "core/fdio.h"
#include "evidence/selinux/labels.h"

#define FILES_MAX   4000000
#define DEPTH_MAX   256
#define LABEL_MAX   4096
#define DUMP_LINE   (4 * PATH_MAX + 64)
#define ATTRIBUTE   "security.selinux"
#define PROC_FD_MAX (sizeof("/proc/self/fd/") + 16 + NAME_MAX + 1)

/* struct save - a walk that writes */
struct save {
	struct seal_buf out;
	char path[PATH_MAX];
	size_t files;
};

static int write_piece(void *data, struct seal_bytes piece)
{
	return seal_fd_write(*(const int *)data, piece);
}

/* in_dir - a name of an open folder as a path, so that nothing on the way to it is resolved anew */
static void in_dir(char ret[PROC_FD_MAX], int dir, const char *name)
{
	snprintf(ret, PROC_FD_MAX, "/proc/self/fd/%d/%s", dir, name);
}

/* put_name - as getfattr writes it: a backslash and control bytes as \ooo */
static void put_name(struct seal_buf *out, const char *path)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c < 0x20 || c == 0x7f || c == '\\')
			seal_buf_printf(out, "\\%03o", c);
		else
			seal_buf_putc(out, *path);
	}
}

/* save_one - the entry @name of folder @dir. Returns 0, -EFBIG or an I/O errno */
static int save_one(struct save *s, int dir, const char *name)
{
	char at[PROC_FD_MAX], label[LABEL_MAX];
	ssize_t n;

	in_dir(at, dir, name);
	n = lgetxattr(at, ATTRIBUTE, label, sizeof(label));
	if (n < 0)
		return errno == ENODATA || errno == ENOTSUP || errno == ENOENT ? 0 : -errno;
	if (++s->files > FILES_MAX)
		return -EFBIG;
	seal_buf_puts(&s->out, "# file: ");
	put_name(&s->out, s->path);
	seal_buf_puts(&s->out, "\n" ATTRIBUTE "=0x");
	seal_enc_hex(&s->out, (struct seal_bytes){label, (size_t)n});
	seal_buf_puts(&s->out, "\n\n");
	return s->out.err;
}

static int save_folder(struct save *s, int dir, const char *name, unsigned depth);

/* save_entry - one name of a folder, whose path is s->path up to @end */
static int save_entry(struct save *s, int dir, const struct dirent *e, size_t end, unsigned depth)
{
	size_t n = strlen(e->d_name);
	struct stat st;
	int r;

	if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
		return 0;
	if (end + n + 2 > sizeof(s->path))
		return -ENAMETOOLONG;
	s->path[end] = '/';
	memcpy(s->path + end + 1, e->d_name, n + 1);
	if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		r = errno == ENOENT ? 0 : -errno;
	} else {
		r = save_one(s, dir, e->d_name);
		if (r == 0 && S_ISDIR(st.st_mode))
			r = save_folder(s, dir, e->d_name, depth + 1);
	}
	s->path[end] = '\0';
	return r;
}

static int save_folder(struct save *s, int dir, const char *name, unsigned depth)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), r = 0;
	size_t end = strlen(s->path);
	const struct dirent *e;
	DIR *d;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -errno;
	d = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	if (!d) {
		close(fd);
		return depth < DEPTH_MAX ? -ENOMEM : -EFBIG;
	}
	if (end == 1)
		end = 0; /* of "/" */
	while (r == 0 && (errno = 0, e = readdir(d)))
		r = save_entry(s, dirfd(d), e, end, depth);
	if (r == 0 && errno)
		r = -errno;
	closedir(d);
	return r;
}

/* parent_of - the folder @path lies in, links resolved: its path and a descriptor
 * @name: becomes the last component. Returns the descriptor or a negative errno */
static int parent_of(struct seal_bytes path, char resolved[PATH_MAX], const char **name, char *copy)
{
	char *slash;
	int fd;

	if (path.n == 0 || path.n >= PATH_MAX || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return -EINVAL;
	memcpy(copy, path.p, path.n);
	copy[path.n] = '\0';
	for (size_t n = path.n; n > 1 && copy[n - 1] == '/';)
		copy[--n] = '\0';
	slash = strrchr(copy, '/');
	*slash = '\0';
	*name = slash[1] ? slash + 1 : ".";
	if (strcmp(*name, "..") == 0)
		return -EINVAL;
	if (!realpath(*copy ? copy : "/", resolved))
		return -errno;
	fd = open(resolved, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int seal_labels_save(struct seal_bytes path, bool all, int fd, struct seal_err *err)
{
	const struct seal_sink sink = {write_piece, &fd};
	seal_auto_free struct save *s = calloc(1, sizeof(*s));
	seal_auto_close int dir = -1;
	char copy[PATH_MAX];
	const char *name;
	size_t n;
	int r;

	if (!s)
		return seal_err_set(err, -ENOMEM, "out of memory");
	dir = parent_of(path, s->path, &name, copy);
	if (dir == -ENOENT)
		return 0;
	r = dir < 0 ? dir : 0;
	n = r == 0 ? strlen(s->path) : 0;
	if (r == 0 && strcmp(name, ".") != 0) {
		if (n + strlen(name) + 2 > sizeof(s->path))
			r = -ENAMETOOLONG;
		else
			snprintf(s->path + n, sizeof(s->path) - n, "%s%s", n > 1 ? "/" : "", name);
	}
	s->out.sink = &sink;
	if (r == 0)
		r = save_one(s, dir, name);
	if (r == 0 && all)
		r = save_folder(s, dir, name, 0);
	seal_buf_flush(&s->out);
	if (r == 0)
		r = s->out.err;
	seal_buf_done(&s->out);
	if (r < 0)
		return seal_err_set(err, r, "%.*s: its labels cannot be kept: %s", (int)path.n,
				    path.p, strerror(-r));
	return 0;
}

/* open_parent - the folder of @path without following anything. Returns a descriptor, or -errno */
static int open_parent(char *path, const char **name)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			       .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	char *slash = strrchr(path, '/');
	long fd;

	if (path[0] != '/' || !slash)
		return -EBADMSG;
	*slash = '\0';
	*name = slash[1] ? slash + 1 : ".";
	fd = syscall(SYS_openat2, AT_FDCWD, *path ? path : "/", &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* set_label - Returns 1, 0 when the file is gone, or a negative errno */
static int set_label(char *path, const char *label, size_t n)
{
	seal_auto_close int dir = -1;
	char at[PROC_FD_MAX], now[LABEL_MAX];
	const char *name;
	ssize_t have;

	dir = open_parent(path, &name);
	if (dir < 0)
		return dir == -ENOENT || dir == -ELOOP || dir == -ENOTDIR ? 0 : dir;
	if (strlen(name) > NAME_MAX)
		return -EBADMSG;
	in_dir(at, dir, name);
	have = lgetxattr(at, ATTRIBUTE, now, sizeof(now));
	if (have >= 0 && (size_t)have == n && memcmp(now, label, n) == 0)
		return 1;
	if (lsetxattr(at, ATTRIBUTE, label, n, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return 1;
}

/* struct dump - a file being read: the path of the lines that follow */
struct dump {
	char path[DUMP_LINE], label[DUMP_LINE];
	size_t path_n;
	int set;
};

/* take_line - Returns 0, -EBADMSG or an I/O errno */
static int take_line(struct dump *d, struct seal_bytes line)
{
	static const char file[] = "# file: ", label[] = ATTRIBUTE "=";
	ssize_t n;
	int r;

	if (seal_bytes_starts(line, file)) {
		n = seal_getfattr_unescape(seal_bytes_from(line, sizeof(file) - 1), false, d->path);
		if (n <= 0 || n >= PATH_MAX || memchr(d->path, '\0', (size_t)n))
			return -EBADMSG;
		d->path[n] = '\0';
		d->path_n = (size_t)n;
		return 0;
	}
	if (!seal_bytes_starts(line, label))
		return line.n == 0 || line.p[0] == '#' ? 0 : -EBADMSG;
	n = seal_getfattr_unescape(seal_bytes_from(line, sizeof(label) - 1), true, d->label);
	if (n <= 0 || n >= LABEL_MAX || !d->path_n)
		return -EBADMSG;
	d->label[n] = '\0';
	r = set_label(d->path, d->label, (size_t)n + 1);
	d->path_n = 0;
	if (r > 0)
		d->set++;
	return r < 0 ? r : 0;
}

int seal_labels_restore(int fd, struct seal_err *err)
{
	seal_auto_free struct dump *d = calloc(1, sizeof(*d));
	seal_auto_free char *line = NULL;
	int copy = dup(fd), r = 0;
	size_t size = 0;
	ssize_t n;
	FILE *f;

	f = copy >= 0 ? fdopen(copy, "re") : NULL;
	if (!d || !f) {
		if (f)
			fclose(f);
		else if (copy >= 0)
			close(copy);
		return seal_err_set(err, -ENOMEM, "out of memory");
	}
	while (r == 0 && (n = getline(&line, &size, f)) > 0) {
		struct seal_bytes b = {line, (size_t)n};

		if (b.p[b.n - 1] == '\n')
			b.n--;
		r = b.n < DUMP_LINE ? take_line(d, b) : -EBADMSG;
		if (r < 0)
			seal_err_set(err, r, "%s: its label cannot be given back: %s",
				     d->path_n ? d->path : "the kept labels", strerror(-r));
	}
	/* not at the end, and no line: no room for it either */
	if (r == 0 && !feof(f))
		r = seal_err_set(err, -EIO, "the kept labels cannot be read");
	fclose(f);
	return r < 0 ? r : d->set;
}
