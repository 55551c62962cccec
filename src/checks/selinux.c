/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selinux.c - is SELinux on, now and after the next boot? */
#include "checks/check.h"

#include <errno.h>

#include "evidence/selinux/policy.h"

static struct seal_about about_path(struct seal_bytes path, const struct seal_origin *origin)
{
	struct seal_about a = {{{"path", path}}, origin ? *origin : (struct seal_origin){0}};

	return a;
}

/* configured - whether etc/selinux/config was read; else it is told */
static bool configured(const struct seal_selinux *x, struct seal_out *out)
{
	if (x->configured_status == 0)
		return true;
	if (x->configured_status == -ENOENT)
		seal_out_fail(out, NULL, "There is no /etc/selinux/config: SELinux is not set up.");
	else
		seal_out_unknown(out, NULL, "etc/selinux/config: %s",
				 strerror(-x->configured_status));
	return false;
}

static int check_enforcing_now(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_selinux *x = &s->h->selinux;

	if (!x->running && s->h->whole && !s->h->live)
		seal_out_na(out, "An image does not run; SEL-002 tells of its next boot.");
	else if (!x->running)
		seal_out_unknown(out, NULL, "the evidence does not hold the state of the kernel");
	else if (x->mode != SEAL_SELINUX_ENFORCING)
		seal_out_fail(out, NULL, "SELinux is %s.", seal_selinux_mode_name(x->mode));
	return 0;
}

static int check_enforcing_at_boot(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_selinux *x = &s->h->selinux;
	struct seal_about about =
		about_path(SEAL_LIT("/etc/selinux/config"), &x->configured_origin);

	if (!configured(x, out) || x->configured == SEAL_SELINUX_ENFORCING)
		return 0;
	if (x->configured == SEAL_SELINUX_UNKNOWN)
		seal_out_fail(out, &about,
			      "SELINUX= is missing, or is none of enforcing, "
			      "permissive and disabled.");
	else
		seal_out_fail(out, &about, "SELINUX=%s.", seal_selinux_mode_name(x->configured));
	return 0;
}

static int check_boot_loader(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_boot_lines *b = &s->h->selinux.boot;
	struct seal_about about = about_path(b->origin.path, &b->origin);

	if (b->disabled)
		seal_out_fail(out, &about, "%u of %u kernel command lines turn SELinux off.",
			      b->disabled, b->lines);
	else if (b->permissive)
		seal_out_fail(out, &about, "%u of %u kernel command lines make SELinux permissive.",
			      b->permissive, b->lines);
	else if (b->unread)
		seal_out_unknown(out, NULL, "not every kernel command line could be read: %s",
				 strerror(-b->unread));
	else if (!b->lines && !b->origin.path.n)
		seal_out_unknown(out, NULL, "no kernel command line is in the evidence");
	return 0;
}

static bool is_there(const struct seal_host *h, struct seal_bytes path, int *why)
{
	struct seal_file f;

	*why = seal_view_file(&h->view, path, &f);
	return *why == 0;
}

static int check_policy_present(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_selinux *x = &s->h->selinux;
	const char *path;
	int why;

	if (!configured(x, out))
		return 0;
	if (!x->type.n) {
		seal_out_fail(out, NULL, "SELINUXTYPE= is missing from /etc/selinux/config.");
		return 0;
	}
	if (seal_bytes_is(x->type, "minimum"))
		seal_out_fail(out, NULL,
			      "SELINUXTYPE=minimum leaves most services, mail among them, "
			      "unconfined.");
	path = seal_arena_printf(s->h->arena, "/etc/selinux/%.*s/contexts/files/file_contexts",
				 SEAL_ARG(x->type));
	if (!path)
		return -ENOMEM;
	if (!is_there(s->h, seal_bytes_of(path), &why)) {
		if (why == -ENOENT)
			seal_out_fail(out, NULL, "The policy %.*s has no file_contexts.",
				      SEAL_ARG(x->type));
		else
			seal_out_unknown(out, NULL, "file_contexts: %s", strerror(-why));
	}
	if (x->policy)
		return 0;
	seal_vec_each (row, &s->h->sources) {
		if (row->source == SEAL_SOURCE_POLICY && row->status == SEAL_READ_UNREADABLE) {
			seal_out_unknown(out, NULL, "the policy cannot be read: %.*s",
					 SEAL_ARG(row->detail));
			return 0;
		}
	}
	if (s->h->whole)
		seal_out_fail(out, NULL, "The policy %.*s is selected and not installed.",
			      SEAL_ARG(x->type));
	else
		seal_out_unknown(out, NULL, "the policy is not in the evidence");
	return 0;
}

