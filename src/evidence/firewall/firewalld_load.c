/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The files of a firewalld configuration, in the order firewalld reads them */

#include "core/input.h"
#include "evidence/firewall/firewalld_value.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

enum kind {
	KIND_IPSET,
	KIND_ICMPTYPE,
	KIND_HELPER,
	KIND_SERVICE,
	KIND_ZONE,
	KIND_POLICY,
	KIND_MAX_,
};

static const struct {
	const char *dir, *extra; /* extra: what a name may hold beside letters and digits */
	size_t name_max;
} kinds[KIND_MAX_] = {
	[KIND_IPSET] = {"ipsets", "_-:.", 200}, [KIND_ICMPTYPE] = {"icmptypes", "_-", 200},
	[KIND_HELPER] = {"helpers", "-.", 200}, [KIND_SERVICE] = {"services", "_-", 200},
	[KIND_ZONE] = {"zones", "_-", 17},      [KIND_POLICY] = {"policies", "_-", 18},
};

struct walk {
	struct fwd_config *c;
	enum kind kind;
	const char *dir; /* below the root */
	const char *sub; /* of zones: the zone its files are parts of */
	bool user;
	size_t files;
	struct seal_err *err;
};

/* firewalld's check of an object's name. Letters outside ASCII: Python knows which are letters */
static int check_name(enum kind kind, struct seal_bytes name)
{
	size_t i, max = kinds[kind].name_max;

	if (!name.n)
		return -EINVAL;
	for (i = 0; i < name.n; i++) {
		unsigned char ch = (unsigned char)name.p[i];

		if (ch >= 0x80)
			return -ENOTSUP;
		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
		      (ch >= '0' && ch <= '9') || (ch && strchr(kinds[kind].extra, ch))))
			return -EINVAL;
	}
	return name.n > max ? -EINVAL : 0;
}

static int parse(const struct fwd_source *s, enum kind kind, struct seal_err *err)
{
	switch (kind) {
	case KIND_IPSET:
		return fwd_ipset_read(s, err);
	case KIND_ICMPTYPE:
		return fwd_icmptype_read(s, err);
	case KIND_HELPER:
		return fwd_helper_read(s, err);
	case KIND_SERVICE:
		return fwd_service_read(s, err);
	case KIND_ZONE:
		return fwd_policy_read(s, true, err);
	case KIND_POLICY:
	case KIND_MAX_:
		break;
	}
	return fwd_policy_read(s, false, err);
}

static int read_file(struct walk *w, const char *name)
{
	struct seal_bytes base = seal_bytes_first(seal_bytes_of(name), strlen(name) - 4);
	struct fwd_source s = {.config = w->c, .name = base};
	seal_auto_free char *text = NULL;
	const char *path;
	int r;

	if (++w->files > FWD_FILES_MAX)
		return seal_err_set(w->err, -EFBIG, "%s: more than %u files", w->dir,
				    FWD_FILES_MAX);
	path = seal_arena_printf(w->c->facts, "%s/%s", w->dir, name);
	if (!path)
		return -ENOMEM;
	s.path = seal_bytes_of(path);

	r = check_name(w->kind, base);
	if (r < 0)
		return seal_err_set(w->err, r, "%s: invalid name", path);
	if (w->sub) {
		const char *full =
			seal_arena_printf(w->c->arena, "%s/%.*s", w->sub, (int)base.n, base.p);

		if (!full)
			return -ENOMEM;
		s.name = seal_bytes_of(full);
	}

	r = seal_root_read(w->c->root, path, FWD_FILE_MAX, &text, &s.text.n, w->err);
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? -EINVAL : r == -EINVAL ? -EIO : r;
	s.text.p = text;
	r = parse(&s, w->kind, w->err);
	return r < 0 ? seal_err_add(w->err, r, "%s", path) : 0;
}

static int each_entry(void *data, const char *name, unsigned char type);

/* a directory below etc/firewalld/zones holds the parts of one zone */
static int read_parts(struct walk *w, const char *name)
{
	struct walk sub = *w;
	int r;

	sub.dir = seal_arena_printf(w->c->arena, "%s/%s", w->dir, name);
	sub.sub = seal_arena_printf(w->c->arena, "%s", name);
	if (!sub.dir || !sub.sub)
		return -ENOMEM;
	r = check_name(w->kind, seal_bytes_of(name));
	if (r < 0)
		return seal_err_set(w->err, r, "%s: invalid name", sub.dir);
	r = seal_root_list(w->c->root, sub.dir, each_entry, &sub, w->err);
	w->files = sub.files;
	return r;
}

