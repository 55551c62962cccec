/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "core/arena.h"
#include "core/errnos.h"
#include "core/fdio.h"
#include "core/input.h"
#include "evidence/bundle/bundle_impl.h"

/* item.c - entries of the host's tree in the bundle */

#define SMALL_BYTES ((size_t)8 * 1024 * 1024) /* contents up to this are looked at as a whole */
#define MESSAGE_MAX ((size_t)256 * 1024 * 1024)
#define BLOCK_BYTES ((size_t)1024 * 1024)

static struct archive_entry *new_entry(const struct seal_packing *p, const char *name)
{
	struct archive_entry *e = archive_entry_new();

	if (!e)
		return NULL;
	archive_entry_set_pathname(e, name);
	archive_entry_set_mtime(e, p->now.tv_sec, p->now.tv_nsec);
	return e;
}

static int put_header(struct seal_packing *p, struct archive_entry *e)
{
	return archive_write_header(p->ar, e) == ARCHIVE_OK
		       ? 0
		       : seal_pack_fail(p, archive_entry_pathname(e));
}

static int put_data(struct seal_packing *p, const char *data, size_t n)
{
	ssize_t w;

	while (n) {
		w = archive_write_data(p->ar, data, n);
		if (w <= 0)
			return seal_pack_fail(p, "archive");
		data += w;
		n -= (size_t)w;
	}
	return 0;
}

int seal_pack_bytes(struct seal_packing *p, const char *name, struct seal_bytes content)
{
	struct archive_entry *e = new_entry(p, name);
	int r;

	if (!e)
		return -ENOMEM;
	archive_entry_set_mode(e, S_IFREG | 0600);
	archive_entry_set_size(e, (la_int64_t)content.n);
	r = put_header(p, e);
	archive_entry_free(e);
	if (r == 0)
		r = put_data(p, content.p, content.n);
	p->result->n_files++;
	p->result->n_bytes += content.n;
	return r;
}

/* ---- what must not leave ---- */

static bool has_component(struct seal_bytes path, const char *name)
{
	struct seal_bytes rest = path;

	while (rest.n)
		if (seal_bytes_is(seal_bytes_cut(rest, '/', &rest), name))
			return true;
	return false;
}

/* is_message - a queue file; the logs of the queue, beside it, are text */
static bool is_message(const struct seal_item *item)
{
	return item->in_dir && !has_component(item->path, "defer") &&
	       !has_component(item->path, "bounce");
}

/* holds_secrets - the source of a table of which the readers keep the keys alone */
static bool holds_secrets(const struct seal_packing *p, struct seal_bytes path)
{
	seal_vec_each (inst, &p->b->h->postfix.instances) {
		seal_vec_each (m, &inst->maps) {
			struct seal_bytes of = m->path;

			while (of.n && of.p[0] == '/')
				of = seal_bytes_from(of, 1);
			if (!m->has_values && of.n && seal_bytes_eq(of, path))
				return true;
		}
	}
	/* a link on the way, or a map that could not be read: go by the name */
	return seal_bytes_find(path, "sasl") >= 0 && seal_bytes_find(path, "passw") >= 0;
}

/* has_settings - files of settings; those of Postfix itself name files and tables only */
static bool has_settings(struct seal_bytes path)
{
	return seal_bytes_starts(path, "etc/") && !seal_bytes_ends(path, "/main.cf") &&
	       !seal_bytes_ends(path, "/master.cf") && !seal_bytes_starts(path, "etc/selinux/");
}

/* may_hold_addresses - text of mail: not policy, programs, or the kernel's own files */
static bool may_hold_addresses(struct seal_bytes path)
{
	static const char *const others[] = {
		"etc/selinux/", "var/lib/selinux/", "sys/", "proc/", "boot/", "usr/", "lib/"};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (seal_bytes_starts(path, others[i]))
			return false;
	return true;
}

static bool is_journal(struct seal_bytes path)
{
	return seal_bytes_ends(path, ".journal") || seal_bytes_ends(path, ".journal~");
}

/* mask - take out of a whole content what must not leave */
static int mask(struct seal_packing *p, const struct seal_item *item, char *text, size_t n)
{
	if (is_message(item))
		seal_mask_message(text, n);
	else if (holds_secrets(p, item->path))
		seal_mask_map_values(text, n);
	else if (has_settings(item->path) && !memchr(text, '\0', n))
		seal_mask_settings(text, n);
	if (!is_message(item))
		seal_mask_keys(text, n);
	return p->b->redact && may_hold_addresses(item->path)
		       ? seal_redact_text(p->b->redact, text, n)
		       : 0;
}

/* ---- content ---- */

/* read_some - up to @max bytes of @fd in memory; *n says how many there are
 * Returns 1 (that is all), 0 (there is more) or a negative errno. */
