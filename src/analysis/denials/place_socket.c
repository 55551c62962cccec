/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/module.h"

/* place_socket.c - a listening socket in a place that file_contexts does not know. Its label has to
 * serve both sides: the client may write to it, and the service may make it anew when it starts. A
 * type that serves the client alone would stop the service. */

#define NAMES_MAX 8
#define TOLD_MAX  6 /* types named to a person */

/* struct socket - what is known of it */
struct socket {
	struct seal_bytes top; /* the folder to be labelled, or the socket alone */
	bool tree;
	struct seal_bytes client, server;  /* domains; empty: not known */
	struct seal_bytes name[NAMES_MAX]; /* what the service may be called */
	size_t n_names;
};

static bool may(struct seal_ladder *l, struct seal_bytes domain, struct seal_bytes type,
		const char *tclass, const char *perm)
{
	struct seal_bytes p = seal_bytes_of(perm);
	struct seal_access a = {domain, type, seal_bytes_of(tclass), &p, 1, -1};

	return seal_policy_allows(l->h->selinux.policy, &a) == 1;
}

static bool may_serve(struct seal_ladder *l, struct seal_bytes domain, struct seal_bytes type)
{
	return may(l, domain, type, "sock_file", "create") &&
	       may(l, domain, type, "sock_file", "unlink") &&
	       may(l, domain, type, "dir", "add_name") && may(l, domain, type, "dir", "write");
}

static bool may_use(struct seal_ladder *l, struct seal_bytes domain, struct seal_bytes type)
{
	return may(l, domain, type, "sock_file", "write") && may(l, domain, type, "dir", "search");
}

static void add_name(struct socket *s, struct seal_bytes name)
{
	if (s->n_names < NAMES_MAX && name.n && !seal_bytes_is(name, "/"))
		s->name[s->n_names++] = name;
}

/* gather_names - who listens there, else the names of the folder, of the socket and of its owner */
static void gather_names(struct seal_ladder *l, const struct seal_denial_path *p, struct socket *s)
{
	struct seal_bytes folder = p->type == 'd' ? p->path : seal_path_parent(p->path);
	struct seal_bytes name = seal_path_name(p->path);
	const struct seal_user *user;
	struct seal_file file;
	ssize_t dot;

	seal_vec_each (in, &l->h->net.listeners) {
		if (seal_bytes_eq(in->path, p->path) ||
		    (p->type == 'd' && seal_path_is_below(in->path, p->path)))
			add_name(s, in->program);
	}
	if (s->tree)
		add_name(s, seal_path_name(folder));
	if (p->type != 'd') {
		dot = seal_bytes_rchr(name, '.');
		add_name(s, dot > 0 ? seal_bytes_first(name, (size_t)dot) : name);
	}
	if (seal_view_file(&l->h->view, p->path, &file) == 0 && file.has_owner && file.uid != 0) {
		user = seal_users_by_uid(&l->h->users, file.uid);
		if (user)
			add_name(s, user->name);
	}
}

/* domain_of - the domain that the program of that name runs in when its service starts it */
static bool domain_of(struct seal_ladder *l, struct seal_bytes name, struct seal_bytes *ret)
{
	static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/lib"};
	struct seal_bytes path, context, perm = SEAL_LIT("entrypoint");
	struct seal_names domains = {0};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		bool one = false;

		path = seal_ladder_textf(l, "%s/%.*s", folders[i], (int)name.n, name.p);
		if (!path.n || seal_view_expected(&l->h->view, path, 'f', &context) < 0)
			continue;
		domains.v.n = 0;
		if (seal_policy_sources_with(l->h->selinux.policy, seal_type_of(context),
					     SEAL_LIT("file"), &perm, 1, &domains) == 0 &&
		    domains.v.n == 1) {
			*ret = domains.v.v[0];
			one = true;
		}
		seal_vec_done(&domains.v);
		domains = (struct seal_names){0};
		if (one)
			return true;
	}
	return false;
}

