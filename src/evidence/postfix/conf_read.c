/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "core/input.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/map.h"
#include "evidence/postfix/mastercf.h"

/* conf_read.c - the files of the configuration, each a row of the host's sources */

#define DEFAULT_DIRECTORY "etc/postfix"
#define SERVICES_FILE_MAX ((size_t)4 * 1024 * 1024)
#define PROGRAM_FILE_MAX  ((size_t)16 * 1024 * 1024)
#define STATUS_FILE_MAX   ((size_t)64 * 1024 * 1024)

static enum seal_read_status status_of(int r)
{
	if (r == 0)
		return SEAL_READ_READ;
	return r == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE;
}

static int add_row(struct seal_host *h, enum seal_source source, struct seal_bytes path, int r,
		   struct seal_bytes detail)
{
	return seal_host_source(h, source, path, status_of(r), detail) ? 0 : -ENOMEM;
}

/* parse_file - one of the two files of an instance
 * Returns 0, also when it cannot be read, or -ENOMEM */
static int parse_file(const struct seal_root *root, struct seal_host *h, struct seal_instance *inst,
		      enum seal_source source)
{
	bool is_main = source == SEAL_SOURCE_MAIN_CF;
	seal_auto_free char *text = NULL;
	struct seal_source_state *row;
	struct seal_err err = {0};
	const char *path, *detail = "";
	size_t n = 0, n_bad = 0;
	int r;

	path = seal_arena_printf(h->arena, "%s/%s", inst->config_directory.p,
				 is_main ? "main.cf" : "master.cf");
	if (!path)
		return -ENOMEM;
	r = seal_root_read(root, path, SEAL_CONF_FILE_MAX, &text, &n, &err);
	if (r < 0)
		return r == -ENOMEM
			       ? r
			       : add_row(h, source, seal_bytes_of(path), r,
					 r == -ENOENT ? SEAL_BYTES_NONE : seal_bytes_of(err.text));

	r = (is_main ? seal_maincf_parse : seal_mastercf_parse)(
		(struct seal_bytes){text, n}, seal_bytes_of(path), h->arena, inst, &n_bad);
	if (r == -ENOMEM)
		return r;
	if (r == -EFBIG)
		detail = "more definitions than the limit";
	else if (n_bad)
		detail = seal_arena_printf(h->arena, "%zu %s that Postfix refuses", n_bad,
					   n_bad == 1 ? "line" : "lines");
	row = seal_host_source(h, source, seal_bytes_of(path),
			       r < 0 ? SEAL_READ_TRUNCATED : SEAL_READ_READ, seal_bytes_of(detail));
	if (!row || !detail)
		return -ENOMEM;
	row->records = is_main ? inst->params.n : inst->services.n;
	if (is_main)
		inst->has_main_cf = true;
	else
		inst->has_master_cf = true;
	return 0;
}

/* first_line - of a short file, trimmed and copied; nothing when it is not there */
static int first_line(const struct seal_root *root, struct seal_host *h, const char *path,
		      struct seal_bytes *ret)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest;
	size_t n = 0;
	int r;

	r = seal_root_read(root, path, 4096, &text, &n, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	rest = (struct seal_bytes){text, n};
	return seal_arena_copy(h->arena, seal_bytes_trim(seal_bytes_cut(rest, '\n', &rest)), ret);
}

/* version_at - the digits and dots at the front of @s, when they look like a version */
static int version_at(struct seal_host *h, struct seal_bytes s)
{
	size_t n = 0;

	while (n < s.n && n < 16 && (isdigit((unsigned char)s.p[n]) || s.p[n] == '.'))
		n++;
	if (n < 3 || !memchr(s.p, '.', n))
		return 0;
	return seal_arena_copy(h->arena, seal_bytes_first(s, n), &h->postfix.version);
}

/* version_behind - the version behind the first @mark of a file */
static int version_behind(const struct seal_root *root, struct seal_host *h, const char *path,
			  size_t max, const char *mark)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes all;
	size_t n = 0;
	ssize_t at;
	int r;

	r = seal_root_read(root, path, max, &text, &n, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	all = (struct seal_bytes){text, n};
	at = seal_bytes_find(all, mark);
	if (at < 0)
		return 0;
	all = seal_bytes_from(all, (size_t)at + strlen(mark));
	if (strcmp(mark, "\nPackage: postfix\n") == 0) {
		ssize_t end = seal_bytes_find(all, "\n\n");

		if (end >= 0)
			all.n = (size_t)end;
		at = seal_bytes_find(all, "\nVersion: ");
		if (at < 0)
			return 0;
		all = seal_bytes_from(all, (size_t)at + strlen("\nVersion: "));
	}
	return version_at(h, all);
}

