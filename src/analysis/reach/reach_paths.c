/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_paths.h"

#include <errno.h>
#include <netinet/in.h>

#include "analysis/daemon.h"
#include "analysis/endpoints/endpoints.h"

/* struct asking - the facts every question uses */
struct asking {
	struct seal_host *h;
	const struct seal_ruleset *rs;
	const struct seal_net *net;
	struct seal_paths *paths;
};

/* struct near_end - what is fixed of an incoming question: interface and own address */
struct near_end {
	struct seal_bytes interface;
	struct seal_addr addr; /* bits 0: not known */
};

/* ---- rows ---- */

static bool same_far(const struct seal_reach_row *a, const struct seal_reach_row *b)
{
	return a->n_far == b->n_far && memcmp(a->far, b->far, a->n_far * sizeof(*a->far)) == 0;
}

static bool same_verdict(const struct seal_fw_verdict *a, const struct seal_fw_verdict *b)
{
	return a->verdict == b->verdict && a->refusal.type == b->refusal.type &&
	       a->refusal.code == b->refusal.code && a->rule == b->rule && a->chain == b->chain &&
	       a->reachable == b->reachable && a->later_rule == b->later_rule &&
	       a->later_chain == b->later_chain && a->to_port == b->to_port &&
	       seal_fw_same_depends(a, b);
}

static int add_near(struct seal_path_row *r, const struct seal_addr *near)
{
	struct seal_addr *a;

	if (!near->bits)
		return 0;
	seal_vec_each (have, &r->near) {
		if (seal_addr_eq(have, near))
			return 0;
	}
	a = seal_vec_add(&r->near);
	if (!a)
		return -ENOMEM;
	*a = *near;
	return 0;
}

/* rows that differ in the near end alone become one */
static int add_row(struct seal_path *p, const struct seal_reach_row *row, uint8_t family,
		   const struct seal_addr *near)
{
	struct seal_path_row *r;

	seal_vec_each (have, &p->rows) {
		if (have->family == family && same_far(&have->row, row) &&
		    same_verdict(&have->row.verdict, &row->verdict))
			return add_near(have, near);
	}
	r = seal_vec_add(&p->rows);
	if (!r)
		return -ENOMEM;
	r->row = *row;
	r->family = family;
	return add_near(r, near);
}

static int ask(struct asking *k, struct seal_path *p, const struct seal_question *q)
{
	const struct seal_addr *near = p->dir == SEAL_PACKET_IN ? &q->packet.dst : &q->packet.src;
	struct seal_reach_answer answer;
	size_t i;
	int r;

	r = seal_reach_ask(k->rs, k->net, q, k->h->arena, &answer);
	for (i = 0; i < answer.n_rows && r >= 0; i++)
		r = add_row(p, &answer.rows[i], q->family, near);
	return r;
}

static void path_done(struct seal_path *p)
{
	seal_vec_each (r, &p->rows) {
		seal_vec_done(&r->near);
	}
	seal_vec_done(&p->rows);
}

void seal_paths_done(struct seal_paths *p)
{
	seal_vec_each (path, &p->paths) {
		path_done(path);
	}
	seal_vec_done(&p->paths);
}

static struct seal_path *add_path(struct asking *k, const struct seal_path *like)
{
	struct seal_path *p;

	if (k->paths->paths.n >= SEAL_PATHS_MAX) {
		k->paths->complete = false;
		return NULL;
	}
	p = seal_vec_add(&k->paths->paths);
	if (p) {
		*p = *like;
		p->net = k->net;
	}
	return p;
}

/* ---- incoming ---- */

