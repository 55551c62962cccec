/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rules that services, ports, rich rules and the other settings of a zone or policy become */

#include "evidence/firewall/firewalld_build.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

static const struct fwd_place_at at_end = {.place = FWD_PLACE_END};

enum table { TABLE_FILTER, TABLE_NAT, TABLE_SNAT, TABLE_MANGLE };

/* where the rules of a scope go in a table; FWD_HOOKPOINT_MAX_ when there is no such place */
static enum fwd_hookpoint place(const struct fwd_scope *s, enum table t)
{
	bool zone = s->p->is_zone;

	if (s->to == FWD_SIDE_HOST) {
		if (t == TABLE_FILTER)
			return FWD_FILTER_INPUT;
		if (zone)
			return FWD_HOOKPOINT_MAX_;
		return t == TABLE_MANGLE ? FWD_MANGLE_PREROUTING : FWD_NAT_PREROUTING;
	}
	if (s->from == FWD_SIDE_HOST) {
		if (t == TABLE_MANGLE)
			return FWD_HOOKPOINT_MAX_;
		return t == TABLE_FILTER ? FWD_FILTER_OUTPUT : FWD_NAT_OUTPUT;
	}
	switch (t) {
	case TABLE_FILTER:
		return FWD_FILTER_FORWARD;
	case TABLE_NAT:
		return FWD_NAT_PREROUTING;
	case TABLE_SNAT:
		return FWD_NAT_POSTROUTING;
	case TABLE_MANGLE:
		break;
	}
	return FWD_MANGLE_PREROUTING;
}

static int put(struct fwd_builder *b, const struct fwd_scope *s, enum table t, const char *suffix,
	       struct seal_buf *x, struct fwd_place_at where, const struct seal_origin *origin)
{
	enum fwd_hookpoint hp = place(s, t);
	char name[FWD_NAME_MAX];

	if (hp == FWD_HOOKPOINT_MAX_)
		return seal_err_set(b->err, -EINVAL, "policy %.*s: a setting it cannot have",
				    (int)s->p->name.n, s->p->name.p);
	fwd_scope_chain(s, hp, suffix, name, sizeof(name));
	return fwd_b_rule(b, name, x, where, origin);
}

static int put_accept(struct fwd_builder *b, const struct fwd_scope *s, struct seal_buf *x,
		      const struct seal_origin *origin)
{
	fwd_x_raw(x, "{\"accept\":null}");
	return put(b, s, TABLE_FILTER, "allow", x, at_end, origin);
}

static const char *suffix_of(const struct fwd_rule *ru, const char *zero)
{
	if (ru->priority == 0)
		return zero;
	return ru->priority < 0 ? "pre" : "post";
}

static struct fwd_place_at place_at(const struct fwd_rule *ru)
{
	return (struct fwd_place_at){ru->priority ? FWD_PLACE_PRIORITY : FWD_PLACE_END,
				     ru->priority, 1 + ru->family};
}

/* the family a rich rule is bound to, by its own word or by its source; 0 = both */
static int family_of(const struct fwd_builder *b, const struct fwd_rule *ru)
{
	const struct fwd_ipset *set;

	if (ru->family || !ru->source.ipset.n)
		return ru->family;
	set = fwd_ipset_find(b->c, ru->source.ipset);
	return set ? fwd_ipset_family(set) : 0;
}

static int ipset_family(const struct fwd_builder *b, struct seal_bytes name)
{
	const struct fwd_ipset *set = name.n ? fwd_ipset_find(b->c, name) : NULL;

	return set ? fwd_ipset_family(set) : 0;
}

static int addr_family(struct seal_bytes addr)
{
	struct fwd_net net;

	if (!addr.n || fwd_net_parse(addr, 0, &net) < 0)
		return 0;
	return net.prefix.addr.bits == 32 ? 4 : 6;
}

