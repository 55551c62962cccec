/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/ladder_impl.h"
#include "evidence/postfix/conf.h"

/* rung_label.c - is the label of the program, or of the object, the fault? */

static struct seal_bytes parent_of(struct seal_bytes path)
{
	ssize_t slash = seal_bytes_rchr(path, '/');

	return slash <= 0 ? SEAL_LIT("/") : seal_bytes_first(path, (size_t)slash);
}

static struct seal_bytes type_of(struct seal_bytes context)
{
	return seal_context_part(context, 't');
}

/* differs - in type or range; user and role of files do not matter to access */
static bool differs(struct seal_bytes actual, struct seal_bytes expected)
{
	return !seal_bytes_eq(type_of(actual), type_of(expected)) ||
	       !seal_bytes_eq(seal_context_part(actual, 'l'), seal_context_part(expected, 'l'));
}

static bool is_mislabelled(struct seal_host *h, struct seal_bytes path, char type)
{
	struct seal_bytes actual, expected;

	return seal_view_label(&h->view, path, &actual) == 0 &&
	       seal_view_expected(&h->view, path, type, &expected) == 0 &&
	       differs(actual, expected);
}

/* top_of - the highest folder above a mislabelled path that is mislabelled without a break */
static struct seal_bytes top_of(struct seal_host *h, struct seal_bytes path)
{
	struct seal_bytes up = parent_of(path);

	while (up.n > 1 && is_mislabelled(h, up, 'd')) {
		path = up;
		up = parent_of(up);
	}
	return path;
}

static int add_restorecon(struct seal_fix *f, struct seal_bytes path, bool tree)
{
	struct seal_bytes argv[] = {SEAL_LIT("restorecon"), tree ? SEAL_LIT("-RF") : SEAL_LIT("-F"),
				    path};
	struct seal_step *s;
	int r;

	seal_vec_each (known, &f->steps) {
		if (seal_bytes_is(SEAL_LIT("restorecon"), known->op) &&
		    seal_bytes_eq(known->argv.v.v[known->argv.v.n - 1], path))
			return 0;
	}
	r = seal_ladder_step(f, "restorecon", argv, 3, &s);
	if (r < 0)
		return r;
	s->precondition = SEAL_LIT("the label is not the one file_contexts asks for");
	s->verify = SEAL_LIT("restorecon -n on the path changes nothing");
	return 0;
}

/* struct moved - a directory of Postfix that main.cf puts elsewhere, and where the policy expects
 * it */
struct moved {
	struct seal_bytes here, usual;
};

/* moved_from - whether @path lies in a directory that was moved by a parameter */
static bool moved_from(struct seal_host *h, struct seal_bytes path, struct moved *ret)
{
	static const struct {
		const char *parameter, *usual;
	} known[] = {
		{"queue_directory", "/var/spool/postfix"},
		{"data_directory", "/var/lib/postfix"},
		{"config_directory", "/etc/postfix"},
		{"mail_spool_directory", "/var/mail"},
	};
	struct seal_bytes dir;
	size_t i;

	seal_vec_each (inst, &h->postfix.instances) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (seal_conf_value(inst, NULL, known[i].parameter, h->arena, &dir) < 0)
				continue;
			while (dir.n > 1 && dir.p[dir.n - 1] == '/')
				dir.n--;
			if (!dir.n || dir.p[0] != '/' || seal_bytes_is(dir, known[i].usual) ||
			    path.n < dir.n || memcmp(path.p, dir.p, dir.n) != 0 ||
			    (path.n > dir.n && path.p[dir.n] != '/'))
				continue;
			*ret = (struct moved){dir, seal_bytes_of(known[i].usual)};
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

/* equivalence - semanage fcontext -a -e USUAL HERE for a moved directory */
static int equivalence(struct seal_ladder *l, const struct seal_denial *d,
		       const struct seal_denial_path *p, const struct moved *m, bool *made)
{
	struct seal_bytes twin, context;
	struct seal_step *s;
	struct seal_fix *f;
	int r;

	r = join(l->h, m->usual, seal_bytes_from(p->path, m->here.n), &twin);
	if (r < 0)
		return r;
	if (seal_view_expected(&l->h->view, twin, p->type, &context) < 0 ||
	    !seal_ladder_allowed(l, d, context))
		return 0;
	f = seal_ladder_add(l, SEAL_FIX_FCONTEXT);
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal = true;
	f->opens.known = true;
	f->why = SEAL_LIT("the directory was moved: the policy labels it at its usual place only");
	r = seal_ladder_step(f, "semanage-fcontext",
			     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
						   SEAL_LIT("-a"), SEAL_LIT("-e"), m->usual,
						   m->here},
			     6, &s);
	if (r == 0)
		r = seal_argv_set(&s->undo,
				  (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
							SEAL_LIT("-d"), SEAL_LIT("-e"), m->usual,
							m->here},
				  6);
	if (r == 0)
		r = add_restorecon(f, m->here, true);
	*made = true;
	return r;
}

/* is_generic - what file_contexts asks for here is what it asks for anywhere in that part of the
 * tree: the policy does not know the place */
static bool is_generic(struct seal_host *h, const struct seal_denial_path *p)
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
	return !p->expected.n || seal_bytes_eq(type_of(context), type_of(p->expected));
}

static bool has_perm(const struct seal_denial *d, const char *perm)
{
	size_t i;

	for (i = 0; i < d->n_perms; i++)
		if (seal_bytes_is(d->perms[i], perm))
			return true;
	return false;
}

