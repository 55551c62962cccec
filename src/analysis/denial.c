/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/denial.h"

#include <errno.h>

#include "analysis/ladder.h"

/* denial.c - groups of denials and the layers of their reason */

/* struct key - what makes denials one group, in primary type names */
struct key {
	struct seal_bytes source, target, tclass;
	int32_t port;
	bool permissive;
};

static struct seal_bytes primary(const struct seal_host *h, struct seal_bytes type)
{
	struct seal_bytes name;

	if (h->selinux.policy && seal_policy_type(h->selinux.policy, type, &name) == 0)
		return name;
	return type;
}

static struct key key_of(const struct seal_host *h, const struct seal_denial *d)
{
	return (struct key){primary(h, d->source_type), primary(h, d->target_type), d->tclass,
			    d->object.port, d->permissive};
}

static bool same_key(const struct seal_denial_group *g, const struct key *k)
{
	return seal_bytes_eq(g->source_type, k->source) &&
	       seal_bytes_eq(g->target_type, k->target) && seal_bytes_eq(g->tclass, k->tclass) &&
	       g->port == k->port && g->permissive == k->permissive;
}

/* is_mail - a program of the mail system, or its files: by what the configuration and the entry
 * points say, and by the directories Postfix uses */
static bool is_mail(const struct seal_host *h, const struct seal_denial *d)
{
	static const char *const daemons[] = {
		"master",
		"qmgr",
		"pickup",
		"cleanup",
		"smtp",
		"smtpd",
		"local",
		"virtual",
		"pipe",
		"bounce",
		"showq",
		"postdrop",
		"postqueue",
		"lmtp",
		"error",
		"flush",
		"trivial-rewrite",
		"tlsmgr",
		"tlsproxy",
		"proxymap",
		"postscreen",
		"dnsblog",
		"anvil",
		"scache",
		"verify",
		"spawn",
		"oqmgr",
		"postlogd",
		"postalias",
		"postmap",
		"sendmail",
	};
	size_t i;

	if (seal_bytes_find(d->source_type, "postfix") >= 0 ||
	    seal_bytes_find(d->exe, "/postfix/") >= 0)
		return true;
	for (i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (seal_bytes_is(d->comm, daemons[i]) && seal_bytes_find(d->exe, "postfix") >= 0)
			return true;
	(void)h;
	return seal_bytes_find(d->object.path, "/postfix/") >= 0;
}

static int add_perms(struct seal_denial_group *g, const struct seal_denial *d)
{
	struct seal_bytes *slot;
	size_t i;

	for (i = 0; i < d->n_perms; i++) {
		bool known = false;

		seal_vec_each (p, &g->perms) {
			known = known || seal_bytes_eq(*p, d->perms[i]);
		}
		if (known)
			continue;
		slot = seal_vec_add(&g->perms);
		if (!slot)
			return -ENOMEM;
		*slot = d->perms[i];
	}
	return 0;
}

static int add_member(struct seal_denial_group *g, const struct seal_denial *d)
{
	const struct seal_denial **slot;

	slot = seal_vec_add(&g->members);
	if (!slot)
		return -ENOMEM;
	*slot = d;
	g->count += d->count;
	if (g->first_us == SEAL_TIME_NONE || d->first_us < g->first_us)
		g->first_us = d->first_us;
	if (g->last_us == SEAL_TIME_NONE || d->last_us > g->last_us)
		g->last_us = d->last_us;
	return add_perms(g, d);
}

static bool is_asked(const struct seal_denial_query *q, const struct seal_denial *d, bool mail)
{
	if (d->granted || (!q->all && !mail))
		return false;
	return !q->type.n || seal_bytes_eq(q->type, d->source_type) ||
	       seal_bytes_eq(q->type, d->target_type);
}

static int group_denials(struct seal_host *h, const struct seal_denial_query *q,
			 struct seal_denial_report *report)
{
	seal_vec_each (d, &h->audit.denials) {
		struct seal_denial_group *found = NULL;
		bool mail = is_mail(h, d);
		struct key k = key_of(h, d);
		int r;

		if (!is_asked(q, d, mail))
			continue;
		seal_vec_each (g, &report->groups) {
			if (same_key(g, &k))
				found = g;
		}
		if (!found) {
			found = seal_vec_add(&report->groups);
			if (!found)
				return -ENOMEM;
			*found = (struct seal_denial_group){
				.source_type = k.source,
				.target_type = k.target,
				.tclass = k.tclass,
				.port = k.port,
				.permissive = k.permissive,
				.fix = -1,
				.first_us = SEAL_TIME_NONE,
				.last_us = SEAL_TIME_NONE,
			};
		}
		found->mail = found->mail || mail;
		r = add_member(found, d);
		if (r < 0)
			return r;
	}
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

static int by_weight(const void *a, const void *b)
{
	const struct seal_denial_group *x = a, *y = b;
	int r;

	if (x->mail != y->mail)
		return x->mail ? -1 : 1;
	if (x->permissive != y->permissive)
		return x->permissive ? 1 : -1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	r = seal_bytes_cmp(x->source_type, y->source_type);
	if (!r)
		r = seal_bytes_cmp(x->target_type, y->target_type);
	if (!r)
		r = seal_bytes_cmp(x->tclass, y->tclass);
	return r ? r : x->port - y->port;
}

static void put_names(struct seal_buf *b, const struct seal_names *names)
{
	seal_vec_each (n, &names->v) {
		seal_buf_putc(b, ' ');
		seal_buf_put(b, n->p, n->n);
	}
}

/* tell_why - the layers in words */
static int tell_why(struct seal_host *h, struct seal_denial_group *g,
		    const struct seal_why_result *w)
{
	seal_auto_buf struct seal_buf b = {0};

	if (w->reasons & SEAL_WHY_UNKNOWN)
		seal_buf_printf(&b, "the policy does not know %s", w->unknown);
	if (w->reasons & SEAL_WHY_ALLOWED)
		seal_buf_puts(
			&b, "the policy as it stands allows it: the denial is of an earlier state");
	if (w->reasons & SEAL_WHY_TE) {
		seal_buf_puts(&b, "no rule allows");
		put_names(&b, &w->te);
	}
	seal_vec_each (c, &w->constraints) {
		seal_buf_printf(&b, "%s%s (", b.n ? "; " : "",
				c->mls ? "the levels forbid it" : "a constraint forbids it");
		seal_buf_put(&b, c->text.p, c->text.n);
		seal_buf_putc(&b, ')');
	}
	if (w->reasons & SEAL_WHY_RBAC)
		seal_buf_printf(&b, "%sthe role may not change so", b.n ? "; " : "");
	if (w->reasons & SEAL_WHY_BOUNDS) {
		seal_buf_printf(&b, "%sbounded by ", b.n ? "; " : "");
		seal_buf_put(&b, w->bounds.p, w->bounds.n);
	}
	if (w->reasons & SEAL_WHY_XPERM)
		seal_buf_printf(&b, "%sioctl is allowed, this command is not", b.n ? "; " : "");
	if (w->permissive)
		seal_buf_printf(&b, "%sthe domain is permissive", b.n ? "; " : "");
	return b.err ? b.err : seal_arena_copy(h->arena, seal_buf_bytes(&b), &g->why);
}

/* ask_policy - the reasons of every member: contexts may differ in user, role and range */
static int ask_policy(struct seal_host *h, struct seal_denial_group *g)
{
	bool all_allowed = true;
	int r = 0;

	if (!h->selinux.policy) {
		g->reasons = SEAL_WHY_UNKNOWN;
		g->why = SEAL_LIT("no policy in the evidence");
		return 0;
	}
	seal_vec_each (m, &g->members) {
		const struct seal_denial *d = *m;
		struct seal_access a = {d->scontext, d->tcontext, d->tclass,
					d->perms,    d->n_perms,  d->object.ioctl};
		struct seal_why_result w = {0};

		r = seal_policy_why(h->selinux.policy, &a, &w);
		if (r == -EPROTO) {
			g->reasons |= SEAL_WHY_UNKNOWN;
			all_allowed = false;
			continue;
		}
		if (r < 0)
			return r;
		g->reasons |= w.reasons;
		g->dontaudit = g->dontaudit || w.dontaudit;
		all_allowed = all_allowed && (w.reasons & SEAL_WHY_ALLOWED);
		if (!g->why.n || !(w.reasons & SEAL_WHY_ALLOWED))
			r = tell_why(h, g, &w);
		seal_why_done(&w);
		if (r < 0)
			return r;
	}
	g->stale = all_allowed && g->members.n > 0;
	if (!g->stale)
		g->reasons &= ~(unsigned)SEAL_WHY_ALLOWED;
	return 0;
}

static int explain_group(struct seal_host *h, const struct seal_denial_query *q,
			 struct seal_denial_group *g, size_t number)
{
	int r;

	g->id = seal_bytes_of(seal_arena_printf(h->arena, "d-%zu", number));
	if (!g->id.n)
		return -ENOMEM;
	if (g->perms.n)
		qsort(g->perms.v, g->perms.n, sizeof(*g->perms.v), by_bytes);
	r = ask_policy(h, g);
	if (r < 0)
		return r;
	return seal_ladder_climb(h, q, g);
}

int seal_denials_explain(struct seal_host *h, const struct seal_denial_query *query,
			 struct seal_denial_report **ret)
{
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	size_t i;
	int r;

	report = calloc(1, sizeof(*report));
	if (!report)
		return -ENOMEM;
	r = group_denials(h, query, report);
	if (r < 0)
		return r;
	if (report->groups.n)
		qsort(report->groups.v, report->groups.n, sizeof(*report->groups.v), by_weight);
	for (i = 0; i < report->groups.n; i++) {
		r = explain_group(h, query, &report->groups.v[i], i + 1);
		if (r < 0)
			return r;
	}
	*ret = seal_take(report);
	return 0;
}

void seal_denial_report_free(struct seal_denial_report *r)
{
	if (!r)
		return;
	seal_vec_each (g, &r->groups) {
		seal_vec_each (f, &g->candidates) {
			seal_fix_done(f);
		}
		seal_vec_done(&g->perms);
		seal_vec_done(&g->members);
		seal_vec_done(&g->paths);
		seal_vec_done(&g->candidates);
	}
	seal_vec_done(&r->groups);
	free(r);
}

const struct seal_denial_group *seal_denial_group_of(const struct seal_denial_report *r,
						     const struct seal_denial *d)
{
	seal_vec_each (g, &r->groups) {
		seal_vec_each (m, &g->members) {
			if (*m == d)
				return g;
		}
	}
	return NULL;
}
