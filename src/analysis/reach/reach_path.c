/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

static seal_u128 lo_name(void)
{
	return seal_ifname_u128(SEAL_LIT("lo"));
}

/* ---- ways out and in ---- */

static int unrouted(struct reach *x, const struct flow *f)
{
	return reach_end(x, f, SEAL_FATE_UNROUTED, NULL, NULL);
}

static void turn_round(struct endpoints *e)
{
	struct endpoints t = *e;

	e->saddr = t.daddr;
	e->daddr = t.saddr;
	e->sport = t.dport;
	e->dport = t.sport;
}

static bool same_addr(const struct addr_value *a, const struct addr_value *b)
{
	return a->open == b->open && a->lo == b->lo && a->hi == b->hi;
}

static bool same_ports(const struct port_value *a, const struct port_value *b)
{
	return a->lo == b->lo && a->hi == b->hi;
}

static bool same_ends(const struct endpoints *a, const struct endpoints *b)
{
	return same_addr(&a->saddr, &b->saddr) && same_addr(&a->daddr, &b->daddr) &&
	       same_ports(&a->sport, &b->sport) && same_ports(&a->dport, &b->dport);
}

/* a later packet that NAT has not translated like the first: its receiver knows no such connection
 */
static bool is_stray(const struct reach *x, const struct flow *f)
{
	struct endpoints expected = f->s.first;

	switch (x->phase) {
	case PHASE_ANSWER:
	case PHASE_BACK:
		turn_round(&expected);
		return !same_ends(&f->s.now, &expected);
	case PHASE_DATA:
		return !same_ends(&f->s.now, &f->s.after);
	case PHASE_FIRST:
	case PHASE_REFUSAL:
	case PHASE_MAX_:
		break;
	}
	return false;
}

static int arrived(struct reach *x, flow_list *flows, bool local)
{
	int r = 0;

	seal_vec_each (f, flows) {
		if (is_stray(x, f)) {
			if (r >= 0)
				r = unrouted(x, f);
			continue;
		}
		f->s.local = local;
		if (x->phase == PHASE_FIRST) {
			f->s.after = f->s.now;
			f->s.exit = local ? 0 : f->s.oif;
			f->s.exit_unknown = !local && f->s.oif_unknown;
		}
		if (r >= 0)
			r = reach_end(x, f, SEAL_FATE_ACCEPT, f->accept_rule, f->accept_chain);
	}
	flows->n = 0;
	return r;
}

static int receive(struct reach *x, flow_list *flows);

/* behind postrouting: onto the wire, or back in through lo */
static int leave(struct reach *x, flow_list *flows)
{
	flow_list back = {NULL, 0, 0}, out = {NULL, 0, 0};
	int r;

	r = reach_hook(x, SEAL_FW_POSTROUTING, flows);
	if (r >= 0)
		r = reach_hook(x, SEAL_FW_EGRESS, flows);
	seal_vec_each (f, flows) {
		bool loops = f->s.oif == lo_name() && !f->s.oif_unknown;

		if (loops) {
			f->s.iif = f->s.oif;
			f->s.oif = 0;
			if (f->s.ct == CT_INVALID)
				f->s.ct = 0; /* nothing is attached to it: seen anew */
		}
		if (r >= 0)
			r = reach_add(loops ? &back : &out, f);
	}
	flows->n = 0;
	if (r >= 0)
		r = arrived(x, &out, false);
	if (r >= 0 && back.n)
		r = receive(x, &back);
	seal_vec_done(&back);
	seal_vec_done(&out);
	return r;
}

/* ---- routing of packets that came in ---- */

struct routed {
	struct reach *x;
	flow_list input, forward;
};

static bool is_original(const struct reach *x)
{
	return x->phase == PHASE_FIRST || x->phase == PHASE_DATA;
}

static bool is_exact(const struct addr_value *a)
{
	return !a->open && a->lo == a->hi;
}

/* what was asked about as local is local: without the host's addresses, or where it may be any of
 * them */
