/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/statvfs.h>

#include "evidence/host/host_impl.h"

/* disk.c - how full the file systems are: live/df.json, or statvfs(3) on a live host */

#define FILESYSTEMS_MAX 4096

/* quantity - a number of df(1): an integer, or text as df -h writes it ("2.9G", powers of 1024) */
static bool quantity(const json_t *v, uint64_t *ret)
{
	static const char units[] = "KMGTPE";
	struct seal_bytes s = {json_string_value(v), json_string_length(v)}, rest;
	uint64_t whole, tenths = 0, unit = 1;
	const char *u;

	if (json_is_integer(v) && json_integer_value(v) >= 0) {
		*ret = (uint64_t)json_integer_value(v);
		return true;
	}
	if (!s.n)
		return false;
	u = strchr(units, s.p[s.n - 1]);
	if (u && *u) {
		unit = (uint64_t)1 << (10 * (u - units + 1));
		s.n--;
	}
	if (seal_parse_u64(seal_bytes_cut(s, '.', &rest), 10, &whole) < 0)
		return false;
	if (rest.p && (rest.n != 1 || seal_parse_u64(rest, 10, &tenths) < 0))
		return false;
	return !__builtin_mul_overflow(whole, unit, ret) &&
	       !__builtin_add_overflow(*ret, unit / 10 * tenths, ret);
}

/* filesystem_at - the one mounted on @target, made when it is not there yet; NULL: no memory */
static struct seal_filesystem *filesystem_at(struct seal_host *h, struct seal_bytes target,
					     struct seal_bytes source)
{
	struct seal_filesystem *fs;

	seal_vec_each (it, &h->disk.filesystems)
		if (seal_bytes_eq(it->target, target))
			return it;
	fs = seal_vec_add(&h->disk.filesystems);
	if (!fs || seal_arena_copy(h->arena, target, &fs->target) < 0 ||
	    seal_arena_copy(h->arena, source, &fs->source) < 0)
		return NULL;
	return fs;
}

/* add_row - one line of df(1) or, with @inodes, of df -i. Returns 0, -EINVAL or -ENOMEM */
static int add_row(struct seal_host *h, const json_t *row, bool inodes, size_t source)
{
	struct seal_bytes target = seal_fact_key(row, "target");
	struct seal_filesystem *fs;
	uint64_t size, avail;

	if (!target.n || target.p[0] != '/' || h->disk.filesystems.n >= FILESYSTEMS_MAX)
		return -EINVAL;
	if (!quantity(json_object_get(row, "size"), &size) ||
	    !quantity(json_object_get(row, "avail"), &avail))
		return -EINVAL;
	fs = filesystem_at(h, target, seal_fact_key(row, "source"));
	if (!fs)
		return -ENOMEM;

	fs->origin =
		(struct seal_origin){.source = SEAL_SOURCE_DISK, .path = h->sources.v[source].path};
	if (inodes) {
		fs->inodes = size;
		fs->inodes_free = avail;
		fs->has_inodes = size > 0;
	} else {
		fs->size_bytes = size;
		fs->avail_bytes = avail;
		fs->has_space = size > 0;
		fs->read_only = json_is_true(json_object_get(row, "read_only"));
	}
	return 0;
}

/* add_rows - one row or an array of them; returns the number not understood, or -ENOMEM */
static int64_t add_rows(struct seal_host *h, const json_t *v, bool inodes, size_t source)
{
	const json_t *row;
	int64_t odd = 0;
	size_t i;
	int r;

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_array(v)) {
		r = add_row(h, v, inodes, source);
		return r == -ENOMEM ? r : r < 0;
	}
	json_array_foreach(v, i, row)
	{
		r = add_row(h, row, inodes, source);
		if (r == -ENOMEM)
			return r;
		odd += r < 0;
	}
	return odd;
}

