/* SPDX-License-Identifier: GPL-2.0-or-later */
/* domains.c - which domains mail runs in, and whether they are confined */
#include "checks/files.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "evidence/postfix/conf.h"
#include "evidence/selinux/policy.h"

static int list_permissive(struct seal_subject *s, struct seal_out *out, bool mail)
{
	seal_vec_each (t, &s->h->selinux.permissive) {
		struct seal_about about = {{{"source_type", *t}}, s->h->selinux.policy_origin};

		if (seal_mail_domains_have(&s->mail_domains, *t) != mail)
			continue;
		seal_out_fail(out, &about, "%.*s is permissive: SELinux stops nothing it does.",
			      SEAL_ARG(*t));
	}
	return 0;
}

static int check_mail_permissive(struct seal_subject *s, struct seal_out *out)
{
	return list_permissive(s, out, true);
}

static int check_others_permissive(struct seal_subject *s, struct seal_out *out)
{
	return list_permissive(s, out, false);
}

/* argument - the value of "name=value" among the words of a pipe(8) service; n 0: not there */
static struct seal_bytes argument(struct seal_bytes args, const char *name)
{
	struct seal_bytes word, value;

	while ((word = seal_bytes_word(&args)).n) {
		if (seal_bytes_starts(word, "argv="))
			break;
		if (seal_bytes_is(seal_bytes_cut(word, '=', &value), name))
			return value;
	}
	return SEAL_BYTES_NONE;
}

static int check_pipe_user(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	const struct seal_param *where = seal_conf_where(inst, NULL, "default_privs");
	struct seal_bytes user;

	seal_vec_each (svc, &inst->services) {
		struct seal_about about = {{{"path", svc->name}}, svc->origin};

		if (!seal_bytes_is(svc->command, "pipe"))
			continue;
		if (seal_conf_expand(inst, svc, argument(svc->args, "user"), s->h->arena, &user) <
		    0) {
			seal_out_unknown(out, &about, "user= of the transport cannot be expanded");
			continue;
		}
		user = seal_bytes_cut(user, ':', &(struct seal_bytes){0});
		if (!user.n)
			seal_out_fail(out, &about, "The pipe transport %.*s names no user=.",
				      SEAL_ARG(svc->name));
		else if (seal_bytes_is(user, "root") || seal_bytes_is(user, "postfix"))
			seal_out_fail(out, &about,
				      "The pipe transport %.*s runs its command as %.*s.",
				      SEAL_ARG(svc->name), SEAL_ARG(user));
	}
	if (seal_conf_value(inst, NULL, "default_privs", s->h->arena, &user) < 0)
		seal_out_unknown(out, NULL, "default_privs cannot be expanded");
	else if (seal_bytes_is(user, "root") || seal_bytes_is(user, "0"))
		seal_out_fail(out,
			      &(struct seal_about){{{"parameter", SEAL_LIT("default_privs")}},
						   where ? where->origin : (struct seal_origin){0}},
			      "default_privs is %.*s: commands of aliases run as root.",
			      SEAL_ARG(user));
	return 0;
}

/* --- the domains daemons and their helpers get */

/* started_as - the domain a service gets whose program has that type
 * @own: whether a transition of the policy gives it. Returns 0, -ENODATA or -ENOMEM */
static int started_as(struct seal_host *h, struct seal_bytes type, struct seal_bytes *ret,
		      bool *own)
{
	struct seal_bytes init;
	int r = seal_init_domain(h, &init);

	if (r == 0)
		r = seal_policy_transition(h->selinux.policy, init, type, SEAL_LIT("process"),
					   SEAL_BYTES_NONE, ret, own);
	return r == 0 || r == -ENOMEM ? r : -ENODATA;
}

/* is_unconfined - a domain the policy lets do everything */
static bool is_unconfined(const struct seal_policy *p, struct seal_bytes type)
{
	return seal_policy_type_has(p, type, SEAL_LIT("unconfined_domain_type")) ||
	       seal_policy_type_has(p, type, SEAL_LIT("unconfined_domain"));
}

/* judge_program - a program that systemd starts. Returns 0 or -ENOMEM */
static int judge_program(struct seal_subject *s, struct seal_out *out, struct seal_bytes path,
			 bool *seen)
{
	struct seal_host *h = s->h;
	struct seal_about about = {{{"path", path}}, {0}};
	struct seal_bytes label, domain, type;
	struct seal_file f;
	bool own = false;
	int r = seal_follow(h, &path, &f);

	if (r == -ENOENT || r == -ENODATA)
		return 0;
	*seen = true;
	if (r == 0)
		r = seal_view_label(&h->view, path, &label);
	if (r < 0 && r != -ENOMEM) {
		seal_out_unknown(out, &about, "the label of %.*s is not in the evidence",
				 SEAL_ARG(path));
		return 0;
	}
	type = seal_context_part(label, 't');
	r = started_as(h, type, &domain, &own);
	about.object[1] = (struct seal_property){"target_type", type};
	if (r == -ENODATA)
		seal_out_unknown(out, &about, "the domain %.*s would get is not known",
				 SEAL_ARG(path));
	else if (r == 0 && (!own || is_unconfined(h->selinux.policy, domain)))
		seal_out_fail(out, &about, "%.*s is %.*s: started as a service it runs as %.*s%s.",
			      SEAL_ARG(path), SEAL_ARG(type), SEAL_ARG(domain),
			      own ? ", which is not confined"
				  : ", the domain of the one who starts it");
	return r == -ENOMEM ? r : 0;
}

