/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/state_impl.h"

#include "core/input.h"
#include "evidence/selinux/policy.h"
#include "evidence/selinux/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#define MODULES_MAX 20000

/* struct store - the text files of one SELINUXTYPE */
struct store {
	const struct seal_root *root;
	struct seal_host *h;
	char folder[SEAL_STORE_PATH_MAX];
	char path[256]; /* of the file or folder at hand */
	uint32_t priority;
	unsigned n_disabled;
	int lost; /* negative errno of a folder of modules that could not be listed; 0: none */
};

/* each_line - hand every line that is not empty and no comment to @take; a row of sources for the
 * file.
 * @take returns 1 (used), 0 (not understood) or -ENOMEM. Returns 0 or -ENOMEM */
static int each_line(struct store *s, int (*take)(struct seal_host *h, struct seal_bytes line))
{
	seal_auto_free char *text = NULL;
	struct seal_source_state *row;
	uint64_t used = 0, bad = 0;
	struct seal_err err = {0};
	struct seal_bytes rest;
	char detail[64] = "";
	size_t n = 0;
	int r;

	r = seal_root_read(s->root, s->path, SEAL_STATE_FILE_MAX, &text, &n, &err);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return seal_state_row(s->h, SEAL_SOURCE_SELINUX, s->path, SEAL_READ_UNREADABLE,
				      err.text)
			       ? 0
			       : -ENOMEM;

	for (rest = (struct seal_bytes){text, n}; rest.n > 0;) {
		struct seal_bytes line = seal_bytes_trim(seal_bytes_cut(rest, '\n', &rest));

		if (line.n == 0 || line.p[0] == '#')
			continue;
		r = take(s->h, line);
		if (r < 0)
			return r;
		used += r == 1;
		bad += r == 0;
	}
	if (bad > 0)
		snprintf(detail, sizeof(detail), "%llu lines not understood",
			 (unsigned long long)bad);
	row = seal_state_row(s->h, SEAL_SOURCE_SELINUX, s->path,
			     bad > 0 ? SEAL_READ_TRUNCATED : SEAL_READ_READ, detail);
	if (!row)
		return -ENOMEM;
	row->records = used;
	return 0;
}

/* "name=1" */
static int take_boolean(struct seal_host *h, struct seal_bytes line)
{
	struct seal_bytes value, name = seal_bytes_trim(seal_bytes_cut(line, '=', &value));
	struct seal_boolean *b;

	value = seal_bytes_trim(value);
	if (name.n == 0 || !(seal_bytes_is(value, "0") || seal_bytes_is(value, "1")) ||
	    h->selinux.booleans.n >= SEAL_BOOLEANS_MAX)
		return 0;
	b = seal_state_boolean(h, name);
	if (!b)
		return -ENOMEM;
	b->persistent = value.p[0] == '1';
	return 1;
}

/* "portcon tcp 2525 CONTEXT", "portcon tcp 8000 - 8010 CONTEXT" as libsemanage writes it, or
 * without the blanks, as checkpolicy takes it too */
static int take_port(struct seal_host *h, struct seal_bytes line)
{
	struct seal_bytes word = seal_bytes_word(&line), protocol = seal_bytes_word(&line);
	struct seal_bytes range = seal_bytes_word(&line), context = seal_bytes_word(&line), high;
	struct seal_bytes low = seal_bytes_cut(range, '-', &high), type;
	struct seal_local_port *p;
	uint32_t lo, hi;

	if (seal_bytes_is(context, "-")) {
		high = seal_bytes_word(&line);
		context = seal_bytes_word(&line);
	}
	type = seal_context_part(context, 't');

	if (!seal_bytes_is(word, "portcon") || protocol.n == 0 ||
	    protocol.n >= sizeof(p->protocol) || type.n == 0 || seal_parse_u32(low, 10, &lo) < 0 ||
	    lo > UINT16_MAX)
		return 0;
	hi = lo;
	if (high.p && (seal_parse_u32(high, 10, &hi) < 0 || hi > UINT16_MAX || hi < lo))
		return 0;
	p = seal_vec_add(&h->selinux.ports);
	if (!p || seal_arena_intern(h->arena, type, &p->type) < 0)
		return -ENOMEM;
	memcpy(p->protocol, protocol.p, protocol.n);
	p->low = (uint16_t)lo;
	p->high = (uint16_t)hi;
	return 1;
}

/* "login:user:range"; the range is missing without MLS */
static int take_login(struct seal_host *h, struct seal_bytes line)
{
	struct seal_bytes rest, login = seal_bytes_cut(line, ':', &rest), range, user;
	struct seal_login *l;

	if (login.n == 0 || !rest.p)
		return 0;
	user = seal_bytes_cut(rest, ':', &range);
	if (user.n == 0)
		return 0;
	l = seal_vec_add(&h->selinux.logins);
	if (!l || seal_arena_copy(h->arena, login, &l->login) < 0 ||
	    seal_arena_copy(h->arena, user, &l->user) < 0 ||
	    seal_arena_copy(h->arena, range, &l->range) < 0)
		return -ENOMEM;
	return 1;
}

