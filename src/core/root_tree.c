/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "core/root_impl.h"

/* root_tree.c - a directory as evidence root. openat2(2) keeps every lookup inside; where the
 * kernel or a seccomp filter refuses it, the path is walked one component at a time with O_NOFOLLOW
 * and links are resolved here, against the root. */

#define LINKS_MAX 40 /* as the kernel's own limit, path_resolution(7) */

static int openat2_in(int dirfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;
	int tries;

	/* EAGAIN: a rename raced with "..": openat2(2) says try again */
	for (tries = 0; tries < 8; tries++) {
		fd = syscall(SYS_openat2, dirfd, *path ? path : ".", &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

/* struct walk - the rest of the path still to be walked, and the directories entered so far */
struct walk {
	char rest[PATH_MAX];
	int fds[PATH_MAX / 2]; /* fds[0] = the root, borrowed; the others ours */
	size_t depth;
	unsigned links;
};

static void walk_done(struct walk *w)
{
	while (w->depth > 0)
		close(w->fds[w->depth--]);
}

/* splice_link - put the text of link @name in front of the rest; an absolute one starts at the root
 * again */
static int splice_link(struct walk *w, const char *name)
{
	char text[PATH_MAX], joined[PATH_MAX];
	ssize_t n;

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	n = readlinkat(w->fds[w->depth], name, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (text[0] == '/')
		walk_done(w);
	if ((size_t)snprintf(joined, sizeof(joined), "%s/%s", text, w->rest) >= sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(w->rest, joined, sizeof(joined));
	return 0;
}

/* next_component - cut the first component off the rest into @name; false at the end */
static bool next_component(struct walk *w, char *name, size_t size)
{
	char *p = w->rest;
	size_t n;

	while (*p == '/')
		p++;
	n = strcspn(p, "/");
	if (!n)
		return false;
	if (n >= size)
		n = size - 1; /* longer than NAME_MAX: the open below fails with ENAMETOOLONG */
	memcpy(name, p, n);
	name[n] = '\0';
	memmove(w->rest, p + strcspn(p, "/"), strlen(p + strcspn(p, "/")) + 1);
	return true;
}

static bool is_last(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

/* enter - step into directory @name, or splice the link it turns out to be */
static int enter(struct walk *w, const char *name)
{
	int fd;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		if (w->depth > 0)
			close(w->fds[w->depth--]);
		return 0;
	}
	fd = openat(w->fds[w->depth], name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		if (w->depth + 1 >= sizeof(w->fds) / sizeof(w->fds[0])) {
			close(fd);
			return -ENAMETOOLONG;
		}
		w->fds[++w->depth] = fd;
		return 0;
	}
	if (errno != ENOTDIR && errno != ELOOP)
		return -errno;
	fd = splice_link(w, name);
	return fd == -EINVAL ? -ENOTDIR : fd;
}

static int walk_in(int dirfd, const char *path, int flags)
{
	struct walk w = {.fds = {dirfd}};
	char name[NAME_MAX + 2];
	int fd = -ENOENT, r;

	if ((size_t)snprintf(w.rest, sizeof(w.rest), "%s", path) >= sizeof(w.rest))
		return -ENAMETOOLONG;
	while (next_component(&w, name, sizeof(name))) {
		if (!is_last(&w) || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
			r = enter(&w, name);
			if (r < 0)
				goto out;
			continue;
		}
		fd = openat(w.fds[w.depth], name, flags | O_NOFOLLOW);
		if (fd >= 0 && (flags & O_PATH) && !(flags & O_NOFOLLOW)) {
			struct stat st;

			/* O_PATH | O_NOFOLLOW opens the link itself: follow it here */
			if (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
				close(fd);
				fd = -1;
				errno = ELOOP;
			}
		}
		r = fd >= 0 ? fd : -errno;
		/* ENOTDIR: what O_DIRECTORY | O_NOFOLLOW says of a link */
		if ((r != -ELOOP && r != -ENOTDIR) || (flags & O_NOFOLLOW))
			goto out;
		r = splice_link(&w, name);
		if (r == -EINVAL)
			r = -ENOTDIR;
		if (r < 0)
			goto out;
	}
	/* the path ended in a directory: ".", "..", "" or a link to one of them */
	fd = openat(w.fds[w.depth], ".", flags);
	r = fd >= 0 ? fd : -errno;
out:
	walk_done(&w);
	return r;
}

static int open_in(const struct seal_top *top, const char *path, int flags)
{
	int fd;

	fd = openat2_in(top->fd, path, flags | O_CLOEXEC);
	if (fd == -ENOSYS || fd == -EPERM)
		fd = walk_in(top->fd, path, flags | O_CLOEXEC);
	return fd;
}

static int tree_open(const struct seal_top *top, const char *path)
{
	seal_auto_close int fd = -1;
	struct stat st;

	fd = open_in(top, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ENXIO;
	return seal_take_fd(&fd);
}

static int tree_stat(const struct seal_top *top, const char *path, bool follow, struct stat *ret)
{
	seal_auto_close int fd = -1;

	fd = open_in(top, path, O_PATH | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

static ssize_t tree_readlink(const struct seal_top *top, const char *path, char *buf, size_t size)
{
	seal_auto_close int fd = -1;
	ssize_t n;

	fd = open_in(top, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", buf, size);
	if (n < 0)
		return errno == ENOENT ? -EINVAL : -errno;
	return n;
}

static unsigned char type_of(int dirfd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type;
	if (fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_REG;
	return (unsigned char)IFTODT(st.st_mode);
}

static int tree_list(const struct seal_top *top, const char *path,
		     int (*each)(void *data, const char *name, unsigned char type), void *data)
{
	struct dirent *e;
	int fd, r = 0;
	DIR *d;

	fd = open_in(top, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		r = -errno;
		close(fd);
		return r;
	}
	while (r >= 0 && (errno = 0, e = readdir(d))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = each(data, e->d_name, type_of(fd, e));
	}
	if (r >= 0 && errno)
		r = -errno;
	closedir(d);
	return r < 0 ? r : 0;
}

struct buffer {
	char *p;
	size_t size;
};

static ssize_t get_xattr(const struct seal_top *top, const char *path, const char *attribute,
			 struct buffer to)
{
	char proc[64 + NAME_MAX], parent[PATH_MAX];
	seal_auto_close int fd = -1;
	const char *name;
	char *slash;
	ssize_t n;

	if ((size_t)snprintf(parent, sizeof(parent), "%s", path) >= sizeof(parent))
		return -ENAMETOOLONG;
	slash = strrchr(parent, '/');
	name = slash ? path + (slash - parent) + 1 : path;
	if (slash)
		*slash = '\0';
	else
		parent[0] = '\0';
	/* "" and ".." name no entry of their parent */
	if (!*name || strcmp(name, "..") == 0 || strlen(name) > NAME_MAX)
		name = ".";
	fd = open_in(top, parent, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	/* there is no getxattrat(2) yet: go through the descriptor of the parent, not following the
	 * entry */
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d/%s", fd, name);
	n = lgetxattr(proc, attribute, to.p, to.size);
	return n < 0 ? -errno : n;
}

static ssize_t tree_label(const struct seal_top *top, const char *path, char *buf, size_t size)
{
	ssize_t n = get_xattr(top, path, "security.selinux", (struct buffer){buf, size});

	return n > 0 && buf[n - 1] == '\0' ? n - 1 : n;
}

static ssize_t tree_acl(const struct seal_top *top, const char *path, char *buf, size_t size)
{
	ssize_t n = get_xattr(top, path, "system.posix_acl_access", (struct buffer){buf, size});

	/* a file system without ACLs has files without one */
	return n == -EOPNOTSUPP ? -ENODATA : n;
}

static int tree_dir(const struct seal_top *top, const char *path)
{
	return open_in(top, path, O_PATH | O_DIRECTORY);
}

static int tree_enter(const struct seal_top *top, const char *name, struct seal_top *ret)
{
	int fd;

	fd = open_in(top, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return fd;

	*ret = (struct seal_top){.fd = fd};
	return 0;
}

static void tree_done(struct seal_top *top)
{
	close(top->fd);
}

static const struct seal_root_ops tree_ops = {
	.open = tree_open,
	.stat = tree_stat,
	.readlink = tree_readlink,
	.list = tree_list,
	.label = tree_label,
	.acl = tree_acl,
	.enter = tree_enter,
	.dir = tree_dir,
	.done = tree_done,
};

void seal_root_tree_new(int fd, struct seal_root *root)
{
	root->ops = &tree_ops;
	root->kind = SEAL_ROOT_IMAGE;
	root->host = (struct seal_top){.fd = fd};
}
