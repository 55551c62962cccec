/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modules.c - what was added to, or taken from, the distribution's policy */
#include "checks/files.h"

#include <errno.h>

#include "evidence/selinux/policy.h"

/* modules whose rules mail rests on */
static bool is_mail_module(struct seal_bytes name)
{
	return seal_bytes_is(name, "postfix") || seal_bytes_is(name, "mta");
}

static int check_replaced(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_module *lowest = NULL;
	bool seen = false;

	/* by name, then priority */
	seal_vec_each (m, &s->h->selinux.modules) {
		struct seal_about about = {{{"path", m->name}}, s->h->selinux.policy_origin};

		if (!is_mail_module(m->name))
			continue;
		seen = true;
		if (!m->enabled)
			seal_out_fail(out, &about, "The policy module %.*s is disabled.",
				      SEAL_ARG(m->name));
		else if (lowest && seal_bytes_eq(lowest->name, m->name))
			seal_out_fail(out, &about,
				      "The policy module %.*s of priority %u is replaced by one of "
				      "priority %u.",
				      SEAL_ARG(m->name), lowest->priority, m->priority);
		if (!lowest || !seal_bytes_eq(lowest->name, m->name))
			lowest = m;
	}
	if (!seen)
		seal_out_na(out, "The module store holds neither postfix nor mta.");
	return 0;
}

/* --- what local modules allow */

#define RULES_JUDGED 20000

/* struct local - the rules of local modules, as a check asks for them */
struct local {
	struct seal_subject *s;
	struct seal_out *out;
	struct seal_bytes attribute; /* asked last, and whether a mail domain has it */
	bool has_mail;
};

/* is_mail - a mail domain, or an attribute that one of them has */
static bool is_mail(struct local *l, struct seal_bytes name)
{
	const struct seal_policy *p = l->s->h->selinux.policy;
	struct seal_names members = {0};
	struct seal_bytes type;
	int r = seal_policy_type(p, name, &type);

	if (r != -EISDIR)
		return seal_mail_domains_have(&l->s->mail_domains, r == 0 ? type : name);
	if (seal_bytes_eq(l->attribute, name))
		return l->has_mail;
	l->attribute = name;
	l->has_mail = false;
	if (seal_policy_members(p, name, &members) == 0)
		seal_vec_each (m, &members.v) {
			l->has_mail |= seal_mail_domains_have(&l->s->mail_domains, *m);
		}
	seal_vec_done(&members.v);
	return l->has_mail;
}

/* each_rule - calls @each for the rules, and tells what was not looked at. Returns what it returns
 */
static int each_rule(struct seal_subject *s, struct seal_out *out,
		     int (*each)(struct local *l, const struct seal_local_rule *rule))
{
	const struct seal_selinux *x = &s->h->selinux;
	struct local l = {.s = s, .out = out};
	size_t n = 0;
	int r = 0;

	seal_vec_each (rule, &x->module_rules) {
		if (r == 0 && n++ < RULES_JUDGED)
			r = each(&l, rule);
	}
	if (n > RULES_JUDGED || x->module_rules_missing || !x->module_rules_read)
		seal_out_unknown(out, NULL, "not all local modules were read to their end");
	return r;
}

static struct seal_about about_rule(const struct seal_local_rule *r)
{
	struct seal_about a = {{{"module", r->module},
				{"source_type", r->source},
				{"target_type", r->target},
				{r->tclass.n ? "tclass" : NULL, r->tclass}},
			       {0}};

	return a;
}

static int judge_touching(struct local *l, const struct seal_local_rule *rule)
{
	struct seal_about about = {{{"module", rule->module}}, {0}};

	if (is_mail(l, rule->source) || (rule->tclass.n && is_mail(l, rule->target)))
		seal_out_fail(l->out, &about,
			      "The local module %.*s has rules about mail domains, and nobody has "
			      "approved it.",
			      SEAL_ARG(rule->module));
	return 0;
}

static int check_approved(struct seal_subject *s, struct seal_out *out)
{
	return each_rule(s, out, judge_touching);
}

/* rights that undo what confinement is for, whatever they are given on */
static const struct {
	const char *tclass, *perm;
} dangerous[] = {
	{"capability", "dac_override"},
	{"capability", "dac_read_search"},
	{"capability", "sys_admin"},
	{"capability", "sys_module"},
	{"capability", "sys_ptrace"},
	{"cap_userns", "sys_admin"},
	{"file", "execmod"},
	{"process", "execheap"},
	{"process", "execmem"},
	{"process", "execstack"},
	{"process", "ptrace"},
};

static bool has_perm(const struct seal_local_rule *r, const char *perm)
{
	for (size_t i = 0; i < r->n_perms; i++)
		if (seal_bytes_is(r->perms[i], perm))
			return true;
	return false;
}

