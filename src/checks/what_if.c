/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/needs.h"

#include <errno.h>

#include "analysis/denials/denial.h"
#include "evidence/selinux/policy.h"

/* struct answer - one question while it is answered */
struct answer {
	struct seal_host *h;
	struct seal_needs *needs;
	struct seal_what_if *to;
};

static int add(struct answer *a, int32_t item, bool certain, struct seal_bytes subject,
	       struct seal_bytes why, const struct seal_origin *origin)
{
	struct seal_need_break *b = seal_vec_add(&a->to->breaks);

	if (!b)
		return -ENOMEM;
	*b = (struct seal_need_break){item, certain, subject, why, *origin};
	return 0;
}

/* add_item - a need that the change takes away */
static int add_item(struct answer *a, size_t i, bool certain, const char *why)
{
	const struct seal_need_item *item = &a->needs->items.v[i];

	return why ? add(a, (int32_t)i, certain, item->subject, seal_bytes_of(why), &item->origin)
		   : -ENOMEM;
}

/* add_group - denials of the evidence that would come again */
static int add_group(struct answer *a, const struct seal_denial_group *g, const char *how)
{
	const char *why = seal_arena_printf(a->h->arena, "%s: %llu denial%s of %.*s on %.*s (%.*s)",
					    how, (unsigned long long)g->count,
					    g->count == 1 ? "" : "s", SEAL_ARG(g->source_type),
					    SEAL_ARG(g->target_type), SEAL_ARG(g->tclass));

	return why ? add(a, -1, true, g->id, seal_bytes_of(why), &g->members.v[0]->origin)
		   : -ENOMEM;
}

/* --- booleans */

/* allows_group - whether the policy as it stands allows what a group was denied */
static bool allows_group(const struct seal_host *h, const struct seal_denial_group *g)
{
	const struct seal_denial *d = g->members.v[0];
	struct seal_access access = {.scontext = d->scontext,
				     .tcontext = d->tcontext,
				     .tclass = g->tclass,
				     .perms = g->perms.v,
				     .n_perms = g->perms.n,
				     .ioctl = -1};

	return seal_policy_allows(h->selinux.policy, &access) == 1;
}

static int ask_boolean(struct answer *a, const struct seal_switch *to,
		       const struct seal_denial_report *seen)
{
	struct seal_policy_change c = {.switches = to, .n_switches = 1};
	seal_auto_free bool *before = calloc(seen->groups.n + 1, sizeof(*before));
	int r = 0;

	if (!before)
		return -ENOMEM;
	for (size_t i = 0; i < seen->groups.n; i++)
		before[i] = allows_group(a->h, &seen->groups.v[i]);
	if (seal_policy_try(a->h->selinux.policy, &c, NULL) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < a->needs->items.n && r == 0; i++) {
		const struct seal_need_item *item = &a->needs->items.v[i];

		if (item->selinux == SEAL_GRANT_GRANTED &&
		    seal_need_selinux(a->h, item) == SEAL_GRANT_MISSING)
			r = add_item(a, i, true,
				     seal_arena_printf(a->h->arena,
						       "%.*s may no longer %s on %.*s (%s)",
						       SEAL_ARG(item->source_type), item->perms,
						       SEAL_ARG(item->target_type), item->tclass));
		else if (item->selinux == SEAL_GRANT_UNKNOWN)
			a->to->unknown = true;
	}
	for (size_t i = 0; i < seen->groups.n && r == 0; i++)
		if (before[i] && !allows_group(a->h, &seen->groups.v[i]))
			r = add_group(a, &seen->groups.v[i], "was denied before, and is again");
	seal_policy_restore(a->h->selinux.policy);
	if (a->to->unknown)
		a->to->why = SEAL_LIT("what SELinux says to some needs is not known");
	return r;
}

/* --- ports */

static int ask_port(struct answer *a, uint16_t port, bool udp)
{
	bool any = false;
	int r = 0;

	for (size_t i = 0; i < a->needs->items.n && r == 0; i++) {
		const struct seal_need_item *item = &a->needs->items.v[i];

		if (item->port != port || item->udp != udp)
			continue;
		any = true;
		if (item->firewall == SEAL_GRANT_NONE)
			continue; /* loopback, which no opening of a port is about */
		if (item->firewall == SEAL_GRANT_MISSING)
			continue;
		r = add_item(a, i, item->firewall == SEAL_GRANT_GRANTED,
			     item->in ? "nobody else reaches this listener"
				      : "this host no longer reaches its next hop");
	}
	if (r == 0 && !a->needs->complete) {
		a->to->unknown = true;
		a->to->why = SEAL_LIT("not all listeners and next hops are known");
	} else if (r == 0 && !any) {
		a->to->why = SEAL_LIT("no listener and no next hop uses the port");
	}
	return r;
}

/* --- enforcing */

