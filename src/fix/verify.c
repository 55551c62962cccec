/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/verify.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "analysis/reach/reach_paths.h"
#include "fix/holds.h"

static const char *const state_names[] = {
	[SEAL_PROOF_HOLDS] = "holds",
	[SEAL_PROOF_FAILS] = "fails",
	[SEAL_PROOF_UNKNOWN] = "unknown",
	[SEAL_PROOF_MANUAL] = "manual",
};

static const char *const mail_names[] = {
	[SEAL_PROOF_SENT] = "delivered",  [SEAL_PROOF_GONE] = "gone",
	[SEAL_PROOF_WAITING] = "waiting", [SEAL_PROOF_BOUNCED] = "bounced",
	[SEAL_PROOF_UNTOLD] = "unknown",
};

const char *seal_proof_state_name(enum seal_proof_state s)
{
	return state_names[s];
}

const char *seal_proof_mail_name(enum seal_proof_mail m)
{
	return mail_names[m];
}

/* ---- steps ---- */

static int look(const struct seal_verification *v, const struct seal_host *h,
		const struct seal_condition *c)
{
	bool tree = c->kind == SEAL_CONDITION_LABELS && seal_bytes_is(c->value, "tree");
	int r = seal_condition_holds(h, c);

	/* the top of a tree may be right and what lies below it wrong */
	if (v->look && (r == -ENODATA || (r == 1 && tree)))
		r = v->look(v->data, c);
	return r;
}

/* verify_start - what the log has last of Postfix since: that it came up, or that it ended */
static void verify_start(const struct seal_host *h, int64_t since_us, struct seal_proof_step *p)
{
	p->state = SEAL_PROOF_UNKNOWN;
	p->why = SEAL_LIT("the log does not tell of a start since");
	seal_vec_each (c, &h->changes) {
		bool up = seal_bytes_is(c->to, "start");

		if (c->kind != SEAL_CHANGE_POSTFIX || c->time_us < since_us)
			continue;
		if (!up && !seal_bytes_is(c->to, "stop"))
			continue;
		p->state = up ? SEAL_PROOF_HOLDS : SEAL_PROOF_FAILS;
		p->why = up ? SEAL_BYTES_NONE : SEAL_LIT("Postfix ended since, and did not start");
	}
}

static void verify_step(struct seal_verification *v, const struct seal_host *h,
			const struct seal_plan_step *s, struct seal_proof_step *p)
{
	p->state = SEAL_PROOF_HOLDS;
	if (seal_step_is_manual(s)) {
		p->state = SEAL_PROOF_MANUAL;
		return;
	}
	if (seal_bytes_is(s->op, "start")) {
		verify_start(h, v->since_us, p);
		return;
	}
	if (!s->after.n) {
		/* whether it did any good, the mail tells */
		bool over = seal_bytes_is(s->argv.v.v[0], "postqueue") ||
			    seal_bytes_is(s->op, "reload");

		p->state = over ? SEAL_PROOF_HOLDS : SEAL_PROOF_UNKNOWN;
		p->why = over ? SEAL_BYTES_NONE : SEAL_LIT("nothing tells its effect");
		return;
	}
	seal_vec_each (c, &s->after) {
		int r = look(v, h, c);

		if (r == 0) {
			p->state = SEAL_PROOF_FAILS;
			p->why = SEAL_LIT("its effect is not there");
			return;
		}
		if (r < 0) {
			p->state = SEAL_PROOF_UNKNOWN;
			p->why = SEAL_LIT("the evidence does not hold its effect");
		}
	}
}

/* ---- denials ---- */

static void verify_denial(const struct seal_host *h, const struct seal_plan_denial *d,
			  int64_t since_us, struct seal_proof_denial *p)
{
	p->last_us = SEAL_TIME_NONE;
	seal_vec_each (n, &h->audit.denials) {
		if (n->granted || n->permissive || !seal_bytes_eq(n->source_type, d->source_type) ||
		    !seal_bytes_eq(n->target_type, d->target_type) ||
		    !seal_bytes_eq(n->tclass, d->tclass))
			continue;
		p->count += n->count;
		if (n->last_us > p->last_us)
			p->last_us = n->last_us;
	}
	/* records that end before the change say nothing of what came after */
	p->state = SEAL_PROOF_UNKNOWN;
	if (p->count)
		p->state = SEAL_PROOF_FAILS;
	else if (h->audit.present && h->audit.last_us != SEAL_TIME_NONE &&
		 h->audit.last_us >= since_us)
		p->state = SEAL_PROOF_HOLDS;
}

