/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/denials/ladder_impl.h"

/* rung_subject.c - does the process run in the domain its program should run in? */

/* entered_by - the only domain that a program of @type is the way into */
static bool entered_by(struct seal_ladder *l, struct seal_bytes type, struct seal_bytes *ret)
{
	struct seal_bytes perm = SEAL_LIT("entrypoint");
	struct seal_names domains = {0};
	bool one;

	if (seal_policy_sources_with(l->h->selinux.policy, type, SEAL_LIT("file"), &perm, 1,
				     &domains) < 0)
		return false;
	one = domains.v.n == 1;
	if (one)
		*ret = domains.v.v[0];
	seal_vec_done(&domains.v);
	return one;
}

/* program_of - the program's path: of the SYSCALL record, else where that daemon lies */
static struct seal_bytes program_of(struct seal_ladder *l, const struct seal_denial *d)
{
	struct seal_bytes path;

	if (d->exe.n)
		return d->exe;
	if (d->comm.n && seal_daemon_program(l->h, d->comm, &path) == 0)
		return path;
	return SEAL_BYTES_NONE;
}

/* right_domain - where the program belongs when its label is @type; @wrong: it is not, and where
 * the daemon runs now says nothing */
static bool right_domain(struct seal_ladder *l, struct seal_bytes program, struct seal_bytes type,
			 bool wrong, struct seal_bytes *ret)
{
	struct seal_bytes name = seal_path_name(program), path;

	if (!wrong && seal_daemon_program(l->h, name, &path) == 0 && seal_bytes_eq(path, program) &&
	    seal_daemon_domain(l->h, name, ret) == 0)
		return true;
	return entered_by(l, type, ret);
}

static int add_restart(struct seal_ladder *l, struct seal_fix *f, struct seal_bytes program)
{
	struct seal_bytes name = seal_path_name(program), path;
	struct seal_step *s;
	int r;

	if (seal_daemon_program(l->h, name, &path) < 0 || !seal_bytes_eq(path, program)) {
		r = seal_ladder_step(f, "manual", NULL, 0, &s);
		if (r == 0)
			s->why = SEAL_LIT("restart the service, so that its program is entered "
					  "anew");
		return r;
	}
	r = seal_ladder_step(f, "systemctl",
			     (struct seal_bytes[]){SEAL_LIT("systemctl"), SEAL_LIT("restart"),
						   SEAL_LIT("postfix")},
			     3, &s);
	if (r == 0) {
		s->verify = SEAL_LIT("ps -eZ shows the daemons in domains of their own");
		s->after = (struct seal_condition){SEAL_CONDITION_SERVICE,
						   .subject = SEAL_LIT("postfix")};
	}
	return r;
}

static int relabel_program(struct seal_ladder *l, struct seal_bytes program,
			   struct seal_bytes domain)
{
	struct seal_fix *f = seal_ladder_add(l, SEAL_FIX_RESTORECON);
	int r;

	if (!f)
		return -ENOMEM;
	f->opens.known = f->of_process = true;
	f->sufficient = f->minimal =
		domain.n > 0 && seal_ladder_allows_all(l, domain, SEAL_BYTES_NONE);
	f->why = domain.n ? seal_ladder_textf(l,
					      "the program's own label is wrong, so it runs in "
					      "%.*s and not in %.*s",
					      (int)l->g->source_type.n, l->g->source_type.p,
					      (int)domain.n, domain.p)
			  : SEAL_LIT("the program's own label is wrong, so it runs in another "
				     "domain than its own");
	l->label_fault = f->sufficient;
	l->no_rule = SEAL_LIT("label fault of the program");
	r = seal_restorecon_step(f, program, false);
	return r < 0 ? r : add_restart(l, f, program);
}

static int restart(struct seal_ladder *l, struct seal_bytes program, struct seal_bytes domain)
{
	struct seal_fix *f;

	if (!seal_ladder_allows_all(l, domain, SEAL_BYTES_NONE))
		return 0;
	f = seal_ladder_add(l, SEAL_FIX_SERVICE);
	if (!f)
		return -ENOMEM;
	f->opens.known = f->of_process = f->sufficient = f->minimal = true;
	f->why = seal_ladder_textf(
		l,
		"the program runs in %.*s and not in %.*s: it was not started by "
		"its service",
		(int)l->g->source_type.n, l->g->source_type.p, (int)domain.n, domain.p);
	l->no_rule = SEAL_LIT("the process runs in a domain that is not its own");
	return add_restart(l, f, program);
}

int seal_rung_subject(struct seal_ladder *l)
{
	const struct seal_denial *d = l->g->members.v[0];
	struct seal_bytes program = program_of(l, d), actual, expected, domain = SEAL_BYTES_NONE;
	bool known, wrong;

	if (!l->h->selinux.policy || !program.n ||
	    seal_view_expected(&l->h->view, program, 'f', &expected) < 0)
		return 0;
	wrong = seal_view_label(&l->h->view, program, &actual) == 0 &&
		!seal_bytes_eq(seal_type_of(actual), seal_type_of(expected));
	known = right_domain(l, program, seal_type_of(expected), wrong, &domain);
	if (known && seal_bytes_eq(domain, l->g->source_type))
		return 0;
	if (wrong)
		return relabel_program(l, program, domain);
	/* daemons of Postfix alone: others are started in more ways than one */
	return known && seal_daemon_domain(l->h, seal_path_name(program), &domain) == 0 &&
			       !seal_bytes_eq(domain, l->g->source_type)
		       ? restart(l, program, domain)
		       : 0;
}
