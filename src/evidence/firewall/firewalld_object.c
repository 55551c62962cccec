/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Services, ipsets, ICMP types, helpers: firewalld.service(5), .ipset(5), .icmptype(5), .helper(5)
 */

#include "evidence/firewall/firewalld_value.h"
#include "evidence/firewall/firewalld_xml.h"

#include <errno.h>

struct reader {
	struct fwd_config *c;
	struct fwd_service service;
	struct fwd_ipset ipset;
	struct fwd_icmptype icmptype;
	struct fwd_helper helper;
};

static int copy(struct reader *rd, struct seal_bytes from, struct seal_bytes *to)
{
	return seal_arena_intern(rd->c->arena, from, to);
}

static int bad(const struct fwd_tag *tag, int code, struct seal_err *err)
{
	return seal_err_set(err, code, "line %llu: invalid <%s>", (unsigned long long)tag->line,
			    tag->name);
}

static int add_name(struct reader *rd, struct fwd_list *l, struct seal_bytes name)
{
	struct fwd_item *it;

	if (fwd_list_find(l, name))
		return 0;
	if (l->n >= FWD_ITEMS_MAX)
		return -EFBIG;
	it = fwd_list_add(rd->c, l);
	return it ? copy(rd, name, &it->name) : -ENOMEM;
}

static int add_port(struct reader *rd, struct fwd_list *l, const struct fwd_tag *tag,
		    struct seal_err *err)
{
	struct seal_bytes proto = fwd_attr(tag, "protocol");
	struct fwd_item *it;
	uint16_t lo, hi;
	int r;

	r = fwd_port_range(rd->c, fwd_attr(tag, "port"), &lo, &hi);
	if (r < 0 || !fwd_is_port_protocol(proto))
		return bad(tag, r < 0 ? r : -EINVAL, err);

	it = fwd_list_add(rd->c, l);
	if (!it)
		return -ENOMEM;
	it->lo = lo;
	it->hi = hi;
	return copy(rd, proto, &it->name);
}

/* "nf_conntrack_netbios_ns" is the helper "netbios-ns" */
static int add_module(struct reader *rd, struct seal_bytes name)
{
	struct fwd_item *it;
	char *p;
	size_t i;

	if (!seal_bytes_starts(name, "nf_conntrack_"))
		return add_name(rd, &rd->service.modules, name);

	name = seal_bytes_from(name, strlen("nf_conntrack_"));
	p = seal_arena_alloc(rd->c->arena, name.n + 1);
	if (!p)
		return -ENOMEM;
	for (i = 0; i < name.n; i++)
		p[i] = name.p[i] == '_' ? '-' : name.p[i];
	it = fwd_list_add(rd->c, &rd->service.modules);
	if (!it)
		return -ENOMEM;
	it->name = (struct seal_bytes){p, name.n};
	return 0;
}

static int add_protocol(struct reader *rd, const struct fwd_tag *tag, struct seal_bytes name,
			struct seal_err *err)
{
	uint8_t number;
	int r = fwd_protocol(rd->c, name, &number);

	return r < 0 ? bad(tag, r, err) : add_name(rd, &rd->service.protocols, name);
}

