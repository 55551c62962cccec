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

/* local_label - the administrator's own entry that the port lies in, or NULL */
static const struct seal_local_port *local_label(const struct seal_ladder *l, const char *protocol)
{
	seal_vec_each (p, &l->h->selinux.ports) {
		if (strcmp(p->protocol, protocol) == 0 && p->low <= l->g->port &&
		    p->high >= l->g->port)
			return p;
	}
	return NULL;
}

/* struct entry - ports low to high of a protocol and their type */
struct entry {
	const char *protocol;
	int low, high;
	struct seal_bytes type;
};

/* port_argv - semanage port @option with the entry. Returns 0 or -ENOMEM */
static int port_argv(struct seal_ladder *l, struct seal_argv *a, const char *option,
		     const struct entry *e)
{
	struct seal_bytes range = e->low == e->high
					  ? seal_ladder_textf(l, "%d", e->low)
					  : seal_ladder_textf(l, "%d-%d", e->low, e->high);
	struct seal_bytes opt = seal_bytes_of(option), proto = seal_bytes_of(e->protocol);

	if (!range.n)
		return -ENOMEM;
	if (strcmp(option, "-d") == 0)
		return seal_argv_set(a,
				     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("port"),
							   opt, SEAL_LIT("-p"), proto, range},
				     6);
	return seal_argv_set(a,
			     (struct seal_bytes[]){SEAL_LIT("semanage"), SEAL_LIT("port"), opt,
						   SEAL_LIT("-t"), e->type, SEAL_LIT("-p"), proto,
						   range},
			     8);
}

/* port_step - a step with what it does, @undo being the option that takes it back. Returns 0 or
 * -ENOMEM */
static int port_step(struct seal_ladder *l, struct seal_fix *f, const char *option,
		     const struct entry *e, const char *undo, const struct entry *before)
{
	struct seal_step *s;
	int r;

	r = seal_ladder_step(f, "semanage-port", NULL, 0, &s);
	if (r == 0)
		r = port_argv(l, &s->argv, option, e);
	if (r == 0)
		r = port_argv(l, &s->undo, undo, before);
	return r;
}

/* split - the administrator's own range that the port lies in: semanage refuses entries that
 * overlap one of its own, so what is left of the range is entered anew. Returns 0 or -ENOMEM */
static int split(struct seal_ladder *l, struct seal_fix *f, const struct entry *range)
{
	struct entry below = *range, above = *range;
	int r;

	below.high = l->g->port - 1;
	above.low = l->g->port + 1;
	r = port_step(l, f, "-d", range, "-a", range);
	if (r == 0 && below.low <= below.high)
		r = port_step(l, f, "-a", &below, "-d", &below);
	if (r == 0 && above.low <= above.high)
		r = port_step(l, f, "-a", &above, "-d", &above);
	return r;
}

/* refused - why the port is not to be relabelled; empty when it may be */
static struct seal_bytes refused(const struct seal_ladder *l, const struct seal_port_label *now)
{
	if (!is_generic(now) && l->g->port < IPPORT_RESERVED)
		return SEAL_LIT("the port is reserved for another service");
	/* a remote port may be any: the peer has chosen it */
	if (seal_denial_has(l->g->members.v[0], "name_bind") && l->g->port >= EPHEMERAL_LOW &&
	    l->g->port <= EPHEMERAL_HIGH)
		return SEAL_LIT("the port is of the range that outgoing connections take theirs "
				"from: choose another");
	return SEAL_BYTES_NONE;
}

/* choose_another - a listener on a port that is not to be had */
static int choose_another(struct seal_ladder *l, struct seal_bytes why)
{
	struct seal_fix *f = seal_ladder_add(l, SEAL_FIX_POSTFIX_CONFIG);
	struct seal_step *s;
	int r;

	if (!f)
		return -ENOMEM;
	f->opens.known = true;
	f->why = why;
	r = seal_ladder_step(f, "manual", NULL, 0, &s);
	if (r < 0)
		return r;
	s->why =
		seal_ladder_textf(l,
				  "let the service listen on another port than %d (master.cf): one "
				  "below %d that no service has, and give that one its label",
				  l->g->port, EPHEMERAL_LOW);
	return s->why.n ? 0 : -ENOMEM;
}

/* label_steps - the entry for the port, after the administrator's own one has made room. Returns 0
 * or -ENOMEM */
static int label_steps(struct seal_ladder *l, struct seal_fix *f, const char *protocol,
		       const struct seal_port_label *now, struct seal_bytes type)
{
	const struct seal_local_port *local = local_label(l, protocol);
	struct entry e = {protocol, l->g->port, l->g->port, type}, own = e;
	bool exact = local && local->low == local->high;
	bool modify = exact || (!local && now->low == l->g->port && now->high == l->g->port);
	struct seal_step *s;
	int r = 0;

	if (local)
		own = (struct entry){protocol, local->low, local->high, local->type};
	if (local && !exact)
		r = split(l, f, &own);
	if (r == 0)
		r = port_step(l, f, modify ? "-m" : "-a", &e, exact ? "-m" : "-d",
			      exact ? &own : &e);
	if (r < 0)
		return r;
	s = &f->steps.v[f->steps.n - 1];
	s->precondition = modify ? SEAL_LIT("semanage port -l lists the port with another type")
				 : SEAL_LIT("the port has no local label yet");
	s->verify = SEAL_LIT("semanage port -l lists the port with the type");
	s->after = (struct seal_condition){
		SEAL_CONDITION_PORT, .subject = seal_ladder_textf(l, "%s/%d", protocol, l->g->port),
		.value = type};
	s->before = s->after;
	s->before.value = exact ? local->type : SEAL_BYTES_NONE;
	return s->after.subject.n ? 0 : -ENOMEM;
}

static int add_label(struct seal_ladder *l, const char *protocol, const struct seal_port_label *now,
		     const struct offer *o)
{
	struct seal_fix *f = seal_ladder_add(l, SEAL_FIX_PORT_LABEL);

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
	return label_steps(l, f, protocol, now, o->type);
}

int seal_rung_port(struct seal_ladder *l)
{
	const struct seal_denial *d = l->g->members.v[0];
	const char *protocol = protocol_of(l->g->tclass);
	struct seal_port_label now;
	struct seal_bytes why;
	struct offer best;
	int r;

	if (l->g->port <= 0 || l->g->port > UINT16_MAX || !protocol || !l->h->selinux.policy)
		return 0;
	if (seal_policy_port(l->h->selinux.policy, protocol, (uint16_t)l->g->port, &now) < 0)
		return 0;
	if (is_generic(&now))
		l->no_rule = SEAL_LIT("it would open every port of that label");
	else if (seal_denial_has(d, "name_bind") && l->g->port < IPPORT_RESERVED)
		l->no_rule = SEAL_LIT("the port is reserved for another service");
	r = find_type(l, d, protocol, l->g->target_type, &best);
	if (r == 1)
		r = add_label(l, protocol, &now, &best);
	why = refused(l, &now);
	return r == 0 && why.n && seal_denial_has(d, "name_bind") ? choose_another(l, why) : r;
}
