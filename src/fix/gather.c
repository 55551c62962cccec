/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "fix/plan.h"

/* gather.c - from causes, denials and findings to what a plan is made of */

/* is_sure - what is only possible is for a person to look at, not for a script to change */
static bool is_sure(const struct seal_cause_group *g)
{
	return g->fix >= 0 && g->cause->certainty >= SEAL_CERTAINTY_LIKELY;
}

/* is_planned - denials of this kind are to end already */
static bool is_planned(const struct seal_plan *p, struct seal_bytes source_type,
		       struct seal_bytes target_type, struct seal_bytes tclass)
{
	seal_vec_each (have, &p->denials) {
		if (seal_bytes_eq(have->source_type, source_type) &&
		    seal_bytes_eq(have->target_type, target_type) &&
		    seal_bytes_eq(have->tclass, tclass))
			return true;
	}
	return false;
}

static int end_denial(struct seal_plan *p, struct seal_bytes source_type,
		      struct seal_bytes target_type, struct seal_bytes tclass)
{
	struct seal_plan_denial *slot;

	if (is_planned(p, source_type, target_type, tclass))
		return 0;
	slot = seal_vec_add(&p->denials);
	if (!slot)
		return -ENOMEM;
	*slot = (struct seal_plan_denial){source_type, target_type, tclass};
	return 0;
}

/* end_path - traffic to the address of the cause passes, or from it when it is about mail that
 * comes in */
static int end_path(struct seal_plan *p, const struct seal_cause *c)
{
	const struct seal_object *o = &c->object;
	struct seal_plan_path *slot, path = {.address = o->address, .port = (uint16_t)o->port};

	if (c->class_ != SEAL_CLASS_FIREWALL || !o->port || o->port > UINT16_MAX)
		return 0;
	path.udp = o->protocol && strcmp(o->protocol, "udp") == 0;
	path.in = strcmp(c->verdict, "firewall.ingress_closed") == 0;
	seal_vec_each (have, &p->paths) {
		if (seal_bytes_eq(have->address, path.address) && have->port == path.port &&
		    have->udp == path.udp && have->in == path.in)
			return 0;
	}
	slot = seal_vec_add(&p->paths);
	if (!slot)
		return -ENOMEM;
	*slot = path;
	return 0;
}

/* is_mended - the fix does something: a message whose cause nobody mends stays where it is */
static bool is_mended(const struct seal_explanation *x, const struct seal_cause *c)
{
	const struct seal_cause_group *g = c && c->group >= 0 ? &x->groups.v[c->group] : NULL;
	const struct seal_fix *f = g && is_sure(g) ? &x->fixes.v[g->fix] : NULL;

	return f && f->kind != SEAL_FIX_NONE && f->steps.n && f->steps.v[0].argv.v.n;
}

static int free_messages(struct seal_plan *p, const struct seal_explanation *x)
{
	int r = 0;

	seal_vec_each (m, &x->messages) {
		bool mended = false;
		bool held = m->queue == SEAL_QUEUE_ACTIVE || m->queue == SEAL_QUEUE_INCOMING;

		if (m->queue != SEAL_QUEUE_DEFERRED && !held)
			continue;
		seal_vec_each (rc, &m->recipients) {
			mended = mended || is_mended(x, rc->cause);
		}
		if (!mended || r < 0)
			continue;
		/* left in there, the queue manager died over it: flushing the queue starts that
		 * again at once */
		p->wakes = p->wakes || held;
		r = seal_plan_frees(p, m->queue_id);
	}
	return r;
}

/* could_not_start - the last that the log has of Postfix is that it ended, and then that it did not
 * come up again */
static bool could_not_start(const struct seal_host *h, const struct seal_explanation *x)
{
	const struct seal_change *last = NULL;

	seal_vec_each (c, &h->changes) {
		if (c->kind == SEAL_CHANGE_POSTFIX && !seal_bytes_is(c->to, "reload"))
			last = c;
	}
	if (!last || !seal_bytes_is(last->to, "stop"))
		return false;
	seal_vec_each (g, &x->groups) {
		if (g->last_us != SEAL_TIME_NONE && g->last_us >= last->time_us &&
		    (seal_bytes_is(g->cause->daemon, "master") ||
		     seal_bytes_is(g->cause->daemon, "postfix-script")))
			return true;
	}
	return false;
}

