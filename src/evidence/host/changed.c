/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/changed.h"

#include <errno.h>

/* is_setting - files that say how the host is to behave, not what happened on it */
static bool is_setting(enum seal_source source)
{
	static const enum seal_source settings[] = {
		SEAL_SOURCE_MAIN_CF, SEAL_SOURCE_MASTER_CF, SEAL_SOURCE_MAP,
		SEAL_SOURCE_POLICY,  SEAL_SOURCE_CONTEXTS,  SEAL_SOURCE_SELINUX,
		SEAL_SOURCE_RULESET, SEAL_SOURCE_FIREWALLD, SEAL_SOURCE_NETWORK,
		SEAL_SOURCE_FILES,
	};
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (settings[i] == source)
			return true;
	return false;
}

/* file_of - the absolute path in what a row says: "etc/resolv.conf", "hash:/etc/postfix/transport";
 * none for what a bundle recorded of the live host, for the kernel's own files, and for words */
static int file_of(struct seal_host *h, struct seal_bytes path, struct seal_bytes *ret)
{
	static const char *const not_kept[] = {"live/", "proc/", "sys/", "run/", "bundle.json"};
	ssize_t colon = seal_bytes_find(path, ":/");
	const char *text;
	size_t i;

	*ret = SEAL_BYTES_NONE;
	if (colon > 0)
		path = seal_bytes_from(path, (size_t)colon + 1);
	for (i = 0; i < sizeof(not_kept) / sizeof(not_kept[0]); i++)
		if (seal_bytes_starts(path, not_kept[i]))
			return 0;
	if (seal_bytes_starts(path, "/")) {
		*ret = path;
		return 0;
	}
	if (seal_bytes_chr(path, '/') < 0)
		return 0;
	text = seal_arena_printf(h->arena, "/%.*s", (int)path.n, path.p);
	*ret = seal_bytes_of(text);
	return text ? 0 : -ENOMEM;
}

static int add_file(struct seal_host *h, enum seal_source source, struct seal_bytes path)
{
	struct seal_change *c;
	struct seal_file f;
	int r;

	r = seal_view_file(&h->view, path, &f);
	if (r < 0 || f.mtime_us == SEAL_TIME_NONE || f.mtime_us <= 0)
		return r == -ENOMEM ? r : 0;
	c = seal_vec_add(&h->changes);
	if (!c)
		return -ENOMEM;
	*c = (struct seal_change){
		.kind = SEAL_CHANGE_FILE,
		.time_us = f.mtime_us,
		.origin = {.source = source},
	};
	if (seal_arena_copy(h->arena, path, &c->what) < 0)
		return -ENOMEM;
	c->origin.path = seal_bytes_from(c->what, 1);
	return 0;
}

/* add_rows - by index: asking the view may append rows */
static int add_rows(struct seal_host *h)
{
	size_t n = h->sources.n, i;
	struct seal_bytes path;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++) {
		const struct seal_source_state row = h->sources.v[i];

		if (row.status != SEAL_READ_READ || !is_setting(row.source))
			continue;
		r = file_of(h, row.path, &path);
		if (r == 0 && path.n)
			r = add_file(h, row.source, path);
	}
	return r;
}

/* add_certificates - "/etc/ssl/mail.pem" of smtpd_tls_cert_file and its like */
static int add_certificates(struct seal_host *h)
{
	static const char *const names[] = {"_cert_file", "_key_file", "_chain_files", "_CAfile"};
	size_t i;
	int r = 0;

	seal_vec_each (inst, &h->postfix.instances) {
		seal_vec_each (p, &inst->params) {
			for (i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++)
				if (seal_bytes_ends(p->name, names[i]) &&
				    seal_bytes_starts(p->value, "/"))
					r = add_file(h, SEAL_SOURCE_FILES, p->value);
		}
	}
	return r;
}

static int add_rule_places(struct seal_host *h)
{
	static const struct {
		enum seal_source source;
		const char *path;
	} places[] = {
		{SEAL_SOURCE_RULESET, "/etc/nftables.conf"},
		{SEAL_SOURCE_RULESET, "/etc/nftables"},
		{SEAL_SOURCE_RULESET, "/etc/sysconfig/nftables.conf"},
		{SEAL_SOURCE_RULESET, "/etc/iptables/rules.v4"},
		{SEAL_SOURCE_RULESET, "/etc/iptables/rules.v6"},
		{SEAL_SOURCE_RULESET, "/etc/sysconfig/iptables"},
		{SEAL_SOURCE_RULESET, "/etc/ufw/user.rules"},
		{SEAL_SOURCE_RULESET, "/etc/ufw/user6.rules"},
		{SEAL_SOURCE_FIREWALLD, "/etc/firewalld/direct.xml"},
		{SEAL_SOURCE_FIREWALLD, "/etc/firewalld/zones"},
		{SEAL_SOURCE_FIREWALLD, "/etc/firewalld/policies"},
		{SEAL_SOURCE_FIREWALLD, "/etc/firewalld/services"},
		{SEAL_SOURCE_FIREWALLD, "/etc/firewalld/ipsets"},
	};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(places) / sizeof(places[0]); i++)
		r = add_file(h, places[i].source, seal_bytes_of(places[i].path));
	return r;
}

static int by_time(const void *a, const void *b)
{
	const struct seal_change *x = a, *y = b;
	int r;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	r = seal_bytes_cmp(x->what, y->what);
	return r ? r : (x->origin.line > y->origin.line) - (x->origin.line < y->origin.line);
}

int seal_changed_files(struct seal_host *h)
{
	int r;

	r = add_rows(h);
	if (r == 0)
		r = add_certificates(h);
	return r == 0 ? add_rule_places(h) : r;
}

void seal_changes_sort(struct seal_host *h)
{
	if (h->changes.n)
		qsort(h->changes.v, h->changes.n, sizeof(*h->changes.v), by_time);
}
