/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/sysmacros.h>

#include "core/root_impl.h"
#include "core/root_index.h"

/* root_archive.c - a tar of any compression as evidence root. It is read once, front to back; what
 * was read before damage is used, and the damage told. */

#define BLOCK_BYTES      ((size_t)256 * 1024)
#define RATIO_MAX        200u
#define RATIO_FREE_BYTES ((int64_t)16 * 1024 * 1024)
#define RETRIES_MAX      64u
#define PROGRAM_MAX      ((uint64_t)64 * 1024)

/* struct reading - an archive on its way into the index */
struct reading {
	struct archive *ar;
	struct seal_index *x;
	bool is_bundle;   /* bundle.json came first: what it holds was chosen */
	bool cut;         /* it ended early */
	uint64_t lost;    /* entries with names that cannot be placed */
	uint64_t no_room; /* files without their content: over a limit */
};

static int open_archive(struct reading *rd, int fd)
{
	rd->ar = archive_read_new();
	if (!rd->ar)
		return -ENOMEM;
	archive_read_support_filter_gzip(rd->ar);
	archive_read_support_filter_xz(rd->ar);
	archive_read_support_filter_zstd(rd->ar);
	archive_read_support_filter_bzip2(rd->ar);
	archive_read_support_filter_lz4(rd->ar);
	archive_read_support_format_tar(rd->ar);
	return archive_read_open_fd(rd->ar, fd, BLOCK_BYTES) == ARCHIVE_OK ? 0 : -ENOTDIR;
}

/* check_ratio - a small file must not become a huge one */
static int check_ratio(const struct reading *rd)
{
	int64_t out = archive_filter_bytes(rd->ar, 0), in = archive_filter_bytes(rd->ar, -1);

	return out > RATIO_FREE_BYTES && out / RATIO_MAX > in ? -EFBIG : 0;
}

/* is_program - whether @path lies in a part of the host that holds programs and libraries, of whose
 * large files no reader asks the content; a folder around the root ("sosreport-x/usr/...") does not
 * matter */
static bool is_program(const char *path)
{
	static const char *const programs[] = {"bin",   "boot", "lib", "lib32",
					       "lib64", "sbin", "usr"};
	static const char *const others[] = {"dev",  "etc", "home", "live", "media", "mnt", "opt",
					     "proc", "run", "srv",  "sys",  "tmp",   "var"};
	size_t i, n;
	int depth;

	for (depth = 0; depth < 3; depth++, path += n) {
		path += strspn(path, "./");
		n = strcspn(path, "/");
		for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
			if (seal_bytes_is((struct seal_bytes){path, n}, programs[i]))
				return true;
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (seal_bytes_is((struct seal_bytes){path, n}, others[i]))
				return false;
	}
	return false;
}

static int write_at(int fd, const char *p, size_t n, uint64_t offset)
{
	while (n) {
		ssize_t put = pwrite(fd, p, n, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		n -= (size_t)put;
		offset += (uint64_t)put;
	}
	return 0;
}

/* keep_content - append the entry's bytes to the memfd; holes of sparse files stay holes
 * Returns 0, 1 (the archive ends within it) or a negative errno. */
static int keep_content(struct reading *rd, struct seal_node *n)
{
	const void *block;
	la_int64_t at;
	size_t len;
	int r, status;

	while ((status = archive_read_data_block(rd->ar, &block, &len, &at)) == ARCHIVE_OK) {
		r = check_ratio(rd);
		if (r < 0)
			return r;
		if (at < 0 || (uint64_t)at > n->size || len > n->size - (uint64_t)at)
			return 1;
		r = write_at(rd->x->fd, block, len, rd->x->bytes + (uint64_t)at);
		if (r < 0)
			return r;
	}
	if (ftruncate(rd->x->fd, (off_t)(rd->x->bytes + n->size)) < 0)
		return -errno;
	n->offset = rd->x->bytes;
	n->has_content = true;
	rd->x->bytes += n->size;
	return status == ARCHIVE_EOF ? 0 : 1;
}

/* text - a string of the entry kept in the index; NULL stays NULL */
static int text(struct seal_index *x, const char *s, const char **ret)
{
	struct seal_bytes copy;
	int r;

	if (!s) {
		*ret = NULL;
		return 0;
	}
	r = seal_arena_copy(x->arena, seal_bytes_of(s), &copy);
	if (r == 0)
		*ret = copy.p;
	return r;
}

static int keep_attributes(struct reading *rd, struct archive_entry *e, struct seal_node *n)
{
	struct seal_bytes label;
	const char *name;
	const void *value;
	size_t len;
	int r;

	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		if (name && strcmp(name, "system.posix_acl_access") == 0) {
			r = seal_arena_copy(rd->x->arena, (struct seal_bytes){value, len}, &label);
			if (r < 0)
				return r;
			n->acl = label.p;
			n->acl_n = label.n;
		}
		if (!name || strcmp(name, "security.selinux") != 0)
			continue;
		label = (struct seal_bytes){value, strnlen(value, len)};
		r = seal_arena_intern(rd->x->arena, label, &label);
		if (r < 0)
			return r;
		n->label = label.p;
	}
	return 0;
}

