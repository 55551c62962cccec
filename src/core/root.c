/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "core/root_impl.h"
#include "core/vec.h"

#define LIST_MAX 4000000

/* set_layout - a bundle keeps the host's files below root/ and its live state below live/ */
static void set_layout(struct seal_root *root)
{
	struct stat st;

	root->prefix = "";
	if (root->ops->stat(root, "bundle.json", false, &st) < 0)
		return;
	if (root->ops->stat(root, "root", false, &st) == 0 && S_ISDIR(st.st_mode))
		root->prefix = "root/";
	root->has_live = true;
	if (root->kind == SEAL_ROOT_IMAGE)
		root->kind = SEAL_ROOT_BUNDLE;
}

int seal_root_new(const char *path, struct seal_root **ret, struct seal_err *err)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_close int fd = -1;
	struct stat st, top;
	int r;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));

	root = calloc(1, sizeof(*root));
	if (!root)
		return seal_err_set(err, -ENOMEM, "%s: out of memory", path);
	root->fd = -1;
	root->name = strdup(path);
	if (!root->name)
		return seal_err_set(err, -ENOMEM, "%s: out of memory", path);

	if (S_ISDIR(st.st_mode))
		r = seal_root_tree_new(seal_take_fd(&fd), root);
	else if (S_ISREG(st.st_mode))
		r = seal_root_archive_new(seal_take_fd(&fd), root, err);
	else
		r = seal_err_set(err, -ENOTDIR, "%s: neither a directory nor an archive", path);
	if (r < 0)
		return r;

	set_layout(root);
	if (root->kind == SEAL_ROOT_IMAGE && stat("/", &top) == 0 && top.st_dev == st.st_dev &&
	    top.st_ino == st.st_ino)
		root->kind = SEAL_ROOT_LIVE;
	*ret = seal_take(root);
	return 0;
}

void seal_root_free(struct seal_root *root)
{
	if (!root)
		return;
	if (root->ops)
		root->ops->free(root);
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

/* below - @path as the backend knows it: no leading "/", with the bundle's prefix */
static int below(const char *prefix, const char *path, char *buf, size_t size)
{
	while (*path == '/')
		path++;
	if ((size_t)snprintf(buf, size, "%s%s", prefix, path) >= size)
		return -ENAMETOOLONG;
	return 0;
}

static const char *why_not(int code)
{
	if (code == -ENXIO)
		return "not a regular file";
	if (code == -EXDEV)
		return "leads out of the root";
	return strerror(-code);
}

static int open_below(const struct seal_root *root, const char *prefix, const char *path,
		      struct seal_err *err)
{
	char full[PATH_MAX];
	int r;

	r = below(prefix, path, full, sizeof(full));
	if (r == 0)
		r = root->ops->open(root, full);
	if (r < 0)
		return seal_err_set(err, r, "%s: %s", path, why_not(r));
	return r;
}

int seal_root_open(const struct seal_root *root, const char *path, struct seal_err *err)
{
	return open_below(root, root->prefix, path, err);
}

int seal_root_open_live(const struct seal_root *root, const char *name, struct seal_err *err)
{
	if (!root->has_live)
		return seal_err_set(err, -ENOENT, "live/%s: not a bundle", name);
	return open_below(root, "live/", name, err);
}

int seal_root_stat(const struct seal_root *root, const char *path, bool follow, struct stat *ret)
{
	char full[PATH_MAX];
	int r;

	r = below(root->prefix, path, full, sizeof(full));
	return r < 0 ? r : root->ops->stat(root, full, follow, ret);
}

ssize_t seal_root_readlink(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	char full[PATH_MAX];
	int r;

	r = below(root->prefix, path, full, sizeof(full));
	return r < 0 ? r : root->ops->readlink(root, full, buf, size);
}

ssize_t seal_root_label(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	char full[PATH_MAX];
	int r;

	r = below(root->prefix, path, full, sizeof(full));
	return r < 0 ? r : root->ops->label(root, full, buf, size);
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
	char full[PATH_MAX];
	size_t i;
	int r;

	r = below(root->prefix, path, full, sizeof(full));
	if (r == 0)
		r = root->ops->list(root, full, keep_entry, &l);
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