static int read_some(int fd, size_t max, char **ret, size_t *n)
{
	seal_auto_free char *text = NULL;
	size_t cap = 0, got = 0;
	char *larger;
	ssize_t r;

	for (;;) {
		if (got == cap) {
			cap = cap ? 2 * cap : (size_t)64 * 1024;
			larger = realloc(text, cap);
			if (!larger)
				return -ENOMEM;
			text = larger;
		}
		r = read(fd, text + got, cap - got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		got += (size_t)r;
		if (r == 0 || got > max)
			break;
	}
	*n = got;
	*ret = seal_take(text);
	return r == 0;
}

/* unpacked - the decompressed content of @fd, taken over, as a file of its own; itself when it is
 * not compressed */
static int unpacked(struct seal_packing *p, int fd)
{
	seal_auto_input struct seal_input *in = NULL;
	seal_auto_close int own = fcntl(fd, F_DUPFD_CLOEXEC, 3), out = -1;
	char buf[16384];
	ssize_t n;
	int r;

	if (own < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	r = seal_input_new(fd, p->b->max_bytes - p->result->n_bytes, &in, NULL);
	if (r < 0)
		return r;
	if (!seal_input_compressed(in))
		return lseek(own, 0, SEEK_SET) < 0 ? -errno : seal_take_fd(&own);
	out = memfd_create("unpacked", MFD_CLOEXEC);
	if (out < 0)
		return -errno;
	while ((n = seal_input_read(in, buf, sizeof(buf), NULL)) > 0) {
		r = seal_fd_write(out, (struct seal_bytes){buf, (size_t)n});
		if (r < 0)
			return r;
	}
	if (n < 0 || lseek(out, 0, SEEK_SET) < 0)
		return n < 0 ? (int)n : -errno;
	return seal_take_fd(&out);
}

/* put_blocks - @size bytes from @fd behind those at hand, in whole lines where they are redacted;
 * what the file lost meanwhile the archive fills with zeros */
static int put_blocks(struct seal_packing *p, const struct seal_item *item, int fd, uint64_t size)
{
	bool redact = p->b->redact && may_hold_addresses(item->path);
	seal_auto_free char *block = malloc(BLOCK_BYTES);
	size_t kept = 0, n;
	int r = 0;

	if (!block)
		return -ENOMEM;
	while (size && r == 0) {
		size_t want = BLOCK_BYTES - kept;
		ssize_t got = read(fd, block + kept, size - kept < want ? size - kept : want);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		kept += (size_t)got;
		n = kept;
		if (redact && got && kept < size) {
			while (n && block[n - 1] != '\n')
				n--;
			if (!n && kept < BLOCK_BYTES)
				continue;
			n = n ? n : kept;
		}
		if (redact)
			r = seal_redact_text(p->b->redact, block, n);
		if (r == 0)
			r = put_data(p, block, n);
		memmove(block, block + n, kept - n);
		kept -= n;
		size -= n;
		if (!got)
			break;
	}
	return r;
}

/* struct content - of an item, open: all in memory, or a descriptor at its start */
struct content {
	char *text;
	uint64_t n;
	int fd; /* -1: all is in memory */
};

static void content_done(struct content *c)
{
	free(c->text);
	if (c->fd >= 0)
		close(c->fd);
}

static void say_left(struct seal_packing *p, struct seal_bytes path)
{
	size_t n = path.n < sizeof(p->result->first_left) - 1 ? path.n
							      : sizeof(p->result->first_left) - 1;

	if (!p->result->n_left++)
		memcpy(p->result->first_left, path.p, n);
}

/* open_content - Returns 0, -ENODATA (left out, told), -ENOMEM, or why it cannot be read */
static int open_content(struct seal_packing *p, const struct seal_item *item, struct content *c)
{
	size_t n = 0, max = is_message(item) ? MESSAGE_MAX : SMALL_BYTES;
	struct stat st;
	int r;

	*c = (struct content){.fd = -1};
	c->fd = seal_root_open(p->b->root, item->path.p, NULL);
	if (c->fd >= 0 && p->b->redact && may_hold_addresses(item->path))
		c->fd = unpacked(p, c->fd);
	if (c->fd < 0)
		return c->fd;
	if (fstat(c->fd, &st) < 0)
		return -errno;
	r = (uint64_t)st.st_size > max ? 0 : read_some(c->fd, max, &c->text, &n);
	if (r < 0)
		return r;
	c->n = n;
	if (r == 0) {
		free(c->text);
		c->text = NULL;
		c->n = (uint64_t)st.st_size;
		if (lseek(c->fd, 0, SEEK_SET) < 0)
			return -errno;
	} else {
		close(c->fd);
		c->fd = -1;
	}
	if (c->n > p->b->max_bytes - p->result->n_bytes || (c->fd >= 0 && is_message(item))) {
		say_left(p, item->path);
		return -ENODATA;
	}
	return r == 1 && n ? mask(p, item, c->text, n) : 0;
}

/* ---- entries ---- */

static int set_attributes(struct seal_packing *p, const struct seal_item *item,
			  struct archive_entry *e)
{
	char value[4096];
	ssize_t n;

	n = seal_root_label(p->b->root, item->path.p, value, sizeof(value));
	if (n > 0)
		archive_entry_xattr_add_entry(e, "security.selinux", value, (size_t)n);
	n = seal_root_acl(p->b->root, item->path.p, value, sizeof(value));
	if (n > 0)
		archive_entry_xattr_add_entry(e, "system.posix_acl_access", value, (size_t)n);
	return 0;
}

static int entry_of(struct seal_packing *p, const struct seal_item *item,
		    struct archive_entry **ret)
{
	seal_auto_free char *name = malloc(item->path.n + sizeof("root/"));
	struct archive_entry *e;
	mode_t type = item->st.st_mode & S_IFMT;

	if (!name)
		return -ENOMEM;
	memcpy(name, "root/", 5);
	memcpy(name + 5, item->path.p, item->path.n + 1);
	e = new_entry(p, name);
	if (!e)
		return -ENOMEM;
	/* a tar has no sockets, and nobody wants devices: they are told in partial.tsv */
	if (type != S_IFDIR && type != S_IFLNK)
		type = S_IFREG;
	archive_entry_set_mode(e, type | (item->st.st_mode & 07777));
	archive_entry_set_uid(e, item->st.st_uid);
	archive_entry_set_gid(e, item->st.st_gid);
	archive_entry_set_mtime(e, item->st.st_mtim.tv_sec, item->st.st_mtim.tv_nsec);
	archive_entry_set_size(e, 0);
	if (type == S_IFLNK)
		archive_entry_set_symlink(e, item->link.p ? item->link.p : "");
	*ret = e;
	return set_attributes(p, item, e);
}

static const char *special_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return "socket";
	case S_IFIFO:
		return "fifo";
	case S_IFCHR:
		return "chardev";
	case S_IFBLK:
		return "blockdev";
	default:
		return NULL;
	}
}

