/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/settings.h"

#include "core/input.h"

#include <errno.h>
#include <stdio.h>

#define FILE_MAX     ((size_t)1024 * 1024)
#define DROP_INS_MAX 200
#define SETTINGS_MAX 20000

/* struct names - entries of a folder, in byte order */
struct names {
	seal_vec(char *) v;
	const char *suffix;
};

static void names_done(struct names *n)
{
	seal_vec_each (name, &n->v) {
		free(*name);
	}
	seal_vec_done(&n->v);
}

static int note_name(void *data, const char *name, unsigned char type)
{
	struct names *n = data;
	char **row;

	(void)type;
	if (!seal_bytes_ends(seal_bytes_of(name), n->suffix))
		return 0;
	if (n->v.n == DROP_INS_MAX)
		return -EFBIG;
	row = seal_vec_add(&n->v);
	if (row)
		*row = strdup(name);
	return row && *row ? 0 : -ENOMEM;
}

static int keep(struct seal_settings *rd, struct seal_bytes b, struct seal_bytes *ret)
{
	return seal_arena_copy(rd->h->arena, b, ret);
}

static int add_line(struct seal_settings *rd, struct seal_bytes line, struct seal_bytes section,
		    const struct seal_origin *origin)
{
	struct seal_bytes value = line, key = SEAL_BYTES_NONE;
	struct seal_setting *s;

	if (rd->form != SEAL_SETTINGS_LINES) {
		key = seal_bytes_trim(seal_bytes_cut(line, '=', &value));
		value = seal_bytes_trim(value);
	}
	if (rd->c->settings.n == SETTINGS_MAX)
		return -EFBIG;
	s = seal_vec_add(&rd->c->settings);
	if (!s)
		return -ENOMEM;
	s->origin = *origin;
	if (seal_arena_intern(rd->h->arena, section, &s->section) < 0 ||
	    seal_arena_intern(rd->h->arena, key, &s->key) < 0 || keep(rd, value, &s->value) < 0)
		return -ENOMEM;
	return 0;
}

/* take_text - the lines of one file; a backslash at the end of a line joins the next (systemd) */
static int take_text(struct seal_settings *rd, struct seal_bytes text, struct seal_bytes path)
{
	struct seal_origin origin = {.source = SEAL_SOURCE_FILES, .path = path};
	struct seal_bytes section = SEAL_BYTES_NONE, line;
	seal_auto_buf struct seal_buf joined = {0};
	int r = 0;

	while (r == 0 && text.n) {
		line = seal_bytes_trim(seal_bytes_cut(text, '\n', &text));
		origin.line++;
		if (!joined.n && (!line.n || line.p[0] == '#' || line.p[0] == ';'))
			continue;
		if (rd->form != SEAL_SETTINGS_SYSCTL && line.n && line.p[line.n - 1] == '\\' &&
		    joined.n + line.n < FILE_MAX) {
			seal_buf_put(&joined, line.p, line.n - 1);
			seal_buf_putc(&joined, ' ');
			continue;
		}
		if (joined.n) {
			seal_buf_put(&joined, line.p, line.n);
			line = seal_buf_bytes(&joined);
		}
		if (rd->form == SEAL_SETTINGS_KEYS && line.n > 2 && line.p[0] == '[') {
			section = (struct seal_bytes){line.p + 1, line.n - 2};
			r = keep(rd, section, &section);
		} else {
			r = add_line(rd, line, section, &origin);
		}
		joined.n = 0;
	}
	return joined.err ? joined.err : r;
}

