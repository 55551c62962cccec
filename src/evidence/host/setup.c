/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/setup.h"

#include "core/input.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#define FILE_MAX     ((size_t)1024 * 1024)
#define DROP_INS_MAX 200
#define SETTINGS_MAX 20000
#define PATH_SIZE    256

/* how the lines of a file are to be read */
enum form {
	FORM_KEYS,  /* [section] and key = value */
	FORM_LINES, /* whole lines */
};

/* struct names - entries of a folder, in byte order */
struct names {
	seal_vec(char *) v;
	const char *suffix;
};

/* struct reading - one configuration */
struct reading {
	const struct seal_root *root;
	struct seal_host *h;
	struct seal_config *c;
	enum form form;
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

static int keep(struct reading *rd, struct seal_bytes b, struct seal_bytes *ret)
{
	return seal_arena_copy(rd->h->arena, b, ret);
}

static int add_line(struct reading *rd, struct seal_bytes line, struct seal_bytes section,
		    const struct seal_origin *origin)
{
	struct seal_bytes value = line, key = SEAL_BYTES_NONE;
	struct seal_setting *s;

	if (rd->form == FORM_KEYS) {
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
static int take_text(struct reading *rd, struct seal_bytes text, struct seal_bytes path)
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
		if (line.n && line.p[line.n - 1] == '\\' && joined.n + line.n < FILE_MAX) {
			seal_buf_put(&joined, line.p, line.n - 1);
			seal_buf_putc(&joined, ' ');
			continue;
		}
		if (joined.n) {
			seal_buf_put(&joined, line.p, line.n);
			line = seal_buf_bytes(&joined);
		}
		if (rd->form == FORM_KEYS && line.n > 2 && line.p[0] == '[') {
			section = (struct seal_bytes){line.p + 1, line.n - 2};
			r = keep(rd, section, &section);
		} else {
			r = add_line(rd, line, section, &origin);
		}
		joined.n = 0;
	}
	return joined.err ? joined.err : r;
}

/* read_file - append the settings of a file. Returns 0, -ENOMEM or why it was not read */
static int read_file(struct reading *rd, const char *path)
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

/* read_folder - the files of a folder that end in @suffix, in byte order. Returns 0 (also when
 * there is none), -ENOMEM or why one was not read; *n counts them */
static int read_folder(struct reading *rd, const char *folder, const char *suffix, size_t *n)
{
	struct names names = {.suffix = suffix};
	char path[PATH_SIZE];
	int r;

	r = seal_root_list(rd->root, folder, note_name, &names, NULL);
	if (r == -ENOENT || r == -ENOTDIR)
		r = 0;
	for (size_t i = 0; r == 0 && i < names.v.n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, names.v.v[i]) >=
		    (int)sizeof(path))
			continue;
		r = read_file(rd, path);
		if (r == -ENOENT || r == -ENODATA)
			r = 0; /* a link that leads out of the root, or nowhere */
		else
			++*n;
	}
	names_done(&names);
	return r;
}

/* read_with_drop_ins - the first of @places that is there, then the drop-ins of all of them
 * @name: "systemd/journald.conf" below each place. Returns 0 or -ENOMEM */
static int read_with_drop_ins(struct reading *rd, const char *const *places, const char *name)
{
	char path[PATH_SIZE];
	size_t i, n = 0;
	int r = -ENOENT, d;

	for (i = 0; places[i] && (r == -ENOENT || r == -ENODATA); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], name);
		r = read_file(rd, path);
		if (r == -ENOMEM)
			return r;
	}
	rd->c->status = r;
	for (i = 0; places[i]; i++)
		continue;
	/* those of etc/ count last */
	while (i-- > 0) {
		snprintf(path, sizeof(path), "%s/%s.d", places[i], name);
		d = read_folder(rd, path, ".conf", &n);
		if (d == -ENOMEM)
			return d;
		if (d < 0)
			rd->c->status = d;
	}
	if (n > 0 && rd->c->status == -ENOENT)
		rd->c->status = 0;
	return 0;
}

static int read_one(struct reading *rd, const char *path)
{
	rd->c->status = read_file(rd, path);
	return rd->c->status == -ENOMEM ? -ENOMEM : 0;
}

