/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "core/path.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/map.h"
#include "evidence/postfix/mastercf.h"

/* attribution_object.c - what a failure is about: the paths, what was to be done with them, and as
 * whom the daemon tried */

#define NOBODY 65534

/* the directories below queue_directory, by whose bare names the daemons speak of them */
static bool is_queue_directory(struct seal_bytes word)
{
	static const char *const names[] = {"maildrop", "incoming", "active", "deferred", "defer",
					    "hold",     "corrupt",  "bounce", "flush",    "trace",
					    "private",  "public",   "pid",    "saved"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_is(word, names[i]))
			return true;
	return false;
}

size_t seal_case_paths(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_bytes paths[SEAL_CASE_PATHS_MAX])
{
	struct seal_bytes rest = c->texts[0], word;
	size_t n = 0;

	if (c->reason.path.n &&
	    seal_process_path(at->h, c->process, c->reason.path, &paths[n]) == 0)
		n++;
	if (c->reason.socket.n &&
	    seal_process_inner_path(at->h, c->process, c->reason.socket, &paths[n]) == 0)
		n++;
	for (word = seal_bytes_word(&rest); word.n && n < SEAL_CASE_PATHS_MAX;
	     word = seal_bytes_word(&rest)) {
		while (word.n && (word.p[word.n - 1] == ':' || word.p[word.n - 1] == ','))
			word.n--;
		if (is_queue_directory(word) &&
		    seal_process_path(at->h, c->process, word, &paths[n]) == 0)
			n++;
	}
	return n;
}

static bool says(const struct seal_case *c, const char *word)
{
	return seal_bytes_find(c->texts[0], word) >= 0;
}

unsigned seal_case_access(const struct seal_case *c)
{
	static const char *const writing[] = {"create", "rename", "write",  "append",
					      "update", "lock",   "remove", "unlink",
					      "mkdir",  "link",   "save"};
	unsigned access = 0;
	size_t i;

	if (c->reason.socket.n)
		return SEAL_DAC_WRITE;
	for (i = 0; i < sizeof(writing) / sizeof(writing[0]); i++)
		if (says(c, writing[i]))
			access |= SEAL_DAC_WRITE;
	if (says(c, "exec"))
		return SEAL_DAC_SEARCH; /* the x bit */
	if (says(c, "chdir") || says(c, "search"))
		return SEAL_DAC_SEARCH;
	return access ? access : SEAL_DAC_READ;
}

static bool is_refusal(const struct seal_reason *r)
{
	return r->origin != SEAL_REASON_REMOTE && (r->error == EACCES || r->error == EPERM);
}

bool seal_case_is_refusal(const struct seal_case *c)
{
	struct seal_reason r;
	size_t i;

	if (is_refusal(&c->reason))
		return true;
	for (i = 0; seal_case_leans_on_notes(c) && i < c->n_texts; i++) {
		seal_reason_parse(c->texts[i], &r);
		if (is_refusal(&r) || (r.origin != SEAL_REASON_REMOTE &&
				       seal_bytes_find(c->texts[i], "Permission denied") >= 0))
			return true;
	}
	return false;
}

bool seal_case_denied_by_selinux(const struct seal_case *c)
{
	size_t i;

	for (i = 0; i < c->n_matches; i++)
		if (c->matches[i].object == SEAL_SAME_YES && !c->matches[i].denial->permissive &&
		    (c->matches[i].whole || !c->matches[i].other_ended))
			return true;
	return false;
}

/* said_identity - local(8) and virtual(8) tell as whom they acted: "UID/GID=1001/1001" */
static int said_identity(const struct seal_case *c, struct seal_identity *ret)
{
	struct seal_bytes rest;
	uint32_t uid, gid;
	ssize_t off;
	size_t i, n;

	for (i = 0; i < c->n_texts; i++) {
		off = seal_bytes_find(c->texts[i], "UID/GID=");
		if (off < 0)
			continue;
		rest = seal_bytes_from(c->texts[i], (size_t)off + 8);
		for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++)
			;
		if (seal_parse_u32(seal_bytes_first(rest, n), 10, &uid) < 0 || n + 1 >= rest.n)
			continue;
		rest = seal_bytes_from(rest, n + 1);
		for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++)
			;
		if (seal_parse_u32(seal_bytes_first(rest, n), 10, &gid) < 0)
			continue;
		*ret = (struct seal_identity){.uid = uid, .gid = gid};
		return 0;
	}
	return -ENODATA;
}

static struct seal_identity root_identity(const struct seal_case *c)
{
	const struct seal_sandbox *s = &c->process->sandbox;

