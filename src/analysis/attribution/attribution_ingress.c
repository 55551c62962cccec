/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/in.h>

#include "analysis/attribution/attribution_impl.h"

/* attribution_ingress.c - a listener that the firewall shuts for everybody: clients time out or are
 * refused, and no line of this host's log tells it */

/* is_public - a server of Postfix that other hosts are to reach */
static bool is_public(const struct seal_inet_service *s)
{
	if (!s->port || s->loopback_only || seal_bytes_starts(s->host, "127.") ||
	    seal_bytes_is(s->host, "localhost") || seal_bytes_is(s->host, "::1"))
		return false;
	return seal_bytes_is(s->command, "smtpd") || seal_bytes_is(s->command, "postscreen");
}

static bool family_is_on(const struct seal_inet_service *s, const struct seal_addr *a)
{
	struct seal_addr own;

	if (s->host.n && seal_addr_parse(s->host, &own) == 0)
		return seal_addr_eq(&own, a);
	return a->bits == 32 ? s->ipv4 : s->ipv6;
}

/* is_reachable - an address other hosts have: not of the loopback interface, not link-local */
static bool is_reachable(const struct seal_if_addr *a)
{
	const unsigned char *b = a->prefix.addr.b;

	if (seal_bytes_is(a->ifname, "lo"))
		return false;
	return a->prefix.addr.bits == 32 ? b[0] != 127 : !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

/* shut_on - packets from anywhere to that address and port are all stopped
 * Returns 1 with the verdict of the largest part, 0, or -ENOMEM. */
static int shut_on(struct seal_attribution *at, const struct seal_if_addr *a, uint16_t port,
		   struct seal_ingress *ret)
{
	struct seal_question q = {.family = a->prefix.addr.bits == 32 ? 4 : 6};
	struct seal_reach_answer answer = {0};
	size_t i, widest = 0;
	int r;

	q.packet = (struct seal_packet){
		.dir = SEAL_PACKET_IN,
		.proto = IPPROTO_TCP,
		.iif = a->ifname,
		.dst = a->prefix.addr,
		.dport = port,
	};
	r = seal_reach_ask(at->h->ruleset, &at->h->net, &q, at->h->arena, &answer);
	if (r < 0)
		return r;
	for (i = 0; i < answer.n_rows; i++) {
		const struct seal_fw_verdict *v = &answer.rows[i].verdict;

		if (v->verdict != SEAL_FATE_DROP && v->verdict != SEAL_FATE_REJECT)
			return 0;
		/* bogon filters cut the edges off; what stops the bulk is the last row but rarely
		 * the first */
		if (v->rule == NULL || answer.rows[i].n_far >= answer.rows[widest].n_far)
			widest = i;
	}
	if (!answer.n_rows)
		return 0;
	ret->packet = q.packet;
	ret->verdict = answer.rows[widest].verdict;
	return 1;
}

static int shut(struct seal_attribution *at, const struct seal_inet_service *s,
		struct seal_ingress *ret)
{
	size_t n = 0;
	int r;

	seal_vec_each (a, &at->h->net.addrs) {
		if (!is_reachable(a) || !family_is_on(s, &a->prefix.addr))
			continue;
		r = shut_on(at, a, s->port, ret);
		if (r <= 0)
			return r;
		n++;
	}
	return n > 0;
}

static int tell(struct seal_attribution *at, const struct seal_inet_service *s,
		const struct seal_ingress *in)
{
	const struct seal_verdict *v = seal_rules_verdict(at->rules, "firewall.ingress_closed");
	struct seal_origin o = {.source = SEAL_SOURCE_RULESET};
	struct seal_cause cause = seal_cause_unknown(NULL);
	struct seal_event_cause *kept;
	struct seal_ingress *slot;
	struct seal_finding f = {0};
	int r;

	if (!v)
		return 0;
	kept = seal_vec_add(&at->event_causes);
	slot = seal_vec_add(&at->ingress);
	if (!kept || !slot)
		return -ENOMEM;
	cause.verdict = v->id;
	cause.class_ = v->class_;
	/* that nobody gets in is certain; that somebody should is what inet_interfaces and the port
	 * say: a service behind a content filter may be shut on purpose */
	cause.certainty = s->port == 25 || s->port == 465 || s->port == 587
				  ? SEAL_CERTAINTY_LIKELY
				  : SEAL_CERTAINTY_POSSIBLE;
	cause.daemon = s->command;
	r = seal_fw_where(at->h->arena, in->verdict.chain, in->verdict.rule, &cause.object);
	cause.object.port = s->port;
	cause.object.protocol = "tcp";
	cause.object.service = s->service;
	if (r == 0)
		r = seal_cause_share(at, &cause, &kept->cause);
	if (r == 0)
		r = seal_finding_quote(&f, &s->origin, s->service);
	if (r == 0)
		r = seal_finding_say(
			at, &f, &o, "no packet from another host to port %u gets through", s->port);
	if (r == 0)
		r = seal_quotes_keep(at, f.evidence.v, f.evidence.n, &kept->proof);
	seal_vec_done(&f.evidence);
	*slot = *in;
	slot->cause = kept->cause;
	return r;
}

int seal_attribution_ingress(struct seal_attribution *at)
{
	struct seal_ingress in = {0};
	int r;

	if (!at->h->ruleset || !at->h->net.has_addrs)
		return 0;
	seal_vec_each (s, &at->endpoints.listeners) {
		if (!is_public(s))
			continue;
		r = shut(at, s, &in);
		if (r == 1)
			r = tell(at, s, &in);
		if (r < 0)
			return r;
	}
	return 0;
}
