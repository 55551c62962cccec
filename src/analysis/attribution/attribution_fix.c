/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/reach/reach_fix.h"
#include "core/path.h"

/* attribution_fix.c - one fix for each group: of SELinux from the ladder, of the firewall from the
 * ruleset, of all others in the words of the rules */

static int add_target(struct seal_fix *f, struct seal_bytes id)
{
	struct seal_bytes *t;

	t = seal_vec_add(&f->targets);
	if (!t)
		return -ENOMEM;
	*t = id;
	return 0;
}

/* add_targets - to each fix the queue ids it frees, once each */
static int add_targets(struct seal_attribution *at)
{
	struct seal_fix *f;
	int32_t n;
	int r = 0;

	seal_vec_each (m, &at->x->messages) {
		seal_vec_each (rcpt, &m->recipients) {
			n = at->x->groups.v[rcpt->cause->group].fix;
			f = n >= 0 ? &at->x->fixes.v[n] : NULL;
			if (r == 0 && f &&
			    (!f->targets.n ||
			     !seal_bytes_eq(f->targets.v[f->targets.n - 1], m->queue_id)))
				r = add_target(f, m->queue_id);
		}
	}
	return r;
}

static bool has_commands(const struct seal_fix *f)
{
	return f->steps.n && f->steps.v[0].argv.v.n;
}

/* same_commands - two fixes that do the very same; one in words is like no other */
static bool same_commands(const struct seal_fix *a, const struct seal_fix *b)
{
	size_t i;

	if (a->kind != b->kind || a->steps.n != b->steps.n || !a->steps.n)
		return false;
	for (i = 0; i < a->steps.n; i++)
		if (!a->steps.v[i].argv.v.n ||
		    !seal_argv_eq(&a->steps.v[i].argv, &b->steps.v[i].argv))
			return false;
	return true;
}

/* append - move @f to the fixes, unless one there does the same; its place */
static int append(struct seal_attribution *at, struct seal_fix *f, int32_t *ret)
{
	struct seal_fix *slot;
	size_t i;

	for (i = 0; has_commands(f) && i < at->x->fixes.n; i++) {
		if (!same_commands(&at->x->fixes.v[i], f))
			continue;
		seal_fix_done(f);
		*ret = (int32_t)i;
		return 0;
	}
	slot = seal_vec_add(&at->x->fixes);
	if (!slot) {
		seal_fix_done(f);
		return -ENOMEM;
	}
	*slot = *f;
	*ret = (int32_t)at->x->fixes.n - 1;
	return 0;
}

/* in_words - what the rules advise: a step for a person, or that nothing on this host is to be
 * changed */
static int in_words(const struct seal_verdict *v, struct seal_fix *f)
{
	struct seal_step *s;

	/* a label, a port or a boolean is named by the ladder or not at all */
	f->kind = v->has_fix && v->class_ != SEAL_CLASS_SELINUX ? v->fix : SEAL_FIX_NONE;
	f->why = seal_bytes_of(v->remedy);
	f->neverallow = SEAL_NEVERALLOW_NOT_RUN;
	if (f->kind == SEAL_FIX_NONE || !*v->remedy)
		return 0;
	s = seal_vec_add(&f->steps);
	if (!s)
		return -ENOMEM;
	s->op = "manual";
	s->why = seal_bytes_of(v->remedy);
	s->verify = seal_bytes_of(v->verify);
	return 0;
}

static int fix_of_egress(struct seal_attribution *at, const struct seal_cause *c,
			 struct seal_fix *f)
{
	struct seal_addr addr;
	struct seal_egress *e;
	bool udp = c->object.protocol && strcmp(c->object.protocol, "udp") == 0;
	int r;

	if (udp && at->h->net.resolvers.n)
		addr = at->h->net.resolvers.v[0];
	else if (seal_addr_parse(c->object.address, &addr) < 0)
		return 0;
	r = seal_egress_ask(at->egress, &addr, (uint16_t)c->object.port, udp, NULL, &e);
	return r < 0 ? r : seal_egress_fix(at->egress, e, f);
}

static int fix_of_ingress(struct seal_attribution *at, const struct seal_cause *c,
			  struct seal_fix *f)
{
	seal_vec_each (in, &at->ingress) {
		if (in->cause == c)
			return seal_reach_fix(at->h->ruleset, &at->h->net, &in->packet,
					      &in->verdict, at->h->arena, f);
	}
	return 0;
}

static const struct seal_fix *fix_of_denial(struct seal_attribution *at, const struct seal_cause *c)
{
	const struct seal_denial_group *g;

	if (!at->denials || !c->denial)
		return NULL;
	g = seal_denial_group_of(at->denials, c->denial);
	return g && g->fix >= 0 ? &g->candidates.v[g->fix] : NULL;
}

/* ends_in - @path ends in @tail: its last name, or the path as a chroot shows it */
static bool ends_in(struct seal_bytes path, struct seal_bytes tail)
{
	if (tail.n && tail.p[0] == '/')
		tail = seal_bytes_from(tail, 1);
	return tail.n && path.n > tail.n && path.p[path.n - tail.n - 1] == '/' &&
	       seal_bytes_eq(seal_bytes_from(path, path.n - tail.n), tail);
}

