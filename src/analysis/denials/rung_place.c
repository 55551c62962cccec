/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/module.h"
#include "evidence/postfix/conf.h"

/* rung_place.c - an object in a place that file_contexts does not know: a moved directory, a custom
 * spool, a folder of keys or of helper scripts */

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
			    (!seal_bytes_eq(path, dir) && !seal_path_is_below(path, dir)) ||
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
	struct seal_bytes twin, missing, here = m->here;
	struct seal_sides s = {0};
	struct seal_fix *f;
	int r;

	r = join(l->h, m->usual, seal_bytes_from(p->path, m->here.n), &twin);
	if (r < 0)
		return r;
	if (seal_view_expected(&l->h->view, twin, p->type, &s.target) < 0 ||
	    !seal_ladder_allows(l, d, &s))
		return 0;
	if (seal_view_spec_path(&l->h->view, m->here, l->h->arena, &here) == -EXDEV)
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
					   SEAL_LIT("-a"), SEAL_LIT("-e"), m->usual, here},
		     6,
		     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("fcontext"),
					   SEAL_LIT("-d"), SEAL_LIT("-e"), m->usual, here},
		     6,
		     (struct seal_condition){SEAL_CONDITION_EQUIVALENT, .subject = here,
					     .value = m->usual});
	if (r == 0)
		r = seal_restorecon_step(f, m->here, true);
	return r < 0 ? r : 1;
}

/* asked_for - the type file_contexts asks for; empty: none */
static struct seal_bytes asked_for(struct seal_host *h, struct seal_bytes path, char type)
{
	struct seal_bytes context;

	return seal_view_expected(&h->view, path, type, &context) < 0 ? SEAL_BYTES_NONE
								      : seal_type_of(context);
}

bool seal_place_has_entry(struct seal_ladder *l, struct seal_bytes path, char type)
{
	struct seal_bytes up = seal_path_parent(path), other;

	other = seal_ladder_textf(l, "%.*s/postseal-no-such-name", up.n > 1 ? (int)up.n : 0, up.p);
	return !seal_bytes_eq(asked_for(l->h, path, type), asked_for(l->h, other, type));
}

/* is_unknown - what file_contexts asks for here is what it asks for anywhere in that part of the
 * tree */
static bool is_unknown(struct seal_ladder *l, const struct seal_denial_path *p)
{
	struct seal_bytes top = seal_bytes_from(p->path, 1), any;
	ssize_t slash = seal_bytes_chr(top, '/');

	if (slash < 0)
		return false;
	any = seal_ladder_textf(l, "/%.*s/postseal-no-such-name/x", (int)slash, top.p);
	return !p->expected.n ||
	       seal_bytes_eq(asked_for(l->h, any, p->type), seal_type_of(p->expected));
}

/* put_literal - a path as the regular expression that matches it: semanage-fcontext(8) takes no
 * blanks, and libselinux no line with other than ASCII, so that those are matched by a dot */
static void put_literal(struct seal_buf *b, struct seal_bytes path)
{
	size_t i;

	for (i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c <= ' ' || c >= 0x7f)
			c = '.';
		else if (strchr(".^$*+?()[]{}|\\", c))
			seal_buf_putc(b, '\\');
		seal_buf_putc(b, (char)c);
	}
}

/* is_home - of an account, or where homes usually lie: what is below is of many uses */
static bool is_home(struct seal_host *h, struct seal_bytes dir)
{
	if (seal_bytes_is(dir, "/root") || seal_bytes_is(seal_path_parent(dir), "/home"))
		return true;
	seal_vec_each (u, &h->users.users) {
		if (seal_bytes_eq(u->home, dir))
			return true;
	}
	return false;
}

/* is_own_folder - of one use: neither /srv or /opt itself, nor a home, nor a folder that the map
 * has an entry for */
static bool is_own_folder(struct seal_ladder *l, struct seal_bytes dir)
{
	return dir.n > 1 && seal_bytes_chr(seal_bytes_from(dir, 1), '/') >= 0 &&
	       !is_home(l->h, dir) && !seal_place_has_entry(l, dir, 'd');
}

/* top_of_store - the folder of the mailboxes that main.cf names; where the system's own map has an
 * entry for it, it holds more than them, and the folder below it is taken */
static struct seal_bytes top_of_store(struct seal_ladder *l, struct seal_bytes dir,
				      struct seal_bytes path)
{
	ssize_t slash;