	return (struct seal_identity){
		.override = !seal_sandbox_capability(s, "CAP_DAC_OVERRIDE"),
	};
}

/* into_mail_spool - local(8) writes a mailbox of the mail spool as the recipient when everybody may
 * write there, with the spool's group when that may, else as root (Postfix local/mailbox.c) */
static int into_mail_spool(struct seal_attribution *at, const struct seal_case *c,
			   struct seal_identity *who)
{
	struct seal_bytes dir = SEAL_LIT("/var/mail"), path = c->reason.path;
	struct seal_file f;
	int r;

	if (c->process->inst) {
		r = seal_conf_value(c->process->inst, NULL, "mail_spool_directory", at->h->arena,
				    &dir);
		if (r == -ENOMEM)
			return r;
	}
	/* with a "/" at its end it is a folder of maildirs */
	if (!dir.n || dir.p[dir.n - 1] == '/' || !seal_path_is_below(path, dir))
		return 0;
	r = seal_view_file(&at->h->view, dir, &f);
	if (r == 0 && f.type == 'l' && seal_bytes_is(f.link, "spool/mail"))
		r = seal_view_file(&at->h->view, SEAL_LIT("/var/spool/mail"), &f);
	if (r < 0 || f.type != 'd' || !f.has_owner)
		return 0;
	if (f.mode & 0002)
		return 0;
	if (f.mode & 0020)
		who->gid = f.gid;
	else
		*who = root_identity(c);
	return 0;
}

/* as_recipient - local(8) acts as the user it delivers to: the one its words name, or that of the
 * address, without an extension; with that user's own group alone (set_eugid() of Postfix) */
static int as_recipient(struct seal_attribution *at, const struct seal_case *c,
			struct seal_identity *ret)
{
	const struct seal_host *h = at->h;
	struct seal_bytes rest, name = c->recipient;
	const struct seal_user *user;
	ssize_t off;

	off = seal_bytes_find(c->texts[0], " for user ");
	if (off >= 0) {
		rest = seal_bytes_from(c->texts[0], (size_t)off + strlen(" for user "));
		name = seal_bytes_word(&rest);
		while (name.n && (name.p[name.n - 1] == '.' || name.p[name.n - 1] == ':'))
			name.n--;
	}
	name = seal_bytes_cut(name, '@', &rest);
	user = seal_users_by_name(&h->users, name);
	if (!user)
		user = seal_users_by_name(&h->users, seal_bytes_cut(name, '+', &rest));
	if (!user)
		return -ENODATA;
	*ret = (struct seal_identity){.uid = user->uid, .gid = user->gid};
	return into_mail_spool(at, c, ret);
}

/* in_table - what one table has for a recipient: the address, then its domain */
static struct seal_bytes in_table(const struct seal_instance *inst, struct seal_bytes spec,
				  struct seal_bytes address)
{
	const struct seal_map_entry *e = NULL;
	ssize_t domain = seal_bytes_rchr(address, '@');

	if (seal_bytes_starts(spec, "static:"))
		return seal_bytes_trim(seal_bytes_from(spec, strlen("static:")));
	seal_vec_each (m, &inst->maps) {
		if (!seal_bytes_eq(m->spec, spec) || !m->has_values)
			continue;
		e = seal_map_find(m, address);
		if (!e && domain >= 0)
			e = seal_map_find(m, seal_bytes_from(address, (size_t)domain));
	}
	return e ? e->value : SEAL_BYTES_NONE;
}

/* number_in_tables - the number that the tables of @param give a recipient */
static int number_in_tables(struct seal_attribution *at, const struct seal_case *c,
			    const char *param, uint32_t *ret)
{
	const struct seal_process *p = c->process;
	struct seal_bytes list, spec, value;
	int r;

	if (!p->inst)
		return -ENODATA;
	r = seal_conf_value(p->inst, p->service, param, at->h->arena, &list);
	if (r < 0)
		return r == -ENOMEM ? r : -ENODATA;
	while (seal_conf_next(&list, &spec)) {
		value = in_table(p->inst, spec, c->recipient);
		if (value.n && seal_parse_u32(value, 10, ret) == 0)
			return 0;
	}
	return -ENODATA;
}

static int as_virtual(struct seal_attribution *at, const struct seal_case *c,
		      struct seal_identity *ret)
{
	uint32_t uid, gid;
	int r;

	r = number_in_tables(at, c, "virtual_uid_maps", &uid);
	if (r == 0)
		r = number_in_tables(at, c, "virtual_gid_maps", &gid);
	if (r == 0)
		*ret = (struct seal_identity){.uid = uid, .gid = gid};
	return r;
}