/* find_version - what the log says last, else the package list, else the programs themselves */
static int find_version(const struct seal_root *root, struct seal_host *h)
{
	static const struct {
		const char *path, *mark;
		size_t max;
	} places[] = {
		{"var/lib/dpkg/status", "\nPackage: postfix\n", STATUS_FILE_MAX},
		{"usr/sbin/postconf", "mail_version=", PROGRAM_FILE_MAX},
		{"usr/lib/postfix/sbin/master", "mail_version=", PROGRAM_FILE_MAX},
		{"usr/libexec/postfix/master", "mail_version=", PROGRAM_FILE_MAX},
	};
	size_t i;
	int r = 0;

	for (i = h->mail.events.n; i > 0 && !h->postfix.version.n && r == 0; i--) {
		const struct seal_mail_event *e = &h->mail.events.v[i - 1];
		ssize_t at = e->kind == SEAL_MAIL_START ? seal_bytes_find(e->text, "version ") : -1;

		if (at >= 0)
			r = version_at(h,
				       seal_bytes_from(e->text, (size_t)at + strlen("version ")));
	}
	for (i = 0; i < sizeof(places) / sizeof(places[0]) && !h->postfix.version.n && r == 0; i++)
		r = version_behind(root, h, places[i].path, places[i].max, places[i].mark);
	return r;
}

/* add_instance - the one whose files lie in @dir (no leading "/"), when there are any */
static int add_instance(const struct seal_root *root, struct seal_host *h, struct seal_bytes dir,
			struct seal_bytes hostname)
{
	struct seal_instance *inst;
	int r;

	inst = seal_vec_add(&h->postfix.instances);
	if (!inst)
		return -ENOMEM;
	inst->hostname = hostname;
	inst->version = h->postfix.version;
	r = seal_arena_copy(h->arena, dir, &inst->config_directory);
	if (r == 0)
		r = parse_file(root, h, inst, SEAL_SOURCE_MAIN_CF);
	if (r == 0)
		r = parse_file(root, h, inst, SEAL_SOURCE_MASTER_CF);
	if (r == 0 && !inst->has_main_cf && !inst->has_master_cf)
		h->postfix.instances.n--;
	return r;
}

/* add_others - the instances that multi_instance_directories of the default one names */
static int add_others(const struct seal_root *root, struct seal_host *h, struct seal_bytes hostname)
{
	struct seal_bytes list, dir;
	int r;

	r = seal_conf_value(&h->postfix.instances.v[0], NULL, "multi_instance_directories",
			    h->arena, &list);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	while (r == 0 && h->postfix.instances.n < SEAL_INSTANCES_MAX &&
	       seal_conf_next(&list, &dir)) {
		while (dir.n && dir.p[dir.n - 1] == '/')
			dir.n--;
		if (dir.n < 2 || dir.n >= PATH_MAX / 2 || dir.p[0] != '/' ||
		    memchr(dir.p, '\0', dir.n))
			continue;
		r = add_instance(root, h, seal_bytes_from(dir, 1), hostname);
	}
	return r;
}

/* add_port - one name of a line of etc/services */
static int add_port(struct seal_host *h, struct seal_bytes name, uint16_t port, bool udp)
{
	struct seal_port_name *p;

	p = seal_vec_add(&h->postfix.port_names);
	if (!p)
		return -ENOMEM;
	p->port = port;
	p->udp = udp;
	return seal_arena_intern(h->arena, name, &p->name);
}

static int add_services_line(struct seal_host *h, struct seal_bytes line)
{
	struct seal_bytes name, proto, rest;
	uint32_t port;
	bool udp;
	int r = 0;

	line = seal_bytes_cut(line, '#', &rest);
	name = seal_bytes_word(&line);
	proto = seal_bytes_word(&line);
	if (seal_parse_u32(seal_bytes_cut(proto, '/', &rest), 10, &port) < 0 || port > UINT16_MAX)
		return 0;
	rest = seal_bytes_trim(rest);
	udp = seal_bytes_is(rest, "udp");
	if (!udp && !seal_bytes_is(rest, "tcp"))
		return 0;
	while (r == 0 && name.n) {
		r = add_port(h, name, (uint16_t)port, udp);
		name = seal_bytes_trim(seal_bytes_word(&line));
	}
	return r;
}

