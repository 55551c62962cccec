/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall_in.c - what the ruleset lets in: what mail needs, and no more */
#include "checks/mend.h"
#include "checks/paths.h"

#include <errno.h>
#include <netinet/in.h>

#include "evidence/postfix/conf.h"

static bool is_public_port(uint16_t port)
{
	return port == 25 || port == 465 || port == 587;
}

static bool is_public(const struct seal_path *p)
{
	return p->dir == SEAL_PACKET_IN && is_public_port(p->port);
}

static int check_listeners(struct seal_subject *s, struct seal_out *out)
{
	bool any = false;

	seal_vec_each (p, &s->paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, 0, SEAL_FAR_ANY);
		struct seal_about about;

		if (!is_public(p))
			continue;
		any = true;
		if (o.open)
			continue;
		if (seal_about_path(s, p, &about) < 0)
			return -ENOMEM;
		if (!o.shut || o.doubt) {
			seal_out_unknown(out, &about,
					 "whether tcp port %u is open depends on what the evidence "
					 "does not hold: %.*s",
					 p->port, SEAL_ARG(p->purpose));
			continue;
		}
		seal_out_fail(out, &about,
			      "The firewall lets nothing through to tcp port %u here: %.*s.",
			      p->port, SEAL_ARG(p->purpose));
		if (seal_mend_path(s, out, p) < 0)
			return -ENOMEM;
	}
	if (!any)
		seal_out_na(out, "Nothing listens on 25, 465 or 587 beyond loopback.");
	return 0;
}

/* --- private listeners */

/* is_private_service - a service of master.cf that serves this host's own mail system: anything but
 * smtpd and postscreen, and the smtpd that a content filter returns to */
static bool is_private_service(struct seal_subject *s, const struct seal_inet_service *l)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct seal_bytes v;

	if (is_public_port(l->port))
		return false;
	if (!seal_bytes_is(l->command, "smtpd"))
		return !seal_bytes_is(l->command, "postscreen");
	seal_vec_each (svc, &inst->services) {
		if (svc->type != SEAL_SERVICE_INET || !seal_bytes_eq(svc->name, l->service))
			continue;
		if (seal_conf_value(inst, svc, "receive_override_options", s->h->arena, &v) == 0 &&
		    v.n)
			return true;
		seal_vec_each (o, &svc->overrides) {
			if (seal_bytes_is(o->name, "content_filter") && !o->value.n)
				return true;
			if (seal_bytes_is(o->name, "smtpd_authorized_xforward_hosts"))
				return true;
		}
	}
	return false;
}

static int judge_private(struct seal_subject *s, struct seal_out *out, struct seal_bytes what,
			 uint16_t port, const struct seal_origin *origin)
{
	struct seal_path_query q = {.dir = SEAL_PACKET_IN, .proto = IPPROTO_TCP, .port = port};
	struct seal_paths paths = {0};
	int r = seal_paths_ask(s->h, s->h->ruleset, &s->h->net, &q, &paths);

	seal_vec_each (p, &paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, 0, SEAL_FAR_ANY);
		struct seal_about about;

		if (r < 0)
			break;
		r = seal_about_path(s, p, &about);
		about.object[2] = (struct seal_property){"service", what};
		if (origin->line)
			about.origin = *origin;
		if (o.open)
			seal_out_fail(out, &about,
				      "%.*s on tcp port %u serves this host alone, and others "
				      "reach it.",
				      SEAL_ARG(what), port);
		else if (o.doubt)
			seal_out_unknown(out, &about,
					 "whether others reach tcp port %u depends on what the "
					 "evidence does not hold",
					 port);
	}
	seal_paths_done(&paths);
	return r;
}

/* beyond_loopback - whether a listening socket of the host takes connections of others at @port */
static const struct seal_listener *beyond_loopback(const struct seal_net *net, uint16_t port)
{
	seal_vec_each (l, &net->listeners) {
		if (!l->path.n && !l->udp && l->port == port && !seal_addr_is_loopback(&l->addr))
			return l;
	}
	return NULL;
}

/* is_own - the next hop is a service of this host */
static bool is_own(const struct seal_host *h, const struct seal_next_hop *hop)
{
	struct seal_addr a;

	if (seal_bytes_is(hop->host, "localhost"))
		return true;
	return hop->host.n && seal_addr_parse(hop->host, &a) == 0 && seal_net_has(&h->net, &a);
}

static bool is_listed(struct seal_subject *s, uint16_t port)
{
	seal_vec_each (l, &s->endpoints.listeners) {
		if (l->port == port)
			return true;
	}
	return false;
}

static int check_private(struct seal_subject *s, struct seal_out *out)
{
	bool any = false;
	int r = 0;

	seal_vec_each (l, &s->endpoints.listeners) {
		struct seal_addr a = {.bits = 0};

		if (r < 0 || !l->port || !is_private_service(s, l))
			continue;
		any = true;
		if (l->loopback_only || seal_bytes_is(l->host, "localhost") ||
		    (l->host.n && seal_addr_parse(l->host, &a) == 0 && seal_addr_is_loopback(&a)))
			continue;
		r = judge_private(s, out, l->command, l->port, &l->origin);
	}
	seal_vec_each (hop, &s->endpoints.next_hops) {
		if (r < 0 || hop->path.n || !hop->port || is_public_port(hop->port) ||
		    !is_own(s->h, hop) || is_listed(s, hop->port))
			continue;
		any = true;
		/* without the sockets nobody knows where another program listens */
		if (s->h->net.has_listeners && beyond_loopback(&s->h->net, hop->port))
			r = judge_private(s, out, seal_bytes_of(hop->purpose), hop->port,
					  &hop->origin);
	}
	if (r == 0 && !any)
		seal_out_na(out, "No service of this mail system has a port of its own.");
	return r;
}