/* row_of - what partial.tsv says of the item; @error: of its content */
static void row_of(struct seal_packing *p, const struct seal_item *item, int error)
{
	const char *special = special_name(item->st.st_mode), *name = NULL;
	uint64_t size = S_ISREG(item->st.st_mode) ? (uint64_t)item->st.st_size : 0;

	if (error && error != -ENODATA) {
		name = seal_errno_name(-error);
		name = name ? name : "EIO";
	}
	if (special)
		seal_pack_row(p, special, 0, item->path);
	else if (S_ISDIR(item->st.st_mode) && (name || !item->listed || error))
		seal_pack_row(p, name ? name : "unlisted", 0, item->path);
	else if (S_ISREG(item->st.st_mode) && (error || !item->content))
		seal_pack_row(p, name ? name : "left", size, item->path);
}

int seal_pack_item(struct seal_packing *p, const struct seal_item *item)
{
	struct archive_entry *e = NULL;
	struct content c = {.fd = -1};
	int r, error = item->error;

	if (item->content && is_journal(item->path))
		return 0; /* its entries are in a file of their own */
	if (item->content && !error)
		error = open_content(p, item, &c);
	if (error == -ENOMEM) {
		content_done(&c);
		return error;
	}
	row_of(p, item, error);
	r = entry_of(p, item, &e);
	if (r == 0 && item->content && !error)
		archive_entry_set_size(e, (la_int64_t)c.n);
	if (r == 0)
		r = put_header(p, e);
	if (r == 0 && item->content && !error) {
		r = c.fd >= 0 ? put_blocks(p, item, c.fd, c.n) : put_data(p, c.text, (size_t)c.n);
		p->result->n_files++;
		p->result->n_bytes += c.n;
	}
	archive_entry_free(e);
	content_done(&c);
	return r;
}

int seal_pack_fd(struct seal_packing *p, const char *name, int fd)
{
	struct seal_item item = {.path = seal_bytes_of(name)};
	struct archive_entry *e;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	e = new_entry(p, name);
	if (!e)
		return -ENOMEM;
	archive_entry_set_mode(e, S_IFREG | 0600);
	archive_entry_set_size(e, st.st_size);
	r = put_header(p, e);
	archive_entry_free(e);
	if (r == 0)
		r = put_blocks(p, &item, fd, (uint64_t)st.st_size);
	p->result->n_files++;
	p->result->n_bytes += (uint64_t)st.st_size;
	return r;
}

int seal_pack_live_file(struct seal_packing *p, const char *name)
{
	seal_auto_close int fd = -1;
	struct stat st;
	char path[300];

	/* seal_pack_journal() writes those */
	if (is_journal(seal_bytes_of(name)) || strcmp(name, "journal.export") == 0)
		return 0;
	fd = seal_root_open_live(p->b->root, name, NULL);
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	snprintf(path, sizeof(path), "live/%s", name);
	if ((uint64_t)st.st_size > p->b->max_bytes - p->result->n_bytes) {
		say_left(p, seal_bytes_of(path));
		return 0;
	}
	return seal_pack_fd(p, path, fd);
}
