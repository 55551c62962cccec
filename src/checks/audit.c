/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit.c - is audited what must be, and can the log be trusted? */
#include "checks/check.h"

#include <errno.h>

#include "evidence/postfix/conf.h"

/* has_rules - whether audit rules were read; else it is told */
static bool has_rules(const struct seal_host *h, struct seal_out *out)
{
	int r = h->setup.audit_rules.status;

	if (r == 0)
		return true;
	if (r == -ENOENT)
		seal_out_fail(out, NULL, "There are no audit rules.");
	else
		seal_out_unknown(out, NULL, "the audit rules were not read: %s", strerror(-r));
	return false;
}

/* names_path - whether a rule watches or executes-filters @path or a directory above it:
 * "-w PATH", "-F path=PATH", "-F dir=PATH" */
static bool names_path(struct seal_bytes rule, const char *path)
{
	static const char *const keys[] = {"path=", "dir="};
	struct seal_bytes word, last = SEAL_BYTES_NONE, found = SEAL_BYTES_NONE;
	bool never = seal_bytes_find(rule, "never") >= 0;

	while ((word = seal_bytes_word(&rule)).n) {
		if (seal_bytes_is(last, "-w"))
			found = word;
		for (size_t i = 0; seal_bytes_is(last, "-F") && i < 2; i++)
			if (seal_bytes_starts(word, keys[i]))
				found = seal_bytes_from(word, strlen(keys[i]));
		last = word;
	}
	while (found.n > 1 && found.p[found.n - 1] == '/')
		found.n--;
	if (!found.n || never)
		return false;
	return strncmp(path, found.p, found.n) == 0 && strlen(path) >= found.n &&
	       (path[found.n] == '\0' || path[found.n] == '/');
}

/* struct watched - a path that rules must name; another one where it may lie as well, or NULL */
struct watched {
	const char *path, *other;
};

/* check_paths - rules name those of @w that are on the host */
static int check_paths(struct seal_subject *s, struct seal_out *out, const struct watched *w)
{
	bool any = false;
	struct seal_file f;

	if (!has_rules(s->h, out))
		return 0;
	for (; w->path; w++) {
		struct seal_about about = {{{"path", seal_bytes_of(w->path)}}, {0}};
		bool found = false;

		if (seal_view_file(&s->h->view, seal_bytes_of(w->path), &f) == -ENOENT)
			continue;
		any = true;
		seal_vec_each (rule, &s->h->setup.audit_rules.settings) {
			found |= names_path(rule->value, w->path) ||
				 (w->other && names_path(rule->value, w->other));
		}
		if (!found)
			seal_out_fail(out, &about, "No audit rule names %s.", w->path);
	}
	if (!any)
		seal_out_na(out, "Nothing of it is on this host.");
	return 0;
}

static int check_selinux_files(struct seal_subject *s, struct seal_out *out)
{
	static const struct watched paths[] = {{"/etc/selinux", NULL},
					       {"/usr/share/selinux", NULL},
					       {"/var/lib/selinux", NULL},
					       {NULL, NULL}};

	return check_paths(s, out, paths);
}

static int check_queue_commands(struct seal_subject *s, struct seal_out *out)
{
	static const struct watched paths[] = {
		{"/usr/sbin/postdrop", NULL}, {"/usr/sbin/postqueue", NULL}, {NULL, NULL}};

	return check_paths(s, out, paths);
}

static int check_selinux_commands(struct seal_subject *s, struct seal_out *out)
{
	static const struct watched paths[] = {
		{"/usr/bin/chcon", "/bin/chcon"},
		{"/usr/sbin/restorecon", "/sbin/restorecon"},
		{"/usr/sbin/semanage", "/sbin/semanage"},
		{"/usr/sbin/setfiles", "/sbin/setfiles"},
		{"/usr/sbin/setsebool", "/sbin/setsebool"},
		{NULL, NULL},
	};

	return check_paths(s, out, paths);
}

static int check_mail_files(struct seal_subject *s, struct seal_out *out)
{
	static const struct watched paths[] = {
		{"/etc/aliases", NULL}, {"/etc/postfix", NULL}, {NULL, NULL}};

	return check_paths(s, out, paths);
}