/* whether the parts of a match belong to different families, which nft refuses */
static bool families_conflict(const struct fwd_builder *b, const struct fwd_rule *ru,
			      const struct seal_bytes *destination)
{
	const int families[] = {
		ru ? ru->family : 0,
		ru ? ipset_family(b, ru->source.ipset) : 0,
		ru ? ipset_family(b, ru->destination.ipset) : 0,
		destination ? addr_family(*destination) : 0,
	};
	bool seen4 = false, seen6 = false;
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		seen4 = seen4 || families[i] == 4;
		seen6 = seen6 || families[i] == 6;
	}
	return seen4 && seen6;
}

/* what stands before the element: family, destination of the service, destination, source */
static int head(struct fwd_builder *b, struct seal_buf *x, const struct fwd_rule *ru,
		const struct seal_bytes *destination)
{
	bool told = ru && (ru->element == FWD_ELEMENT_ICMP_BLOCK ||
			   ru->element == FWD_ELEMENT_ICMP_TYPE || addr_family(ru->source.addr) ||
			   addr_family(ru->destination.addr) || ipset_family(b, ru->source.ipset) ||
			   ipset_family(b, ru->destination.ipset));
	int r = 0;

	if (families_conflict(b, ru, destination))
		return seal_err_set(b->err, -EINVAL, "a rule of two address families");
	/* a match of an address or of ICMP brings its family along */
	if (ru && !told)
		fwd_x_nfproto(x, ru->family);
	if (destination)
		r = fwd_x_addr(b->c, x, "daddr", *destination, false);
	if (ru && r == 0)
		r = fwd_x_peer(b->c, x, "daddr", &ru->destination);
	if (ru && r == 0)
		r = fwd_x_peer(b->c, x, "saddr", &ru->source);
	if (r < 0)
		return seal_err_set(b->err, r, "an address or ipset that does not exist");
	return 0;
}

/* log, audit and action of a rich rule behind the match in @x */
static int tail(struct fwd_builder *b, const struct fwd_scope *s, struct seal_buf *x,
		const struct fwd_rule *ru, struct fwd_bound bound)
{
	size_t n = x->n;
	int r = 0;

	if (ru->log) {
		fwd_x_limit(x, &ru->log_limit);
		fwd_x_log(x, "", ru->prefix);
		r = put(b, s, TABLE_FILTER, suffix_of(ru, "log"), x, place_at(ru), ru->origin);
		x->n = n;
	}
	if (ru->audit && r == 0) {
		fwd_x_limit(x, &ru->audit_limit);
		fwd_x_raw(x, "{\"log\":{\"level\":\"audit\"}}");
		r = put(b, s, TABLE_FILTER, suffix_of(ru, "log"), x, place_at(ru), ru->origin);
		x->n = n;
	}
	if (r < 0 || !ru->action)
		return r;

	fwd_x_limit(x, &ru->action_limit);
	switch (ru->action) {
	case FWD_ACTION_ACCEPT:
		fwd_x_raw(x, "{\"accept\":null}");
		return put(b, s, TABLE_FILTER, suffix_of(ru, "allow"), x, place_at(ru), ru->origin);
	case FWD_ACTION_DROP:
		fwd_x_raw(x, "{\"drop\":null}");
		break;
	case FWD_ACTION_REJECT:
		r = fwd_x_reject_type(x, ru, bound);
		break;
	case FWD_ACTION_MARK:
		r = fwd_x_mark(x, ru->mark);
		return r ? r
			 : put(b, s, TABLE_MANGLE, suffix_of(ru, "allow"), x, place_at(ru),
			       ru->origin);
	case FWD_ACTION_NONE:
		break;
	}
	return r ? r : put(b, s, TABLE_FILTER, suffix_of(ru, "deny"), x, place_at(ru), ru->origin);
}

/* one match of a service or port setting, plain or as part of a rich rule */
static int finish(struct fwd_builder *b, const struct fwd_scope *s, struct seal_buf *x,
		  const struct fwd_rule *ru, int l4, const struct seal_origin *origin)
{
	if (!ru)
		return put_accept(b, s, x, origin);
	return tail(b, s, x, ru, (struct fwd_bound){family_of(b, ru), l4});
}

