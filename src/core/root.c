/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "core/root_impl.h"
#include "core/vec.h"

#define LIST_MAX 4000000

static bool is_there(const struct seal_root *root, const char *path)
{
	struct stat st;

	return root->ops->stat(&root->host, path, false, &st) == 0;
}

/* set_layout - a bundle keeps the host's files below root/ and its live state below live/. What it
 * and a sosreport (sos_commands/) hold is a part of the host. */
static int set_layout(struct seal_root *root)
{
	struct seal_top host = SEAL_TOP_NONE;
	int r;

	root->whole = !is_there(root, "sos_commands");
	if (!is_there(root, "bundle.json"))
		return 0;

	r = root->ops->enter(&root->host, "root", &host);
	if (r == -ENOENT)
		r = root->ops->enter(&root->host, ".", &host);
	if (r < 0)
		return r;
	r = root->ops->enter(&root->host, "live", &root->live);
	if (r < 0 && r != -ENOENT) {
		root->ops->done(&host);
		return r;
	}
	root->bundle = root->host;
	root->host = host;
	root->whole = false;
	if (root->kind == SEAL_ROOT_IMAGE)
		root->kind = SEAL_ROOT_BUNDLE;
	return 0;
}

int seal_root_new(const char *path, struct seal_root **ret, struct seal_err *err)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_close int fd = -1;
	struct stat st, top;
	int r = 0;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));

	root = calloc(1, sizeof(*root));
	if (!root)
		return seal_err_set(err, -ENOMEM, "%s: out of memory", path);
	root->host = root->bundle = root->live = SEAL_TOP_NONE;
	root->name = strdup(path);
	if (!root->name)
		return seal_err_set(err, -ENOMEM, "%s: out of memory", path);

	if (S_ISDIR(st.st_mode))
		seal_root_tree_new(seal_take_fd(&fd), root);
	else if (S_ISREG(st.st_mode))
		r = seal_root_archive_new(seal_take_fd(&fd), root, err);
	else
		r = seal_err_set(err, -ENOTDIR, "%s: neither a directory nor an archive", path);
	if (r < 0)
		return r;

	r = set_layout(root);
	if (r < 0)
		return seal_err_set(err, r, "%s: damaged bundle: %s", path, strerror(-r));
	if (root->kind == SEAL_ROOT_IMAGE && stat("/", &top) == 0 && top.st_dev == st.st_dev &&
	    top.st_ino == st.st_ino)
		root->kind = SEAL_ROOT_LIVE;
	*ret = seal_take(root);
	return 0;
}

void seal_root_free(struct seal_root *root)
{
	struct seal_top *tops[3];
	size_t i;

	if (!root)
		return;
	tops[0] = &root->host;
	tops[1] = &root->bundle;
	tops[2] = &root->live;
	for (i = 0; root->ops && i < sizeof(tops) / sizeof(tops[0]); i++)
		if (seal_top_is_set(tops[i]))
			root->ops->done(tops[i]);
	free(root->name);
	free(root);
}

enum seal_root_kind seal_root_kind(const struct seal_root *root)
{
	return root->kind;
}

const char *seal_root_name(const struct seal_root *root)
{
	return root->name;
}

bool seal_root_is_whole(const struct seal_root *root)
{
	return root->whole;
}

const char *seal_root_damage(const struct seal_root *root)
{
	return root->damage;
}

static const char *relative(const char *path)
{
	return path + strspn(path, "/");
}

static const char *why_not(int code)
{
	if (code == -ENXIO)
		return "not a regular file";
	if (code == -EXDEV)
		return "leads out of the root";
	return strerror(-code);
}

static int open_below(const struct seal_root *root, const struct seal_top *top, const char *path,
		      struct seal_err *err)
{
	int fd;

	fd = root->ops->open(top, relative(path));
	if (fd < 0)
		return seal_err_set(err, fd, "%s: %s", path, why_not(fd));
	return fd;
}