int seal_plan_gather(struct seal_plan *p, const struct seal_host *h,
		     const struct seal_explanation *x)
{
	const struct seal_denial *d;
	int r = 0;

	if (h->audit.present && h->audit.last_us != SEAL_TIME_NONE)
		p->until_us = h->audit.last_us;
	seal_vec_each (g, &x->groups) {
		if (g->last_us != SEAL_TIME_NONE && g->last_us > p->until_us)
			p->until_us = g->last_us;
		if (r < 0 || !is_sure(g))
			continue;
		r = seal_plan_add(p, &x->fixes.v[g->fix]);
		d = g->cause->denial;
		if (r == 0 && d)
			r = end_denial(p, d->source_type, d->target_type, d->tclass);
		if (r == 0)
			r = end_path(p, g->cause);
		if (r == 0)
			r = seal_is_read_at_start(h, g->cause->object.path, false);
		p->reload = p->reload || r > 0;
		r = r > 0 ? 0 : r;
		seal_vec_each (also, &g->cause->also) {
			if (r == 0 && also->fix >= 0)
				r = seal_plan_add(p, &x->fixes.v[also->fix]);
		}
	}
	p->start = could_not_start(h, x);
	return r < 0 ? r : free_messages(p, x);
}

int seal_plan_gather_findings(struct seal_plan *p, const struct seal_findings *f)
{
	int r = 0;

	for (size_t i = 0; i < f->fixes.n && r == 0; i++) {
		bool wanted = false;

		seal_vec_each (it, &f->v) {
			wanted |= it->fix == (int32_t)i && it->status == SEAL_STATUS_FAIL &&
				  !it->known;
		}
		if (wanted)
			r = seal_plan_add(p, &f->fixes.v[i]);
	}
	return r;
}

/* fix_of - what mends a group, NULL: nothing does, or nothing needs to */
static const struct seal_fix *fix_of(const struct seal_denial_group *g)
{
	const struct seal_fix *f = g->fix >= 0 ? &g->candidates.v[g->fix] : NULL;

	return f && f->kind != SEAL_FIX_NONE && f->steps.n && !g->stale ? f : NULL;
}

/* is_safe - a domain of mail is refused what the policy has a label, a port or a boolean for */
static bool is_safe(const struct seal_denial_group *g, const struct seal_fix *f)
{
	return g->by_mail && !g->permissive && f->kind != SEAL_FIX_MODULE && f->steps.v[0].argv.v.n;
}

/* weighed - the fix of a group with the group's other candidates as its alternatives
 * Returns 0 or -ENOMEM, then @ret is empty. */
static int weighed(const struct seal_denial_group *g, struct seal_fix *ret)
{
	int r = seal_fix_copy(ret, &g->candidates.v[g->fix]);
	struct seal_bytes *id = r == 0 ? seal_vec_add(&ret->targets) : NULL;

	if (id)
		*id = g->id;
	for (size_t i = 0; id && r == 0 && i < g->candidates.n; i++) {
		const struct seal_fix *c = &g->candidates.v[i];
		struct seal_fix *slot;

		if ((int32_t)i == g->fix || c->kind == SEAL_FIX_NONE)
			continue;
		slot = seal_vec_add(&ret->alternatives);
		r = slot ? seal_fix_copy(slot, c) : -ENOMEM;
	}
	if (id && r == 0)
		return 0;
	seal_fix_done(ret);
	return -ENOMEM;
}

int seal_plan_gather_denials(struct seal_plan *p, const struct seal_denial_report *r,
			     enum seal_plan_silent which, unsigned *left)
{
	unsigned n = 0;
	int ret = 0;

	seal_vec_each (g, &r->groups) {
		const struct seal_fix *from = fix_of(g);
		struct seal_fix f = {0};

		if (!from || ret < 0)
			continue;
		if (which == SEAL_PLAN_SILENT_SAFE && !is_safe(g, from)) {
			n += !is_planned(p, g->source_type, g->target_type, g->tclass);
			continue;
		}
		ret = weighed(g, &f);
		if (ret == 0)
			ret = seal_plan_add(p, &f);
		seal_fix_done(&f);
		if (ret == 0)
			ret = end_denial(p, g->source_type, g->target_type, g->tclass);
	}
	if (left)
		*left = n;
	return ret;
}
