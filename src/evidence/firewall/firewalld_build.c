/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From objects to rules: the base chains, the dispatch to zones and policies, and the order in
 * which firewalld 1.x adds all of it (which decides the order of rules, and the handles). */

#include "evidence/firewall/firewalld_build.h"

#include <errno.h>
#include <stdio.h>

static const struct fwd_place_at at_end = {.place = FWD_PLACE_END};
static const struct fwd_place_at at_front = {.place = FWD_PLACE_FRONT};

int fwd_b_rule(struct fwd_builder *b, const char *chain, struct seal_buf *x,
	       struct fwd_place_at where, const struct seal_origin *origin)
{
	int r;

	if (x->err)
		return x->err;
	r = fwd_table_rule(b->t, chain, seal_buf_bytes(x), where, origin);
	if (r == -EINVAL)
		return seal_err_set(b->err, r,
				    "a rule for chain %s, which firewalld does not create", chain);
	return r;
}

/* a chain with rules that only jump or decide */
static int raw_rule(struct fwd_builder *b, const char *chain, const char *expr,
		    struct fwd_place_at where)
{
	return fwd_table_rule(b->t, chain, seal_bytes_of(expr), where, NULL);
}

static int jump(struct fwd_builder *b, const char *chain, const char *target)
{
	seal_auto_buf struct seal_buf x = {0};

	fwd_x_jump(&x, "jump", target);
	return fwd_b_rule(b, chain, &x, at_end, NULL);
}

#define STATE_IN(set)                                                                              \
	"{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":" set "}}"
#define ESTABLISHED STATE_IN("{\"set\":[\"established\",\"related\"]}") ",{\"accept\":null}"
#define DNAT                                                                                       \
	"{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"status\"}},\"right\":\"dnat\"}},"   \
	"{\"accept\":null}"
#define ON_LO(key)                                                                                 \
	"{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"" key                             \
	"\"}},\"right\":\"lo\"}},{\"accept\":null}"
#define REJECT "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"admin-prohibited\"}}"

/* rules that log when LogDenied asks for it */
static int log_rule(struct fwd_builder *b, const char *chain, const char *match, const char *prefix)
{
	seal_auto_buf struct seal_buf x = {0};

	if (!b->log_denied)
		return 0;
	if (match)
		fwd_x_raw(&x, match);
	fwd_x_pkttype(&x, b->c->conf.log_denied);
	fwd_x_log(&x, prefix, SEAL_BYTES_NONE);
	return fwd_b_rule(b, chain, &x, at_end, NULL);
}

/* "mangle_PREROUTING" and its chains of dispatch */
static int dispatch_chains(struct fwd_builder *b, const char *base, const char *first,
			   const char *second, const char *third)
{
	const char *const suffixes[] = {first, second, third};
	char name[64];
	size_t i;
	int r = 0;

	for (i = 0; i < 3 && r == 0; i++) {
		if (!suffixes[i])
			continue;
		snprintf(name, sizeof(name), "%s_%s", base, suffixes[i]);
		r = fwd_table_chain(b->t, name, NULL);
	}
	return r;
}

static int base_nat(struct fwd_builder *b)
{
	static const struct {
		const char *name, *json;
	} chains[] = {
		{"nat_PREROUTING", "\"type\":\"nat\",\"hook\":\"prerouting\",\"prio\":-90"},
		{"nat_POSTROUTING", "\"type\":\"nat\",\"hook\":\"postrouting\",\"prio\":110"},
	};
	char zones[64];
	size_t i;
	int r;

	r = fwd_table_chain(b->t, "mangle_PREROUTING",
			    "\"type\":\"filter\",\"hook\":\"prerouting\",\"prio\":-140");
	r = r ? r
	      : dispatch_chains(b, "mangle_PREROUTING", "POLICIES_pre", "ZONES", "POLICIES_post");
	r = r ? r : jump(b, "mangle_PREROUTING", "mangle_PREROUTING_ZONES");
	for (i = 0; i < 2 && r == 0; i++) {
		r = fwd_table_chain(b->t, chains[i].name, chains[i].json);
		r = r ? r
		      : dispatch_chains(b, chains[i].name, "POLICIES_pre", "ZONES",
					"POLICIES_post");
		snprintf(zones, sizeof(zones), "%s_ZONES", chains[i].name);
		r = r ? r : jump(b, chains[i].name, zones);
	}
	r = r ? r
	      : fwd_table_chain(b->t, "nat_OUTPUT",
				"\"type\":\"nat\",\"hook\":\"output\",\"prio\":-90");
	r = r ? r : dispatch_chains(b, "nat_OUTPUT", "POLICIES_pre", NULL, NULL);
	r = r ? r : jump(b, "nat_OUTPUT", "nat_OUTPUT_POLICIES_pre");
	r = r ? r : dispatch_chains(b, "nat_OUTPUT", "POLICIES_post", NULL, NULL);
	return r ? r : jump(b, "nat_OUTPUT", "nat_OUTPUT_POLICIES_post");
}

