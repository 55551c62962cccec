/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Dispatch as firewalld 2.x does it: a packet is of one zone on each side, the default zone
 * included, and meets the policies of that pair of zones alone. 1.x asks each policy whether the
 * interface or address is one of its zones', whatever zone the packet is of. Where this can make a
 * difference the second way is added beside the first: taken when the root holds 2.x, undecided
 * when its version is unknown, so that an answer which both agree upon stays an answer. */

#include "evidence/firewall/firewalld_build.h"

#include <errno.h>
#include <stdio.h>

#define ZONES_MAX 32u

struct entry {
	struct fwd_dispatch key;
	const struct fwd_policy *zone;
	const struct fwd_item *item; /* NULL: everything else */
};

struct side {
	seal_vec(struct entry) entries;
};

static int compare_entries(const void *a, const void *b)
{
	const struct fwd_dispatch *x = &((const struct entry *)a)->key;
	const struct fwd_dispatch *y = &((const struct entry *)b)->key;
	int r;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->by_source != y->by_source)
		return x->by_source ? -1 : 1;
	r = seal_bytes_cmp(x->zone, y->zone);
	return r ? r : seal_bytes_cmp(x->name, y->name);
}

static int add_entries(struct side *s, const struct fwd_policy *z, const struct fwd_list *l,
		       bool by_source, bool egress)
{
	const struct fwd_item *it;
	struct entry *e;

	for (it = l->first; it; it = it->next) {
		e = seal_vec_add(&s->entries);
		if (!e)
			return -ENOMEM;
		e->zone = z;
		e->item = it;
		e->key.priority = egress ? z->egress_priority : z->ingress_priority;
		e->key.by_source = by_source;
		e->key.zone = z->name;
		e->key.name = it->name;
	}
	return 0;
}

/* how packets find their zone on one side, the default zone last */
static int collect(struct fwd_builder *b, struct side *s, bool egress)
{
	struct entry *e;
	int r = 0;

	seal_vec_each (z, &b->c->zones) {
		r = r ? r : add_entries(s, z, &z->sources, true, egress);
		r = r ? r : add_entries(s, z, &z->interfaces, false, egress);
	}
	if (r < 0)
		return r;
	if (s->entries.n)
		qsort(s->entries.v, s->entries.n, sizeof(*s->entries.v), compare_entries);
	e = seal_vec_add(&s->entries);
	if (!e)
		return -ENOMEM;
	e->zone = fwd_zone_find(b->c, b->c->conf.default_zone);
	return e->zone ? 0 : -EINVAL;
}

/* whether a policy is for packets of @zone on that side; NULL stands for the host */
static bool covers(const struct fwd_list *l, const struct fwd_policy *zone)
{
	if (!zone)
		return fwd_list_find(l, SEAL_LIT("HOST"));
	return fwd_list_find(l, SEAL_LIT("ANY")) || fwd_list_find(l, zone->name);
}

struct pair {
	const struct fwd_policy *in, *out; /* NULL: the host */
	enum fwd_hookpoint hp;
	char name[FWD_NAME_MAX];
};

static int raw(struct fwd_builder *b, const char *chain, const char *json,
	       const struct seal_origin *origin)
{
	return fwd_table_rule(b->t, chain, seal_bytes_of(json),
			      (struct fwd_place_at){.place = FWD_PLACE_END}, origin);
}

static int jump(struct fwd_builder *b, const char *chain, const char *target)
{
	seal_auto_buf struct seal_buf x = {0};

	fwd_x_jump(&x, "jump", target);
	return fwd_b_rule(b, chain, &x, (struct fwd_place_at){.place = FWD_PLACE_END}, NULL);
}

static int compare_priority(const void *a, const void *b)
{
	const struct fwd_policy *const *x = a, *const *y = b;

	if ((*x)->priority != (*y)->priority)
		return (*x)->priority < (*y)->priority ? -1 : 1;
	return seal_bytes_cmp((*x)->name, (*y)->name);
}

/* the policies of a pair, before the zone's own rules or behind them */
static int pair_policies(struct fwd_builder *b, const struct pair *p, bool before)
{
	seal_vec(const struct fwd_policy *) found = {0};
	char name[FWD_NAME_MAX];
	size_t i;
	int r = 0;

	seal_vec_each (pol, &b->c->policies) {
		const struct fwd_policy **slot;

		if (pol->disable || (pol->priority < 0) != before ||
		    !covers(&pol->ingress, p->in) || !covers(&pol->egress, p->out))
			continue;
		slot = seal_vec_add(&found);
		if (!slot)
			r = -ENOMEM;
		else
			*slot = pol;
	}
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), compare_priority);
	for (i = 0; i < found.n && r == 0; i++) {
		const struct fwd_scope s = {.p = found.v[i]};

		fwd_scope_chain(&s, p->hp, NULL, name, sizeof(name));
		if (fwd_table_has_chain(b->t, name))
			r = jump(b, p->name, name);
	}
	seal_vec_done(&found);
	return r;
}

