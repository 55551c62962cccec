/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/files.h"

#include <dirent.h>
#include <errno.h>

/* ages: NAME, then NAME.1 ..., then NAME-DATE by date, then what carries anything else */
#define AGE_DATED (UINT64_C(1) << 40)

struct listing {
	struct seal_arena *arena;
	const char *dir, *name;
	struct seal_log_files *to;
};

/* without_compression - "audit.log.2" of "audit.log.2.gz" */
static struct seal_bytes without_compression(struct seal_bytes name)
{
	static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (seal_bytes_ends(name, endings[i]))
			return seal_bytes_first(name, name.n - strlen(endings[i]));
	return name;
}

/* digits_of - the digits of "20261120" and "20261120-1795200816" alike, as a number */
static bool digits_of(struct seal_bytes s, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '-' || s.p[i] == '.')
			continue;
		if (s.p[i] < '0' || s.p[i] > '9' || ++n > 18)
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*ret = v;
	return n > 0;
}

/* age_of - whether @entry is @name or one of its rotated files, and how old among them */
static bool age_of(struct seal_bytes entry, const char *name, uint64_t *ret)
{
	struct seal_bytes rest;
	uint64_t n;

	if (!seal_bytes_starts(entry, name))
		return false;
	rest = seal_bytes_from(without_compression(entry), strlen(name));
	*ret = 0;
	if (rest.n == 0)
		return true;
	if ((rest.p[0] != '.' && rest.p[0] != '-') || !digits_of(seal_bytes_from(rest, 1), &n))
		return false;
	*ret = rest.p[0] == '.' && n < AGE_DATED ? n : UINT64_MAX - n;
	return true;
}

static int take_entry(void *data, const char *name, unsigned char type)
{
	struct listing *l = data;
	struct seal_log_file *f;
	uint64_t age;

	if (type == DT_DIR || !age_of(seal_bytes_of(name), l->name, &age))
		return 0;
	f = seal_vec_add(&l->to->files);
	if (!f)
		return -ENOMEM;
	f->age = age;
	f->path = seal_arena_printf(l->arena, "%s/%s", l->dir, name);
	return f->path ? 0 : -ENOMEM;
}

static int oldest_first(const void *a, const void *b)
{
	const struct seal_log_file *x = a, *y = b;

	if (x->age != y->age)
		return x->age > y->age ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* find_missing - the first number that is not there although a higher one is */
static void find_missing(struct seal_log_files *f)
{
	uint64_t want = 1;
	size_t i;

	for (i = f->files.n; i > 0; i--) {
		const struct seal_log_file *it = &f->files.v[i - 1];

		if (it->age >= AGE_DATED)
			return;
		if (it->age > want) {
			f->missing = want;
			return;
		}
		want = it->age + 1;
	}
}

int seal_log_files_find(const struct seal_root *root, struct seal_arena *a, const char *dir,
			const char *name, size_t max, struct seal_log_files *ret,
			struct seal_err *err)
{
	struct listing l = {.arena = a, .dir = dir, .name = name, .to = ret};
	size_t over;
	int r;

	*ret = (struct seal_log_files){.missing = 0};
	r = seal_root_list(root, dir, take_entry, &l, err);
	if (r < 0) {
		seal_vec_done(&ret->files);
		if (r != -ENOENT)
			return r;
		if (err)
			*err = (struct seal_err){0};
		return 0;
	}
	if (ret->files.n)
		qsort(ret->files.v, ret->files.n, sizeof(*ret->files.v), oldest_first);
	find_missing(ret);
	if (ret->files.n > max) {
		over = ret->files.n - max;
		memmove(ret->files.v, ret->files.v + over, max * sizeof(*ret->files.v));
		ret->files.n = max;
	}
	return 0;
}