/* filter_INPUT and filter_FORWARD differ in their dispatch alone */
static int base_filter(struct fwd_builder *b, const char *chain, bool input)
{
	char zones[64];
	int r;

	snprintf(zones, sizeof(zones), "%s_ZONES", chain);
	fwd_table_anonymous(b->t);
	r = raw_rule(b, chain, ESTABLISHED, at_end);
	r = r ? r : raw_rule(b, chain, DNAT, at_end);
	r = r ? r : raw_rule(b, chain, ON_LO("iifname"), at_end);
	r = r ? r : log_rule(b, chain, STATE_IN("{\"set\":[\"invalid\"]}"), "STATE_INVALID_DROP: ");
	r = r ? r
	      : raw_rule(b, chain, STATE_IN("{\"set\":[\"invalid\"]}") ",{\"drop\":null}", at_end);
	if (input)
		r = r ? r : dispatch_chains(b, chain, "POLICIES_pre", "ZONES", "POLICIES_post");
	else
		r = r ? r : dispatch_chains(b, chain, "POLICIES_pre", "ZONES", NULL);
	r = r ? r : jump(b, chain, zones);
	if (!input)
		r = r ? r : dispatch_chains(b, chain, "POLICIES_post", NULL, NULL);
	r = r ? r : log_rule(b, chain, NULL, "FINAL_REJECT: ");
	return r ? r : raw_rule(b, chain, REJECT, at_end);
}

static int base_output(struct fwd_builder *b)
{
	static const char chain[] = "filter_OUTPUT";
	int r;

	fwd_table_anonymous(b->t);
	r = raw_rule(b, chain, ESTABLISHED, at_end);
	r = r ? r : raw_rule(b, chain, ON_LO("oifname"), at_end);
	r = r ? r : dispatch_chains(b, chain, "POLICIES_pre", NULL, NULL);
	r = r ? r : jump(b, chain, "filter_OUTPUT_POLICIES_pre");
	r = r ? r : dispatch_chains(b, chain, "POLICIES_post", NULL, NULL);
	return r ? r : jump(b, chain, "filter_OUTPUT_POLICIES_post");
}

#define FIB(flags)                                                                                 \
	"{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"nfproto\"}},\"right\":\"ipv6\"}}" \
	","                                                                                        \
	"{\"match\":{\"op\":\"==\",\"left\":{\"fib\":{\"result\":\"oif\",\"flags\":[" flags        \
	"]}},\"right\":false}}"

/* IPv6_rpfilter: a source no route leads to is dropped, neighbour discovery is not */
static int rpfilter(struct fwd_builder *b)
{
	enum fwd_rpfilter mode = b->c->conf.rpfilter;
	bool forward = mode == FWD_RPFILTER_STRICT_FORWARD || mode == FWD_RPFILTER_LOOSE_FORWARD;
	bool loose = mode == FWD_RPFILTER_LOOSE || mode == FWD_RPFILTER_LOOSE_FORWARD;
	const char *chain = forward ? "filter_FORWARD" : "filter_PREROUTING";
	seal_auto_buf struct seal_buf x = {0};
	int r;

	if (mode == FWD_RPFILTER_NO)
		return 0;

	fwd_x_raw(&x, loose ? FIB("\"saddr\",\"mark\"") : FIB("\"saddr\",\"mark\",\"iif\""));
	if (b->log_denied)
		fwd_x_log(&x, "rpfilter_DROP: ", SEAL_BYTES_NONE);
	fwd_x_raw(&x, "{\"drop\":null}");
	r = fwd_b_rule(b, chain, &x, at_front, NULL);
	if (r < 0 || forward)
		return r;

	fwd_table_anonymous(b->t);
	return raw_rule(b, chain,
			"{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"icmpv6\","
			"\"field\":\"type\"}},\"right\":{\"set\":[\"nd-router-advert\","
			"\"nd-neighbor-solicit\"]}}},{\"accept\":null}",
			at_front);
}

