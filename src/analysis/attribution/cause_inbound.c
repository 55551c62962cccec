/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "evidence/postfix/conf.h"

/* cause_inbound.c - why smtpd(8) turned a client away: what the configuration says of the client */

enum listed {
	LISTED_UNKNOWN, /* a table or a file is asked, or a name */
	LISTED_NO,
	LISTED_YES,
};

/* parse_prefix - "192.0.2.0/24", "[2001:db8::]/64", "::1" */
static int parse_prefix(struct seal_bytes item, struct seal_prefix *ret)
{
	struct seal_bytes len, base = seal_bytes_cut(item, '/', &len);
	uint32_t n;

	if (base.n > 2 && base.p[0] == '[' && base.p[base.n - 1] == ']')
		base = seal_bytes_first(seal_bytes_from(base, 1), base.n - 2);
	*ret = (struct seal_prefix){0};
	if (seal_addr_parse(base, &ret->addr) < 0)
		return -EINVAL;
	n = ret->addr.bits;
	if (len.n && (seal_parse_u32(len, 10, &n) < 0 || n > ret->addr.bits))
		return -EINVAL;
	ret->len = (uint8_t)n;
	return 0;
}

/* in_list - the first element that matches decides, "!" excludes (postconf(5), mynetworks) */
static enum listed in_list(struct seal_bytes list, const struct seal_addr *a)
{
	struct seal_bytes item;
	struct seal_prefix p;
	bool excluded;

	while (seal_conf_next(&list, &item)) {
		excluded = item.n && item.p[0] == '!';
		if (excluded)
			item = seal_bytes_from(item, 1);
		if (parse_prefix(item, &p) < 0)
			return LISTED_UNKNOWN;
		if (seal_prefix_has(&p, a))
			return excluded ? LISTED_NO : LISTED_YES;
	}
	return LISTED_NO;
}

/* is_neighbour - the client is in a network of an interface of this host, and not this host */
static bool is_neighbour(const struct seal_net *net, const struct seal_addr *a)
{
	if (seal_net_has(net, a))
		return false;
	seal_vec_each (own, &net->addrs) {
		if (own->prefix.len > 0 && own->prefix.len < a->bits &&
		    seal_prefix_has(&own->prefix, a))
			return true;
	}
	return false;
}

int seal_test_relay_client(struct seal_attribution *at, const struct seal_case *c,
			   struct seal_finding *f)
{
	const struct seal_process *p = c->process;
	const struct seal_param *where;
	struct seal_bytes list;
	bool near;
	int r;

	if (!c->reason.addr.bits || !p->inst || !p->inst->has_main_cf)
		return 0;
	where = seal_conf_where(p->inst, p->service, "mynetworks");
	r = where ? seal_conf_value(p->inst, p->service, "mynetworks", at->h->arena, &list)
		  : -ENOENT;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	near = is_neighbour(&at->h->net, &c->reason.addr) ||
	       seal_net_has(&at->h->net, &c->reason.addr);
	switch (in_list(list, &c->reason.addr)) {
	case LISTED_YES:
		f->object.parameter = SEAL_LIT("smtpd_relay_restrictions");
		return seal_finding_say(at, f, &where->origin,
					"mynetworks has %.*s, and the restrictions do not let it "
					"relay",
					(int)c->reason.address.n, c->reason.address.p);
	case LISTED_NO:
		if (!near)
			break;
		f->object.parameter = SEAL_LIT("mynetworks");
		return seal_finding_say(at, f, &where->origin,
					"%.*s is of a network of this host, and mynetworks lacks "
					"it",
					(int)c->reason.address.n, c->reason.address.p);
	case LISTED_UNKNOWN:
		break;
	}
	return 0;
}
