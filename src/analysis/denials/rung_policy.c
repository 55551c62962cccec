/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/module.h"
#include "evidence/selinux/sepol_memory.h"

/* rung_policy.c - booleans, chosen by what they open and never by their name, and the rule of last
 * resort */

static int collect(struct seal_ladder *l, struct seal_access **ret)
{
	struct seal_access *a;
	size_t n = 0;

	a = calloc(l->g->members.n + 1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	seal_vec_each (m, &l->g->members) {
		const struct seal_denial *d = *m;

		a[n++] = (struct seal_access){d->scontext, d->tcontext, d->tclass,
					      d->perms,    d->n_perms,  d->object.ioctl};
	}
	*ret = a;
	return 0;
}

/* try - whether every member is allowed, all layers, with @c in memory; @missing: what the same
 * operation needs besides */
static bool try(struct seal_ladder *l, const struct seal_policy_change *c,
		struct seal_bytes *missing)
{
	const struct seal_sides as_logged = {0};
	bool allowed;
	int r = seal_policy_try(l->h->selinux.policy, c, NULL);

	seal_sepol_memory_note(r);
	if (r < 0)
		return false;
	allowed = seal_ladder_allows_all(l, SEAL_BYTES_NONE, SEAL_BYTES_NONE);
	r = seal_foresee_missing(l, l->g->members.v[0], &as_logged, missing);
	seal_sepol_memory_note(r);
	allowed = allowed && r == 0;
	seal_policy_restore(l->h->selinux.policy);
	return allowed;
}

static int add_switches(struct seal_fix *f, const struct seal_switches *set)
{
	struct seal_step *s;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < set->n; i++) {
		struct seal_bytes on = set->v[i].value ? SEAL_LIT("on") : SEAL_LIT("off");
		struct seal_bytes off = set->v[i].value ? SEAL_LIT("off") : SEAL_LIT("on");
		struct seal_bytes argv[] = {SEAL_LIT("setsebool"), SEAL_LIT("-P"), set->v[i].name,
					    on};

		r = seal_ladder_step(f, "setsebool", argv, 4, &s);
		if (r < 0)
			break;
		s->precondition = SEAL_LIT("getsebool shows the other value");
		s->verify = SEAL_LIT("getsebool shows the value");
		s->before = (struct seal_condition){SEAL_CONDITION_BOOLEAN,
						    .subject = set->v[i].name, .value = off};
		s->after = (struct seal_condition){SEAL_CONDITION_BOOLEAN,
						   .subject = set->v[i].name, .value = on};
		argv[3] = off;
		r = seal_argv_set(&s->undo, argv, 4);
	}
	return r;
}

static int add_booleans(struct seal_ladder *l, const struct seal_switches *set)
{
	struct seal_policy_change c = {.switches = set->v, .n_switches = set->n};
	struct seal_bytes missing = SEAL_BYTES_NONE;
	struct seal_fix *f;
	int r;

	f = seal_ladder_add(l, SEAL_FIX_BOOLEAN);
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal = try(l, &c, &missing);
	f->why = SEAL_LIT("the rule is there, under a boolean that is set otherwise");
	if (!f->sufficient)
		f->why = SEAL_LIT("the rule is there, under a boolean; a constraint denies the "
				  "access all the same");
	else if (missing.n)
		f->why = seal_ladder_textf(l,
					   "the rule is there, under a boolean that is set "
					   "otherwise; the same operation may ask next for %.*s, "
					   "which stays denied",
					   (int)missing.n, missing.p);
	if (l->label_fault)
		f->rejected = SEAL_LIT("a label is at fault: mended, nothing has to be opened");
	r = seal_policy_cost(l->h->selinux.policy, &c, l->g->source_type, &f->opens, NULL);
	seal_sepol_memory_note(r);
	if (r < 0)
		f->sufficient = false;
	return add_switches(f, set);
}

int seal_rung_boolean(struct seal_ladder *l)
{
	struct seal_boolean_sets sets = {0};
	struct seal_access *a = NULL;
	int r;

	if (!l->h->selinux.policy || !(l->g->reasons & SEAL_WHY_TE))
		return 0;
	r = collect(l, &a);
	if (r == 0) {
		r = seal_policy_boolean_sets(l->h->selinux.policy, a, l->g->members.n, &sets);
		if (r != -ENOMEM)
			r = 0;
	}
	seal_vec_each (s, &sets.v) {
		if (r == 0)
			r = add_booleans(l, s);
	}
	seal_vec_done(&sets.v);
	free(a);
	return r;
}

static bool has(const struct seal_module_rule *rule, struct seal_bytes perm)
{
	size_t i;

	for (i = 0; i < rule->n_perms; i++)
		if (seal_bytes_eq(rule->perms[i], perm))
			return true;
	return false;
}

