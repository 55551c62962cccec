/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/files.h"

#include <errno.h>
#include <limits.h>

#include "core/input.h"

#define BYTES_MAX ((uint64_t)256 * 1024 * 1024)
#define ROWS_MAX  2000000u
#define LINE_MAX_ ((size_t)16 * 1024)

struct row {
	struct seal_bytes path;
	struct seal_file file; /* type 0: told twice in different words */
};

struct seal_files {
	const struct seal_root *root; /* borrowed */
	struct seal_arena *arena;     /* of the host */
	seal_vec(struct row) rows;    /* of files.tsv, by path, each path once */
	bool own_owners;              /* the root's own files have their host's owners */
};

/* modification_time - "1795200717.0000000000": seconds and a fraction */
static int64_t modification_time(struct seal_bytes s)
{
	struct seal_bytes fraction, whole = seal_bytes_cut(s, '.', &fraction);
	uint64_t seconds, us = 0;

	if (seal_parse_u64(whole, 10, &seconds) < 0 || seconds > INT64_MAX / 2 / SEAL_SECOND_US)
		return SEAL_TIME_NONE;
	fraction = seal_bytes_first(fraction, 6);
	if (fraction.n == 6 && seal_parse_u64(fraction, 10, &us) < 0)
		us = 0;
	return (int64_t)seconds * SEAL_SECOND_US + (int64_t)us;
}

/* parse_line - path, type, mode, uid, gid, size, mtime, link target. Returns 0, -EINVAL or -ENOMEM
 */
static int parse_line(struct seal_files *f, struct seal_bytes line)
{
	struct seal_bytes field[8], rest = line;
	struct row row = {0}, *to;
	size_t i;

	for (i = 0; i < 8; i++)
		field[i] = seal_bytes_cut(rest, '\t', &rest);
	if (!field[0].n || field[0].p[0] != '/' || field[1].n != 1 || rest.p ||
	    !memchr("fdlspbc", field[1].p[0], 7))
		return -EINVAL;
	row.file.type = field[1].p[0];
	if (seal_parse_u32(field[2], 8, &row.file.mode) < 0 || row.file.mode > 07777 ||
	    seal_parse_u32(field[3], 10, &row.file.uid) < 0 ||
	    seal_parse_u32(field[4], 10, &row.file.gid) < 0 ||
	    seal_parse_u64(field[5], 10, &row.file.size_bytes) < 0)
		return -EINVAL;
	row.file.mtime_us = modification_time(field[6]);
	row.file.has_owner = true;
	if (seal_arena_copy(f->arena, field[0], &row.path) < 0 ||
	    seal_arena_copy(f->arena, field[7], &row.file.link) < 0)
		return -ENOMEM;
	to = seal_vec_add(&f->rows);
	if (!to)
		return -ENOMEM;
	*to = row;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct row *)a)->path, ((const struct row *)b)->path);
}

static bool same_file(const struct seal_file *a, const struct seal_file *b)
{
	return a->type == b->type && a->mode == b->mode && a->uid == b->uid && a->gid == b->gid &&
	       a->size_bytes == b->size_bytes && seal_bytes_eq(a->link, b->link);
}

/* sort_rows - by path; rows of one path become one, which tells nothing when they differ */
static void sort_rows(struct seal_files *f)
{
	size_t i, n = 0;

	if (!f->rows.n)
		return;
	qsort(f->rows.v, f->rows.n, sizeof(*f->rows.v), by_path);
	for (i = 1; i < f->rows.n; i++) {
		if (!seal_bytes_eq(f->rows.v[n].path, f->rows.v[i].path))
			f->rows.v[++n] = f->rows.v[i];
		else if (!same_file(&f->rows.v[n].file, &f->rows.v[i].file))
			f->rows.v[n].file.type = 0;
	}
	f->rows.n = n + 1;
}

/* read_rows - the lines of files.tsv; *odd becomes the number of those that were not understood
 * Returns 0, -ENOMEM or why the rest of the file cannot be read. */
static int read_rows(struct seal_files *f, struct seal_input *in, uint64_t *odd,
		     struct seal_err *err)
{
	struct seal_lines lines;
	struct seal_bytes line;
	int r;

