/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/topology.h"

#include "core/jsonread.h"

#include <errno.h>
#include <netinet/in.h>

/* struct reading - one document on its way into the facts */
struct reading {
	struct seal_jsonread j;
	struct seal_arena *a;
	struct seal_net *net;
	struct seal_err *err;
	struct seal_bytes default_dev;
	bool has_routes;
	int failed;
};

static void bad(struct reading *rd, const char *what)
{
	if (!rd->failed)
		rd->failed = seal_err_set(rd->err, -EBADMSG, "%s at byte %zu", what,
					  seal_jsonread_offset(&rd->j));
}

static void check(struct reading *rd, int r)
{
	if (r < 0 && !rd->failed)
		rd->failed = seal_err_set(rd->err, r, "out of memory");
}

static bool text(struct reading *rd, struct seal_bytes *ret)
{
	if (seal_jsonread_peek(&rd->j) != '"') {
		seal_jsonread_skip(&rd->j);
		bad(rd, "no string");
		return false;
	}
	return seal_jsonread_string(&rd->j, rd->a, ret);
}

static void add_route(struct reading *rd, const struct seal_prefix *dst, struct seal_bytes dev)
{
	struct seal_route *r = seal_vec_add(&rd->net->routes);

	if (!r) {
		check(rd, -ENOMEM);
		return;
	}
	r->type = SEAL_ROUTE_UNICAST;
	r->dst = *dst;
	check(rd, seal_arena_intern(rd->a, dev, &r->dev));
}

static void add_address(struct reading *rd, struct seal_bytes ifname, struct seal_bytes s)
{
	struct seal_if_addr *i;
	struct seal_prefix p;

	if (seal_prefix_parse(s, &p)) {
		bad(rd, "no address/length");
		return;
	}
	i = seal_vec_add(&rd->net->addrs);
	if (!i) {
		check(rd, -ENOMEM);
		return;
	}
	i->prefix = p;
	check(rd, seal_arena_intern(rd->a, ifname, &i->ifname));
	add_route(rd, &p, ifname);
}

static void read_iface(struct reading *rd, struct seal_bytes name)
{
	struct seal_bytes *n = seal_vec_add(&rd->net->interfaces), key, addr;

	if (!n) {
		check(rd, -ENOMEM);
		return;
	}
	check(rd, seal_arena_intern(rd->a, name, n));
	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (!seal_bytes_is(key, "addrs") || seal_jsonread_peek(&rd->j) != '[') {
			seal_jsonread_skip(&rd->j);
			continue;
		}
		seal_jsonread_enter(&rd->j, '[');
		while (seal_jsonread_item(&rd->j))
			if (text(rd, &addr))
				add_address(rd, *n, addr);
	}
}

static void read_route(struct reading *rd)
{
	struct seal_bytes key, dst = SEAL_BYTES_NONE, dev = SEAL_BYTES_NONE;
	struct seal_prefix p = {.len = 0};

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		if (seal_bytes_is(key, "dst"))
			text(rd, &dst);
		else if (seal_bytes_is(key, "dev"))
			text(rd, &dev);
		else
			seal_jsonread_skip(&rd->j);
	}
	if (seal_bytes_is(dst, "default"))
		dst = SEAL_LIT("0.0.0.0/0");
	if (seal_prefix_parse(dst, &p) || !dev.n)
		bad(rd, "no route");
	else
		add_route(rd, &p, dev);
	rd->has_routes = true;
}

/* add_localnet - "ipv4.conf.NAME.route_localnet" is on */
static void add_localnet(struct reading *rd, struct seal_bytes key)
{
	struct seal_localnet *l;

	if (!seal_bytes_starts(key, "ipv4.conf.") || !seal_bytes_ends(key, ".route_localnet"))
		return;
	key = seal_bytes_from(key, strlen("ipv4.conf."));
	if (key.n <= strlen(".route_localnet"))
		return;
	l = seal_vec_add(&rd->net->localnet);
	if (!l) {
		check(rd, -ENOMEM);
		return;
	}
	key.n -= strlen(".route_localnet");
	check(rd, seal_arena_intern(rd->a, key, &l->ifname));
}

static void read_sysctl(struct reading *rd)
{
	struct seal_bytes key;
	bool on;

	if (!seal_jsonread_enter(&rd->j, '{'))
		return;
	while (seal_jsonread_key(&rd->j, &key)) {
		on = seal_jsonread_peek(&rd->j) == '0' ? seal_jsonread_u64(&rd->j) != 0
						       : seal_jsonread_bool(&rd->j);
		if (on && seal_bytes_ends(key, "route_localnet"))
			add_localnet(rd, key);
		else if (seal_bytes_is(key, "ipv4.ip_forward") ||
			 seal_bytes_is(key, "ipv4.conf.all.forwarding"))
			rd->net->forward4 = on;
		else if (seal_bytes_is(key, "ipv6.conf.all.forwarding"))
			rd->net->forward6 = on;
	}
}

static void read_field(struct reading *rd, struct seal_bytes key)
{
	struct seal_bytes name;
	char kind = seal_jsonread_peek(&rd->j);

	if (seal_bytes_is(key, "ifaces") && kind == '{') {
		seal_jsonread_enter(&rd->j, '{');
		while (seal_jsonread_key(&rd->j, &name))
			read_iface(rd, name);
		rd->net->has_addrs = true;
	} else if (seal_bytes_is(key, "forward")) {
		rd->net->forward4 = rd->net->forward6 = seal_jsonread_bool(&rd->j);
		rd->net->has_forward = true;
	} else if (seal_bytes_is(key, "default_dev") && kind == '"') {
		text(rd, &rd->default_dev);
	} else if (seal_bytes_is(key, "routes") && kind == '[') {
		seal_jsonread_enter(&rd->j, '[');
		while (seal_jsonread_item(&rd->j))
			read_route(rd);
	} else if (seal_bytes_is(key, "sysctl") && kind == '{') {
		read_sysctl(rd);
	} else {
		seal_jsonread_skip(&rd->j);
	}
}