static int l4_of(const struct fwd_config *c, struct seal_bytes protocol)
{
	uint8_t number;

	return fwd_protocol(c, protocol, &number) < 0 ? -1 : number;
}

static int port_rules(struct fwd_builder *b, const struct fwd_scope *s,
		      const struct fwd_list *ports, const char *field,
		      const struct seal_bytes *destination, const struct fwd_rule *ru,
		      const struct seal_origin *origin)
{
	const struct fwd_item *it;
	int r = 0;

	for (it = ports->first; it && r == 0; it = it->next) {
		seal_auto_buf struct seal_buf x = {0};

		r = head(b, &x, ru, destination);
		fwd_x_port(&x, it->name, field, it->lo, it->hi);
		r = r ? r
		      : finish(b, s, &x, ru, l4_of(b->c, it->name), origin ? origin : it->origin);
	}
	return r;
}

static int protocol_rules(struct fwd_builder *b, const struct fwd_scope *s,
			  const struct fwd_list *protocols, const struct seal_bytes *destination,
			  const struct fwd_rule *ru, const struct seal_origin *origin)
{
	const struct fwd_item *it;
	int r = 0;

	for (it = protocols->first; it && r == 0; it = it->next) {
		seal_auto_buf struct seal_buf x = {0};

		r = head(b, &x, ru, destination);
		r = r ? r : fwd_x_protocol(b->c, &x, it->name);
		r = r ? r
		      : finish(b, s, &x, ru, l4_of(b->c, it->name), origin ? origin : it->origin);
	}
	return r;
}

/* the helper a service names, or the one its kernel module stands for */
static int find_helper(struct fwd_builder *b, struct seal_bytes name, bool module,
		       const struct fwd_helper **ret)
{
	const struct fwd_helper *h = fwd_helper_find(b->c, name);
	char buf[64];
	size_t i, n;

	*ret = h;
	if (!h)
		return seal_err_set(b->err, b->c->stock_builtin ? -ENOTSUP : -EINVAL,
				    "conntrack helper %.*s does not exist", (int)name.n, name.p);
	if (!module || h->ports.n)
		return 0;

	name = seal_bytes_from(h->module, strlen("nf_conntrack_"));
	n = name.n < sizeof(buf) ? name.n : sizeof(buf);
	for (i = 0; i < n; i++)
		buf[i] = name.p[i] == '_' ? '-' : name.p[i];
	*ret = fwd_helper_find(b->c, (struct seal_bytes){buf, n});
	return 0;
}

/* the "ct helper" object a rule names takes a handle when it is new */
static int helper_object(struct fwd_builder *b, const struct fwd_helper *h, struct seal_bytes proto)
{
	const char *name = seal_arena_printf(b->t->arena, "%.*s-%.*s", (int)h->name.n, h->name.p,
					     (int)proto.n, proto.p);
	struct seal_bytes *slot;

	if (!name)
		return -ENOMEM;
	seal_vec_each (it, &b->t->helpers)
		if (seal_bytes_is(*it, name))
			return 0;
	slot = seal_vec_add(&b->t->helpers);
	if (!slot)
		return -ENOMEM;
	*slot = seal_bytes_of(name);
	fwd_table_anonymous(b->t);
	return 0;
}

static int helper_rules(struct fwd_builder *b, const struct fwd_scope *s,
			const struct fwd_helper *h, const struct seal_bytes *destination,
			const struct seal_origin *origin)
{
	const struct fwd_item *it;
	int r = 0;

	for (it = h->ports.first; it && r == 0; it = it->next) {
		seal_auto_buf struct seal_buf x = {0};

		r = helper_object(b, h, it->name);
		if (r == 0 && destination)
			r = fwd_x_addr(b->c, &x, "daddr", *destination, false);
		fwd_x_port(&x, it->name, "dport", it->lo, it->hi);
		seal_buf_printf(&x, ",{\"ct helper\":\"helper-%.*s-%.*s\"}", (int)h->name.n,
				h->name.p, (int)it->name.n, it->name.p);
		if (r == 0)
			r = put(b, s, TABLE_FILTER, "allow", &x, at_end, origin);
	}
	return r;
}

