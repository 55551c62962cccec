/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "core/input.h"
#include "core/root_impl.h"
#include "core/vec.h"

#define LIST_MAX 4000000

/* is_fault - of machine or medium; other errnos say what lies there, or that nothing does */
static bool is_fault(int code)
{
	static const int faults[] = {EIO,     ENOMEM,    EMFILE,    ENFILE,   ENOSPC,    ESTALE,
				     EUCLEAN, ETIMEDOUT, EHOSTDOWN, ENOTCONN, EREMOTEIO, ENODEV};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (code == -faults[i])
			return true;
	return false;
}

/* is_lookup_fault - of a path that was looked up, not read: a file system says -EBADMSG where its
 * checksums are wrong */
static bool is_lookup_fault(int code)
{
	return code == -EBADMSG || is_fault(code);
}

/* is_there - Returns 1, 0 or the errno of a fault */
static int is_there(const struct seal_root *root, const char *path)
{
	struct stat st;
	int r = root->ops->stat(&root->host, path, false, &st);

	return is_lookup_fault(r) ? r : r == 0;
}

/* read_partial - what the bundle knows of the files that are not in it */
static int read_partial(struct seal_root *root)
{
	char *text = NULL;
	size_t n = 0;
	int fd, r;

	fd = seal_top_is_set(&root->live) ? root->ops->open(&root->live, "partial.tsv") : -ENOENT;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = seal_read_all(fd, SEAL_PARTIAL_MAX, &text, &n, NULL);
	if (r == 0)
		r = seal_partial_parse(text, n, &root->partial);
	if (r == 0)
		root->whole = root->partial->whole;
	return r;
}

/* set_layout - a bundle keeps the host's files below root/ and its live state below live/. What it
 * and a sosreport (sos_commands/) hold is a part of the host. */
static int set_layout(struct seal_root *root)
{
	struct seal_top host = SEAL_TOP_NONE;
	int r;

	r = is_there(root, "sos_commands");
	if (r < 0)
		return r;
	root->whole = !r;
	r = is_there(root, "bundle.json");
	if (r <= 0)
		return r;

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
	return read_partial(root);
}

static bool is_own(const struct stat *st)
{
	struct stat own;

	return stat("/", &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino;
}

bool seal_root_is_own(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && is_own(&st);
}

int seal_root_new(const char *path, struct seal_root **ret, struct seal_err *err)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_close int fd = -1;
	struct stat st;
	int r = 0;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));

	root = calloc(1, sizeof(*root));
	if (!root)
		return seal_err_set(err, -ENOMEM, "%s: out of memory", path);
	root->host = root->bundle = root->live = SEAL_TOP_NONE;
	root->name = strdup(path);
	root->faults = calloc(1, sizeof(*root->faults));
	if (root->faults)
		pthread_mutex_init(&root->faults->lock, NULL);
	if (!root->name || !root->faults)
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
		return seal_err_set(err, r, "%s: %s%s", path,
				    is_fault(r) ? "" : "damaged bundle: ", strerror(-r));
	if (root->kind == SEAL_ROOT_IMAGE && is_own(&st))
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
	if (root->queue_fd > 0)
		close(root->queue_fd);
	seal_partial_free(root->partial);
	if (root->faults)
		pthread_mutex_destroy(&root->faults->lock);
	free(root->faults);
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

bool seal_root_is_running(const struct seal_root *root)
{
	return root->kind == SEAL_ROOT_LIVE || (root->partial && root->partial->running);
}

bool seal_root_is_partial(const struct seal_root *root)
{
	return root->partial;
}

bool seal_root_has_owners(const struct seal_root *root)
{
	return root->partial && root->partial->owners;
}

void seal_root_watch(struct seal_root *root, const struct seal_watch *watch)
{
	root->watch = watch;
}

static const char *relative(const char *path)
{
	return path + strspn(path, "/");
}

static void tell(const struct seal_root *root, enum seal_root_place place, enum seal_touch touch,
		 const char *path)
{
	if (root->watch)
		root->watch->touch(root->watch->data, place, touch, relative(path));
}

static bool is_same(const struct seal_root_fault *a, const struct seal_root_fault *b)
{
	return a->code == b->code && strcmp(a->path, b->path) == 0;
}

/* note - remember a fault, once. Returns @code. */
static int note(const struct seal_root *root, const char *path, int code)
{
	struct seal_root_faults *f = root->faults;
	struct seal_root_fault one = {.code = code};
	size_t i;

	snprintf(one.path, sizeof(one.path), "%s", relative(path));
	pthread_mutex_lock(&f->lock);
	for (i = 0; i < f->n && !is_same(&f->v[i], &one);)
		i++;
	if (i == SEAL_ROOT_FAULTS_MAX)
		f->more++;
	else if (i == f->n)
		f->v[f->n++] = one;
	pthread_mutex_unlock(&f->lock);
	return code;
}

/* looked_up - @code, the result of a lookup, remembered where it is a fault */
static int looked_up(const struct seal_root *root, const char *path, int code)
{
	return is_lookup_fault(code) ? note(root, path, code) : code;
}

