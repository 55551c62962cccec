/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit.c - is audited what must be, and can the log be trusted? */
#include "checks/check.h"

#include <errno.h>

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

static int check_paths(struct seal_subject *s, struct seal_out *out, const char *const *paths)
{
	if (!has_rules(s->h, out))
		return 0;
	for (; *paths; paths++) {
		struct seal_about about = {{{"path", seal_bytes_of(*paths)}}, {0}};
		bool found = false;

		seal_vec_each (rule, &s->h->setup.audit_rules.settings) {
			found |= names_path(rule->value, *paths);
		}
		if (!found)
			seal_out_fail(out, &about, "No audit rule names %s.", *paths);
	}
	return 0;
}

static int check_selinux_files(struct seal_subject *s, struct seal_out *out)
{
	static const char *const paths[] = {"/etc/selinux", "/var/lib/selinux", NULL};

	return check_paths(s, out, paths);
}

static int check_queue_commands(struct seal_subject *s, struct seal_out *out)
{
	static const char *const paths[] = {"/usr/sbin/postdrop", "/usr/sbin/postqueue", NULL};

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

const struct seal_check seal_checks_audit[] = {
	{"AUD-003", check_hidden, 0},         {"AUD-005", check_selinux_files, 0},
	{"AUD-006", check_queue_commands, 0}, {"AUD-009", check_log_modes, 0},
	{"AUD-011", check_immutable, 0},      {NULL, NULL, 0},
};
