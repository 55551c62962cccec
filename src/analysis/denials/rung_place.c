/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/module.h"
#include "evidence/postfix/conf.h"

/* rung_place.c - an object in a place that file_contexts does not know: a moved directory, a custom
 * spool, a folder of keys or of helper scripts */

#define RANKED_MAX 512 /* types looked at when none is known for the use */

/* struct moved - a directory that main.cf puts elsewhere, and where the policy expects it */
struct moved {
	struct seal_bytes here, usual;
	bool same_tree; /* what lies below is what lies below the usual place, name by name */
};

/* moved_from - whether @path lies in a directory that a parameter names */
static bool moved_from(struct seal_host *h, struct seal_bytes path, struct moved *ret)
{
	static const struct {
		const char *parameter, *usual;
		bool same_tree;
	} known[] = {
		{"queue_directory", "/var/spool/postfix", true},
		{"data_directory", "/var/lib/postfix", true},
		{"config_directory", "/etc/postfix", true},
		{"mail_spool_directory", "/var/mail", true},
		{"mail_spool_directory", "/var/spool/mail", true},
		{"virtual_mailbox_base", "/var/mail", false},
		{"virtual_mailbox_base", "/var/spool/mail", false},
	};
	struct seal_bytes dir, context;
	size_t i;

	seal_vec_each (inst, &h->postfix.instances) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (seal_conf_value(inst, NULL, known[i].parameter, h->arena, &dir) < 0)
				continue;
			while (dir.n > 1 && dir.p[dir.n - 1] == '/')
				dir.n--;
			if (dir.n < 2 || dir.p[0] != '/' || seal_bytes_is(dir, known[i].usual) ||
			    path.n < dir.n || memcmp(path.p, dir.p, dir.n) != 0 ||
			    (path.n > dir.n && path.p[dir.n] != '/') ||
			    seal_view_expected(&h->view, seal_bytes_of(known[i].usual), 'd',
					       &context) < 0)
				continue;
			*ret = (struct moved){dir, seal_bytes_of(known[i].usual),
					      known[i].same_tree};
			return true;
		}
	}
	return false;
}

static int join(struct seal_host *h, struct seal_bytes a, struct seal_bytes b,
		struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf buf = {0};

	seal_buf_put(&buf, a.p, a.n);
	seal_buf_put(&buf, b.p, b.n);
	return buf.err ? buf.err : seal_arena_copy(h->arena, seal_buf_bytes(&buf), ret);
}

/* fcontext - add a step of semanage fcontext with its undo; @entry is what it adds */
static int fcontext(struct seal_fix *f, const struct seal_bytes *add, size_t n_add,
		    const struct seal_bytes *del, size_t n_del, struct seal_condition entry)
{
	struct seal_step *s;
	int r;

	r = seal_ladder_step(f, "semanage-fcontext", add, n_add, &s);
	if (r < 0)
		return r;
	s->precondition = SEAL_LIT("semanage fcontext -l -C lists no entry for the path");
	s->verify = SEAL_LIT("matchpathcon on the path gives the type");
	s->before = s->after = entry;
	s->before.value = SEAL_BYTES_NONE;
	return seal_argv_set(&s->undo, del, n_del);
}

/* equivalence - semanage fcontext -a -e USUAL HERE for a moved directory */
static int equivalence(struct seal_ladder *l, const struct seal_denial *d,
		       const struct seal_denial_path *p, const struct moved *m)
{
	struct seal_bytes twin, missing;
	struct seal_sides s = {0};
	struct seal_fix *f;
	int r;

	r = join(l->h, m->usual, seal_bytes_from(p->path, m->here.n), &twin);
	if (r < 0)
		return r;
	if (seal_view_expected(&l->h->view, twin, p->type, &s.target) < 0 ||
	    !seal_ladder_allows(l, d, &s))
		return 0;
	f = seal_ladder_add(l, SEAL_FIX_FCONTEXT);
	if (!f || seal_foresee_missing(l, d, &s, &missing) < 0)
		return -ENOMEM;
	f->sufficient = f->minimal = missing.n == 0;
	f->opens.known = true;
	f->why = SEAL_LIT("the directory was moved: the policy labels it at its usual place only");
	if (missing.n)
		f->why = seal_ladder_textf(l,
					   "the directory was moved: the policy labels it at its "
					   "usual place only; still denied then: %.*s",
					   (int)missing.n, missing.p);
	r = fcontext(f,
		     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
					   SEAL_LIT("-a"), SEAL_LIT("-e"), m->usual, m->here},
		     6,
		     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
					   SEAL_LIT("-d"), SEAL_LIT("-e"), m->usual, m->here},
		     6,
		     (struct seal_condition){SEAL_CONDITION_EQUIVALENT, .subject = m->here,
					     .value = m->usual});
	if (r == 0)
		r = seal_restorecon_step(f, m->here, true);
	return r < 0 ? r : 1;
}

