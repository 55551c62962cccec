/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which line of the text a rule of the listing comes from. The listing keeps the order of a chain's
 * rules but not their lines: they are counted in the text. Where the counts disagree, or a command
 * could have moved rules, a chain gets no lines at all. */

#include "evidence/firewall/nft_source.h"

#include <errno.h>

#define CHAINS_MAX 4096u

struct text_chain {
	struct seal_bytes family, table, chain;
	seal_vec(uint32_t) rules; /* lines of the text */
	uint32_t policy;          /* line of the chain's own statement */
	bool spoiled;
};

struct scan {
	struct nft_scanner sc;
	struct nft_token t;
	seal_vec(struct text_chain) chains;
	struct seal_bytes family, table;
	int error;
	bool spoiled; /* commands were seen whose effect is not followed */
};

static void next(struct scan *s)
{
	nft_token(&s->sc, &s->t);
}

static bool is(const struct scan *s, const char *word)
{
	return s->t.kind == NFT_TOKEN_WORD && seal_bytes_is(s->t.text, word);
}

static bool is_punct(const struct scan *s, char c)
{
	return s->t.kind == NFT_TOKEN_PUNCT && s->t.text.p[0] == c;
}

static bool at_end(const struct scan *s)
{
	return s->t.kind == NFT_TOKEN_END || s->t.kind == NFT_TOKEN_NEWLINE || is_punct(s, ';');
}

static void skip_blank(struct scan *s)
{
	while (s->t.kind == NFT_TOKEN_NEWLINE || is_punct(s, ';'))
		next(s);
}

/* behind the end of the statement, which may hold blocks in braces; stops at a "}" of the outside
 */
static void skip_statement(struct scan *s)
{
	unsigned depth = 0;

	for (; s->t.kind != NFT_TOKEN_END; next(s)) {
		if (is_punct(s, '{')) {
			depth++;
		} else if (is_punct(s, '}')) {
			if (!depth)
				return;
			depth--;
		} else if (!depth && at_end(s)) {
			return;
		}
	}
}

static struct text_chain *chain_of(struct scan *s, struct seal_bytes chain)
{
	struct text_chain *c;

	seal_vec_each (it, &s->chains)
		if (seal_bytes_eq(it->chain, chain) && seal_bytes_eq(it->table, s->table) &&
		    seal_bytes_eq(it->family, s->family))
			return it;
	if (s->chains.n >= CHAINS_MAX) {
		s->error = -EFBIG;
		return NULL;
	}
	c = seal_vec_add(&s->chains);
	if (!c) {
		s->error = -ENOMEM;
		return NULL;
	}
	c->family = s->family;
	c->table = s->table;
	c->chain = chain;
	return c;
}

static void add_rule(struct scan *s, struct text_chain *c)
{
	uint32_t *line = seal_vec_add(&c->rules);

	if (line)
		*line = s->t.line;
	else
		s->error = -ENOMEM;
}

/* the block of a chain: statements about the chain itself, and rules */
static void chain_block(struct scan *s, struct text_chain *c)
{
	next(s);
	for (skip_blank(s); s->t.kind != NFT_TOKEN_END && !is_punct(s, '}') && !s->error;
	     skip_blank(s)) {
		if (is(s, "type") || is(s, "policy"))
			c->policy = s->t.line;
		else if (!is(s, "comment") && !is(s, "devices") && !is(s, "flags") &&
			 !is(s, "define"))
			add_rule(s, c);
		skip_statement(s);
	}
	if (is_punct(s, '}'))
		next(s);
}

static void table_block(struct scan *s)
{
	struct text_chain *c;
	struct seal_bytes name;

	next(s);
	for (skip_blank(s); s->t.kind != NFT_TOKEN_END && !is_punct(s, '}') && !s->error;
	     skip_blank(s)) {
		if (!is(s, "chain")) {
			skip_statement(s);
			continue;
		}
		next(s);
		name = s->t.text;
		if (s->t.kind != NFT_TOKEN_WORD && s->t.kind != NFT_TOKEN_STRING) {
			s->spoiled = true;
			skip_statement(s);
			continue;
		}
		next(s);
		if (!is_punct(s, '{')) {
			skip_statement(s);
			continue;
		}
		c = chain_of(s, name);
		if (c)
			chain_block(s, c);
	}
	if (is_punct(s, '}'))
		next(s);
}

/* "[family] name" of a table */
static bool table_name(struct scan *s)
{
	static const char *const families[] = {"ip", "ip6", "inet", "arp", "bridge", "netdev"};
	size_t i;

	s->family = SEAL_LIT("ip");
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (!is(s, families[i]))
			continue;
		s->family = s->t.text;
		next(s);
		break;
	}
	if (s->t.kind != NFT_TOKEN_WORD && s->t.kind != NFT_TOKEN_STRING)
		return false;
	s->table = s->t.text;
	next(s);
	return true;
}

