/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/module.h"

/* rung_refuse.c - denials that no rule should or can answer, and what a person does instead */

static bool only_perms(const struct seal_denial_group *g, const char *const *names, size_t n)
{
	size_t i;

	seal_vec_each (p, &g->perms) {
		for (i = 0; i < n && !seal_bytes_is(*p, names[i]); i++)
			;
		if (i == n)
			return false;
	}
	return g->perms.n > 0;
}

/* is_leak - every member is a descriptor that a new program was handed over exec: it is closed and
 * the program runs all the same */
static bool is_leak(const struct seal_denial_group *g)
{
	static const char *const perms[] = {"read", "write", "append", "getattr", "ioctl", "use"};

	seal_vec_each (m, &g->members) {
		if (!seal_bytes_is((*m)->syscall, "execve") || (*m)->exit < 0)
			return false;
	}
	return only_perms(g, perms, sizeof(perms) / sizeof(perms[0]));
}

/* succeeded - the system calls went on without what was denied */
static bool succeeded(const struct seal_denial_group *g)
{
	seal_vec_each (m, &g->members) {
		if (!(*m)->has_syscall || (*m)->exit < 0)
			return false;
	}
	return true;
}

/* is_glance - a program outside the mail system looks at a directory: no mail waits for that */
static bool is_glance(struct seal_ladder *l)
{
	static const char *const perms[] = {"getattr", "search"};
	struct seal_bytes path;

	seal_vec_each (m, &l->g->members) {
		if (seal_bytes_find((*m)->exe, "/postfix/") >= 0 || !(*m)->comm.n ||
		    seal_daemon_program(l->h, (*m)->comm, &path) == 0)
			return false;
	}
	return seal_bytes_is(l->g->tclass, "dir") && !l->g->by_mail && only_perms(l->g, perms, 2);
}

static int refuse(struct seal_ladder *l, struct seal_bytes no_rule, struct seal_bytes why,
		  struct seal_bytes step)
{
	l->no_rule = no_rule;
	return why.n && seal_ladder_none(l, why, step) ? 0 : -ENOMEM;
}

/* hush - nothing is to be mended: what a person is told, and the rule that silences it */
static int hush(struct seal_ladder *l, struct seal_bytes no_rule, struct seal_bytes why)
{
	int r = refuse(l, no_rule, why, SEAL_BYTES_NONE);

	return r < 0 ? r : seal_ladder_silence(l);
}

static bool is_selinux_err(const struct seal_denial_group *g)
{
	return g->members.v[0]->kind == SEAL_DENIAL_SELINUX_ERR;
}

/* without_labels - the object's file system keeps none: its mount gives every file the same */
static int without_labels(struct seal_ladder *l)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_names fs = {0};
	int r;

	r = seal_policy_mounts_with(l->h->selinux.policy, l->g->target_type, &fs);
	seal_vec_each (name, &fs.v) {
		seal_buf_puts(&b, b.n ? ", " : "");
		seal_buf_put(&b, name->p, name->n);
	}
	l->no_labels = l->g->no_labels = fs.v.n > 0;
	seal_vec_done(&fs.v);
	if (r < 0 || b.err)
		return -ENOMEM;
	if (!l->no_labels)
		return 0;
	return refuse(l, SEAL_LIT("every file of such mounts bears this label"),
		      seal_ladder_textf(l,
					"the object lies on a file system that keeps no labels of "
					"its own (one of: %.*s)",
					(int)b.n, b.p),
		      SEAL_LIT("mount it with the option context= and the type that files of "
			       "this use bear, or keep the files on a local file system"));
}

int seal_rung_refuse(struct seal_ladder *l)
{
	const struct seal_denial_group *g = l->g;

	if (is_selinux_err(g))
		return refuse(
			l, SEAL_LIT("no rule helps against it"),
			SEAL_LIT("the role may not enter the domain: the program is to be "
				 "started by its service, not from this session"),
			SEAL_LIT("start it with systemctl (or run_init), or let the login's "
				 "SELinux user have the role (semanage user, semanage login)"));
	if (is_leak(g))
		return hush(l, SEAL_LIT("a leaked descriptor"),
			    SEAL_LIT("a descriptor was left open over exec: it was closed, and the "
				     "program runs all the same; dontaudit at most"));
	if (succeeded(g))
		return hush(l, SEAL_LIT("the system call succeeded all the same"),
			    SEAL_LIT("a probe: the system call succeeded without it, nothing is "
				     "broken by the denial; dontaudit at most"));
	if (is_glance(l))
		return hush(l, SEAL_LIT("a look at a directory"),
			    SEAL_LIT("a program outside the mail system looks at a directory: no "
				     "mail waits for it; dontaudit at most, unless the program "
				     "fails"));
	return l->h->selinux.policy ? without_labels(l) : 0;
}

/* side - which side of the constraint could be changed */
static struct seal_bytes side(const struct seal_denial_group *g)
{
	if (g->reasons & SEAL_WHY_MLS)
		return SEAL_LIT(
			"give the object the level of its kind (restorecon -F, chcon -l), or "
			"the process its usual range");
	if (g->reasons & SEAL_WHY_CONSTRAINT)
		return SEAL_LIT("the user, role or type that the expression names is to be changed "
				"on one side: relabel the object with restorecon -F, or start the "
				"process through its service");
	if (g->reasons & SEAL_WHY_RBAC)
		return SEAL_LIT("start the program through its service, so that it has the role of "
				"the system");
	return SEAL_LIT("the bounding type has to be allowed the access first, by its own policy");
}

static bool has_label(const struct seal_denial_group *g)
{
	seal_vec_each (f, &g->candidates) {
		if (!f->rejected.n && (f->sufficient || f->kind == SEAL_FIX_NONE))
			return true;
	}
	return false;
}

/* is_file - the object has a label of its own on disk */
static bool is_file(struct seal_bytes tclass)
{
	return seal_bytes_is(tclass, "dir") || seal_bytes_ends(tclass, "file");
}

int seal_rung_words(struct seal_ladder *l)
{
	const unsigned beyond =
		SEAL_WHY_CONSTRAINT | SEAL_WHY_MLS | SEAL_WHY_RBAC | SEAL_WHY_BOUNDS;
	const struct seal_denial *d = l->g->members.v[0];
	struct seal_bytes step;

	if (has_label(l->g))
		return 0;
	if (l->g->reasons & beyond)
		return seal_ladder_none(l,
					seal_ladder_textf(l, "no rule can help: %.*s",
							  (int)l->g->why.n, l->g->why.p),
					side(l->g))
			       ? 0
			       : -ENOMEM;
	if (!l->h->selinux.policy || l->g->paths.n || !is_file(l->g->tclass) ||
	    !seal_type_is_generic(l->h, l->g->target_type))
		return 0;
	step = d->object.inode
		       ? seal_ladder_textf(l,
					   "find the object: find / -xdev -inum %llu; compare its "
					   "label with matchpathcon",
					   (unsigned long long)d->object.inode)
		       : SEAL_LIT("find the object and compare its label with matchpathcon");
	return seal_ladder_none(
		       l,
		       SEAL_LIT("the label says nothing of the object, and the evidence does "
				"not say where it lies: it is to be labelled, not allowed"),
		       step)
		       ? 0
		       : -ENOMEM;
}
