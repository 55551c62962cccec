/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "core/buf.h"
#include "core/path.h"
#include "evidence/postfix/conf.h"
#include "fix/plan.h"

/* reload.c - which changes running daemons of Postfix do not see. A daemon reads its keys,
 * certificates and password files and opens its lookup tables once, as root, before it drops its
 * rights and enters the chroot: smtpd(8) and smtp(8) of that time go on without them until they
 * end, after max_use requests or max_idle seconds. What is opened for each delivery (queue,
 * mailboxes, sockets of milters) needs none. */

/* what postmap(1) adds to the name of a table */
static const char *const suffixes[] = {".db", ".lmdb", ".cdb", ".pag", ".dir"};

static struct seal_bytes source_of(struct seal_bytes path)
{
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (seal_bytes_ends(path, suffixes[i])) {
			path.n -= strlen(suffixes[i]);
			break;
		}
	return path;
}

/* file_of - the file that one item of a value names: "hash:/etc/aliases", "proxy:hash:/etc/x", or a
 * path alone where the parameter is for one; empty: none that is read at the start */
static struct seal_bytes file_of(struct seal_bytes name, struct seal_bytes item)
{
	ssize_t at = seal_bytes_find(item, ":/");

	if (at > 0 && !seal_bytes_ends(seal_bytes_first(item, (size_t)at), "unix") &&
	    !seal_bytes_ends(seal_bytes_first(item, (size_t)at), "local"))
		return seal_bytes_from(item, (size_t)at + 1);
	if (seal_bytes_starts(item, "/") &&
	    (seal_bytes_ends(name, "_file") || seal_bytes_ends(name, "_files") ||
	     seal_bytes_find(name, "_tls_") > 0))
		return item;
	return SEAL_BYTES_NONE;
}

/* is_at_or_below - @file is @path, or lies below it where that is a tree */
static bool is_at_or_below(struct seal_bytes file, struct seal_bytes path, bool tree)
{
	if (!file.n)
		return false;
	if (seal_bytes_eq(file, path) || seal_bytes_eq(file, source_of(path)))
		return true;
	return tree && seal_path_is_below(file, path);
}

/* names - whether the value of a parameter names @path. Returns 1, 0 or -ENOMEM */
static int names(const struct seal_host *h, const struct seal_instance *inst,
		 const struct seal_param *p, struct seal_bytes path, bool tree)
{
	struct seal_bytes value = p->value, item, rest;
	int r;

	if (seal_bytes_chr(value, '$') >= 0) {
		r = seal_conf_expand(inst, NULL, p->value, h->arena, &value);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
	}
	while (seal_conf_next(&value, &item)) {
		/* a table with its own values: "{ ldap:/etc/x, timeout=1 }" */
		for (rest = item; seal_bytes_starts(rest, "{") || seal_bytes_starts(rest, " ");)
			rest = seal_bytes_from(rest, 1);
		item = seal_bytes_word(&rest);
		while (item.n && (item.p[item.n - 1] == ',' || item.p[item.n - 1] == '}'))
			item.n--;
		if (is_at_or_below(file_of(p->name, item), path, tree))
			return 1;
	}
	return 0;
}

int seal_is_read_at_start(const struct seal_host *h, struct seal_bytes path, bool tree)
{
	int r = 0;

	if (!seal_bytes_starts(path, "/"))
		return 0;
	seal_vec_each (inst, &h->postfix.instances) {
		seal_vec_each (p, &inst->params) {
			r = r ? r : names(h, inst, p, path, tree);
		}
		seal_vec_each (s, &inst->services) {
			seal_vec_each (o, &s->overrides) {
				r = r ? r : names(h, inst, o, path, tree);
			}
		}
	}
	return r;
}

/* changes_one - a step gives a file that is read at the start another label, owner or mode */
static int changes_one(const struct seal_host *h, const struct seal_argv *argv)
{
	static const char *const programs[] = {"restorecon", "chcon",   "chmod",   "chown",
					       "chgrp",      "setfacl", "semanage"};
	struct seal_bytes last;
	bool tree, one = false;
	size_t i;

	if (argv->v.n < 2)
		return 0;
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		one = one || seal_bytes_is(argv->v.v[0], programs[i]);
	last = argv->v.v[argv->v.n - 1];
	tree = seal_bytes_starts(argv->v.v[1], "-") && seal_bytes_chr(argv->v.v[1], 'R') > 0;
	return one ? seal_is_read_at_start(h, last, tree) : 0;
}

int seal_plan_reloads(struct seal_plan *p, const struct seal_host *h)
{
	int r;

	seal_vec_each (f, &p->fixes) {
		seal_vec_each (s, &f->steps) {
			r = changes_one(h, &s->argv);
			if (r < 0)
				return r;
			p->reload = p->reload || r > 0;
		}
	}
	return 0;
}