/* as_pipe_user - "user=NAME[:GROUP]" of the master.cf entry (pipe(8)) */
static int as_pipe_user(struct seal_attribution *at, const struct seal_case *c,
			struct seal_identity *ret)
{
	const struct seal_service *svc = c->process->service;
	struct seal_bytes args, word, name, group;
	const struct seal_user *user;
	const struct seal_group *g;

	if (!svc)
		return -ENODATA;
	args = svc->args;
	for (word = seal_mastercf_arg(&args); word.n; word = seal_mastercf_arg(&args)) {
		if (!seal_bytes_starts(word, "user="))
			continue;
		name = seal_bytes_cut(seal_bytes_from(word, 5), ':', &group);
		user = seal_users_by_name(&at->h->users, name);
		if (!user)
			return -ENODATA;
		*ret = (struct seal_identity){.uid = user->uid, .gid = user->gid};
		g = group.n ? seal_users_group(&at->h->users, group) : NULL;
		if (group.n && !g)
			return -ENODATA;
		if (g)
			ret->gid = g->gid;
		return 0;
	}
	return -ENODATA;
}

/* opened_as_root - tables, keys and programs lie outside of queue and data directory; a daemon
 * opens them before it drops root and enters its chroot (pre_init of the Postfix skeletons).
 * Returns 1, 0, -ENODATA (it may open them at any time) or -ENOMEM. */
static int opened_as_root(struct seal_attribution *at, const struct seal_case *c,
			  struct seal_bytes path)
{
	struct seal_bytes data = SEAL_LIT("/var/lib/postfix");
	int r;

	if (c->reason.socket.n || seal_path_is_within(path, c->process->queue_directory) ||
	    seal_bytes_is(c->daemon, "proxymap"))
		return 0;
	if (c->process->inst) {
		r = seal_conf_value(c->process->inst, NULL, "data_directory", at->h->arena, &data);
		if (r == -ENOMEM)
			return r;
	}
	if (seal_path_is_within(path, data))
		return 0;
	return seal_bytes_is(c->daemon, "tlsproxy") ? -ENODATA : 1;
}

/* by_set_gid - postdrop(1) and postqueue(1): any user, with the group of the program */
static int by_set_gid(struct seal_attribution *at, const struct seal_case *c,
		      struct seal_identity *ret)
{
	struct seal_bytes path;
	struct seal_file f;
	int r;

	r = seal_process_command(at->h, c->process, c->daemon, &path);
	if (r < 0)
		return r;
	if (seal_view_file(&at->h->view, path, &f) < 0 || !f.has_owner || f.type != 'f')
		return -ENODATA;
	*ret = (struct seal_identity){.uid = NOBODY, .gid = f.mode & 02000 ? f.gid : NOBODY};
	return 0;
}

/* opens_own_lock - a daemon takes the lock of its service, pid/TRANSPORT.SERVICE, while it is still
 * root: before it changes its root and its user */
static bool opens_own_lock(const struct seal_case *c)
{
	return c->n_texts && seal_bytes_find(c->texts[0], "open lock file pid/") >= 0;
}

int seal_case_identity(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_bytes path, struct seal_identity *ret)
{
	static const char *const set_gid[] = {"postdrop", "postqueue"};
	size_t i;
	int r;

	if (said_identity(c, ret) == 0)
		return 0;
	for (i = 0; i < sizeof(set_gid) / sizeof(set_gid[0]); i++)
		if (seal_bytes_is(c->daemon, set_gid[i]))
			return by_set_gid(at, c, ret);
	if (seal_bytes_is(c->daemon, "master") || opens_own_lock(c)) {
		*ret = root_identity(c);
		return 0;
	}
	if (seal_bytes_is(c->daemon, "sendmail")) /* whoever calls it */
		return -ENODATA;
	if (seal_path_is_within(path, c->process->queue_directory) || c->reason.socket.n)
		return seal_process_owner(at->h, c->process, ret);
	if (seal_bytes_is(c->daemon, "local"))
		return as_recipient(at, c, ret);
	if (seal_bytes_is(c->daemon, "virtual"))
		return as_virtual(at, c, ret);
	if (seal_bytes_is(c->daemon, "pipe"))
		return as_pipe_user(at, c, ret);
	if (!c->daemon.n || seal_bytes_is(c->daemon, "spawn"))
		return -ENODATA;
	r = opened_as_root(at, c, path);
	if (r < 0)
		return r;
	if (r == 0)
		return seal_process_owner(at->h, c->process, ret);
	*ret = root_identity(c);
	return 0;
}