int seal_root_note(const struct seal_root *root, const char *path, int code)
{
	return is_fault(code) ? note(root, path, code) : code;
}

size_t seal_root_faults(const struct seal_root *root, const struct seal_root_fault **ret,
			size_t *beyond)
{
	struct seal_root_faults *f = root->faults;
	size_t n;

	pthread_mutex_lock(&f->lock);
	*ret = f->v;
	n = f->n;
	if (beyond)
		*beyond = f->more;
	pthread_mutex_unlock(&f->lock);
	return n;
}

void seal_root_forget_faults(const struct seal_root *root)
{
	struct seal_root_faults *f = root->faults;

	pthread_mutex_lock(&f->lock);
	f->n = f->more = 0;
	pthread_mutex_unlock(&f->lock);
}

/* row_of - what a partial bundle says of the host's file @path; NULL: nothing */
static const struct seal_partial_row *row_of(const struct seal_root *root, const char *path)
{
	return root->partial ? seal_partial_find(root->partial, relative(path)) : NULL;
}

/* held - why a partial bundle cannot give the content of @path, as an errno; 0: it can try */
static int held(const struct seal_root *root, const char *path)
{
	const struct seal_partial_row *row = row_of(root, path);

	if (!row || row->state == SEAL_PARTIAL_UNLISTED)
		return 0;
	if (row->state == SEAL_PARTIAL_ERRNO)
		return -row->error;
	return row->state == SEAL_PARTIAL_LEFT ? -ENODATA : -ENXIO;
}

/* missing - what to say of a path that a lookup did not find: of a partial bundle that nobody
 * looked for it, unless its table knows better */
static int missing(const struct seal_root *root, const char *path, int r)
{
	const struct seal_partial_row *row;

	if ((r != -ENOENT && r != -ENOTDIR) || !root->partial)
		return looked_up(root, path, r);
	row = row_of(root, path);
	if (row && row->state == SEAL_PARTIAL_ERRNO)
		return looked_up(root, path, -row->error);
	return root->whole ? -ENODATA : r;
}

/* amend - what the entry in a partial bundle stands for */
static void amend(const struct seal_root *root, const char *path, struct stat *st)
{
	const struct seal_partial_row *row = row_of(root, path);

	if (!row || !S_ISREG(st->st_mode))
		return;
	if (row->state == SEAL_PARTIAL_SPECIAL)
		st->st_mode = (st->st_mode & 07777) | row->type;
	else if (row->size_bytes)
		st->st_size = (off_t)row->size_bytes;
}

static const char *why_not(int code)
{
	if (code == -ENXIO)
		return "not a regular file";
	if (code == -EXDEV)
		return "leads out of the root";
	if (code == -ENODATA)
		return "not in the bundle";
	return strerror(-code);
}

static int open_below(const struct seal_root *root, const struct seal_top *top, const char *path,
		      struct seal_err *err)
{
	char below[PATH_MAX];
	int fd;

	fd = root->ops->open(top, relative(path));
	if (fd < 0) {
		snprintf(below, sizeof(below), "%s%s", top == &root->live ? "live/" : "", path);
		looked_up(root, below, fd);
		return seal_err_set(err, fd, "%s: %s", path, why_not(fd));
	}
	return fd;
}

static int open_told(const struct seal_root *root, enum seal_touch touch, const char *path,
		     struct seal_err *err)
{
	int r = held(root, path);

	tell(root, SEAL_AT_HOST, touch, path);
	if (r == 0)
		r = root->ops->open(&root->host, relative(path));
	r = missing(root, path, r);
	return r < 0 ? seal_err_set(err, r, "%s: %s", path, why_not(r)) : r;
}

int seal_root_open(const struct seal_root *root, const char *path, struct seal_err *err)
{
	return open_told(root, SEAL_TOUCH_READ, path, err);
}

int seal_root_open_secret(const struct seal_root *root, const char *path, struct seal_err *err)
{
	return open_told(root, SEAL_TOUCH_LOOK, path, err);
}

void seal_root_give_queue(struct seal_root *root, int fd)
{
	if (root->queue_fd > 0)
		close(root->queue_fd);
	root->queue_fd = fd;
}

