/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How packets find their zone and their policies */

#include "core/enc.h"
#include "evidence/firewall/firewalld_build.h"

#include <errno.h>
#include <stdio.h>

const struct fwd_hookpoint_words fwd_hookpoints[FWD_HOOKPOINT_MAX_] = {
	[FWD_FILTER_INPUT] = {"filter_INPUT", "filter_IN_", "iifname", "saddr", true},
	[FWD_FILTER_FORWARD] = {"filter_FORWARD", "filter_FWD_", "iifname", "saddr", true},
	[FWD_FILTER_OUTPUT] = {"filter_OUTPUT", "filter_OUT_", "oifname", "daddr", true},
	[FWD_NAT_PREROUTING] = {"nat_PREROUTING", "nat_PRE_", "iifname", "saddr", false},
	[FWD_NAT_POSTROUTING] = {"nat_POSTROUTING", "nat_POST_", "oifname", "daddr", false},
	[FWD_NAT_OUTPUT] = {"nat_OUTPUT", "nat_OUT_", "oifname", "daddr", false},
	[FWD_MANGLE_PREROUTING] = {"mangle_PREROUTING", "mangle_PRE_", "iifname", "saddr", false},
};

void fwd_scope_chain(const struct fwd_scope *s, enum fwd_hookpoint hp, const char *suffix,
		     char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%.*s%s%s", fwd_hookpoints[hp].prefix,
		 s->p->is_zone ? "" : "policy_", (int)s->p->name.n, s->p->name.p, suffix ? "_" : "",
		 suffix ? suffix : "");
}

static void zone_scopes(const struct fwd_policy *z, struct fwd_scope ret[3])
{
	ret[0] = (struct fwd_scope){z, FWD_SIDE_ZONES, FWD_SIDE_HOST, {FWD_FILTER_INPUT}, 1};
	ret[1] = (struct fwd_scope){z, FWD_SIDE_ANY, FWD_SIDE_ZONES, {FWD_NAT_POSTROUTING}, 1};
	ret[2] = (struct fwd_scope){z,
				    FWD_SIDE_ZONES,
				    FWD_SIDE_ANY,
				    {FWD_FILTER_FORWARD, FWD_NAT_PREROUTING, FWD_MANGLE_PREROUTING},
				    3};
}

static int compare_dispatch(const struct fwd_builder *b, const struct fwd_dispatch *x,
			    const struct fwd_dispatch *y)
{
	int r;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->by_source != y->by_source)
		return x->by_source ? -1 : 1;
	/* 1.x puts each interface before those it has */
	if (!x->by_source && b->c->version < 2000)
		return -1;
	r = seal_bytes_cmp(x->zone, y->zone);
	if (r == 0 && !x->by_source)
		r = seal_bytes_cmp(x->name, y->name);
	return r ? r : 1;
}

/* enter a rule in the order of dispatch. Returns its index, or -ENOMEM */
static ssize_t dispatch_index(struct fwd_builder *b, bool egress, const struct fwd_dispatch *key)
{
	__typeof__(&b->t->dispatch[0]) d = &b->t->dispatch[egress];
	size_t i, at = 0;

	while (at < d->n && compare_dispatch(b, key, &d->v[at]) > 0)
		at++;
	if (!seal_vec_add(d))
		return -ENOMEM;
	for (i = d->n - 1; i > at; i--)
		d->v[i] = d->v[i - 1];
	d->v[at] = *key;
	return (ssize_t)at;
}