static void add_perm(struct seal_ladder *l, struct seal_module_rule *rule, struct seal_bytes perm)
{
	if (rule->n_perms < SEAL_MODULE_PERMS_MAX && !has(rule, perm) &&
	    seal_policy_has_permission(l->h->selinux.policy, rule->tclass, perm))
		rule->perms[rule->n_perms++] = perm;
}

/* add_ioctl - past the limit the commands are left out, and the rule does not suffice */
static void add_ioctl(struct seal_module_rule *rule, int64_t command)
{
	size_t i;

	for (i = 0; i < rule->n_ioctls; i++)
		if (rule->ioctls[i] == command)
			return;
	if (rule->n_ioctls < SEAL_MODULE_IOCTLS_MAX)
		rule->ioctls[rule->n_ioctls++] = (uint32_t)command;
}

/* drop_allowed - permissions that some rule gives already; of ioctl the commands may be missing */
static int drop_allowed(struct seal_ladder *l, struct seal_module_rule *rule)
{
	struct seal_names have = {0};
	size_t n = 0;
	int r;

	r = seal_policy_allowed(l->h->selinux.policy, rule->source, rule->target, rule->tclass,
				&have);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < rule->n_perms; i++) {
		bool had = false;

		seal_vec_each (p, &have.v) {
			had = had || seal_bytes_eq(*p, rule->perms[i]);
		}
		if (!had || seal_bytes_is(rule->perms[i], "ioctl"))
			rule->perms[n++] = rule->perms[i];
	}
	rule->n_perms = n;
	seal_vec_done(&have.v);
	return 0;
}

/* rule_of - what the members were denied and what the same operations need besides, on the exact
 * types. Returns 0 or -ENOMEM */
static int rule_of(struct seal_ladder *l, struct seal_module_rule *rule)
{
	struct seal_foreseen f;
	size_t i;

	*rule = (struct seal_module_rule){
		.source = l->g->source_type, .target = l->g->target_type, .tclass = l->g->tclass};
	seal_vec_each (m, &l->g->members) {
		for (i = 0; i < (*m)->n_perms; i++)
			add_perm(l, rule, (*m)->perms[i]);
		seal_foresee(*m, &f);
		for (i = 0; i < f.n; i++)
			add_perm(l, rule, seal_bytes_of(f.perms[i]));
		if ((*m)->object.ioctl >= 0 && seal_denial_has(*m, "ioctl"))
			add_ioctl(rule, (*m)->object.ioctl);
	}
	return drop_allowed(l, rule);
}

/* is_of_login - the process belongs to a person's session: what it is denied, anyone who may log in
 * can provoke */
static bool is_of_login(const struct seal_ladder *l)
{
	seal_vec_each (m, &l->g->members) {
		struct seal_bytes user = seal_context_part((*m)->scontext, 'u');

		seal_vec_each (login, &l->h->selinux.logins) {
			if (seal_bytes_eq(login->user, user) && !seal_bytes_eq(login->login, user))
				return true;
		}
	}
	return false;
}

/* withheld - why the rule is not offered; empty when it may be. Returns 0 or -ENOMEM */
static int withheld(struct seal_ladder *l, const struct seal_module_rule *rule,
		    struct seal_bytes *why)
{
	const unsigned beyond =
		SEAL_WHY_CONSTRAINT | SEAL_WHY_MLS | SEAL_WHY_RBAC | SEAL_WHY_BOUNDS;
	int r;

	*why = l->no_rule;
	if (why->n)
		return 0;
	r = seal_module_forbidden(l->h, rule, why);
	if (r != 0)
		return r < 0 ? r : 0;
	if (l->g->reasons & beyond)
		*why = SEAL_LIT("no rule can help against a constraint, a level or a role");
	else if (is_of_login(l))
		*why = SEAL_LIT("the process was started from a login: whoever may log in could "
				"provoke the denial");
	return 0;
}

/* write_module - the texts and the steps; a name that does not stand up to the checks turns it down
 */
static int write_module(struct seal_ladder *l, struct seal_fix *f,
			const struct seal_module_rule *rule)
{
	struct seal_bytes file;
	struct seal_step *s;
	int r;

	r = seal_module_write(l->h->selinux.policy, rule, 1, l->h->arena, f);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		f->rejected = SEAL_LIT("a name of the denial is not one of the policy's own");
		f->sufficient = false;
		return 0;
	}
	file = seal_ladder_textf(l, "%.*s.cil", (int)f->module_name.n, f->module_name.p);
	if (!file.n)
		return -ENOMEM;
	r = seal_ladder_step(f, "semodule",
			     (struct seal_bytes[]){SEAL_LIT("semodule"), SEAL_LIT("-i"), file}, 3,
			     &s);
	if (r < 0)
		return r;
	s->precondition = SEAL_LIT("the module's text was read and is wanted");
	s->verify = SEAL_LIT("semodule -l lists the module");
	s->before = (struct seal_condition){SEAL_CONDITION_MODULE, .not = true,
					    .subject = f->module_name};
	s->after = (struct seal_condition){SEAL_CONDITION_MODULE, .subject = f->module_name};
	return seal_argv_set(
		&s->undo,
		(struct seal_bytes[]){SEAL_LIT("semodule"), SEAL_LIT("-r"), f->module_name}, 3);
}