static bool local_by_question(const struct reach *x, const struct flow *f)
{
	if (x->net->has_addrs && (f->s.now.daddr.open || is_exact(&f->s.now.daddr)))
		return false;
	if (is_original(x))
		return x->packet->dir == SEAL_PACKET_IN &&
		       same_addr(&f->s.now.daddr, &f->s.first.daddr);
	return x->packet->dir == SEAL_PACKET_OUT && same_addr(&f->s.now.daddr, &f->s.first.saddr);
}

static bool is_loopback(const struct reach *x, const struct addr_value *a)
{
	return !a->open && a->lo == a->hi && (x->family == 4 ? a->lo >> 24 == 127 : a->lo == 1);
}

/* whether IPv4 takes loopback addresses from and to the wire there (route_localnet of "all" or of
 * the interface); where nothing is known it does not, as kernels begin */
static enum seal_tri routes_loopback(const struct reach *x, seal_u128 dev, bool unknown)
{
	enum seal_tri r = SEAL_NO;

	seal_vec_each (l, &x->net->localnet) {
		if (seal_bytes_is(l->ifname, "all") ||
		    (!unknown && seal_ifname_u128(l->ifname) == dev))
			return SEAL_YES;
		if (unknown && !seal_bytes_is(l->ifname, "lo"))
			r = SEAL_MAYBE;
	}
	return r;
}

/* what the kernel refuses to route although its destination is local */
static enum seal_tri martian(const struct reach *x, const struct flow *f)
{
	const struct addr_value *s = &f->s.now.saddr, *d = &f->s.now.daddr;
	enum seal_tri routes;

	if (f->s.iif == lo_name() || x->family != 4)
		return SEAL_NO;
	if (!s->open && s->lo == s->hi && reach_is_local(x, s->lo))
		return SEAL_YES;
	if (!is_loopback(x, d))
		return SEAL_NO;
	routes = routes_loopback(x, f->s.iif, f->s.iif_unknown);
	return routes == SEAL_MAYBE ? SEAL_MAYBE : routes == SEAL_YES ? SEAL_NO : SEAL_YES;
}

/* to_input - a packet for this host, unless the kernel throws it away before any rule */
static int to_input(struct routed *t, struct flow *f)
{
	enum seal_tri thrown = martian(t->x, f);
	int r = 0;

	if (thrown == SEAL_MAYBE)
		reach_tag(f, NULL, SEAL_LIT("which interface takes loopback addresses"));
	if (thrown != SEAL_NO)
		r = unrouted(t->x, f);
	return r < 0 || thrown == SEAL_YES ? r : reach_add(&t->input, f);
}

static int to_forward(struct routed *t, const struct flow *part, seal_u128 dev)
{
	struct reach *x = t->x;
	struct flow f = *part;
	bool on = x->family == 4 ? x->net->forward4 : x->net->forward6;

	f.s.oif = dev;
	f.s.oif_unknown = dev == 0;
	if (x->net->has_forward && !on)
		return unrouted(x, &f);
	if (!x->net->has_forward) {
		int r;

		reach_tag(&f, NULL, SEAL_LIT("whether the host forwards packets"));
		r = unrouted(x, &f);
		if (r < 0)
			return r;
	}
	return reach_add(&t->forward, &f);
}

/* of a destination that is not known: may it be the host's */
static bool may_be_local(const struct reach *x, const struct flow *f)
{
	const struct addr_value *d = &f->s.now.daddr;

	if (!x->net->has_addrs)
		return true;
	seal_vec_each (i, &x->net->addrs) {
		seal_u128 a = seal_addr_u128(&i->prefix.addr);

		if (i->prefix.addr.bits == x->bits && !d->open && a >= d->lo && a <= d->hi)
			return true;
	}
	return false;
}

static int route_part(void *data, const struct flow *part, struct route_answer to)
{
	struct routed *t = data;
	struct reach *x = t->x;
	struct flow f = *part;
	int r;

	f.far.owned = false;
	if (to.kind == ROUTE_LOCAL || local_by_question(x, part))
		return to_input(t, &f);
	if (to.kind == ROUTE_DEVICE && x->net->has_addrs)
		return to_forward(t, &f, to.dev);
	if (to.kind == ROUTE_NONE)
		return unrouted(x, &f);
	/* not known: delivered, forwarded or neither */
	reach_tag(&f, NULL, SEAL_LIT("addresses and routes of the host"));
	r = to_forward(t, &f, to.dev);
	if (r >= 0 && may_be_local(x, &f))
		r = reach_add(&t->input, &f);
	return r;
}

