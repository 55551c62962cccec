/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sysctl.c - net.ipv4.conf.*.route_localnet: of a running kernel proc/sys, of a sosreport the
 * listing of sysctl(8), of an image what systemd-sysctl(8) sets at boot from sysctl.d(5) */

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "core/input.h"
#include "evidence/host/host_impl.h"
#include "evidence/host/settings.h"

#define CONF      "net/ipv4/conf/"
#define LEAF      "/route_localnet"
#define NAME_MAX_ 15 /* of an interface, as IFNAMSIZ has it */
#define PATH_SIZE (sizeof("proc/sys/" CONF LEAF) + NAME_MAX_)
#define KEY_SIZE  256 /* longer keys name no interface */
#define RULES_MAX 256

static bool is_on(struct seal_bytes value)
{
	uint32_t n;

	return seal_parse_u32(value, 10, &n) == 0 && n != 0;
}

static int add_localnet(struct seal_host *h, struct seal_bytes name,
			const struct seal_origin *origin)
{
	struct seal_localnet *l = seal_vec_add(&h->net.localnet);

	if (!l)
		return -ENOMEM;
	l->origin = *origin;
	return seal_arena_intern(h->arena, name, &l->ifname);
}

/* ---- proc/sys ---- */

struct conf_dir {
	const struct seal_root *root;
	struct seal_host *h;
	uint64_t read, odd;
};

static int read_interface(void *data, const char *name, unsigned char type)
{
	struct seal_origin origin = {.source = SEAL_SOURCE_NETWORK};
	struct conf_dir *d = data;
	seal_auto_free char *text = NULL;
	char path[PATH_SIZE];
	size_t n = 0;
	int r = -EINVAL;

	(void)type;
	if (strcmp(name, "default") == 0)
		return 0;
	if (strlen(name) <= NAME_MAX_) {
		snprintf(path, sizeof(path), "proc/sys/" CONF "%s" LEAF, name);
		r = seal_root_read(d->root, path, 64, &text, &n, NULL);
	}
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		d->odd++;
		return 0;
	}
	d->read++;
	if (!is_on(seal_bytes_trim((struct seal_bytes){text, n})))
		return 0;
	r = seal_arena_copy(d->h->arena, seal_bytes_of(path), &origin.path);
	return r < 0 ? r : add_localnet(d->h, seal_bytes_of(name), &origin);
}

/* read_running - what the kernel says. Returns 0 or -ENOMEM */
static int read_running(const struct seal_root *root, struct seal_host *h)
{
	struct conf_dir d = {.root = root, .h = h};
	struct seal_source_state *row;
	int r;

	r = seal_root_list(root, "proc/sys/net/ipv4/conf", read_interface, &d, NULL);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return 0;
	row = seal_host_source(h, SEAL_SOURCE_NETWORK, SEAL_LIT("proc/sys/net/ipv4/conf"),
			       SEAL_READ_READ, SEAL_BYTES_NONE);
	if (!row)
		return -ENOMEM;
	row->records = d.read;
	h->net.has_localnet = d.read && !d.odd;
	return seal_fact_damaged(h, h->sources.n - 1, d.odd, "interfaces not read");
}

/* ---- settings ---- */

/* struct rule - a line that may set route_localnet; without a value it keeps patterns off */
struct rule {
	const char *path; /* below proc/sys, with slashes */
	struct seal_bytes value;
	struct seal_origin origin;
	bool pattern;
};

struct rules {
	seal_vec(struct rule) v;
};

