/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/files.h"

#include "core/input.h"
#include "evidence/rules/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define FILES_MAX 64

/* the file called @name, or a new row for it */
static struct seal_rules_file *row_of(struct seal_rules_files *files, const char *name)
{
	struct seal_rules_file *f;

	seal_vec_each (it, &files->v)
		if (strcmp(it->name, name) == 0)
			return it;
	f = seal_vec_add(&files->v);
	if (f)
		f->name = name;
	return f;
}

static int add_built_in(const char *area, struct seal_rules_files *files)
{
	size_t i, n = strlen(area);

	for (i = 0; i < seal_rules_built_in_n; i++) {
		const struct seal_rules_file *b = &seal_rules_built_in[i];
		struct seal_rules_file *f;

		if (strncmp(b->name, area, n) != 0 || b->name[n] != '/')
			continue;
		f = seal_vec_add(&files->v);
		if (!f)
			return -ENOMEM;
		*f = *b;
	}
	return 0;
}

static int read_text(int dirfd, const char *file, struct seal_arena *arena, struct seal_bytes *ret,
		     struct seal_err *err)
{
	seal_auto_close int fd = openat(dirfd, file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	seal_auto_free char *text = NULL;
	struct stat st;
	size_t n = 0;
	int r;

	if (fd < 0)
		return seal_err_set(err, -errno, "%s", strerror(errno));
	if (fstat(fd, &st) < 0)
		return seal_err_set(err, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return seal_err_set(err, -ENXIO, "not a regular file");
	r = seal_read_all(seal_take_fd(&fd), SEAL_YAML_BYTES_MAX, &text, &n, err);
	if (r < 0)
		return r;
	r = seal_arena_copy(arena, (struct seal_bytes){text, n}, ret);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}

static int add_file(int dirfd, const char *area, const char *file, struct seal_arena *arena,
		    struct seal_rules_files *files, struct seal_err *err)
{
	const char *name = seal_arena_printf(arena, "%s/%s", area, file);
	struct seal_rules_file *f;
	struct seal_bytes text;
	int r;

	if (!name)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = read_text(dirfd, file, arena, &text, err);
	if (r < 0)
		return seal_err_add(err, r, "%s", name);
	f = row_of(files, name);
	if (!f)
		return seal_err_set(err, -ENOMEM, "out of memory");
	f->text = text;
	return 0;
}

static bool is_rule_file(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".yaml") == 0;
}

/* the area's directory below @dir; -ENOENT without text when only the area is missing */
static int open_area(const char *dir, const char *area, struct seal_err *err)
{
	seal_auto_close int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (top < 0)
		return seal_err_set(err, -errno, "rules directory %s: %s", dir, strerror(errno));
	fd = openat(top, area, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return seal_err_set(err, -errno, "rules directory %s/%s: %s", dir, area,
				    strerror(errno));
	return fd;
}

static int add_directory(int fd, const char *area, struct seal_arena *arena,
			 struct seal_rules_files *files, struct seal_err *err)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	unsigned n = 0;
	int r = 0;

	if (!d) {
		r = -errno;
		close(fd);
		return seal_err_set(err, r, "rules directory: %s", strerror(-r));
	}
	while (r == 0 && (errno = 0, e = readdir(d))) {
		if (!is_rule_file(e->d_name))
			continue;
		if (++n > FILES_MAX)
			r = seal_err_set(err, -E2BIG, "%s: more than %d rule files", area,
					 FILES_MAX);
		else
			r = add_file(fd, area, e->d_name, arena, files, err);
	}
	if (r == 0 && errno)
		r = seal_err_set(err, -errno, "rules directory: %s", strerror(errno));
	closedir(d);
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct seal_rules_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int seal_rules_files(const char *area, const char *dir, struct seal_arena *arena,
		     struct seal_rules_files *ret, struct seal_err *err)
{
	struct seal_err why = {0};
	int fd, r;

	r = add_built_in(area, ret);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	if (dir) {
		fd = open_area(dir, area, &why);
		if (fd < 0 && why.code) {
			if (err)
				*err = why;
			return fd;
		}
		r = fd < 0 ? 0 : add_directory(fd, area, arena, ret, err);
		if (r < 0)
			return r;
	}
	if (ret->v.n)
		qsort(ret->v.v, ret->v.n, sizeof(*ret->v.v), by_name);
	return 0;
}