/* the rules of the zone itself, which both ways share, and for ICMP */
static int pair_zone(struct fwd_builder *b, const struct pair *p)
{
	static const char *const suffixes[] = {"pre", "log", "deny", "allow", "post"};
	const struct fwd_scope s = {.p = p->in};
	char name[FWD_NAME_MAX];
	size_t i;
	int r = 0;

	if (!p->in)
		return 0;
	for (i = 0; i < 5 && r == 0; i++) {
		fwd_scope_chain(&s, p->hp, suffixes[i], name, sizeof(name));
		r = jump(b, p->name, name);
	}
	if (r == 0 && p->hp == FWD_FILTER_INPUT)
		r = fwd_b_icmp(b, p->in, p->name, (struct fwd_place_at){.place = FWD_PLACE_END});
	return r;
}

static int pair_target(struct fwd_builder *b, const struct pair *p)
{
	if (!p->in)
		return raw(b, p->name, "{\"return\":null}", NULL);
	if (p->in->target == FWD_TARGET_ACCEPT)
		return raw(b, p->name, "{\"accept\":null}", p->in->origin);
	if (p->in->target == FWD_TARGET_DROP)
		return raw(b, p->name, "{\"drop\":null}", p->in->origin);
	return raw(b, p->name, "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"admin-prohibited\"}}",
		   p->in->origin);
}

static int pair_chain(struct fwd_builder *b, struct pair *p)
{
	static const char host[] = "HOST";
	int r;

	snprintf(p->name, sizeof(p->name), "%s%.*s_to_%.*s", fwd_hookpoints[p->hp].prefix,
		 p->in ? (int)p->in->name.n : (int)sizeof(host) - 1, p->in ? p->in->name.p : host,
		 p->out ? (int)p->out->name.n : (int)sizeof(host) - 1,
		 p->out ? p->out->name.p : host);
	if (fwd_table_has_chain(b->t, p->name))
		return 0;
	r = fwd_table_chain(b->t, p->name, NULL);
	r = r ? r : pair_policies(b, p, true);
	r = r ? r : pair_zone(b, p);
	r = r ? r : pair_policies(b, p, false);
	return r ? r : pair_target(b, p);
}

/* a rule of @chain that sends the packets of one entry on */
static int entry_rule(struct fwd_builder *b, const char *chain, const struct entry *e, bool egress,
		      const char *target)
{
	seal_auto_buf struct seal_buf x = {0};
	int r = 0;

	if (e->item && e->key.by_source)
		r = fwd_x_addr(b->c, &x, egress ? "daddr" : "saddr", e->item->name, false);
	else if (e->item)
		fwd_x_iface(&x, egress ? "oifname" : "iifname", e->item->name);
	fwd_x_jump(&x, "jump", target);
	return r ? r
		 : fwd_b_rule(b, chain, &x,
			      (struct fwd_place_at){.place = FWD_PLACE_END, .kind = -1},
			      e->item ? e->item->origin : e->zone->origin);
}

/* to or from the host: one side decides */
static int dispatch_host(struct fwd_builder *b, const struct side *s, enum fwd_hookpoint hp)
{
	bool egress = hp == FWD_FILTER_OUTPUT;
	char chain[64];
	int r;

	snprintf(chain, sizeof(chain), "%s_dispatch", fwd_hookpoints[hp].chain);
	r = fwd_table_chain(b->t, chain, NULL);
	if (r == 0 && egress)
		r = raw(b, chain,
			"{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"status\"}},"
			"\"right\":"
			"\"dnat\"}},{\"accept\":null}",
			NULL);
	seal_vec_each (e, &s->entries) {
		struct pair p = {
			.in = egress ? NULL : e->zone, .out = egress ? e->zone : NULL, .hp = hp};

		r = r ? r : pair_chain(b, &p);
		r = r ? r : entry_rule(b, chain, e, egress, p.name);
	}
	return r;
}