static int destination(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	static const char *const names[] = {"ipv4", "ipv6"};
	struct seal_bytes v;
	struct fwd_net net;
	size_t i;

	for (i = 0; i < 2; i++) {
		v = fwd_attr(tag, names[i]);
		if (!v.p)
			continue;
		if (fwd_net_parse(v, i ? 6 : 4, &net) < 0)
			return bad(tag, -EINVAL, err);
		if (!rd->service.destination[i].p && copy(rd, v, &rd->service.destination[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int service_start(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err)
{
	static const struct fwd_tag_rule tags[] = {
		{"short", "", ""},
		{"description", "", ""},
		{"service", "", "name version"},
		{"port", "port protocol", ""},
		{"protocol", "value", ""},
		{"module", "name", ""},
		{"destination", "", "ipv4 ipv6"},
		{"source-port", "port protocol", ""},
		{"include", "service", ""},
		{"helper", "name", ""},
		{NULL, NULL, NULL},
	};
	struct reader *rd = x->data;
	int r = fwd_tag_check(tag, tags, err);

	if (r < 0)
		return r;
	if (!strcmp(tag->name, "port")) {
		if (!fwd_attr(tag, "port").n)
			return add_protocol(rd, tag, fwd_attr(tag, "protocol"), err);
		return add_port(rd, &rd->service.ports, tag, err);
	}
	if (!strcmp(tag->name, "source-port"))
		return add_port(rd, &rd->service.source_ports, tag, err);
	if (!strcmp(tag->name, "protocol"))
		return add_protocol(rd, tag, fwd_attr(tag, "value"), err);
	if (!strcmp(tag->name, "destination"))
		return destination(rd, tag, err);
	if (!strcmp(tag->name, "module"))
		return add_module(rd, fwd_attr(tag, "name"));
	if (!strcmp(tag->name, "include"))
		return add_name(rd, &rd->service.includes, fwd_attr(tag, "service"));
	if (!strcmp(tag->name, "helper"))
		return add_name(rd, &rd->service.helpers, fwd_attr(tag, "name"));
	return 0;
}

static int ignore_end(struct fwd_xml *x SEAL_UNUSED, const char *name SEAL_UNUSED,
		      struct seal_bytes body SEAL_UNUSED, struct seal_err *err SEAL_UNUSED)
{
	return 0;
}

int fwd_service_read(const struct fwd_source *s, struct seal_err *err)
{
	struct reader rd = {.c = s->config};
	struct fwd_xml x = {.data = &rd, .start = service_start, .end = ignore_end};
	struct fwd_service *v = fwd_service_find(s->config, s->name);
	int r = fwd_xml_parse(s->text, &x, err);

	if (r < 0)
		return r;
	if (!v)
		v = seal_vec_add(&s->config->services);
	if (!v)
		return -ENOMEM;
	*v = rd.service;
	return copy(&rd, s->name, &v->name);
}

static int ipset_option(struct reader *rd, const struct fwd_tag *tag, struct seal_err *err)
{
	struct seal_bytes name = fwd_attr(tag, "name"), value = fwd_attr(tag, "value");
	long v;

	if (!fwd_is_one_of(name, "family timeout hashsize maxelem") || !value.n)
		return bad(tag, -EINVAL, err);
	if (seal_bytes_is(name, "family")) {
		if (seal_bytes_is(rd->ipset.type, "hash:mac") ||
		    !fwd_is_one_of(value, "inet inet6"))
			return bad(tag, -EINVAL, err);
		return rd->ipset.family.p ? 0 : copy(rd, value, &rd->ipset.family);
	}

	if (fwd_int(value, &v) < 0 || v < 0)
		return bad(tag, -EINVAL, err);
	if (seal_bytes_is(name, "timeout") && !rd->ipset.timeout.p)
		return copy(rd, value, &rd->ipset.timeout);
	if (seal_bytes_is(name, "maxelem") && !rd->ipset.maxelem.p)
		return copy(rd, value, &rd->ipset.maxelem);
	return 0;
}

static int ipset_start(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err)
{
	static const struct fwd_tag_rule tags[] = {
		{"short", "", ""},           {"description", "", ""}, {"ipset", "type", "version"},
		{"option", "name", "value"}, {"entry", "", ""},       {NULL, NULL, NULL},
	};
	static const char types[] = "hash:ip hash:ip,port hash:ip,port,ip hash:ip,port,net "
				    "hash:ip,mark hash:net hash:net,net hash:net,port "
				    "hash:net,port,net hash:net,iface hash:mac";
	struct reader *rd = x->data;
	int r = fwd_tag_check(tag, tags, err);

	if (r < 0)
		return r;
	if (!strcmp(tag->name, "ipset")) {
		if (!fwd_is_one_of(fwd_attr(tag, "type"), types))
			return bad(tag, -EINVAL, err);
		return copy(rd, fwd_attr(tag, "type"), &rd->ipset.type);
	}
	return !strcmp(tag->name, "option") ? ipset_option(rd, tag, err) : 0;
}

static int ipset_end(struct fwd_xml *x, const char *name, struct seal_bytes body,
		     struct seal_err *err SEAL_UNUSED)
{
	struct reader *rd = x->data;
	struct fwd_item *it;

	if (strcmp(name, "entry") != 0)
		return 0;
	it = fwd_list_add(rd->c, &rd->ipset.entries);
	return it ? seal_arena_copy(rd->c->arena, body, &it->name) : -ENOMEM;
}

int fwd_ipset_read(const struct fwd_source *s, struct seal_err *err)
{
	struct reader rd = {.c = s->config};
	struct fwd_xml x = {.data = &rd, .start = ipset_start, .end = ipset_end};
	struct fwd_ipset *v = fwd_ipset_find(s->config, s->name);
	int r = fwd_xml_parse(s->text, &x, err);

	if (r < 0)
		return r;
	if (!rd.ipset.type.p)
		return seal_err_set(err, -EINVAL, "no ipset type");
	/* elements of a set with timeout come at run time only */
	if (rd.ipset.timeout.p && !seal_bytes_is(rd.ipset.timeout, "0"))
		rd.ipset.entries = (struct fwd_list){0};

	if (!v)
		v = seal_vec_add(&s->config->ipsets);
	if (!v)
		return -ENOMEM;
	*v = rd.ipset;
	return copy(&rd, s->name, &v->name);
}

static int icmptype_start(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err)
{
	static const struct fwd_tag_rule tags[] = {
		{"short", "", ""},
		{"description", "", ""},
		{"icmptype", "", "name version"},
		{"destination", "", "ipv4 ipv6"},
		{NULL, NULL, NULL},
	};
	struct reader *rd = x->data;
	int r = fwd_tag_check(tag, tags, err);

	if (r < 0)
		return r;
	if (fwd_is_true(fwd_attr(tag, "ipv4")))
		rd->icmptype.ipv4 = true;
	if (fwd_is_true(fwd_attr(tag, "ipv6")))
		rd->icmptype.ipv6 = true;
	return 0;
}

int fwd_icmptype_read(const struct fwd_source *s, struct seal_err *err)
{
	struct reader rd = {.c = s->config};
	struct fwd_xml x = {.data = &rd, .start = icmptype_start, .end = ignore_end};
	struct fwd_icmptype *v = fwd_icmptype_find(s->config, s->name);
	int r = fwd_xml_parse(s->text, &x, err);

	if (r < 0)
		return r;
	if (!v)
		v = seal_vec_add(&s->config->icmptypes);
	if (!v)
		return -ENOMEM;
	*v = rd.icmptype;
	return copy(&rd, s->name, &v->name);
}

static int helper_start(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err)
{
	static const struct fwd_tag_rule tags[] = {
		{"short", "", ""},
		{"description", "", ""},
		{"helper", "module", "name version family"},
		{"port", "port protocol", ""},
		{NULL, NULL, NULL},
	};
	struct reader *rd = x->data;
	struct seal_bytes module = fwd_attr(tag, "module"), family = fwd_attr(tag, "family");
	int r = fwd_tag_check(tag, tags, err);

	if (r < 0)
		return r;
	if (!strcmp(tag->name, "port"))
		return add_port(rd, &rd->helper.ports, tag, err);
	if (strcmp(tag->name, "helper") != 0)
		return 0;
	if ((family.p && !fwd_is_one_of(family, "ipv4 ipv6")) ||
	    !seal_bytes_starts(module, "nf_conntrack_") || module.n == strlen("nf_conntrack_"))
		return bad(tag, -EINVAL, err);
	if (family.p && copy(rd, family, &rd->helper.family) < 0)
		return -ENOMEM;
	return copy(rd, module, &rd->helper.module);
}

int fwd_helper_read(const struct fwd_source *s, struct seal_err *err)
{
	struct reader rd = {.c = s->config};
	struct fwd_xml x = {.data = &rd, .start = helper_start, .end = ignore_end};
	struct fwd_helper *v = fwd_helper_find(s->config, s->name);
	int r = fwd_xml_parse(s->text, &x, err);

	if (r < 0)
		return r;
	if (!v)
		v = seal_vec_add(&s->config->helpers);
	if (!v)
		return -ENOMEM;
	*v = rd.helper;
	return copy(&rd, s->name, &v->name);
}
