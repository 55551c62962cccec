/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "core/path.h"
#include "evidence/host/settings.h"
#include "evidence/postfix/conf.h"

/* units.c - systemd units that matter here, put together as systemd does (systemd.unit(5)): the
 * unit file of the first folder that has one, that of the template for an instance without its
 * own, then the drop-ins of all names and folders */

#define NAME_SIZE 128
#define FOLDERS_N (sizeof(folders) / sizeof(folders[0]))
#define INSTANCES 16u
#define NAMES_MAX 3

/* systemd.unit(5), "Unit File Load Path", what comes first counts; generators run at boot and
 * leave nothing in an image. lib/ is of distributions that keep it apart from usr/lib/. */
static const char *const folders[] = {
	"etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient",
	"etc/systemd/system",         "run/systemd/system",         "usr/local/lib/systemd/system",
	"usr/lib/systemd/system",     "lib/systemd/system",
};

/* struct links - looking for a unit among the links of one folder of units */
struct links {
	const struct seal_root *root;
	const char *unit, *folder;
	bool found;
	int fault; /* negative errno: a link may be there that could not be read; else 0 */
};

/* note_fault - unless @r says that there is no such link, or nothing went wrong */
static void note_fault(struct links *l, ssize_t r)
{
	if (r < 0 && r != -ENOENT && r != -ENOTDIR && r != -EINVAL && !l->fault)
		l->fault = (int)r;
}

static int look_into(void *data, const char *name, unsigned char type)
{
	struct links *l = data;
	struct seal_bytes b = seal_bytes_of(name);
	char path[SEAL_SETTINGS_PATH], target[64];
	ssize_t n;

	if ((type != DT_DIR && type != DT_LNK) ||
	    !(seal_bytes_ends(b, ".wants") || seal_bytes_ends(b, ".requires")))
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s/%s", l->folder, name, l->unit) >= (int)sizeof(path))
		return 0;
	n = seal_root_readlink(l->root, path, target, sizeof(target));
	l->found = l->found || n > 0;
	note_fault(l, n);
	return 0;
}

/* template_of - "postfix@.service" of "postfix@out.service" into @buf; false: @name is no instance
 */
static bool template_of(const char *name, char *buf, size_t size)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	if (!at || !dot || at + 1 >= dot)
		return false;
	return snprintf(buf, size, "%.*s%s", (int)(at + 1 - name), name, dot) < (int)size;
}

/* read_unit_file - the one of the first folder that has it */
static int read_unit_file(struct seal_settings *rd, const char *name)
{
	char path[SEAL_SETTINGS_PATH];
	int r = -ENOENT;
	size_t i;

	for (i = 0; i < FOLDERS_N && (r == -ENOENT || r == -ENODATA); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		r = seal_settings_file(rd, path);
	}
	return r;
}

/* read_drop_ins - those of the unit, of its template, and of all units of its kind */
static int read_drop_ins(struct seal_settings *rd, const char *const names[NAMES_MAX])
{
	char paths[NAMES_MAX * FOLDERS_N][SEAL_SETTINGS_PATH];
	const char *list[NAMES_MAX * FOLDERS_N + 1];
	size_t n = 0, i, k;

	for (i = 0; i < NAMES_MAX; i++) {
		for (k = 0; names[i] && k < FOLDERS_N; k++) {
			snprintf(paths[n], sizeof(paths[n]), "%s/%s.d", folders[k], names[i]);
			list[n] = paths[n];
			n++;
		}
	}
	list[n] = NULL;
	return seal_settings_drop_ins(rd, list);
}

static int read_config(struct seal_settings *rd, const char *name)
{
	char template[NAME_SIZE];
	bool is_instance = template_of(name, template, sizeof(template));
	const char *const names[NAMES_MAX] = {name, is_instance ? template : NULL,
					      strrchr(name, '.') + 1};
	int r, n;

	r = read_unit_file(rd, name);
	if (is_instance && (r == -ENOENT || r == -ENODATA))
		r = read_unit_file(rd, template);
	if (r == -ENOMEM)
		return r;
	rd->c->status = r;
	n = read_drop_ins(rd, names);
	if (n == -ENOMEM)
		return n;
	if (n < 0)
		rd->c->status = n;
	return 0;
}

static int read_unit(const struct seal_root *root, struct seal_host *h, const char *name)
{
	/* those of packages are links too; the administrator's tell whether links can be read */
	static const char *const linking[] = {"etc/systemd/system", "usr/lib/systemd/system",
					      "lib/systemd/system"};
	struct seal_unit *u = seal_vec_add(&h->setup.units);
	struct seal_settings rd = {root, h, NULL, SEAL_SETTINGS_KEYS};
	struct links l = {.root = root, .unit = name};
	char path[SEAL_SETTINGS_PATH], target[64];
	ssize_t n;
	int r = 0;

	if (!u)
		return -ENOMEM;
	u->name = name;
	u->instance = strcmp(name, "postfix@-.service") == 0 ? 0 : -1;
	snprintf(path, sizeof(path), "etc/systemd/system/%s", name);
	n = seal_root_readlink(root, path, target, sizeof(target));
	note_fault(&l, n);
	u->masked = n > 0 && seal_bytes_is((struct seal_bytes){target, (size_t)n}, "/dev/null");
	for (size_t i = sizeof(linking) / sizeof(*linking); i-- > 0;) {
		l.folder = linking[i];
		r = seal_root_list(root, l.folder, look_into, &l, NULL);
		note_fault(&l, r);
	}
	if (l.fault)
		r = l.fault;
	u->links = r == -ENOENT && !seal_root_is_whole(root) ? -ENODATA : r;
	u->enabled = l.found;
	rd.c = &u->config;
	return u->masked ? 0 : read_config(&rd, name);
}

/* instance_unit - "postfix@NAME.service" of a further Postfix instance; NULL when its name is none
 * that a unit can have */
static const char *instance_unit(struct seal_host *h, const struct seal_instance *inst)
{
	struct seal_bytes name = SEAL_BYTES_NONE, dir = inst->config_directory;
	size_t i;

	if (seal_conf_value(inst, NULL, "multi_instance_name", h->arena, &name) < 0 || !name.n)
		name = seal_path_name(dir);
	if (!name.n || name.n > NAME_SIZE / 2)
		return NULL;
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] == '/' || name.p[i] > '~')
			return NULL;
	return seal_arena_printf(h->arena, "postfix@%.*s.service", (int)name.n, name.p);
}

int seal_units_read(const struct seal_root *root, struct seal_host *h)
{
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
		"shorewall.service",
		"system.slice",
		"ufw.service",
	};
	const char *name;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(units) / sizeof(*units); i++)
		r = read_unit(root, h, units[i]);
	for (i = 1; r == 0 && i < h->postfix.instances.n && i < INSTANCES; i++) {
		name = instance_unit(h, &h->postfix.instances.v[i]);
		if (!name)
			continue;
		r = read_unit(root, h, name);
		if (r == 0)
			h->setup.units.v[h->setup.units.n - 1].instance = (int32_t)i;
	}
	return r;
}