/* ---- firewall ---- */

static const char *const fates[] = {
	[SEAL_FATE_ACCEPT] = "accept",   [SEAL_FATE_DROP] = "drop",
	[SEAL_FATE_REJECT] = "reject",   [SEAL_FATE_UNROUTED] = "unrouted",
	[SEAL_FATE_DEPENDS] = "depends",
};

/* judge - outgoing mail is to pass whatever it is; what comes in, from somewhere */
static void judge(const struct seal_paths *paths, bool in, struct seal_proof_path *p)
{
	bool some[SEAL_FATE_MAX_] = {false};
	unsigned f;

	seal_vec_each (path, &paths->paths) {
		seal_vec_each (row, &path->rows) {
			some[row->row.verdict.verdict] = true;
		}
	}
	p->state = SEAL_PROOF_UNKNOWN;
	p->verdict = SEAL_LIT("not asked");
	for (f = SEAL_FATE_DEPENDS + 1; f-- > 0;)
		if (some[f])
			p->verdict = seal_bytes_of(fates[f]);
	if (some[SEAL_FATE_DROP] || some[SEAL_FATE_REJECT])
		p->state = in && some[SEAL_FATE_ACCEPT] ? SEAL_PROOF_HOLDS : SEAL_PROOF_FAILS;
	else if (some[SEAL_FATE_ACCEPT] && !some[SEAL_FATE_DEPENDS])
		p->state = SEAL_PROOF_HOLDS;
	if (p->state == SEAL_PROOF_FAILS)
		p->verdict = some[SEAL_FATE_REJECT] ? SEAL_LIT("reject") : SEAL_LIT("drop");
	else if (p->state == SEAL_PROOF_UNKNOWN && some[SEAL_FATE_DEPENDS])
		p->verdict = SEAL_LIT("depends");
}

static int verify_path(struct seal_host *h, const struct seal_plan_path *w,
		       struct seal_proof_path *p)
{
	const struct seal_user *u = seal_users_by_name(&h->users, SEAL_LIT("postfix"));
	struct seal_path_query q = {.dir = w->in ? SEAL_PACKET_IN : SEAL_PACKET_OUT,
				    .proto = w->udp ? IPPROTO_UDP : IPPROTO_TCP,
				    .port = w->port};
	struct seal_paths paths = {0};
	struct seal_addr a;
	int r;

	p->state = SEAL_PROOF_UNKNOWN;
	p->verdict = SEAL_LIT("no ruleset was read");
	if (!h->ruleset)
		return 0;
	if (w->address.n && seal_addr_parse(w->address, &a) == 0) {
		if (w->in)
			q.from = (struct seal_prefix){a, a.bits};
		else
			q.to = (struct seal_prefix){a, a.bits};
	}
	if (u && !w->in) {
		q.uid = u->uid;
		q.gid = u->gid;
		q.has_uid = true;
	}
	r = seal_paths_ask(h, h->ruleset, &h->net, &q, &paths);
	if (r == 0)
		judge(&paths, w->in, p);
	seal_paths_done(&paths);
	return r;
}

/* ---- messages ---- */

static const struct seal_followed *find_followed(const struct seal_host *h, struct seal_bytes id)
{
	seal_vec_each (f, &h->mail.followed) {
		if (seal_bytes_eq(f->queue_id, id))
			return f;
	}
	return NULL;
}

