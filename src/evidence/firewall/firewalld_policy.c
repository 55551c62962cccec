/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Zones and policies: firewalld.zone(5), firewalld.policy(5). What 1.x does with a faulty rich rule
 * is done here too: it warns, then skips every element up to the end of that rule. */

#include "evidence/firewall/firewalld_value.h"
#include "evidence/firewall/firewalld_xml.h"

#include <errno.h>

#define COMMON_TAGS                                                                                \
	{"short", "", ""}, {"description", "", ""}, {"service", "name", ""},                       \
		{"port", "port protocol", ""}, {"icmp-block", "name", ""},                         \
		{"icmp-type", "name", ""}, {"forward-port", "port protocol", "to-port to-addr"},   \
		{"rule", "", "family priority"},                                                   \
		{"source", "", "address mac invert family ipset"},                                 \
		{"destination", "", "address invert ipset"}, {"protocol", "value", ""},            \
		{"source-port", "port protocol", ""}, {"log", "", "prefix level"},                 \
		{"nflog", "", "group prefix queue-size"}, {"audit", "", ""}, {"accept", "", ""},   \
		{"reject", "", "type"}, {"drop", "", ""}, {"mark", "set", ""},                     \
		{"limit", "value", "burst"},                                                       \
	{                                                                                          \
		"tcp-mss-clamp", "", "value"                                                       \
	}

static const struct fwd_tag_rule zone_tags[] = {
	COMMON_TAGS,
	{"zone", "", "name immutable target version ingress-priority egress-priority"},
	{"masquerade", "", "enabled"},
	{"forward", "", ""},
	{"interface", "name", ""},
	{"icmp-block-inversion", "", ""},
	{NULL, NULL, NULL},
};

static const struct fwd_tag_rule policy_tags[] = {
	COMMON_TAGS,
	{"policy", "target", "version priority"},
	{"masquerade", "", ""},
	{"ingress-zone", "name", ""},
	{"egress-zone", "name", ""},
	{"disable", "", ""},
	{NULL, NULL, NULL},
};

struct reader {
	const struct fwd_source *source;
	struct fwd_config *c;
	struct fwd_policy *p;
	struct fwd_rule *rule; /* being read */
	bool skip;             /* firewalld's _rule_error */
	struct fwd_limit *limit_of;
	size_t rule_start;
	uint64_t rule_line;
};

/* the version decides what a faulty rule does: 1.x skips it, 2.x refuses the file */
static int faulty(struct reader *rd, const char *why, struct seal_err *err)
{
	if (rd->c->version >= 2000)
		return seal_err_set(err, -EINVAL, "%s", why);
	rd->c->differs = "a faulty rich rule is left out by 1.x and makes 2.x refuse the file";
	rd->skip = true;
	return 0;
}

static struct seal_origin *origin_new(struct reader *rd, uint64_t line, struct seal_bytes text)
{
	struct seal_origin *o = seal_arena_alloc(rd->c->facts, sizeof(*o));

	if (!o)
		return NULL;
	o->source = SEAL_SOURCE_FIREWALLD;
	o->path = rd->source->path;
	o->line = line;
	if (seal_arena_copy(rd->c->facts, seal_bytes_first(text, 1024), &o->ref) < 0)
		return NULL;
	return o;
}

static int copy(struct reader *rd, struct seal_bytes from, struct seal_bytes *to)
{
	return from.p ? seal_arena_intern(rd->c->arena, from, to) : 0;
}

/* a named setting, once */
static int add_name(struct reader *rd, struct fwd_list *l, const struct fwd_tag *tag,
		    struct seal_bytes name)
{
	struct fwd_item *it;

	if (fwd_list_find(l, name))
		return 0;
	if (l->n >= FWD_ITEMS_MAX)
		return -EFBIG;
	it = fwd_list_add(rd->c, l);
	if (!it || copy(rd, name, &it->name) < 0)
		return -ENOMEM;
	it->origin = origin_new(rd, tag->line, tag->text);
	return it->origin ? 0 : -ENOMEM;
}

/* a port range joins those of its protocol that it overlaps */
static int add_port(struct reader *rd, struct fwd_list *l, const struct fwd_tag *tag,
		    struct seal_err *err)
{
	struct seal_bytes proto = fwd_attr(tag, "protocol");
	struct fwd_item *it, *prev, *next;
	uint16_t lo, hi;
	int r;