	if (!seal_place_has_entry(l, dir, 'd') || path.n <= dir.n + 1)
		return dir;
	slash = seal_bytes_chr(seal_bytes_from(path, dir.n + 1), '/');
	return slash < 0 ? path : seal_bytes_first(path, dir.n + 1 + (size_t)slash);
}

/* find_entry - the entry with exactly that expression, if the map holds one */
static bool find_entry(const struct seal_host *h, struct seal_bytes regex,
		       struct seal_context_entry *ret)
{
	bool found = false;
	struct seal_context_entry e;
	size_t n;

	for (n = 0; seal_view_entry(&h->view, n, &e) == 0; n++) {
		if (e.type != '?' || !seal_bytes_eq(e.regex, regex))
			continue;
		*ret = e;
		found = true;
	}
	return found;
}

/* regex_of - the expression for a folder or a file. Returns 0, -EXDEV or -ENOMEM */
static int regex_of(struct seal_ladder *l, const struct seal_place *place, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes path;
	int r;

	if (place->home.n && seal_bytes_is(seal_path_parent(place->home), "/home")) {
		seal_buf_puts(&b, "/home/[^/]+");
		path = seal_bytes_from(place->top, place->home.n);
	} else {
		r = seal_view_spec_path(&l->h->view, place->top, l->h->arena, &path);
		if (r == -ENOMEM || r == -EXDEV)
			return r;
		if (r < 0)
			path = place->top;
	}
	put_literal(&b, path);
	seal_buf_puts(&b, place->tree ? "(/.*)?" : "");
	return b.err ? b.err : seal_arena_copy(l->h->arena, seal_buf_bytes(&b), ret);
}

/* put_entry - semanage fcontext -a, or -m where there is such an entry, with its undo. Returns 0 or
 * -ENOMEM */
static int put_entry(struct seal_ladder *l, struct seal_fix *f, struct seal_bytes regex,
		     struct seal_bytes type)
{
	struct seal_bytes argv[] = {SEAL_LIT("semanage"),
				    SEAL_LIT("fcontext"),
				    SEAL_LIT("-a"),
				    SEAL_LIT("-t"),
				    type,
				    regex};
	struct seal_condition entry = {SEAL_CONDITION_FCONTEXT, .subject = regex, .value = type};
	struct seal_context_entry old;
	struct seal_bytes was;
	int r;

	if (!find_entry(l->h, regex, &old))
		return fcontext(f, argv, 6,
				(struct seal_bytes[]){argv[0], argv[1], SEAL_LIT("-d"), regex}, 4,
				entry);
	argv[2] = SEAL_LIT("-m");
	if (!old.local)
		return fcontext(f, argv, 6,
				(struct seal_bytes[]){argv[0], argv[1], SEAL_LIT("-d"), regex}, 4,
				entry);
	was = old.context.n ? seal_type_of(old.context) : SEAL_LIT("<<none>>");
	r = fcontext(f, argv, 6,
		     (struct seal_bytes[]){argv[0], argv[1], argv[2], argv[3], was, regex}, 6,
		     entry);
	if (r == 0)
		f->steps.v[f->steps.n - 1].before.value = was;
	return r;
}

static int entry_step(struct seal_ladder *l, struct seal_fix *f, const struct seal_place *place)
{
	struct seal_bytes regex;
	struct seal_step *s;
	int r;

	r = regex_of(l, place, &regex);
	if (r == -EXDEV) {
		r = seal_ladder_step(f, "manual", NULL, 0, &s);
		if (r == 0)
			s->why = seal_ladder_textf(
				l,
				"an equivalence of file_contexts.subs covers the path: remove it, "
				"then label %.*s with %.*s",
				(int)place->top.n, place->top.p, (int)place->type.n, place->type.p);
		return r;
	}
	return r < 0 ? r : put_entry(l, f, regex, place->type);
}

/* still_missing - what the relabelled folders above the object themselves lack */
static int still_missing(struct seal_ladder *l, const struct seal_denial *d,
			 const struct seal_denial_path *p, const struct seal_place *place,
			 struct seal_bytes *ret)
{
	struct seal_bytes search = SEAL_LIT("search");
	struct seal_sides s = {0};
	struct seal_access a = {.tclass = SEAL_LIT("dir"),
				.perms = &search,
				.n_perms = 1,
				.ioctl = -1,
				.scontext = d->scontext};

