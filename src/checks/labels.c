/* SPDX-License-Identifier: GPL-2.0-or-later */
/* labels.c - the labels of programs, queue and configuration, against file_contexts */
#include "checks/mend.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "evidence/postfix/conf.h"
#include "evidence/selinux/policy.h"

/* struct labels - one walk over the paths of a check */
struct labels {
	struct seal_subject *s;
	struct seal_out *out;
	bool lost_only;      /* ask for lost labels, not for those of file_contexts */
	size_t seen, hidden; /* labels compared; labels the evidence does not hold */
};

static bool is_lost(struct seal_bytes type)
{
	return seal_bytes_is(type, "unlabeled_t") || seal_bytes_is(type, "file_t") ||
	       seal_bytes_is(type, "default_t");
}

static void compare(struct labels *l, struct seal_bytes path, struct seal_bytes label)
{
	struct seal_host *h = l->s->h;
	struct seal_bytes expected, have = seal_context_part(label, 't'), want;
	struct seal_about about = {{{"path", path}, {"target_type", have}}, {0}};
	struct seal_file f;
	char type = seal_view_file(&h->view, path, &f) == 0 ? f.type : '?';

	l->seen++;
	if (l->lost_only) {
		if (!is_lost(have))
			return;
		seal_out_fail(l->out, &about, "%.*s is %.*s: no mail domain may use it.",
			      SEAL_ARG(path), SEAL_ARG(have));
		if (seal_view_expected(&h->view, path, type, &expected) == 0 &&
		    !is_lost(seal_context_part(expected, 't')))
			seal_mend_labels(l->out, path, false);
		return;
	}
	if (seal_view_expected(&h->view, path, type, &expected) < 0)
		return;
	want = seal_context_part(expected, 't');
	if (seal_bytes_eq(have, want))
		return;
	seal_out_fail(l->out, &about, "%.*s is %.*s; file_contexts says %.*s.", SEAL_ARG(path),
		      SEAL_ARG(have), SEAL_ARG(want));
	seal_mend_labels(l->out, path, false);
}

static void look_at(struct labels *l, struct seal_bytes path)
{
	struct seal_bytes label;
	int r = seal_view_label(&l->s->h->view, path, &label);

	if (r == 0)
		compare(l, path, label);
	else if (r != -ENOENT)
		l->hidden++;
}

/* look_below - dir/name for a directory that a parameter names. Returns 0 or -ENOMEM */
static int look_below(struct labels *l, const char *parameter, const char *const *names)
{
	struct seal_host *h = l->s->h;
	struct seal_bytes dir;
	const char *path;

	if (seal_conf_value(h->postfix.instances.v, NULL, parameter, h->arena, &dir) < 0) {
		l->hidden++;
		return 0;
	}
	for (; *names; names++) {
		path = seal_arena_printf(h->arena, "%.*s%s%s", SEAL_ARG(dir), **names ? "/" : "",
					 *names);
		if (!path)
			return -ENOMEM;
		look_at(l, seal_bytes_of(path));
	}
	return 0;
}

static int look_at_programs(struct labels *l)
{
	static const char *const commands[] = {"postfix",   "postdrop",  "postqueue", "postmap",
					       "postsuper", "postalias", NULL};
	struct seal_host *h = l->s->h;
	struct seal_bytes path;
	int r;

	seal_vec_each (svc, &h->postfix.instances.v[0].services) {
		r = seal_daemon_program(h, svc->command, &path);
		if (r == -ENOMEM)
			return r;
		if (r == 0)
			look_at(l, path);
	}
	if (seal_daemon_program(h, SEAL_LIT("master"), &path) == 0)
		look_at(l, path);
	return look_below(l, "command_directory", commands);
}

static int look_at_queue(struct labels *l)
{
	static const char *const names[] = {
		"",         "active",   "bounce", "corrupt", "defer",  "deferred", "flush", "hold",
		"incoming", "maildrop", "pid",    "private", "public", "saved",    "trace", NULL};

	return look_below(l, "queue_directory", names);
}

static int look_at_configuration(struct labels *l)
{
	struct seal_host *h = l->s->h;
	const char *path;

	seal_vec_each (inst, &h->postfix.instances) {
		static const char *const names[] = {"main.cf", "master.cf"};

		for (size_t i = 0; i < 2; i++) {
			path = seal_arena_printf(h->arena, "/%.*s/%s",
						 SEAL_ARG(inst->config_directory), names[i]);
			if (!path)
				return -ENOMEM;
			look_at(l, seal_bytes_of(path));
		}
		seal_vec_each (m, &inst->maps) {
			path = m->path.n ? seal_arena_printf(h->arena, "/%.*s", SEAL_ARG(m->path))
					 : "";
			if (!path)
				return -ENOMEM;
			if (*path)
				look_at(l, seal_bytes_of(path));
		}
	}
	look_at(l, SEAL_LIT("/etc/aliases"));
	return 0;
}

static int finish(struct labels *l, int r)
{
	if (r == 0 && (l->hidden || !l->seen))
		seal_out_unknown(l->out, NULL, "%zu labels are not in the evidence, %zu are",
				 l->hidden, l->seen);
	return r;
}

static int check_programs(struct seal_subject *s, struct seal_out *out)
{
	struct labels l = {.s = s, .out = out};

	return finish(&l, look_at_programs(&l));
}

static int check_queue(struct seal_subject *s, struct seal_out *out)
{
	struct labels l = {.s = s, .out = out};

	return finish(&l, look_at_queue(&l));
}

static int check_configuration(struct seal_subject *s, struct seal_out *out)
{
	struct labels l = {.s = s, .out = out};

	return finish(&l, look_at_configuration(&l));
}

static int check_lost(struct seal_subject *s, struct seal_out *out)
{
	struct labels l = {.s = s, .out = out, .lost_only = true};
	int r = look_at_programs(&l);

	if (r == 0)
		r = look_at_queue(&l);
	if (r == 0)
		r = look_at_configuration(&l);
	return finish(&l, r);
}

#define NEEDS (SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX)

const struct seal_check seal_checks_labels[] = {
	{"LAB-001", check_programs, NEEDS | SEAL_NEED_CONTEXTS},
	{"LAB-002", check_queue, NEEDS | SEAL_NEED_CONTEXTS},
	{"LAB-003", check_configuration, NEEDS | SEAL_NEED_CONTEXTS},
	{"LAB-009", check_lost, NEEDS},
	{NULL, NULL, 0},
};