	r = fwd_port_range(rd->c, fwd_attr(tag, "port"), &lo, &hi);
	if (r < 0 || !fwd_is_port_protocol(proto))
		return seal_err_set(err, r < 0 ? r : -EINVAL, "line %llu: invalid port or protocol",
				    (unsigned long long)tag->line);

	if (l->n >= FWD_ITEMS_MAX)
		return -EFBIG;
	for (it = l->first; it; it = it->next)
		if (seal_bytes_eq(it->name, proto) && it->lo <= lo && it->hi >= hi)
			return 0;
	for (it = l->first, prev = NULL; it; it = next) {
		next = it->next;
		if (!seal_bytes_eq(it->name, proto) || it->lo > hi || it->hi < lo) {
			prev = it;
			continue;
		}
		lo = it->lo < lo ? it->lo : lo;
		hi = it->hi > hi ? it->hi : hi;
		if (prev)
			prev->next = next;
		else
			l->first = next;
		if (l->last == it)
			l->last = prev;
		l->n--;
	}

	it = fwd_list_add(rd->c, l);
	if (!it || copy(rd, proto, &it->name) < 0)
		return -ENOMEM;
	it->lo = lo;
	it->hi = hi;
	it->origin = origin_new(rd, tag->line, tag->text);
	return it->origin ? 0 : -ENOMEM;
}

static int add_forward_port(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct seal_bytes proto = fwd_attr(tag, "protocol"), to = fwd_attr(tag, "to-port");
	struct seal_bytes addr = fwd_attr(tag, "to-addr");
	struct fwd_item v = {0}, *it;
	struct fwd_net net;
	int r;

	r = fwd_port_range(rd->c, fwd_attr(tag, "port"), &v.lo, &v.hi);
	if (r == 0 && to.n) {
		r = fwd_port_range(rd->c, to, &v.to_lo, &v.to_hi);
		v.has_to = true;
	}
	if (r == 0 && (!fwd_is_port_protocol(proto) || (!to.n && !addr.n)))
		r = -EINVAL;
	if (r == 0 && addr.n && (fwd_net_parse(addr, 0, &net) < 0 || !net.plain))
		r = -EINVAL;
	if (r < 0)
		return seal_err_set(err, r, "line %llu: invalid forward-port",
				    (unsigned long long)tag->line);

	it = fwd_list_add(rd->c, &rd->p->forward_ports);
	if (!it)
		return -ENOMEM;
	v.origin = origin_new(rd, tag->line, tag->text);
	if (!v.origin || copy(rd, proto, &v.name) < 0 || copy(rd, addr, &v.to_addr) < 0)
		return -ENOMEM;
	*it = v;
	return 0;
}

static const struct {
	const char *tag;
	enum fwd_element element;
} elements[] = {
	{"forward-port", FWD_ELEMENT_FORWARD_PORT},
	{"icmp-block", FWD_ELEMENT_ICMP_BLOCK},
	{"icmp-type", FWD_ELEMENT_ICMP_TYPE},
	{"masquerade", FWD_ELEMENT_MASQUERADE},
	{"port", FWD_ELEMENT_PORT},
	{"protocol", FWD_ELEMENT_PROTOCOL},
	{"service", FWD_ELEMENT_SERVICE},
	{"source-port", FWD_ELEMENT_SOURCE_PORT},
	{"tcp-mss-clamp", FWD_ELEMENT_MSS_CLAMP},
};

static enum fwd_element element_of(const char *tag)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (!strcmp(elements[i].tag, tag))
			return elements[i].element;
	return FWD_ELEMENT_NONE;
}

/* the element of a rich rule */
static int rule_element(struct reader *rd, const struct fwd_tag *tag, enum fwd_element element,
			struct seal_err *err)
{
	struct fwd_rule *ru = rd->rule;
	int r = 0;

	if (ru->element)
		return faulty(rd, "more than one element in a rule", err);