static int language_of(struct store *s, const char *folder, struct seal_module *m)
{
	seal_auto_free char *text = NULL;
	char path[600];
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/%.*s/lang_ext", folder, (int)m->name.n, m->name.p);
	if (seal_root_read(s->root, path, 64, &text, &n, NULL) < 0)
		return 0;
	return seal_arena_intern(s->h->arena, seal_bytes_trim((struct seal_bytes){text, n}),
				 &m->language);
}

static int note_module(void *data, const char *name, unsigned char type)
{
	struct store *s = data;
	struct seal_module *m;

	if (type != DT_DIR)
		return 0;
	if (s->h->selinux.modules.n == MODULES_MAX)
		return -EFBIG;
	m = seal_vec_add(&s->h->selinux.modules);
	if (!m || seal_arena_copy(s->h->arena, seal_bytes_of(name), &m->name) < 0)
		return -ENOMEM;
	m->priority = s->priority;
	m->enabled = true;
	return language_of(s, s->path, m);
}

static int note_priority(void *data, const char *name, unsigned char type)
{
	struct store *s = data;
	size_t n = strlen(s->path);
	int r;

	if (type != DT_DIR || seal_parse_u32(seal_bytes_of(name), 10, &s->priority) < 0)
		return 0;
	if (n + 1 + strlen(name) >= sizeof(s->path))
		return 0;
	snprintf(s->path + n, sizeof(s->path) - n, "/%s", name);
	r = seal_root_list(s->root, s->path, note_module, s, NULL);
	s->path[n] = '\0';
	if (r == -ENOMEM || r == -EFBIG)
		return r;
	s->lost = r < 0 ? r : s->lost;
	return 0;
}

static int note_disabled(void *data, const char *name, unsigned char type)
{
	struct store *s = data;

	(void)type;
	if (s->n_disabled++ == MODULES_MAX)
		return -EFBIG;
	seal_vec_each (m, &s->h->selinux.modules) {
		if (seal_bytes_is(m->name, name))
			m->enabled = false;
	}
	return 0;
}

static int by_name_and_priority(const void *a, const void *b)
{
	const struct seal_module *x = a, *y = b;
	int r = seal_bytes_cmp(x->name, y->name);

	if (r)
		return r;
	return x->priority < y->priority ? -1 : x->priority > y->priority;
}

static int read_modules(struct store *s)
{
	struct seal_selinux *x = &s->h->selinux;
	char folder[sizeof(s->path)];
	struct seal_source_state *row;
	struct seal_err err = {0};
	int r, disabled;

	snprintf(s->path, sizeof(s->path), "%s/modules", s->folder);
	snprintf(folder, sizeof(folder), "%s", s->path);
	r = seal_root_list(s->root, folder, note_priority, s, &err);
	if (r == -ENOMEM)
		return r;
	snprintf(s->path, sizeof(s->path), "%s/modules/disabled", s->folder);
	disabled = seal_root_list(s->root, s->path, note_disabled, s, NULL);
	if (disabled == -ENOMEM)
		return disabled;
	if (disabled < 0 && disabled != -ENOENT)
		s->lost = disabled;
	if (r == 0 && s->lost)
		r = seal_err_set(&err, s->lost, "a folder of modules: %s", strerror(-s->lost));
	row = seal_state_row(s->h, SEAL_SOURCE_SELINUX, folder,
			     r == 0         ? SEAL_READ_READ
			     : r == -ENOENT ? SEAL_READ_ABSENT
			     : r == -EFBIG  ? SEAL_READ_TRUNCATED
					    : SEAL_READ_UNREADABLE,
			     r == 0 ? "" : err.text);
	if (!row)
		return -ENOMEM;
	row->records = x->modules.n;
	if (x->modules.n > 1)
		qsort(x->modules.v, x->modules.n, sizeof(*x->modules.v), by_name_and_priority);
	return 0;
}

int seal_state_store(const struct seal_root *root, const char *type, struct seal_host *h)
{
	static const struct {
		const char *name;
		int (*take)(struct seal_host *h, struct seal_bytes line);
	} files[] = {
		{"booleans.local", take_boolean},
		{"ports.local", take_port},
	};
	struct store s = {.root = root, .h = h};
	struct stat st;
	int r = 0;

	seal_selinux_store(root, type, s.folder);
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(*files); i++) {
		snprintf(s.path, sizeof(s.path), "%s/%s", s.folder, files[i].name);
		r = each_line(&s, files[i].take);
	}
	snprintf(s.path, sizeof(s.path), "etc/selinux/%s/seusers", type);
	if (r == 0)
		r = each_line(&s, take_login);
	if (r < 0)
		return r;
	snprintf(s.path, sizeof(s.path), "%s/disable_dontaudit", s.folder);
	h->selinux.dontaudit_disabled = seal_root_stat(root, s.path, false, &st) == 0;
	return read_modules(&s);
}
