/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/process.h"

#include <errno.h>

#include "core/buf.h"
#include "evidence/postfix/conf.h"

/* is_tag - "NAME/DAEMON" is the whole tag of the process */
static bool is_tag(const struct seal_process_tag *tag, struct seal_bytes name)
{
	struct seal_bytes rest = tag->service;

	if (tag->instance.n) {
		if (name.n < tag->instance.n ||
		    memcmp(name.p, tag->instance.p, tag->instance.n) != 0)
			return false;
		name = seal_bytes_from(name, tag->instance.n);
		if (!name.n)
			return seal_bytes_eq(rest, tag->daemon);
		name = seal_bytes_from(name, 1);
	}
	return rest.n == name.n + 1 + tag->daemon.n && memcmp(rest.p, name.p, name.n) == 0 &&
	       rest.p[name.n] == '/';
}

/* find_instance - by its syslog_name, the longest that fits */
static int find_instance(struct seal_host *h, const struct seal_process_tag *tag,
			 struct seal_process *p)
{
	struct seal_bytes name;
	size_t i, best = 0;
	int r;

	if (!h->postfix.instances.n)
		return 0;
	p->inst = &h->postfix.instances.v[0];
	for (i = 0; h->postfix.instances.n > 1 && i < h->postfix.instances.n; i++) {
		r = seal_conf_value(&h->postfix.instances.v[i], NULL, "syslog_name", h->arena,
				    &name);
		if (r == -ENOMEM)
			return r;
		if (r < 0 || name.n <= best || tag->instance.n < name.n ||
		    memcmp(tag->instance.p, name.p, name.n) != 0 ||
		    (tag->instance.n > name.n && tag->instance.p[name.n] != '/'))
			continue;
		best = name.n;
		p->number = i;
		p->inst = &h->postfix.instances.v[i];
	}
	return 0;
}

/* sets_tag - whether the entry's own syslog_name gives that tag. Returns 1, 0 or -ENOMEM */
static int sets_tag(struct seal_host *h, const struct seal_process *p,
		    const struct seal_service *svc, const struct seal_process_tag *tag)
{
	struct seal_bytes name;
	int r;

	r = seal_conf_value(p->inst, svc, "syslog_name", h->arena, &name);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return is_tag(tag, name);
}

static enum seal_chroot chroot_of(const struct seal_instance *inst, const struct seal_service *svc)
{
	bool yes;

	if (seal_conf_chroot(inst, svc, &yes) < 0)
		return SEAL_CHROOT_UNKNOWN;
	return yes ? SEAL_CHROOT_YES : SEAL_CHROOT_NO;
}

/* find_service - among the entries that run the daemon those whose syslog_name gives the tag, when
 * there are any; they are one, or at least all alike chrooted or not */
static int find_service(struct seal_host *h, const struct seal_process_tag *tag,
			struct seal_process *p)
{
	size_t n_all = 0, n_tagged = 0;
	int r, pass;

	seal_vec_each (s, &p->inst->services) {
		if (!seal_bytes_eq(s->command, tag->daemon))
			continue;
		n_all++;
		r = sets_tag(h, p, s, tag);
		if (r < 0)
			return r;
		n_tagged += r > 0;
	}
	pass = n_tagged > 0;
	seal_vec_each (s, &p->inst->services) {
		enum seal_chroot c;

		if (!seal_bytes_eq(s->command, tag->daemon))
			continue;
		if (pass && sets_tag(h, p, s, tag) <= 0)
			continue;
		c = chroot_of(p->inst, s);
		if ((pass ? n_tagged : n_all) == 1)
			p->service = s;
		else if (p->chroot != SEAL_CHROOT_UNKNOWN && p->chroot != c)
			c = SEAL_CHROOT_UNKNOWN;
		p->chroot = c;
		if (c == SEAL_CHROOT_UNKNOWN)
			break;
	}
	return 0;
}

/* runs_elsewhere - commands that others call: they live in the unit of their caller */
static bool runs_elsewhere(struct seal_bytes daemon)
{
	static const char *const names[] = {"postdrop",  "postqueue",      "sendmail",
					    "postsuper", "postfix-script", "postmulti"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_is(daemon, names[i]))
			return true;
	return false;
}

int seal_process_find(struct seal_host *h, const struct seal_process_tag *tag,
		      struct seal_process *ret)
{
	int r;

	*ret = (struct seal_process){.queue_directory = SEAL_LIT("/var/spool/postfix")};
	r = find_instance(h, tag, ret);
	if (r < 0 || !ret->inst)
		return r;
	r = seal_conf_value(ret->inst, NULL, "queue_directory", h->arena, &ret->queue_directory);
	if (r == -ENOMEM)
		return r;
	if (!runs_elsewhere(tag->daemon))
		ret->sandbox = seal_sandbox_of(h, ret->number);
	return tag->daemon.n ? find_service(h, tag, ret) : 0;
}

static int below_queue(struct seal_host *h, const struct seal_process *p, struct seal_bytes path,
		       struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, p->queue_directory.p, p->queue_directory.n);
	if (!path.n || path.p[0] != '/')
		seal_buf_putc(&b, '/');
	seal_buf_put(&b, path.p, path.n);
	return b.err ? b.err : seal_arena_intern(h->arena, seal_buf_bytes(&b), ret);
}

int seal_process_path(struct seal_host *h, const struct seal_process *p, struct seal_bytes path,
		      struct seal_bytes *ret)
{
	if (path.n && path.p[0] == '/') {
		*ret = path;
		return 0;
	}
	return below_queue(h, p, path, ret);
}

int seal_process_inner_path(struct seal_host *h, const struct seal_process *p,
			    struct seal_bytes path, struct seal_bytes *ret)
{
	if (p->chroot == SEAL_CHROOT_YES)
		return below_queue(h, p, path, ret);
	return seal_process_path(h, p, path, ret);
}

int seal_process_owner(struct seal_host *h, const struct seal_process *p, struct seal_identity *ret)
{
	struct seal_bytes owner = SEAL_LIT("postfix");
	const struct seal_user *user;
	int r;

	if (p->inst) {
		r = seal_conf_value(p->inst, NULL, "mail_owner", h->arena, &owner);
		if (r == -ENOMEM)
			return r;
	}
	user = seal_users_by_name(&h->users, owner);
	if (!user)
		return -ENODATA;
	*ret = (struct seal_identity){.uid = user->uid, .gid = user->gid};
	ret->n_groups = seal_users_groups_of(&h->users, user, ret->groups, SEAL_DAC_GROUPS_MAX);
	if (ret->n_groups > SEAL_DAC_GROUPS_MAX)
		ret->n_groups = SEAL_DAC_GROUPS_MAX;
	return 0;
}

int seal_process_command(struct seal_host *h, const struct seal_process *p, struct seal_bytes name,
			 struct seal_bytes *ret)
{
	struct seal_bytes dir = SEAL_LIT("/usr/sbin");
	seal_auto_buf struct seal_buf b = {0};
	int r;

	if (p->inst) {
		r = seal_conf_value(p->inst, NULL, "command_directory", h->arena, &dir);
		if (r == -ENOMEM)
			return r;
	}
	seal_buf_put(&b, dir.p, dir.n);
	seal_buf_putc(&b, '/');
	seal_buf_put(&b, name.p, name.n);
	return b.err ? b.err : seal_arena_intern(h->arena, seal_buf_bytes(&b), ret);
}