/* forget what was counted of a table, of all tables when @all */
static void forget(struct scan *s, bool all)
{
	seal_vec_each (c, &s->chains)
		if (all ||
		    (seal_bytes_eq(c->table, s->table) && seal_bytes_eq(c->family, s->family)))
			c->rules.n = 0;
}

static void command_add(struct scan *s)
{
	struct text_chain *c;

	next(s);
	if (is(s, "table")) {
		next(s);
		if (table_name(s) && is_punct(s, '{'))
			table_block(s);
	} else if (is(s, "chain")) {
		next(s);
		if (!table_name(s))
			s->spoiled = true;
	} else if (is(s, "rule")) {
		next(s);
		if (!table_name(s) ||
		    (s->t.kind != NFT_TOKEN_WORD && s->t.kind != NFT_TOKEN_STRING)) {
			s->spoiled = true;
			return;
		}
		c = chain_of(s, s->t.text);
		next(s);
		if (!c)
			return;
		if (is(s, "index") || is(s, "handle") || is(s, "position"))
			c->spoiled = true;
		add_rule(s, c);
	}
}

static void command(struct scan *s)
{
	if (is(s, "table")) {
		next(s);
		if (!table_name(s))
			s->spoiled = true;
		else if (is_punct(s, '{'))
			table_block(s);
	} else if (is(s, "add") || is(s, "create")) {
		command_add(s);
	} else if (is(s, "flush") || is(s, "delete") || is(s, "destroy")) {
		next(s);
		if (is(s, "ruleset")) {
			forget(s, true);
		} else if (is(s, "table")) {
			next(s);
			if (table_name(s))
				forget(s, false);
			else
				s->spoiled = true;
		} else if (!is(s, "set") && !is(s, "map") && !is(s, "element")) {
			s->spoiled = true;
		}
	} else if (!is(s, "define") && !is(s, "include") && !is(s, "undefine")) {
		s->spoiled = true; /* insert, replace, rename ... */
	}
}

static struct seal_origin *origin_at(const struct nft_source *s, struct seal_ruleset *rs,
				     uint32_t line)
{
	struct seal_origin *o = seal_arena_alloc(rs->arena, sizeof(*o));
	const struct nft_line *l = line < s->lines.n ? &s->lines.v[line] : NULL;

	if (!o || !l || l->file >= s->files.n)
		return NULL;
	o->source = SEAL_SOURCE_RULESET;
	o->line = l->line;
	if (seal_arena_intern(rs->arena, s->files.v[l->file], &o->path) < 0)
		return NULL;
	return o;
}

static int set_origins(const struct nft_source *s, struct seal_ruleset *rs, struct seal_fw_chain *c,
		       const struct text_chain *t)
{
	struct seal_fw_rule *r;
	size_t i = 0;

	if (t->spoiled || t->rules.n != c->n_rules)
		return 0;
	for (r = c->first; r && i < t->rules.n; r = r->next) {
		r->origin = origin_at(s, rs, t->rules.v[i++]);
		if (!r->origin)
			return -ENOMEM;
	}
	if (t->policy)
		c->origin = origin_at(s, rs, t->policy);
	return 0;
}

static int assign(const struct nft_source *s, const struct scan *sc, struct seal_ruleset *rs)
{
	struct seal_fw_table *t;
	struct seal_fw_chain *c;
	int r;

	for (t = rs->tables; t; t = t->next) {
		for (c = t->chains; c; c = c->next) {
			seal_vec_each (tc, &sc->chains) {
				if (!seal_bytes_eq(tc->chain, c->name) ||
				    !seal_bytes_eq(tc->table, t->name) ||
				    !seal_bytes_is(tc->family, seal_fw_family_name(t->family)))
					continue;
				r = set_origins(s, rs, c, tc);
				if (r < 0)
					return r;
			}
		}
	}
	return 0;
}

int nft_source_origins(const struct nft_source *s, struct seal_ruleset *rs)
{
	struct scan sc = {.sc = {.text = seal_buf_bytes(&s->text)}};
	int r = 0;

	next(&sc);
	for (skip_blank(&sc); sc.t.kind != NFT_TOKEN_END && !sc.error; skip_blank(&sc)) {
		command(&sc);
		skip_statement(&sc);
		if (is_punct(&sc, '}'))
			next(&sc);
	}
	if (!sc.error && !sc.spoiled)
		r = assign(s, &sc, rs);
	seal_vec_each (c, &sc.chains)
		seal_vec_done(&c->rules);
	seal_vec_done(&sc.chains);
	return sc.error == -ENOMEM ? sc.error : r;
}