/* RFC 3964: 6to4 addresses around IPv4 addresses that are not global */
static int rfc3964(struct fwd_builder *b)
{
	static const char nets[] =
		"{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ip6\",\"field\":"
		"\"daddr\"}},\"right\":{\"set\":["
		"{\"prefix\":{\"addr\":\"::\",\"len\":96}},"
		"{\"prefix\":{\"addr\":\"::ffff:0.0.0.0\",\"len\":96}},"
		"{\"prefix\":{\"addr\":\"2002::\",\"len\":24}},"
		"{\"prefix\":{\"addr\":\"2002:a00::\",\"len\":24}},"
		"{\"prefix\":{\"addr\":\"2002:7f00::\",\"len\":24}},"
		"{\"prefix\":{\"addr\":\"2002:a9fe::\",\"len\":32}},"
		"{\"prefix\":{\"addr\":\"2002:ac10::\",\"len\":28}},"
		"{\"prefix\":{\"addr\":\"2002:c0a8::\",\"len\":32}},"
		"{\"prefix\":{\"addr\":\"2002:e000::\",\"len\":19}}]}}}";
	bool log = fwd_is_one_of(b->c->conf.log_denied, "unicast all");
	seal_auto_buf struct seal_buf x = {0};
	int r;

	if (!b->c->conf.rfc3964)
		return 0;
	fwd_x_raw(&x, nets);
	if (log)
		fwd_x_log(&x, "RFC3964_IPv4_REJECT: ", SEAL_BYTES_NONE);
	fwd_x_raw(&x, "{\"reject\":{\"type\":\"icmpv6\",\"expr\":\"addr-unreachable\"}}");
	fwd_table_anonymous(b->t);
	r = fwd_b_rule(b, "filter_OUTPUT", &x,
		       (struct fwd_place_at){.place = FWD_PLACE_INDEX, .at = 2}, NULL);
	fwd_table_anonymous(b->t);
	return r ? r
		 : fwd_b_rule(b, "filter_FORWARD", &x,
			      (struct fwd_place_at){.place = FWD_PLACE_INDEX,
						    .at = b->log_denied ? 5 : 4},
			      NULL);
}

static int base(struct fwd_builder *b)
{
	int r = base_nat(b);

	r = r ? r
	      : fwd_table_chain(b->t, "filter_PREROUTING",
				"\"type\":\"filter\",\"hook\":\"prerouting\",\"prio\":10");
	r = r ? r
	      : fwd_table_chain(b->t, "filter_INPUT",
				"\"type\":\"filter\",\"hook\":\"input\",\"prio\":10");
	r = r ? r
	      : fwd_table_chain(b->t, "filter_FORWARD",
				"\"type\":\"filter\",\"hook\":\"forward\",\"prio\":10");
	r = r ? r
	      : fwd_table_chain(b->t, "filter_OUTPUT",
				"\"type\":\"filter\",\"hook\":\"output\",\"prio\":10");
	r = r ? r : base_filter(b, "filter_INPUT", true);
	r = r ? r : base_filter(b, "filter_FORWARD", false);
	r = r ? r : base_output(b);
	r = r ? r : rpfilter(b);
	return r ? r : rfc3964(b);
}