static int read_df(const struct seal_root *root, struct seal_host *h)
{
	static const struct seal_fact_file file = {SEAL_SOURCE_DISK, SEAL_FACT_LIVE, "df.json"};
	seal_auto_json_t json_t *j = NULL;
	int64_t space, inodes;
	size_t row;
	int r;

	r = seal_fact_json(root, h, &file, &j, &row);
	if (r <= 0)
		return r;
	space = add_rows(h, json_object_get(j, "space"), false, row);
	inodes = add_rows(h, json_object_get(j, "inodes"), true, row);
	if (space < 0 || inodes < 0)
		return -ENOMEM;
	h->disk.present = h->disk.filesystems.n > 0;
	h->sources.v[row].records = h->disk.filesystems.n;
	return seal_fact_damaged(h, row, (uint64_t)(space + inodes), "rows of another form");
}

/* is_local - types that answer statvfs(3) from memory: a server that is gone would block for ever
 */
static bool is_local(struct seal_bytes type)
{
	static const char *const types[] = {"bcachefs", "btrfs",   "ext2",  "ext3", "ext4", "f2fs",
					    "jfs",      "overlay", "tmpfs", "vfat", "xfs",  "zfs"};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (seal_bytes_is(type, types[i]))
			return true;
	return false;
}

/* unescape - the \ooo of proc_pid_mountinfo(5), in place; NUL-terminated. The end is cut off */
static void unescape(const struct seal_bytes in, char *out, size_t size)
{
	size_t i = 0, n = 0;
	uint32_t c;

	while (i < in.n && n + 1 < size) {
		if (in.p[i] == '\\' && in.n - i >= 4 &&
		    seal_parse_u32((struct seal_bytes){in.p + i + 1, 3}, 8, &c) == 0 && c < 256) {
			out[n++] = (char)c;
			i += 4;
		} else {
			out[n++] = in.p[i++];
		}
	}
	out[n] = '\0';
}

/* add_mount - one line of mountinfo: id parent dev root TARGET options ... - TYPE SOURCE super */
static int add_mount(struct seal_host *h, struct seal_bytes line)
{
	struct seal_bytes target = SEAL_BYTES_NONE, type, source, word;
	struct seal_filesystem *fs;
	char path[4096];
	struct statvfs st;
	int i;

	for (i = 0; i < 5; i++)
		target = seal_bytes_word(&line);
	do
		word = seal_bytes_word(&line);
	while (word.n && !seal_bytes_is(word, "-"));
	type = seal_bytes_word(&line);
	source = seal_bytes_word(&line);
	if (!is_local(type) || h->disk.filesystems.n >= FILESYSTEMS_MAX)
		return 0;
	unescape(target, path, sizeof(path));
	if (statvfs(path, &st) < 0)
		return 0;
	fs = filesystem_at(h, seal_bytes_of(path), source);
	if (!fs)
		return -ENOMEM;

	fs->size_bytes = (uint64_t)st.f_blocks * st.f_frsize;
	fs->avail_bytes = (uint64_t)st.f_bavail * st.f_frsize;
	fs->has_space = st.f_blocks > 0;
	fs->inodes = st.f_files;
	fs->inodes_free = st.f_favail;
	fs->has_inodes = st.f_files > 0;
	fs->read_only = st.f_flag & ST_RDONLY;
	fs->origin.source = SEAL_SOURCE_DISK;
	return 0;
}

static int read_mounts(const struct seal_root *root, struct seal_host *h)
{
	static const struct seal_fact_file file = {SEAL_SOURCE_DISK, SEAL_FACT_ROOT,
						   "proc/self/mountinfo"};
	seal_auto_fact struct seal_fact f = {0};
	struct seal_bytes rest;
	int r;

	r = seal_fact_read(root, h, &file, &f);
	if (r <= 0)
		return r;
	for (rest = (struct seal_bytes){f.text, f.n}; rest.n;) {
		r = add_mount(h, seal_bytes_cut(rest, '\n', &rest));
		if (r < 0)
			return r;
	}
	h->disk.present = h->disk.filesystems.n > 0;
	h->sources.v[f.row].records = h->disk.filesystems.n;
	return 0;
}

int seal_disk_read(const struct seal_root *root, struct seal_host *h)
{
	if (seal_root_kind(root) == SEAL_ROOT_LIVE)
		return read_mounts(root, h);
	return read_df(root, h);
}
