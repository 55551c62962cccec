/* SPDX-License-Identifier: GPL-2.0-or-later */

/* direct.xml, firewalld.direct(5): rules in iptables' language, which stand in iptables' own tables
 * beside firewalld's, in the order of their priorities. */

#include "evidence/firewall/firewalld_direct.h"

#include "evidence/firewall/firewalld_value.h"
#include "evidence/firewall/firewalld_xml.h"

#include <errno.h>

struct reader {
	const struct fwd_source *source;
	struct fwd_config *c;
	struct fwd_direct rule;
	bool open, direct;
	size_t start;
	uint64_t line;
};

static int copy(struct reader *rd, struct seal_bytes from, struct seal_bytes *to)
{
	return seal_arena_intern(rd->c->arena, from, to);
}

static int on_start(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err)
{
	static const struct fwd_tag_rule tags[] = {
		{"direct", "", ""},
		{"chain", "ipv table chain", ""},
		{"rule", "ipv table chain priority", ""},
		{"passthrough", "ipv", ""},
		{NULL, NULL, NULL},
	};
	struct reader *rd = x->data;
	struct seal_bytes priority = fwd_attr(tag, "priority");
	int r = fwd_tag_check(tag, tags, err);

	if (r < 0)
		return r;
	if (!strcmp(tag->name, "direct")) {
		if (rd->direct)
			return seal_err_set(err, -EINVAL, "more than one <direct>");
		rd->direct = true;
		return 0;
	}
	if (!rd->direct)
		return 0;

	rd->rule = (struct fwd_direct){.kind = FWD_DIRECT_PASSTHROUGH};
	if (!strcmp(tag->name, "rule"))
		rd->rule.kind = FWD_DIRECT_RULE;
	else if (!strcmp(tag->name, "chain"))
		rd->rule.kind = FWD_DIRECT_CHAIN;
	if (!fwd_is_one_of(fwd_attr(tag, "ipv"), "ipv4 ipv6 eb"))
		return seal_err_set(err, -EINVAL, "unknown ipv");
	if (priority.p && fwd_int(priority, &rd->rule.priority) < 0)
		return 0;
	rd->open = true;
	rd->start = fwd_xml_offset(x, false);
	rd->line = tag->line;
	if (copy(rd, fwd_attr(tag, "ipv"), &rd->rule.ipv) < 0 ||
	    copy(rd, fwd_attr(tag, "table"), &rd->rule.table) < 0)
		return -ENOMEM;
	return copy(rd, fwd_attr(tag, "chain"), &rd->rule.chain);
}

static int on_end(struct fwd_xml *x, const char *name SEAL_UNUSED, struct seal_bytes body,
		  struct seal_err *err SEAL_UNUSED)
{
	struct reader *rd = x->data;
	struct seal_origin *o;
	struct fwd_direct *d;
	struct seal_bytes text;

	if (!rd->open)
		return 0;
	rd->open = false;
	if (!body.n && rd->rule.kind != FWD_DIRECT_CHAIN)
		return 0;

	text = seal_bytes_first(seal_bytes_from(rd->source->text, rd->start),
				fwd_xml_offset(x, true) - rd->start);
	o = seal_arena_alloc(rd->c->facts, sizeof(*o));
	d = seal_vec_add(&rd->c->direct);
	if (!o || !d || seal_arena_copy(rd->c->facts, seal_bytes_first(text, 1024), &o->ref) < 0)
		return -ENOMEM;
	o->source = SEAL_SOURCE_FIREWALLD;
	o->path = rd->source->path;
	o->line = rd->line;
	*d = rd->rule;
	d->origin = o;
	return seal_arena_copy(rd->c->arena, body, &d->args);
}

int fwd_direct_read(const struct fwd_source *s, struct seal_err *err)
{
	struct reader rd = {.source = s, .c = s->config};
	struct fwd_xml x = {.data = &rd, .start = on_start, .end = on_end};
	int r = fwd_xml_parse(s->text, &x, err);

	/* firewalld logs what is wrong with the file and goes on with the rules before it */
	return r == -EINVAL ? 0 : r;
}

static const struct {
	const char *table, *chain;
	enum seal_fw_hook hook;
	int32_t priority;
	enum seal_fw_chain_type type;
} builtin[] = {
	{"filter", "INPUT", SEAL_FW_INPUT, 0, SEAL_FW_FILTER},
	{"filter", "FORWARD", SEAL_FW_FORWARD, 0, SEAL_FW_FILTER},
	{"filter", "OUTPUT", SEAL_FW_OUTPUT, 0, SEAL_FW_FILTER},
	{"mangle", "PREROUTING", SEAL_FW_PREROUTING, -150, SEAL_FW_FILTER},
	{"mangle", "INPUT", SEAL_FW_INPUT, -150, SEAL_FW_FILTER},
	{"mangle", "FORWARD", SEAL_FW_FORWARD, -150, SEAL_FW_FILTER},
	{"mangle", "OUTPUT", SEAL_FW_OUTPUT, -150, SEAL_FW_FILTER},
	{"mangle", "POSTROUTING", SEAL_FW_POSTROUTING, -150, SEAL_FW_FILTER},
	{"nat", "PREROUTING", SEAL_FW_PREROUTING, -100, SEAL_FW_NAT},
	{"nat", "INPUT", SEAL_FW_INPUT, 100, SEAL_FW_NAT},
	{"nat", "OUTPUT", SEAL_FW_OUTPUT, -100, SEAL_FW_NAT},
	{"nat", "POSTROUTING", SEAL_FW_POSTROUTING, 100, SEAL_FW_NAT},
	{"raw", "PREROUTING", SEAL_FW_PREROUTING, -300, SEAL_FW_FILTER},
	{"raw", "OUTPUT", SEAL_FW_OUTPUT, -300, SEAL_FW_FILTER},
	{"security", "INPUT", SEAL_FW_INPUT, 50, SEAL_FW_FILTER},
	{"security", "FORWARD", SEAL_FW_FORWARD, 50, SEAL_FW_FILTER},
	{"security", "OUTPUT", SEAL_FW_OUTPUT, 50, SEAL_FW_FILTER},
};

