/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"

/* cause_network.c - was it the firewall, a route, the other side, or the names? What this host's
 * own ruleset and routes do to that very packet decides; a refusal has to be of the kind whose
 * errno Postfix printed. */

#define DNS_PORT 53

int seal_case_egress(struct seal_attribution *at, const struct seal_case *c,
		     struct seal_egress **ret)
{
	struct seal_bytes relay = c->relay, port;
	struct seal_addr bound;
	uint32_t n = c->reason.port;
	ssize_t colon;
	int r = 0;

	*ret = NULL;
	if (!c->reason.addr.bits)
		return 0;
	/* "lost connection with h[a]" names no port; relay=h[a]:port does */
	colon = seal_bytes_rchr(relay, ':');
	if (!n && colon >= 0 && relay.p[colon - (colon > 0)] == ']') {
		port = seal_bytes_from(relay, (size_t)colon + 1);
		if (seal_parse_u32(port, 10, &n) < 0 || n > UINT16_MAX)
			n = 0;
	}
	if (!n)
		return 0;
	if (c->process->inst)
		r = seal_egress_bound(at->h, c->process->inst, c->process->service,
				      c->reason.addr.bits, &bound);
	if (r < 0)
		return r;
	return seal_egress_ask(at->egress, &c->reason.addr, (uint16_t)n, false, r ? &bound : NULL,
			       ret);
}

static void set_path(const struct seal_case *c, const struct seal_egress *e, struct seal_object *o)
{
	o->address = c->reason.address;
	o->host = c->reason.host;
	o->port = e ? e->port : c->reason.port;
	o->protocol = "tcp";
}

/* set_rule - the deciding rule of a blocked way, and the way */
static void set_rule(const struct seal_case *c, const struct seal_egress *e, struct seal_object *o)
{
	*o = e->where;
	set_path(c, e, o);
}

static int say_rule(struct seal_attribution *at, struct seal_finding *f,
		    const struct seal_egress *e, const char *verdict)
{
	struct seal_origin o = {.source = SEAL_SOURCE_RULESET};
	seal_auto_buf struct seal_buf b = {0};

	seal_addr_put(&b, &e->addr);
	seal_buf_putc(&b, '\0');
	if (b.err)
		return b.err;
	return seal_finding_say(at, f, &o, "%.*s %.*s %.*s %s %s port %u to %s: %.*s",
				(int)e->where.family.n, e->where.family.p, (int)e->where.table.n,
				e->where.table.p, (int)e->where.chain.n, e->where.chain.p, verdict,
				e->udp ? "udp" : "tcp", e->port, b.p, (int)e->where.rule.n,
				e->where.rule.n ? e->where.rule.p : "");
}

static bool is_timeout(const struct seal_case *c)
{
	return c->reason.error == ETIMEDOUT;
}

/* is_from_beyond - the errno can be the doing of a packet filter on the way (measured, see
 * errno.yaml); "Permission denied" of IPv4 cannot */
static bool is_from_beyond(const struct seal_case *c, bool drop)
{
	if (drop)
		return is_timeout(c);
	switch (c->reason.error) {
	case EACCES:
		return c->reason.addr.bits == 128;
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENOPROTOOPT:
		return true;
	default:
		return false;
	}
}

static int test_egress(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_egress *e, bool want_drop, struct seal_finding *f)
{
	int error = c->reason.error;

	if (e->answer == SEAL_EGRESS_ACCEPT)
		return seal_finding_refute(at, f, "the ruleset of this host lets port %u out to it",
					   e->port);
	if (e->answer == SEAL_EGRESS_DEPENDS) {
		f->why = e->depends;
		if (want_drop ? !e->may_drop || !is_timeout(c)
			      : !e->may_reject || !is_from_beyond(c, false))
			return 0;
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
		set_rule(c, e, &f->object);
		return say_rule(at, f, e, want_drop ? "may drop" : "may reject");
	}
	if (e->answer == SEAL_EGRESS_UNKNOWN) {
		f->why = SEAL_LIT("the evidence holds no ruleset");
		return 0;
	}
	if ((e->answer == SEAL_EGRESS_DROP) != want_drop)
		return seal_finding_refute(at, f, "the ruleset %s it",
					   want_drop ? "does not drop, it rejects"
						     : "does not reject, it drops");
	/* a refusal whose own answer is dropped on the way back shows as a timeout */
	if (want_drop ? !is_timeout(c)
		      : error != e->reject_errno && !(is_timeout(c) && e->no_reply))
		return seal_finding_refute(at, f,
					   "the ruleset %s it now, but that would not give '%s'",
					   want_drop ? "drops" : "rejects", strerror(error));
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	set_rule(c, e, &f->object);
	return say_rule(at, f, e, want_drop ? "drops" : "rejects");
}