static int compare_helpers(const void *a, const void *b)
{
	const struct fwd_helper *const *x = a, *const *y = b;

	return seal_bytes_cmp((*x)->name, (*y)->name);
}

int fwd_b_helpers(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_service *svc,
		  const struct seal_bytes *destination, const struct seal_origin *origin)
{
	const struct fwd_list *lists[] = {&svc->modules, &svc->helpers};
	seal_vec(const struct fwd_helper *) found = {0};
	const struct fwd_helper *h, **slot;
	const struct fwd_item *it;
	size_t i;
	int r = 0;

	for (i = 0; i < 2; i++) {
		for (it = lists[i]->first; it && r == 0; it = it->next) {
			r = find_helper(b, it->name, i == 0, &h);
			if (r < 0 || !h)
				continue;
			slot = seal_vec_add(&found);
			if (slot)
				*slot = h;
			else
				r = -ENOMEM;
		}
	}
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), compare_helpers);
	for (i = 0; i < found.n && r == 0; i++)
		r = helper_rules(b, s, found.v[i], destination, origin);
	seal_vec_done(&found);
	return r;
}

struct service_use {
	const struct fwd_rule *ru; /* NULL: a plain <service/> */
	const struct seal_origin *origin;
	struct fwd_list seen; /* services already included */
};

static int service_rules(struct fwd_builder *b, const struct fwd_scope *s,
			 const struct fwd_service *svc, const struct seal_bytes *destination,
			 const struct service_use *u)
{
	int r = 0;

	if (!u->ru || u->ru->action == FWD_ACTION_ACCEPT)
		r = fwd_b_helpers(b, s, svc, destination, u->origin);
	r = r ? r : port_rules(b, s, &svc->ports, "dport", destination, u->ru, u->origin);
	r = r ? r : protocol_rules(b, s, &svc->protocols, destination, u->ru, u->origin);
	return r ? r : port_rules(b, s, &svc->source_ports, "sport", destination, u->ru, u->origin);
}

/* a service, after those it includes; @depth bounds the recursion, which the list of seen names
 * ends anyway */
static int service(struct fwd_builder *b, const struct fwd_scope *s, struct seal_bytes name,
		   struct service_use *u, unsigned depth)
{
	const struct fwd_service *svc = fwd_service_find(b->c, name);
	int family = u->ru ? family_of(b, u->ru) : 0, i, r = 0;
	const struct fwd_item *it;
	struct fwd_item *seen;

	if (!svc)
		return seal_err_set(b->err, b->c->stock_builtin ? -ENOTSUP : -EINVAL,
				    "service %.*s does not exist", (int)name.n, name.p);
	if (depth > 64)
		return -EFBIG;
	seen = fwd_list_add(b->c, &u->seen);
	if (!seen)
		return -ENOMEM;
	seen->name = name;

	for (it = svc->includes.first; it && r == 0; it = it->next)
		if (!fwd_list_find(&u->seen, it->name))
			r = service(b, s, it->name, u, depth + 1);
	if (r < 0)
		return r;
	if (!svc->destination[0].n && !svc->destination[1].n)
		return service_rules(b, s, svc, NULL, u);
	if (u->ru && u->ru->destination.set)
		return seal_err_set(b->err, -EINVAL,
				    "destination of a rich rule conflicts with its service");
	for (i = 0; i < 2 && r == 0; i++)
		if (svc->destination[i].n && (!family || family == (i ? 6 : 4)))
			r = service_rules(b, s, svc, &svc->destination[i], u);
	return r;
}