	ru->element = element;
	if (element == FWD_ELEMENT_PROTOCOL)
		r = copy(rd, fwd_attr(tag, "value"), &ru->name);
	else
		r = copy(rd, fwd_attr(tag, "name"), &ru->name);
	if (r == 0)
		r = copy(rd, fwd_attr(tag, "port"), &ru->port);
	if (r == 0)
		r = copy(rd, fwd_attr(tag, "protocol"), &ru->protocol);
	if (r == 0)
		r = copy(rd, fwd_attr(tag, "to-port"), &ru->to_port);
	if (r == 0)
		r = copy(rd, fwd_attr(tag, "to-addr"), &ru->to_addr);
	if (r == 0 && element == FWD_ELEMENT_MSS_CLAMP)
		r = copy(rd, fwd_attr(tag, "value"), &ru->clamp);
	return r;
}

/* the same elements outside a rule */
static int plain_element(struct reader *rd, const struct fwd_tag *tag, enum fwd_element element,
			 struct seal_err *err)
{
	struct fwd_policy *p = rd->p;
	uint8_t number;
	int r;

	switch (element) {
	case FWD_ELEMENT_SERVICE:
		return add_name(rd, &p->services, tag, fwd_attr(tag, "name"));
	case FWD_ELEMENT_PORT:
		return add_port(rd, &p->ports, tag, err);
	case FWD_ELEMENT_SOURCE_PORT:
		return add_port(rd, &p->source_ports, tag, err);
	case FWD_ELEMENT_PROTOCOL:
		r = fwd_protocol(rd->c, fwd_attr(tag, "value"), &number);
		if (r < 0)
			return seal_err_set(err, r, "line %llu: invalid protocol",
					    (unsigned long long)tag->line);
		return add_name(rd, &p->protocols, tag, fwd_attr(tag, "value"));
	case FWD_ELEMENT_ICMP_BLOCK:
		return add_name(rd, &p->icmp_blocks, tag, fwd_attr(tag, "name"));
	case FWD_ELEMENT_FORWARD_PORT:
		return add_forward_port(rd, tag, err);
	case FWD_ELEMENT_MASQUERADE:
		p->masquerade = true;
		p->masquerade_origin = origin_new(rd, tag->line, tag->text);
		return p->masquerade_origin ? 0 : -ENOMEM;
	case FWD_ELEMENT_MSS_CLAMP:
		/* 1.x prints the attribute in its warning, and fails when there is none */
		if (!fwd_attr(tag, "value").p || rd->c->version >= 2000)
			return seal_err_set(err, -EINVAL,
					    "line %llu: tcp-mss-clamp outside of a rule",
					    (unsigned long long)tag->line);
		return 0;
	case FWD_ELEMENT_ICMP_TYPE:
		return rd->c->version >= 2000
			       ? seal_err_set(err, -EINVAL, "icmp-type outside of a rule")
			       : 0;
	case FWD_ELEMENT_NONE:
		break;
	}
	return 0;
}

static int rule_source(struct reader *rd, const struct fwd_tag *tag, struct fwd_peer *peer,
		       struct seal_err *err)
{
	struct seal_bytes addr = fwd_attr(tag, "address"), mac = fwd_attr(tag, "mac");
	struct seal_bytes ipset = fwd_attr(tag, "ipset");
	bool is_source = peer == &rd->rule->source;

	if (peer->set) {
		/* a second destination is dropped by 1.x, without losing the rule */
		if (!is_source && rd->c->version < 2000) {
			rd->c->differs = "a second destination is ignored by 1.x, refused by 2.x";
			return 0;
		}
		return faulty(rd, "more than one source in a rule", err);
	}
	if (!addr.n && !ipset.n && (!is_source || !mac.n))
		return seal_err_set(err, -EINVAL, "line %llu: <%s> without address",
				    (unsigned long long)tag->line, tag->name);

	peer->set = true;
	peer->invert = fwd_is_true(fwd_attr(tag, "invert"));
	if (copy(rd, addr, &peer->addr) < 0 || copy(rd, ipset, &peer->ipset) < 0 ||
	    (is_source && copy(rd, mac, &peer->mac) < 0))
		return -ENOMEM;
	return 0;
}

