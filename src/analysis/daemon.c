/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/daemon.h"

#include <errno.h>

#include "analysis/process.h"
#include "evidence/postfix/conf.h"
#include "evidence/selinux/policy.h"

static const struct seal_instance *first_instance(const struct seal_host *h)
{
	return h->postfix.instances.n ? &h->postfix.instances.v[0] : NULL;
}

static int join_path(struct seal_host *h, struct seal_bytes dir, struct seal_bytes name,
		     struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, dir.p, dir.n);
	if (!b.n || b.p[b.n - 1] != '/')
		seal_buf_putc(&b, '/');
	seal_buf_put(&b, name.p, name.n);
	return b.err ? b.err : seal_arena_copy(h->arena, seal_buf_bytes(&b), ret);
}

int seal_daemon_program(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes *ret)
{
	/* where distributions keep them, when main.cf does not say and the default of the build is
	 * not known */
	static const char *const usual[] = {"/usr/lib/postfix/sbin", "/usr/libexec/postfix",
					    "/usr/lib/postfix", "/usr/lib/postfix/bin"};
	const struct seal_instance *inst = first_instance(h);
	struct seal_bytes dir, path;
	struct seal_file f;
	size_t i;
	int r;

	if (inst && seal_conf_value(inst, NULL, "daemon_directory", h->arena, &dir) == 0 && dir.n) {
		r = join_path(h, dir, daemon, &path);
		if (r < 0)
			return r;
		if (seal_view_file(&h->view, path, &f) == 0) {
			*ret = path;
			return 0;
		}
	}
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		r = join_path(h, seal_bytes_of(usual[i]), daemon, &path);
		if (r < 0)
			return r;
		if (seal_view_file(&h->view, path, &f) == 0) {
			*ret = path;
			return 0;
		}
	}
	return -ENODATA;
}

/* entry_type - the type of a daemon's program */
static int entry_type(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes *ret)
{
	struct seal_bytes program, context;
	int r;

	r = seal_daemon_program(h, daemon, &program);
	if (r < 0)
		return r;
	if (seal_view_label(&h->view, program, &context) < 0 &&
	    seal_view_expected(&h->view, program, 'f', &context) < 0)
		return -ENODATA;
	*ret = seal_context_part(context, 't');
	return ret->n ? 0 : -ENODATA;
}

/* stays_in - whether a program runs in the domain of the one who starts it: it may be executed
 * without a transition */
static bool stays_in(struct seal_policy *p, struct seal_bytes domain, struct seal_bytes entry)
{
	struct seal_bytes perms[] = {SEAL_LIT("execute"), SEAL_LIT("execute_no_trans")};
	struct seal_access a = {.scontext = domain,
				.tcontext = entry,
				.tclass = SEAL_LIT("file"),
				.perms = perms,
				.n_perms = 2,
				.ioctl = -1};

	return seal_policy_allows(p, &a) == 1;
}

/* entered_from - the only domain that a transition from one of @sources by @entry leads to */
static int entered_from(struct seal_policy *p, const struct seal_names *sources,
			struct seal_bytes entry, struct seal_bytes *ret)
{
	struct seal_bytes domain, only = SEAL_BYTES_NONE;
	bool found;

	seal_vec_each (s, &sources->v) {
		if (seal_policy_transition(p, *s, entry, SEAL_LIT("process"), SEAL_BYTES_NONE,
					   &domain, &found) < 0 ||
		    !found)
			continue;
		if (only.n && !seal_bytes_eq(only, domain))
			return -ENODATA;
		only = domain;
	}
	if (!only.n && sources->v.n == 1 && stays_in(p, sources->v.v[0], entry))
		only = sources->v.v[0];
	if (!only.n)
		return -ENODATA;
	*ret = only;
	return 0;
}

int seal_daemon_domain(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes *ret)
{
	struct seal_bytes master_entry, entry, perm = SEAL_LIT("entrypoint");
	struct seal_names masters = {0};
	int r;

	if (!h->selinux.policy)
		return -ENODATA;
	r = entry_type(h, SEAL_LIT("master"), &master_entry);
	if (r == 0)
		r = entry_type(h, daemon, &entry);
	if (r < 0)
		return r;
	r = seal_policy_sources_with(h->selinux.policy, master_entry, SEAL_LIT("file"), &perm, 1,
				     &masters);
	if (r < 0)
		return r == -ENOMEM ? r : -ENODATA;
	r = entered_from(h->selinux.policy, &masters, entry, ret);
	seal_vec_done(&masters.v);
	return r;
}

int seal_command_domain(struct seal_host *h, struct seal_bytes command, struct seal_bytes *ret)
{
	struct seal_bytes path, context, perm = SEAL_LIT("entrypoint");
	struct seal_process p = {.inst = first_instance(h)};
	struct seal_names domains = {0};
	int r;

	if (!h->selinux.policy)
		return -ENODATA;
	r = seal_process_command(h, &p, command, &path);
	if (r < 0)
		return r;
	if (seal_view_label(&h->view, path, &context) < 0 &&
	    seal_view_expected(&h->view, path, 'f', &context) < 0)
		return -ENODATA;
	r = seal_policy_sources_with(h->selinux.policy, seal_context_part(context, 't'),
				     SEAL_LIT("file"), &perm, 1, &domains);
	if (r >= 0 && domains.v.n == 1)
		*ret = domains.v.v[0];
	else if (r != -ENOMEM)
		r = -ENODATA;
	seal_vec_done(&domains.v);
	return r < 0 ? r : 0;
}