static int masquerade(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_rule *ru,
		      const struct seal_origin *origin)
{
	seal_auto_buf struct seal_buf x = {0};
	int r = 0;

	if (ru)
		r = head(b, &x, ru, NULL);
	else
		fwd_x_nfproto(&x, 4);
	if (r < 0)
		return r;
	fwd_x_match(&x, "!=", "{\"meta\":{\"key\":\"oifname\"}}", "\"lo\"");
	fwd_x_raw(&x, "{\"masquerade\":null}");
	return put(b, s, TABLE_SNAT, ru ? suffix_of(ru, "allow") : "allow", &x,
		   ru ? place_at(ru) : at_end, origin);
}

/* since 2.3, when asked for: only the ports named are let through after the translation */
static int strict_forward(struct fwd_builder *b, const struct fwd_scope *s, uint16_t lo,
			  uint16_t hi, struct seal_bytes to_addr, const struct seal_origin *origin)
{
	seal_auto_buf struct seal_buf x = {0};
	const char *chain = to_addr.n ? "filter_FORWARD_dnat" : "filter_INPUT_dnat";

	if (!b->c->conf.strict_forward_ports)
		return 0;
	if (s->from == FWD_SIDE_HOST)
		chain = "filter_OUTPUT_dnat";
	seal_buf_puts(&x,
		      "{\"match\":{\"op\":\"==\",\"left\":{\"ct\":{\"key\":\"proto-dst\",\"dir\":"
		      "\"original\"}},\"right\":");
	if (lo == hi)
		seal_buf_printf(&x, "%u}}", lo);
	else
		seal_buf_printf(&x, "{\"range\":[%u,%u]}}}", lo, hi);
	fwd_x_raw(&x, "{\"accept\":null}");
	return fwd_b_rule(b, chain, &x, (struct fwd_place_at){.place = FWD_PLACE_FRONT}, origin);
}

static int forward_port(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_item *it,
			const struct fwd_rule *ru)
{
	seal_auto_buf struct seal_buf x = {0};
	struct fwd_net net;
	int r = 0;

	if (ru)
		r = head(b, &x, ru, NULL);
	else
		fwd_x_nfproto(&x,
			      it->to_addr.n && fwd_net_parse(it->to_addr, 6, &net) == 0 ? 6 : 4);
	fwd_x_port(&x, it->name, "dport", it->lo, it->hi);
	r = r ? r : fwd_x_nat_to(&x, it->to_addr, it->has_to, it->to_lo, it->to_hi);
	r = r ? r
	      : put(b, s, TABLE_NAT, ru ? suffix_of(ru, "allow") : "allow", &x,
		    ru ? place_at(ru) : at_end, it->origin);
	return r ? r : strict_forward(b, s, it->lo, it->hi, it->to_addr, it->origin);
}

static int rich_forward_port(struct fwd_builder *b, const struct fwd_scope *s,
			     const struct fwd_rule *ru)
{
	struct fwd_item it = {.name = ru->protocol, .to_addr = ru->to_addr, .origin = ru->origin};
	int r;

	r = fwd_port_range(b->c, ru->port, &it.lo, &it.hi);
	if (r == 0 && ru->to_port.n) {
		it.has_to = true;
		r = fwd_port_range(b->c, ru->to_port, &it.to_lo, &it.to_hi);
	}
	return r ? r : forward_port(b, s, &it, ru);
}

static bool of_family(const struct fwd_icmptype *t, int family)
{
	return (!t->ipv4 && !t->ipv6) || (family == 4 ? t->ipv4 : t->ipv6);
}