static int zone_source(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct seal_bytes addr = fwd_attr(tag, "address"), ipset = fwd_attr(tag, "ipset");
	const char *name;
	struct fwd_net net;

	if ((!addr.p && !ipset.p) || (addr.p && ipset.p) || fwd_attr(tag, "invert").p) {
		if (rd->c->version >= 2000)
			return seal_err_set(err, -EINVAL, "line %llu: invalid source",
					    (unsigned long long)tag->line);
		rd->c->differs = "an unusable source is ignored by 1.x and refused by 2.x";
		return 0;
	}
	if (addr.p) {
		if (fwd_net_parse(addr, 0, &net) < 0 && !fwd_is_mac(addr))
			return seal_err_set(err, -EINVAL, "line %llu: invalid source address",
					    (unsigned long long)tag->line);
		return add_name(rd, &rd->p->sources, tag, addr);
	}

	name = seal_arena_printf(rd->c->arena, "ipset:%.*s", (int)ipset.n, ipset.p);
	return name ? add_name(rd, &rd->p->sources, tag, seal_bytes_of(name)) : -ENOMEM;
}

static int action(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct fwd_rule *ru = rd->rule;

	if (!ru)
		return faulty(rd, "action outside of a rule", err);
	if (ru->action)
		return faulty(rd, "more than one action in a rule", err);

	if (!strcmp(tag->name, "accept"))
		ru->action = FWD_ACTION_ACCEPT;
	else if (!strcmp(tag->name, "reject"))
		ru->action = FWD_ACTION_REJECT;
	else if (!strcmp(tag->name, "drop"))
		ru->action = FWD_ACTION_DROP;
	else
		ru->action = FWD_ACTION_MARK;
	rd->limit_of = &ru->action_limit;
	if (copy(rd, fwd_attr(tag, "type"), &ru->reject_type) < 0)
		return -ENOMEM;
	return copy(rd, fwd_attr(tag, "set"), &ru->mark);
}

static int logging(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct seal_bytes level = fwd_attr(tag, "level"), prefix = fwd_attr(tag, "prefix");
	struct seal_bytes group = fwd_attr(tag, "group"), queue = fwd_attr(tag, "queue-size");
	struct fwd_rule *ru = rd->rule;
	uint32_t v;

	if (!ru || ru->log) {
		if (rd->c->version >= 2000)
			return seal_err_set(err, -EINVAL, "log outside of a rule, or a second one");
		rd->c->differs = "a misplaced log is ignored by 1.x and refused by 2.x";
		return 0;
	}
	if (level.p && !fwd_is_one_of(level, "emerg alert crit error warning notice info debug"))
		return faulty(rd, "invalid log level", err);
	if (prefix.p && (!prefix.n || prefix.n > 127))
		return faulty(rd, "invalid log prefix", err);
	if ((group.p && (fwd_u32(group, &v) < 0 || v > 65535)) ||
	    (queue.p && (fwd_u32(queue, &v) < 0 || v > 65535)))
		return faulty(rd, "invalid nflog number", err);

	ru->log = true;
	ru->nflog = !strcmp(tag->name, "nflog");
	rd->limit_of = &ru->log_limit;
	if (copy(rd, level, &ru->level) < 0 || copy(rd, prefix, &ru->prefix) < 0 ||
	    copy(rd, group, &ru->group) < 0)
		return -ENOMEM;
	return copy(rd, queue, &ru->queue_size);
}

static int auditing(struct reader *rd, struct seal_err *err)
{
	if (!rd->rule)
		return rd->c->version >= 2000
			       ? seal_err_set(err, -EINVAL, "audit outside of a rule")
			       : 0;
	if (rd->rule->audit)
		return faulty(rd, "more than one audit in a rule", err);

	rd->rule->audit = true;
	rd->limit_of = &rd->rule->audit_limit;
	return 0;
}

static int limit(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct seal_bytes burst = fwd_attr(tag, "burst");

	if (burst.p && rd->c->version && rd->c->version < 2001)
		return seal_err_set(err, -EINVAL, "line %llu: limit has unknown attribute burst",
				    (unsigned long long)tag->line);
	if (burst.p)
		rd->c->differs = "the burst of a limit is unknown to 1.x, which refuses the file";
	if (!rd->limit_of || rd->limit_of->set)
		return faulty(rd, "limit outside of action, log and audit, or a second one", err);

	rd->limit_of->set = true;
	if (copy(rd, fwd_attr(tag, "value"), &rd->limit_of->value) < 0)
		return -ENOMEM;
	return copy(rd, burst, &rd->limit_of->burst);
}

static int rule_begin(struct reader *rd, struct fwd_xml *x, const struct fwd_tag *tag,
		      struct seal_err *err)
{
	struct seal_bytes family = fwd_attr(tag, "family"), priority = fwd_attr(tag, "priority");
	struct fwd_rule *ru;

