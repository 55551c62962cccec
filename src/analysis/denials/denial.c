/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/denials/denial.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/denials/ladder.h"
#include "analysis/mail_domain.h"
#include "core/path.h"
#include "core/table.h"
#include "evidence/selinux/sepol_memory.h"

/* denial.c - groups of denials and the layers of their reason */

/* struct key - what makes denials one group, in primary type names */
struct key {
	struct seal_bytes source, target, tclass;
	struct seal_bytes beyond; /* as in the group */
	int32_t port;
	bool permissive, error; /* error: SELINUX_ERR, not an access */
};

static struct seal_bytes primary(const struct seal_host *h, struct seal_bytes type)
{
	struct seal_bytes name;

	if (h->selinux.policy && seal_policy_type(h->selinux.policy, type, &name) == 0)
		return name;
	return type;
}

/* tell_beyond - the layers that no rule helps against, in words */
static void tell_beyond(struct seal_buf *b, const struct seal_why_result *w)
{
	if (w->reasons & SEAL_WHY_UNKNOWN)
		seal_buf_puts(b, w->unknown);
	seal_vec_each (c, &w->constraints) {
		seal_buf_printf(b, "%s%s (", b->n ? "; " : "",
				c->mls ? "the levels forbid it" : "a constraint forbids it");
		seal_buf_put(b, c->text.p, c->text.n);
		seal_buf_putc(b, ')');
	}
	if (w->reasons & SEAL_WHY_RBAC)
		seal_buf_printf(b, "%sthe role may not change so", b->n ? "; " : "");
	if (w->reasons & SEAL_WHY_BOUNDS) {
		seal_buf_printf(b, "%sbounded by ", b->n ? "; " : "");
		seal_buf_put(b, w->bounds.p, w->bounds.n);
	}
}

static bool is_error(const struct seal_denial *d)
{
	return d->kind == SEAL_DENIAL_SELINUX_ERR;
}

/* why_of - ask the policy. Returns 0, -ENODATA (there is nothing to ask, or no answer) or -ENOMEM
 */
static int why_of(struct seal_host *h, const struct seal_denial *d, struct seal_why_result *ret)
{
	struct seal_access a = {d->scontext, d->tcontext, d->tclass,
				d->perms,    d->n_perms,  d->object.ioctl};
	int r;

	if (!h->selinux.policy || is_error(d))
		return -ENODATA;
	r = seal_policy_why(h->selinux.policy, &a, ret);
	return r == 0 || r == -ENOMEM ? r : -ENODATA;
}

static int beyond_of(struct seal_host *h, const struct seal_denial *d, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_why_result w = {0};
	int r = why_of(h, d, &w);

	if (r == -ENODATA)
		return 0;
	if (r < 0)
		return r;
	tell_beyond(&b, &w);
	seal_why_done(&w);
	if (b.err || !b.n)
		return b.err;
	return seal_arena_intern(h->arena, seal_buf_bytes(&b), ret);
}

static int key_of(struct seal_host *h, const struct seal_denial *d, struct key *ret)
{
	*ret = (struct key){.source = primary(h, d->source_type),
			    .target = primary(h, d->target_type),
			    .tclass = d->tclass,
			    .port = d->object.port,
			    .permissive = d->permissive,
			    .error = is_error(d)};
	return beyond_of(h, d, &ret->beyond);
}

static bool same_key(const struct seal_denial_group *g, const struct key *k)
{
	return seal_bytes_eq(g->source_type, k->source) &&
	       seal_bytes_eq(g->target_type, k->target) && seal_bytes_eq(g->tclass, k->tclass) &&
	       g->port == k->port && g->permissive == k->permissive &&
	       is_error(g->members.v[0]) == k->error && seal_bytes_eq(g->beyond, k->beyond);
}

static bool is_one_of(struct seal_bytes name, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (seal_bytes_is(name, names[i]))
			return true;
	return false;
}