int seal_init_domain(struct seal_host *h, struct seal_bytes *ret)
{
	static const char *const programs[] = {"/usr/lib/systemd/systemd", "/lib/systemd/systemd"};
	const struct seal_policy *p = h->selinux.policy;
	struct seal_bytes kernel, context;
	bool found = false;

	if (!p || seal_policy_initial(p, SEAL_INITIAL_KERNEL, &kernel) < 0)
		return -ENODATA;
	for (size_t i = 0; i < 2 && !found; i++)
		if (seal_view_expected(&h->view, seal_bytes_of(programs[i]), 'f', &context) == 0 &&
		    seal_policy_transition(p, kernel, seal_context_part(context, 't'),
					   SEAL_LIT("process"), SEAL_BYTES_NONE, ret, &found) < 0)
			return -ENODATA;
	return found ? 0 : -ENODATA;
}

/* started - the domain a service gets whose program has that type, when a transition gives it one
 * of its own. Returns 0 or -ENODATA */
static int started(struct seal_host *h, struct seal_bytes entry, struct seal_bytes *ret)
{
	struct seal_bytes init;
	bool found = false;
	int r = seal_init_domain(h, &init);

	if (r == 0 && seal_policy_transition(h->selinux.policy, init, entry, SEAL_LIT("process"),
					     SEAL_BYTES_NONE, ret, &found) < 0)
		return -ENODATA;
	return r == 0 && found ? 0 : -ENODATA;
}

/* master_of - the domain that a program of type @entry leads a service into */
static int master_of(struct seal_host *h, struct seal_bytes entry, struct seal_bytes *ret)
{
	struct seal_bytes perm = SEAL_LIT("entrypoint");
	struct seal_names domains = {0};
	int r;

	r = seal_policy_sources_with(h->selinux.policy, entry, SEAL_LIT("file"), &perm, 1,
				     &domains);
	if (r == 0 && domains.v.n == 1)
		*ret = domains.v.v[0];
	else if (r == 0)
		r = started(h, entry, ret);
	seal_vec_done(&domains.v);
	return r == 0 || r == -ENOMEM ? r : -ENODATA;
}

int seal_master_domain(struct seal_host *h, struct seal_bytes *ret)
{
	struct seal_bytes entry;
	int r = h->selinux.policy ? entry_type(h, SEAL_LIT("master"), &entry) : -ENODATA;

	return r < 0 ? r : master_of(h, entry, ret);
}

/* leads_to - whether @domain is @master or one that it starts programs in */
static int leads_to(struct seal_host *h, struct seal_bytes master, struct seal_bytes domain)
{
	struct seal_names entries = {0};
	int r;

	if (seal_bytes_eq(master, domain))
		return 1;
	r = seal_policy_exec_types(h->selinux.policy, master, domain, &entries);
	if (r == 0)
		r = entries.v.n > 0;
	seal_vec_done(&entries.v);
	return r == -ENOMEM ? r : r > 0;
}

int seal_master_leads_to(struct seal_host *h, struct seal_bytes domain)
{
	struct seal_bytes program, context[2], master, primary;
	bool known = false;
	int r;

	if (!h->selinux.policy || seal_policy_type(h->selinux.policy, domain, &primary) < 0)
		return -ENODATA;
	r = seal_daemon_program(h, SEAL_LIT("master"), &program);
	if (r < 0)
		return r;
	/* it may have been started before its label was changed */
	if (seal_view_label(&h->view, program, &context[0]) < 0)
		context[0] = SEAL_BYTES_NONE;
	if (seal_view_expected(&h->view, program, 'f', &context[1]) < 0)
		context[1] = SEAL_BYTES_NONE;
	for (int i = 0; i < 2; i++) {
		r = context[i].n ? master_of(h, seal_context_part(context[i], 't'), &master)
				 : -ENODATA;
		if (r == 0) {
			known = true;
			r = leads_to(h, master, primary);
		}
		if (r == -ENOMEM || r > 0)
			return r;
	}
	return known ? 0 : -ENODATA;
}

/* acts_as_others - daemons that work as root or as the recipient */
static bool acts_as_others(struct seal_bytes daemon)
{
	static const char *const names[] = {"master",  "local", "pipe",
					    "virtual", "spawn", "sendmail"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_is(daemon, names[i]))
			return true;
	return daemon.n == 0;
}

int seal_daemon_identity(struct seal_host *h, struct seal_bytes daemon, struct seal_identity *ret)
{
	const struct seal_process p = {.inst = first_instance(h)};

	return acts_as_others(daemon) ? -ENODATA : seal_process_owner(h, &p, ret);
}

int seal_daemon_path(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes path,
		     struct seal_bytes *ret)
{
	const struct seal_instance *inst = first_instance(h);
	struct seal_bytes queue = SEAL_LIT("/var/spool/postfix");
	int r;

	(void)daemon;
	if (path.n && path.p[0] == '/') {
		*ret = path;
		return 0;
	}
	if (inst) {
		r = seal_conf_value(inst, NULL, "queue_directory", h->arena, &queue);
		if (r == -ENOMEM)
			return r;
	}
	return join_path(h, queue, path, ret);
}
