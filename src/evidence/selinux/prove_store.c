/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/prove_impl.h"

#include "core/input.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#define STORE_MAX_BYTES  (128u << 20)
#define MODULE_MAX_BYTES (32u << 20)
#define MODULES_MAX      4096

void seal_store_done(struct seal_store *s)
{
	seal_vec_each (m, &s->modules)
		free(m->text);
	seal_vec_done(&s->modules);
}

/* note_module - of a module in several priorities the highest counts */
static int note_module(void *data, const char *name, unsigned char type)
{
	struct seal_store *s = data;
	struct seal_store_module *m = NULL;

	if (type != DT_DIR || strlen(name) >= sizeof(m->name))
		return 0;
	seal_vec_each (it, &s->modules)
		if (strcmp(it->name, name) == 0)
			m = it;
	if (!m && s->modules.n == MODULES_MAX)
		return -EFBIG;
	if (!m)
		m = seal_vec_add(&s->modules);
	if (!m)
		return -ENOMEM;
	snprintf(m->name, sizeof(m->name), "%s", name);
	if (s->priority >= m->priority)
		m->priority = s->priority;
	return 0;
}

static int note_priority(void *data, const char *name, unsigned char type)
{
	struct seal_store *s = data;
	char path[SEAL_STORE_PATH_MAX + 48];
	int r;

	if (type != DT_DIR || seal_parse_u32(seal_bytes_of(name), 10, &s->priority) < 0)
		return 0;
	snprintf(path, sizeof(path), "%s/modules/%.32s", s->folder, name);
	r = seal_root_list(s->root, path, note_module, s, NULL);
	return r < 0 ? r : 0;
}

static int read_module(struct seal_store *s, struct seal_store_module *m, struct seal_err *err)
{
	char path[SEAL_STORE_PATH_MAX + sizeof(m->name) + 32];
	struct stat st;
	int r;

	snprintf(path, sizeof(path), "%s/modules/disabled/%s", s->folder, m->name);
	r = seal_root_stat(s->root, path, false, &st);
	if (r == 0)
		return 0;
	if (r != -ENOENT && r != -ENOTDIR)
		return seal_err_set(err, r, "%s: %s", path, strerror(-r));
	/* libsemanage keeps beside every module, of whatever language, the CIL it became */
	snprintf(path, sizeof(path), "%s/modules/%u/%s/cil", s->folder, m->priority, m->name);
	r = seal_root_read(s->root, path, MODULE_MAX_BYTES, &m->text, &m->n, err);
	s->n_active += r == 0;
	return r == -ENOENT
		       ? seal_err_set(err, -EBADMSG, "module %s has no CIL in the store", m->name)
		       : r;
}

static int by_name(const void *a, const void *b)
{
	const struct seal_store_module *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* read_flag - whether the file @name is in the store. Returns 0 or a negative errno */
static int read_flag(const struct seal_store *s, const char *name, bool *ret, struct seal_err *err)
{
	char path[SEAL_STORE_PATH_MAX + 32];
	struct stat st;
	int r;

	snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	r = seal_root_stat(s->root, path, false, &st);
	*ret = r == 0;
	return r == 0 || r == -ENOENT ? 0 : seal_err_set(err, r, "%s: %s", path, strerror(-r));
}

static int read_modules(struct seal_store *s, struct seal_err *err)
{
	char path[SEAL_STORE_PATH_MAX + 16];
	size_t total = 0;
	int r;

	snprintf(path, sizeof(path), "%s/modules", s->folder);
	r = seal_root_list(s->root, path, note_priority, s, err);
	if (r < 0)
		return r;
	if (s->modules.n == 0)
		return seal_err_set(err, -ENOENT, "no modules in %s", path);
	qsort(s->modules.v, s->modules.n, sizeof(*s->modules.v), by_name);
	seal_vec_each (m, &s->modules) {
		r = read_module(s, m, err);
		if (r < 0)
			return r;
		total += m->n;
		if (total > STORE_MAX_BYTES)
			return seal_err_set(err, -EFBIG, "the store is over %u MiB",
					    STORE_MAX_BYTES >> 20);
	}
	return 0;
}

int seal_store_read(const struct seal_root *root, const char *type, struct seal_store *ret,
		    struct seal_err *err)
{
	struct seal_store s = {.root = root};
	int r;

	seal_selinux_store(root, type, s.folder);
	r = read_modules(&s, err);
	if (r == 0)
		r = read_flag(&s, "disable_dontaudit", &s.disable_dontaudit, err);
	if (r == 0)
		r = read_flag(&s, "preserve_tunables", &s.preserve_tunables, err);
	if (r < 0) {
		seal_store_done(&s);
		return r;
	}
	*ret = s;
	return 0;
}
