/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/mend.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/denials/denial.h"
#include "analysis/reach/reach_fix.h"
#include "checks/paths.h"
#include "evidence/selinux/policy.h"

/* step - the only step of a new fix, NULL when memory is gone */
static struct seal_step *step(struct seal_fix *f, enum seal_fix_kind kind, const char *op,
			      const struct seal_bytes *argv, size_t n)
{
	struct seal_step *s;

	*f = (struct seal_fix){.kind = kind, .sufficient = true, .minimal = true};
	f->opens.known = true;
	s = seal_vec_add(&f->steps);
	if (!s)
		return NULL;
	s->op = op;
	return seal_argv_set(&s->argv, argv, n) < 0 ? NULL : s;
}

void seal_mend_labels(struct seal_out *out, struct seal_bytes path, bool tree)
{
	struct seal_bytes argv[] = {SEAL_LIT("restorecon"), tree ? SEAL_LIT("-RF") : SEAL_LIT("-F"),
				    path};
	struct seal_fix f;
	struct seal_step *s;

	if (!seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_RESTORECON, "restorecon", argv, 3);
	if (s) {
		f.why = SEAL_LIT("the label is not the one file_contexts asks for");
		seal_step_relabels(s, path, tree);
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

void seal_mend_mode(struct seal_out *out, struct seal_bytes path, uint32_t before, uint32_t after)
{
	const char *old = seal_arena_printf(seal_out_arena(out), "%04o", before);
	const char *new = seal_arena_printf(seal_out_arena(out), "%04o", after);
	struct seal_bytes argv[] = {SEAL_LIT("chmod"), seal_bytes_of(new), path};
	struct seal_fix f;
	struct seal_step *s;

	if (!old || !new || !seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_FILE_MODE, "chmod", argv, 3);
	if (s) {
		f.why = SEAL_LIT("the mode lets more in than is needed");
		s->precondition = SEAL_LIT("the file has the old mode");
		s->verify = SEAL_LIT("stat shows the new mode");
		s->before = (struct seal_condition){SEAL_CONDITION_MODE, .subject = path,
						    .value = seal_bytes_of(old)};
		s->after = (struct seal_condition){SEAL_CONDITION_MODE, .subject = path,
						   .value = seal_bytes_of(new)};
		argv[1] = seal_bytes_of(old);
		if (seal_argv_set(&s->undo, argv, 3) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

void seal_mend_boolean(struct seal_out *out, struct seal_bytes name, bool on)
{
	struct seal_bytes words[] = {SEAL_LIT("off"), SEAL_LIT("on")};
	struct seal_bytes argv[] = {SEAL_LIT("setsebool"), SEAL_LIT("-P"), name, words[on]};
	struct seal_fix f;
	struct seal_step *s;

	if (!seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_BOOLEAN, "setsebool", argv, 4);
	if (s) {
		f.opens.known = !on;
		f.why = on ? SEAL_LIT("the configuration uses what the boolean allows")
			   : SEAL_LIT("nothing uses what the boolean allows");
		s->precondition = SEAL_LIT("getsebool shows the other value");
		s->verify = SEAL_LIT("getsebool shows the value");
		s->before = (struct seal_condition){SEAL_CONDITION_BOOLEAN, .subject = name,
						    .value = words[!on]};
		s->after = (struct seal_condition){SEAL_CONDITION_BOOLEAN, .subject = name,
						   .value = words[on]};
		argv[3] = words[!on];
		if (seal_argv_set(&s->undo, argv, 4) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

void seal_mend_parameter(struct seal_out *out, struct seal_bytes name, struct seal_bytes before,
			 struct seal_bytes after)
{
	const char *set = seal_arena_printf(seal_out_arena(out), "%.*s=%.*s", SEAL_ARG(name),
					    SEAL_ARG(after));
	const char *old = seal_arena_printf(seal_out_arena(out), "%.*s=%.*s", SEAL_ARG(name),
					    SEAL_ARG(before));
	struct seal_bytes argv[] = {SEAL_LIT("postconf"), SEAL_LIT("-e"), seal_bytes_of(set)};
	struct seal_fix f;
	struct seal_step *s;

	/* a value that does not fit whole into the words of a command is for a person to write */
	if (!set || !old || !seal_out_told(out) || before.n >= 300)
		return;
	s = step(&f, SEAL_FIX_POSTFIX_CONFIG, "postconf", argv, 3);
	if (s) {
		f.why = SEAL_LIT("the parameter has another value than the check asks for");
		s->precondition = SEAL_LIT("postconf -h shows the old value");
		s->verify = SEAL_LIT("postconf -h shows the new value");
		s->after = (struct seal_condition){SEAL_CONDITION_PARAMETER, .subject = name,
						   .value = after};
		argv[1] = before.p ? SEAL_LIT("-e") : SEAL_LIT("-X");
		argv[2] = before.p ? seal_bytes_of(old) : name;
		if (seal_argv_set(&s->undo, argv, 3) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

/* context_of - system_u with @role and @type, as the policy writes contexts; empty when memory is
 * gone */
static struct seal_bytes context_of(struct seal_host *h, const char *role, struct seal_bytes type)
{
	return seal_bytes_of(
		seal_arena_printf(h->arena, "system_u:%s:%.*s%s", role, SEAL_ARG(type),
				  seal_policy_has_mls(h->selinux.policy) ? ":s0" : ""));
}

/* denial_of - the record that the kernel would write. Returns 0, -ENODATA or -ENOMEM */
static int denial_of(struct seal_host *h, const struct seal_mend_access *a, struct seal_denial *d,
		     struct seal_bytes perms[SEAL_MEND_PERMS])
{
	struct seal_bytes rest = seal_bytes_of(a->perms), perm, domain = a->domain;

	if (!domain.n && seal_daemon_domain(h, a->daemon, &domain) < 0)
		return -ENODATA;
	*d = (struct seal_denial){.kind = SEAL_DENIAL_AVC,
				  .comm = a->daemon,
				  .tclass = seal_bytes_of(a->tclass),
				  .perms = perms,
				  .count = 1,
				  .first_us = SEAL_TIME_NONE,
				  .last_us = SEAL_TIME_NONE};
	d->object.path = a->path;
	d->object.port = a->port ? (int32_t)a->port : -1;
	d->object.capability = -1;
	d->object.ioctl = -1;
	while (d->n_perms < SEAL_MEND_PERMS && (perm = seal_bytes_word(&rest)).n)
		perms[d->n_perms++] = perm;
	d->source_type = domain;
	d->scontext = context_of(h, "system_r", domain);
	if (a->port)
		d->tcontext = context_of(h, "object_r", a->type);
	else if (seal_view_label(&h->view, a->path, &d->tcontext) < 0)
		return -ENODATA;
	d->target_type = seal_context_part(d->tcontext, 't');
	return d->scontext.n && d->tcontext.n ? 0 : -ENOMEM;
}

/* is_plain - a label, a port or a boolean that suffices; nothing else is set from a check alone */
static bool is_plain(const struct seal_fix *f)
{
	return f->sufficient && !f->rejected.n && !f->of_process && f->steps.n &&
	       f->steps.v[0].argv.v.n &&
	       (f->kind == SEAL_FIX_RESTORECON || f->kind == SEAL_FIX_FCONTEXT ||
		f->kind == SEAL_FIX_PORT_LABEL || f->kind == SEAL_FIX_BOOLEAN);
}

int seal_mend_access(struct seal_subject *s, struct seal_out *out, const struct seal_mend_access *a)
{
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	struct seal_bytes perms[SEAL_MEND_PERMS];
	const struct seal_denial_group *g;
	struct seal_denial d;
	struct seal_fix f;
	int r;

	if (!seal_out_told(out) || !s->h->selinux.policy || s->supposed == SEAL_SUPPOSED_MAX)
		return 0;
	s->supposed++;
	r = denial_of(s->h, a, &d, perms);
	if (r == 0)
		r = seal_denials_suppose(s->h, &d, &report);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	g = &report->groups.v[0];
	if (g->fix < 0 || !is_plain(&g->candidates.v[g->fix]))
		return 0;
	r = seal_fix_copy(&f, &g->candidates.v[g->fix]);
	if (r == 0)
		seal_out_mend(out, &f, &f);
	return r;
}

void seal_mend_place(struct seal_out *out, struct seal_bytes dir, const char *like)
{
	struct seal_bytes usual = seal_bytes_of(like);
	struct seal_bytes argv[] = {SEAL_LIT("semanage"),
				    SEAL_LIT("fcontext"),
				    SEAL_LIT("-a"),
				    SEAL_LIT("-e"),
				    usual,
				    dir};
	struct seal_bytes undo[] = {SEAL_LIT("semanage"),
				    SEAL_LIT("fcontext"),
				    SEAL_LIT("-d"),
				    SEAL_LIT("-e"),
				    usual,
				    dir};
	struct seal_bytes relabel[] = {SEAL_LIT("restorecon"), SEAL_LIT("-RF"), dir};
	struct seal_step *s, *second = NULL;
	struct seal_fix f;

	if (!seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_FCONTEXT, "semanage-fcontext", argv, 6);
	if (s && seal_argv_set(&s->undo, undo, 6) == 0) {
		f.why = SEAL_LIT("the directory was moved, and file_contexts was not told");
		s->precondition = SEAL_LIT("no equivalence is set for the directory");
		s->verify = SEAL_LIT("semanage fcontext -l -C lists the equivalence");
		s->after = (struct seal_condition){SEAL_CONDITION_EQUIVALENT, .subject = dir,
						   .value = usual};
		s->before = s->after;
		s->before.value = SEAL_BYTES_NONE;
		second = seal_vec_add(&f.steps);
	}
	if (second) {
		second->op = "restorecon";
		seal_step_relabels(second, dir, true);
	}
	if (!second || seal_argv_set(&second->argv, relabel, 3) < 0)
		second = NULL;
	seal_out_mend(out, second ? &f : NULL, &f);
}

void seal_mend_port_entry(struct seal_out *out, const struct seal_local_port *p)
{
	struct seal_arena *a = seal_out_arena(out);
	const char *range = p->low == p->high ? seal_arena_printf(a, "%u", (unsigned)p->low)
					      : seal_arena_printf(a, "%u-%u", (unsigned)p->low,
								  (unsigned)p->high);
	const char *name = range ? seal_arena_printf(a, "%s/%s", p->protocol, range) : NULL;
	struct seal_bytes proto = seal_bytes_of(p->protocol);
	struct seal_bytes argv[] = {
		SEAL_LIT("semanage"), SEAL_LIT("port"), SEAL_LIT("-d"), SEAL_LIT("-p"), proto,
		seal_bytes_of(range)};
	struct seal_bytes undo[] = {SEAL_LIT("semanage"),
				    SEAL_LIT("port"),
				    SEAL_LIT("-a"),
				    SEAL_LIT("-t"),
				    p->type,
				    SEAL_LIT("-p"),
				    proto,
				    seal_bytes_of(range)};
	struct seal_fix f;
	struct seal_step *s;

	if (!name || !seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_PORT_LABEL, "semanage-port", argv, 6);
	if (s) {
		f.why = SEAL_LIT("no listener and no next hop of this host has a port of it");
		s->precondition = SEAL_LIT("semanage port -l -C lists the entry");
		s->verify = SEAL_LIT("semanage port -l -C does not list it");
		s->before = (struct seal_condition){
			SEAL_CONDITION_PORT, .subject = seal_bytes_of(name), .value = p->type};
		s->after = s->before;
		s->after.value = SEAL_BYTES_NONE;
		if (seal_argv_set(&s->undo, undo, 8) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

/* single_far - the far end of a row that is one address. Returns whether it is */
static bool single_far(const struct seal_path_row *row, struct seal_addr *ret)
{
	seal_u128 n = row->row.n_far == 1 ? row->row.far[0].lo : 0;
	unsigned i, bytes = row->family == 4 ? 4 : 16;

	if (row->row.n_far != 1 || row->row.far[0].lo != row->row.far[0].hi)
		return false;
	*ret = (struct seal_addr){.bits = (uint8_t)(8 * bytes)};
	for (i = bytes; i > 0; i--, n >>= 8)
		ret->b[i - 1] = (unsigned char)n;
	return true;
}

/* packet_of - one of those of a row: to the port for incoming ones, of the mail user for outgoing
 * ones */
static struct seal_packet packet_of(struct seal_subject *s, const struct seal_path *p,
				    const struct seal_path_row *row)
{
	struct seal_packet packet = {
		.dir = p->dir, .proto = p->proto, .dport = p->port, .iif = p->interface};
	struct seal_identity who = {0};

	if (p->dir == SEAL_PACKET_IN) {
		if (row->near.n)
			packet.dst = row->near.v[0];
		return packet;
	}
	packet.elsewhere = true;
	(void)single_far(row, &packet.dst);
	packet.has_uid = seal_daemon_identity(s->h, SEAL_LIT("smtp"), &who) == 0;
	packet.uid = who.uid;
	packet.gid = who.gid;
	return packet;
}

int seal_mend_path(struct seal_subject *s, struct seal_out *out, const struct seal_path *p)
{
	const struct seal_path_row *row = seal_path_widest(p, 4);
	struct seal_packet packet;
	struct seal_fix f;
	int r;

	if (!row)
		row = seal_path_widest(p, 6);
	if (!row || !seal_out_told(out) || s->supposed == SEAL_SUPPOSED_MAX ||
	    (row->row.verdict.verdict != SEAL_FATE_DROP &&
	     row->row.verdict.verdict != SEAL_FATE_REJECT))
		return 0;
	s->supposed++;
	packet = packet_of(s, p, row);
	r = seal_reach_fix(s->h->ruleset, &s->h->net, &packet, &row->row.verdict, s->h->arena, &f);
	if (r <= 0)
		return r;
	if (f.sufficient && f.steps.n)
		seal_out_mend(out, &f, &f);
	else
		seal_fix_done(&f);
	return 0;
}