	r = seal_lines_init(&lines, in, LINE_MAX_);
	if (r < 0)
		return r;
	while ((r = seal_lines_next(&lines, &line, err)) > 0) {
		if (lines.number == 1 && seal_bytes_starts(line, "path\t"))
			continue;
		if (f->rows.n >= ROWS_MAX) {
			r = seal_err_set(err, -EFBIG, "more than %u lines", ROWS_MAX);
			break;
		}
		r = lines.cut ? -EINVAL : parse_line(f, line);
		if (r == -ENOMEM)
			break;
		*odd += r < 0;
	}
	seal_lines_done(&lines);
	sort_rows(f);
	return r;
}

/* read_tsv - live/files.tsv of a bundle, with its row of sources */
static int read_tsv(struct seal_files *f, struct seal_host *h)
{
	enum seal_read_status status = SEAL_READ_READ;
	seal_auto_input struct seal_input *in = NULL;
	struct seal_source_state *row;
	struct seal_err err = {0};
	uint64_t odd = 0;
	int fd, r;

	fd = seal_root_open_live(f->root, "files.tsv", &err);
	if (fd == -ENOENT && seal_root_is_whole(f->root))
		return 0;
	r = fd < 0 ? fd : seal_input_new(fd, BYTES_MAX, &in, &err);
	if (r >= 0)
		r = read_rows(f, in, &odd, &err);
	if (r == -ENOMEM)
		return r;

	if (r < 0 && !f->rows.n)
		status = r == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE;
	else if (r < 0 || odd)
		status = SEAL_READ_TRUNCATED;
	if (r >= 0 && odd)
		seal_err_set(&err, -EINVAL, "%llu lines of another form", (unsigned long long)odd);
	row = seal_host_source(h, SEAL_SOURCE_FILES, SEAL_LIT("live/files.tsv"), status,
			       seal_bytes_of(err.text));
	if (!row)
		return -ENOMEM;
	row->records = f->rows.n;
	return 0;
}

int seal_files_open(const struct seal_root *root, struct seal_host *h, struct seal_files **ret,
		    struct seal_err *err)
{
	seal_auto_files struct seal_files *f = NULL;
	int r;

	f = calloc(1, sizeof(*f));
	if (!f)
		return seal_err_set(err, -ENOMEM, "out of memory");
	f->root = root;
	f->arena = h->arena;
	/* an unprivileged copy belongs to who made it; a partial one may have been made anyhow */
	if (seal_root_is_partial(root))
		f->own_owners = seal_root_has_owners(root) &&
				(seal_root_kind(root) == SEAL_ROOT_ARCHIVE || geteuid() == 0);
	else
		f->own_owners = seal_root_kind(root) == SEAL_ROOT_LIVE ||
				(seal_root_is_whole(root) &&
				 (seal_root_kind(root) == SEAL_ROOT_ARCHIVE || geteuid() == 0));
	r = read_tsv(f, h);
	if (r < 0)
		return seal_err_set(err, r, "%s", strerror(-r));

	*ret = seal_take(f);
	return 0;
}

void seal_files_free(struct seal_files *f)
{
	if (!f)
		return;
	seal_vec_done(&f->rows);
	free(f);
}