/* struct grouping - the groups made so far and where each stands; what is of mail */
struct grouping {
	struct seal_denial_report *report;
	struct seal_table table;
	struct seal_names domains; /* of mail */
	struct seal_bytes queue;   /* queue_directory */
};

/* in_mail_domain - of a type that no policy knows, the name is all there is */
static bool in_mail_domain(const struct seal_host *h, const struct grouping *all,
			   struct seal_bytes type)
{
	struct seal_bytes name;

	if (!h->selinux.policy || seal_policy_type(h->selinux.policy, type, &name) < 0)
		return seal_bytes_find(type, "postfix") >= 0;
	return seal_mail_domains_have(&all->domains, name);
}

/* is_mail - a program of the mail system, or a file of it: by its domain, its program, or the
 * directories Postfix uses. It sorts and selects, and proves nothing */
static bool is_mail(const struct seal_host *h, const struct grouping *all,
		    const struct seal_denial *d)
{
	/* names that Postfix alone uses; the others (local, error, verify ...) need the path */
	static const char *const names[] = {
		"qmgr",      "oqmgr",      "postdrop", "postqueue",  "postsuper",      "postcat",
		"postalias", "postmap",    "postlogd", "postscreen", "tlsproxy",       "tlsmgr",
		"dnsblog",   "proxymap",   "scache",   "smtpd",      "sendmail",       "mailq",
		"lmtp",      "newaliases", "cleanup",  "showq",      "trivial-rewrite"};
	struct seal_bytes path = d->object.path, queue = all->queue;

	return in_mail_domain(h, all, d->source_type) ||
	       seal_bytes_find(d->exe, "/postfix/") >= 0 ||
	       is_one_of(d->comm, names, sizeof(names) / sizeof(names[0])) ||
	       seal_bytes_find(path, "/postfix/") >= 0 ||
	       (queue.n && seal_path_is_below(path, queue));
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

/* is_asked - a type may be asked for by any of its names */
static bool is_asked(const struct seal_host *h, const struct seal_denial_query *q,
		     const struct key *k)
{
	struct seal_bytes type = q->type.n ? primary(h, q->type) : SEAL_BYTES_NONE;

	return !type.n || seal_bytes_eq(type, k->source) || seal_bytes_eq(type, k->target);
}

static uint64_t hash_key(const struct key *k)
{
	uint64_t h = seal_hash(k->source, (uint64_t)(uint32_t)k->port << 1 | k->permissive);

	return seal_hash(k->tclass, seal_hash(k->target, seal_hash(k->beyond, h)));
}

/* group_of - the group of that key, made when it is the first; NULL when memory is gone */
static struct seal_denial_group *group_of(struct grouping *all, const struct key *k)
{
	uint64_t hash = hash_key(k);
	struct seal_denial_group *g;
	uint32_t i;
	size_t at = 0;

	while ((i = seal_table_next(&all->table, hash, &at)) != SEAL_TABLE_NONE)
		if (same_key(&all->report->groups.v[i], k))
			return &all->report->groups.v[i];
	g = seal_vec_add(&all->report->groups);
	if (!g || seal_table_add(&all->table, hash, (uint32_t)all->report->groups.n - 1) < 0)
		return NULL;
	*g = (struct seal_denial_group){
		.source_type = k->source,
		.target_type = k->target,
		.tclass = k->tclass,
		.beyond = k->beyond,
		.port = k->port,
		.permissive = k->permissive,
		.fix = -1,
		.first_us = SEAL_TIME_NONE,
		.last_us = SEAL_TIME_NONE,
	};
	return g;
}

static int group_denials(struct seal_host *h, const struct seal_denial_query *q,
			 struct seal_denial_report *report)
{
	struct grouping all = {.report = report};
	int r;

	r = seal_daemon_path(h, SEAL_BYTES_NONE, SEAL_LIT("."), &all.queue);
	if (r == -ENOMEM)
		return r;
	if (r == 0)
		all.queue.n -= 2; /* "/." */
	r = seal_mail_domains(h, &all.domains);
	seal_vec_each (d, &h->audit.denials) {
		bool mail = is_mail(h, &all, d);
		struct seal_denial_group *g;
		struct key k;

		if (r < 0 || d->granted || (!q->all && !mail))
			continue;
		r = key_of(h, d, &k);
		if (r < 0 || !is_asked(h, q, &k))
			continue;
		g = group_of(&all, &k);
		r = g ? add_member(g, d) : -ENOMEM;
		if (g)
			g->mail = g->mail || mail;
		if (g)
			g->by_mail = in_mail_domain(h, &all, g->source_type);
	}
	seal_vec_done(&all.domains.v);
	seal_table_done(&all.table);
	return r;
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
	if (!r)
		r = seal_bytes_cmp(x->beyond, y->beyond);
	return r ? r : x->port - y->port;
}

static void put_names(struct seal_buf *b, const struct seal_names *names)
{
	seal_vec_each (n, &names->v) {
		seal_buf_putc(b, ' ');
		seal_buf_put(b, n->p, n->n);
	}
}

/* tell_levels - of one member: what the process and the object bear */
static void tell_levels(struct seal_buf *b, const struct seal_denial *d)
{
	struct seal_bytes s = seal_context_part(d->scontext, 'l');
	struct seal_bytes t = seal_context_part(d->tcontext, 'l');

	if (!s.n || !t.n)
		return;
	seal_buf_puts(b, "; the process is at ");
	seal_buf_put(b, s.p, s.n);
	seal_buf_puts(b, ", the object at ");
	seal_buf_put(b, t.p, t.n);
}

/* tell_why - the layers in words: @w of @d, the last member that is denied; @te of all of them */
static int tell_why(struct seal_host *h, struct seal_denial_group *g, const struct seal_denial *d,
		    const struct seal_why_result *w, const struct seal_names *te)
{
	seal_auto_buf struct seal_buf b = {0};

	if (w->reasons & SEAL_WHY_ALLOWED)
		seal_buf_puts(
			&b, "the policy as it stands allows it: the denial is of an earlier state");
	if (te->v.n) {
		seal_buf_puts(&b, "no rule allows");
		put_names(&b, te);
	}
	if (g->beyond.n) {
		seal_buf_puts(&b, b.n ? "; " : "");
		seal_buf_put(&b, g->beyond.p, g->beyond.n);
	}
	if (w->reasons & SEAL_WHY_MLS)
		tell_levels(&b, d);
	if (w->reasons & SEAL_WHY_XPERM)
		seal_buf_printf(&b, "%sioctl is allowed, this command is not", b.n ? "; " : "");
	if (w->permissive)
		seal_buf_printf(&b, "%sthe domain is permissive", b.n ? "; " : "");
	return b.err ? b.err : seal_arena_copy(h->arena, seal_buf_bytes(&b), &g->why);
}

/* tell_role - SELINUX_ERR: a context that the policy has no place for was asked for */
static int tell_role(struct seal_host *h, struct seal_denial_group *g)
{
	const struct seal_denial *d = g->members.v[0];
	seal_auto_buf struct seal_buf b = {0};
	struct seal_err err = {0};

	g->reasons = SEAL_WHY_RBAC;
	seal_buf_puts(&b, "no such context may be");
	if (d->invalid_context.n) {
		seal_buf_puts(&b, ": ");
		seal_buf_put(&b, d->invalid_context.p, d->invalid_context.n);
		if (seal_policy_context_valid(h->selinux.policy, d->invalid_context, &err) < 0)
			seal_buf_printf(&b, " (%s)", err.text);
	}
	return b.err ? b.err : seal_arena_copy(h->arena, seal_buf_bytes(&b), &g->why);
}

/* add_names - those of @from that @to lacks, which stays sorted. Returns 0 or -ENOMEM */
static int add_names(struct seal_names *to, const struct seal_names *from)
{
	seal_vec_each (n, &from->v) {
		struct seal_bytes *slot;
		size_t i = 0;

		while (i < to->v.n && seal_bytes_cmp(to->v.v[i], *n) < 0)
			i++;
		if (i < to->v.n && seal_bytes_eq(to->v.v[i], *n))
			continue;
		slot = seal_vec_add(&to->v);
		if (!slot)
			return -ENOMEM;
		memmove(to->v.v + i + 1, to->v.v + i, (to->v.n - 1 - i) * sizeof(*to->v.v));
		to->v.v[i] = *n;
	}
	return 0;
}

/* ask_member - @te: what rules lack for those asked so far; *allowed: no member is denied.
 * Returns 0 or -ENOMEM */
static int ask_member(struct seal_host *h, struct seal_denial_group *g, const struct seal_denial *d,
		      struct seal_names *te, bool *allowed)
{
	struct seal_why_result w = {0};
	int r = why_of(h, d, &w);

	if (r == -ENODATA) {
		g->reasons |= SEAL_WHY_UNKNOWN;
		*allowed = false;
		return 0;
	}
	if (r == 0)
		r = add_names(te, &w.te);
	g->reasons |= w.reasons;
	g->dontaudit = g->dontaudit || w.dontaudit;
	*allowed = *allowed && (w.reasons & SEAL_WHY_ALLOWED);
	if (r == 0 && (!g->why.n || !(w.reasons & SEAL_WHY_ALLOWED)))
		r = tell_why(h, g, d, &w, te);
	seal_why_done(&w);
	return r;
}

/* ask_policy - the reasons of every member */
static int ask_policy(struct seal_host *h, struct seal_denial_group *g)
{
	struct seal_names te = {0};
	bool allowed = true;
	int r = 0;

	if (!h->selinux.policy) {
		g->reasons = SEAL_WHY_UNKNOWN;
		g->why = SEAL_LIT("no policy in the evidence");
		seal_vec_each (s, &h->sources) {
			if (s->source == SEAL_SOURCE_POLICY && s->status == SEAL_READ_UNREADABLE)
				g->why = SEAL_LIT("the policy could not be read");
		}
		return 0;
	}
	if (is_error(g->members.v[0]))
		return tell_role(h, g);
	seal_vec_each (m, &g->members) {
		if (r == 0)
			r = ask_member(h, g, *m, &te, &allowed);
	}
	seal_vec_done(&te.v);
	g->stale = allowed && g->members.n > 0;
	if (!g->stale)
		g->reasons &= ~(unsigned)SEAL_WHY_ALLOWED;
	return r;
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
	return number <= SEAL_GROUPS_MENDED_MAX ? seal_ladder_climb(h, q, g) : 0;
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
	if (seal_sepol_memory_was_short())
		return -ENOMEM;
	*ret = seal_take(report);
	return 0;
}

int seal_denials_suppose(struct seal_host *h, const struct seal_denial *d,
			 struct seal_denial_report **ret)
{
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	struct seal_denial_query query = {.all = true};
	struct seal_denial_group *g;
	int r;

	report = calloc(1, sizeof(*report));
	g = report ? seal_vec_add(&report->groups) : NULL;
	if (!g)
		return -ENOMEM;
	*g = (struct seal_denial_group){
		.source_type = primary(h, d->source_type),
		.target_type = primary(h, d->target_type),
		.tclass = d->tclass,
		.port = d->object.port,
		.fix = -1,
		.first_us = SEAL_TIME_NONE,
		.last_us = SEAL_TIME_NONE,
	};
	r = add_member(g, d);
	if (r == 0)
		r = explain_group(h, &query, g, 1);
	if (r == 0 && seal_sepol_memory_was_short())
		r = -ENOMEM;
	if (r == 0)
		*ret = seal_take(report);
	return r;
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
