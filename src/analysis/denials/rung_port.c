/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"

/* rung_port.c - does the port lack the label of what it is used for? */

#define GENERIC_SPAN 256 /* an entry this wide labels no service: 1-511 and 512-1023 do not */
/* net.ipv4.ip_local_port_range of the kernel */
#define EPHEMERAL_LOW   32768
#define EPHEMERAL_HIGH  60999
#define IPPORT_RESERVED 1024

static bool is_generic(const struct seal_port_label *p)
{
	return p->high - p->low >= GENERIC_SPAN || (p->low == 0 && p->high == 0);
}

static const char *protocol_of(struct seal_bytes tclass)
{
	if (seal_bytes_starts(tclass, "tcp_"))
		return "tcp";
	if (seal_bytes_starts(tclass, "udp_"))
		return "udp";
	return NULL;
}

/* served_at - the program that master runs for that port, empty when master.cf does not say */
static struct seal_bytes served_at(const struct seal_host *h, int32_t port)
{
	seal_vec_each (inst, &h->postfix.instances) {
		seal_vec_each (svc, &inst->services) {
			ssize_t colon = seal_bytes_rchr(svc->name, ':');
			struct seal_bytes name = seal_bytes_from(svc->name, (size_t)(colon + 1));
			uint32_t n;

			if (svc->type == SEAL_SERVICE_INET && seal_parse_u32(name, 10, &n) == 0 &&
			    n == (uint32_t)port)
				return svc->command;
		}
	}
	return SEAL_BYTES_NONE;
}

/* service_port - the well-known port of what a daemon speaks: its label is the one a site-chosen
 * port for the same use should bear (RFC 5321, RFC 2033). 0: any use, the cheapest label counts */
static uint16_t service_port(const struct seal_ladder *l, const struct seal_denial *d)
{
	static const struct {
		const char *daemon;
		uint16_t port;
	} speaks[] = {{"lmtp", 24}, {"smtp", 25}}, serves[] = {{"smtpd", 25}, {"postscreen", 25}};
	struct seal_bytes daemon = served_at(l->h, l->g->port);
	size_t i;

	if (!seal_denial_has(d, "name_bind")) {
		for (i = 0; i < sizeof(speaks) / sizeof(speaks[0]); i++)
			if (seal_bytes_is(d->comm, speaks[i].daemon))
				return speaks[i].port;
		return 0;
	}
	for (i = 0; i < sizeof(serves) / sizeof(serves[0]); i++)
		if (seal_bytes_is(daemon.n ? daemon : d->comm, serves[i].daemon))
			return serves[i].port;
	return seal_bytes_is(d->comm, "master") && !daemon.n ? 25 : 0;
}

/* struct offer - a type the port could bear */
struct offer {
	struct seal_bytes type;
	struct seal_cost cost;
};

/* weigh - cost of the port bearing @type; false when the domain would still be denied or libsepol
 * fails */
static bool weigh(struct seal_ladder *l, const struct seal_denial *d, struct seal_bytes from,
		  struct seal_bytes type, struct offer *ret)
{
	struct seal_access a = {d->scontext, type, d->tclass, d->perms, d->n_perms, -1};
	struct seal_relabel_cost cost = {0};

	if (seal_policy_relabel_cost(l->h->selinux.policy, from, type, &a, &cost) < 0)
		return false;
	*ret = (struct offer){type, cost.opens};
	seal_vec_done(&cost.gain.v);
	seal_vec_done(&cost.lose.v);
	return true;
}

static bool is_cheaper(const struct offer *a, const struct offer *b)
{
	if (a->cost.domains != b->cost.domains)
		return a->cost.domains < b->cost.domains;
	return a->cost.tuples < b->cost.tuples;
}

/* find_type - the type of the service's own port when the domain may use it, else the one that
 * opens least among the types of specific ports; 1 when there is one */
static int find_type(struct seal_ladder *l, const struct seal_denial *d, const char *protocol,
		     struct seal_bytes from, struct offer *best)
{
	struct seal_policy *p = l->h->selinux.policy;
	struct seal_port_label *ports = NULL, own;
	uint16_t usual = service_port(l, d);
	struct offer o;
	int found = 0;
	ssize_t n, i;

	if (usual && seal_policy_port(p, protocol, usual, &own) == 0 && !is_generic(&own)) {
		if (seal_ladder_allows_all(l, SEAL_BYTES_NONE, own.type) &&
		    weigh(l, d, from, own.type, best))
			return 1;
	}
	n = seal_policy_ports(p, SEAL_BYTES_NONE, &ports);
	if (n < 0)
		return n == -ENOMEM ? -ENOMEM : 0;
	for (i = 0; i < n; i++) {
		if (strcmp(ports[i].protocol, protocol) != 0 || is_generic(&ports[i]))
			continue;
		if (seal_ladder_allows_all(l, SEAL_BYTES_NONE, ports[i].type) &&
		    weigh(l, d, from, ports[i].type, &o) && (!found || is_cheaper(&o, best))) {
			*best = o;
			found = 1;
		}
	}
	free(ports);
	return found;
}

