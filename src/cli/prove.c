/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/prove.h"

#include <errno.h>
#include <inttypes.h>

#include "core/arena.h"
#include "evidence/selinux/prove.h"

/* struct proving - the groups whose fix is a module, their candidates and proofs side by side */
struct proving {
	const struct seal_host *h;
	seal_vec(struct seal_denial_group *) groups;
	seal_vec(struct seal_candidate) candidates;
	struct seal_proof *proofs;
	struct seal_proof_run run;
};

static void proving_done(struct proving *p)
{
	seal_vec_done(&p->groups);
	seal_vec_done(&p->candidates);
	free(p->proofs);
}

static int take(struct proving *p, struct seal_denial_group *g)
{
	struct seal_denial_group **slot = seal_vec_add(&p->groups);
	struct seal_candidate *c = seal_vec_add(&p->candidates);

	if (!slot || !c)
		return -ENOMEM;
	*slot = g;
	c->cil = g->candidates.v[g->fix].module_cil;
	c->want = (struct seal_policy_change){.allows = &g->rule, .n_allows = 1};
	return 0;
}

static int say(const struct proving *p, struct seal_buf *b, struct seal_bytes *ret)
{
	return b->err ? b->err : seal_arena_copy(p->h->arena, seal_buf_bytes(b), ret);
}

static void put_difference(struct seal_buf *b, const struct proving *p,
			   const struct seal_proof *proof)
{
	seal_buf_puts(b, "; against ");
	seal_buf_puts(b, p->run.before[0] ? p->run.before : "the store compiled without it");
	seal_buf_printf(b, " %" PRIu64 " access%s added, none lost, nothing else differs",
			proof->added, proof->added == 1 ? " is" : "es are");
}

static void put_neverallow(struct seal_buf *b, const struct proving *p,
			   const struct seal_proof *proof)
{
	if (proof->neverallow == SEAL_NEVERALLOW_OK)
		seal_buf_puts(b, "it breaks no neverallow rule");
	else
		seal_buf_printf(b, "neverallow rules are not checked: %s", proof->detail);
	if (p->run.broken)
		seal_buf_printf(b, " (the store breaks %" PRIu32 " by itself)", p->run.broken);
}

/* say_proven - how a module was proven */
static int say_proven(const struct proving *p, const struct seal_proof *proof, struct seal_fix *f)
{
	seal_auto_buf struct seal_buf b = {0};

	f->neverallow = proof->neverallow;
	f->in_store = true;
	seal_buf_printf(&b, "compiled with the %" PRIu32 " modules of %s: ", p->run.modules,
			p->run.store);
	put_neverallow(&b, p, proof);
	put_difference(&b, p, proof);
	if (p->run.apart)
		seal_buf_puts(&b, "; the policy in force has other rules than these modules give: "
				  "to install any module brings those, too");
	return say(p, &b, &f->proof);
}

/* turn_down - the module, for the next candidate that suffices */
static int turn_down(const struct proving *p, const struct seal_proof *proof,
		     struct seal_denial_group *g)
{
	struct seal_fix *f = &g->candidates.v[g->fix];
	int32_t next = -1;
	size_t i;

	for (i = g->candidates.n; i > 0; i--)
		if ((int32_t)i - 1 != g->fix && g->candidates.v[i - 1].sufficient &&
		    !g->candidates.v[i - 1].rejected.n)
			next = (int32_t)i - 1;
	f->neverallow = proof->neverallow;
	f->in_store = proof->compiled;
	f->sufficient = f->minimal = false;
	g->fix = next;
	return seal_arena_copy(p->h->arena,
			       proof->detail[0]
				       ? seal_bytes_of(proof->detail)
				       : SEAL_LIT("it does not open exactly what it should"),
			       &f->rejected);
}

static int judge(const struct proving *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->groups.n; i++) {
		struct seal_denial_group *g = p->groups.v[i];
		const struct seal_proof *proof = &p->proofs[i];

		if (proof->compiled && proof->exact &&
		    proof->neverallow != SEAL_NEVERALLOW_VIOLATED)
			r = say_proven(p, proof, &g->candidates.v[g->fix]);
		else
			r = turn_down(p, proof, g);
	}
	return r;
}

/* say_unproven - the store gave no answer */
static int say_unproven(const struct proving *p, const struct seal_err *err)
{
	int r = 0;

	seal_vec_each (g, &p->groups) {
		struct seal_fix *f = &(*g)->candidates.v[(*g)->fix];
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_printf(&b, "re-tested in memory only; with the store it is not: %s",
				err->text);
		if (r == 0)
			r = say(p, &b, &f->proof);
	}
	return r;
}

static int prove_modules(const struct seal_root *root, struct proving *p)
{
	size_t n = p->candidates.n;
	struct seal_err err = {0};
	int r;

	if (n == 0)
		return 0;
	p->proofs = calloc(n, sizeof(*p->proofs));
	if (!p->proofs)
		return -ENOMEM;
	r = seal_policy_prove(root, p->h->selinux.type, p->candidates.v, n, p->proofs, &p->run,
			      &err);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? say_unproven(p, &err) : judge(p);
}

/* say_tested - of a fix that is no module: what the ladder did */
static int say_tested(const struct proving *p, const struct seal_denial_group *g)
{
	struct seal_fix *f = &g->candidates.v[g->fix];
	seal_auto_buf struct seal_buf b = {0};

	if (f->kind == SEAL_FIX_NONE || f->proof.n || !p->h->selinux.policy || g->stale)
		return 0;
	seal_buf_puts(&b, "re-tested in memory on ");
	seal_vec_each (s, &p->h->sources) {
		if (s->source == SEAL_SOURCE_POLICY && s->status == SEAL_READ_READ)
			seal_buf_put(&b, s->path.p, s->path.n);
	}
	seal_buf_puts(&b, f->sufficient ? ": with it every layer allows the access"
					: ": it is to be mended first, and the access needs more");
	return say(p, &b, &f->proof);
}

int seal_cli_prove(const struct seal_root *root, const struct seal_host *h,
		   struct seal_denial_report *report)
{
	struct proving p = {.h = h};
	int r = 0;

	seal_vec_each (g, &report->groups) {
		if (r == 0 && g->fix >= 0 && g->candidates.v[g->fix].kind == SEAL_FIX_MODULE)
			r = take(&p, g);
	}
	if (r == 0)
		r = prove_modules(root, &p);
	seal_vec_each (g, &report->groups) {
		if (r == 0 && g->fix >= 0)
			r = say_tested(&p, g);
	}
	proving_done(&p);
	return r;
}