/* through the host: first the zone it came from, then the one it goes to */
static int dispatch_forward(struct fwd_builder *b, const struct side *in, const struct side *out)
{
	static const char chain[] = "filter_FORWARD_dispatch";
	char stage[FWD_NAME_MAX];
	int r;

	r = fwd_table_chain(b->t, chain, NULL);
	seal_vec_each (i, &in->entries) {
		snprintf(stage, sizeof(stage), "filter_FWD_%.*s_dispatch", (int)i->zone->name.n,
			 i->zone->name.p);
		if (r == 0 && !fwd_table_has_chain(b->t, stage)) {
			r = fwd_table_chain(b->t, stage, NULL);
			seal_vec_each (o, &out->entries) {
				struct pair p = {i->zone, o->zone, FWD_FILTER_FORWARD, ""};

				r = r ? r : pair_chain(b, &p);
				r = r ? r : entry_rule(b, stage, o, true, p.name);
			}
		}
		r = r ? r : entry_rule(b, chain, i, false, stage);
	}
	return r;
}

/* hang the second way before the jump to the first */
static int hang(struct fwd_builder *b, const char *base, const char *before, const char *dispatch)
{
	static const char maybe[] = "firewalld is of version 2";
	struct fwd_place_at where = {.place = FWD_PLACE_INDEX};
	seal_auto_buf struct seal_buf mark = {0}, x = {0};

	fwd_x_jump(&mark, "jump", before);
	fwd_x_jump(&x, "goto", dispatch);
	where.at = fwd_table_find(b->t, base, seal_buf_bytes(&mark));
	if (where.at < 0)
		return -EINVAL;
	if (!b->c->version)
		where.maybe = maybe;
	return fwd_b_rule(b, base, &x, where, NULL);
}

static bool names_zones(const struct fwd_list *l)
{
	return l->n && !fwd_list_find(l, SEAL_LIT("ANY")) && !fwd_list_find(l, SEAL_LIT("HOST"));
}

/* what of a policy acts in tables whose second way is not modelled */
static bool translates(const struct fwd_policy *p)
{
	const struct fwd_rule *ru;

	for (ru = p->first_rule; ru; ru = ru->next)
		if (ru->element == FWD_ELEMENT_MASQUERADE ||
		    ru->element == FWD_ELEMENT_FORWARD_PORT || ru->action == FWD_ACTION_MARK)
			return true;
	return p->masquerade || p->forward_ports.n;
}

static bool has_wildcard(const struct fwd_config *c)
{
	const struct fwd_item *it;

	seal_vec_each (z, &c->zones)
		for (it = z->interfaces.first; it; it = it->next)
			if (seal_bytes_ends(it->name, "+"))
				return true;
	return false;
}

int fwd_b_dispatch(struct fwd_builder *b)
{
	bool host = has_wildcard(b->c), forward = host;
	struct side in = {0}, out = {0};
	int r;

	if (b->c->version && b->c->version < 2000)
		return 0;
	seal_vec_each (p, &b->c->policies) {
		if (p->disable || (!names_zones(&p->ingress) && !names_zones(&p->egress)))
			continue;
		if (translates(p))
			return seal_err_set(b->err, -ENOTSUP,
					    "policy %.*s: 2.x may translate other "
					    "packets than 1.x",
					    (int)p->name.n, p->name.p);
		if (covers(&p->ingress, NULL) || covers(&p->egress, NULL))
			host = true;
		else
			forward = true;
	}
	if (!host && !forward)
		return 0;

	r = collect(b, &in, false);
	r = r ? r : collect(b, &out, true);
	if (r == 0 && in.entries.n > ZONES_MAX && forward)
		r = seal_err_set(b->err, -ENOTSUP, "policies between more than %u zones",
				 ZONES_MAX);
	if (host) {
		r = r ? r : dispatch_host(b, &in, FWD_FILTER_INPUT);
		r = r ? r : hang(b, "filter_INPUT", "filter_INPUT_ZONES", "filter_INPUT_dispatch");
		r = r ? r : dispatch_host(b, &out, FWD_FILTER_OUTPUT);
		r = r ? r
		      : hang(b, "filter_OUTPUT", "filter_OUTPUT_POLICIES_pre",
			     "filter_OUTPUT_dispatch");
	}
	if (forward) {
		r = r ? r : dispatch_forward(b, &in, &out);
		r = r ? r
		      : hang(b, "filter_FORWARD", "filter_FORWARD_ZONES",
			     "filter_FORWARD_dispatch");
	}
	seal_vec_done(&in.entries);
	seal_vec_done(&out.entries);
	return r;
}