	if (family.p && !fwd_is_one_of(family, "ipv4 ipv6"))
		return faulty(rd, "invalid rule family", err);

	ru = seal_arena_alloc(rd->c->arena, sizeof(*ru));
	if (!ru)
		return -ENOMEM;
	if (family.p)
		ru->family = seal_bytes_is(family, "ipv4") ? 4 : 6;
	if (priority.p && fwd_int(priority, &ru->priority) < 0)
		return seal_err_set(err, -EINVAL, "line %llu: invalid priority",
				    (unsigned long long)tag->line);
	rd->rule = ru;
	rd->rule_start = fwd_xml_offset(x, false);
	rd->rule_line = tag->line;
	return 0;
}

/* "{chain}_{zone}" is a zone's default, to reject; "default" adds no rule, so that the packet comes
 * to the last rule of the base chain, which rejects it as well */
static int target_of(struct reader *rd, struct seal_bytes s, struct seal_err *err)
{
	static const struct {
		const char *word;
		enum fwd_target target;
		bool zone, policy;
	} targets[] = {
		{"ACCEPT", FWD_TARGET_ACCEPT, true, true},
		{"DROP", FWD_TARGET_DROP, true, true},
		{"%%REJECT%%", FWD_TARGET_REJECT, true, false},
		{"REJECT", FWD_TARGET_REJECT, false, true},
		{"CONTINUE", FWD_TARGET_CONTINUE, false, true},
		{"{chain}_{zone}", FWD_TARGET_DEFAULT, true, false},
		{"default", FWD_TARGET_CONTINUE, true, false},
	};
	size_t i;

	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (!seal_bytes_is(s, targets[i].word) ||
		    !(rd->p->is_zone ? targets[i].zone : targets[i].policy))
			continue;
		rd->p->target = targets[i].target;
		return 0;
	}
	return seal_err_set(err, -EINVAL, "invalid target");
}

/* since 2.0: a priority of a zone */
static int zone_priority(struct reader *rd, const struct fwd_tag *tag, const char *name, long *ret,
			 struct seal_err *err)
{
	struct seal_bytes s = fwd_attr(tag, name);

	if (!s.p)
		return 0;
	if (fwd_int(s, ret) < 0 || (rd->c->version && rd->c->version < 2000) || *ret < -32768 ||
	    *ret > 32767)
		return seal_err_set(err, -EINVAL, "invalid attribute %s", name);
	rd->c->differs = "zone priorities are unknown to 1.x, which refuses the file";
	return 0;
}

static int root_element(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct seal_bytes target = fwd_attr(tag, "target"), priority = fwd_attr(tag, "priority");
	struct fwd_policy *p = rd->p;
	int r;

	p->origin = origin_new(rd, tag->line, tag->text);
	if (!p->origin)
		return -ENOMEM;
	if (priority.p && fwd_int(priority, &p->priority) < 0)
		return seal_err_set(err, -EINVAL, "invalid priority");
	r = target.p ? target_of(rd, target, err) : 0;
	if (r == 0)
		r = zone_priority(rd, tag, "ingress-priority", &p->ingress_priority, err);
	if (r == 0)
		r = zone_priority(rd, tag, "egress-priority", &p->egress_priority, err);
	return r;
}

static int disable(struct reader *rd, struct seal_err *err)
{
	if (rd->c->version && rd->c->version < 2004)
		return seal_err_set(err, -EINVAL, "unknown element <disable>");
	rd->c->differs = "<disable> is unknown before 2.4, which refuses the file";
	rd->p->disable = true;
	return 0;
}

static int own_element(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	const char *n = tag->name;

	if (!strcmp(n, "zone") || !strcmp(n, "policy"))
		return root_element(rd, tag, err);
	if (!strcmp(n, "ingress-zone"))
		return add_name(rd, &rd->p->ingress, tag, fwd_attr(tag, "name"));
	if (!strcmp(n, "egress-zone"))
		return add_name(rd, &rd->p->egress, tag, fwd_attr(tag, "name"));
	if (!strcmp(n, "disable"))
		return disable(rd, err);
	if (!strcmp(n, "forward")) {
		rd->p->forward = true;
	} else if (!strcmp(n, "icmp-block-inversion")) {
		rd->p->icmp_inversion = true;
		rd->p->inversion_origin = origin_new(rd, tag->line, tag->text);
		return rd->p->inversion_origin ? 0 : -ENOMEM;
	} else if (!strcmp(n, "interface")) {
		if (rd->rule)
			return faulty(rd, "interface in a rule", err);
		return add_name(rd, &rd->p->interfaces, tag, fwd_attr(tag, "name"));
	} else if (!strcmp(n, "source")) {
		if (rd->rule)
			return rule_source(rd, tag, &rd->rule->source, err);
		return rd->p->is_zone ? zone_source(rd, tag, err)
				      : faulty(rd, "source outside of a rule", err);
	}
	return 0;
}