/* <icmp-block/> of a zone: refused, or with inversion the only ones let in */
static int icmp_block(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_item *it)
{
	const struct fwd_icmptype *t = fwd_icmptype_find(b->c, it->name);
	bool inversion = s->p->icmp_inversion;
	int family, r = 0;

	for (family = 4; t && family <= 6 && r == 0; family += 2) {
		seal_auto_buf struct seal_buf x = {0};
		char prefix[FWD_NAME_MAX];
		size_t n;

		if (!of_family(t, family))
			continue;
		r = fwd_x_icmp(&x, family, it->name);
		n = x.n;
		if (r == 0 && b->log_denied && !inversion) {
			fwd_x_pkttype(&x, b->c->conf.log_denied);
			snprintf(prefix, sizeof(prefix),
				 "filter_zone_%.*s_HOST_ICMP_BLOCK: ", (int)s->p->name.n,
				 s->p->name.p);
			fwd_x_log(&x, prefix, SEAL_BYTES_NONE);
			r = put(b, s, TABLE_FILTER, "deny", &x, at_end, it->origin);
			x.n = n;
		}
		if (inversion)
			fwd_x_raw(&x, "{\"accept\":null}");
		else
			fwd_x_reject(&x);
		r = r ? r
		      : put(b, s, TABLE_FILTER, inversion ? "allow" : "deny", &x, at_end,
			    it->origin);
	}
	return r;
}

static int rich_icmp(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_rule *ru)
{
	const struct fwd_icmptype *t = fwd_icmptype_find(b->c, ru->name);
	int bound = family_of(b, ru), family, r = 0;

	if (t && ru->family && !of_family(t, ru->family))
		return seal_err_set(b->err, -EINVAL,
				    "family of a rich rule conflicts with its ICMP type");
	for (family = 4; t && family <= 6 && r == 0; family += 2) {
		const struct fwd_bound bound_to = {family,
						   family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6};
		seal_auto_buf struct seal_buf x = {0};

		if (bound ? bound != family : !of_family(t, family))
			continue;
		r = head(b, &x, ru, NULL);
		r = r ? r : fwd_x_icmp(&x, family, ru->name);
		if (r < 0)
			return r;
		if (ru->action) {
			r = tail(b, s, &x, ru, bound_to);
			continue;
		}
		r = tail(b, s, &x, ru, bound_to);
		fwd_x_reject(&x);
		if (r == 0 && ru->element == FWD_ELEMENT_ICMP_BLOCK)
			r = put(b, s, TABLE_FILTER, suffix_of(ru, "deny"), &x, place_at(ru),
				ru->origin);
	}
	return r;
}

static int rich_match(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_rule *ru)
{
	bool source = ru->element == FWD_ELEMENT_SOURCE_PORT;
	seal_auto_buf struct seal_buf x = {0};
	uint16_t lo = 0, hi = 0;
	int l4 = -1, r;

	r = head(b, &x, ru, NULL);
	if (r == 0 && (source || ru->element == FWD_ELEMENT_PORT)) {
		r = fwd_port_range(b->c, ru->port, &lo, &hi);
		fwd_x_port(&x, ru->protocol, source ? "sport" : "dport", lo, hi);
	} else if (r == 0 && ru->element == FWD_ELEMENT_PROTOCOL) {
		r = fwd_x_protocol(b->c, &x, ru->name);
	}
	if (ru->element == FWD_ELEMENT_PROTOCOL)
		l4 = l4_of(b->c, ru->name);
	else if (ru->element != FWD_ELEMENT_NONE)
		l4 = l4_of(b->c, ru->protocol);
	return r ? r : finish(b, s, &x, ru, l4, NULL);
}

/* the source ipset of a rule: there, of a type that can be one, of the rule's family */
static int check_source(struct fwd_builder *b, const struct fwd_rule *ru)
{
	const struct fwd_ipset *set;
	int family;

	if (!ru->source.ipset.n)
		return 0;
	set = fwd_ipset_find(b->c, ru->source.ipset);
	if (!set ||
	    !fwd_is_one_of(set->type, "hash:ip hash:ip,port hash:ip,mark hash:net hash:net,port "
				      "hash:net,iface hash:mac"))
		return seal_err_set(
			b->err, set || !b->c->stock_builtin ? -EINVAL : -ENOTSUP,
			"rich rule: source ipset %.*s does not exist or is of a wrong type",
			(int)ru->source.ipset.n, ru->source.ipset.p);
	family = fwd_ipset_family(set);
	if (ru->family && family && family != ru->family)
		return seal_err_set(b->err, -EINVAL,
				    "rich rule: family of the source ipset conflicts");
	return 0;
}