static int test_return(struct seal_attribution *at, const struct seal_case *c,
		       const struct seal_egress *e, struct seal_finding *f)
{
	if (e->answer != SEAL_EGRESS_ACCEPT)
		return 0;
	if (!e->no_reply)
		return seal_finding_refute(at, f, "answers are let in");
	if (!is_timeout(c) && c->reason.error)
		return 0;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	set_rule(c, e, &f->object);
	return say_rule(at, f, e, "drops the answers to");
}

/* test_dns - every resolver of the host is cut off on udp and tcp */
static int test_dns_blocked(struct seal_attribution *at, struct seal_finding *f)
{
	struct seal_egress *e, *blocked = NULL;
	size_t n_blocked = 0;
	int r = 0;

	if (!at->h->net.resolvers.n) {
		f->why = SEAL_LIT("the resolvers are not in the evidence");
		return 0;
	}
	seal_vec_each (a, &at->h->net.resolvers) {
		r = seal_egress_ask(at->egress, a, DNS_PORT, true, NULL, &e);
		if (r < 0)
			return r;
		if (e->answer == SEAL_EGRESS_UNKNOWN || e->answer == SEAL_EGRESS_DEPENDS) {
			f->why = e->answer == SEAL_EGRESS_DEPENDS
					 ? e->depends
					 : SEAL_LIT("the evidence holds no ruleset");
			return 0;
		}
		if (e->answer == SEAL_EGRESS_ACCEPT && !e->no_reply)
			return seal_finding_refute(
				at, f, "the ruleset lets udp port 53 out to a resolver");
		n_blocked++;
		blocked = e;
	}
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object = blocked->where;
	f->object.port = DNS_PORT;
	f->object.protocol = "udp";
	seal_vec_each (a, &at->h->net.resolvers) {
		r = r < 0 ? r : seal_egress_ask(at->egress, a, DNS_PORT, true, NULL, &e);
		if (r == 0)
			r = say_rule(at, f, e,
				     e->answer == SEAL_EGRESS_REJECT ? "rejects" : "drops");
	}
	return r;
}

int seal_test_firewall(struct seal_attribution *at, const struct seal_case *c,
		       const struct seal_verdict *v, struct seal_finding *f)
{
	struct seal_egress *e;
	int r;

	if (strcmp(v->id, "firewall.dns_blocked") == 0)
		return test_dns_blocked(at, f);
	if (c->reason.origin == SEAL_REASON_REMOTE)
		return seal_finding_refute(at, f, "the peer answered");
	r = seal_case_egress(at, c, &e);
	if (r < 0)
		return r;
	if (!e) {
		f->why = SEAL_LIT("the words name no address and port");
		return 0;
	}
	if (strcmp(v->id, "firewall.egress_drop") == 0)
		return test_egress(at, c, e, true, f);
	if (strcmp(v->id, "firewall.egress_reject") == 0)
		return test_egress(at, c, e, false, f);
	if (strcmp(v->id, "firewall.return_drop") == 0)
		return test_return(at, c, e, f);
	if (strcmp(v->id, "firewall.loopback") == 0 && seal_addr_is_loopback(&c->reason.addr))
		return test_egress(at, c, e, is_timeout(c), f);
	if (strncmp(v->id, "firewall.remote_", 16) == 0) {
		if (!is_from_beyond(c, strcmp(v->id, "firewall.remote_drop") == 0))
			return seal_finding_refute(at, f, "nothing beyond this host gives '%s'",
						   strerror(c->reason.error));
		if (e->answer != SEAL_EGRESS_ACCEPT)
			return 0;
		/* a peer, a router and a provider look alike from here */
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
		set_path(c, e, &f->object);
	}
	return 0;
}

static int route_errno(enum seal_route_type t)
{
	switch (t) {
	case SEAL_ROUTE_UNREACHABLE:
		return EHOSTUNREACH;
	case SEAL_ROUTE_PROHIBIT:
		return EACCES;
	case SEAL_ROUTE_BLACKHOLE:
		return EINVAL;
	case SEAL_ROUTE_THROW:
		return ENETUNREACH;
	case SEAL_ROUTE_UNICAST:
	case SEAL_ROUTE_LOCAL:
	case SEAL_ROUTE_GROUP:
	case SEAL_ROUTE_OTHER:
	case SEAL_ROUTE_TYPE_MAX_:
		break;
	}
	return 0;
}

/* route_verdict - what @route does to the packet; NULL: it lets it go */
static const char *route_verdict(const struct seal_egress *e, const struct seal_route *route)
{
	if (!route)
		return e->addr.bits == 128 ? "route.ipv6_missing" : "route.none";
	switch (route->type) {
	case SEAL_ROUTE_UNREACHABLE:
		return "route.unreachable";
	case SEAL_ROUTE_PROHIBIT:
		return "route.prohibit";
	case SEAL_ROUTE_BLACKHOLE:
		return "route.blackhole";
	case SEAL_ROUTE_THROW:
		return "route.none";
	case SEAL_ROUTE_UNICAST:
	case SEAL_ROUTE_LOCAL:
	case SEAL_ROUTE_GROUP:
	case SEAL_ROUTE_OTHER:
	case SEAL_ROUTE_TYPE_MAX_:
		break;
	}
	return NULL;
}