static uint32_t clamp_id(la_int64_t id)
{
	return id >= 0 && id <= UINT32_MAX ? (uint32_t)id : UINT32_MAX;
}

/* describe - metadata of entry @e; its directories above have been made */
static int describe(struct reading *rd, struct archive_entry *e, uint32_t i)
{
	struct seal_node *n = &rd->x->nodes.v[i];
	const char *link;
	int r;

	n->mode = (uint32_t)archive_entry_mode(e);
	n->uid = clamp_id(archive_entry_uid(e));
	n->gid = clamp_id(archive_entry_gid(e));
	n->mtime_s = archive_entry_mtime(e);
	n->mtime_ns = archive_entry_mtime_nsec(e);
	n->size =
		S_ISREG(n->mode) && archive_entry_size(e) > 0 ? (uint64_t)archive_entry_size(e) : 0;
	n->has_content = false;
	link = archive_entry_symlink(e) ? archive_entry_symlink(e) : archive_entry_symlink_utf8(e);
	r = text(rd->x, S_ISLNK(n->mode) ? link : NULL, &n->link);
	if (r == 0 && S_ISLNK(n->mode) && !n->link)
		r = text(rd->x, "", &n->link);
	return r < 0 ? r : keep_attributes(rd, e, n);
}

/* add_hard_link - the entry @name becomes what @target is: as a copy, for nothing is written */
static int add_hard_link(struct reading *rd, const char *name, const char *target)
{
	int64_t from;
	uint32_t to;
	struct seal_node *n;
	const struct seal_node *t;
	int r;

	from = seal_index_find(rd->x, 0, target, false);
	if (from <= 0 || S_ISDIR(rd->x->nodes.v[from].mode))
		return -EINVAL;
	r = seal_index_add(rd->x, name, &to);
	if (r < 0 || to == 0 || (int64_t)to == from)
		return r;

	n = &rd->x->nodes.v[to];
	t = &rd->x->nodes.v[from];
	n->mode = t->mode;
	n->uid = t->uid;
	n->gid = t->gid;
	n->size = t->size;
	n->mtime_s = t->mtime_s;
	n->mtime_ns = t->mtime_ns;
	n->link = t->link;
	n->label = t->label;
	n->acl = t->acl;
	n->acl_n = t->acl_n;
	n->offset = t->offset;
	n->has_content = t->has_content;
	return 0;
}

/* add_entry - one entry of the archive. Returns 0, 1 (cut off) or a negative errno */
static int add_entry(struct reading *rd, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e), *target = archive_entry_hardlink(e);
	struct seal_node *n;
	uint32_t i;
	int r;

	if (!name)
		name = archive_entry_pathname_utf8(e);
	if (!target)
		target = archive_entry_hardlink_utf8(e);
	if (!name)
		return -EINVAL;
	if (target)
		return add_hard_link(rd, name, target);

	r = seal_index_add(rd->x, name, &i);
	if (r < 0 || i == 0)
		return r;
	rd->is_bundle = rd->is_bundle || strcmp(name, "bundle.json") == 0;
	r = describe(rd, e, i);
	if (r < 0)
		return r;

	n = &rd->x->nodes.v[i];
	if (!S_ISREG(n->mode))
		return 0;
	if (n->size > PROGRAM_MAX && !rd->is_bundle && is_program(name))
		return 0;
	if (n->size > SEAL_INDEX_FILE_MAX || n->size > SEAL_INDEX_BYTES_MAX - rd->x->bytes) {
		rd->no_room++;
		return 0;
	}
	return keep_content(rd, n);
}