/* name_object - an AVC has a part of the path; the group may have found the whole of it */
static void name_object(struct seal_attribution *at, struct seal_cause *c)
{
	const struct seal_denial_group *g;

	if (!at->denials || !c->denial || !c->object.path.n)
		return;
	g = seal_denial_group_of(at->denials, c->denial);
	for (size_t i = 0; g && i < g->paths.n; i++) {
		struct seal_bytes path = g->paths.v[i].path;

		if (ends_in(path, c->object.path)) {
			c->object.path = path;
			return;
		}
	}
}

/* name_fault - the title speaks of what was denied; what is at fault is the folder that bears the
 * wrong label, where the fix is for one */
static void name_fault(struct seal_cause *c, const struct seal_fix *f)
{
	const struct seal_step *last = f->steps.n ? &f->steps.v[f->steps.n - 1] : NULL;
	struct seal_bytes top;

	if (f->of_process || !last || strcmp(last->op, "restorecon") != 0 || !last->argv.v.n ||
	    strcmp(c->verdict, "selinux.socket") == 0)
		return;
	top = last->argv.v.v[last->argv.v.n - 1];
	if (seal_path_is_below(c->object.path, top))
		c->object.path = top;
}

/* tell_process - the object has the label that it should have: it is the process that has not */
static int tell_process(struct seal_attribution *at, struct seal_cause *c, const struct seal_fix *f)
{
	seal_auto_buf struct seal_buf b = {0};

	if (!f->of_process || !c->title.n)
		return 0;
	seal_buf_put(&b, c->title.p, c->title.n);
	seal_buf_puts(&b, " At fault is the process: ");
	seal_buf_put(&b, f->why.p, f->why.n);
	seal_buf_putc(&b, '.');
	return b.err ? b.err : seal_arena_copy(at->h->arena, seal_buf_bytes(&b), &c->title);
}

static int fix_group(struct seal_attribution *at, int32_t n)
{
	struct seal_cause_group *g = &at->x->groups.v[n];
	const struct seal_verdict *v = seal_rules_verdict(at->rules, g->cause->verdict);
	const struct seal_fix *from_ladder;
	struct seal_fix f = {0};
	int r = 0;

	if (!v || g->cause->certainty == SEAL_CERTAINTY_UNKNOWN)
		return 0;
	if (g->cause->class_ == SEAL_CLASS_SELINUX) {
		from_ladder = fix_of_denial(at, g->cause);
		name_object(at, g->cause);
		if (from_ladder)
			r = seal_fix_copy(&f, from_ladder) < 0 ? -ENOMEM : 1;
	} else if (g->cause->class_ == SEAL_CLASS_FIREWALL) {
		r = fix_of_ingress(at, g->cause, &f);
		if (r == 0)
			r = fix_of_egress(at, g->cause, &f);
	}
	if (r == 0)
		r = in_words(v, &f);
	if (r >= 0)
		r = seal_cause_title(at, v, g->cause);
	if (r >= 0)
		r = tell_process(at, g->cause, &f);
	if (r >= 0 && g->cause->class_ == SEAL_CLASS_SELINUX)
		name_fault(g->cause, &f);
	if (r < 0) {
		seal_fix_done(&f);
		return r;
	}
	return append(at, &f, &g->fix);
}

/* foresee - the second fault on the same path, told where the first one is mended */
static int foresee(struct seal_attribution *at, struct seal_cause_group *g)
{
	struct seal_cause *c = g->cause;
	struct seal_fix f = {0};
	struct seal_egress *e;
	struct seal_addr addr;
	struct seal_also *also;
	int r;

	if (c->class_ != SEAL_CLASS_SELINUX || strcmp(c->verdict, "selinux.connect") != 0 ||
	    !c->object.port || seal_addr_parse(c->object.address, &addr) < 0)
		return 0;
	r = seal_egress_ask(at->egress, &addr, (uint16_t)c->object.port, false, NULL, &e);
	if (r < 0 || (e->answer != SEAL_EGRESS_DROP && e->answer != SEAL_EGRESS_REJECT))
		return r;
	also = seal_vec_add(&c->also);
	if (!also)
		return -ENOMEM;
	also->verdict =
		e->answer == SEAL_EGRESS_DROP ? "firewall.egress_drop" : "firewall.egress_reject";
	also->object = e->where;
	also->object.address = c->object.address;
	also->object.port = e->port;
	also->object.protocol = "tcp";
	also->why = SEAL_LIT("the ruleset of this host stops the same connection");
	also->fix = -1;
	r = seal_egress_fix(at->egress, e, &f);
	return r == 1 ? append(at, &f, &also->fix) : r;
}

/* add_titles - to the causes that are not the first of their group; those have theirs already */
static int add_titles(struct seal_attribution *at)
{
	const struct seal_verdict *v;
	int r = 0;

	seal_vec_each (c, &at->x->causes) {
		v = (*c)->title.n ? NULL : seal_rules_verdict(at->rules, (*c)->verdict);
		if (r == 0 && v)
			r = seal_cause_title(at, v, *c);
	}
	return r;
}

int seal_attribution_fix(struct seal_attribution *at)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < at->x->groups.n; i++) {
		r = fix_group(at, (int32_t)i);
		if (r == 0)
			r = foresee(at, &at->x->groups.v[i]);
	}
	if (r == 0)
		r = add_titles(at);
	return r == 0 ? add_targets(at) : r;
}