/* find_sides - the denied process is one of the two, the other is found by its names */
static void find_sides(struct seal_ladder *l, const struct seal_denial *d, struct socket *s)
{
	bool serves = seal_bytes_is(d->syscall, "bind") || seal_denial_has(d, "create") ||
		      seal_denial_has(d, "add_name");
	size_t i;

	if (serves) {
		s->server = l->g->source_type;
		if (seal_daemon_domain(l->h, SEAL_LIT("smtpd"), &s->client) < 0)
			s->client = SEAL_BYTES_NONE;
		return;
	}
	s->client = l->g->source_type;
	for (i = 0; i < s->n_names; i++)
		if (domain_of(l, s->name[i], &s->server))
			return;
}

/* fits - whether a label of @type would answer the denial and serve both sides */
static bool fits(struct seal_ladder *l, const struct seal_denial *d, const struct socket *s,
		 struct seal_bytes type)
{
	struct seal_sides sides = {0};
	struct seal_bytes why;

	return !seal_type_is_generic(l->h, type) && !seal_type_is_guarded(l->h, type, &why) &&
	       seal_ladder_retype(l, d->tcontext, type, &sides.target) == 0 &&
	       seal_ladder_allows(l, d, &sides) && (!s->client.n || may_use(l, s->client, type)) &&
	       (!s->server.n || may_serve(l, s->server, type));
}

/* sharers - how many domains may write to sockets of @type */
static size_t sharers(struct seal_ladder *l, struct seal_bytes type)
{
	struct seal_bytes perm = SEAL_LIT("write");
	struct seal_names sources = {0};
	size_t n = SIZE_MAX;

	if (seal_policy_sources_with(l->h->selinux.policy, type, SEAL_LIT("sock_file"), &perm, 1,
				     &sources) == 0)
		n = sources.v.n;
	seal_vec_done(&sources.v);
	return n;
}

static bool is_named(const struct socket *s, struct seal_bytes name)
{
	size_t i;

	for (i = 0; i < s->n_names; i++)
		if (seal_bytes_eq(s->name[i], name))
			return true;
	return false;
}

/* type_elsewhere - the type file_contexts gives in another place to what bears the same name */
static bool type_elsewhere(struct seal_ladder *l, const struct seal_denial *d,
			   const struct socket *s, struct seal_bytes *ret)
{
	struct seal_bytes type, name;
	struct seal_context_entry e;
	size_t best = SIZE_MAX, n, k;

	for (n = 0; seal_view_entry(&l->h->view, n, &e) == 0; n++) {
		if (!e.whole || !e.context.n || (e.type != '?' && e.type != 'd' && e.type != 's') ||
		    !is_named(s, seal_path_name(e.literal)) ||
		    seal_policy_type(l->h->selinux.policy, seal_type_of(e.context), &name) < 0)
			continue;
		type = name;
		if (!fits(l, d, s, type))
			continue;
		k = sharers(l, type);
		if (k < best) {
			best = k;
			*ret = type;
		}
	}
	return best < SIZE_MAX;
}

/* types_for - those that serve both sides, by how few share them; at most @max. Returns the count
 */
static size_t types_for(struct seal_ladder *l, const struct seal_denial *d, const struct socket *s,
			struct seal_bytes *ret, size_t max)
{
	struct seal_bytes perm = SEAL_LIT("write");
	struct seal_names types = {0};
	size_t rank[TOLD_MAX], n = 0, i, k;

	if (!s->client.n || seal_policy_types_with(l->h->selinux.policy, s->client,
						   SEAL_LIT("sock_file"), &perm, 1, &types) < 0)
		return 0;
	seal_vec_each (t, &types.v) {
		/* what the client makes itself is its own, not the service's */
		if (!fits(l, d, s, *t) || may_serve(l, s->client, *t))
			continue;
		k = sharers(l, *t);
		for (i = n < max ? n++ : max; i > 0 && rank[i - 1] > k; i--) {
			if (i == max)
				continue;
			rank[i] = rank[i - 1];
			ret[i] = ret[i - 1];
		}
		if (i < max) {
			rank[i] = k;
			ret[i] = *t;
		}
	}
	seal_vec_done(&types.v);
	return n;
}

