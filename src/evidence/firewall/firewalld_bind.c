/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Interfaces whose zone is not in firewalld's files but with the network: firewalld.zones(5). The
 * zone of a NetworkManager profile (nm-settings-keyfile(5)) and ZONE= of an ifcfg file win over
 * that of a zone file when the interface comes up. */

#include "core/input.h"
#include "evidence/firewall/firewalld_value.h"

#include <errno.h>

#define PROFILE_MAX (1u << 20)

struct profile {
	struct seal_bytes zone, interface;
	uint64_t line; /* of the zone */
};

struct walk {
	struct fwd_config *c;
	const char *dir;
	bool keyfile;
	struct seal_err *err;
};

static struct seal_bytes unquote(struct seal_bytes s)
{
	s = seal_bytes_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return (struct seal_bytes){s.p + 1, s.n - 2};
	return s;
}

/* "zone=" and "interface-name=" of [connection]; ZONE= and DEVICE= of an ifcfg file */
static void parse(struct seal_bytes text, bool keyfile, struct profile *ret)
{
	struct seal_bytes line, key, value;
	bool in_connection = !keyfile;
	uint64_t number = 0;

	*ret = (struct profile){.line = 0};
	while (text.p && text.n) {
		line = seal_bytes_trim(seal_bytes_cut(text, '\n', &text));
		number++;
		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (keyfile && line.p[0] == '[') {
			in_connection = seal_bytes_is(line, "[connection]");
			continue;
		}
		key = seal_bytes_trim(seal_bytes_cut(line, '=', &value));
		value = keyfile ? seal_bytes_trim(value) : unquote(value);
		if (!in_connection || !value.n)
			continue;
		if (seal_bytes_is(key, keyfile ? "zone" : "ZONE")) {
			ret->zone = value;
			ret->line = number;
		} else if (seal_bytes_is(key, keyfile ? "interface-name" : "DEVICE")) {
			ret->interface = value;
		}
	}
}

static void unbind(struct fwd_config *c, struct seal_bytes name)
{
	struct fwd_item **at, *last;

	seal_vec_each (z, &c->zones) {
		last = NULL;
		for (at = &z->interfaces.first; *at;) {
			if (seal_bytes_eq((*at)->name, name)) {
				*at = (*at)->next;
				z->interfaces.n--;
				continue;
			}
			last = *at;
			at = &(*at)->next;
		}
		z->interfaces.last = last;
	}
}

static int bind(struct walk *w, const struct profile *p, const char *path)
{
	struct fwd_policy *z = fwd_zone_find(w->c, p->zone);
	struct seal_origin *o;
	struct fwd_item *it;

	if (!z)
		return seal_err_set(w->err, -ENOTSUP, "%s: its zone %.*s is not known", path,
				    (int)p->zone.n, p->zone.p);
	if (!p->interface.n)
		return seal_err_set(w->err, -ENOTSUP,
				    "%s: puts an interface it does not name into zone %.*s", path,
				    (int)p->zone.n, p->zone.p);
	if (!fwd_is_interface(p->interface))
		return seal_err_set(w->err, -ENOTSUP, "%s: invalid interface name", path);

	unbind(w->c, p->interface);
	it = fwd_list_add(w->c, &z->interfaces);
	o = seal_arena_alloc(w->c->facts, sizeof(*o));
	if (!it || !o || seal_arena_copy(w->c->arena, p->interface, &it->name) < 0)
		return -ENOMEM;
	o->source = SEAL_SOURCE_FIREWALLD;
	o->path = seal_bytes_of(path);
	o->line = p->line;
	it->origin = o;
	return seal_arena_copy(w->c->facts, p->zone, &o->ref);
}

static int each_profile(void *data, const char *name, unsigned char type SEAL_UNUSED)
{
	struct walk *w = data;
	struct seal_bytes file = seal_bytes_of(name);
	seal_auto_free char *text = NULL;
	struct profile p;
	const char *path;
	size_t n;
	int r;

	/* what editors and package managers leave behind is not read */
	if (w->keyfile
		    ? !seal_bytes_ends(file, ".nmconnection")
		    : !seal_bytes_starts(file, "ifcfg-") || seal_bytes_ends(file, "~") ||
			      seal_bytes_ends(file, ".bak") || seal_bytes_ends(file, ".rpmsave") ||
			      seal_bytes_ends(file, ".rpmnew") || seal_bytes_ends(file, ".orig"))
		return 0;
	path = seal_arena_printf(w->c->facts, "%s/%s", w->dir, name);
	if (!path)
		return -ENOMEM;
	r = seal_root_read(w->c->root, path, PROFILE_MAX, &text, &n, NULL);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		w->c->unread_profiles++; /* without a zone in most cases: said, not refused */
		return 0;
	}
	parse((struct seal_bytes){text, n}, w->keyfile, &p);
	return p.zone.n ? bind(w, &p, path) : 0;
}

int fwd_bind(struct fwd_config *c, struct seal_err *err)
{
	static const struct {
		const char *dir;
		bool keyfile;
	} dirs[] = {
		{"usr/lib/NetworkManager/system-connections", true},
		{"etc/sysconfig/network-scripts", false},
		{"etc/NetworkManager/system-connections", true},
	};
	struct seal_err why = {0};
	size_t i;
	int r;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct walk w = {c, dirs[i].dir, dirs[i].keyfile, &why};

		r = seal_root_list(c->root, dirs[i].dir, each_profile, &w, NULL);
		if (r == -ENOTSUP || r == -ENOMEM)
			return seal_err_set(err, r, "%s", why.text);
		if (r < 0 && r != -ENOENT && r != -ENOTDIR)
			c->unread_profiles++;
	}
	return 0;
}