static int read_services(const struct seal_root *root, struct seal_host *h)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest;
	size_t n = 0;
	int r;

	r = seal_root_read(root, "etc/services", SERVICES_FILE_MAX, &text, &n, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	rest = (struct seal_bytes){text, n};
	while (r == 0 && rest.n)
		r = add_services_line(h, seal_bytes_cut(rest, '\n', &rest));
	return r;
}

/* add_map - read one table unless the instance has it already */
static int add_map(const struct seal_root *root, struct seal_host *h, struct seal_instance *inst,
		   struct seal_bytes spec, enum seal_map_want want)
{
	struct seal_source_state *row;
	struct seal_err err = {0};
	struct seal_map map, *place;
	int r;

	seal_vec_each (m, &inst->maps) {
		if (seal_bytes_eq(m->spec, spec) && m->has_values == (want == SEAL_MAP_VALUES))
			return 0;
	}
	r = seal_map_read(root, spec, want, h->arena, &map, &err);
	if (r == -ENOMEM)
		return r;
	row = seal_host_source(
		h, SEAL_SOURCE_MAP, spec, r == -ENOTSUP ? SEAL_READ_SKIPPED : status_of(r),
		r < 0 ? seal_bytes_of(r == -ENOENT ? "its source file is not there" : err.text)
		      : SEAL_BYTES_NONE);
	if (row && r == 0)
		row->records = map.entries.n;
	if (r < 0)
		return row ? 0 : -ENOMEM;
	place = row ? seal_vec_add(&inst->maps) : NULL;
	if (!place) {
		seal_map_done(&map);
		return -ENOMEM;
	}
	*place = map;
	return 0;
}

/* the parameters whose tables choose next hops, and those whose tables hold secrets */
static const struct {
	const char *name;
	enum seal_map_want want;
} map_params[] = {
	{"fallback_transport_maps", SEAL_MAP_VALUES},
	{"lmtp_sasl_password_maps", SEAL_MAP_KEYS},
	{"mailbox_transport_maps", SEAL_MAP_VALUES},
	{"sender_dependent_default_transport_maps", SEAL_MAP_VALUES},
	{"sender_dependent_relayhost_maps", SEAL_MAP_VALUES},
	{"smtp_sasl_password_maps", SEAL_MAP_KEYS},
	{"smtp_tls_policy_maps", SEAL_MAP_VALUES},
	{"transport_maps", SEAL_MAP_VALUES},
	{"virtual_gid_maps", SEAL_MAP_VALUES},
	{"virtual_uid_maps", SEAL_MAP_VALUES},
};

/* add_maps - the tables of all those parameters as one service (or none) sees them */
static int add_maps(const struct seal_root *root, struct seal_host *h, struct seal_instance *inst,
		    const struct seal_service *svc)
{
	struct seal_bytes list, spec;
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof(map_params) / sizeof(map_params[0]) && r == 0; i++) {
		struct seal_bytes name = seal_bytes_of(map_params[i].name);

		if (svc ? !seal_mastercf_override(svc, name) : !seal_maincf_find(inst, name))
			continue;
		r = seal_conf_value(inst, svc, map_params[i].name, h->arena, &list);
		if (r < 0 && r != -ENOMEM) {
			r = 0;
			continue;
		}
		while (r == 0 && seal_conf_next(&list, &spec))
			r = add_map(root, h, inst, spec, map_params[i].want);
	}
	return r;
}

static int by_spec(const void *a, const void *b)
{
	const struct seal_map *x = a, *y = b;
	int r = seal_bytes_cmp(x->spec, y->spec);

	return r ? r : (int)x->has_values - (int)y->has_values;
}

static int read_maps(const struct seal_root *root, struct seal_host *h, struct seal_instance *inst)
{
	int r;

	r = add_maps(root, h, inst, NULL);
	seal_vec_each (svc, &inst->services) {
		if (r == 0)
			r = add_maps(root, h, inst, svc);
	}
	if (inst->maps.n)
		qsort(inst->maps.v, inst->maps.n, sizeof(*inst->maps.v), by_spec);
	return r;
}

int seal_postfix_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	struct seal_bytes hostname = SEAL_BYTES_NONE;
	int r;

	r = first_line(root, h, "etc/hostname", &hostname);
	if (r == 0)
		r = find_version(root, h);
	if (r == 0)
		r = add_instance(root, h, SEAL_LIT(DEFAULT_DIRECTORY), hostname);
	if (r == 0 && h->postfix.instances.n) {
		r = add_others(root, h, hostname);
		if (r == 0)
			r = read_services(root, h);
	}
	seal_vec_each (inst, &h->postfix.instances) {
		if (r == 0)
			r = read_maps(root, h, inst);
	}
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}
