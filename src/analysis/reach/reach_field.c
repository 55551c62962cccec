/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

static struct value certain(seal_u128 v)
{
	return (struct value){.kind = VALUE_RANGE, .lo = v, .hi = v};
}

static struct value between(seal_u128 lo, seal_u128 hi)
{
	return (struct value){.kind = VALUE_RANGE, .lo = lo, .hi = hi};
}

static struct value absent(void)
{
	return (struct value){.kind = VALUE_ABSENT};
}

static struct value unknown(const char *why)
{
	return (struct value){.kind = VALUE_UNKNOWN, .why = why};
}

static struct value addr(const struct reach *x, uint8_t family, const struct addr_value *a)
{
	if (family && x->family != family)
		return absent();
	if (a->open)
		return (struct value){.kind = VALUE_OPEN};
	return between(a->lo, a->hi);
}

static uint8_t l4proto(const struct reach *x)
{
	if (x->phase == PHASE_REFUSAL && x->icmp_error)
		return x->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	return x->packet->proto;
}

static struct value port(const struct reach *x, const struct seal_fw_part *p,
			 const struct port_value *v)
{
	uint8_t proto = l4proto(x);

	if (p->l4proto && p->l4proto != proto)
		return absent();
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		return unknown(
			"the bytes of an ICMP error"); /* th dport of ICMP: its checksum, say */
	return between(v->lo, v->hi);
}

static struct value tcp_flags(const struct reach *x)
{
	if (l4proto(x) != IPPROTO_TCP)
		return absent();
	switch (x->phase) {
	case PHASE_FIRST:
		return certain(0x02);
	case PHASE_ANSWER:
		return certain(0x12);
	case PHASE_DATA:
	case PHASE_BACK:
		return certain(0x18);
	case PHASE_REFUSAL:
		return certain(0x14);
	case PHASE_MAX_:
		break;
	}
	return unknown(NULL);
}

static struct value icmp(const struct reach *x, const struct seal_fw_part *p, bool type)
{
	if (p->l4proto != l4proto(x) || x->phase != PHASE_REFUSAL)
		return absent();
	if (!type)
		return between(0, 255);
	return certain(x->family == 4 ? 3 : 1); /* destination unreachable */
}

/* ---- connection tracking ---- */

static struct value ct_state(const struct reach *x, const struct flow *f)
{
	(void)x;
	if (f->s.ct)
		return certain(f->s.ct);
	return certain(CT_INVALID);
}

/* a mapping that leaves all as it was sets no bit (nf_nat_setup_info of the kernel) */
static struct value ct_status(const struct flow *f)
{
	uint32_t v = (f->s.dst_changed ? IPS_DST_NAT : 0u) | (f->s.src_changed ? IPS_SRC_NAT : 0u);

	if (f->s.dst_changed < 0 || f->s.src_changed < 0)
		return unknown("whether a mapping changes the packet");
	if (f->s.ct == CT_ESTABLISHED)
		v |= IPS_CONFIRMED | IPS_SEEN_REPLY;
	return certain(v);
}

static const struct endpoints *tuple_of(const struct flow *f, bool reply)
{
	return reply ? &f->s.after : &f->s.first;
}

static struct value ct_addr(const struct reach *x, const struct flow *f,
			    const struct seal_fw_part *p, bool source)
{
	const struct endpoints *t = tuple_of(f, p->reply);

	return addr(x, p->family, source != p->reply ? &t->saddr : &t->daddr);
}

static struct value ct_port(const struct flow *f, const struct seal_fw_part *p, bool source)
{
	const struct endpoints *t = tuple_of(f, p->reply);
	const struct port_value *v = source != p->reply ? &t->sport : &t->dport;

	return between(v->lo, v->hi);
}

static struct value ct(const struct reach *x, const struct flow *f, const struct seal_fw_part *p)
{
	if (x->at_conntrack)
		return unknown("the order of chains at priority -200");
	if (p->field == SEAL_FIELD_CT_STATE)
		return ct_state(x, f);
	if (f->s.ct != CT_NEW && f->s.ct != CT_ESTABLISHED && f->s.ct != CT_RELATED)
		return absent(); /* no entry */
	switch ((unsigned)p->field) {
	case SEAL_FIELD_CT_STATUS:
		return ct_status(f);
	case SEAL_FIELD_CT_DIRECTION:
		return certain(f->s.reply);
	case SEAL_FIELD_CT_MARK:
		return f->s.ct_mark_unknown ? unknown(NULL) : certain(f->s.ct_mark);
	case SEAL_FIELD_CT_L3PROTO:
		return certain(x->family == 4 ? 2 : 10);
	case SEAL_FIELD_CT_PROTOCOL:
		return certain(x->packet->proto);
	case SEAL_FIELD_CT_SADDR:
		return ct_addr(x, f, p, true);
	case SEAL_FIELD_CT_DADDR:
		return ct_addr(x, f, p, false);
	case SEAL_FIELD_CT_PROTO_SRC:
		return ct_port(f, p, true);
	case SEAL_FIELD_CT_PROTO_DST:
		return ct_port(f, p, false);
	default:
		return unknown(NULL);
	}
}

/* ---- sockets and interfaces ---- */

static struct value owner(const struct reach *x, const struct seal_fw_part *p)
{
	bool out = x->hook == SEAL_FW_OUTPUT || x->hook == SEAL_FW_POSTROUTING ||
		   x->hook == SEAL_FW_EGRESS;

