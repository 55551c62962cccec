/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rights.h"

#include <errno.h>
#include <string.h>

/* who reads a source, and what it tells */
static const struct {
	const char *who, *what;
} rights[SEAL_SOURCE_MAX_] = {
	[SEAL_SOURCE_AUDIT] = {"root", "the denials of SELinux"},
	[SEAL_SOURCE_MAIL_LOG] = {"root or group adm", "why deliveries failed"},
	[SEAL_SOURCE_JOURNAL] = {"root or group systemd-journal",
				 "log lines and denials that no file has"},
	[SEAL_SOURCE_KERNEL_LOG] = {"root or group adm", "denials where no auditd runs"},
	[SEAL_SOURCE_QUEUE] = {"root", "the messages that wait"},
	[SEAL_SOURCE_MAIN_CF] = {"root", "where mail goes"},
	[SEAL_SOURCE_MASTER_CF] = {"root", "which services run"},
	[SEAL_SOURCE_MAP] = {"root", "what its keys lead to"},
	[SEAL_SOURCE_POLICY] = {"root", "why an access is denied, and what would allow it"},
	[SEAL_SOURCE_CONTEXTS] = {"root", "which label a file should have"},
	[SEAL_SOURCE_LABELS] = {"root", "the labels files have"},
	[SEAL_SOURCE_SELINUX] = {"root", "local ports, booleans, file contexts and modules"},
	[SEAL_SOURCE_RULESET] = {"root", "what the firewall does to mail"},
	[SEAL_SOURCE_FIREWALLD] = {"root", "zones and policies of the firewall"},
	[SEAL_SOURCE_NETWORK] = {"root", "addresses, routes and who listens"},
	[SEAL_SOURCE_FILES] = {"root", "settings that explain what is logged and allowed"},
	[SEAL_SOURCE_DISK] = {"root", "room on the file systems"},
	[SEAL_SOURCE_PACKAGES] = {"root", "what was installed before it broke"},
};

/* is_refused - for want of rights: the readers say it in the words of the system, or name the
 * capability */
static bool is_refused(const struct seal_source_state *s)
{
	return (s->status == SEAL_READ_UNREADABLE || s->status == SEAL_READ_TRUNCATED) &&
	       (seal_bytes_find(s->detail, strerror(EACCES)) >= 0 ||
		seal_bytes_find(s->detail, strerror(EPERM)) >= 0 ||
		seal_bytes_find(s->detail, "needs CAP_") >= 0);
}

int seal_rights_tell(struct seal_host *h)
{
	const char *all;

	seal_vec_each (s, &h->sources) {
		if (!is_refused(s) || !rights[s->source].who)
			continue;
		all = seal_arena_printf(h->arena, "%.*s; %s would see %s", (int)s->detail.n,
					s->detail.p, rights[s->source].who, rights[s->source].what);
		if (!all)
			return -ENOMEM;
		s->detail = seal_bytes_of(all);
	}
	return 0;
}