static int on_start(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err)
{
	struct reader *rd = x->data;
	enum fwd_element element;
	int r;

	if (rd->skip)
		return 0;

	r = fwd_tag_check(tag, rd->p->is_zone ? zone_tags : policy_tags, err);
	if (r < 0)
		return r;

	element = element_of(tag->name);
	if (element)
		return rd->rule ? rule_element(rd, tag, element, err)
				: plain_element(rd, tag, element, err);
	if (!strcmp(tag->name, "destination"))
		return rd->rule ? rule_source(rd, tag, &rd->rule->destination, err)
				: faulty(rd, "destination outside of a rule", err);
	if (fwd_is_one_of(seal_bytes_of(tag->name), "accept reject drop mark"))
		return action(rd, tag, err);
	if (fwd_is_one_of(seal_bytes_of(tag->name), "log nflog"))
		return logging(rd, tag, err);
	if (!strcmp(tag->name, "audit"))
		return auditing(rd, err);
	if (!strcmp(tag->name, "rule"))
		return rule_begin(rd, x, tag, err);
	if (!strcmp(tag->name, "limit"))
		return limit(rd, tag, err);
	return own_element(rd, tag, err);
}

static int rule_end(struct reader *rd, struct fwd_xml *x, struct seal_err *err)
{
	struct fwd_rule *ru = rd->rule;
	struct seal_bytes text;
	bool skip = rd->skip;
	int r;

	rd->rule = NULL;
	rd->skip = false;
	if (!ru || skip)
		return 0;

	r = fwd_rule_check(rd->c, ru, err);
	if (r == -EINVAL && rd->c->version < 2000) {
		rd->c->differs =
			"a faulty rich rule is left out by 1.x and makes 2.x refuse the file";
		return 0;
	}
	if (r < 0)
		return r == -EBADE ? -EINVAL : r;

	text = seal_bytes_first(seal_bytes_from(rd->source->text, rd->rule_start),
				fwd_xml_offset(x, true) - rd->rule_start);
	ru->origin = origin_new(rd, rd->rule_line, text);
	if (!ru->origin)
		return -ENOMEM;
	if (rd->p->last_rule)
		rd->p->last_rule->next = ru;
	else
		rd->p->first_rule = ru;
	rd->p->last_rule = ru;
	return 0;
}

static int on_end(struct fwd_xml *x, const char *name, struct seal_bytes body SEAL_UNUSED,
		  struct seal_err *err)
{
	struct reader *rd = x->data;

	if (!strcmp(name, "rule"))
		return rule_end(rd, x, err);
	if (fwd_is_one_of(seal_bytes_of(name), "accept reject drop mark log audit"))
		rd->limit_of = NULL;
	return 0;
}

int fwd_policy_read(const struct fwd_source *s, bool is_zone, struct seal_err *err)
{
	struct fwd_config *c = s->config;
	struct fwd_policy *p = is_zone ? fwd_zone_find(c, s->name) : fwd_policy_find(c, s->name);
	struct fwd_policy v = {.is_zone = is_zone};
	struct reader rd = {.source = s, .c = c, .p = &v};
	struct fwd_xml x = {.data = &rd, .start = on_start, .end = on_end};
	int r;

	v.target = is_zone ? FWD_TARGET_DEFAULT : FWD_TARGET_CONTINUE;
	v.priority = is_zone ? 0 : -1;
	if (seal_arena_intern(c->arena, s->name, &v.name) < 0)
		return -ENOMEM;

	r = fwd_xml_parse(s->text, &x, err);
	if (r < 0)
		return r;

	if (!p)
		p = is_zone ? seal_vec_add(&c->zones) : seal_vec_add(&c->policies);
	if (!p)
		return -ENOMEM;
	*p = v;
	return 0;
}