/* the five chains a zone or policy has in each place it is dispatched from */
static int body_chains(struct fwd_builder *b, const struct fwd_scope *s, enum fwd_hookpoint hp)
{
	static const char *const suffixes[] = {"pre", "log", "deny", "allow", "post"};
	char name[FWD_NAME_MAX], sub[FWD_NAME_MAX];
	size_t i;
	int r;

	fwd_scope_chain(s, hp, NULL, name, sizeof(name));
	if (fwd_table_has_chain(b->t, name))
		return 0;
	r = fwd_table_chain(b->t, name, NULL);
	for (i = 0; i < 5 && r == 0; i++) {
		fwd_scope_chain(s, hp, suffixes[i], sub, sizeof(sub));
		r = fwd_table_chain(b->t, sub, NULL);
	}
	if (r == 0 && s->p->is_zone) {
		snprintf(sub, sizeof(sub), "%s_POLICIES_pre", fwd_hookpoints[hp].chain);
		r = jump(b, name, sub);
	}
	for (i = 0; i < 5 && r == 0; i++) {
		fwd_scope_chain(s, hp, suffixes[i], sub, sizeof(sub));
		r = jump(b, name, sub);
	}
	if (r == 0 && s->p->is_zone) {
		snprintf(sub, sizeof(sub), "%s_POLICIES_post", fwd_hookpoints[hp].chain);
		r = jump(b, name, sub);
	}
	return r;
}

/* the last rule of a zone or policy: its target */
static int body_target(struct fwd_builder *b, const struct fwd_scope *s, enum fwd_hookpoint hp)
{
	enum fwd_target target = s->p->target;
	seal_auto_buf struct seal_buf x = {0};
	char name[FWD_NAME_MAX], prefix[FWD_NAME_MAX + 16];
	int r = 0;

	if (!fwd_hookpoints[hp].filter || target == FWD_TARGET_CONTINUE)
		return 0;

	fwd_scope_chain(s, hp, NULL, name, sizeof(name));
	if (target != FWD_TARGET_ACCEPT) {
		snprintf(prefix, sizeof(prefix), "%s_%s: ", name,
			 target == FWD_TARGET_DROP ? "DROP" : "REJECT");
		r = log_rule(b, name, NULL, prefix);
	}
	if (r < 0)
		return r;
	if (target == FWD_TARGET_ACCEPT)
		fwd_x_raw(&x, "{\"accept\":null}");
	else if (target == FWD_TARGET_DROP)
		fwd_x_raw(&x, "{\"drop\":null}");
	else
		fwd_x_reject(&x);
	return fwd_b_rule(b, name, &x, at_end, s->p->origin);
}

int fwd_b_chains(struct fwd_builder *b, const struct fwd_scope *s)
{
	enum fwd_hookpoint hp;
	char name[FWD_NAME_MAX];
	size_t i;
	int r = 0;

	for (i = 0; i < s->n_places && r == 0; i++) {
		hp = s->places[i];
		fwd_scope_chain(s, hp, NULL, name, sizeof(name));
		if (fwd_table_has_chain(b->t, name))
			continue;
		r = body_chains(b, s, hp);
		r = r ? r : body_target(b, s, hp);
	}
	return r;
}

static int ipsets(struct fwd_builder *b)
{
	int r;

	seal_vec_each (s, &b->c->ipsets) {
		seal_auto_buf struct seal_buf x = {0};

		r = fwd_x_ipset(b->c, &x, s);
		if (r < 0)
			return seal_err_set(b->err, r, "ipset %.*s: entries that nft refuses",
					    (int)s->name.n, s->name.p);
		if (x.err)
			return x.err;
		r = fwd_table_set(b->t, s->name, seal_buf_bytes(&x));
		if (r < 0)
			return r;
	}
	return 0;
}

int fwd_build(struct fwd_config *c, struct fwd_table *t, struct seal_err *err)
{
	struct fwd_builder b = {.c = c, .t = t, .err = err};
	struct fwd_policy *zone;
	int r;

	b.log_denied = !seal_bytes_is(c->conf.log_denied, "off");
	r = ipsets(&b);
	r = r ? r : base(&b);
	seal_vec_each (z, &c->zones) {
		if (r == 0 && (z->interfaces.n || z->sources.n))
			r = fwd_b_zone(&b, z);
	}
	zone = fwd_zone_find(c, c->conf.default_zone);
	if (r == 0 && zone)
		r = fwd_b_default_zone(&b, zone);
	seal_vec_each (p, &c->policies) {
		if (r == 0)
			r = fwd_b_policy(&b, p);
	}
	return r ? r : fwd_b_dispatch(&b);
}