/* rules that send packets of one interface or source to the zone, in all its places */
static int dispatch(struct fwd_builder *b, const struct fwd_policy *z, const struct fwd_item *it,
		    bool by_source)
{
	struct fwd_scope scopes[3];
	ssize_t index[2];
	size_t i, k;
	int r = 0;

	zone_scopes(z, scopes);
	for (i = 0; i < 2; i++) {
		struct fwd_dispatch key = {
			.by_source = by_source, .zone = z->name, .name = it->name};

		key.priority = i ? z->egress_priority : z->ingress_priority;
		index[i] = dispatch_index(b, i == 1, &key);
		if (index[i] < 0)
			return -ENOMEM;
	}

	for (i = 0; i < 3; i++) {
		for (k = 0; k < scopes[i].n_places && r == 0; k++) {
			enum fwd_hookpoint hp = scopes[i].places[k];
			seal_auto_buf struct seal_buf x = {0};
			char name[FWD_NAME_MAX], zones[64];

			if (by_source)
				r = fwd_x_addr(b->c, &x, fwd_hookpoints[hp].addr, it->name, false);
			else
				fwd_x_iface(&x, fwd_hookpoints[hp].iface, it->name);
			fwd_scope_chain(&scopes[i], hp, NULL, name, sizeof(name));
			fwd_x_jump(&x, "goto", name);
			snprintf(zones, sizeof(zones), "%s_ZONES", fwd_hookpoints[hp].chain);
			r = r ? r
			      : fwd_b_rule(b, zones, &x,
					   (struct fwd_place_at){FWD_PLACE_INDEX,
								 index[hp == FWD_NAT_POSTROUTING],
								 -1},
					   it->origin);
		}
	}
	return r;
}

/* <forward/>: between the interfaces and sources of the zone */
static int forward(struct fwd_builder *b, const struct fwd_policy *z, const struct fwd_item *it,
		   bool by_source)
{
	seal_auto_buf struct seal_buf x = {0};
	struct fwd_scope scopes[3];
	char name[FWD_NAME_MAX];
	int r = 0;

	if (!z->forward || (!by_source && seal_bytes_is(it->name, "+")))
		return 0;
	zone_scopes(z, scopes);
	fwd_scope_chain(&scopes[2], FWD_FILTER_FORWARD, "allow", name, sizeof(name));
	if (by_source)
		r = fwd_x_addr(b->c, &x, "daddr", it->name, false);
	else
		fwd_x_iface(&x, "oifname", it->name);
	fwd_x_raw(&x, "{\"accept\":null}");
	return r ? r
		 : fwd_b_rule(b, name, &x, (struct fwd_place_at){.place = FWD_PLACE_END},
			      it->origin);
}

static int check_source(struct fwd_builder *b, const struct fwd_policy *z, struct seal_bytes name)
{
	const struct fwd_ipset *s;

	if (!seal_bytes_starts(name, "ipset:"))
		return 0;
	s = fwd_ipset_find(b->c, seal_bytes_from(name, 6));
	if (s && fwd_is_one_of(s->type, "hash:ip hash:ip,port hash:ip,mark hash:net hash:net,port "
					"hash:net,iface hash:mac"))
		return 0;
	return seal_err_set(b->err, s || !b->c->stock_builtin ? -EINVAL : -ENOTSUP,
			    "zone %.*s: its source %.*s does not exist or is of a wrong type",
			    (int)z->name.n, z->name.p, (int)name.n, name.p);
}

/* the rule for ICMP before the target: accept, or with inversion reject what was not allowed */
int fwd_b_icmp(struct fwd_builder *b, const struct fwd_policy *z, const char *chain,
	       struct fwd_place_at where)
{
	static const char icmp[] = "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":"
				   "\"l4proto\"}},\"right\":{\"set\":["
				   "\"icmp\",\"ipv6-icmp\"]}}}";
	seal_auto_buf struct seal_buf x = {0}, log = {0};
	char prefix[FWD_NAME_MAX];
	int r;

	if (z->target == FWD_TARGET_DROP || z->target == FWD_TARGET_REJECT ||
	    (!z->icmp_inversion && z->target == FWD_TARGET_ACCEPT))
		return 0;

	fwd_table_anonymous(b->t);
	fwd_x_raw(&x, icmp);
	if (z->icmp_inversion)
		fwd_x_reject(&x);
	else
		fwd_x_raw(&x, "{\"accept\":null}");
	r = fwd_b_rule(b, chain, &x, where, z->icmp_inversion ? z->inversion_origin : z->origin);
	if (r < 0 || !z->icmp_inversion || !b->log_denied)
		return r;