/* usual_place - where a file for that use is usually kept, as the policy's own map knows it */
static int usual_place(struct seal_ladder *l, const struct seal_denial *d,
		       const struct seal_denial_path *p, struct seal_bytes *ret)
{
	ssize_t slash = seal_bytes_rchr(p->path, '/');
	struct seal_bytes name = seal_bytes_from(p->path, (size_t)slash);

	if (has_perm(d, "execute") || has_perm(d, "execute_no_trans"))
		return join(l->h, SEAL_LIT("/usr/local/bin"), name, ret);
	if (seal_bytes_ends(p->path, ".pem") || seal_bytes_ends(p->path, ".key") ||
	    seal_bytes_ends(p->path, ".crt"))
		return join(l->h, SEAL_LIT("/etc/ssl/certs"), name, ret);
	return -ENOENT;
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

/* file_context - semanage fcontext -a -t TYPE for a place the policy does not know */
static int file_context(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_denial_path *p)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes usual, context, type, regex, dir = parent_of(p->path);
	struct seal_step *s;
	struct seal_fix *f;
	int r;

	r = usual_place(l, d, p, &usual);
	if (r < 0 || seal_view_expected(&l->h->view, usual, p->type, &context) < 0 ||
	    !seal_ladder_allowed(l, d, context))
		return r == -ENOMEM ? r : 0;
	put_literal(&b, dir);
	seal_buf_puts(&b, "(/.*)?");
	r = b.err ? b.err : seal_arena_copy(l->h->arena, seal_buf_bytes(&b), &regex);
	type = type_of(context);
	f = r == 0 ? seal_ladder_add(l, SEAL_FIX_FCONTEXT) : NULL;
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal = true;
	f->opens.known = true;
	f->why = SEAL_LIT(
		"the policy does not know this place; files of that use bear this type elsewhere");
	r = seal_ladder_step(f, "semanage-fcontext",
			     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
						   SEAL_LIT("-a"), SEAL_LIT("-t"), type, regex},
			     6, &s);
	if (r == 0)
		r = seal_argv_set(&s->undo,
				  (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
							SEAL_LIT("-d"), regex},
				  4);
	if (r == 0)
		r = add_restorecon(f, dir, true);
	l->label_fault = true;
	return r;
}

/* find_fix - the restorecon candidate, made when it is first needed */
static struct seal_fix *restorecon_fix(struct seal_ladder *l)
{
	struct seal_fix *f;

	seal_vec_each (known, &l->g->candidates) {
		if (known->kind == SEAL_FIX_RESTORECON)
			return known;
	}
	f = seal_ladder_add(l, SEAL_FIX_RESTORECON);
	if (f) {
		f->sufficient = f->minimal = true;
		f->opens.known = true;
		f->why = SEAL_LIT("the label on disk is not the one file_contexts asks for");
	}
	return f;
}

static const struct seal_denial *member_of(const struct seal_denial_group *g,
					   const struct seal_denial_path *p)
{
	seal_vec_each (m, &g->members) {
		if (seal_bytes_eq((*m)->tcontext, p->actual))
			return *m;
	}
	return g->members.v[0];
}

static int object_path(struct seal_ladder *l, const struct seal_denial_path *p)
{
	const struct seal_denial *d = member_of(l->g, p);
	struct seal_bytes top;
	struct seal_fix *f;
	struct moved m;
	bool made = false;
	int r;

	if (p->expected.n && differs(p->actual, p->expected)) {
		l->label_fault = true;
		f = restorecon_fix(l);
		if (!f)
			return -ENOMEM;
		if (!seal_ladder_allowed(l, d, p->expected)) {
			f->sufficient = false;
			f->why = SEAL_LIT("the label is wrong, but the access is denied on the "
					  "right one too");
		}
		top = top_of(l->h, p->path);
		return add_restorecon(f, top, p->type == 'd' || top.n < p->path.n);
	}
	if (moved_from(l->h, p->path, &m)) {
		r = equivalence(l, d, p, &m, &made);
		if (r < 0 || made) {
			l->label_fault = true;
			return r;
		}
	}
	return is_generic(l->h, p) ? file_context(l, d, p) : 0;
}

int seal_rung_object(struct seal_ladder *l)
{
	int r = 0;

	seal_vec_each (p, &l->g->paths) {
		/* one moved directory or one unknown folder needs one entry */
		if (r == 0 &&
		    !(l->label_fault && l->g->candidates.n &&
		      l->g->candidates.v[l->g->candidates.n - 1].kind == SEAL_FIX_FCONTEXT))
			r = object_path(l, p);
	}
	return r;
}

int seal_rung_subject(struct seal_ladder *l)
{
	const struct seal_denial *d = l->g->members.v[0];
	struct seal_bytes actual, expected;
	struct seal_fix *f;

	if (!d->exe.n || seal_view_label(&l->h->view, d->exe, &actual) < 0 ||
	    seal_view_expected(&l->h->view, d->exe, 'f', &expected) < 0 ||
	    seal_bytes_eq(type_of(actual), type_of(expected)))
		return 0;
	f = seal_ladder_add(l, SEAL_FIX_RESTORECON);
	if (!f)
		return -ENOMEM;
	l->label_fault = true;
	f->sufficient = f->minimal = true;
	f->opens.known = true;
	f->why = SEAL_LIT(
		"the program's own label is wrong, so it runs in another domain than its own");
	return add_restorecon(f, d->exe, false);
}