/* local_label - the administrator's own entry for exactly this port, or NULL */
static const struct seal_local_port *local_label(const struct seal_ladder *l, const char *protocol)
{
	seal_vec_each (p, &l->h->selinux.ports) {
		if (strcmp(p->protocol, protocol) == 0 && p->low == l->g->port &&
		    p->high == l->g->port)
			return p;
	}
	return NULL;
}

/* add_undo - remove the entry, or give the administrator's own one back */
static int add_undo(struct seal_step *s, const struct seal_local_port *local,
		    struct seal_bytes proto, struct seal_bytes port)
{
	if (local)
		return seal_argv_set(&s->undo,
				     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("port"),
							   SEAL_LIT("-m"), SEAL_LIT("-t"),
							   local->type, SEAL_LIT("-p"), proto,
							   port},
				     8);
	return seal_argv_set(&s->undo,
			     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("port"),
						   SEAL_LIT("-d"), SEAL_LIT("-p"), proto, port},
			     6);
}

/* refused - why the port is not to be relabelled; empty when it may be */
static struct seal_bytes refused(const struct seal_ladder *l, const struct seal_port_label *now)
{
	if (!is_generic(now) && l->g->port < IPPORT_RESERVED)
		return SEAL_LIT("the port is reserved for another service");
	if (l->g->port >= EPHEMERAL_LOW && l->g->port <= EPHEMERAL_HIGH)
		return SEAL_LIT("the port is of the range that outgoing connections take theirs "
				"from: choose another");
	return SEAL_BYTES_NONE;
}

static int add_label(struct seal_ladder *l, const char *protocol, const struct seal_port_label *now,
		     const struct offer *o)
{
	const struct seal_local_port *local = local_label(l, protocol);
	bool modify = local || (now->low == l->g->port && now->high == l->g->port);
	struct seal_bytes port, proto = seal_bytes_of(protocol);
	struct seal_step *s;
	struct seal_fix *f;
	int r;

	port = seal_bytes_of(seal_arena_printf(l->h->arena, "%d", l->g->port));
	f = port.n ? seal_ladder_add(l, SEAL_FIX_PORT_LABEL) : NULL;
	if (!f)
		return -ENOMEM;
	f->sufficient = f->minimal = true;
	f->opens = o->cost;
	f->opens.known = true;
	f->why = is_generic(now)
			 ? SEAL_LIT("the port bears no label of its own: name what it is used for")
			 : seal_ladder_textf(l,
					     "the port bears the label of another service "
					     "(%.*s), whose domains lose it",
					     (int)now->type.n, now->type.p);
	f->rejected = refused(l, now);
	r = seal_ladder_step(f, "semanage-port",
			     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("port"),
						   modify ? SEAL_LIT("-m") : SEAL_LIT("-a"),
						   SEAL_LIT("-t"), o->type, SEAL_LIT("-p"), proto,
						   port},
			     8, &s);
	if (r < 0)
		return r;
	s->precondition = modify ? SEAL_LIT("semanage port -l lists the port with another type")
				 : SEAL_LIT("the port has no local label yet");
	s->verify = SEAL_LIT("semanage port -l lists the port with the type");
	s->after = (struct seal_condition){
		SEAL_CONDITION_PORT, .subject = seal_ladder_textf(l, "%s/%d", protocol, l->g->port),
		.value = o->type};
	s->before = s->after;
	s->before.value = local ? local->type : SEAL_BYTES_NONE;
	return s->after.subject.n ? add_undo(s, local, proto, port) : -ENOMEM;
}

int seal_rung_port(struct seal_ladder *l)
{
	const struct seal_denial *d = l->g->members.v[0];
	const char *protocol = protocol_of(l->g->tclass);
	struct seal_port_label now;
	struct offer best;
	int r;

	if (l->g->port <= 0 || l->g->port > UINT16_MAX || !protocol || !l->h->selinux.policy)
		return 0;
	if (seal_policy_port(l->h->selinux.policy, protocol, (uint16_t)l->g->port, &now) < 0)
		return 0;
	if (is_generic(&now))
		l->no_rule = SEAL_LIT("it would open every port of that label");
	r = find_type(l, d, protocol, l->g->target_type, &best);
	return r == 1 ? add_label(l, protocol, &now, &best) : r;
}