/* type_of - whether @type is the one that file_contexts gives to a path */
static bool type_of(struct seal_host *h, struct seal_bytes type, const char *path)
{
	struct seal_bytes context;

	return seal_view_expected(&h->view, seal_bytes_of(path), 'f', &context) == 0 &&
	       seal_bytes_eq(seal_context_part(context, 't'), type);
}

/* is_guarded - a file type whose change is a change of the system: accounts, /etc, programs */
static bool is_guarded(struct seal_host *h, struct seal_bytes type)
{
	return type_of(h, type, "/etc/shadow") || type_of(h, type, "/etc/x-postseal") ||
	       type_of(h, type, "/usr/bin/x-postseal") ||
	       seal_policy_type_has(h->selinux.policy, type, SEAL_LIT("exec_type"));
}

static int judge_danger(struct local *l, const struct seal_local_rule *r)
{
	static const char *const changes[] = {"write",  "append", "create",
					      "unlink", "rename", "relabelto"};
	const struct seal_policy *p = l->s->h->selinux.policy;
	struct seal_about about = about_rule(r);
	struct seal_bytes type;

	if (!is_mail(l, r->source))
		return 0;
	if (r->attribute) {
		if (seal_bytes_find(r->target, "unconfined") >= 0)
			seal_out_fail(l->out, &about, "%.*s is given the attribute %.*s.",
				      SEAL_ARG(r->source), SEAL_ARG(r->target));
		return 0;
	}
	for (size_t i = 0; i < sizeof(dangerous) / sizeof(*dangerous); i++)
		if (seal_bytes_is(r->tclass, dangerous[i].tclass) && has_perm(r, dangerous[i].perm))
			seal_out_fail(l->out, &about, "%.*s is given %s on %s.",
				      SEAL_ARG(r->source), dangerous[i].perm, dangerous[i].tclass);
	if (!seal_bytes_is(r->tclass, "file"))
		return 0;
	if (seal_policy_type(p, r->target, &type) == -EISDIR) {
		seal_out_fail(l->out, &about, "%.*s is given rights on all files with %.*s.",
			      SEAL_ARG(r->source), SEAL_ARG(r->target));
		return 0;
	}
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (has_perm(r, changes[i]) && is_guarded(l->s->h, r->target)) {
			seal_out_fail(l->out, &about, "%.*s may change files of %.*s.",
				      SEAL_ARG(r->source), SEAL_ARG(r->target));
			break;
		}
	if (has_perm(r, "execute") && type_of(l->s->h, r->target, "/etc/shadow"))
		seal_out_fail(l->out, &about, "%.*s may execute %.*s.", SEAL_ARG(r->source),
			      SEAL_ARG(r->target));
	return 0;
}

static int check_danger(struct seal_subject *s, struct seal_out *out)
{
	return each_rule(s, out, judge_danger);
}

static int judge_needed(struct local *l, const struct seal_local_rule *r)
{
	struct seal_about about = about_rule(r);
	int by = r->n_perms ? seal_policy_granted(l->s->h->selinux.policy, r->source, r->target,
						  r->tclass, r->perms, r->n_perms)
			    : -ENOENT;

	if (by == 1)
		seal_out_fail(l->out, &about,
			      "Module %.*s allows what other rules of the policy allow.",
			      SEAL_ARG(r->module));
	else if (by == 2)
		seal_out_fail(l->out, &about,
			      "Module %.*s allows what a boolean of the policy allows.",
			      SEAL_ARG(r->module));
	return 0;
}

static int check_needed(struct seal_subject *s, struct seal_out *out)
{
	return each_rule(s, out, judge_needed);
}

/* is_generated - the names that audit2allow(1) and setroubleshoot propose */
static bool is_generated(struct seal_bytes name)
{
	return seal_bytes_starts(name, "mypol") || seal_bytes_starts(name, "my-") ||
	       seal_bytes_starts(name, "my_") || seal_bytes_is(name, "local") ||
	       seal_bytes_starts(name, "audit2allow") || seal_bytes_starts(name, "test");
}

static int check_generated(struct seal_subject *s, struct seal_out *out)
{
	seal_vec_each (m, &s->h->selinux.modules) {
		struct seal_about about = {{{"module", m->name}}, {0}};

		if (m->enabled && m->priority >= SEAL_MODULE_LOCAL && is_generated(m->name))
			seal_out_fail(out, &about,
				      "The module %.*s has the name a tool gave it: who made it, "
				      "and what for, is not told.",
				      SEAL_ARG(m->name));
	}
	return 0;
}

#define STORE (SEAL_NEED_SELINUX | SEAL_NEED_STORE)

const struct seal_check seal_checks_modules[] = {
	{"MOD-001", check_approved, STORE | SEAL_NEED_POLICY},
	{"MOD-002", check_danger, STORE | SEAL_NEED_POLICY},
	{"MOD-003", check_replaced, STORE},
	{"MOD-004", check_generated, STORE},
	{"MOD-005", check_needed, STORE | SEAL_NEED_POLICY},
	{NULL, NULL, 0},
};
