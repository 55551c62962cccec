/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postfix_host.c - what is around Postfix: its chroot, its unit, other mailers, commands that mail
 * starts */
#include "checks/files.h"
#include "checks/tables.h"

#include <errno.h>

#include "analysis/sandbox.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/maincf.h"
#include "evidence/selinux/policy.h"

/* below - "dir/name", in the arena; p NULL: no memory */
static struct seal_bytes below(struct seal_host *h, struct seal_bytes dir, const char *name)
{
	return seal_bytes_of(seal_arena_printf(h->arena, "%.*s/%s", SEAL_ARG(dir), name));
}

/* --- chroot */

/* asks_network - a daemon that looks names up by itself */
static bool asks_network(struct seal_bytes command)
{
	static const char *const names[] = {"smtp",    "lmtp",    "smtpd",  "postscreen",
					    "cleanup", "dnsblog", "verify", "trivial-rewrite"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (seal_bytes_is(command, names[i]))
			return true;
	return false;
}

/* chrooted - the first service of those in a chroot that needs files there; NULL: none */
static const struct seal_service *chrooted(const struct seal_instance *inst, bool *unknown)
{
	seal_vec_each (svc, &inst->services) {
		bool yes = false;

		if (!asks_network(svc->command))
			continue;
		if (seal_conf_chroot(inst, svc, &yes) < 0)
			*unknown = true;
		if (yes)
			return svc;
	}
	return NULL;
}

/* look_inside - one file below the chroot, held against the host's own. Returns 0 or -ENOMEM */
static int look_inside(struct seal_subject *s, struct seal_out *out, struct seal_bytes dir,
		       const char *name, bool same_text)
{
	struct seal_host *h = s->h;
	const char *outer = seal_arena_printf(h->arena, "/%s", name);
	struct seal_bytes inner = below(h, dir, name), a, b, label, expected;
	struct seal_about about = {{{"path", inner}}, {0}};
	struct seal_file f;
	int r, may;

	if (!outer || !inner.p)
		return -ENOMEM;
	if (seal_view_file(&h->view, seal_bytes_of(outer), &f) == -ENOENT)
		return 0; /* the host has none either */
	r = seal_view_file(&h->view, inner, &f);
	if (r == -ENOENT)
		seal_out_fail(out, &about, "%.*s is missing: chrooted daemons read it there.",
			      SEAL_ARG(inner));
	else if (r < 0)
		seal_out_unknown(out, &about, "whether %.*s exists is not in the evidence",
				 SEAL_ARG(inner));
	if (r < 0)
		return 0;
	if (same_text && seal_view_text(&h->view, inner, &a) == 0 &&
	    seal_view_text(&h->view, seal_bytes_of(outer), &b) == 0 && !seal_bytes_eq(a, b))
		seal_out_fail(out, &about, "%.*s differs from %s.", SEAL_ARG(inner), outer);
	if (seal_view_label(&h->view, inner, &label) < 0 ||
	    seal_view_expected(&h->view, inner, 'f', &expected) < 0 ||
	    seal_bytes_eq(seal_context_part(label, 't'), seal_context_part(expected, 't')))
		return 0;
	may = seal_may(h, SEAL_LIT("smtp"), seal_context_part(label, 't'), "file", "read open");
	if (may == 0)
		seal_out_fail(out, &about, "%.*s is %.*s; file_contexts says %.*s.",
			      SEAL_ARG(inner), SEAL_ARG(seal_context_part(label, 't')),
			      SEAL_ARG(seal_context_part(expected, 't')));
	else if (may < 0 && may != -ENOMEM)
		seal_out_unknown(out, &about, "whether smtp(8) may read %.*s (%.*s) is not known",
				 SEAL_ARG(inner), SEAL_ARG(seal_context_part(label, 't')));
	return may == -ENOMEM ? may : 0;
}

static int check_chroot(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	bool unknown = false;
	const struct seal_service *svc = chrooted(inst, &unknown);
	struct seal_bytes dir;
	int r;

	if (!svc && unknown) {
		seal_out_unknown(out, NULL, "whether services run in a chroot cannot be told");
		return 0;
	}
	if (!svc) {
		seal_out_na(out, "No service that asks the network runs in a chroot.");
		return 0;
	}
	if (seal_conf_value(inst, NULL, "queue_directory", s->h->arena, &dir) < 0) {
		seal_out_unknown(out, NULL, "queue_directory cannot be expanded");
		return 0;
	}
	r = look_inside(s, out, dir, "etc/resolv.conf", true);
	if (r == 0)
		r = look_inside(s, out, dir, "etc/services", false);
	if (r == 0)
		r = look_inside(s, out, dir, "etc/hosts", false);
	if (r == 0)
		r = look_inside(s, out, dir, "etc/nsswitch.conf", false);
	return r;
}

/* --- other mailers */

static int check_mailers(struct seal_subject *s, struct seal_out *out)
{
	static const struct {
		const char *path, *name;
	} others[] = {
		{"/usr/sbin/exim4", "Exim"},
		{"/usr/sbin/exim", "Exim"},
		{"/usr/sbin/sendmail.sendmail", "Sendmail"},
		{"/usr/lib/sm.bin/sendmail", "Sendmail"},
		{"/usr/sbin/opensmtpd", "OpenSMTPD"},
		{"/usr/sbin/smtpd", "OpenSMTPD"},
		{"/usr/sbin/ssmtp", "sSMTP"},
		{"/usr/bin/msmtp-mta", "msmtp"},
		{"/usr/sbin/nullmailer-queue", "nullmailer"},
		{"/usr/sbin/dma", "DragonFly Mail Agent"},
		{"/var/qmail/bin/qmail-send", "qmail"},
	};
	struct seal_file f;
	bool hidden = false;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct seal_about about = {{{"path", seal_bytes_of(others[i].path)}}, {0}};
		int r = seal_view_file(&s->h->view, seal_bytes_of(others[i].path), &f);

		if (r == 0)
			seal_out_fail(out, &about, "%s is installed beside Postfix: %s.",
				      others[i].name, others[i].path);
		hidden |= r < 0 && r != -ENOENT && r != -ENOTDIR;
	}
	if (seal_view_file(&s->h->view, SEAL_LIT("/etc/alternatives/mta"), &f) == 0 &&
	    f.type == 'l' && seal_bytes_find(f.link, "postfix") < 0)
		seal_out_fail(
			out,
			&(struct seal_about){{{"path", SEAL_LIT("/etc/alternatives/mta")}}, {0}},
			"The sendmail command is that of another mailer: %.*s.", SEAL_ARG(f.link));
	if (hidden)
		seal_out_unknown(out, NULL, "which programs are installed is not in the evidence");
	return 0;
}