static bool is_daemon(struct seal_subject *s, struct seal_bytes comm)
{
	if (seal_bytes_is(comm, "master"))
		return true;
	seal_vec_each (svc, &s->h->postfix.instances.v[0].services) {
		if (seal_bytes_eq(svc->command, comm))
			return true;
	}
	return false;
}

/* judge_task - a running daemon, against the domain the policy gives it. Returns 0 or -ENOMEM */
static int judge_task(struct seal_subject *s, struct seal_out *out, const struct seal_task *t)
{
	struct seal_bytes have = seal_context_part(t->label, 't'), want = SEAL_BYTES_NONE;
	struct seal_about about = {{{"service", t->comm}, {"source_type", have}}, {0}};
	int r = 0;

	if (!seal_bytes_is(t->comm, "master"))
		r = seal_daemon_domain(s->h, t->comm, &want);
	if (r == -ENOMEM)
		return r;
	if (is_unconfined(s->h->selinux.policy, have) ||
	    !seal_mail_domains_have(&s->mail_domains, have))
		seal_out_fail(out, &about, "%.*s runs as %.*s.", SEAL_ARG(t->comm), SEAL_ARG(have));
	else if (r == 0 && want.n && !seal_bytes_eq(have, want))
		seal_out_fail(out, &about, "%.*s runs as %.*s; the policy makes it %.*s.",
			      SEAL_ARG(t->comm), SEAL_ARG(have), SEAL_ARG(want));
	return 0;
}

static int check_daemons(struct seal_subject *s, struct seal_out *out)
{
	struct seal_bytes path;
	bool seen = false;
	int r = seal_daemon_program(s->h, SEAL_LIT("master"), &path);

	if (r == 0)
		r = judge_program(s, out, path, &seen);
	if (r == -ENOMEM)
		return r;
	if (!seen)
		seal_out_unknown(out, NULL, "master's program is not in the evidence");
	seal_vec_each (t, &s->h->tasks.v) {
		if (is_daemon(s, t->comm) && judge_task(s, out, t) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* helpers - programs that mail systems connect to, where distributions keep them */
static const char *const helpers[] = {
	"/usr/bin/rspamd",         "/usr/libexec/postfix-policyd-spf-python/policyd-spf",
	"/usr/sbin/amavisd",       "/usr/sbin/amavisd-new",
	"/usr/sbin/clamav-milter", "/usr/sbin/dovecot",
	"/usr/sbin/opendkim",      "/usr/sbin/opendmarc",
	"/usr/sbin/postgrey",      "/usr/sbin/postsrsd",
	"/usr/sbin/saslauthd",     "/usr/sbin/spamass-milter",
};

/* uses_helpers - some daemon connects to a program of another package */
static bool uses_helpers(const struct seal_subject *s)
{
	struct seal_addr a;

	seal_vec_each (hop, &s->endpoints.next_hops) {
		if (hop->path.n || seal_bytes_is(hop->host, "localhost") ||
		    (hop->host.n && seal_addr_parse(hop->host, &a) == 0 &&
		     seal_addr_is_loopback(&a)))
			return true;
	}
	return false;
}

static int check_helpers(struct seal_subject *s, struct seal_out *out)
{
	bool seen = false;
	int r = 0;

	if (!uses_helpers(s)) {
		if (s->endpoints.next_hops_complete)
			seal_out_na(out, "This mail system asks no other program of this host.");
		else
			seal_out_unknown(out, NULL, "not all helpers are known");
		return 0;
	}
	for (size_t i = 0; i < sizeof(helpers) / sizeof(*helpers) && r == 0; i++)
		r = judge_program(s, out, seal_bytes_of(helpers[i]), &seen);
	if (r == 0 && !seen)
		seal_out_unknown(out, NULL, "the programs behind the sockets are not known");
	return r;
}

const struct seal_check seal_checks_domains[] = {
	{"DOM-001", check_mail_permissive, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"DOM-002", check_others_permissive, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"DOM-003", check_daemons, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"DOM-004", check_helpers, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"DOM-005", check_pipe_user, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