/* is_unknown - what file_contexts asks for here is what it asks for anywhere in that part of the
 * tree */
static bool is_unknown(struct seal_host *h, const struct seal_denial_path *p)
{
	struct seal_bytes top = seal_bytes_from(p->path, 1), any, context;
	ssize_t slash = seal_bytes_chr(top, '/');

	if (slash < 0)
		return false;
	if (join(h, seal_bytes_first(p->path, (size_t)slash + 1),
		 SEAL_LIT("/postseal-no-such-name/x"), &any) < 0)
		return false;
	if (seal_view_expected(&h->view, any, p->type, &context) < 0)
		return !p->expected.n;
	return !p->expected.n || seal_bytes_eq(seal_type_of(context), seal_type_of(p->expected));
}

/* uses - where files of a use are usually kept, by what was asked of them and by their names */
static const struct use {
	const char *perm;      /* denied permission that shows the use, or NULL */
	const char *suffix;    /* of the name, or NULL */
	const char *places[3]; /* folders whose entries the policy's own map knows */
} uses[] = {
	{"execute", NULL, {"/usr/local/bin", "/usr/bin", NULL}},
	{"execute_no_trans", NULL, {"/usr/local/bin", "/usr/bin", NULL}},
	{NULL, ".key", {"/etc/ssl/private", "/etc/pki/tls/private", "/etc/ssl/certs"}},
	{NULL, "privkey.pem", {"/etc/ssl/private", "/etc/pki/tls/private", "/etc/ssl/certs"}},
	{NULL, ".pem", {"/etc/ssl/certs", "/etc/pki/tls/certs", NULL}},
	{NULL, ".crt", {"/etc/ssl/certs", "/etc/pki/tls/certs", NULL}},
	{NULL, ".cer", {"/etc/ssl/certs", "/etc/pki/tls/certs", NULL}},
	{NULL, ".db", {"/etc/postfix", NULL, NULL}},
	{NULL, ".lmdb", {"/etc/postfix", NULL, NULL}},
	{NULL, ".cdb", {"/etc/postfix", NULL, NULL}},
	{NULL, ".cf", {"/etc/postfix", NULL, NULL}},
};

/* type_at - the type of a file of that name in @folder, when the map knows the folder and the
 * access is allowed there */
static bool type_at(struct seal_ladder *l, const struct seal_denial *d,
		    const struct seal_denial_path *p, const char *folder, struct seal_bytes *type)
{
	ssize_t slash = seal_bytes_rchr(p->path, '/');
	struct seal_bytes usual, context;
	struct seal_sides s = {0};

	if (join(l->h, seal_bytes_of(folder), seal_bytes_from(p->path, (size_t)slash), &usual) <
		    0 ||
	    seal_view_expected(&l->h->view, usual, p->type, &context) < 0 ||
	    seal_type_is_generic(l->h, seal_type_of(context)))
		return false;
	*type = seal_type_of(context);
	return seal_ladder_retype(l, d->tcontext, *type, &s.target) == 0 &&
	       seal_ladder_allows(l, d, &s);
}