	fwd_table_anonymous(b->t);
	fwd_x_raw(&log, icmp);
	fwd_x_pkttype(&log, b->c->conf.log_denied);
	snprintf(prefix, sizeof(prefix), "filter_zone_%.*s_HOST_ICMP_BLOCK: ", (int)z->name.n,
		 z->name.p);
	fwd_x_log(&log, prefix, SEAL_BYTES_NONE);
	return fwd_b_rule(b, chain, &log, where, z->inversion_origin);
}

int fwd_b_zone(struct fwd_builder *b, const struct fwd_policy *z)
{
	const struct fwd_item *it;
	struct fwd_scope scopes[3];
	char name[FWD_NAME_MAX];
	size_t i;
	int r = 0;

	zone_scopes(z, scopes);
	for (i = 0; i < 3 && r == 0; i++) {
		r = fwd_b_chains(b, &scopes[i]);
		r = r ? r : fwd_b_settings(b, &scopes[i]);
	}
	for (it = z->interfaces.first; it && r == 0; it = it->next) {
		r = dispatch(b, z, it, false);
		r = r ? r : forward(b, z, it, false);
	}
	for (it = z->sources.first; it && r == 0; it = it->next) {
		r = check_source(b, z, it->name);
		r = r ? r : dispatch(b, z, it, true);
		r = r ? r : forward(b, z, it, true);
	}
	if (r < 0)
		return r;
	fwd_scope_chain(&scopes[0], FWD_FILTER_INPUT, NULL, name, sizeof(name));
	return fwd_b_icmp(b, z, name, (struct fwd_place_at){.place = FWD_PLACE_INDEX, .at = 7});
}

/* the zone of everything no other zone took */
int fwd_b_default_zone(struct fwd_builder *b, const struct fwd_policy *z)
{
	struct fwd_scope scopes[3];
	size_t i, k;
	int r = 0;

	if (!z->interfaces.n && !z->sources.n)
		r = fwd_b_zone(b, z);
	zone_scopes(z, scopes);
	for (i = 0; i < 3; i++) {
		for (k = 0; k < scopes[i].n_places && r == 0; k++) {
			enum fwd_hookpoint hp = scopes[i].places[k];
			seal_auto_buf struct seal_buf x = {0};
			char name[FWD_NAME_MAX], zones[64];

			fwd_scope_chain(&scopes[i], hp, NULL, name, sizeof(name));
			fwd_x_jump(&x, "goto", name);
			snprintf(zones, sizeof(zones), "%s_ZONES", fwd_hookpoints[hp].chain);
			r = fwd_b_rule(b, zones, &x, (struct fwd_place_at){.place = FWD_PLACE_END},
				       z->origin);
		}
	}
	return r;
}

/* one side of a policy's dispatch: what a packet has to match */
struct fragment {
	struct seal_bytes json;
	const char *family; /* of an address match, else NULL */
};

struct fragments {
	seal_vec(struct fragment) all;
	seal_vec(struct seal_bytes) plain; /* interfaces without wildcard */
};

static enum fwd_side side_of(const struct fwd_list *l)
{
	if (fwd_list_find(l, SEAL_LIT("HOST")))
		return FWD_SIDE_HOST;
	return fwd_list_find(l, SEAL_LIT("ANY")) ? FWD_SIDE_ANY : FWD_SIDE_ZONES;
}

static int add_fragment(struct fwd_builder *b, struct fragments *f, struct seal_buf *x,
			const char *family)
{
	struct fragment *slot = seal_vec_add(&f->all);

	if (!slot || x->err)
		return -ENOMEM;
	slot->family = family;
	return seal_arena_copy(b->t->arena, seal_buf_bytes(x), &slot->json);
}

static const char *family_of(const struct fwd_config *c, struct seal_bytes source)
{
	const struct fwd_ipset *s;
	struct fwd_net net;

	if (seal_bytes_starts(source, "ipset:")) {
		s = fwd_ipset_find(c, seal_bytes_from(source, 6));
		if (!s || seal_bytes_chr(s->type, ',') >= 0)
			return NULL;
		return fwd_ipset_family(s) == 4 ? "ip" : fwd_ipset_family(s) == 6 ? "ip6" : "ether";
	}
	if (fwd_net_parse(source, 0, &net) < 0)
		return "ether";
	return net.prefix.addr.bits == 32 ? "ip" : "ip6";
}