static int ask_enforcing(struct answer *a, const struct seal_denial_report *seen)
{
	int r = 0;

	for (size_t i = 0; i < a->needs->items.n && r == 0; i++) {
		const struct seal_need_item *item = &a->needs->items.v[i];

		if (item->selinux == SEAL_GRANT_MISSING)
			r = add_item(a, i, true,
				     seal_arena_printf(a->h->arena, "%.*s has no %s on %.*s (%s)",
						       SEAL_ARG(item->source_type), item->perms,
						       SEAL_ARG(item->target_type), item->tclass));
		else if (item->selinux == SEAL_GRANT_UNKNOWN)
			a->to->unknown = true;
	}
	seal_vec_each (g, &seen->groups) {
		if (r == 0 && g->mail && !g->stale && g->permissive)
			r = add_group(a, g, "was logged and let pass");
	}
	if (a->to->unknown)
		a->to->why = SEAL_LIT("what SELinux says to some needs is not known");
	if (r == 0 && !a->h->audit.present) {
		a->to->unknown = true;
		a->to->why = SEAL_LIT("no audit records: what was let pass so far is not known");
	}
	return r;
}

/* --- the question */

enum kind {
	ASK_BOOLEAN,
	ASK_PORT,
	ASK_ENFORCING,
};

struct question {
	enum kind kind;
	struct seal_switch boolean;
	uint16_t port;
	bool udp;
};

static int parse_port(struct seal_bytes text, struct question *ret)
{
	struct seal_bytes protocol, number = seal_bytes_cut(seal_bytes_trim(text), '/', &protocol);
	uint32_t port;

	if (seal_bytes_is(number, "tcp") || seal_bytes_is(number, "udp")) {
		struct seal_bytes swap = number;

		number = protocol;
		protocol = swap;
	}
	ret->kind = ASK_PORT;
	ret->udp = seal_bytes_is(protocol, "udp");
	if (seal_parse_u32(number, 10, &port) < 0 || !port || port > 65535 ||
	    (protocol.n && !ret->udp && !seal_bytes_is(protocol, "tcp")))
		return -EINVAL;
	ret->port = (uint16_t)port;
	return 0;
}

static int parse(const struct seal_host *h, struct seal_bytes text, struct question *ret,
		 struct seal_err *err)
{
	struct seal_bytes value, name = seal_bytes_cut(text, '=', &value);

	if (seal_bytes_is(text, "enforcing")) {
		ret->kind = ASK_ENFORCING;
		return 0;
	}
	if (seal_bytes_starts(text, "close ") || seal_bytes_starts(text, "close=")) {
		if (parse_port((struct seal_bytes){text.p + 6, text.n - 6}, ret) == 0)
			return 0;
		return seal_err_set(err, -EINVAL, "'%.*s' names no port", SEAL_ARG(text));
	}
	ret->kind = ASK_BOOLEAN;
	ret->boolean = (struct seal_switch){name, seal_bytes_is(value, "on")};
	if (!name.n || !(seal_bytes_is(value, "on") || seal_bytes_is(value, "off")))
		return seal_err_set(err, -EINVAL,
				    "'%.*s' is no question: BOOLEAN=off, BOOLEAN=on, 'close PORT' "
				    "or enforcing",
				    SEAL_ARG(text));
	if (h->selinux.policy && seal_policy_boolean(h->selinux.policy, name, &value, NULL) < 0)
		return seal_err_set(err, -EINVAL, "the policy has no boolean %.*s", SEAL_ARG(name));
	return 0;
}

/* answer_it - with the denials of the evidence at hand */
static int answer_it(struct answer *a, const struct question *q)
{
	struct seal_denial_query query = {.all = false};
	struct seal_denial_report *seen = NULL;
	int r;

	if (q->kind == ASK_PORT)
		return ask_port(a, q->port, q->udp);
	if (!a->h->selinux.policy) {
		a->to->unknown = true;
		a->to->why = SEAL_LIT("the SELinux policy was not read");
		return 0;
	}
	r = seal_denials_explain(a->h, &query, &seen);
	if (r == 0)
		r = q->kind == ASK_BOOLEAN ? ask_boolean(a, &q->boolean, seen)
					   : ask_enforcing(a, seen);
	seal_denial_report_free(seen);
	return r;
}

int seal_needs_what_if(struct seal_host *h, struct seal_bytes question, struct seal_needs *ret,
		       struct seal_err *err)
{
	struct answer a = {.h = h, .needs = ret};
	struct question q = {.kind = ASK_ENFORCING};
	int r = parse(h, question, &q, err);

	if (r < 0)
		return r;
	a.to = seal_vec_add(&ret->what_if);
	if (!a.to)
		return seal_err_set(err, -ENOMEM, "out of memory");
	a.to->question = question;
	r = answer_it(&a, &q);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}