/* tell - the service is not known: the folder needs its type, which a person has to name */
static int tell(struct seal_ladder *l, const struct seal_denial *d, const struct socket *s)
{
	struct seal_bytes types[TOLD_MAX];
	size_t n = types_for(l, d, s, types, TOLD_MAX), i;
	seal_auto_buf struct seal_buf b = {0};
	struct seal_step *step;
	struct seal_fix *f;
	int r;

	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		seal_buf_printf(&b, "%s%.*s", i ? ", " : "", (int)types[i].n, types[i].p);
	f = b.err ? NULL : seal_ladder_add(l, SEAL_FIX_FCONTEXT);
	if (!f)
		return -ENOMEM;
	f->opens.known = true;
	f->why = SEAL_LIT("the policy does not know the socket's place: it needs the type of the "
			  "service's own sockets, which the service has to be able to make there");
	r = seal_ladder_step(f, "manual", NULL, 0, &step);
	if (r < 0)
		return r;
	step->why = seal_ladder_textf(
		l,
		"label %.*s with the type of the service's own data (semanage fcontext, "
		"restorecon); the domain may use sockets of: %.*s",
		(int)s->top.n, s->top.p, (int)b.n, b.p);
	return step->why.n ? 1 : -ENOMEM;
}

/* still_denied - the label mended, the peer itself may be out of reach */
static bool still_denied(struct seal_ladder *l, const struct seal_denial *d, const struct socket *s)
{
	return seal_bytes_is(d->tclass, "sock_file") && s->client.n && s->server.n &&
	       seal_bytes_eq(s->client, l->g->source_type) &&
	       !may(l, s->client, s->server, "unix_stream_socket", "connectto");
}

static int give(struct seal_ladder *l, const struct seal_denial *d,
		const struct seal_denial_path *p, const struct socket *s, struct seal_bytes type)
{
	struct seal_place place = {.top = s->top, .tree = s->tree, .type = type};
	struct seal_fix *f;
	int r;

	place.why = s->server.n && s->client.n
			    ? seal_ladder_textf(
				      l,
				      "the policy does not know the socket's place; %.*s may make "
				      "sockets of this type, and %.*s may use them",
				      (int)s->server.n, s->server.p, (int)s->client.n, s->client.p)
			    : SEAL_LIT("the policy does not know the socket's place; elsewhere "
				       "what bears this name has this type");
	r = seal_place_give(l, d, p, &place);
	if (r != 1 || !still_denied(l, d, s))
		return r;
	f = &l->g->candidates.v[l->g->candidates.n - 1];
	f->sufficient = f->minimal = false;
	f->why = seal_ladder_textf(l, "%.*s; still denied then: connectto of %.*s", (int)f->why.n,
				   f->why.p, (int)s->server.n, s->server.p);
	return f->why.n ? 1 : -ENOMEM;
}

/* is_socket - the object is one, or the folder that the system call on a socket looked in */
static bool is_socket(const struct seal_denial *d, const struct seal_denial_path *p)
{
	return p->type == 's' || seal_bytes_is(d->tclass, "sock_file") ||
	       (p->type == 'd' &&
		(seal_bytes_is(d->syscall, "connect") || seal_bytes_is(d->syscall, "bind")));
}

int seal_place_socket(struct seal_ladder *l, const struct seal_denial *d,
		      const struct seal_denial_path *p)
{
	struct seal_bytes folder = p->type == 'd' ? p->path : seal_path_parent(p->path), type;
	struct socket s = {.top = p->path};

	if (!is_socket(d, p) || (p->type != 'd' && seal_place_has_entry(l, p->path, 's')))
		return 0;
	/* a folder with an entry of its own is known, unless all kinds of sockets lie in it */
	if (!seal_place_has_entry(l, folder, 'd')) {
		s.tree = true;
		s.top = folder;
	} else if (p->type == 'd' || !seal_type_is_generic(l->h, seal_type_of(p->expected))) {
		return 0;
	}
	gather_names(l, p, &s);
	find_sides(l, d, &s);
	if (type_elsewhere(l, d, &s, &type))
		return give(l, d, p, &s, type);
	if (s.server.n && types_for(l, d, &s, &type, 1) == 1)
		return give(l, d, p, &s, type);
	return s.server.n ? 0 : tell(l, d, &s);
}