/* check_hidden - "-a always,exclude -F msgtype=AVC" (or never,exclude), and "-e 0" */
static int check_hidden(struct seal_subject *s, struct seal_out *out)
{
	static const char *const types[] = {"msgtype=AVC",         "msgtype=USER_AVC",
					    "msgtype=SELINUX_ERR", "msgtype=1400",
					    "msgtype=1107",        "msgtype=1401"};

	if (s->h->setup.audit_rules.status == -ENOENT)
		return 0; /* without rules nothing is excluded */
	if (!has_rules(s->h, out))
		return 0;
	seal_vec_each (rule, &s->h->setup.audit_rules.settings) {
		struct seal_about about = {{{"rule", rule->value}}, rule->origin};
		struct seal_bytes rest = rule->value, word;
		bool hides = false;

		if (seal_bytes_find(rule->value, "exclude") < 0)
			continue;
		while ((word = seal_bytes_word(&rest)).n)
			for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
				hides |= seal_bytes_is(word, types[i]);
		if (hides)
			seal_out_fail(out, &about, "An audit rule hides denials: %.*s",
				      SEAL_ARG(rule->value));
		else if (seal_bytes_find(rule->value, "msgtype") < 0)
			seal_out_unknown(out, &about,
					 "an audit rule leaves records out by something else than "
					 "their type: %.*s",
					 SEAL_ARG(rule->value));
	}
	return 0;
}

static int check_immutable(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_setting *last = NULL;

	if (!has_rules(s->h, out))
		return 0;
	seal_vec_each (rule, &s->h->setup.audit_rules.settings) {
		if (seal_bytes_starts(rule->value, "-e"))
			last = rule;
	}
	if (!last || !seal_bytes_is(seal_bytes_trim(seal_bytes_from(last->value, 2)), "2"))
		seal_out_fail(out, NULL,
			      "The audit rules can be changed until the next boot: the "
			      "last -e is not -e 2.");
	return 0;
}

static int check_log_modes(struct seal_subject *s, struct seal_out *out)
{
	static const char *const paths[] = {"/var/log/audit", "/var/log/audit/audit.log"};

	for (size_t i = 0; i < 2; i++) {
		struct seal_about about = {{{"path", seal_bytes_of(paths[i])}}, {0}};
		struct seal_file f;
		int r = seal_view_file(&s->h->view, seal_bytes_of(paths[i]), &f);

		if (r == -ENOENT && i == 0) {
			seal_out_na(out, "There is no /var/log/audit.");
			return 0;
		}
		if (r == -ENOENT)
			continue;
		if (r < 0 || !f.has_owner)
			seal_out_unknown(out, &about, "mode and owner of %s are not known",
					 paths[i]);
		else if (f.uid != 0 || (f.mode & 027))
			seal_out_fail(out, &about, "%s has mode %04o and belongs to uid %u.",
				      paths[i], f.mode, f.uid);
	}
	return 0;
}

static bool runs(const struct seal_host *h, const char *comm)
{
	seal_vec_each (p, &h->tasks.v) {
		if (seal_bytes_is(p->comm, comm))
			return true;
	}
	return false;
}

static int check_service(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_unit *u = seal_setup_unit(&s->h->setup, "auditd.service");

	if (!u || u->links < 0)
		seal_out_unknown(out, NULL, "the links of etc/systemd/system were not read: %s",
				 strerror(u ? -u->links : ENODATA));
	else if (u->masked)
		seal_out_fail(out, NULL, "auditd.service is masked.");
	else if (!u->enabled)
		seal_out_fail(out, NULL, "No target starts auditd.service.");
	else if (s->h->tasks.present && !runs(s->h, "auditd"))
		seal_out_fail(out, NULL, "auditd is enabled, and does not run.");
	return 0;
}

/* --- what is kept of the logs */

static enum seal_tri journal_is_kept(const struct seal_host *h)
{
	const struct seal_config *c = &h->setup.journald;
	const struct seal_setting *set = seal_config_get(c, "Journal", "Storage");
	struct seal_file f;
	int r;

	if (c->status < 0 && c->status != -ENOENT)
		return SEAL_MAYBE;
	if (set && seal_bytes_is(set->value, "persistent"))
		return SEAL_YES;
	if (set && !seal_bytes_is(set->value, "auto"))
		return SEAL_NO;
	r = seal_view_file(&h->view, SEAL_LIT("/var/log/journal"), &f);
	return r == 0 ? SEAL_YES : r == -ENOENT ? SEAL_NO : SEAL_MAYBE;
}

/* writes_facility - a line of rsyslog.conf that sends @facility to a file: "mail.* -/var/log/mail",
 * "*.info;mail.none /var/log/messages" */
static bool writes_facility(struct seal_bytes line, const char *facility)
{
	struct seal_bytes selectors = seal_bytes_word(&line), one, names, name, priority;
	bool chosen = false;

	line = seal_bytes_trim(line);
	if (!seal_bytes_starts(line, "/") && !seal_bytes_starts(line, "-/") &&
	    !seal_bytes_starts(line, "action("))
		return false;
	while (selectors.n) {
		one = seal_bytes_cut(selectors, ';', &selectors);
		names = seal_bytes_cut(one, '.', &priority);
		if (!priority.p)
			return false;
		while (names.n) {
			name = seal_bytes_cut(names, ',', &names);
			if (seal_bytes_is(name, "*") || seal_bytes_is(name, facility))
				chosen = !seal_bytes_is(priority, "none");
		}
	}
	return chosen;
}