static bool type_of_use(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_denial_path *p, struct seal_bytes *type)
{
	size_t i, k;

	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if ((uses[i].perm && !seal_denial_has(d, uses[i].perm)) ||
		    (uses[i].suffix && !seal_bytes_ends(p->path, uses[i].suffix)))
			continue;
		for (k = 0; k < 3 && uses[i].places[k]; k++)
			if (type_at(l, d, p, uses[i].places[k], type))
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
	    seal_ladder_retype(l, d->tcontext, type, &s.target) < 0 ||
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

/* put_literal - a path as the regular expression that matches it alone (semanage-fcontext(8)) */
static void put_literal(struct seal_buf *b, struct seal_bytes path)
{
	size_t i;

	for (i = 0; i < path.n; i++) {
		if (path.p[i] && strchr(".^$*+?()[]{}|\\", path.p[i]))
			seal_buf_putc(b, '\\');
		seal_buf_putc(b, path.p[i]);
	}
}

/* is_own_folder - deep enough to be of one use: not /srv or /opt itself */
static bool is_own_folder(struct seal_bytes dir)
{
	return dir.n > 1 && seal_bytes_chr(seal_bytes_from(dir, 1), '/') >= 0;
}

/* give_type - semanage fcontext -a -t TYPE for the folder, or the file where its folder is shared
 */
static int give_type(struct seal_ladder *l, const struct seal_denial *d,
		     const struct seal_denial_path *p, struct seal_bytes type,
		     struct seal_bytes folder)
{
	bool tree = p->type == 'd' || is_own_folder(folder);
	struct seal_bytes top = tree ? folder : p->path, regex, missing;
	seal_auto_buf struct seal_buf b = {0};
	struct seal_sides s = {0};
	struct seal_fix *f;
	int r;

	if (seal_ladder_retype(l, d->tcontext, type, &s.target) < 0 ||
	    seal_foresee_missing(l, d, &s, &missing) < 0)
		return -ENOMEM;
	put_literal(&b, top);
	seal_buf_puts(&b, tree ? "(/.*)?" : "");
	r = b.err ? b.err : seal_arena_copy(l->h->arena, seal_buf_bytes(&b), &regex);
	f = r == 0 ? seal_ladder_add(l, SEAL_FIX_FCONTEXT) : NULL;
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal =
		missing.n == 0 && seal_ladder_allows_all(l, SEAL_BYTES_NONE, type);
	f->opens.known = true;
	f->why =
		SEAL_LIT("the policy does not know this place; objects of that use bear this type");
	if (missing.n)
		f->why = seal_ladder_textf(l,
					   "the policy does not know this place; objects of that "
					   "use bear this type; still denied then: %.*s",
					   (int)missing.n, missing.p);
	r = fcontext(
		f,
		(struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"), SEAL_LIT("-a"),
				      SEAL_LIT("-t"), type, regex},
		6,
		(struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"), SEAL_LIT("-d"),
				      regex},
		4,
		(struct seal_condition){SEAL_CONDITION_FCONTEXT, .subject = regex, .value = type});
	if (r == 0)
		r = seal_restorecon_step(f, top, tree);
	return r < 0 ? r : 1;
}

int seal_place_unknown(struct seal_ladder *l, const struct seal_denial *d,
		       const struct seal_denial_path *p)
{
	bool is_moved;
	struct seal_bytes type, folder = p->type == 'd' ? p->path : seal_path_parent(p->path);
	struct moved m;
	int r;

	if (!l->h->selinux.policy)
		return 0;
	is_moved = moved_from(l->h, p->path, &m);
	if (is_moved && m.same_tree) {
		r = equivalence(l, d, p, &m);
		if (r != 0)
			return r;
	}
	if (!is_unknown(l->h, p) && !seal_type_is_generic(l->h, seal_type_of(p->actual)))
		return 0;
	if (is_moved && !m.same_tree && type_at(l, d, p, (const char *)m.usual.p, &type))
		return give_type(l, d, p, type, m.here);
	if (type_of_use(l, d, p, &type))
		return give_type(l, d, p, type, folder);
	/* a use nobody has named: only where the domain has types of its own for it */
	if (is_unknown(l->h, p) && best_type(l, d, &type))
		return give_type(l, d, p, type, folder);
	return 0;
}