/* open_queue - what was given, from its start */
static int open_queue(const struct seal_root *root)
{
	int fd = fcntl(root->queue_fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return fd;
}

int seal_root_open_live(const struct seal_root *root, const char *name, struct seal_err *err)
{
	tell(root, SEAL_AT_LIVE, SEAL_TOUCH_READ, name);
	if (root->queue_fd > 0 && strcmp(name, "queue.ndjson") == 0)
		return open_queue(root);
	if (!seal_top_is_set(&root->live))
		return seal_err_set(err, -ENOENT, "live/%s: %s", name,
				    seal_top_is_set(&root->bundle) ? "no live state in the bundle"
								   : "not a bundle");
	return open_below(root, &root->live, name, err);
}

int seal_root_open_bundle(const struct seal_root *root, const char *name, struct seal_err *err)
{
	tell(root, SEAL_AT_BUNDLE, SEAL_TOUCH_READ, name);
	if (!seal_top_is_set(&root->bundle))
		return seal_err_set(err, -ENOENT, "%s: not a bundle", name);
	return open_below(root, &root->bundle, name, err);
}

int seal_root_stat(const struct seal_root *root, const char *path, bool follow, struct stat *ret)
{
	int r;

	tell(root, SEAL_AT_HOST, SEAL_TOUCH_LOOK, path);
	r = root->ops->stat(&root->host, relative(path), follow, ret);
	if (r == 0)
		amend(root, path, ret);
	return missing(root, path, r);
}

ssize_t seal_root_readlink(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	ssize_t n;

	tell(root, SEAL_AT_HOST, SEAL_TOUCH_LOOK, path);
	n = root->ops->readlink(&root->host, relative(path), buf, size);
	return n < 0 ? missing(root, path, (int)n) : n;
}

int seal_dir_open(const struct seal_root *root, const char *path, struct seal_dir *ret)
{
	struct seal_dir d = {root, path, -1};

	tell(root, SEAL_AT_HOST, SEAL_TOUCH_LOOK, path);
	if (root->ops->dir) {
		d.fd = root->ops->dir(&root->host, relative(path));
		if (d.fd < 0)
			return missing(root, path, d.fd);
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
static int open_joined(const struct seal_dir *d, const char *path, struct stat *st)
{
	int r;

	r = d->root->ops->stat(&d->root->host, path, false, st);
	if (r < 0)
		return r;
	return S_ISLNK(st->st_mode) ? -ELOOP : d->root->ops->open(&d->root->host, path);
}

int seal_dir_open_file(const struct seal_dir *d, const char *name, struct stat *st)
{
	seal_auto_close int fd = -1;
	char path[PATH_MAX];
	int r;

	if (strchr(name, '/') || strcmp(name, "..") == 0)
		return -EINVAL;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", relative(d->path), name) >= sizeof(path))
		return -ENAMETOOLONG;
	tell(d->root, SEAL_AT_HOST, SEAL_TOUCH_DIR, path);
	r = held(d->root, path);
	if (r < 0)
		return r;
	if (d->fd < 0)
		return open_joined(d, path, st);
	fd = openat(d->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, st) < 0)
		return -errno;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	return S_ISREG(st->st_mode) ? seal_take_fd(&fd) : -ENXIO;
}

ssize_t seal_root_acl(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	ssize_t n;

	tell(root, SEAL_AT_HOST, SEAL_TOUCH_LOOK, path);
	if (!root->ops->acl || (root->kind == SEAL_ROOT_ARCHIVE && !seal_root_has_owners(root)))
		return -ENOTSUP;
	n = root->ops->acl(&root->host, relative(path), buf, size);
	return n < 0 ? looked_up(root, path, (int)n) : n;
}

ssize_t seal_root_label(const struct seal_root *root, const char *path, char *buf, size_t size)
{
	ssize_t n;

	tell(root, SEAL_AT_HOST, SEAL_TOUCH_LOOK, path);
	n = root->ops->label(&root->host, relative(path), buf, size);
	return n < 0 ? missing(root, path, (int)n) : n;
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

/* amend_types - the special files among the entries of a partial bundle's directory */
static int amend_types(const struct seal_root *root, const char *path, struct listing *l)
{
	const struct seal_partial_row *row;
	char below[PATH_MAX];

	seal_vec_each (e, &l->entries) {
		if ((size_t)snprintf(below, sizeof(below), "%s%s%s", path, *path ? "/" : "",
				     e->name) >= sizeof(below))
			return -ENAMETOOLONG;
		row = row_of(root, below);
		if (row && row->state == SEAL_PARTIAL_SPECIAL)
			e->type = (unsigned char)IFTODT(row->type);
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

int seal_root_list(const struct seal_root *root, const char *path,
		   int (*each)(void *data, const char *name, unsigned char type), void *data,
		   struct seal_err *err)
{
	const struct seal_partial_row *row;
	struct listing l = {0};
	size_t i;
	int r;

	tell(root, SEAL_AT_HOST, SEAL_TOUCH_LIST, path);
	row = row_of(root, path);
	r = row && row->state == SEAL_PARTIAL_UNLISTED ? -ENODATA : held(root, path);
	if (r == 0)
		r = root->ops->list(&root->host, relative(path), keep_entry, &l);
	if (r == 0 && root->partial)
		r = amend_types(root, path, &l);
	r = missing(root, path, r);
	if (r < 0)
		seal_err_set(err, r, "%s: %s", path, why_not(r));

	/* after a failure the last name may be missing */
	if (r >= 0 && l.entries.n)
		qsort(l.entries.v, l.entries.n, sizeof(*l.entries.v), by_name);
	for (i = 0; r >= 0 && i < l.entries.n; i++)
		r = each(data, l.entries.v[i].name, l.entries.v[i].type);
	seal_vec_each (e, &l.entries) {
		free(e->name);
	}
	seal_vec_done(&l.entries);
	return r < 0 ? r : 0;
}