static int receive(struct reach *x, flow_list *flows)
{
	struct routed t = {.x = x};
	int r;

	r = reach_hook(x, SEAL_FW_INGRESS, flows);
	if (r >= 0)
		r = reach_hook(x, SEAL_FW_PREROUTING, flows);
	seal_vec_each (f, flows) {
		if (r < 0)
			break;
		if (f->s.iif == lo_name() && f->s.looped)
			r = reach_add(&t.input, f);
		else
			r = reach_route_split(x, f, route_part, &t);
	}
	flows->n = 0;
	if (r >= 0 && t.input.n) {
		r = reach_hook(x, SEAL_FW_INPUT, &t.input);
		if (r >= 0)
			r = arrived(x, &t.input, true);
	}
	if (r >= 0 && t.forward.n) {
		r = reach_hook(x, SEAL_FW_FORWARD, &t.forward);
		if (r >= 0)
			r = leave(x, &t.forward);
	}
	seal_vec_done(&t.input);
	seal_vec_done(&t.forward);
	return r;
}

/* ---- packets sent by the host itself ---- */

struct sending {
	struct reach *x;
	flow_list *out;
};

/* IPv4 routes nothing from 127.0.0.0/8 out of the host */
static bool leaves_from_loopback(const struct reach *x, const struct flow *f,
				 struct route_answer to)
{
	return x->family == 4 && to.kind == ROUTE_DEVICE && is_loopback(x, &f->s.now.saddr) &&
	       routes_loopback(x, to.dev, to.dev == 0) == SEAL_NO;
}

static int send_part(void *data, const struct flow *part, struct route_answer to)
{
	struct sending *s = data;
	struct flow f = *part;

	f.far.owned = false;
	f.s.oif = to.dev;
	f.s.oif_unknown = to.dev == 0 && to.kind != ROUTE_NONE;
	if (to.kind == ROUTE_NONE || leaves_from_loopback(s->x, &f, to))
		return unrouted(s->x, &f);
	f.s.looped = to.kind == ROUTE_LOCAL;
	return reach_add(s->out, &f);
}

static int check_part(void *data, const struct flow *part, struct route_answer to)
{
	struct sending *s = data;

	if (to.kind == ROUTE_NONE || leaves_from_loopback(s->x, part, to))
		return unrouted(s->x, part);
	return reach_add(s->out, part);
}

int reach_rerouted(struct reach *x, flow_list *flows)
{
	flow_list out = {NULL, 0, 0};
	struct sending s = {x, &out};
	int r = 0;

	seal_vec_each (f, flows) {
		f->far.owned = false;
		if (r >= 0 && f->s.dnat && !f->s.reply)
			r = reach_route_split(x, f, check_part, &s);
		else if (r >= 0)
			r = reach_add(&out, f);
	}
	seal_vec_done(flows);
	*flows = out;
	return r;
}

/* the destination was rewritten in the output hook: routed again */
static int reroute(struct reach *x, flow_list *flows)
{
	flow_list out = {NULL, 0, 0};
	struct sending s = {x, &out};
	int r = 0;

	seal_vec_each (f, flows) {
		if (r < 0)
			break;
		if (f->s.dnat && !f->s.reply)
			r = reach_route_split(x, f, send_part, &s);
		else
			r = reach_add(&out, f);
	}
	seal_vec_done(flows);
	*flows = out;
	return r;
}

static int send_local(struct reach *x, flow_list *flows)
{
	int r;

	x->socket_local = true;
	r = reach_hook(x, SEAL_FW_OUTPUT, flows);
	if (r >= 0)
		r = reroute(x, flows);
	if (r >= 0)
		r = leave(x, flows);
	return r;
}