static int each_entry(void *data, const char *name, unsigned char type)
{
	struct walk *w = data;

	if (seal_bytes_ends(seal_bytes_of(name), ".xml"))
		return read_file(w, name);
	if (w->kind == KIND_ZONE && w->user && !w->sub && type == DT_DIR)
		return read_parts(w, name);
	return 0;
}

static int load_tree(struct fwd_config *c, bool user, struct seal_err *err)
{
	struct seal_err why = {0};
	struct walk w = {.c = c, .user = user, .err = &why};
	unsigned k;
	int r;

	for (k = 0; k < KIND_MAX_; k++) {
		w.kind = (enum kind)k;
		w.dir = seal_arena_printf(c->arena, "%s/firewalld/%s", user ? "etc" : "usr/lib",
					  kinds[k].dir);
		if (!w.dir)
			return -ENOMEM;
		w.files = 0;
		r = seal_root_list(c->root, w.dir, each_entry, &w, &why);
		if (r < 0 && r != -ENOENT && r != -ENOTDIR)
			return seal_err_set(err, r, "%s", why.text);
	}
	return 0;
}

static int load_conf(struct fwd_config *c, struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	struct seal_err why = {0};
	size_t n;
	int r;

	r = seal_root_read(c->root, "etc/firewalld/firewalld.conf", 1u << 20, &text, &n, &why);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return seal_err_set(err, r, "%s", why.text);
	return fwd_conf_read(c, (struct seal_bytes){text, n});
}

static int load_direct(struct fwd_config *c, struct seal_err *err)
{
	static const char path[] = "etc/firewalld/direct.xml";
	struct seal_err why = {0};
	struct fwd_source s = {.config = c, .path = SEAL_LIT("etc/firewalld/direct.xml")};
	seal_auto_free char *text = NULL;
	int r;

	r = seal_root_read(c->root, path, FWD_FILE_MAX, &text, &s.text.n, &why);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return seal_err_set(err, r, "%s", why.text);
	s.text.p = text;
	r = fwd_direct_read(&s, err);
	return r < 0 ? seal_err_add(err, r, "%s", path) : 0;
}

/* VERSION = '1.3.3' in firewall/config/__init__.py of some Python below @dir */
static int version_in(struct fwd_config *c, const char *dir)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes t, v, rest;
	uint32_t major, minor;
	const char *path;
	ssize_t at;
	size_t n;
	int r;

	path = seal_arena_printf(c->arena, "%s/firewall/config/__init__.py", dir);
	if (!path)
		return -ENOMEM;
	r = seal_root_read(c->root, path, 1u << 20, &text, &n, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;

	t = (struct seal_bytes){text, n};
	at = seal_bytes_find(t, "\nVERSION = ");
	if (at < 0)
		return 0;
	v = seal_bytes_from(t, (size_t)at + strlen("\nVERSION = ") + 1);
	v = seal_bytes_cut(v, '\n', &rest);
	while (v.n && (v.p[v.n - 1] == '\'' || v.p[v.n - 1] == '"' || v.p[v.n - 1] == '\r'))
		v.n--;
	if (seal_parse_u32(seal_bytes_cut(v, '.', &rest), 10, &major) < 0 ||
	    seal_parse_u32(seal_bytes_cut(rest, '.', &rest), 10, &minor) < 0 || minor > 999 ||
	    major > 999)
		return 0;
	c->version = major * 1000 + minor;
	return seal_arena_copy(c->arena, v, &c->version_text);
}

static int each_python(void *data, const char *name, unsigned char type SEAL_UNUSED)
{
	struct fwd_config *c = data;
	const char *dir;

	if (c->version || !seal_bytes_starts(seal_bytes_of(name), "python3"))
		return 0;
	dir = seal_arena_printf(c->arena, "usr/lib/%s/site-packages", name);
	if (!dir)
		return -ENOMEM;
	return version_in(c, dir);
}

/* Debian installs below usr/lib/python3/dist-packages, others below python3.N/site-packages */
static int find_version(struct fwd_config *c)
{
	int r;

	r = version_in(c, "usr/lib/python3/dist-packages");
	if (r < 0 || c->version)
		return r;
	r = seal_root_list(c->root, "usr/lib", each_python, c, NULL);
	return r == -ENOMEM ? r : 0;
}

