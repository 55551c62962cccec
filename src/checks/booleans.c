/* SPDX-License-Identifier: GPL-2.0-or-later */
/* booleans.c - switches of the policy, held against what the configuration uses */
#include "checks/check.h"

#include <errno.h>

#include "evidence/postfix/conf.h"

/* value_at - the value that holds (running, else after the next load), -1: not known */
static int8_t value_at(const struct seal_host *h, const char *name)
{
	seal_vec_each (b, &h->selinux.booleans) {
		if (!seal_bytes_is(b->name, name))
			continue;
		if (b->active >= 0)
			return b->active;
		return b->persistent >= 0 ? b->persistent : b->policy_default;
	}
	return -1;
}

static bool exists(const struct seal_host *h, const char *name)
{
	seal_vec_each (b, &h->selinux.booleans) {
		if (seal_bytes_is(b->name, name))
			return true;
	}
	return false;
}

/* writes_spool - whether mail for users is put into mail_spool_directory. Returns 1, 0 or -ENODATA
 */
static int writes_spool(struct seal_host *h, const struct seal_instance *inst)
{
	static const char *const elsewhere[] = {"mailbox_transport", "mailbox_command",
						"home_mailbox"};
	struct seal_bytes v;

	if (seal_conf_value(inst, NULL, "local_transport", h->arena, &v) < 0)
		return -ENODATA;
	if (!seal_bytes_is(seal_bytes_cut(v, ':', &(struct seal_bytes){0}), "local"))
		return 0;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
		int r = seal_conf_value(inst, NULL, elsewhere[i], h->arena, &v);

		if (r < 0)
			return -ENODATA;
		if (seal_bytes_trim(v).n)
			return 0;
	}
	return 1;
}

static int check_mail_spool(struct seal_subject *s, struct seal_out *out)
{
	static const char name[] = "postfix_local_write_mail_spool";
	struct seal_about about = {{{"boolean", seal_bytes_of(name)}}, {0}};
	int used = writes_spool(s->h, s->h->postfix.instances.v);
	int8_t on = value_at(s->h, name);

	if (!exists(s->h, name))
		seal_out_na(out, "This policy has no boolean %s.", name);
	else if (on < 0)
		seal_out_unknown(out, &about, "the value of %s is not known", name);
	else if (used < 0)
		seal_out_unknown(out, &about, "how mail for users is delivered is not known");
	else if (used && !on)
		seal_out_fail(out, &about, "local(8) delivers into the mail spool, and %s is off.",
			      name);
	else if (!used && on)
		seal_out_fail(out, &about, "Nothing delivers into the mail spool, and %s is on.",
			      name);
	return 0;
}

static int check_persistent(struct seal_subject *s, struct seal_out *out)
{
	bool known = false;

	seal_vec_each (b, &s->h->selinux.booleans) {
		struct seal_about about = {{{"boolean", b->name}}, {0}};

		if (b->active < 0)
			continue;
		known = true;
		if (b->pending >= 0 && b->pending != b->active)
			seal_out_fail(out, &about, "%.*s is %s and was set to %s without a commit.",
				      SEAL_ARG(b->name), b->active ? "on" : "off",
				      b->pending ? "on" : "off");
		else if (b->persistent >= 0 && b->persistent != b->active)
			seal_out_fail(out, &about, "%.*s is %s now and %s after the next boot.",
				      SEAL_ARG(b->name), b->active ? "on" : "off",
				      b->persistent ? "on" : "off");
	}
	if (known)
		return 0;
	if (s->h->whole && !s->h->live)
		seal_out_na(out, "An image does not run.");
	else
		seal_out_unknown(out, NULL, "the evidence does not hold the running values");
	return 0;
}

/* web_server - whether a web server is installed. Returns 1, 0 or -ENODATA */
static int web_server(const struct seal_host *h)
{
	static const char *const programs[] = {
		"/usr/sbin/httpd",    "/usr/sbin/apache2", "/usr/sbin/nginx",
		"/usr/sbin/lighttpd", "/usr/sbin/php-fpm", "/usr/bin/caddy",
	};
	struct seal_file f;
	int answer = 0;

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		int r = seal_view_file(&h->view, seal_bytes_of(programs[i]), &f);

		if (r == 0)
			return 1;
		if (r != -ENOENT)
			answer = -ENODATA;
	}
	return answer;
}

static int check_web(struct seal_subject *s, struct seal_out *out, const char *name,
		     const char *use)
{
	struct seal_about about = {{{"boolean", seal_bytes_of(name)}}, {0}};
	int8_t on = value_at(s->h, name);
	int web = web_server(s->h);

	if (!exists(s->h, name))
		seal_out_na(out, "This policy has no boolean %s.", name);
	else if (on < 0)
		seal_out_unknown(out, &about, "the value of %s is not known", name);
	else if (on == 0)
		return 0;
	else if (web == 0)
		seal_out_fail(out, &about, "%s is on, and there is no web server.", name);
	else if (web < 0)
		seal_out_unknown(out, &about,
				 "%s is on, and whether there is a web server is not known", name);
	else
		seal_out_unknown(out, &about, "%s is on, and whether %s is not in the evidence",
				 name, use);
	return 0;
}

static int check_sendmail(struct seal_subject *s, struct seal_out *out)
{
	return check_web(s, out, "httpd_can_sendmail", "a web application sends mail");
}

static int check_network_connect(struct seal_subject *s, struct seal_out *out)
{
	return check_web(s, out, "httpd_can_network_connect",
			 "a web application needs more than SMTP");
}

const struct seal_check seal_checks_booleans[] = {
	{"BOO-001", check_mail_spool, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-002", check_persistent, SEAL_NEED_SELINUX},
	{"BOO-003", check_sendmail, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-004", check_network_connect, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{NULL, NULL, 0},
};