/* the interface a local packet leaves through: as the question says, else as the routes say */
static int send_routed(struct reach *x, const struct flow *f, struct seal_bytes oif)
{
	flow_list flows = {NULL, 0, 0};
	struct sending s = {x, &flows};
	struct flow named = *f;
	int r;

	if (oif.n) {
		named.s.oif = seal_ifname_u128(oif);
		named.s.oif_unknown = false;
		named.s.looped = named.s.oif == lo_name();
		r = reach_add(&flows, &named);
	} else {
		r = reach_route_split(x, f, send_part, &s);
	}
	if (r >= 0 && flows.n)
		r = send_local(x, &flows);
	seal_vec_done(&flows);
	return r;
}

static int receive_on(struct reach *x, const struct flow *f, seal_u128 iif, bool unknown)
{
	flow_list flows = {NULL, 0, 0};
	struct flow in = *f;
	int r;

	in.s.iif = iif;
	in.s.iif_unknown = unknown;
	in.s.oif = 0;
	in.s.oif_unknown = false;
	x->socket_local = false;
	r = reach_add(&flows, &in);
	if (r >= 0)
		r = receive(x, &flows);
	seal_vec_done(&flows);
	return r;
}

/* ---- the packets of a connection ---- */

static bool client_is_local(const struct seal_packet *p)
{
	return p->dir == SEAL_PACKET_OUT || seal_bytes_is(p->iif, "lo");
}

/* the client's own packet from its start */
static int send_original(struct reach *x, const struct flow *f)
{
	const struct seal_packet *p = x->packet;

	if (client_is_local(p))
		return send_routed(x, f, p->dir == SEAL_PACKET_OUT ? p->oif : SEAL_LIT("lo"));
	return receive_on(x, f, seal_ifname_u128(p->iif), p->iif.n == 0);
}

static struct addr_value addr_of(const struct seal_addr *a, unsigned bits)
{
	struct addr_value v = {.lo = 0, .hi = bits == 32 ? 0xffffffffu : ~(seal_u128)0};

	if (a->bits)
		v.lo = v.hi = seal_addr_u128(a);
	return v;
}

#define SOURCES_MAX 8 /* own addresses tried one by one; more: somewhere between them */

/* struct start - the parts of the first packets, by what they are sent from */
struct start {
	struct reach *x;
	flow_list parts;
};

static int start_from(struct start *s, const struct flow *f, struct addr_value src)
{
	struct flow part = *f;

	part.far.owned = false;
	part.s.first.saddr = src;
	return reach_add(&s->parts, &part);
}

static bool is_link_local(const struct reach *x, const struct flow *f)
{
	const struct addr_value *d = &f->s.first.daddr;
	seal_u128 a = d->open ? seal_ranges_v(&f->far)->lo : d->lo;

	return x->family == 6 && a >> 118 == 0x3fa;
}

/* several own addresses, and nothing says which one is taken: each of them may be */
static int start_doubtful(struct start *s, const struct flow *f, const seal_u128 *v, size_t n)
{
	struct addr_value between = {.lo = v[0], .hi = v[0]};
	struct flow part = *f;
	size_t i;
	int r = 0;

	reach_tag(&part, NULL, SEAL_LIT("which of its addresses the host sends from"));
	if (n <= SOURCES_MAX) {
		for (i = 0; i < n && r >= 0; i++)
			r = start_from(s, &part, (struct addr_value){.lo = v[i], .hi = v[i]});
		return r;
	}
	between.lo = 0;
	between.hi = s->x->bits == 32 ? 0xffffffffu : ~(seal_u128)0;
	return start_from(s, f, between);
}

/* source address of a packet whose sender did not bind one (ip(7)): as the route to it says */
static int choose_source(void *data, const struct flow *f, struct route_answer to)
{
	struct start *s = data;
	seal_u128 v[SOURCES_MAX];
	size_t n;

	if (to.kind == ROUTE_LOCAL && !to.src)
		return start_from(s, f, f->s.first.daddr);
	n = reach_sources(s->x, &to, is_link_local(s->x, f), v, SOURCES_MAX);
	if (n == 0)
		return reach_add(&s->parts, f);
	if (n == 1)
		return start_from(s, f, (struct addr_value){.lo = v[0], .hi = v[0]});
	return start_doubtful(s, f, v, n);
}

