/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/mail_domain.h"

/* rung_socket.c - the peer of a local socket runs in a domain that is not its own */

/* a service writes files of few types; who writes files of more than this is not confined */
#define CONFINED_TYPES_MAX 400

static bool is_unconfined(struct seal_ladder *l, struct seal_bytes domain)
{
	struct seal_bytes perm = SEAL_LIT("write");
	struct seal_names types = {0};
	bool many;

	if (seal_policy_types_with(l->h->selinux.policy, domain, SEAL_LIT("file"), &perm, 1,
				   &types) < 0)
		return false;
	many = types.v.n > CONFINED_TYPES_MAX;
	seal_vec_done(&types.v);
	return many;
}

/* program_at - where the program of a listening socket lies, of the folders programs lie in */
static bool program_at(struct seal_ladder *l, struct seal_bytes name, struct seal_bytes *path,
		       struct seal_bytes *expected)
{
	static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/usr/libexec", "/sbin"};
	struct seal_file file;
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		*path = seal_ladder_textf(l, "%s/%.*s", folders[i], (int)name.n, name.p);
		if (path->n && seal_view_file(&l->h->view, *path, &file) == 0 &&
		    seal_view_expected(&l->h->view, *path, 'f', expected) == 0)
			return true;
	}
	return false;
}

/* peer_of - the program that listens on the socket; empty when the evidence does not tell */
static struct seal_bytes peer_of(const struct seal_ladder *l, const struct seal_denial *d)
{
	struct seal_bytes path = d->object.socket_path.n ? d->object.socket_path : d->object.path;

	seal_vec_each (in, &l->h->net.listeners) {
		if (in->path.n && path.n && seal_bytes_eq(in->path, path))
			return in->program;
	}
	return SEAL_BYTES_NONE;
}

/* mended - whether a peer entered through a program of @type could be spoken to */
static bool mended(struct seal_ladder *l, struct seal_bytes type)
{
	struct seal_bytes perm = SEAL_LIT("entrypoint");
	struct seal_names domains = {0};
	bool yes = false;

	if (seal_policy_sources_with(l->h->selinux.policy, type, SEAL_LIT("file"), &perm, 1,
				     &domains) == 0 &&
	    domains.v.n == 1)
		yes = seal_ladder_allows_all(l, SEAL_BYTES_NONE, domains.v.v[0]);
	seal_vec_done(&domains.v);
	return yes;
}

static int mend_peer(struct seal_ladder *l, struct seal_bytes program)
{
	struct seal_bytes path, expected, actual;
	bool wrong;
	struct seal_step *s;
	struct seal_fix *f;
	int r = 0;

	if (!program.n || !program_at(l, program, &path, &expected))
		return 0;
	wrong = seal_view_label(&l->h->view, path, &actual) == 0 &&
		!seal_bytes_eq(seal_type_of(actual), seal_type_of(expected));
	f = seal_ladder_add(l, wrong ? SEAL_FIX_RESTORECON : SEAL_FIX_SERVICE);
	if (!f)
		return -ENOMEM;
	f->opens.known = true;
	f->sufficient = f->minimal = mended(l, seal_type_of(expected));
	f->why = wrong ? SEAL_LIT("the program that listens is mislabelled, so it runs unconfined")
		       : SEAL_LIT("the program that listens was not started by its service, so it "
				  "runs unconfined");
	l->label_fault = l->label_fault || (wrong && f->sufficient);
	if (wrong)
		r = seal_restorecon_step(f, path, false);
	if (r == 0)
		r = seal_ladder_step(f, "manual", NULL, 0, &s);
	if (r == 0)
		s->why = SEAL_LIT("restart the service that listens on the socket");
	return r;
}

#define LABELS_MAX 4

/* put_entry - the labels of programs that lead into @domain */
static int put_entry(struct seal_ladder *l, struct seal_bytes domain, struct seal_buf *b,
		     size_t *shown)
{
	struct seal_bytes perm = SEAL_LIT("entrypoint");
	struct seal_names types = {0};
	int r;

	r = seal_policy_types_with(l->h->selinux.policy, domain, SEAL_LIT("file"), &perm, 1,
				   &types);
	/* one that any program may bear is no way into a domain of one's own */
	if (r == 0 && types.v.n == 1 && (*shown)++ < LABELS_MAX)
		seal_buf_printf(b, "%s%.*s", b->n ? ", " : "", (int)types.v.v[0].n, types.v.v[0].p);
	seal_vec_done(&types.v);
	return r == -ENOMEM ? r : 0;
}

/* entries - labels that take a service of mail into a domain which the source may speak to */
static int entries(struct seal_ladder *l, struct seal_buf *b, size_t *n)
{
	struct seal_bytes perm = SEAL_LIT("connectto");
	struct seal_names mail = {0}, peers = {0};
	int r;

	r = seal_mail_domains(l->h, &mail);
	if (r == 0 && seal_policy_types_with(l->h->selinux.policy, l->g->source_type, l->g->tclass,
					     &perm, 1, &peers) == -ENOMEM)
		r = -ENOMEM;
	seal_vec_each (p, &peers.v) {
		if (r == 0 && seal_mail_domains_have(&mail, *p) && !is_unconfined(l, *p))
			r = put_entry(l, *p, b, n);
	}
	seal_vec_done(&mail.v);
	seal_vec_done(&peers.v);
	return r < 0 ? r : b->err;
}

/* tell_peer - the peer's program is not known: what its label would have to be */
static int tell_peer(struct seal_ladder *l)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes why, step;
	size_t n = 0;

	if (entries(l, &b, &n) < 0)
		return -ENOMEM;
	why = seal_ladder_textf(l,
				"the peer runs in %.*s, which is no domain of its own: its program "
				"bears no label that leads into one",
				(int)l->g->target_type.n, l->g->target_type.p);
	if (n == 0)
		step = SEAL_LIT("label the program that listens on the socket, so that its service "
				"gets a domain of its own, and restart the service");
	else
		step = seal_ladder_textf(l,
					 "label the program that listens on the socket with the "
					 "type of its kind (semanage fcontext -a -t TYPE PROGRAM, "
					 "restorecon -F PROGRAM; %.*s may speak to services of "
					 "%.*s%s) and restart the service",
					 (int)l->g->source_type.n, l->g->source_type.p, (int)b.n,
					 b.p, n > LABELS_MAX ? " and others" : "");
	return why.n && step.n && seal_ladder_none(l, why, step) ? 0 : -ENOMEM;
}

int seal_rung_socket(struct seal_ladder *l)
{
	const struct seal_denial *d = l->g->members.v[0];
	size_t before;
	int r;

	if (!l->h->selinux.policy || !seal_denial_has(d, "connectto") ||
	    !is_unconfined(l, l->g->target_type))
		return 0;
	l->no_rule = SEAL_LIT("the peer runs in a domain that is not its own: mend that, or every "
			      "program of that domain is trusted");
	before = l->g->candidates.n;
	r = mend_peer(l, peer_of(l, d));
	return r == 0 && l->g->candidates.n == before ? tell_peer(l) : r;
}