static bool is_link_local(const struct seal_addr *a)
{
	return a->bits == 128 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static bool is_lo(struct seal_bytes name)
{
	return seal_bytes_is(name, "lo");
}

/* does the new path answer as the one before it: then interfaces need not be told apart */
static bool same_answers(const struct seal_path *a, const struct seal_path *b)
{
	size_t i;

	if (a->rows.n != b->rows.n)
		return false;
	for (i = 0; i < a->rows.n; i++)
		if (a->rows.v[i].family != b->rows.v[i].family ||
		    !same_far(&a->rows.v[i].row, &b->rows.v[i].row) ||
		    !same_verdict(&a->rows.v[i].row.verdict, &b->rows.v[i].row.verdict))
			return false;
	return true;
}

static int take_near(struct seal_path *to, const struct seal_path *from)
{
	size_t i;
	int r = 0;

	for (i = 0; i < to->rows.n; i++)
		seal_vec_each (a, &from->rows.v[i].near) {
			if (r >= 0)
				r = add_near(&to->rows.v[i], a);
		}
	return r;
}

/* paths of the same listener from @first on: interfaces that answer alike become one path */
static int join_interfaces(struct asking *k, size_t first)
{
	size_t i, last = k->paths->paths.n;
	struct seal_path *v = k->paths->paths.v;
	int r = 0;

	for (i = first + 1; i < last; i++)
		if (!same_answers(&v[first], &v[i]))
			return 0;
	for (i = first + 1; i < last && r >= 0; i++)
		r = take_near(&v[first], &v[i]);
	for (i = first + 1; i < last; i++)
		path_done(&v[i]);
	if (last > first + 1) {
		k->paths->paths.n = first + 1;
		v[first].interface = SEAL_BYTES_NONE;
	}
	return r;
}

struct listener {
	struct seal_bytes purpose;
	struct seal_addr only;       /* bits 0: all addresses */
	struct seal_bytes interface; /* empty: all of them */
	bool loopback;               /* lo alone */
	bool v4, v6;
	uint16_t port;
	uint8_t proto;
	const struct seal_fw_range *far; /* sources asked about; n_far 0: all */
	size_t n_far;
	uint8_t far_family;
	uint32_t uid, gid;
	bool has_uid;
};

static int ask_near(struct asking *k, struct seal_path *p, const struct listener *l, uint8_t family,
		    const struct near_end *near)
{
	struct seal_question q = {.family = family, .far = l->far, .n_far = l->n_far};

	if (l->n_far && l->far_family != family)
		return 0;
	q.packet = (struct seal_packet){.dir = SEAL_PACKET_IN,
					.proto = l->proto,
					.dst = near->addr,
					.dport = l->port,
					.iif = near->interface,
					.uid = l->uid,
					.gid = l->gid,
					.has_uid = l->has_uid};
	return ask(k, p, &q);
}

/* the own addresses of one interface that the listener takes connections at */
static int ask_interface(struct asking *k, const struct listener *l, struct seal_bytes name)
{
	struct seal_path like = {.dir = SEAL_PACKET_IN,
				 .proto = l->proto,
				 .port = l->port,
				 .purpose = l->purpose,
				 .interface = name};
	struct seal_path *p = NULL;
	int r = 0;

	seal_vec_each (i, &k->net->addrs) {
		struct near_end near = {name, i->prefix.addr};
		bool wanted = i->prefix.addr.bits == 32 ? l->v4 : l->v6;

		if (r < 0 || !wanted || !seal_bytes_eq(i->ifname, name) ||
		    is_link_local(&i->prefix.addr) ||
		    (l->only.bits && !seal_addr_eq(&l->only, &i->prefix.addr)))
			continue;
		if (!p)
			p = add_path(k, &like);
		if (!p)
			return k->paths->complete ? -ENOMEM : 0;
		r = ask_near(k, p, l, i->prefix.addr.bits == 32 ? 4 : 6, &near);
	}
	return r;
}

/* addresses of the host are not known: every interface, any of its addresses */
static int ask_unknown(struct asking *k, const struct listener *l)
{
	struct seal_path like = {.dir = SEAL_PACKET_IN,
				 .proto = l->proto,
				 .port = l->port,
				 .purpose = l->purpose,
				 .interface = l->interface};
	struct near_end near = {l->interface, l->only};
	struct seal_path *p = add_path(k, &like);
	int r = 0;

	if (!p)
		return k->paths->complete ? -ENOMEM : 0;
	if (l->v4 && l->only.bits != 128)
		r = ask_near(k, p, l, 4, &near);
	if (r >= 0 && l->v6 && l->only.bits != 32)
		r = ask_near(k, p, l, 6, &near);
	return r;
}

/* through lo from the address itself, as a client on this host comes */
static int ask_lo_address(struct asking *k, struct seal_path *p, const struct listener *l,
			  struct seal_bytes addr)
{
	struct near_end near = {.interface = SEAL_LIT("lo")};
	struct seal_fw_range own;
	struct listener local = *l;

	if (seal_addr_parse(addr, &near.addr) < 0)
		return 0;
	if (l->only.bits)
		near.addr = l->only;
	own.lo = own.hi = seal_addr_u128(&near.addr);
	local.far = &own;
	local.n_far = 1;
	local.far_family = near.addr.bits == 32 ? 4 : 6;
	return ask_near(k, p, &local, local.far_family, &near);
}

/* a listener that no packet of another host reaches, whatever the rules are */
static int ask_loopback(struct asking *k, const struct listener *l)
{
	struct seal_path like = {.dir = SEAL_PACKET_IN,
				 .proto = l->proto,
				 .port = l->port,
				 .purpose = l->purpose,
				 .interface = SEAL_LIT("lo")};
	struct seal_path *p;
	int r = 0;

	if (!k->paths->with_loopback)
		return 0;
	p = add_path(k, &like);
	if (!p)
		return k->paths->complete ? -ENOMEM : 0;
	if (l->v4 && l->only.bits != 128)
		r = ask_lo_address(k, p, l, SEAL_LIT("127.0.0.1"));
	if (r >= 0 && l->v6 && l->only.bits != 32)
		r = ask_lo_address(k, p, l, SEAL_LIT("::1"));
	return r;
}

static int ask_listener(struct asking *k, const struct listener *l)
{
	size_t first = k->paths->paths.n;
	int r = 0;

	if (l->loopback || seal_addr_is_loopback(&l->only))
		return ask_loopback(k, l);
	if (!k->net->has_addrs)
		return ask_unknown(k, l);
	seal_vec_each (name, &k->net->interfaces) {
		if (r >= 0 && !is_lo(*name) &&
		    (!l->interface.n || seal_bytes_eq(l->interface, *name)))
			r = ask_interface(k, l, *name);
	}
	return r < 0 ? r : join_interfaces(k, first);
}

/* ---- outgoing ---- */

struct hop {
	struct seal_bytes purpose;
	struct seal_addr addr; /* bits 0: any */
	uint16_t port;
	uint8_t proto;
	const struct seal_fw_range *far;
	size_t n_far;
	uint8_t far_family;
	struct seal_addr src;
	uint32_t uid, gid;
	bool has_uid;
};

static int ask_family(struct asking *k, struct seal_path *p, const struct hop *h, uint8_t family)
{
	struct seal_fw_range one;
	struct seal_question q = {.family = family, .far = h->far, .n_far = h->n_far};

	if (h->n_far && h->far_family != family)
		return 0;
	if (h->src.bits && h->src.bits != (family == 4 ? 32 : 128))
		return 0;
	q.packet = (struct seal_packet){.dir = SEAL_PACKET_OUT,
					.proto = h->proto,
					.src = h->src,
					.dport = h->port,
					.uid = h->uid,
					.gid = h->gid,
					.has_uid = h->has_uid,
					.elsewhere = true};
	if (h->addr.bits) {
		one.lo = one.hi = seal_addr_u128(&h->addr);
		q.far = &one;
		q.n_far = 1;
	}
	return ask(k, p, &q);
}

static int ask_hop(struct asking *k, const struct hop *h)
{
	struct seal_path like = {.dir = SEAL_PACKET_OUT,
				 .proto = h->proto,
				 .port = h->port,
				 .purpose = h->purpose,
				 .any_far = !h->addr.bits && !h->n_far};
	struct seal_path *p = add_path(k, &like);
	int r = 0;

	if (!p)
		return k->paths->complete ? -ENOMEM : 0;
	if (h->addr.bits != 128)
		r = ask_family(k, p, h, 4);
	if (r >= 0 && h->addr.bits != 32)
		r = ask_family(k, p, h, 6);
	return r;
}

/* ---- of the host ---- */

static struct seal_bytes words(struct asking *k, const char *what, struct seal_bytes a,
			       struct seal_bytes b)
{
	seal_auto_buf struct seal_buf t = {0};
	struct seal_bytes copy = SEAL_BYTES_NONE;

	seal_buf_puts(&t, what);
	if (a.n) {
		seal_buf_putc(&t, ' ');
		seal_buf_put(&t, a.p, a.n);
	}
	if (b.n) {
		seal_buf_putc(&t, ' ');
		seal_buf_put(&t, b.p, b.n);
	}
	if (t.err || seal_arena_copy(k->h->arena, seal_buf_bytes(&t), &copy) < 0)
		return seal_bytes_of(what);
	return copy;
}

static void set_owner(struct asking *k, struct seal_bytes daemon, uint32_t *uid, uint32_t *gid,
		      bool *has)
{
	struct seal_identity id;

	*has = seal_daemon_identity(k->h, daemon, &id) == 0;
	if (*has) {
		*uid = id.uid;
		*gid = id.gid;
	}
}

static int ask_services(struct asking *k, const struct seal_endpoints *e)
{
	int r = 0;

	seal_vec_each (s, &e->listeners) {
		struct listener l = {.loopback = s->loopback_only,
				     .v4 = s->ipv4,
				     .v6 = s->ipv6,
				     .port = s->port,
				     .proto = IPPROTO_TCP};

		if (!s->port) {
			k->paths->complete = false;
			continue;
		}
		if (s->host.n && seal_addr_parse(s->host, &l.only) < 0) {
			if (!seal_bytes_is(s->host, "localhost"))
				k->paths->complete = false; /* a name: which address, nobody says */
			l.loopback = seal_bytes_is(s->host, "localhost");
		}
		l.purpose = words(k, "listener", s->command, s->service);
		set_owner(k, s->command, &l.uid, &l.gid, &l.has_uid);
		if (r >= 0)
			r = ask_listener(k, &l);
	}
	return r;
}

static int ask_next_hops(struct asking *k, const struct seal_endpoints *e)
{
	int r = 0;

	seal_vec_each (n, &e->next_hops) {
		struct hop h = {.port = n->port, .proto = IPPROTO_TCP};

		if (n->path.n || r < 0)
			continue;
		if (!n->port) {
			k->paths->complete = false;
			continue;
		}
		if (n->host.n && seal_addr_parse(n->host, &h.addr) < 0)
			h.addr.bits = 0;
		h.purpose = words(k, "next hop", seal_bytes_of(n->purpose), n->host);
		set_owner(k, n->daemon, &h.uid, &h.gid, &h.has_uid);
		r = ask_hop(k, &h);
	}
	return r;
}

static int ask_resolvers(struct asking *k)
{
	static const uint8_t protos[] = {IPPROTO_UDP, IPPROTO_TCP};
	int r = 0;
	size_t i;

	seal_vec_each (a, &k->net->resolvers) {
		for (i = 0; i < 2 && r >= 0; i++) {
			struct hop h = {.addr = *a,
					.port = 53,
					.proto = protos[i],
					.purpose = SEAL_LIT("resolver")};

			set_owner(k, SEAL_LIT("smtp"), &h.uid, &h.gid, &h.has_uid);
			r = ask_hop(k, &h);
		}
	}
	return r;
}

/* ports of the same purpose asked twice (two transports to one relay) are told once */
static void drop_doubles(struct seal_paths *p)
{
	size_t i, j, n = 0;

	for (i = 0; i < p->paths.n; i++) {
		struct seal_path *a = &p->paths.v[i];

		for (j = 0; j < n; j++) {
			const struct seal_path *b = &p->paths.v[j];

			if (a->dir == b->dir && a->proto == b->proto && a->port == b->port &&
			    seal_bytes_eq(a->purpose, b->purpose) &&
			    seal_bytes_eq(a->interface, b->interface) && same_answers(a, b))
				break;
		}
		if (j < n)
			path_done(a);
		else
			p->paths.v[n++] = *a;
	}
	p->paths.n = n;
}

int seal_paths_of_host(struct seal_host *h, const struct seal_ruleset *rs,
		       const struct seal_net *net, struct seal_paths *ret)
{
	struct asking k = {h, rs, net, ret};
	struct seal_endpoints e = {.next_hops_complete = false};
	int r;

	r = seal_endpoints_find(h, &e);
	ret->complete = r >= 0 && e.next_hops_complete && e.listeners_complete;
	if (r >= 0)
		r = ask_services(&k, &e);
	if (r >= 0)
		r = ask_next_hops(&k, &e);
	if (r >= 0)
		r = ask_resolvers(&k);
	seal_endpoints_done(&e);
	drop_doubles(ret);
	return r;
}

/* ---- free questions ---- */

static int ask_in(struct asking *k, const struct seal_path_query *q, uint16_t port)
{
	struct seal_fw_range far;
	struct listener l = {.purpose = SEAL_LIT("asked"),
			     .v4 = true,
			     .v6 = true,
			     .port = port,
			     .proto = q->proto,
			     .only = q->to.addr,
			     .interface = q->interface,
			     .uid = q->uid,
			     .gid = q->gid,
			     .has_uid = q->has_uid};

	if (q->from.addr.bits) {
		if (seal_fw_range_prefix(seal_addr_u128(&q->from.addr), q->from.len,
					 q->from.addr.bits, &far) < 0)
			return 0;
		l.far = &far;
		l.n_far = 1;
		l.far_family = q->from.addr.bits == 32 ? 4 : 6;
	}
	return ask_listener(k, &l);
}

static int ask_out(struct asking *k, const struct seal_path_query *q, uint16_t port)
{
	struct seal_fw_range far;
	struct hop h = {.purpose = SEAL_LIT("asked"),
			.port = port,
			.proto = q->proto,
			.src = q->from.addr,
			.uid = q->uid,
			.gid = q->gid,
			.has_uid = q->has_uid};

	if (q->to.addr.bits) {
		if (seal_fw_range_prefix(seal_addr_u128(&q->to.addr), q->to.len, q->to.addr.bits,
					 &far) < 0)
			return 0;
		h.far = &far;
		h.n_far = 1;
		h.far_family = q->to.addr.bits == 32 ? 4 : 6;
	}
	return ask_hop(k, &h);
}

int seal_paths_ask(struct seal_host *h, const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_path_query *q, struct seal_paths *ret)
{
	static const uint16_t smtp[] = {25, 465, 587};
	struct asking k = {h, rs, net, ret};
	size_t i, n = q->port ? 1 : sizeof(smtp) / sizeof(smtp[0]);
	int r = 0;

	ret->complete = true;
	for (i = 0; i < n && r >= 0; i++) {
		uint16_t port = q->port ? q->port : smtp[i];

		r = q->dir == SEAL_PACKET_IN ? ask_in(&k, q, port) : ask_out(&k, q, port);
	}
	return r;
}
