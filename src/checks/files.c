/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/files.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "evidence/selinux/policy.h"

#define LINKS 8
#define PERMS 8

int seal_follow(struct seal_host *h, struct seal_bytes *path, struct seal_file *ret)
{
	int r;

	for (int i = 0; i <= LINKS; i++) {
		size_t dir = path->n;
		const char *to;

		r = seal_view_file(&h->view, *path, ret);
		if (r < 0 || ret->type != 'l')
			return r;
		if (ret->link.n && ret->link.p[0] == '/') {
			*path = ret->link;
			continue;
		}
		while (dir && path->p[dir - 1] != '/')
			dir--;
		to = seal_arena_printf(h->arena, "%.*s%.*s", (int)dir, path->p,
				       SEAL_ARG(ret->link));
		if (!to)
			return -ENOMEM;
		*path = seal_bytes_of(to);
	}
	return -ELOOP;
}

int seal_type_at(struct seal_host *h, struct seal_bytes path, char type, struct seal_bytes *ret,
		 bool *stored)
{
	struct seal_bytes context;

	*stored = seal_view_label(&h->view, path, &context) == 0;
	if (!*stored && seal_view_expected(&h->view, path, type, &context) < 0)
		return -ENODATA;
	*ret = seal_context_part(context, 't');
	return ret->n ? 0 : -ENODATA;
}

int seal_may(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes type,
	     const char *tclass, const char *perms)
{
	struct seal_bytes words = seal_bytes_of(perms), v[PERMS];
	struct seal_access a = {
		.tcontext = type, .tclass = seal_bytes_of(tclass), .perms = v, .ioctl = -1};
	int r;

	if (!h->selinux.policy)
		return -ENODATA;
	r = seal_daemon_domain(h, daemon, &a.scontext);
	if (r < 0)
		return r;
	while (a.n_perms < PERMS && (v[a.n_perms] = seal_bytes_word(&words)).n)
		a.n_perms++;
	r = seal_policy_allows(h->selinux.policy, &a);
	return r < 0 && r != -ENOMEM ? -ENODATA : r;
}

bool seal_generic_type(struct seal_host *h, struct seal_bytes type)
{
	static const char *const places[] = {
		"/x-postseal",           "/var/x-postseal", "/var/lib/x-postseal",
		"/var/spool/x-postseal", "/srv/x-postseal", "/usr/x-postseal",
		"/opt/x-postseal",       "/tmp/x-postseal", "/home",
		"/root/x-postseal"};
	struct seal_bytes context;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (seal_view_expected(&h->view, seal_bytes_of(places[i]), 'd', &context) == 0 &&
		    seal_bytes_eq(seal_context_part(context, 't'), type))
			return true;
	seal_vec_each (u, &h->users.users) {
		const char *inside;

		if (u->uid < 1000 || u->uid >= 60000 || !u->home.n || u->home.p[0] != '/')
			continue;
		inside = seal_arena_printf(h->arena, "%.*s/x-postseal", SEAL_ARG(u->home));
		if (inside &&
		    seal_view_expected(&h->view, seal_bytes_of(inside), 'd', &context) == 0 &&
		    seal_bytes_eq(seal_context_part(context, 't'), type))
			return true;
		break;
	}
	return false;
}