/* read_entries - all entries up to the end or the damage */
static int read_entries(struct reading *rd)
{
	struct archive_entry *e;
	unsigned retries = 0;
	uint64_t n;
	int r, status;

	for (n = 0;; n++) {
		status = archive_read_next_header(rd->ar, &e);
		if (status == ARCHIVE_EOF)
			return n ? 0 : -ENOTDIR;
		if (status == ARCHIVE_RETRY && ++retries <= RETRIES_MAX)
			continue;
		if (status < ARCHIVE_WARN) {
			rd->cut = true;
			return n ? 0 : -ENOTDIR;
		}
		r = check_ratio(rd);
		if (r == 0)
			r = add_entry(rd, e);
		if (r == -EINVAL || r == -ENAMETOOLONG) {
			rd->lost++;
		} else if (r > 0) {
			rd->cut = true;
			return 0;
		} else if (r < 0) {
			return r;
		}
	}
}

static int archive_open(const struct seal_top *top, const char *path)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	const struct seal_node *n;
	seal_auto_close int fd = -1;
	struct timespec times[2];
	off_t at;
	uint64_t left;
	int64_t i;

	i = seal_index_find(top->index, top->node, path, true);
	if (i < 0)
		return (int)i;
	n = &top->index->nodes.v[i];
	if (S_ISDIR(n->mode))
		return -EISDIR;
	if (!S_ISREG(n->mode))
		return -ENXIO;
	if (!n->has_content)
		return -EFBIG;

	/* each reader has a copy of its own, which nobody can change */
	fd = memfd_create("postseal-file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	at = (off_t)n->offset;
	for (left = n->size; left;) {
		ssize_t put = sendfile(fd, top->index->fd, &at, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? -errno : -EIO;
		left -= (uint64_t)put;
	}
	times[0] = times[1] = (struct timespec){.tv_sec = n->mtime_s, .tv_nsec = n->mtime_ns};
	if (futimens(fd, times) < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return seal_take_fd(&fd);
}

static int archive_stat(const struct seal_top *top, const char *path, bool follow, struct stat *ret)
{
	const struct seal_node *n;
	int64_t i;

	i = seal_index_find(top->index, top->node, path, follow);
	if (i < 0)
		return (int)i;
	n = &top->index->nodes.v[i];
	*ret = (struct stat){
		.st_ino = (ino_t)i + 1,
		.st_nlink = 1,
		.st_mode = n->mode,
		.st_uid = n->uid,
		.st_gid = n->gid,
		.st_size = (off_t)(S_ISLNK(n->mode) ? strlen(n->link) : n->size),
		.st_mtim = {.tv_sec = n->mtime_s, .tv_nsec = n->mtime_ns},
	};
	return 0;
}

static ssize_t archive_readlink(const struct seal_top *top, const char *path, char *buf,
				size_t size)
{
	const struct seal_node *n;
	int64_t i;
	size_t len;

	i = seal_index_find(top->index, top->node, path, false);
	if (i < 0)
		return i;
	n = &top->index->nodes.v[i];
	if (!S_ISLNK(n->mode))
		return -EINVAL;
	len = strlen(n->link);
	if (len > size)
		len = size;
	memcpy(buf, n->link, len);
	return (ssize_t)len;
}

static int archive_list(const struct seal_top *top, const char *path,
			int (*each)(void *data, const char *name, unsigned char type), void *data)
{
	const struct seal_index *x = top->index;
	uint32_t child;
	int64_t i;
	int r = 0;

	i = seal_index_find(x, top->node, path, true);
	if (i < 0)
		return (int)i;
	if (!S_ISDIR(x->nodes.v[i].mode))
		return -ENOTDIR;
	for (child = x->nodes.v[i].first_child; r >= 0 && child != SEAL_INDEX_NONE;
	     child = x->nodes.v[child].next_sibling)
		r = each(data, x->nodes.v[child].name,
			 (unsigned char)IFTODT(x->nodes.v[child].mode));
	return r < 0 ? r : 0;
}

static ssize_t archive_label(const struct seal_top *top, const char *path, char *buf, size_t size)
{
	const struct seal_node *n;
	int64_t i;
	size_t len;

	i = seal_index_find(top->index, top->node, path, false);
	if (i < 0)
		return i;
	n = &top->index->nodes.v[i];
	if (!n->label)
		return -ENODATA;
	len = strlen(n->label);
	if (len > size)
		return -ERANGE;
	memcpy(buf, n->label, len);
	return (ssize_t)len;
}

static ssize_t archive_acl(const struct seal_top *top, const char *path, char *buf, size_t size)
{
	const struct seal_node *n;
	int64_t i;

	i = seal_index_find(top->index, top->node, path, false);
	if (i < 0)
		return i;
	n = &top->index->nodes.v[i];
	if (!n->acl)
		return -ENODATA;
	if (n->acl_n > size)
		return -ERANGE;
	memcpy(buf, n->acl, n->acl_n);
	return (ssize_t)n->acl_n;
}

static int archive_enter(const struct seal_top *top, const char *name, struct seal_top *ret)
{
	int64_t i;

	i = seal_index_find(top->index, top->node, name, false);
	if (i < 0)
		return (int)i;
	if (!S_ISDIR(top->index->nodes.v[i].mode))
		return -ENOTDIR;

	top->index->refs++;
	*ret = (struct seal_top){.fd = -1, .index = top->index, .node = (uint32_t)i};
	return 0;
}

static void archive_done(struct seal_top *top)
{
	if (--top->index->refs == 0)
		seal_index_free(top->index);
}

static const struct seal_root_ops archive_ops = {
	.open = archive_open,
	.stat = archive_stat,
	.readlink = archive_readlink,
	.list = archive_list,
	.label = archive_label,
	.acl = archive_acl,
	.enter = archive_enter,
	.done = archive_done,
};

/* top_of - the root itself, or the one folder in which everything lies ("sosreport-mail-2026/") */
static uint32_t top_of(const struct seal_index *x)
{
	static const char *const marks[] = {"bundle.json", "etc", "var", "sos_commands"};
	uint32_t only = x->nodes.v[0].first_child;
	size_t i;

	if (only == SEAL_INDEX_NONE || x->nodes.v[only].next_sibling != SEAL_INDEX_NONE)
		return 0;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (seal_index_child(x, only, marks[i]) != SEAL_INDEX_NONE)
			return only;
	return 0;
}

static void tell_damage(const struct reading *rd, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	if (rd->cut)
		n += (size_t)snprintf(buf, size, "cut off or damaged, the rest is missing");
	if (rd->lost && n < size)
		n += (size_t)snprintf(buf + n, size - n, "%s%llu names lead nowhere", n ? "; " : "",
				      (unsigned long long)rd->lost);
	if (rd->no_room && n < size)
		snprintf(buf + n, size - n, "%s%llu files too large", n ? "; " : "",
			 (unsigned long long)rd->no_room);
}

int seal_root_archive_new(int fd, struct seal_root *root, struct seal_err *err)
{
	seal_auto_close int in = fd;
	seal_auto_index struct seal_index *x = NULL;
	struct reading rd = {0};
	int r;

	r = seal_index_new(&x);
	if (r < 0)
		return seal_err_set(err, r, "%s: %s", root->name, strerror(-r));

	rd.x = x;
	r = open_archive(&rd, in);
	if (r == 0)
		r = read_entries(&rd);
	archive_read_free(rd.ar);
	if (r == -ENOTDIR)
		return seal_err_set(err, r, "%s: neither a directory nor a tar archive",
				    root->name);
	if (r == -EFBIG)
		return seal_err_set(err, r,
				    "%s: expands beyond the limit; unpack it and name the folder",
				    root->name);
	if (r < 0)
		return seal_err_set(err, r, "%s: %s", root->name, strerror(-r));

	tell_damage(&rd, root->damage, sizeof(root->damage));
	root->ops = &archive_ops;
	root->kind = SEAL_ROOT_ARCHIVE;
	root->host = (struct seal_top){.fd = -1, .node = top_of(x)};
	root->host.index = seal_take(x);
	return 0;
}