/* --- commands */

static void look_at_command(struct seal_out *out, struct seal_bytes command, const char *what,
			    struct seal_bytes who, const struct seal_origin *origin)
{
	struct seal_about about = {{{"command", command}, {"service", who}}, *origin};

	seal_out_fail(out, &about, "Mail starts a command (%s %.*s): %.*s.", what, SEAL_ARG(who),
		      SEAL_ARG(command));
}

static int alias_commands(void *data, const struct seal_table *t)
{
	void **both = data;
	struct seal_subject *s = both[0];
	struct seal_out *out = both[1];
	struct seal_cf_reader rd = {.number = 0};
	struct seal_origin origin = {.source = SEAL_SOURCE_MAP};
	struct seal_cf_line line;
	int r;

	if (!seal_bytes_is(t->parameter, "alias_maps"))
		return 0;
	r = t->client ? -ENODATA : seal_view_text(&s->h->view, t->path, &rd.rest);
	if (r == -ENOMEM || r == -ENOENT)
		return r == -ENOENT ? 0 : r;
	if (r < 0) {
		seal_out_unknown(out, &(struct seal_about){{{"path", t->path}}, t->origin},
				 "%.*s was not read", SEAL_ARG(t->path));
		return 0;
	}
	origin.path = (struct seal_bytes){t->path.p + 1, t->path.n - 1};
	while ((r = seal_cf_next(&rd, &line)) > 0) {
		struct seal_bytes value, copy, name, key = seal_bytes_cut(line.text, ':', &value);

		value = seal_bytes_trim(value);
		if (value.n > 1 && value.p[0] == '"')
			value = (struct seal_bytes){value.p + 1, value.n - 2};
		if (!value.n || value.p[0] != '|')
			continue;
		if (seal_arena_copy(s->h->arena, value, &copy) < 0 ||
		    seal_arena_copy(s->h->arena, seal_bytes_trim(key), &name) < 0) {
			r = -ENOMEM;
			break;
		}
		origin.line = line.line;
		look_at_command(out, copy, "alias", name, &origin);
	}
	seal_buf_done(&rd.joined);
	return r;
}

static int check_commands(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	const struct seal_param *p = seal_conf_where(inst, NULL, "mailbox_command");
	void *both[] = {s, out};
	struct seal_bytes v, item;
	bool missing = false;
	int r;

	if (p && p->value.n)
		look_at_command(out, p->value, "mailbox_command of", SEAL_LIT("local"), &p->origin);
	p = seal_conf_where(inst, NULL, "allow_mail_to_commands");
	if (p && seal_conf_value(inst, NULL, "allow_mail_to_commands", s->h->arena, &v) == 0)
		while (seal_conf_next(&v, &item))
			if (seal_bytes_is(item, "include"))
				seal_out_fail(
					out,
					&(struct seal_about){{{"parameter", p->name}}, p->origin},
					"allow_mail_to_commands lets :include: files name "
					"commands.");
	r = seal_tables_each(s, alias_commands, both, &missing);
	if (r == 0 && missing)
		seal_out_unknown(out, NULL, "not all tables are known: a value cannot be expanded");
	return r;
}

/* --- the unit */

static void tell_setting(struct seal_out *out, const struct seal_setting *line, const char *what)
{
	struct seal_about about = {.origin = {0}};

	if (!line)
		return;
	about = (struct seal_about){{{"parameter", line->key}}, line->origin};
	seal_out_fail(out, &about, "%.*s=%.*s %s.", SEAL_ARG(line->key), SEAL_ARG(line->value),
		      what);
}