	if (x->phase == PHASE_REFUSAL)
		return absent(); /* sent by the kernel's own socket */
	if (!(out && x->socket_local)) {
		/* a packet that comes in has a socket from the input hook on, when it is not the
		 * first */
		if (x->hook != SEAL_FW_INPUT || x->phase == PHASE_FIRST)
			return absent();
	}
	if (x->phase == PHASE_ANSWER && x->packet->dir == SEAL_PACKET_IN)
		return certain(
			0); /* a SYN-ACK is the listening socket's: master(8) opened it as root */
	if (!x->packet->has_uid)
		return unknown(NULL);
	return certain(p->field == SEAL_FIELD_SKUID ? x->packet->uid : x->packet->gid);
}

static struct value interface(const struct flow *f, bool in)
{
	if (in ? f->s.iif_unknown : f->s.oif_unknown)
		return unknown("the routes of the host");
	return certain(in ? f->s.iif : f->s.oif);
}

static struct value iftype(const struct flow *f, bool in)
{
	seal_u128 dev = in ? f->s.iif : f->s.oif;

	if (in ? f->s.iif_unknown : f->s.oif_unknown)
		return unknown("the routes of the host");
	if (!dev)
		return absent();
	if (dev == seal_ifname_u128(SEAL_LIT("lo")))
		return certain(772);
	/* a name alone does not tell tunnels apart from Ethernet, but a link of these names is
	 * Ethernet */
	switch ((unsigned)(dev >> 120)) {
	case 'e':
		return certain(1);
	default:
		return unknown("the type of the interface");
	}
}

/* ---- all of them ---- */

struct value reach_field(struct reach *x, const struct flow *f, const struct seal_fw_part *p)
{
	switch (p->field) {
	case SEAL_FIELD_IP_SADDR:
		return addr(x, 4, &f->s.now.saddr);
	case SEAL_FIELD_IP_DADDR:
		return addr(x, 4, &f->s.now.daddr);
	case SEAL_FIELD_IP6_SADDR:
		return addr(x, 6, &f->s.now.saddr);
	case SEAL_FIELD_IP6_DADDR:
		return addr(x, 6, &f->s.now.daddr);
	case SEAL_FIELD_IP_PROTOCOL:
		return x->family == 4 ? certain(l4proto(x)) : absent();
	case SEAL_FIELD_IP6_NEXTHDR:
		return x->family == 6 ? certain(l4proto(x)) : absent();
	case SEAL_FIELD_IP_VERSION:
		return x->family == 4 ? certain(4) : absent();
	case SEAL_FIELD_IP6_VERSION:
		return x->family == 6 ? certain(6) : absent();
	case SEAL_FIELD_SPORT:
		return port(x, p, &f->s.now.sport);
	case SEAL_FIELD_DPORT:
		return port(x, p, &f->s.now.dport);
	case SEAL_FIELD_TCP_FLAGS:
		return tcp_flags(x);
	case SEAL_FIELD_ICMP_TYPE:
	case SEAL_FIELD_ICMPV6_TYPE:
		return icmp(x, p, true);
	case SEAL_FIELD_ICMP_CODE:
	case SEAL_FIELD_ICMPV6_CODE:
		return icmp(x, p, false);
	case SEAL_FIELD_NFPROTO:
		if (x->hook == SEAL_FW_INGRESS || x->hook == SEAL_FW_EGRESS)
			return unknown(NULL);
		return certain(x->family == 4 ? 2 : 10);
	case SEAL_FIELD_L4PROTO:
		return certain(l4proto(x));
	case SEAL_FIELD_PROTOCOL:
		return certain(x->family == 4 ? 0x0800 : 0x86dd);
	case SEAL_FIELD_IIF:
		return interface(f, true);
	case SEAL_FIELD_OIF:
		return interface(f, false);
	case SEAL_FIELD_IIFTYPE:
		return iftype(f, true);
	case SEAL_FIELD_OIFTYPE:
		return iftype(f, false);
	case SEAL_FIELD_PKTTYPE:
		return certain(0); /* to this host: unicast frames */
	case SEAL_FIELD_LENGTH:
		return between(x->family == 4 ? 28 : 48, 65535);
	case SEAL_FIELD_MARK:
		return f->s.mark_unknown ? unknown(NULL) : certain(f->s.mark);
	case SEAL_FIELD_SKUID:
	case SEAL_FIELD_SKGID:
		return owner(x, p);
	case SEAL_FIELD_CT_STATE:
	case SEAL_FIELD_CT_STATUS:
	case SEAL_FIELD_CT_DIRECTION:
	case SEAL_FIELD_CT_MARK:
	case SEAL_FIELD_CT_L3PROTO:
	case SEAL_FIELD_CT_PROTOCOL:
	case SEAL_FIELD_CT_SADDR:
	case SEAL_FIELD_CT_DADDR:
	case SEAL_FIELD_CT_PROTO_SRC:
	case SEAL_FIELD_CT_PROTO_DST:
		return ct(x, f, p);
	case SEAL_FIELD_FIB_TYPE:
	case SEAL_FIELD_FIB_OIF:
	case SEAL_FIELD_FIB_PRESENT:
		return reach_fib(x, f, p);
	case SEAL_FIELD_UNKNOWN:
		if ((p->family && p->family != x->family) ||
		    (p->l4proto && p->l4proto != l4proto(x)))
			return absent();
		break;
	case SEAL_FIELD_MAX_:
		break;
	}
	return unknown(NULL);
}