/* path_of - a key as a path: with a dot as its first separator dots and slashes change places */
static void path_of(struct seal_bytes key, char ret[KEY_SIZE])
{
	char *first;

	while (key.n && (key.p[0] == '-' || key.p[0] == '/'))
		key = seal_bytes_from(key, 1);
	snprintf(ret, KEY_SIZE, "%.*s", (int)key.n, key.p);
	first = strpbrk(ret, "./");
	if (!first || *first == '/')
		return;
	for (char *p = first; *p; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
}

/* is_pattern_of - whether a pattern takes in route_localnet of some interface */
static bool is_pattern_of(const char *path)
{
	char head[KEY_SIZE];
	char *slash;

	snprintf(head, sizeof(head), "%s", path);
	slash = strrchr(head, '/');
	if (!slash || fnmatch(slash, LEAF, FNM_PERIOD) != 0)
		return false;
	*slash = '\0';
	slash = strrchr(head, '/');
	if (!slash)
		return false;
	slash[1] = '\0';
	return fnmatch(head, CONF, FNM_PATHNAME | FNM_PERIOD) == 0;
}

static bool is_name_of(const char *path)
{
	size_t n = strlen(path), prefix = strlen(CONF), suffix = strlen(LEAF);

	return n > prefix + suffix && n <= prefix + suffix + NAME_MAX_ &&
	       memcmp(path, CONF, prefix) == 0 && strcmp(path + n - suffix, LEAF) == 0;
}

static int add_rule(struct seal_host *h, const struct seal_setting *s, struct rules *ret)
{
	char path[KEY_SIZE];
	struct rule *r;
	bool pattern;

	path_of(s->key, path);
	pattern = strpbrk(path, "*?[") != NULL;
	if (pattern ? !is_pattern_of(path) : !is_name_of(path))
		return 0;
	if (ret->v.n == RULES_MAX)
		return -EFBIG;
	r = seal_vec_add(&ret->v);
	if (!r)
		return -ENOMEM;
	*r = (struct rule){.value = s->value, .origin = s->origin, .pattern = pattern};
	r->path = seal_arena_printf(h->arena, "%s", path);
	return r->path ? 0 : -ENOMEM;
}

static int pick_rules(struct seal_host *h, const struct seal_config *c, struct rules *ret)
{
	int r = 0;

	seal_vec_each (s, &c->settings) {
		if (r == 0 && s->key.n < KEY_SIZE)
			r = add_rule(h, s, ret);
	}
	return r;
}

/* rule_of - the rule that decides for an interface: the last that names it, else the last pattern;
 * NULL: none, the kernel's default stays */
static const struct rule *rule_of(const struct rules *rules, const char *path)
{
	const struct rule *named = NULL, *last = NULL;

	seal_vec_each (r, &rules->v) {
		if (r->pattern) {
			if (r->value.n && fnmatch(r->path, path, FNM_PATHNAME | FNM_PERIOD) == 0)
				last = r;
		} else if (strcmp(r->path, path) == 0) {
			named = r;
		}
	}
	return named ? named : last;
}

/* judge - take the interface over when its rule turns the setting on. Returns 1 (on), 0 or -ENOMEM
 */
static int judge(struct seal_host *h, const struct rules *rules, struct seal_bytes name)
{
	const struct rule *r;
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), CONF "%.*s" LEAF, (int)name.n, name.p);
	r = rule_of(rules, path);
	if (!r || !is_on(r->value))
		return 0;
	return add_localnet(h, name, &r->origin) < 0 ? -ENOMEM : 1;
}

static bool is_known(const struct seal_net *net, struct seal_bytes name)
{
	seal_vec_each (l, &net->localnet) {
		if (seal_bytes_eq(l->ifname, name))
			return true;
	}
	return false;
}

/* apply - what the rules make of the interfaces. Those that no rule names begin as
 * net.ipv4.conf.default is when they appear, which may be before it is set; or a pattern takes them
 * in: with one of these on, they are not known. */
static int apply(struct seal_host *h, const struct rules *rules)
{
	int all = judge(h, rules, SEAL_LIT("all"));
	bool doubt = false;

	if (all < 0)
		return all;
	seal_vec_each (r, &rules->v) {
		struct seal_bytes name = seal_bytes_from(seal_bytes_of(r->path), strlen(CONF));

		if (r->pattern) {
			doubt |= is_on(r->value);
			continue;
		}
		name.n -= strlen(LEAF);
		if (seal_bytes_is(name, "default")) {
			doubt |= is_on(r->value);
			continue;
		}
		if (!is_known(&h->net, name) && judge(h, rules, name) < 0)
			return -ENOMEM;
	}
	h->net.has_localnet = all > 0 || h->running || !doubt;
	return 0;
}

static int read_settings(const struct seal_root *root, struct seal_host *h)
{
	static const char *const folders[] = {"etc/sysctl.d",           "run/sysctl.d",
					      "usr/local/lib/sysctl.d", "usr/lib/sysctl.d",
					      "lib/sysctl.d",           NULL};
	struct seal_config c = {0};
	struct seal_settings rd = {root, h, &c, SEAL_SETTINGS_SYSCTL};
	struct rules rules = {0};
	int r;

	r = h->running ? seal_settings_file(&rd, "sos_commands/kernel/sysctl_-a")
		       : seal_settings_drop_ins(&rd, folders);
	if (r >= 0)
		r = pick_rules(h, &c, &rules);
	if (r == 0 && (!h->running || rule_of(&rules, CONF "all" LEAF)))
		r = apply(h, &rules);
	seal_vec_done(&c.settings);
	seal_vec_done(&rules.v);
	return r == -ENOMEM ? r : 0;
}

int seal_sysctl_read(const struct seal_root *root, struct seal_host *h)
{
	int r = h->running ? read_running(root, h) : 0;

	if (r < 0 || h->net.has_localnet || h->net.localnet.n || h->live)
		return r;
	return read_settings(root, h);
}