static int zone_interfaces(struct fwd_builder *b, struct fragments *f, const struct fwd_policy *z,
			   const char *key)
{
	const struct fwd_item *it;
	int r = 0;

	for (it = z->interfaces.first; it && r == 0; it = it->next) {
		seal_auto_buf struct seal_buf x = {0};
		struct seal_bytes *slot;

		if (seal_bytes_is(it->name, "+"))
			return seal_err_set(b->err, -EINVAL,
					    "zone %.*s: interface \"+\" in a policy",
					    (int)z->name.n, z->name.p);
		if (it->name.p[it->name.n - 1] == '+') {
			fwd_x_iface(&x, key, it->name);
			r = add_fragment(b, f, &x, NULL);
			continue;
		}
		slot = seal_vec_add(&f->plain);
		if (!slot)
			return -ENOMEM;
		*slot = it->name;
	}
	return r;
}

static int put_interfaces(struct fwd_builder *b, struct fragments *f, const char *key)
{
	seal_auto_buf struct seal_buf x = {0};
	size_t i;

	if (!f->plain.n)
		return 0;
	seal_buf_printf(&x,
			"{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"%s\"}},\"right\":"
			"{\"set\":[",
			key);
	for (i = 0; i < f->plain.n; i++) {
		seal_buf_puts(&x, i ? "," : "");
		seal_enc_json(&x, f->plain.v[i]);
	}
	seal_buf_puts(&x, "]}}}");
	return add_fragment(b, f, &x, NULL);
}

static int collect(struct fwd_builder *b, struct fragments *f, const struct fwd_list *zones,
		   const char *key, const char *field)
{
	const struct fwd_item *it, *src;
	const struct fwd_policy *z;
	int r = 0;

	for (it = zones->first; it && r == 0; it = it->next) {
		z = fwd_zone_find(b->c, it->name);
		r = z ? zone_interfaces(b, f, z, key) : 0;
	}
	r = r ? r : put_interfaces(b, f, key);
	for (it = zones->first; it && r == 0; it = it->next) {
		z = fwd_zone_find(b->c, it->name);
		for (src = z ? z->sources.first : NULL; src && r == 0; src = src->next) {
			seal_auto_buf struct seal_buf x = {0};

			r = fwd_x_addr(b->c, &x, field, src->name, false);
			r = r ? r : add_fragment(b, f, &x, family_of(b->c, src->name));
		}
	}
	return r;
}

static int policy_rule(struct fwd_builder *b, const struct fwd_scope *s, enum fwd_hookpoint hp,
		       const struct fragment *in, const struct fragment *out)
{
	const struct fwd_place_at where = {.place = FWD_PLACE_PRIORITY, .at = s->p->priority};
	seal_auto_buf struct seal_buf x = {0};
	char name[FWD_NAME_MAX], chain[64];

	if (in && out && in->family && out->family && strcmp(in->family, out->family) != 0)
		return 0;
	if (in)
		seal_buf_put(&x, in->json.p, in->json.n);
	if (in && out && in->json.n && out->json.n)
		seal_buf_putc(&x, ',');
	if (out)
		seal_buf_put(&x, out->json.p, out->json.n);
	fwd_scope_chain(s, hp, NULL, name, sizeof(name));
	fwd_x_jump(&x, "jump", name);
	snprintf(chain, sizeof(chain), "%s_POLICIES_%s", fwd_hookpoints[hp].chain,
		 s->p->priority < 0 ? "pre" : "post");
	return fwd_b_rule(b, chain, &x, where, s->p->origin);
}