int seal_root_open(const struct seal_root *root, const char *path, struct seal_err *err)
{
	return open_below(root, &root->host, path, err);
}

int seal_root_open_live(const struct seal_root *root, const char *name, struct seal_err *err)
{
	if (!seal_top_is_set(&root->live))
		return seal_err_set(err, -ENOENT, "live/%s: %s", name,
				    seal_top_is_set(&root->bundle) ? "no live state in the bundle"
								   : "not a bundle");
	return open_below(root, &root->live, name, err);
}

int seal_root_open_bundle(const struct seal_root *root, const char *name, struct seal_err *err)
{
	if (!seal_top_is_set(&root->bundle))
		return seal_err_set(err, -ENOENT, "%s: not a bundle", name);
	return open_below(root, &root->bundle, name, err);
}

int seal_root_stat(const struct seal_root *root, const char *path, bool follow, struct stat *ret)
{
	return root->ops->stat(&root->host, relative(path), follow, ret);
}

ssize_t seal_root_readlink(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	return root->ops->readlink(&root->host, relative(path), buf, size);
}

int seal_dir_open(const struct seal_root *root, const char *path, struct seal_dir *ret)
{
	struct seal_dir d = {root, path, -1};

	if (root->ops->dir) {
		d.fd = root->ops->dir(&root->host, relative(path));
		if (d.fd < 0)
			return d.fd;
	}
	*ret = d;
	return 0;
}

void seal_dir_close(struct seal_dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/* open_joined - of an archive, whose descriptors know nothing of owner and mode */
static int open_joined(const struct seal_dir *d, const char *name, struct stat *st)
{
	char path[PATH_MAX];
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", relative(d->path), name) >= sizeof(path))
		return -ENAMETOOLONG;
	r = d->root->ops->stat(&d->root->host, path, false, st);
	if (r < 0)
		return r;
	return S_ISLNK(st->st_mode) ? -ELOOP : d->root->ops->open(&d->root->host, path);
}

int seal_dir_open_file(const struct seal_dir *d, const char *name, struct stat *st)
{
	seal_auto_close int fd = -1;

	if (strchr(name, '/') || strcmp(name, "..") == 0)
		return -EINVAL;
	if (d->fd < 0)
		return open_joined(d, name, st);
	fd = openat(d->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, st) < 0)
		return -errno;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	return S_ISREG(st->st_mode) ? seal_take_fd(&fd) : -ENXIO;
}

ssize_t seal_root_acl(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	if (!root->ops->acl)
		return -ENOTSUP;
	return root->ops->acl(&root->host, relative(path), buf, size);
}

ssize_t seal_root_label(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	return root->ops->label(&root->host, relative(path), buf, size);
}

struct entry {
	char *name;
	unsigned char type;
};

struct listing {
	seal_vec(struct entry) entries;
};

static int keep_entry(void *data, const char *name, unsigned char type)
{
	struct listing *l = data;
	struct entry *e;

	if (l->entries.n >= LIST_MAX)
		return -EFBIG;
	e = seal_vec_add(&l->entries);
	if (!e)
		return -ENOMEM;
	e->type = type;
	e->name = strdup(name);
	return e->name ? 0 : -ENOMEM;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

int seal_root_list(const struct seal_root *root, const char *path,
		   int (*each)(void *data, const char *name, unsigned char type), void *data,
		   struct seal_err *err)
{
	struct listing l = {0};
	size_t i;
	int r;

	r = root->ops->list(&root->host, relative(path), keep_entry, &l);
	if (r < 0)
		seal_err_set(err, r, "%s: %s", path, why_not(r));

	if (l.entries.n)
		qsort(l.entries.v, l.entries.n, sizeof(*l.entries.v), by_name);
	for (i = 0; r >= 0 && i < l.entries.n; i++)
		r = each(data, l.entries.v[i].name, l.entries.v[i].type);
	seal_vec_each (e, &l.entries) {
		free(e->name);
	}
	seal_vec_done(&l.entries);
	return r < 0 ? r : 0;
}
