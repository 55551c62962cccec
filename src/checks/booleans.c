/* SPDX-License-Identifier: GPL-2.0-or-later */
/* booleans.c - switches of the policy, held against what the configuration uses */
#include "checks/mend.h"

#include <errno.h>

#include "core/path.h"
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
	seal_mend_boolean(out, seal_bytes_of(name), used > 0);
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

/* is_installed - whether one of these programs is on the host. Returns 1, 0 or -ENODATA */
static int is_installed(const struct seal_host *h, const char *const *programs)
{
	struct seal_file f;
	int answer = 0;

	for (; *programs; programs++) {
		int r = seal_view_file(&h->view, seal_bytes_of(*programs), &f);

		if (r == 0)
			return 1;
		if (r != -ENOENT)
			answer = -ENODATA;
	}
	return answer;
}

/* web_server - whether a web server is installed. Returns 1, 0 or -ENODATA */
static int web_server(const struct seal_host *h)
{
	static const char *const programs[] = {
		"/usr/sbin/httpd",
		"/usr/sbin/apache2",
		"/usr/sbin/nginx",
		"/usr/sbin/lighttpd",
		"/usr/sbin/php-fpm",
		"/usr/bin/caddy",
		NULL,
	};

	return is_installed(h, programs);
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

/* struct use - a boolean, and whether what it is for is there: 1, 0 or a negative errno */
struct use {
	const char *name, *what;
	int used;
};

/* tell_use - a boolean that is on and not used. Returns whether the policy has it */
static bool tell_use(struct seal_subject *s, struct seal_out *out, const struct use *u)
{
	struct seal_about about = {{{"boolean", seal_bytes_of(u->name)}}, {0}};
	int8_t on = value_at(s->h, u->name);

	if (!exists(s->h, u->name))
		return false;
	if (on < 0)
		seal_out_unknown(out, &about, "the value of %s is not known", u->name);
	else if (on && u->used == 0)
		seal_out_fail(out, &about, "%s is on, and there is no %s.", u->name, u->what);
	else if (on && u->used < 0)
		seal_out_unknown(out, &about, "%s is on, and whether there is %s is not known",
				 u->name, u->what);
	return true;
}

static int tell_uses(struct seal_subject *s, struct seal_out *out, const struct use *u, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= tell_use(s, out, &u[i]);
	if (!any)
		seal_out_na(out, "This policy has none of these booleans.");
	return 0;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int check_antivirus(struct seal_subject *s, struct seal_out *out)
{
	static const char *const programs[] = {"/usr/sbin/clamd", "/usr/sbin/amavisd",
					       "/usr/sbin/amavisd-new", "/usr/bin/freshclam", NULL};
	int used = is_installed(s->h, programs);
	const struct use uses[] = {{"antivirus_can_scan_system", "virus scanner", used},
				   {"antivirus_use_jit", "virus scanner", used},
				   {"clamd_use_jit", "virus scanner", used}};

	return tell_uses(s, out, uses, COUNT(uses));
}

static int check_spamassassin(struct seal_subject *s, struct seal_out *out)
{
	static const char *const programs[] = {"/usr/bin/spamassassin", "/usr/sbin/spamd",
					       "/usr/bin/spamd", NULL};
	int used = is_installed(s->h, programs);
	const struct use uses[] = {{"spamassassin_can_network", "SpamAssassin", used},
				   {"spamd_enable_home_dirs", "SpamAssassin", used},
				   {"spamd_update_can_network", "SpamAssassin", used}};

	return tell_uses(s, out, uses, COUNT(uses));
}

/* has_word - whether a line of a configuration holds @word. Returns 1, 0 or a negative errno */
static int has_word(const struct seal_config *c, const char *word)
{
	seal_vec_each (line, &c->settings) {
		if (seal_bytes_find(line->value, word) >= 0)
			return 1;
	}
	return c->status == -ENOENT ? 0 : c->status;
}

static int check_loggers(struct seal_subject *s, struct seal_out *out)
{
	static const char *const logwatch[] = {"/usr/sbin/logwatch", NULL};
	const struct use uses[] = {
		{"logging_syslogd_can_sendmail", "ommail in rsyslog's configuration",
		 has_word(&s->h->setup.rsyslog, "ommail")},
		{"logwatch_can_network_connect_mail", "logwatch", is_installed(s->h, logwatch)},
	};

	return tell_uses(s, out, uses, COUNT(uses));
}

/* saslauthd_reads - whether saslauthd checks passwords against etc/shadow by itself. Returns 1, 0
 * or a negative errno */
static int saslauthd_reads(const struct seal_host *h)
{
	static const char *const keys[] = {"MECH", "MECHANISMS"};
	const struct seal_config *c = &h->setup.saslauthd;

	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct seal_setting *set = seal_config_get(c, "", keys[i]);

		if (set)
			return seal_bytes_find(set->value, "shadow") >= 0;
	}
	return c->status == -ENOENT ? 0 : c->status;
}

/* has_nis - whether a line of nsswitch.conf asks NIS. Returns 1, 0 or a negative errno */
static int has_nis(const struct seal_host *h)
{
	const struct seal_config *c = &h->setup.nsswitch;

	seal_vec_each (line, &c->settings) {
		struct seal_bytes rest, word;

		seal_bytes_cut(line->value, ':', &rest);
		while ((word = seal_bytes_word(&rest)).n)
			if (seal_bytes_is(word, "nis") || seal_bytes_is(word, "nisplus"))
				return 1;
	}
	return c->status == -ENOENT ? 0 : c->status;
}

static int check_logins(struct seal_subject *s, struct seal_out *out)
{
	int shadow = saslauthd_reads(s->h), nis = has_nis(s->h);
	const struct use uses[] = {
		{"saslauthd_read_shadow", "MECH=shadow of saslauthd", shadow},
		{"allow_saslauthd_read_shadow", "MECH=shadow of saslauthd", shadow},
		{"nis_enabled", "nis in etc/nsswitch.conf", nis},
		{"allow_ypbind", "nis in etc/nsswitch.conf", nis},
	};

	return tell_uses(s, out, uses, COUNT(uses));
}

static int check_hardening(struct seal_subject *s, struct seal_out *out)
{
	static const struct {
		const char *name;
		bool on;
	} wanted[] = {{"allow_execmem", false},
		      {"deny_execmem", true},
		      {"domain_kernel_load_modules", false},
		      {"secure_mode_insmod", true}};
	bool any = false;

	for (size_t i = 0; i < COUNT(wanted); i++) {
		struct seal_about about = {{{"boolean", seal_bytes_of(wanted[i].name)}}, {0}};
		int8_t on = value_at(s->h, wanted[i].name);

		if (!exists(s->h, wanted[i].name))
			continue;
		any = true;
		if (on < 0)
			seal_out_unknown(out, &about, "the value of %s is not known",
					 wanted[i].name);
		else if (on != wanted[i].on)
			seal_out_fail(out, &about, "%s is %s.", wanted[i].name, on ? "on" : "off");
	}
	if (!any)
		seal_out_na(out, "This policy has none of these booleans.");
	return 0;
}

/* --- homes and mailboxes on other hosts */

/* holds_mail - whether mailboxes or homes lie below @target, or it lies below them */
static bool holds_mail(struct seal_host *h, struct seal_bytes target)
{
	static const char *const parameters[] = {"mail_spool_directory", "virtual_mailbox_base"};
	struct seal_bytes dir;

	for (size_t i = 0; i < COUNT(parameters); i++)
		if (seal_conf_value(h->postfix.instances.v, NULL, parameters[i], h->arena, &dir) ==
			    0 &&
		    dir.n && (seal_path_is_within(dir, target) || seal_path_is_within(target, dir)))
			return true;
	seal_vec_each (u, &h->users.users) {
		if (u->uid >= 1000 && u->uid < 65534 && u->home.n > 1 &&
		    (seal_path_is_within(u->home, target) || seal_path_is_within(target, u->home)))
			return true;
	}
	return false;
}

/* mounts_mail - whether a file system of one of @types holds mailboxes or homes. Returns 1, 0 or a
 * negative errno */
static int mounts_mail(struct seal_host *h, const char *const *types)
{
	const struct seal_config *c = &h->setup.fstab;
	struct seal_file f;

	seal_vec_each (line, &c->settings) {
		struct seal_bytes rest = line->value, target, type;

		seal_bytes_word(&rest);
		target = seal_bytes_word(&rest);
		type = seal_bytes_word(&rest);
		for (size_t i = 0; types[i]; i++)
			if (seal_bytes_is(type, types[i]) && holds_mail(h, target))
				return 1;
	}
	/* the automounter may mount homes as well */
	if (seal_view_file(&h->view, SEAL_LIT("/etc/auto.master"), &f) != -ENOENT)
		return -ENODATA;
	return c->status == -ENOENT ? 0 : c->status;
}

static int check_mounts(struct seal_subject *s, struct seal_out *out)
{
	static const char *const nfs[] = {"nfs", "nfs4", NULL}, *const cifs[] = {"cifs", NULL};
	const struct {
		const char *name, *what;
		const char *const *types;
	} rows[] = {{"use_nfs_home_dirs", "NFS", nfs}, {"use_samba_home_dirs", "CIFS", cifs}};
	bool any = false;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct seal_about about = {{{"boolean", seal_bytes_of(rows[i].name)}}, {0}};
		int8_t on = value_at(s->h, rows[i].name);
		int used = mounts_mail(s->h, rows[i].types);

		if (!exists(s->h, rows[i].name))
			continue;
		any = true;
		if (on < 0)
			seal_out_unknown(out, &about, "the value of %s is not known", rows[i].name);
		else if (used < 0)
			seal_out_unknown(out, &about,
					 "what is mounted where mail lies is not known");
		else if (used && !on)
			seal_out_fail(out, &about, "Mailboxes or homes lie on %s, and %s is off.",
				      rows[i].what, rows[i].name);
		else if (!used && on)
			seal_out_fail(out, &about,
				      "Neither mailboxes nor homes lie on %s, and %s is on.",
				      rows[i].what, rows[i].name);
	}
	if (!any)
		seal_out_na(out, "This policy has none of these booleans.");
	return 0;
}

const struct seal_check seal_checks_booleans[] = {
	{"BOO-001", check_mail_spool, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-002", check_persistent, SEAL_NEED_SELINUX},
	{"BOO-003", check_sendmail, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-004", check_network_connect, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-005", check_mounts, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-006", check_antivirus, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-007", check_spamassassin, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-008", check_loggers, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-009", check_logins, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"BOO-010", check_hardening, SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{NULL, NULL, 0},
};