static enum seal_tri rsyslog_keeps(const struct seal_host *h, const char *facility)
{
	const struct seal_unit *u = seal_setup_unit(&h->setup, "rsyslog.service");
	const struct seal_config *c = &h->setup.rsyslog;

	if (!u || u->links < 0)
		return SEAL_MAYBE;
	if (!u->enabled || c->status == -ENOENT)
		return SEAL_NO;
	seal_vec_each (line, &c->settings) {
		if (writes_facility(line->value, facility))
			return SEAL_YES;
	}
	return c->status < 0 ? SEAL_MAYBE : SEAL_NO;
}

/* tell_kept - @answers of the places that might keep a log */
static void tell_kept(struct seal_out *out, const enum seal_tri answers[3], const char *what)
{
	static const char *const names[] = {"the journal", "rsyslog", "maillog_file"};
	size_t unknown = 3;

	for (size_t i = 0; i < 3; i++) {
		if (answers[i] == SEAL_YES) {
			seal_out_pass(out, "Kept by %s.", names[i]);
			return;
		}
		if (answers[i] == SEAL_MAYBE && unknown == 3)
			unknown = i;
	}
	if (unknown < 3)
		seal_out_unknown(out, NULL, "whether %s keeps %s is not in the evidence",
				 names[unknown], what);
	else
		seal_out_fail(out, NULL, "Nothing keeps %s over a boot.", what);
}

static int check_mail_log(struct seal_subject *s, struct seal_out *out)
{
	struct seal_bytes file = SEAL_BYTES_NONE;
	int r = seal_conf_value(s->h->postfix.instances.v, NULL, "maillog_file", s->h->arena,
				&file);
	const enum seal_tri answers[] = {
		journal_is_kept(s->h),
		rsyslog_keeps(s->h, "mail"),
		r < 0 && r != -ENOENT              ? SEAL_MAYBE
		: seal_bytes_starts(file, "/var/") ? SEAL_YES
						   : SEAL_NO,
	};

	tell_kept(out, answers, "the mail log");
	return 0;
}

static int check_written(struct seal_subject *s, struct seal_out *out)
{
	static const char *const keys[] = {"write_logs", "local_events"};
	const struct seal_config *c = &s->h->setup.auditd;
	const struct seal_unit *u = seal_setup_unit(&s->h->setup, "auditd.service");

	if ((u && u->links == 0 && !u->enabled) || c->status == -ENOENT) {
		const enum seal_tri answers[] = {journal_is_kept(s->h), rsyslog_keeps(s->h, "kern"),
						 SEAL_NO};

		tell_kept(out, answers, "the kernel's log, where denials go without auditd,");
		return 0;
	}
	if (c->status < 0) {
		seal_out_unknown(out, NULL, "auditd.conf was not read: %s", strerror(-c->status));
		return 0;
	}
	for (size_t i = 0; i < 2; i++) {
		const struct seal_setting *set = seal_config_get(c, "", keys[i]);
		struct seal_about about = {{{"parameter", seal_bytes_of(keys[i])}}, {0}};

		if (!set || !seal_bytes_icase_eq(set->value, SEAL_LIT("no")))
			continue;
		about.origin = set->origin;
		seal_out_fail(out, &about, "auditd.conf has %s = no: denials are not written.",
			      keys[i]);
	}
	return 0;
}

/* rules_backlog - the last "-b N"; 0: none */
static uint32_t rules_backlog(const struct seal_config *c)
{
	uint32_t n = 0;

	seal_vec_each (rule, &c->settings) {
		struct seal_bytes rest = rule->value;

		if (seal_bytes_is(seal_bytes_word(&rest), "-b") &&
		    seal_parse_u32(seal_bytes_word(&rest), 10, &n) < 0)
			n = 0;
	}
	return n;
}

