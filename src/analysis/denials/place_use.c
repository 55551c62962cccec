/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/module.h"
#include "evidence/postfix/conf.h"

/* place_use.c - what an object in a place nobody knows is used for: by what was asked of it, by the
 * parameter that names it, by its name; and the type objects of that use bear where the policy
 * expects them */

#define RANKED_MAX 512 /* types looked at when no use is known */

/* struct use - where the policy expects objects of a use; folders its own map knows */
struct use {
	const char *perm;   /* denied permission that shows the use, or NULL */
	const char *suffix; /* of the name, or NULL */
	bool tree;          /* a folder of its own is of that use as a whole */
	const char *places[3];
};

static const struct use program = {"execute", NULL, false, {"/usr/local/bin", "/usr/bin"}};
static const struct use key = {
	NULL, NULL, true, {"/etc/ssl/private", "/etc/pki/tls/private", "/etc/ssl/certs"}};
static const struct use table = {NULL, NULL, true, {"/etc/postfix"}};

static const struct use by_name[] = {
	{NULL, ".key", true, {"/etc/ssl/private", "/etc/pki/tls/private", "/etc/ssl/certs"}},
	{NULL, "privkey.pem", true, {"/etc/ssl/private", "/etc/pki/tls/private", "/etc/ssl/certs"}},
	{NULL, ".pem", true, {"/etc/ssl/certs", "/etc/pki/tls/certs"}},
	{NULL, ".crt", true, {"/etc/ssl/certs", "/etc/pki/tls/certs"}},
	{NULL, ".cer", true, {"/etc/ssl/certs", "/etc/pki/tls/certs"}},
	{NULL, ".db", true, {"/etc/postfix"}},
	{NULL, ".lmdb", true, {"/etc/postfix"}},
	{NULL, ".cdb", true, {"/etc/postfix"}},
	{NULL, ".cf", true, {"/etc/postfix"}},
};

bool seal_place_type_at(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_denial_path *p, struct seal_bytes folder,
			struct seal_bytes *type)
{
	struct seal_bytes name = seal_path_name(p->path), usual, context;
	struct seal_sides s = {0};

	usual = seal_ladder_textf(l, "%.*s/%.*s", (int)folder.n, folder.p, (int)name.n, name.p);
	if (!usual.n || seal_view_expected(&l->h->view, usual, p->type, &context) < 0 ||
	    seal_type_is_generic(l->h, seal_type_of(context)))
		return false;
	*type = seal_type_of(context);
	return seal_ladder_retype(l, d->tcontext, *type, &s.target) == 0 &&
	       seal_ladder_allows(l, d, &s);
}

static bool type_for(struct seal_ladder *l, const struct seal_denial *d,
		     const struct seal_denial_path *p, const struct use *use,
		     struct seal_place *ret)
{
	size_t i;

	ret->tree = use->tree;
	for (i = 0; i < 3 && use->places[i]; i++)
		if (seal_place_type_at(l, d, p, seal_bytes_of(use->places[i]), &ret->type))
			return true;
	return false;
}

/* is_of - whether @path is the file that @named stands for, its index, or below it */
static bool is_of(struct seal_bytes path, struct seal_bytes named)
{
	static const char *const ends[] = {"", ".db", ".lmdb", ".cdb", ".dir", ".pag"};
	struct seal_bytes rest = seal_bytes_from(path, named.n);
	size_t i;

	while (named.n > 1 && named.p[named.n - 1] == '/')
		named.n--;
	if (named.n < 2 || !seal_bytes_eq(seal_bytes_first(path, named.n), named))
		return false;
	rest = seal_bytes_from(path, named.n);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (seal_bytes_is(rest, ends[i]))
			return true;
	return rest.p[0] == '/';
}

/* use_of_value - whether a value names the path: a table as type:/path, else a plain path, which is
 * a key, a certificate or a folder of them where the parameter is of TLS */
static const struct use *use_of_value(struct seal_bytes parameter, struct seal_bytes value,
				      struct seal_bytes path)
{
	struct seal_bytes item;
	ssize_t colon;

	while (seal_conf_next(&value, &item)) {
		colon = seal_bytes_find(item, ":/");
		if (colon > 0 && is_of(path, seal_bytes_from(item, (size_t)colon + 1)))
			return seal_bytes_starts(item, "unix:") ? NULL : &table;
		if (item.n && item.p[0] == '/' && is_of(path, item) &&
		    seal_bytes_find(parameter, "_tls_") >= 0)
			return &key;
	}
	return NULL;
}