/* struct place - where a direct rule goes, and what of its arguments is left then */
struct place {
	struct seal_bytes table, chain, args;
	bool front;
	bool unknown; /* a command that is not followed: "-P", "-F" ... */
};

/* "-t nat -I INPUT 1 ..." */
static void passthrough_place(const struct fwd_direct *d, struct place *ret)
{
	struct seal_bytes rest = d->args, w, position;
	uint32_t number;

	*ret = (struct place){.table = SEAL_LIT("filter"), .unknown = true};
	while ((w = seal_bytes_word(&rest)).n) {
		if (fwd_is_one_of(w, "-t --table")) {
			ret->table = seal_bytes_word(&rest);
		} else if (fwd_is_one_of(w, "-A --append -I --insert")) {
			ret->front = fwd_is_one_of(w, "-I --insert");
			ret->chain = seal_bytes_word(&rest);
			ret->args = rest;
			position = seal_bytes_word(&rest);
			ret->unknown = false;
			if (ret->front && seal_parse_u32(position, 10, &number) == 0) {
				ret->args = rest;
				ret->unknown =
					number > 1; /* between which rules, is not followed */
			}
			return;
		} else if (fwd_is_one_of(w, "-N --new-chain")) {
			ret->unknown = false;
			return;
		}
	}
}

static struct seal_fw_chain *base_chain(struct seal_ruleset *rs, size_t i,
					enum seal_fw_family family)
{
	struct seal_bytes table = seal_bytes_of(builtin[i].table);
	struct seal_bytes name = seal_bytes_of(builtin[i].chain);
	struct seal_fw_table *t = seal_fw_table_find(rs, family, table);
	struct seal_fw_chain *c;

	if (!t)
		t = seal_ruleset_add_table(rs, family, table);
	if (!t)
		return NULL;
	c = seal_fw_chain_find(t, name);
	if (c)
		return c;
	c = seal_ruleset_add_chain(rs, t, name);
	if (!c)
		return NULL;
	c->hook = builtin[i].hook;
	c->priority = builtin[i].priority;
	c->type = builtin[i].type;
	return c;
}

static int add_rule(const struct fwd_direct *d, struct seal_ruleset *rs, size_t i,
		    const struct place *p)
{
	bool ipv6 = seal_bytes_is(d->ipv, "ipv6");
	struct seal_fw_chain *c = base_chain(rs, i, ipv6 ? SEAL_FW_IP6 : SEAL_FW_IP);
	struct seal_fw_rule *r;
	const char *text;

	if (!c)
		return -ENOMEM;
	r = p->front ? seal_ruleset_insert_rule(rs, c) : seal_ruleset_add_rule(rs, c);
	text = seal_arena_printf(rs->arena, "firewalld direct rule %.*s", (int)d->args.n,
				 d->args.p);
	if (!r || !text)
		return -ENOMEM;
	r->origin = d->origin;
	if (p->unknown)
		return seal_rule_text(rs, r, SEAL_STMT_OPAQUE, seal_bytes_of(text));
	return fwd_iptables_rule(rs, r, p->args, ipv6, seal_bytes_of(text));
}

/* rules of a chain that is not built in count where something jumps to it: that jump is undecided
 */
static int add_one(const struct fwd_direct *d, struct seal_ruleset *rs)
{
	struct place p = {.table = d->table, .chain = d->chain, .args = d->args};
	size_t i;
	int r = 0;

	if (d->kind == FWD_DIRECT_PASSTHROUGH)
		passthrough_place(d, &p);
	if (seal_bytes_ends(p.chain, "_direct"))
		p.chain.n -= strlen("_direct");
	for (i = 0; i < sizeof(builtin) / sizeof(builtin[0]) && r == 0; i++)
		if (seal_bytes_is(p.table, builtin[i].table) &&
		    (p.unknown || seal_bytes_is(p.chain, builtin[i].chain)))
			r = add_rule(d, rs, i, &p);
	return r;
}

static int compare_direct(const void *a, const void *b)
{
	const struct fwd_direct *const *x = a, *const *y = b;

	/* passthroughs are run after the rules, each kind in the order of the file */
	if ((*x)->kind != (*y)->kind)
		return (*x)->kind == FWD_DIRECT_RULE ? -1 : 1;
	if ((*x)->kind == FWD_DIRECT_RULE && (*x)->priority != (*y)->priority)
		return (*x)->priority < (*y)->priority ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

int fwd_direct_add(const struct fwd_config *c, struct seal_ruleset *rs)
{
	seal_vec(const struct fwd_direct *) order = {0};
	const struct fwd_direct **slot;
	size_t i;
	int r = 0;

	seal_vec_each (d, &c->direct) {
		if (d->kind == FWD_DIRECT_CHAIN || seal_bytes_is(d->ipv, "eb"))
			continue;
		slot = seal_vec_add(&order);
		if (!slot)
			r = -ENOMEM;
		else
			*slot = d;
	}
	if (order.n)
		qsort(order.v, order.n, sizeof(*order.v), compare_direct);
	for (i = 0; i < order.n && r == 0; i++)
		r = add_one(order.v[i], rs);
	seal_vec_done(&order);
	return r;
}