/* --- a host that accepts no mail */

static int check_null_client(struct seal_subject *s, struct seal_out *out)
{
	struct seal_path_query q = {.dir = SEAL_PACKET_IN, .proto = IPPROTO_TCP};
	struct seal_paths paths = {0};
	int r = seal_paths_ask(s->h, s->h->ruleset, &s->h->net, &q, &paths);

	seal_vec_each (p, &paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, 0, SEAL_FAR_ANY);
		struct seal_about about;

		if (r == 0)
			r = seal_about_path(s, p, &about);
		if (r < 0)
			break;
		about.object[2] =
			(struct seal_property){p->interface.n ? "interface" : NULL, p->interface};
		if (o.open)
			seal_out_fail(out, &about,
				      "The firewall opens tcp port %u of a host that accepts no "
				      "mail.",
				      p->port);
		else if (o.doubt)
			seal_out_unknown(out, &about,
					 "whether tcp port %u is open depends on what the evidence "
					 "does not hold",
					 p->port);
	}
	seal_paths_done(&paths);
	return r;
}

/* --- both families */

static bool is_routed(struct seal_outcome o)
{
	return o.open || o.shut || o.doubt;
}

static int compare(struct seal_subject *s, struct seal_out *out, const struct seal_path *p,
		   bool *any)
{
	struct seal_outcome v4 = seal_outcome_of(p, 4, SEAL_FAR_WIDEST);
	struct seal_outcome v6 = seal_outcome_of(p, 6, SEAL_FAR_WIDEST);
	struct seal_about about;

	if (!seal_path_widest(p, 4) || !seal_path_widest(p, 6))
		return 0;
	*any = true;
	if (!is_routed(v4) || !is_routed(v6) ||
	    (v4.open == v6.open && (v4.open || v4.doubt == v6.doubt)))
		return 0; /* alike, or one of them is not routed at all */
	if (seal_about_path(s, p, &about) < 0)
		return -ENOMEM;
	about.origin = seal_path_origin(p, v4.open ? 6 : 4);
	if (v4.doubt || v6.doubt)
		seal_out_unknown(out, &about,
				 "whether IPv4 and IPv6 are treated alike at port %u depends on "
				 "what the evidence does not hold",
				 p->port);
	else if (v4.open)
		seal_out_fail(out, &about, "Port %u is open for IPv4 and shut for IPv6: %.*s.",
			      p->port, SEAL_ARG(p->purpose));
	else
		seal_out_fail(out, &about, "Port %u is open for IPv6 and shut for IPv4: %.*s.",
			      p->port, SEAL_ARG(p->purpose));
	return 0;
}

static int check_families(struct seal_subject *s, struct seal_out *out)
{
	bool any = false;
	int r = 0;

	seal_vec_each (p, &s->paths.paths) {
		if (r == 0 && (is_public(p) || (p->dir == SEAL_PACKET_OUT && p->any_far)))
			r = compare(s, out, p, &any);
	}
	if (r == 0 && !any)
		seal_out_na(out, "No path of mail has both IPv4 and IPv6.");
	return r;
}

/* --- how many connections */

static int check_limits(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct seal_bytes rate, count;
	bool fw = false, any = false;
	struct seal_about about = {{{"parameter", SEAL_LIT("smtpd_client_connection_rate_limit")}},
				   {0}};

	seal_vec_each (p, &s->paths.paths) {
		if (!is_public(p))
			continue;
		any = true;
		fw |= seal_path_limit(p);
	}
	if (!any) {
		seal_out_na(out, "Nothing listens on 25, 465 or 587 beyond loopback.");
		return 0;
	}
	if (seal_conf_value(inst, NULL, "smtpd_client_connection_rate_limit", s->h->arena, &rate) <
		    0 ||
	    seal_conf_value(inst, NULL, "smtpd_client_connection_count_limit", s->h->arena,
			    &count) < 0) {
		seal_out_unknown(out, &about, "the limits of smtpd cannot be told");
		return 0;
	}
	if (fw && !seal_bytes_is(rate, "0"))
		seal_out_fail(
			out, &about,
			"Firewall and smtpd_client_connection_rate_limit = %.*s both limit "
			"new connections: the lower one decides, and its log line is the only "
			"trace.",
			SEAL_ARG(rate));
	else if (!fw && seal_bytes_is(rate, "0") && seal_bytes_is(count, "0"))
		seal_out_fail(out, &about,
			      "Neither the firewall nor smtpd limits the connections of one "
			      "client.");
	return 0;
}

#define NEEDS (SEAL_NEED_POSTFIX | SEAL_NEED_RULESET)

const struct seal_check seal_checks_firewall_in[] = {
	{"FWI-003", check_listeners, NEEDS},   {"FWI-004", check_private, NEEDS},
	{"FWI-005", check_null_client, NEEDS}, {"FWI-006", check_families, NEEDS},
	{"FWI-012", check_limits, NEEDS},      {NULL, NULL, 0},
};