static int add_all(struct fwd_config *c, struct fwd_list *to, const struct fwd_list *from)
{
	const struct fwd_item *it;
	struct fwd_item *n;

	for (it = from->first; it; it = it->next) {
		if (!it->hi && fwd_list_find(to, it->name))
			continue;
		n = fwd_list_add(c, to);
		if (!n)
			return -ENOMEM;
		*n = *it;
		n->next = NULL;
	}
	return 0;
}

static int join(struct fwd_config *c, struct fwd_policy *to, struct fwd_policy *from)
{
	int r;

	r = add_all(c, &to->services, &from->services);
	r = r ? r : add_all(c, &to->ports, &from->ports);
	r = r ? r : add_all(c, &to->source_ports, &from->source_ports);
	r = r ? r : add_all(c, &to->protocols, &from->protocols);
	r = r ? r : add_all(c, &to->icmp_blocks, &from->icmp_blocks);
	r = r ? r : add_all(c, &to->forward_ports, &from->forward_ports);
	r = r ? r : add_all(c, &to->interfaces, &from->interfaces);
	r = r ? r : add_all(c, &to->sources, &from->sources);
	if (from->masquerade) {
		to->masquerade = true;
		to->masquerade_origin = from->masquerade_origin;
	}
	if (from->icmp_inversion) {
		to->icmp_inversion = true;
		to->inversion_origin = from->inversion_origin;
	}
	to->forward = to->forward || from->forward;
	if (from->first_rule) {
		if (to->last_rule)
			to->last_rule->next = from->first_rule;
		else
			to->first_rule = from->first_rule;
		to->last_rule = from->last_rule;
	}
	return r;
}

static int compare_policies(const void *a, const void *b)
{
	const struct fwd_policy *x = a, *y = b;

	return seal_bytes_cmp(x->name, y->name);
}

static int compare_ipsets(const void *a, const void *b)
{
	const struct fwd_ipset *x = a, *y = b;

	return seal_bytes_cmp(x->name, y->name);
}

/* zones/internal/a.xml and b.xml are one zone "internal", which replaces zones/internal.xml and has
 * the default target */
static int combine_zones(struct fwd_config *c)
{
	struct fwd_policy whole, *old;
	struct seal_bytes dir, rest;
	size_t i, j, n = 0;
	int r;

	for (i = 0; i < c->zones.n; i = j) {
		dir = seal_bytes_cut(c->zones.v[i].name, '/', &rest);
		j = i + 1;
		if (!rest.p)
			continue;

		whole = (struct fwd_policy){.name = dir, .is_zone = true};
		whole.origin = c->zones.v[i].origin;
		for (j = i; j < c->zones.n; j++) {
			if (!seal_bytes_eq(seal_bytes_cut(c->zones.v[j].name, '/', &rest), dir) ||
			    !rest.p)
				break;
			r = join(c, &whole, &c->zones.v[j]);
			if (r < 0)
				return r;
			c->zones.v[j].name = SEAL_BYTES_NONE;
		}
		old = fwd_zone_find(c, dir);
		*(old ? old : &c->zones.v[i]) = whole;
	}

	for (i = 0; i < c->zones.n; i++)
		if (c->zones.v[i].name.n)
			c->zones.v[n++] = c->zones.v[i];
	c->zones.n = n;
	return 0;
}

static void sort(struct fwd_config *c)
{
	if (c->zones.n)
		qsort(c->zones.v, c->zones.n, sizeof(*c->zones.v), compare_policies);
	if (c->policies.n)
		qsort(c->policies.v, c->policies.n, sizeof(*c->policies.v), compare_policies);
	if (c->ipsets.n)
		qsort(c->ipsets.v, c->ipsets.n, sizeof(*c->ipsets.v), compare_ipsets);
}

int fwd_load(struct fwd_config *c, bool user, struct seal_err *err)
{
	struct stat st;
	int r;

	fwd_conf_defaults(&c->conf);
	r = find_version(c);
	if (r == 0 && user)
		r = load_conf(c, err);
	if (r < 0)
		return r;

	c->stock_builtin = seal_root_stat(c->root, "usr/lib/firewalld/zones", true, &st) < 0;
	r = c->stock_builtin ? fwd_stock_load(c) : load_tree(c, false, err);
	if (r < 0)
		return r == -EINVAL ? -EBADMSG : r; /* then firewalld does not start at all */
	if (user)
		r = load_tree(c, true, err);
	if (r == 0 && user)
		r = load_direct(c, err);
	if (r < 0)
		return r;

	sort(c);
	r = combine_zones(c);
	sort(c);
	return r;
}
