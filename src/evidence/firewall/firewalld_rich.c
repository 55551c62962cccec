/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The conditions of firewalld.richlanguage(5) that make firewalld keep or refuse a rich rule */

#include "evidence/firewall/firewalld_value.h"

#include <errno.h>

static int bad(struct seal_err *err, const char *why)
{
	return seal_err_set(err, -EINVAL, "rich rule: %s", why);
}

/* a name of etc/protocols or etc/services, which are to be looked up: it is bad, or cannot be known
 */
static int bad_name(struct seal_err *err, int r, const char *why)
{
	if (r == -ENOTSUP)
		return seal_err_set(err, r, "rich rule: a name that cannot be looked up");
	return r == -EINVAL ? bad(err, why) : r;
}

static int check_peer(const struct fwd_rule *r, const struct fwd_peer *p, struct seal_err *err)
{
	struct fwd_net net;

	if (!p->set)
		return 0;
	if ((p->addr.n != 0) + (p->mac.n != 0) + (p->ipset.n != 0) != 1)
		return bad(err, "one of address, mac and ipset is wanted");
	if (p->addr.n && fwd_net_parse(p->addr, r->family, &net) < 0)
		return bad(err, "invalid address");
	if (p->mac.n && !fwd_is_mac(p->mac))
		return bad(err, "invalid mac");
	if (p->ipset.n > 32)
		return bad(err, "ipset name too long");
	return 0;
}

static int check_limit(const struct fwd_limit *l, struct seal_err *err)
{
	struct seal_bytes rate, unit;
	long v, burst = 1;

	if (!l->set)
		return 0;
	rate = seal_bytes_cut(l->value, '/', &unit);
	if (fwd_int(rate, &v) < 0 || v < 1 ||
	    !fwd_is_one_of(unit, "s m h d second minute hour day"))
		return bad(err, "invalid limit");
	if (v == 1 && unit.p[0] == 'd')
		return bad(err, "limit too slow");
	if (l->burst.p && (fwd_int(l->burst, &burst) < 0 || burst < 1 || burst > 10000000))
		return bad(err, "invalid burst");
	return 0;
}

static int check_port(const struct fwd_config *c, struct seal_bytes s)
{
	uint16_t lo, hi;

	return fwd_port_range(c, s, &lo, &hi);
}

static int check_forward_port(const struct fwd_config *c, const struct fwd_rule *r,
			      struct seal_err *err)
{
	struct fwd_net net;
	int e = 0;

	if (!r->family)
		return bad(err, "forward-port wants a family");
	if (!r->to_port.n && !r->to_addr.n)
		return bad(err, "forward-port without to-port and to-addr");
	if (r->to_port.n)
		e = check_port(c, r->to_port);
	if (e < 0)
		return bad_name(err, e, "invalid to-port");
	if (r->to_addr.n && (fwd_net_parse(r->to_addr, r->family, &net) < 0 || !net.plain))
		return bad(err, "invalid to-addr");
	if (r->action)
		return bad(err, "forward-port and action");
	return 0;
}

static int check_element(const struct fwd_config *c, const struct fwd_rule *r, struct seal_err *err)
{
	uint8_t number;
	long v;
	int e = 0;

	switch (r->element) {
	case FWD_ELEMENT_SERVICE:
	case FWD_ELEMENT_ICMP_TYPE:
		return r->name.n ? 0 : bad(err, "empty name");
	case FWD_ELEMENT_ICMP_BLOCK:
		return r->name.n && !r->action ? 0
					       : bad(err, "icmp-block with action or without name");
	case FWD_ELEMENT_PROTOCOL:
		e = fwd_protocol(c, r->name, &number);
		return bad_name(err, e, "invalid protocol");
	case FWD_ELEMENT_MASQUERADE:
		return r->action || r->source.mac.n ? bad(err, "masquerade with action or mac") : 0;
	case FWD_ELEMENT_PORT:
	case FWD_ELEMENT_SOURCE_PORT:
	case FWD_ELEMENT_FORWARD_PORT:
		e = check_port(c, r->port);
		if (e < 0)
			return bad_name(err, e, "invalid port");
		if (!fwd_is_port_protocol(r->protocol))
			return bad(err, "invalid port");
		if (r->element == FWD_ELEMENT_FORWARD_PORT)
			e = check_forward_port(c, r, err);
		return e;
	case FWD_ELEMENT_MSS_CLAMP:
		if (r->action)
			return bad(err, "tcp-mss-clamp and action");
		if (!r->clamp.n || fwd_is_one_of(r->clamp, "pmtu None"))
			return 0;
		return fwd_int(r->clamp, &v) < 0 || v < 536 ? bad(err, "invalid tcp-mss-clamp") : 0;
	case FWD_ELEMENT_NONE:
		break;
	}
	return 0;
}

