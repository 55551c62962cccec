/* SPDX-License-Identifier: GPL-2.0-or-later */
/* domains.c - which domains mail runs in, and whether they are confined */
#include "checks/check.h"

#include <errno.h>

#include "evidence/postfix/conf.h"
#include "evidence/selinux/policy.h"

/* is_mail_domain - a domain of the mail system: by attribute of the policy, or by its own name */
static bool is_mail_domain(const struct seal_policy *p, struct seal_bytes type)
{
	static const char *const attributes[] = {"mta_user_agent",      "mailserver_domain",
						 "mailserver_delivery", "mailserver_sender",
						 "postfix_domain",      "postfix_server_domain",
						 "milter_domains"};

	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (seal_policy_type_has(p, type, seal_bytes_of(attributes[i])))
			return true;
	return seal_bytes_starts(type, "postfix_") || seal_bytes_starts(type, "dovecot_") ||
	       seal_bytes_is(type, "system_mail_t") || seal_bytes_is(type, "spamd_t") ||
	       seal_bytes_is(type, "saslauthd_t");
}

static int list_permissive(struct seal_subject *s, struct seal_out *out, bool mail)
{
	seal_vec_each (t, &s->h->selinux.permissive) {
		struct seal_about about = {{{"source_type", *t}}, s->h->selinux.policy_origin};

		if (is_mail_domain(s->h->selinux.policy, *t) != mail)
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

const struct seal_check seal_checks_domains[] = {
	{"DOM-001", check_mail_permissive, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"DOM-002", check_others_permissive, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"DOM-005", check_pipe_user, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