static int policy_dispatch(struct fwd_builder *b, const struct fwd_scope *s)
{
	struct fragments in = {0}, out = {0};
	size_t p, i, j;
	int r;

	r = collect(b, &in, &s->p->ingress, "iifname", "saddr");
	r = r ? r : collect(b, &out, &s->p->egress, "oifname", "daddr");
	for (p = 0; p < s->n_places && r == 0; p++)
		for (i = 0; (i < in.all.n || (i == 0 && !in.all.n)) && r == 0; i++)
			for (j = 0; (j < out.all.n || (j == 0 && !out.all.n)) && r == 0; j++)
				r = policy_rule(b, s, s->places[p], in.all.n ? &in.all.v[i] : NULL,
						out.all.n ? &out.all.v[j] : NULL);
	seal_vec_done(&in.all);
	seal_vec_done(&in.plain);
	seal_vec_done(&out.all);
	seal_vec_done(&out.plain);
	return r;
}

static bool has_interfaces(const struct fwd_config *c, const struct fwd_list *zones)
{
	const struct fwd_item *it;
	const struct fwd_policy *z;

	for (it = zones->first; it; it = it->next) {
		z = fwd_zone_find(c, it->name);
		if (z && z->interfaces.n)
			return true;
	}
	return false;
}

/* where a policy can act: what is not known yet at a hook cannot be asked there */
static void policy_scope(const struct fwd_config *c, const struct fwd_policy *p,
			 struct fwd_scope *s)
{
	bool prerouting;

	*s = (struct fwd_scope){.p = p, .from = side_of(&p->ingress), .to = side_of(&p->egress)};
	if (s->to == FWD_SIDE_HOST) {
		s->places[s->n_places++] = FWD_FILTER_INPUT;
		if (s->from != FWD_SIDE_ANY)
			return;
		s->places[s->n_places++] = FWD_NAT_PREROUTING;
		s->places[s->n_places++] = FWD_MANGLE_PREROUTING;
		return;
	}
	if (s->from == FWD_SIDE_HOST) {
		s->places[s->n_places++] = FWD_FILTER_OUTPUT;
		s->places[s->n_places++] = FWD_NAT_OUTPUT;
		return;
	}

	s->places[s->n_places++] = FWD_FILTER_FORWARD;
	if (s->to == FWD_SIDE_ANY) {
		s->places[s->n_places++] = FWD_NAT_PREROUTING;
		if (s->from == FWD_SIDE_ANY)
			s->places[s->n_places++] = FWD_NAT_POSTROUTING;
		s->places[s->n_places++] = FWD_MANGLE_PREROUTING;
		if (s->from != FWD_SIDE_ANY)
			s->places[s->n_places++] = FWD_NAT_POSTROUTING;
		return;
	}
	s->places[s->n_places++] = FWD_NAT_POSTROUTING;
	prerouting = !has_interfaces(c, &p->egress);
	if (prerouting) {
		s->places[s->n_places++] = FWD_NAT_PREROUTING;
		s->places[s->n_places++] = FWD_MANGLE_PREROUTING;
	}
}

/* whether one of the zones has an interface or source; HOST and ANY always do. To 2.x the default
 * zone does too. */
static bool active(const struct fwd_config *c, const struct fwd_list *zones, bool with_default)
{
	const struct fwd_item *it;
	const struct fwd_policy *z;

	if (side_of(zones) != FWD_SIDE_ZONES)
		return true;
	for (it = zones->first; it; it = it->next) {
		z = fwd_zone_find(c, it->name);
		if (z && (z->interfaces.n || z->sources.n ||
			  (with_default && seal_bytes_eq(z->name, c->conf.default_zone))))
			return true;
	}
	return false;
}

int fwd_b_policy(struct fwd_builder *b, const struct fwd_policy *p)
{
	bool later = !b->c->version || b->c->version >= 2000;
	struct fwd_scope s;
	int r;

	if (p->disable || !p->ingress.n || !p->egress.n || !active(b->c, &p->ingress, later) ||
	    !active(b->c, &p->egress, later))
		return 0;
	policy_scope(b->c, p, &s);
	r = fwd_b_chains(b, &s);
	if (r == 0 && active(b->c, &p->ingress, false) && active(b->c, &p->egress, false))
		r = policy_dispatch(b, &s);
	return r ? r : fwd_b_settings(b, &s);
}