	if (seal_ladder_retype(l, d->tcontext, place->type, &s.target) < 0 ||
	    seal_foresee_missing(l, d, &s, ret) < 0)
		return -ENOMEM;
	a.tcontext = s.target;
	if (!ret->n && place->tree && seal_path_is_below(p->path, place->top) &&
	    seal_policy_allows(l->h->selinux.policy, &a) != 1)
		*ret = SEAL_LIT("search of the folder");
	return 0;
}

int seal_place_give(struct seal_ladder *l, const struct seal_denial *d,
		    const struct seal_denial_path *p, const struct seal_place *place)
{
	struct seal_bytes missing;
	struct seal_fix *f;
	int r;

	r = still_missing(l, d, p, place, &missing);
	f = r == 0 ? seal_ladder_add(l, SEAL_FIX_FCONTEXT) : NULL;
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal =
		missing.n == 0 && seal_ladder_allows_all(l, SEAL_BYTES_NONE, place->type);
	f->opens.known = true;
	f->why = place->why.n ? place->why
			      : SEAL_LIT("the policy does not know this place; objects of that use "
					 "bear this type");
	if (missing.n)
		f->why = seal_ladder_textf(l, "%.*s; still denied then: %.*s", (int)f->why.n,
					   f->why.p, (int)missing.n, missing.p);
	r = entry_step(l, f, place);
	if (r == 0)
		r = seal_restorecon_step(f, place->top, place->tree);
	return r < 0 ? r : 1;
}

/* in_home_mailbox - mail kept below the homes in a folder of another name than the policy's own */
static bool in_home_mailbox(struct seal_ladder *l, const struct seal_denial_path *p,
			    struct seal_place *ret)
{
	struct seal_bytes value, usual, context;

	seal_vec_each (inst, &l->h->postfix.instances) {
		if (seal_conf_value(inst, NULL, "home_mailbox", l->h->arena, &value) < 0 ||
		    !value.n || value.p[0] == '/')
			continue;
		while (value.n && value.p[value.n - 1] == '/')
			value.n--;
		seal_vec_each (u, &l->h->users.users) {
			ret->top = seal_ladder_textf(l, "%.*s/%.*s", (int)u->home.n, u->home.p,
						     (int)value.n, value.p);
			usual = seal_ladder_textf(l, "%.*s/Maildir", (int)u->home.n, u->home.p);
			if (u->home.n > 1 && value.n &&
			    (seal_bytes_eq(ret->top, p->path) ||
			     seal_path_is_below(p->path, ret->top)) &&
			    seal_view_expected(&l->h->view, usual, 'd', &context) == 0) {
				ret->type = seal_type_of(context);
				ret->home = u->home;
				ret->tree = true;
				return true;
			}
		}
	}
	return false;
}

/* where_used - the folder, or the file alone where its folder is shared */
static struct seal_bytes where_used(struct seal_ladder *l, const struct seal_denial_path *p,
				    bool *tree)
{
	struct seal_bytes folder = p->type == 'd' ? p->path : seal_path_parent(p->path);

	*tree = p->type == 'd' || (*tree && is_own_folder(l, folder));
	return *tree ? folder : p->path;
}

int seal_place_unknown(struct seal_ladder *l, const struct seal_denial *d,
		       const struct seal_denial_path *p)
{
	struct seal_place place = {0};
	bool is_moved, unknown;
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
	r = seal_place_socket(l, d, p);
	if (r != 0)
		return r;
	unknown = is_unknown(l, p);
	if (!unknown && !seal_type_is_generic(l->h, seal_type_of(p->actual)))
		return 0;
	if (is_moved && !m.same_tree && seal_place_type_at(l, d, p, m.usual, &place.type)) {
		place.top = top_of_store(l, m.here, p->path);
		place.tree = true;
		return seal_place_give(l, d, p, &place);
	}
	if (in_home_mailbox(l, p, &place) && seal_ladder_allows_all(l, SEAL_BYTES_NONE, place.type))
		return seal_place_give(l, d, p, &place);
	place.home = SEAL_BYTES_NONE;
	/* a use nobody has named: only where the domain has types of its own for it */
	if (!seal_place_use(l, d, p, unknown, &place))
		return 0;
	place.top = where_used(l, p, &place.tree);
	return seal_place_give(l, d, p, &place);
}