int fwd_b_rich(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_rule *ru)
{
	struct service_use u = {.ru = ru, .origin = ru->origin};
	int r = check_source(b, ru);

	if (r < 0)
		return r;
	switch (ru->element) {
	case FWD_ELEMENT_SERVICE:
		return service(b, s, ru->name, &u, 0);
	case FWD_ELEMENT_MASQUERADE:
		return masquerade(b, s, ru, ru->origin);
	case FWD_ELEMENT_FORWARD_PORT:
		return rich_forward_port(b, s, ru);
	case FWD_ELEMENT_ICMP_BLOCK:
	case FWD_ELEMENT_ICMP_TYPE:
		return rich_icmp(b, s, ru);
	case FWD_ELEMENT_MSS_CLAMP:
		if (s->to == FWD_SIDE_HOST && (!ru->clamp.n || seal_bytes_is(ru->clamp, "pmtu")))
			return seal_err_set(b->err, -EINVAL,
					    "tcp-mss-clamp to the path MTU in input");
		fwd_table_anonymous(b->t); /* changes an option of the packet, not its way */
		return 0;
	case FWD_ELEMENT_PORT:
	case FWD_ELEMENT_SOURCE_PORT:
	case FWD_ELEMENT_PROTOCOL:
	case FWD_ELEMENT_NONE:
		break;
	}
	return rich_match(b, s, ru);
}

/* which of a zone's three scopes a rich rule belongs to; a policy has one */
static bool belongs(const struct fwd_scope *s, const struct fwd_rule *ru)
{
	if (!s->p->is_zone)
		return true;
	if (ru->action == FWD_ACTION_MARK || ru->element == FWD_ELEMENT_FORWARD_PORT ||
	    ru->element == FWD_ELEMENT_MSS_CLAMP)
		return s->to == FWD_SIDE_ANY;
	if (ru->element == FWD_ELEMENT_MASQUERADE)
		return s->from == FWD_SIDE_ANY;
	return s->to == FWD_SIDE_HOST;
}

int fwd_b_settings(struct fwd_builder *b, const struct fwd_scope *s)
{
	const struct fwd_policy *p = s->p;
	bool zone = p->is_zone, host = !zone || s->to == FWD_SIDE_HOST;
	const struct fwd_item *it;
	const struct fwd_rule *ru;
	int r = 0;

	for (it = host ? p->services.first : NULL; it && r == 0; it = it->next) {
		struct service_use u = {.origin = it->origin};

		r = service(b, s, it->name, &u, 0);
	}
	if (host && r == 0)
		r = port_rules(b, s, &p->ports, "dport", NULL, NULL, NULL);
	if (p->masquerade && r == 0 && (!zone || s->from == FWD_SIDE_ANY))
		r = masquerade(b, s, NULL, p->masquerade_origin);
	for (it = !zone || s->to == FWD_SIDE_ANY ? p->forward_ports.first : NULL; it && r == 0;
	     it = it->next)
		r = forward_port(b, s, it, NULL);
	if (host && r == 0)
		r = port_rules(b, s, &p->source_ports, "sport", NULL, NULL, NULL);
	for (it = host ? p->icmp_blocks.first : NULL; it && r == 0; it = it->next)
		r = icmp_block(b, s, it);
	for (ru = p->first_rule; ru && r == 0; ru = ru->next)
		if (belongs(s, ru))
			r = fwd_b_rich(b, s, ru);
	if (host && r == 0)
		r = protocol_rules(b, s, &p->protocols, NULL, NULL, NULL);
	return r;
}