static int check_backlog(struct seal_subject *s, struct seal_out *out)
{
	uint32_t least = seal_check_parameter(s->rule, "least_backlog", 8192);
	const struct seal_boot_lines *boot = &s->h->selinux.boot;
	const struct seal_config *rules = &s->h->setup.audit_rules;
	struct seal_about line = {{{"parameter", SEAL_LIT("audit_backlog_limit")}}, boot->origin};
	struct seal_about rule = {{{"rule", SEAL_LIT("-b")}}, {0}};
	uint32_t n = rules_backlog(rules);

	if (s->h->audit.n_lost)
		seal_out_fail(out,
			      &(struct seal_about){{{"path", s->h->audit.lost_origin.path}},
						   s->h->audit.lost_origin},
			      "The kernel dropped audit records.");
	if (!boot->read || (!boot->lines && !boot->with_backlog))
		seal_out_unknown(out, &line, "no kernel command line is in the evidence");
	else if (boot->with_backlog < boot->lines)
		seal_out_fail(out, &line,
			      "%u of %u kernel command lines set no audit_backlog_limit.",
			      boot->lines - boot->with_backlog, boot->lines);
	else if (boot->least_backlog < least)
		seal_out_fail(out, &line, "audit_backlog_limit is %u on a kernel command line.",
			      boot->least_backlog);
	else if (boot->unread)
		seal_out_unknown(out, &line, "not every kernel command line could be read: %s",
				 strerror(-boot->unread));
	if (rules->status < 0 && rules->status != -ENOENT)
		seal_out_unknown(out, &rule, "the audit rules were not read: %s",
				 strerror(-rules->status));
	else if (n && n < least)
		seal_out_fail(out, &rule, "The audit rules set the backlog to %u.", n);
	return 0;
}

/* number_of - a number of auditd.conf, @otherwise when it is not set */
static uint32_t number_of(const struct seal_config *c, const char *key, uint32_t otherwise)
{
	const struct seal_setting *set = seal_config_get(c, "", key);
	uint32_t n;

	return set && seal_parse_u32(set->value, 10, &n) == 0 ? n : otherwise;
}

static int check_retention(struct seal_subject *s, struct seal_out *out)
{
	uint32_t least = seal_check_parameter(s->rule, "least_mib", 32);
	const struct seal_config *c = &s->h->setup.auditd;
	const struct seal_setting *action = seal_config_get(c, "", "max_log_file_action");
	const struct seal_audit *a = &s->h->audit;
	struct seal_about about = {{{"parameter", SEAL_LIT("max_log_file_action")}}, {0}};
	/* the defaults of auditd.conf(5) */
	uint64_t kept = (uint64_t)number_of(c, "max_log_file", 8) * number_of(c, "num_logs", 0);
	bool all = action && seal_bytes_icase_eq(action->value, SEAL_LIT("keep_logs"));

	if (c->status < 0) {
		if (c->status == -ENOENT)
			seal_out_na(out, "There is no auditd.conf on this host.");
		else
			seal_out_unknown(out, NULL, "auditd.conf was not read: %s",
					 strerror(-c->status));
		return 0;
	}
	if (action)
		about.origin = action->origin;
	if (!all && (!action || !seal_bytes_icase_eq(action->value, SEAL_LIT("rotate"))))
		seal_out_fail(out, &about,
			      "A full audit log is not rotated: max_log_file_action is %.*s.",
			      action ? (int)action->value.n : 7,
			      action ? action->value.p : "not set");
	else if (!all && kept < least)
		seal_out_fail(out, &about, "auditd keeps %llu MiB of records.",
			      (unsigned long long)kept);
	if (s->h->span.since_us != SEAL_TIME_NONE && a->present && a->first_us != SEAL_TIME_NONE &&
	    a->first_us > s->h->span.since_us + SEAL_SECOND_US * 3600)
		seal_out_fail(out, NULL, "The audit records begin after the time asked for.");
	return 0;
}

static int check_syscall_rules(struct seal_subject *s, struct seal_out *out)
{
	bool some = false;

	if (!has_rules(s->h, out))
		return 0;
	seal_vec_each (rule, &s->h->setup.audit_rules.settings) {
		struct seal_bytes v = rule->value;
		bool task = seal_bytes_find(v, "never,task") >= 0 ||
			    seal_bytes_find(v, "task,never") >= 0;

		some |= seal_bytes_starts(v, "-w") || seal_bytes_find(v, "always,exit") >= 0 ||
			seal_bytes_find(v, "exit,always") >= 0;
		if (task)
			seal_out_fail(out, &(struct seal_about){{{"rule", v}}, rule->origin},
				      "A rule turns syscall records off: %.*s", SEAL_ARG(v));
	}
	if (!some)
		seal_out_fail(out, NULL, "There is no watch and no syscall rule.");
	return 0;
}

const struct seal_check seal_checks_audit[] = {
	{"AUD-001", check_service, 0},
	{"AUD-002", check_written, 0},
	{"AUD-003", check_hidden, 0},
	{"AUD-004", check_backlog, 0},
	{"AUD-005", check_selinux_files, 0},
	{"AUD-006", check_queue_commands, 0},
	{"AUD-007", check_selinux_commands, 0},
	{"AUD-008", check_mail_files, 0},
	{"AUD-009", check_log_modes, 0},
	{"AUD-010", check_retention, 0},
	{"AUD-011", check_immutable, 0},
	{"AUD-012", check_syscall_rules, 0},
	{"AUD-013", check_mail_log, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
