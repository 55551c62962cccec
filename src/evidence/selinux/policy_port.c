/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#define INITIAL_SID_PORT 9 /* of every SELinux kernel: the label of a port without an entry */
#define PROTOCOL_DCCP    33

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{"tcp", IPPROTO_TCP},
	{"udp", IPPROTO_UDP},
	{"dccp", PROTOCOL_DCCP},
	{"sctp", IPPROTO_SCTP},
};

#define N_PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

static void fill(const struct seal_policy *p, const ocontext_t *c, size_t protocol,
		 struct seal_port_label *ret)
{
	*ret = (struct seal_port_label){.type = seal_type_name(p, c->context[0].type)};
	snprintf(ret->protocol, sizeof(ret->protocol), "%s", protocols[protocol].name);
}

int seal_policy_port(const struct seal_policy *p, const char *protocol, uint16_t port,
		     struct seal_port_label *ret)
{
	const ocontext_t *c;
	size_t i;

	for (i = 0; i < N_PROTOCOLS && strcmp(protocols[i].name, protocol) != 0; i++)
		;
	if (i == N_PROTOCOLS)
		return -EINVAL;

	for (c = p->db->ocontexts[OCON_PORT]; c; c = c->next) {
		if (c->u.port.protocol != protocols[i].number || port < c->u.port.low_port ||
		    port > c->u.port.high_port)
			continue;
		fill(p, c, i, ret);
		ret->low = c->u.port.low_port;
		ret->high = c->u.port.high_port;
		return 0;
	}
	for (c = p->db->ocontexts[OCON_ISID]; c; c = c->next) {
		if (c->sid[0] != INITIAL_SID_PORT)
			continue;
		fill(p, c, i, ret);
		return 0;
	}
	return -ENOENT;
}

ssize_t seal_policy_ports(const struct seal_policy *p, struct seal_bytes type,
			  struct seal_port_label **ret)
{
	uint32_t wanted = type.n > 0 ? seal_type_value(p, type, false) : 0;
	struct seal_port_label *v;
	ssize_t n = 0, count = 0;
	const ocontext_t *c;

	if (type.n > 0 && !wanted)
		return -ENOENT;
	for (c = p->db->ocontexts[OCON_PORT]; c; c = c->next)
		count++;
	v = calloc((size_t)count + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;

	for (c = p->db->ocontexts[OCON_PORT]; c; c = c->next) {
		for (size_t i = 0; i < N_PROTOCOLS; i++) {
			if (protocols[i].number != c->u.port.protocol ||
			    (wanted && c->context[0].type != wanted))
				continue;
			fill(p, c, i, &v[n]);
			v[n].low = c->u.port.low_port;
			v[n++].high = c->u.port.high_port;
		}
	}
	*ret = v;
	return n;
}