/* read_audit_rules - what augenrules(8) puts together at start: rules.d in byte order; without any
 * file there audit.rules stands */
static int read_audit_rules(struct reading *rd)
{
	size_t n = 0;
	int r;

	r = read_folder(rd, "etc/audit/rules.d", ".rules", &n);
	if (r < 0 || n > 0) {
		rd->c->status = r;
		return r == -ENOMEM ? r : 0;
	}
	return read_one(rd, "etc/audit/audit.rules");
}

static int read_rsyslog(struct reading *rd)
{
	size_t n = 0;
	int r;

	r = read_one(rd, "etc/rsyslog.conf");
	if (r < 0 || rd->c->status == -ENOENT)
		return r;
	r = read_folder(rd, "etc/rsyslog.d", ".conf", &n);
	if (r < 0)
		rd->c->status = r;
	return r == -ENOMEM ? r : 0;
}

/* struct links - looking for a unit among the links of etc/systemd/system */
struct links {
	const struct seal_root *root;
	const char *unit;
	bool found;
};

static int look_into(void *data, const char *name, unsigned char type)
{
	struct links *l = data;
	struct seal_bytes b = seal_bytes_of(name);
	char path[PATH_SIZE], target[64];

	if (type != DT_DIR || !(seal_bytes_ends(b, ".wants") || seal_bytes_ends(b, ".requires")))
		return 0;
	if (snprintf(path, sizeof(path), "etc/systemd/system/%s/%s", name, l->unit) <
		    (int)sizeof(path) &&
	    seal_root_readlink(l->root, path, target, sizeof(target)) > 0)
		l->found = true;
	return 0;
}

static int read_unit(const struct seal_root *root, struct seal_host *h, const char *name)
{
	static const char *const places[] = {"etc/systemd/system", "usr/local/lib/systemd/system",
					     "usr/lib/systemd/system", NULL};
	struct seal_unit *u = seal_vec_add(&h->setup.units);
	struct reading rd = {root, h, NULL, FORM_KEYS};
	struct links l = {.root = root, .unit = name};
	char path[PATH_SIZE], target[64];
	ssize_t n;
	int r;

	if (!u)
		return -ENOMEM;
	u->name = name;
	snprintf(path, sizeof(path), "etc/systemd/system/%s", name);
	n = seal_root_readlink(root, path, target, sizeof(target));
	u->masked = n > 0 && seal_bytes_is((struct seal_bytes){target, (size_t)n}, "/dev/null");
	r = seal_root_list(root, "etc/systemd/system", look_into, &l, NULL);
	u->links = r == -ENOENT && !seal_root_is_whole(root) ? -ENODATA : r;
	u->enabled = l.found;
	rd.c = &u->config;
	if (u->masked)
		return 0;
	return read_with_drop_ins(&rd, places, name);
}

int seal_setup_read(const struct seal_root *root, struct seal_host *h)
{
	static const char *const journald[] = {"etc/systemd", "usr/lib/systemd", NULL};
	static const char *const units[] = {
		"auditd.service",
		"firewalld.service",
		"ip6tables.service",
		"iptables.service",
		"netfilter-persistent.service",
		"nftables.service",
		"postfix.service",
		"postfix@.service",
		"postfix@-.service",
		"rsyslog.service",
		"ufw.service",
	};
	struct reading rd = {root, h, &h->setup.auditd, FORM_KEYS};
	int r;

	h->setup.present = true;
	r = read_one(&rd, "etc/audit/auditd.conf");
	rd.c = &h->setup.firewalld;
	if (r == 0)
		r = read_one(&rd, "etc/firewalld/firewalld.conf");
	rd.c = &h->setup.journald;
	if (r == 0)
		r = read_with_drop_ins(&rd, journald, "journald.conf");
	rd.form = FORM_LINES;
	rd.c = &h->setup.audit_rules;
	if (r == 0)
		r = read_audit_rules(&rd);
	rd.c = &h->setup.rsyslog;
	if (r == 0)
		r = read_rsyslog(&rd);
	for (size_t i = 0; r == 0 && i < sizeof(units) / sizeof(*units); i++)
		r = read_unit(root, h, units[i]);
	return r;
}