/* last_try - the failing recipient that was tried last */
static void last_try(const struct seal_verification *v, const struct seal_explained_message *m,
		     struct seal_proof_message *p)
{
	seal_vec_each (r, &m->recipients) {
		int64_t at = r->rcpt ? r->rcpt->time_us : SEAL_TIME_NONE;

		if (r->status == SEAL_RCPT_SENT || at == SEAL_TIME_NONE || at < v->since_us ||
		    at < p->time_us)
			continue;
		p->time_us = at;
		p->reason = r->reason;
		p->verdict = r->cause ? r->cause->verdict : NULL;
		if (r->status == SEAL_RCPT_BOUNCED || r->status == SEAL_RCPT_EXPIRED)
			p->state = SEAL_PROOF_BOUNCED;
	}
}

static void verify_message(const struct seal_verification *v, const struct seal_host *h,
			   const struct seal_explanation *x, struct seal_bytes id,
			   struct seal_proof_message *p)
{
	const struct seal_followed *f = find_followed(h, id);
	bool queued = false;

	*p = (struct seal_proof_message){SEAL_PROOF_UNTOLD, SEAL_PROOF_UNKNOWN, SEAL_TIME_NONE,
					 SEAL_BYTES_NONE, NULL};
	seal_vec_each (m, &x->messages) {
		if (!seal_bytes_eq(m->queue_id, id))
			continue;
		queued = queued || m->queue != SEAL_QUEUE_NONE;
		last_try(v, m, p);
	}
	if (queued || p->state == SEAL_PROOF_BOUNCED) {
		if (queued)
			p->state = SEAL_PROOF_WAITING;
		/* one that was not tried again says nothing of the plan */
		p->proof = p->time_us == SEAL_TIME_NONE ? SEAL_PROOF_UNKNOWN : SEAL_PROOF_FAILS;
	} else if (f && f->sent_us != SEAL_TIME_NONE) {
		*p = (struct seal_proof_message){SEAL_PROOF_SENT, SEAL_PROOF_HOLDS, f->sent_us,
						 SEAL_BYTES_NONE, NULL};
	} else if (h->queue.present || (f && f->removed_us != SEAL_TIME_NONE)) {
		p->state = SEAL_PROOF_GONE;
		p->proof = SEAL_PROOF_HOLDS;
		p->time_us = f ? f->removed_us : SEAL_TIME_NONE;
	}
}

/* ---- the whole ---- */

int seal_verify(struct seal_host *h, const struct seal_plan *p, const struct seal_explanation *x,
		struct seal_verification *v)
{
	size_t i;
	int r;

	if (seal_vec_reserve(&v->steps, p->steps.n) < 0 ||
	    seal_vec_reserve(&v->denials, p->denials.n) < 0 ||
	    seal_vec_reserve(&v->paths, p->paths.n) < 0 ||
	    seal_vec_reserve(&v->messages, p->messages.n) < 0)
		return -ENOMEM;
	for (i = 0; i < p->steps.n; i++)
		verify_step(v, h, &p->steps.v[i], seal_vec_add(&v->steps));
	for (i = 0; i < p->denials.n; i++)
		verify_denial(h, &p->denials.v[i], v->since_us, seal_vec_add(&v->denials));
	for (i = 0; i < p->paths.n; i++) {
		r = verify_path(h, &p->paths.v[i], seal_vec_add(&v->paths));
		if (r < 0)
			return r;
	}
	for (i = 0; i < p->messages.n; i++)
		verify_message(v, h, x, p->messages.v[i], seal_vec_add(&v->messages));
	return 0;
}

void seal_verification_done(struct seal_verification *v)
{
	seal_vec_done(&v->steps);
	seal_vec_done(&v->denials);
	seal_vec_done(&v->paths);
	seal_vec_done(&v->messages);
}

enum seal_proof_state seal_verification_state(const struct seal_verification *v)
{
	bool some[SEAL_PROOF_STATE_MAX_] = {false};

	seal_vec_each (s, &v->steps) {
		some[s->state] = true;
	}
	seal_vec_each (d, &v->denials) {
		some[d->state] = true;
	}
	seal_vec_each (w, &v->paths) {
		some[w->state] = true;
	}
	seal_vec_each (m, &v->messages) {
		some[m->proof] = true;
	}
	if (some[SEAL_PROOF_FAILS])
		return SEAL_PROOF_FAILS;
	return some[SEAL_PROOF_UNKNOWN] ? SEAL_PROOF_UNKNOWN : SEAL_PROOF_HOLDS;
}