static int check_mark(struct seal_bytes s, struct seal_err *err)
{
	struct seal_bytes value, mask;
	uint32_t v;

	value = seal_bytes_cut(s, '/', &mask);
	if (fwd_u32(value, &v) < 0 || (mask.p && fwd_u32(mask, &v) < 0))
		return bad(err, "invalid mark");
	return 0;
}

static int check_action(const struct fwd_rule *r, struct seal_err *err)
{
	static const char reject4[] =
		"icmp-host-prohibited host-prohib icmp-net-unreachable net-unreach "
		"icmp-host-unreachable host-unreach icmp-port-unreachable port-unreach "
		"icmp-proto-unreachable proto-unreach icmp-net-prohibited net-prohib tcp-reset "
		"tcp-rst "
		"icmp-admin-prohibited admin-prohib";
	static const char reject6[] = "icmp6-adm-prohibited adm-prohibited icmp6-no-route no-route "
				      "icmp6-addr-unreachable "
				      "addr-unreach icmp6-port-unreachable port-unreach tcp-reset";

	if (r->action == FWD_ACTION_MARK)
		return check_mark(r->mark, err);
	if (r->action == FWD_ACTION_REJECT && r->reject_type.n) {
		if (!r->family)
			return bad(err, "reject type wants a family");
		if (!fwd_is_one_of(r->reject_type, r->family == 4 ? reject4 : reject6))
			return bad(err, "unknown reject type");
	}
	return 0;
}

static int check_shape(const struct fwd_rule *r, struct seal_err *err)
{
	bool bare = !r->element && (!r->log || r->priority == 0);

	if (!r->family && (r->source.addr.n || r->destination.set))
		return bad(err, "an address wants a family");
	if (r->priority < -32768 || r->priority > 32767)
		return bad(err, "priority out of range");
	if (bare && !r->action)
		return bad(err, "neither element nor action");
	if (bare && !r->source.set && !r->destination.set && r->priority == 0)
		return bad(err, "no element, no source, no destination");
	if (r->element != FWD_ELEMENT_ICMP_BLOCK && r->element != FWD_ELEMENT_FORWARD_PORT &&
	    r->element != FWD_ELEMENT_MASQUERADE && r->element != FWD_ELEMENT_MSS_CLAMP &&
	    !r->log && !r->audit && !r->action)
		return bad(err, "no action, no log, no audit");
	if (r->audit && (!r->action || r->action == FWD_ACTION_MARK))
		return bad(err, "audit wants accept, reject or drop");
	return 0;
}

/* firewalld writes each rule out as text and reads it back; what does not survive that makes it
 * refuse the whole configuration (-EBADE) */
static int check_text(const struct fwd_config *c, const struct fwd_rule *r, struct seal_err *err)
{
	const struct seal_bytes values[] = {r->prefix,      r->source.ipset, r->destination.ipset,
					    r->name,        r->group,        r->queue_size,
					    r->reject_type, r->mark};
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (seal_bytes_chr(values[i], '"') >= 0 || seal_bytes_chr(values[i], '\\') >= 0)
			return seal_err_set(err, -ENOTSUP,
					    "rich rule: a quote or backslash in a value");
		if (seal_bytes_chr(values[i], '=') >= 0)
			return seal_err_set(err,
					    c->version && c->version < 2000 ? -EBADE : -ENOTSUP,
					    "rich rule: \"=\" in a value");
	}
	return 0;
}

int fwd_rule_check(const struct fwd_config *c, const struct fwd_rule *r, struct seal_err *err)
{
	int e;

	e = check_shape(r, err);
	if (e == 0)
		e = check_peer(r, &r->source, err);
	if (e == 0)
		e = check_peer(r, &r->destination, err);
	if (e == 0)
		e = check_element(c, r, err);
	if (e == 0)
		e = check_action(r, err);
	if (e == 0)
		e = check_limit(&r->log_limit, err);
	if (e == 0)
		e = check_limit(&r->audit_limit, err);
	if (e == 0)
		e = check_limit(&r->action_limit, err);
	if (e == 0)
		e = check_text(c, r, err);
	return e;
}