static int check_modes_agree(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_selinux *x = &s->h->selinux;
	enum seal_selinux_mode boot = x->configured;

	if (!x->running && s->h->whole && !s->h->live) {
		seal_out_na(out, "An image does not run.");
		return 0;
	}
	if (!x->running) {
		seal_out_unknown(out, NULL, "the evidence does not hold the state of the kernel");
		return 0;
	}
	if (x->configured_status == -ENOENT)
		boot = SEAL_SELINUX_DISABLED;
	else if (x->configured_status || boot == SEAL_SELINUX_UNKNOWN) {
		seal_out_unknown(out, NULL, "the mode of the next boot is not known");
		return 0;
	}
	if (x->mode != boot)
		seal_out_fail(out, NULL, "SELinux is %s now and %s in /etc/selinux/config.",
			      seal_selinux_mode_name(x->mode), seal_selinux_mode_name(boot));
	return 0;
}

static int check_policy_loaded(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_selinux *x = &s->h->selinux;
	struct seal_about about = about_path(x->policy_origin.path, &x->policy_origin);
	struct seal_policy_difference d = {0};
	struct seal_err err = {0};
	int r;

	if (!x->running && s->h->whole && !s->h->live) {
		seal_out_na(out, "An image does not run.");
		return 0;
	}
	r = seal_policy_differ_from_disk(x->policy, &d, &err);
	if (r == -ENOMEM)
		return r;
	if (r == -ENODATA)
		seal_out_unknown(out, NULL, "the evidence does not hold the policy of the kernel");
	else if (r < 0)
		seal_out_unknown(out, &about, "%s", err.text);
	else if (d.names)
		seal_out_fail(out, &about,
			      "The policy that the kernel runs and the one on disk differ in %u "
			      "names of types, classes, roles, users and booleans.",
			      d.names);
	else if (d.rules)
		seal_out_fail(out, &about,
			      "The policy that the kernel runs and the one on disk differ in %u "
			      "rules.",
			      d.rules);
	else if (d.settings)
		seal_out_fail(out, &about,
			      "The policy that the kernel runs and the one on disk differ in "
			      "permissive domains or settings.");
	return 0;
}

static int check_relabel_pending(struct seal_subject *s, struct seal_out *out)
{
	struct seal_about about = about_path(SEAL_LIT("/.autorelabel"), NULL);
	int why;

	if (is_there(s->h, SEAL_LIT("/.autorelabel"), &why))
		seal_out_fail(out, &about,
			      "/.autorelabel is there: all files are labelled anew at the next "
			      "boot, and are not trusted until then.");
	else if (why != -ENOENT)
		seal_out_unknown(out, NULL, "whether /.autorelabel is there is not known");
	return 0;
}

static int check_dontaudit(struct seal_subject *s, struct seal_out *out)
{
	if (s->h->selinux.dontaudit_disabled)
		seal_out_fail(out, NULL,
			      "dontaudit rules are disabled (semodule -DB): denials that harm "
			      "nobody fill the log.");
	else
		seal_out_pass(out, "dontaudit rules are in force: a silent denial may be a cause.");
	return 0;
}

static int check_unknown(struct seal_subject *s, struct seal_out *out)
{
	const char *what = seal_policy_unknown(s->h->selinux.policy);

	if (s->h->selinux.checkreqprot > 0)
		seal_out_fail(
			out, &(struct seal_about){{{"parameter", SEAL_LIT("checkreqprot")}}, {0}},
			"checkreqprot is 1: mappings are checked for what a program asks, not "
			"for what it gets.");
	if (strcmp(what, "allow") == 0)
		seal_out_fail(out,
			      &(struct seal_about){{{"parameter", SEAL_LIT("handle_unknown")}},
						   s->h->selinux.policy_origin},
			      "The policy allows what it does not know.");
	return 0;
}

const struct seal_check seal_checks_selinux[] = {
	{"SEL-001", check_enforcing_now, 0},
	{"SEL-002", check_enforcing_at_boot, 0},
	{"SEL-003", check_boot_loader, 0},
	{"SEL-004", check_policy_present, 0},
	{"SEL-005", check_modes_agree, 0},
	{"SEL-006", check_policy_loaded, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"SEL-007", check_unknown, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"SEL-008", check_relabel_pending, SEAL_NEED_SELINUX},
	{"SEL-009", check_dontaudit, SEAL_NEED_SELINUX | SEAL_NEED_STORE},
	{NULL, NULL, 0},
};
