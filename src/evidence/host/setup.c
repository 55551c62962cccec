/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/setup.h"

#include <errno.h>
#include <stdio.h>

#include "evidence/host/settings.h"

/* read_journald - journald.conf of the first place that has one, then the drop-ins */
static int read_journald(struct seal_settings *rd)
{
	static const char *const places[] = {"etc/systemd", "run/systemd", "usr/local/lib/systemd",
					     "usr/lib/systemd", NULL};
	static const char *const drop_ins[] = {
		"etc/systemd/journald.conf.d", "run/systemd/journald.conf.d",
		"usr/local/lib/systemd/journald.conf.d", "usr/lib/systemd/journald.conf.d", NULL};
	char path[SEAL_SETTINGS_PATH];
	int r = -ENOENT, n;
	size_t i;

	for (i = 0; places[i] && (r == -ENOENT || r == -ENODATA); i++) {
		snprintf(path, sizeof(path), "%s/journald.conf", places[i]);
		r = seal_settings_file(rd, path);
	}
	if (r == -ENOMEM)
		return r;
	rd->c->status = r;
	n = seal_settings_drop_ins(rd, drop_ins);
	if (n == -ENOMEM)
		return n;
	if (n < 0)
		rd->c->status = n;
	else if (n > 0 && r == -ENOENT)
		rd->c->status = 0;
	return 0;
}

static int read_one(struct seal_settings *rd, const char *path)
{
	rd->c->status = seal_settings_file(rd, path);
	return rd->c->status == -ENOMEM ? -ENOMEM : 0;
}

/* struct single - a file without drop-ins, at the first of the places that has it */
struct single {
	struct seal_config *c;
	enum seal_settings_form form;
	const char *places[2];
};

static int read_single(const struct seal_root *root, struct seal_host *h, const struct single *s)
{
	struct seal_settings rd = {root, h, s->c, s->form};
	int r = -ENOENT;

	for (size_t i = 0; i < 2 && s->places[i] && (r == -ENOENT || r == -ENODATA); i++)
		r = seal_settings_file(&rd, s->places[i]);
	s->c->status = r;
	return r == -ENOMEM ? r : 0;
}

/* read_audit_rules - what augenrules(8) puts together at start: rules.d in byte order; without any
 * file there audit.rules stands */
static int read_audit_rules(struct seal_settings *rd)
{
	size_t n = 0;
	int r;

	r = seal_settings_folder(rd, "etc/audit/rules.d", ".rules", &n);
	if (r < 0 || n > 0) {
		rd->c->status = r;
		return r == -ENOMEM ? r : 0;
	}
	return read_one(rd, "etc/audit/audit.rules");
}

static int read_rsyslog(struct seal_settings *rd)
{
	size_t n = 0;
	int r;

	r = read_one(rd, "etc/rsyslog.conf");
	if (r < 0 || rd->c->status == -ENOENT)
		return r;
	r = seal_settings_folder(rd, "etc/rsyslog.d", ".conf", &n);
	if (r < 0)
		rd->c->status = r;
	return r == -ENOMEM ? r : 0;
}

int seal_setup_read(const struct seal_root *root, struct seal_host *h)
{
	const enum seal_settings_form keys = SEAL_SETTINGS_KEYS, lines = SEAL_SETTINGS_LINES;
	const struct single files[] = {
		{&h->setup.firewalld, keys, {"etc/firewalld/firewalld.conf"}},
		{&h->setup.ufw, keys, {"etc/ufw/ufw.conf"}},
		{&h->setup.saslauthd, keys, {"etc/default/saslauthd", "etc/sysconfig/saslauthd"}},
		{&h->setup.fstab, lines, {"etc/fstab"}},
		{&h->setup.nsswitch, lines, {"etc/nsswitch.conf"}},
	};
	struct seal_settings rd = {root, h, &h->setup.auditd, SEAL_SETTINGS_KEYS};
	int r;

	h->setup.present = true;
	r = read_one(&rd, "etc/audit/auditd.conf");
	rd.c = &h->setup.journald;
	if (r == 0)
		r = read_journald(&rd);
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(*files); i++)
		r = read_single(root, h, &files[i]);
	rd.form = SEAL_SETTINGS_LINES;
	rd.c = &h->setup.audit_rules;
	if (r == 0)
		r = read_audit_rules(&rd);
	rd.c = &h->setup.rsyslog;
	if (r == 0)
		r = read_rsyslog(&rd);
	return r == 0 ? seal_units_read(root, h) : r;
}