static int start_parts(struct start *s, const struct flow *f)
{
	const struct seal_packet *p = s->x->packet;
	struct route_answer named = {ROUTE_DEVICE, seal_ifname_u128(p->oif), 0};

	if (p->dir != SEAL_PACKET_OUT || p->src.bits)
		return reach_add(&s->parts, f);
	if (p->oif.n)
		return choose_source(s, f, named);
	return reach_route_split(s->x, f, choose_source, s);
}

int reach_first(struct reach *x, const struct seal_ranges *far)
{
	const struct seal_packet *p = x->packet;
	struct start start = {.x = x};
	struct flow f;
	int r;

	memset(&f, 0, sizeof(f)); /* states are compared as bytes */
	f.far = *far;
	f.far.owned = false;
	f.s.first.saddr = addr_of(&p->src, x->bits);
	f.s.first.daddr = addr_of(&p->dst, x->bits);
	if (x->open) {
		struct addr_value *a = x->src_is_far ? &f.s.first.saddr : &f.s.first.daddr;

		*a = (struct addr_value){.open = true};
	}
	f.s.first.sport = p->sport ? (struct port_value){p->sport, p->sport}
				   : (struct port_value){49152, 60999};
	f.s.first.dport = (struct port_value){p->dport, p->dport};
	f.s.now = f.s.after = f.s.first;
	f.s.mark = client_is_local(p) ? p->mark : 0;
	x->phase = PHASE_FIRST;
	r = start_parts(&start, &f);
	seal_vec_each (part, &start.parts) {
		part->s.now = part->s.after = part->s.first;
		if (r >= 0)
			r = send_original(x, part);
	}
	seal_vec_done(&start.parts);
	return r;
}

int reach_later(struct reach *x, const struct flow *before, enum phase phase)
{
	struct flow f = *before;
	bool reply = phase == PHASE_ANSWER || phase == PHASE_BACK;
	bool server_local = before->s.exit == 0 && !before->s.exit_unknown;

	x->phase = phase;
	f.far.owned = false;
	f.n_tags = 0;
	f.more_tags = false;
	f.s.ct = 0;
	f.s.nat_taken = f.s.local = f.s.looped = false;
	f.s.reply = reply;
	f.s.mark = !reply && client_is_local(x->packet) ? x->packet->mark : 0;
	f.s.mark_unknown = false;
	f.s.iif = f.s.oif = 0;
	f.s.iif_unknown = f.s.oif_unknown = false;
	if (!f.s.entry) {
		f.s.dst_done = f.s.src_done = false;
		f.s.dst_local = false;
	}
	if (!reply) {
		f.s.now = f.s.first;
		f.s.dst_local = false;
		return send_original(x, &f);
	}
	f.s.now = f.s.after;
	turn_round(&f.s.now);
	f.s.dst_local = false;
	if (server_local)
		return send_routed(x, &f, SEAL_BYTES_NONE);
	return receive_on(x, &f, f.s.exit, f.s.exit_unknown);
}

int reach_refusal(struct reach *x, const struct outcome *refused)
{
	struct flow f = refused->flow;
	bool tracked = f.s.ct == CT_NEW;

	x->phase = PHASE_REFUSAL;
	x->icmp_error = refused->refusal.type != SEAL_FW_REJECT_TCP_RESET;
	f.far.owned = false;
	f.n_tags = 0;
	f.s.reply = true;
	f.s.ct = tracked ? CT_RELATED : 0;
	f.s.entry = false;
	f.s.nat_taken = f.s.looped = f.s.dst_local = false;
	f.s.mark = 0;
	f.s.mark_unknown = false;
	f.s.iif = f.s.oif = 0;
	f.s.iif_unknown = f.s.oif_unknown = false;
	turn_round(&f.s.now);
	if (x->icmp_error && x->packet->dir == SEAL_PACKET_OUT)
		f.s.now.saddr = f.s.now.daddr; /* the host tells itself */
	return send_routed(x, &f, SEAL_BYTES_NONE);
}
