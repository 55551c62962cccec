/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ports.c - labels of the ports mail listens on and connects to */
#include "checks/mend.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "evidence/selinux/policy.h"

/* struct port_access - may @daemon do @perm on that port? */
struct port_access {
	struct seal_bytes daemon, domain, type;
	uint16_t port;
	const char *perm;
};

/* ask - 1 allowed, 0 not, -ENODATA when label or domain is not known, or -ENOMEM */
static int ask(struct seal_subject *s, struct port_access *a)
{
	struct seal_policy *p = s->h->selinux.policy;
	struct seal_bytes perm = seal_bytes_of(a->perm);
	struct seal_port_label label;
	struct seal_access access = {
		.tclass = SEAL_LIT("tcp_socket"), .perms = &perm, .n_perms = 1, .ioctl = -1};
	int r;

	if (seal_bytes_is(a->daemon, "master"))
		r = seal_master_domain(s->h, &a->domain);
	else
		r = seal_daemon_domain(s->h, a->daemon, &a->domain);
	if (r < 0)
		return r;
	if (seal_policy_port(p, "tcp", a->port, &label) < 0)
		return -ENODATA;
	a->type = label.type;
	access.scontext = a->domain;
	access.tcontext = a->type;
	r = seal_policy_allows(p, &access);
	return r < 0 && r != -ENOMEM ? -ENODATA : r;
}

static int tell(struct seal_subject *s, struct seal_out *out, struct port_access *a,
		const struct seal_origin *origin)
{
	const char *number = seal_arena_printf(s->h->arena, "%u", a->port);
	struct seal_about about = {{{"port", seal_bytes_of(number)}, {"protocol", SEAL_LIT("tcp")}},
				   *origin};
	int r;

	if (!number)
		return -ENOMEM;
	r = ask(s, a);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		seal_out_unknown(out, &about,
				 "the domain of %.*s, or the label of port %u, is not "
				 "known",
				 SEAL_ARG(a->daemon), a->port);
	if (r != 0)
		return 0;
	seal_out_fail(out, &about, "%.*s (%.*s) has no %s on port %u, which is %.*s.",
		      SEAL_ARG(a->daemon), SEAL_ARG(a->domain), a->perm, a->port,
		      SEAL_ARG(a->type));
	return seal_mend_access(s, out,
				&(struct seal_mend_access){.daemon = a->daemon,
							   .domain = a->domain,
							   .type = a->type,
							   .port = a->port,
							   .tclass = "tcp_socket",
							   .perms = a->perm});
}

static int check_listeners(struct seal_subject *s, struct seal_out *out)
{
	int r;

	seal_vec_each (l, &s->endpoints.listeners) {
		struct port_access a = {
			.daemon = SEAL_LIT("master"), .port = l->port, .perm = "name_bind"};
		struct seal_about about = {{{"path", l->service}}, l->origin};

		if (!l->port) {
			seal_out_unknown(out, &about, "the port of %.*s is not in etc/services",
					 SEAL_ARG(l->service));
			continue;
		}
		r = tell(s, out, &a, &l->origin);
		if (r < 0)
			return r;
	}
	if (!s->endpoints.listeners_complete)
		seal_out_unknown(out, NULL, "not all listeners are known");
	return 0;
}

static int check_destinations(struct seal_subject *s, struct seal_out *out)
{
	int r;

	seal_vec_each (hop, &s->endpoints.next_hops) {
		struct port_access a = {
			.daemon = hop->daemon, .port = hop->port, .perm = "name_connect"};
		struct seal_about about = {{{"path", hop->host}}, hop->origin};

		if (hop->path.n)
			continue;
		if (!hop->port) {
			seal_out_unknown(out, &about, "the port of %s %.*s is not known",
					 hop->purpose, SEAL_ARG(hop->host));
			continue;
		}
		r = tell(s, out, &a, &hop->origin);
		if (r < 0)
			return r;
	}
	if (!s->endpoints.next_hops_complete)
		seal_out_unknown(out, NULL,
				 "not all destinations are known: a table or a value "
				 "could not be read");
	return 0;
}

/* ports of other services that a mail label would open to the mail system, below 1024 */
static bool is_mail_port(uint32_t port)
{
	return port == 25 || port == 465 || port == 587;
}

/* is_used - a listener or a next hop has a port of the range, or may have: not all are known */
static bool is_used(const struct seal_subject *s, const struct seal_local_port *p)
{
	const struct seal_endpoints *e = &s->endpoints;
	bool used = !e->listeners_complete || !e->next_hops_complete;

	seal_vec_each (l, &e->listeners) {
		used |= !l->port || (l->port >= p->low && l->port <= p->high);
	}
	seal_vec_each (hop, &e->next_hops) {
		used |= !hop->path.n &&
			(!hop->port || (hop->port >= p->low && hop->port <= p->high));
	}
	return used;
}

static int check_local_ports(struct seal_subject *s, struct seal_out *out)
{
	uint32_t widest = seal_check_parameter(s->rule, "widest_range", 16);

	seal_vec_each (p, &s->h->selinux.ports) {
		const char *range = seal_arena_printf(s->h->arena, "%u-%u", p->low, p->high);
		struct seal_about about = {{{"port", seal_bytes_of(range)},
					    {"protocol", seal_bytes_of(p->protocol)},
					    {"target_type", p->type}},
					   {0}};
		uint32_t n = (uint32_t)p->high - p->low + 1;

		if (!range)
			return -ENOMEM;
		if (!seal_bytes_is(p->type, "smtp_port_t"))
			continue;
		if (n > widest)
			seal_out_fail(out, &about, "%u ports from %u on are labelled %.*s.", n,
				      p->low, SEAL_ARG(p->type));
		else if (p->low < 1024 && !(n == 1 && is_mail_port(p->low)))
			seal_out_fail(out, &about, "The reserved port %u is labelled %.*s.", p->low,
				      SEAL_ARG(p->type));
		if (!is_used(s, p))
			seal_mend_port_entry(out, p);
	}
	return 0;
}

const struct seal_check seal_checks_ports[] = {
	{"PRT-001", check_listeners, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"PRT-002", check_destinations, SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_POLICY},
	{"PRT-003", check_local_ports, SEAL_NEED_SELINUX | SEAL_NEED_STORE},
	{NULL, NULL, 0},
};