/* is_minimal - nothing was added to what was denied */
static bool is_minimal(const struct seal_ladder *l, const struct seal_module_rule *rule)
{
	for (size_t i = 0; i < rule->n_perms; i++) {
		bool denied = false;

		seal_vec_each (p, &l->g->perms) {
			denied = denied || seal_bytes_eq(*p, rule->perms[i]);
		}
		if (!denied)
			return false;
	}
	return true;
}

/* keep_rule - in the group, for whoever proves the module with the root's own store */
static int keep_rule(struct seal_ladder *l, const struct seal_module_rule *rule)
{
	struct seal_bytes *perms =
		seal_arena_alloc(l->h->arena, rule->n_perms * sizeof(rule->perms[0]));
	uint32_t *ioctls =
		seal_arena_alloc(l->h->arena, (rule->n_ioctls + 1) * sizeof(rule->ioctls[0]));

	if (!perms || !ioctls)
		return -ENOMEM;
	memcpy(perms, rule->perms, rule->n_perms * sizeof(*perms));
	memcpy(ioctls, rule->ioctls, rule->n_ioctls * sizeof(*ioctls));
	l->g->rule = (struct seal_allow){rule->source,  rule->target, rule->tclass,  perms,
					 rule->n_perms, ioctls,       rule->n_ioctls};
	return 0;
}

int seal_ladder_silence(struct seal_ladder *l)
{
	struct seal_module_rule rule = {.dontaudit = true};
	struct seal_fix *f;

	if (!l->h->selinux.policy || (l->g->reasons & SEAL_WHY_UNKNOWN))
		return 0;
	rule.source = l->g->source_type;
	rule.target = l->g->target_type;
	rule.tclass = l->g->tclass;
	seal_vec_each (p, &l->g->perms) {
		add_perm(l, &rule, *p);
	}
	if (!rule.n_perms)
		return 0;
	f = seal_ladder_add(l, SEAL_FIX_MODULE);
	if (!f)
		return -ENOMEM;
	f->opens.known = f->silences = true;
	f->why = SEAL_LIT("dontaudit: the access stays denied, and is logged no more");
	return write_module(l, f, &rule);
}

/* given_by_boolean - a boolean alone would do */
static bool given_by_boolean(const struct seal_ladder *l)
{
	seal_vec_each (f, &l->g->candidates) {
		if (f->kind == SEAL_FIX_BOOLEAN && f->sufficient)
			return true;
	}
	return false;
}

/* why_rule - what speaks for a rule, and that it holds more than was denied */
static struct seal_bytes why_rule(struct seal_ladder *l, bool more)
{
	if (given_by_boolean(l))
		return more ? SEAL_LIT("no label or port gives it, and a boolean opens more; the "
				       "rule holds what the same operation needs next, too")
			    : SEAL_LIT("no label or port gives it, and a boolean opens more");
	return more ? SEAL_LIT("no label, port or boolean gives it; the rule holds what the same "
			       "operation needs next, too")
		    : SEAL_LIT("no label, port or boolean gives it");
}

int seal_rung_module(struct seal_ladder *l)
{
	struct seal_policy_change c;
	struct seal_module_rule rule;
	struct seal_bytes missing = SEAL_BYTES_NONE;
	struct seal_fix *f;
	int r;

	if (!l->h->selinux.policy || !(l->g->reasons & (SEAL_WHY_TE | SEAL_WHY_XPERM)) ||
	    (l->g->reasons & SEAL_WHY_UNKNOWN))
		return 0;
	if (rule_of(l, &rule) < 0)
		return -ENOMEM;
	if (!rule.n_perms)
		return 0;
	if (keep_rule(l, &rule) < 0)
		return -ENOMEM;
	c = (struct seal_policy_change){.allows = &l->g->rule, .n_allows = 1};
	f = seal_ladder_add(l, SEAL_FIX_MODULE);
	if (!f)
		return -ENOMEM;
	f->sufficient = try(l, &c, &missing);
	f->minimal = f->sufficient && is_minimal(l, &rule);
	r = seal_policy_cost(l->h->selinux.policy, &c, l->g->source_type, &f->opens, NULL);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		f->sufficient = false;
	f->why = why_rule(l, !is_minimal(l, &rule));
	if (missing.n)
		f->why = seal_ladder_textf(l, "%.*s; it may ask next for %.*s", (int)f->why.n,
					   f->why.p, (int)missing.n, missing.p);
	if (withheld(l, &rule, &f->rejected) < 0)
		return -ENOMEM;
	return f->rejected.n ? 0 : write_module(l, f, &rule);
}