/* use_of_parameter - what main.cf, or an option of a service, says the path is */
static const struct use *use_of_parameter(struct seal_host *h, struct seal_bytes path)
{
	const struct use *use = NULL;
	struct seal_bytes value;

	seal_vec_each (inst, &h->postfix.instances) {
		seal_vec_each (p, &inst->params) {
			if (!use && seal_bytes_chr(p->value, '/') >= 0 &&
			    seal_conf_expand(inst, NULL, p->value, h->arena, &value) == 0)
				use = use_of_value(p->name, value, path);
		}
		seal_vec_each (svc, &inst->services) {
			seal_vec_each (o, &svc->overrides) {
				if (!use && seal_bytes_chr(o->value, '/') >= 0 &&
				    seal_conf_expand(inst, svc, o->value, h->arena, &value) == 0)
					use = use_of_value(o->name, value, path);
			}
		}
	}
	return use;
}

static bool type_of_use(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_denial_path *p, struct seal_place *ret)
{
	const struct use *named;
	size_t i;

	if (seal_denial_has(d, "execute") || seal_denial_has(d, "execute_no_trans"))
		return type_for(l, d, p, &program, ret);
	named = use_of_parameter(l->h, p->path);
	if (named && type_for(l, d, p, named, ret))
		return true;
	for (i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++)
		if (seal_bytes_ends(p->path, by_name[i].suffix) &&
		    type_for(l, d, p, &by_name[i], ret))
			return true;
	return false;
}

/* is_passing - the type that what the domain makes for a while bears: of a temporary file, a pid
 * file, shared memory */
static bool is_passing(struct seal_ladder *l, struct seal_bytes type)
{
	static const char *const places[] = {"/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run"};
	static const char *const classes[] = {"file", "dir", "sock_file"};
	struct seal_bytes context, made;
	bool found;
	size_t i, k;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (seal_view_expected(&l->h->view, seal_bytes_of(places[i]), 'd', &context) < 0)
			continue;
		for (k = 0; k < sizeof(classes) / sizeof(classes[0]); k++)
			if (seal_policy_transition(l->h->selinux.policy, l->g->source_type,
						   seal_type_of(context), seal_bytes_of(classes[k]),
						   SEAL_BYTES_NONE, &made, &found) == 0 &&
			    found && seal_bytes_eq(made, type))
				return true;
	}
	return false;
}

/* struct ranked - a type the object could bear: how many other domains may do the same to it */
struct ranked {
	struct seal_bytes type;
	size_t others;
};

/* rank_type - whether @type may stand for the object, and how many share it */
static bool rank_type(struct seal_ladder *l, const struct seal_denial *d, struct seal_bytes type,
		      struct ranked *ret)
{
	struct seal_names sources = {0};
	struct seal_bytes why, missing;
	struct seal_sides s = {0};

	if (seal_type_is_generic(l->h, type) || seal_type_is_guarded(l->h, type, &why) ||
	    is_passing(l, type) || seal_ladder_retype(l, d->tcontext, type, &s.target) < 0 ||
	    !seal_ladder_allows(l, d, &s) || seal_foresee_missing(l, d, &s, &missing) < 0 ||
	    missing.n)
		return false;
	if (seal_policy_sources_with(l->h->selinux.policy, type, d->tclass, d->perms, d->n_perms,
				     &sources) < 0)
		return false;
	*ret = (struct ranked){type, sources.v.n};
	seal_vec_done(&sources.v);
	return true;
}

/* best_type - of the types the domain may use so already, the one that fewest others may */
static bool best_type(struct seal_ladder *l, const struct seal_denial *d, struct seal_bytes *type)
{
	struct seal_names types = {0};
	struct ranked best = {.others = SIZE_MAX}, r;

	if (seal_policy_types_with(l->h->selinux.policy, l->g->source_type, d->tclass, d->perms,
				   d->n_perms, &types) < 0)
		return false;
	if (types.v.n <= RANKED_MAX) {
		seal_vec_each (t, &types.v) {
			if (rank_type(l, d, *t, &r) && r.others < best.others)
				best = r;
		}
	}
	seal_vec_done(&types.v);
	*type = best.type;
	return best.type.n > 0;
}

bool seal_place_use(struct seal_ladder *l, const struct seal_denial *d,
		    const struct seal_denial_path *p, bool any, struct seal_place *ret)
{
	*ret = (struct seal_place){0};
	if (type_of_use(l, d, p, ret))
		return true;
	ret->tree = true;
	return any && best_type(l, d, &ret->type);
}