int seal_topology_parse(struct seal_bytes json, struct seal_arena *a, struct seal_net *ret,
			struct seal_err *err)
{
	static const struct seal_prefix any[] = {{{{0}, 32}, 0}, {{{0}, 128}, 0}};
	struct reading rd = {.j = seal_jsonread_of(json), .a = a, .net = ret, .err = err};
	struct seal_bytes key;
	bool ok;

	ok = json.n && seal_jsonread_enter(&rd.j, '{');
	while (ok && seal_jsonread_key(&rd.j, &key))
		read_field(&rd, key);
	if (!ok || !seal_jsonread_end(&rd.j))
		bad(&rd, "not JSON");
	if (rd.failed)
		return rd.failed;
	if (rd.default_dev.n) {
		add_route(&rd, &any[0], rd.default_dev);
		add_route(&rd, &any[1], rd.default_dev);
	}
	ret->has_routes = rd.has_routes || rd.default_dev.n;
	return rd.failed;
}

/* ---- probes ---- */

static uint16_t read_port(struct reading *rd)
{
	uint64_t v = seal_jsonread_u64(&rd->j);

	if (v > UINT16_MAX)
		bad(rd, "no port");
	return (uint16_t)v;
}

static uint32_t read_u32(struct reading *rd)
{
	uint64_t v = seal_jsonread_u64(&rd->j);

	if (v > UINT32_MAX)
		bad(rd, "number over 32 bits");
	return (uint32_t)v;
}

static void read_addr(struct reading *rd, struct seal_addr *ret)
{
	struct seal_bytes s;

	if (text(rd, &s) && seal_addr_parse(s, ret) < 0)
		bad(rd, "no address");
}

static void read_proto(struct reading *rd, uint8_t *ret)
{
	struct seal_bytes s;

	if (!text(rd, &s))
		return;
	if (seal_bytes_is(s, "tcp"))
		*ret = IPPROTO_TCP;
	else if (seal_bytes_is(s, "udp"))
		*ret = IPPROTO_UDP;
	else
		bad(rd, "protocol is neither tcp nor udp");
}

static void read_dir(struct reading *rd, enum seal_packet_dir *ret)
{
	struct seal_bytes s;

	if (!text(rd, &s))
		return;
	if (seal_bytes_is(s, "in"))
		*ret = SEAL_PACKET_IN;
	else if (seal_bytes_is(s, "out"))
		*ret = SEAL_PACKET_OUT;
	else
		bad(rd, "dir is neither in nor out");
}

static void probe_field(struct reading *rd, struct seal_bytes key, struct seal_probe *p,
			bool *has_gid)
{
	struct seal_packet *k = &p->packet;

	if (seal_bytes_is(key, "id")) {
		if (seal_jsonread_peek(&rd->j) == '"')
			text(rd, &p->id);
		else
			seal_jsonread_number(&rd->j, &p->id);
	} else if (seal_bytes_is(key, "dir")) {
		read_dir(rd, &k->dir);
	} else if (seal_bytes_is(key, "proto")) {
		read_proto(rd, &k->proto);
	} else if (seal_bytes_is(key, "iif")) {
		text(rd, &k->iif);
	} else if (seal_bytes_is(key, "oif")) {
		text(rd, &k->oif);
	} else if (seal_bytes_is(key, "src")) {
		read_addr(rd, &k->src);
	} else if (seal_bytes_is(key, "dst")) {
		read_addr(rd, &k->dst);
	} else if (seal_bytes_is(key, "sport")) {
		k->sport = read_port(rd);
	} else if (seal_bytes_is(key, "dport")) {
		k->dport = read_port(rd);
	} else if (seal_bytes_is(key, "uid")) {
		k->uid = read_u32(rd);
	} else if (seal_bytes_is(key, "gid")) {
		k->gid = read_u32(rd);
		*has_gid = true;
	} else if (seal_bytes_is(key, "mark")) {
		k->mark = read_u32(rd);
	} else {
		seal_jsonread_skip(&rd->j);
	}
}

int seal_probe_parse(struct seal_bytes line, struct seal_arena *a, struct seal_probe *ret,
		     struct seal_err *err)
{
	struct reading rd = {.j = seal_jsonread_of(line), .a = a, .err = err};
	struct seal_bytes key;
	bool ok, has_gid = false;

	/* as the probe format says: a socket nobody named an owner of is root's */
	*ret = (struct seal_probe){.packet = {.proto = IPPROTO_TCP, .has_uid = true}};
	ok = line.n && seal_jsonread_enter(&rd.j, '{');
	while (ok && seal_jsonread_key(&rd.j, &key))
		probe_field(&rd, key, ret, &has_gid);
	if (!ok || !seal_jsonread_end(&rd.j))
		bad(&rd, "not JSON");
	if (!has_gid)
		ret->packet.gid = ret->packet.uid;
	if (!ret->packet.dst.bits)
		bad(&rd, "no dst");
	else if (ret->packet.src.bits && ret->packet.src.bits != ret->packet.dst.bits)
		bad(&rd, "src and dst of different families");
	return rd.failed;
}
