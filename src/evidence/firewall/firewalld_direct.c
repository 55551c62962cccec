/* SPDX-License-Identifier: GPL-2.0-or-later */

/* direct.xml, firewalld.direct(5): rules in iptables' language, which stand in iptables' own tables
 * beside firewalld's. They are not interpreted: a packet such a rule may meet is undecided. */

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

/* "-t nat -I INPUT 1 ...": which table and chain a passthrough names */
static void passthrough_target(const struct fwd_direct *d, struct seal_bytes *table,
			       struct seal_bytes *chain)
{
	struct seal_bytes rest = d->args, w;

	*table = SEAL_LIT("filter");
	*chain = SEAL_BYTES_NONE;
	while ((w = seal_bytes_word(&rest)).n) {
		if (fwd_is_one_of(w, "-t --table"))
			*table = seal_bytes_word(&rest);
		else if (fwd_is_one_of(w, "-A --append -I --insert"))
			*chain = seal_bytes_word(&rest);
	}
}

static int add_opaque(const struct fwd_direct *d, struct seal_ruleset *rs, size_t i,
		      enum seal_fw_family family)
{
	struct seal_bytes table = seal_bytes_of(builtin[i].table);
	struct seal_bytes name = seal_bytes_of(builtin[i].chain);
	struct seal_fw_table *t = seal_fw_table_find(rs, family, table);
	struct seal_fw_chain *c;
	struct seal_fw_rule *r;
	const char *text;

	if (!t)
		t = seal_ruleset_add_table(rs, family, table);
	if (!t)
		return -ENOMEM;
	c = seal_fw_chain_find(t, name);
	if (!c) {
		c = seal_ruleset_add_chain(rs, t, name);
		if (!c)
			return -ENOMEM;
		c->hook = builtin[i].hook;
		c->priority = builtin[i].priority;
		c->type = builtin[i].type;
	}
	r = seal_ruleset_add_rule(rs, c);
	text = seal_arena_printf(rs->arena, "firewalld direct rule %.*s", (int)d->args.n,
				 d->args.p);
	if (!r || !text)
		return -ENOMEM;
	r->origin = d->origin;
	return seal_rule_text(rs, r, SEAL_STMT_OPAQUE, seal_bytes_of(text));
}

int fwd_direct_add(const struct fwd_config *c, struct seal_ruleset *rs)
{
	struct seal_bytes table, chain;
	bool any;
	size_t i;
	int r;

	seal_vec_each (d, &c->direct) {
		if (d->kind == FWD_DIRECT_CHAIN || seal_bytes_is(d->ipv, "eb"))
			continue;
		table = d->table;
		chain = d->chain;
		if (d->kind == FWD_DIRECT_PASSTHROUGH)
			passthrough_target(d, &table, &chain);
		if (seal_bytes_ends(chain, "_direct"))
			chain.n -= strlen("_direct");

		/* a chain of the user's own is reached from somewhere in its table: no telling
		 * where */
		any = true;
		for (i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
			if (seal_bytes_is(table, builtin[i].table) &&
			    seal_bytes_is(chain, builtin[i].chain))
				any = false;
		for (i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
			if (!seal_bytes_is(table, builtin[i].table) ||
			    (!any && !seal_bytes_is(chain, builtin[i].chain)))
				continue;
			r = add_opaque(d, rs, i,
				       seal_bytes_is(d->ipv, "ipv4") ? SEAL_FW_IP : SEAL_FW_IP6);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