/* lower_bound - index of the first row whose path is not before @path */
static size_t lower_bound(const struct seal_files *f, struct seal_bytes path)
{
	size_t from = 0, to = f->rows.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (seal_bytes_cmp(f->rows.v[middle].path, path) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const struct row *find_row(const struct seal_files *f, struct seal_bytes path)
{
	size_t i = lower_bound(f, path);

	return i < f->rows.n && seal_bytes_eq(f->rows.v[i].path, path) ? &f->rows.v[i] : NULL;
}

static struct seal_bytes parent_of(struct seal_bytes path)
{
	ssize_t slash = seal_bytes_rchr(path, '/');

	return seal_bytes_first(path, slash > 0 ? (size_t)slash : 1);
}

/* lists_children - whether files.tsv went into directory @dir: it tells of something in it */
static bool lists_children(const struct seal_files *f, struct seal_bytes dir)
{
	const struct row *row = find_row(f, dir);
	const struct row *end = f->rows.v + f->rows.n;

	if (!row || row->file.type != 'd')
		return false;
	/* "/a/b" and "/a-b" may stand between "/a" and what lies in it */
	for (row++; row < end && seal_bytes_eq(seal_bytes_first(row->path, dir.n), dir); row++)
		if (row->path.n > dir.n && row->path.p[dir.n] == '/')
			return true;
	return false;
}

/* is_known_absent - files.tsv went into a directory on the way to @path, and the next element is
 * not among what it tells of it */
static bool is_known_absent(const struct seal_files *f, struct seal_bytes path)
{
	for (; path.n > 1; path = parent_of(path)) {
		if (find_row(f, path))
			return false;
		if (lists_children(f, parent_of(path)))
			return true;
	}
	return false;
}

static char type_of(mode_t mode)
{
	static const struct {
		mode_t format;
		char type;
	} types[] = {{S_IFREG, 'f'}, {S_IFDIR, 'd'}, {S_IFLNK, 'l'}, {S_IFSOCK, 's'},
		     {S_IFIFO, 'p'}, {S_IFBLK, 'b'}, {S_IFCHR, 'c'}};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((mode & S_IFMT) == types[i].format)
			return types[i].type;
	return '?';
}

static int from_root(const struct seal_files *f, const char *path, struct seal_file *ret)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;
	int r;

	r = seal_root_stat(f->root, path, false, &st);
	if (r < 0)
		return r;
	*ret = (struct seal_file){
		.type = type_of(st.st_mode),
		.mode = (uint32_t)st.st_mode & 07777,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.size_bytes = (uint64_t)st.st_size,
		.mtime_us = st.st_mtim.tv_sec * SEAL_SECOND_US + st.st_mtim.tv_nsec / 1000,
		.has_owner = f->own_owners,
	};
	if (!S_ISLNK(st.st_mode))
		return 0;
	n = seal_root_readlink(f->root, path, target, sizeof(target));
	if (n < 0)
		return (int)n;
	return seal_arena_copy(f->arena, (struct seal_bytes){target, (size_t)n}, &ret->link);
}

int seal_files_view(void *data, struct seal_bytes path, struct seal_file *ret)
{
	const struct seal_files *f = data;
	const struct row *row;
	char name[PATH_MAX];
	int r;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (!path.n || path.n >= sizeof(name) || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return -ENODATA;
	row = find_row(f, path);
	if (row && !row->file.type)
		return -ENODATA;
	if (row) {
		*ret = row->file;
		return 0;
	}

	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	r = from_root(f, name, ret);
	if (r != -ENOENT && r != -ENOTDIR)
		return r;
	return seal_root_is_whole(f->root) || is_known_absent(f, path) ? r : -ENODATA;
}

static uint32_t le(const unsigned char *p, size_t n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

/* parse_acl - a header of 4 bytes (version 2), then 8 bytes an entry, all little endian (kernel
 * posix_acl_xattr.h) */
static int parse_acl(const unsigned char *p, size_t n, struct seal_acl *ret)
{
	if (n < 4 || le(p, 4) != 2 || (n - 4) % 8 != 0)
		return -ENODATA;
	*ret = (struct seal_acl){.n = (n - 4) / 8};
	if (ret->n > SEAL_ACL_ENTRIES_MAX)
		return -ENODATA;
	for (size_t i = 0; i < ret->n; i++) {
		const unsigned char *e = p + 4 + 8 * i;

		ret->v[i] = (struct seal_acl_entry){(enum seal_acl_tag)le(e, 2), le(e + 4, 4),
						    le(e + 2, 2) & 7};
	}
	return 0;
}

int seal_files_acl(void *data, struct seal_bytes path, struct seal_acl *ret)
{
	const struct seal_files *f = data;
	unsigned char raw[4 + 8 * SEAL_ACL_ENTRIES_MAX];
	char name[PATH_MAX];
	ssize_t n;

	if (!path.n || path.n >= sizeof(name) || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return -ENODATA;
	/* files.tsv has no ACLs, and an unpacked copy lost them */
	if (!f->own_owners || find_row(f, path))
		return -ENODATA;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	n = seal_root_acl(f->root, name, (char *)raw, sizeof(raw));
	*ret = (struct seal_acl){.n = 0};
	if (n == -ENODATA)
		return 0;
	return n < 0 ? -ENODATA : parse_acl(raw, (size_t)n, ret);
}