static void look_at_families(struct seal_subject *s, struct seal_out *out,
			     const struct seal_sandbox *box)
{
	struct seal_bytes protocols, item;
	bool v4 = false, v6 = false;

	tell_setting(out, seal_sandbox_family(box, "AF_UNIX"),
		     "keeps unix sockets away, over which Postfix talks to itself");
	if (seal_conf_value(s->h->postfix.instances.v, NULL, "inet_protocols", s->h->arena,
			    &protocols) < 0)
		return;
	while (seal_conf_next(&protocols, &item)) {
		v4 |= !seal_bytes_is(item, "ipv6");
		v6 |= !seal_bytes_is(item, "ipv4");
	}
	if (v4)
		tell_setting(out, seal_sandbox_family(box, "AF_INET"), "keeps IPv4 away");
	if (v6)
		tell_setting(out, seal_sandbox_family(box, "AF_INET6"), "keeps IPv6 away");
}

static void look_at_addresses(struct seal_subject *s, struct seal_out *out,
			      const struct seal_sandbox *box)
{
	static const char anywhere[] = "198.51.100.1"; /* TEST-NET-2: stands for any far host */
	struct seal_addr a;

	seal_vec_each (r, &s->h->net.resolvers) {
		tell_setting(out, seal_sandbox_address(box, r), "keeps the resolver away");
	}
	seal_vec_each (hop, &s->endpoints.next_hops) {
		if (hop->host.n && seal_addr_parse(hop->host, &a) == 0)
			tell_setting(out, seal_sandbox_address(box, &a), "keeps a next hop away");
		else if (!hop->path.n && seal_addr_parse(seal_bytes_of(anywhere), &a) == 0)
			tell_setting(out, seal_sandbox_address(box, &a), "keeps other hosts away");
	}
}

/* look_at_path - a directory that daemons write to */
static void look_at_path(struct seal_subject *s, struct seal_out *out,
			 const struct seal_sandbox *box, const char *parameter)
{
	struct seal_bytes path;
	int error = 0;

	if (seal_conf_value(s->h->postfix.instances.v, NULL, parameter, s->h->arena, &path) < 0 ||
	    !path.n || path.p[0] != '/')
		return;
	tell_setting(out, seal_sandbox_path(box, path, &error),
		     error == EROFS ? "makes a directory read-only that mail is written to"
				    : "hides a directory that mail is written to");
}

static void look_at_homes(struct seal_subject *s, struct seal_out *out,
			  const struct seal_sandbox *box)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct seal_bytes v;
	int error = 0;

	if (!(s->roles & SEAL_ROLE_MAILSTORE) ||
	    seal_conf_value(inst, NULL, "home_mailbox", s->h->arena, &v) < 0 || !v.n)
		return;
	tell_setting(out, seal_sandbox_path(box, SEAL_LIT("/home"), &error),
		     "keeps the mailboxes in /home away");
}

static int check_unit(struct seal_subject *s, struct seal_out *out)
{
	static const struct {
		const char *name, *what;
	} needed[] = {
		{"CAP_NET_BIND_SERVICE", "lacks the capability to listen on ports below 1024"},
		{"CAP_SETUID", "lacks the capability to become the mail user"},
		{"CAP_SETGID", "lacks the capability to become the mail group"},
		{"CAP_DAC_OVERRIDE", "lacks the capability to deliver into mailboxes of users"},
	};
	const struct seal_unit *unit = seal_sandbox_unit(s->h, 0);
	struct seal_sandbox box = seal_sandbox_of(s->h, 0);

	if (!unit && s->h->whole && s->h->setup.present) {
		seal_out_na(out, "No unit of systemd starts Postfix here.");
		return 0;
	}
	if (!unit || unit->config.status < 0) {
		seal_out_unknown(out, NULL, "the unit that starts Postfix is not in the evidence");
		return 0;
	}
	tell_setting(out, seal_sandbox_network(&box), "leaves loopback as the only interface");
	look_at_families(s, out, &box);
	look_at_addresses(s, out, &box);
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		tell_setting(out, seal_sandbox_capability(&box, needed[i].name), needed[i].what);
	tell_setting(out, seal_sandbox_flag(&box, "NoNewPrivileges"),
		     "takes the set-gid of postdrop from commands that daemons start");
	look_at_path(s, out, &box, "queue_directory");
	look_at_path(s, out, &box, "data_directory");
	if (s->roles & SEAL_ROLE_MAILSTORE)
		look_at_path(s, out, &box, "mail_spool_directory");
	look_at_homes(s, out, &box);
	return 0;
}

const struct seal_check seal_checks_postfix_host[] = {
	{"PFX-015", check_chroot, SEAL_NEED_POSTFIX},
	{"PFX-016", check_mailers, SEAL_NEED_POSTFIX},
	{"PFX-017", check_commands, SEAL_NEED_POSTFIX},
	{"PFX-018", check_unit, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