int seal_test_route(struct seal_attribution *at, const struct seal_case *c,
		    const struct seal_verdict *v, struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};
	const char *is, *other;
	struct seal_egress *e;
	int r;

	r = seal_case_egress(at, c, &e);
	if (r < 0)
		return r;
	if (!e || !e->has_routes) {
		f->why = SEAL_LIT("the routes are not in the evidence");
		return 0;
	}
	is = route_verdict(e, e->route);
	other = e->other_route ? route_verdict(e, e->other_route) : NULL;
	if (other && strcmp(other, v->id) == 0 &&
	    c->reason.error == route_errno(e->other_route->type)) {
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
		set_path(c, e, &f->object);
		return seal_finding_say(at, f, &o,
					"a route of table %.*s would; which packets are looked up "
					"there is not known",
					(int)e->other_route->table.n, e->other_route->table.p);
	}
	if (!is || strcmp(is, v->id) != 0)
		return seal_finding_refute(at, f, "%s",
					   is ? "the route to it is of another kind"
					      : "there is a route to it");
	if (c->reason.error != (e->route ? route_errno(e->route->type) : ENETUNREACH))
		return seal_finding_refute(at, f, "the routes would not give '%s'",
					   strerror(c->reason.error));
	f->certainty = e->other_route && !other ? SEAL_CERTAINTY_POSSIBLE : SEAL_CERTAINTY_CERTAIN;
	set_path(c, e, &f->object);
	return seal_finding_say(at, f, &o, "%s",
				e->route ? "the route that matches refuses"
					 : "no route matches the address");
}

int seal_test_remote(struct seal_attribution *at, const struct seal_case *c,
		     const struct seal_verdict *v, struct seal_finding *f)
{
	struct seal_egress *e;
	int r;

	if (c->symptom->verdict == v)
		return seal_test_words(at, c, v, f);
	if (c->reason.addr.bits && seal_net_has(&at->h->net, &c->reason.addr))
		return seal_finding_refute(at, f, "the peer is this host");
	r = seal_case_egress(at, c, &e);
	if (r < 0)
		return r;
	if (e && e->redirected && strcmp(v->id, "remote.refused") == 0)
		return seal_finding_refute(at, f,
					   "NAT of this host sends what is meant for it elsewhere");
	set_path(c, e, &f->object);
	if (c->reason.form == SEAL_FORM_LOST || c->reason.form == SEAL_FORM_STALLED) {
		/* the connection stood: no rule and no route of this host was in its way */
		f->certainty = SEAL_CERTAINTY_LIKELY;
		return 0;
	}
	if (!e || e->answer == SEAL_EGRESS_UNKNOWN) {
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
		return 0;
	}
	if (e->answer == SEAL_EGRESS_ACCEPT && !e->no_reply &&
	    !(e->has_routes && route_verdict(e, e->route)))
		f->certainty = SEAL_CERTAINTY_LIKELY;
	else if (e->answer == SEAL_EGRESS_DEPENDS)
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
	return 0;
}

/* resolved_another - around that time the resolver did answer, for another name */
static bool resolved_another(const struct seal_attribution *at, const struct seal_case *c)
{
	const int64_t around = 900 * SEAL_SECOND_US;

	return seal_event_resolved(at->events,
				   seal_window_about(c->time_us, c->time_us, around, around));
}

/* name_of - the name that was looked up: "name=X type=MX" */
static struct seal_bytes name_of(const struct seal_case *c)
{
	struct seal_bytes rest = c->texts[0];
	ssize_t off = seal_bytes_find(rest, "name=");

	if (off < 0)
		return c->reason.host;
	rest = seal_bytes_from(rest, (size_t)off + 5);
	return seal_bytes_word(&rest);
}

int seal_test_dns(struct seal_attribution *at, const struct seal_case *c,
		  const struct seal_verdict *v, struct seal_finding *f)
{
	bool others;

	f->object.host = name_of(c);
	if (c->symptom->verdict == v) {
		struct seal_bytes host = f->object.host;
		int r = seal_test_words(at, c, v, f);

		f->object.host = host;
		return r;
	}
	others = c->time_us != SEAL_TIME_NONE && resolved_another(at, c);
	if (strcmp(v->id, "dns.resolver_down") == 0) {
		if (others)
			return seal_finding_refute(at, f,
						   "other names were resolved within 15 minutes");
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
	} else if (strcmp(v->id, "dns.remote_zone_broken") == 0) {
		f->certainty = others ? SEAL_CERTAINTY_LIKELY : SEAL_CERTAINTY_POSSIBLE;
		if (others)
			return seal_finding_say(at, f, NULL,
						"other names were resolved within 15 minutes");
	}
	return 0;
}