int seal_settings_file(struct seal_settings *rd, const char *path)
{
	seal_auto_free char *text = NULL;
	struct seal_source_state *row;
	struct seal_err err = {0};
	struct seal_bytes kept;
	size_t n = 0, before = rd->c->settings.n;
	int r;

	r = seal_root_read(rd->root, path, FILE_MAX, &text, &n, &err);
	if (r == -ENOENT)
		return seal_root_is_whole(rd->root) ? r : -ENODATA;
	if (r == -ENOMEM || keep(rd, seal_bytes_of(path), &kept) < 0)
		return -ENOMEM;
	if (r == 0)
		r = take_text(rd, (struct seal_bytes){text, n}, kept);
	if (r == -EFBIG)
		seal_err_set(&err, r, "too much of it");
	row = seal_host_source(rd->h, SEAL_SOURCE_FILES, kept,
			       r == 0 ? SEAL_READ_READ : SEAL_READ_UNREADABLE,
			       seal_bytes_of(err.text));
	if (!row || r == -ENOMEM)
		return -ENOMEM;
	row->records = rd->c->settings.n - before;
	rd->c->path = kept;
	return r;
}

int seal_settings_folder(struct seal_settings *rd, const char *folder, const char *suffix,
			 size_t *n)
{
	struct names names = {.suffix = suffix};
	char path[SEAL_SETTINGS_PATH];
	int r;

	r = seal_root_list(rd->root, folder, note_name, &names, NULL);
	if (r == -ENOENT || r == -ENOTDIR)
		r = 0;
	for (size_t i = 0; r == 0 && i < names.v.n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, names.v.v[i]) >=
		    (int)sizeof(path))
			continue;
		r = seal_settings_file(rd, path);
		if (r == -ENOENT || r == -ENODATA)
			r = 0; /* a link that leads out of the root, or nowhere */
		else
			++*n;
	}
	names_done(&names);
	return r;
}

/* struct drop_in - one name, and the first folder that has it */
struct drop_in {
	char *name, *path;
};

struct drop_ins {
	seal_vec(struct drop_in) v;
};

static void drop_ins_done(struct drop_ins *d)
{
	seal_vec_each (it, &d->v) {
		free(it->name);
		free(it->path);
	}
	seal_vec_done(&d->v);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct drop_in *)a)->name, ((const struct drop_in *)b)->name);
}

/* add_drop_in - unless a folder before this one has a file of that name */
static int add_drop_in(struct drop_ins *d, const char *folder, const char *name)
{
	char path[SEAL_SETTINGS_PATH];
	struct drop_in *row;

	seal_vec_each (it, &d->v) {
		if (strcmp(it->name, name) == 0)
			return 0;
	}
	if (d->v.n == DROP_INS_MAX)
		return -EFBIG;
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return 0;
	row = seal_vec_add(&d->v);
	if (!row)
		return -ENOMEM;
	row->name = strdup(name);
	row->path = strdup(path);
	return row->name && row->path ? 0 : -ENOMEM;
}

static int note_drop_ins(const struct seal_settings *rd, struct drop_ins *d, const char *folder)
{
	struct names names = {.suffix = ".conf"};
	size_t i;
	int r;

	r = seal_root_list(rd->root, folder, note_name, &names, NULL);
	if (r == -ENOENT || r == -ENOTDIR)
		r = 0;
	for (i = 0; r == 0 && i < names.v.n; i++)
		r = add_drop_in(d, folder, names.v.v[i]);
	names_done(&names);
	return r;
}

/* is_masked - a link to /dev/null stands for no file at all */
static bool is_masked(const struct seal_settings *rd, const char *path)
{
	char target[16];
	ssize_t n = seal_root_readlink(rd->root, path, target, sizeof(target));

	return n > 0 && seal_bytes_is((struct seal_bytes){target, (size_t)n}, "/dev/null");
}

int seal_settings_drop_ins(struct seal_settings *rd, const char *const *folders)
{
	struct drop_ins d = {0};
	int r = 0, n = 0;

	for (; r == 0 && *folders; folders++)
		r = note_drop_ins(rd, &d, *folders);
	if (r == 0 && d.v.n)
		qsort(d.v.v, d.v.n, sizeof(*d.v.v), by_name);
	seal_vec_each (it, &d.v) {
		if (r < 0 || is_masked(rd, it->path))
			continue;
		r = seal_settings_file(rd, it->path);
		if (r == -ENOENT || r == -ENODATA)
			r = 0; /* a link that leads out of the root, or nowhere */
		else
			n++;
	}
	drop_ins_done(&d);
	return r < 0 ? r : n;
}
