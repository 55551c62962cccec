/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_text.h"

#include "core/input.h"
#include "evidence/firewall/nft_json.h"
#include "evidence/firewall/nft_source.h"

#include <errno.h>

/* nft before 1.1.0 lists the flags of a table from freed memory; its text listing is right */
static void set_dormant(struct seal_ruleset *rs, struct seal_bytes listing)
{
	struct nft_scanner sc = {.text = listing};
	struct seal_bytes family = SEAL_BYTES_NONE, name = SEAL_BYTES_NONE;
	struct seal_fw_table *t;
	struct nft_token tok;

	for (t = rs->tables; t; t = t->next) {
		t->dormant = false;
		t->flags_unknown = false;
	}
	for (nft_token(&sc, &tok); tok.kind != NFT_TOKEN_END; nft_token(&sc, &tok)) {
		if (tok.kind != NFT_TOKEN_WORD)
			continue;
		if (seal_bytes_is(tok.text, "table")) {
			nft_token(&sc, &tok);
			family = tok.text;
			nft_token(&sc, &tok);
			name = tok.text;
		} else if (seal_bytes_is(tok.text, "flags")) {
			nft_token(&sc, &tok);
			if (!seal_bytes_is(tok.text, "dormant"))
				continue;
			for (t = rs->tables; t; t = t->next)
				if (seal_bytes_eq(t->name, name) &&
				    seal_bytes_is(family, seal_fw_family_name(t->family)))
					t->dormant = true;
		}
	}
}

static void source_row(struct seal_host *h, const struct nft_source *s,
		       enum seal_read_status status, const struct seal_ruleset *rs,
		       const char *detail)
{
	struct seal_bytes path = s->files.n ? s->files.v[0] : SEAL_BYTES_NONE;
	struct seal_source_state *row;

	row = seal_host_source(h, SEAL_SOURCE_RULESET, path, status, seal_bytes_of(detail));
	if (row && rs)
		row->records = rs->n_rules;
}

/* load the text that was read and make a ruleset of the listing */
static int load(const struct nft_source *s, struct seal_ruleset **ret, struct seal_err *err)
{
	seal_auto_ruleset struct seal_ruleset *rs = NULL;
	struct nft_listing l = {0};
	int r;

	r = nft_load(s, &l, err);
	r = r ? r : seal_nft_json_parse(seal_buf_bytes(&l.json), &rs, err);
	if (r == 0 && s->mentions_dormant)
		set_dormant(rs, seal_buf_bytes(&l.dormant));
	seal_buf_done(&l.json);
	seal_buf_done(&l.dormant);
	if (r < 0)
		return r;

	rs->numbered = false;
	rs->origin.source = SEAL_SOURCE_RULESET;
	if (seal_arena_copy(rs->arena, s->files.v[0], &rs->origin.path) < 0)
		return -ENOMEM;
	r = nft_source_origins(s, rs);
	if (r == 0 && s->mentions_dormant)
		r = seal_ruleset_link(rs, err);
	if (r < 0)
		return r;
	*ret = seal_take(rs);
	return 0;
}

/* @r is the outcome of reading the text so far; @err is not optional here */
static int finish(const struct nft_source *s, int r, struct seal_host *h, struct seal_ruleset **ret,
		  struct seal_err *err)
{
	if (r == 0)
		r = load(s, ret, err);
	if (r == 0) {
		source_row(h, s, SEAL_READ_READ, *ret, "");
		return 0;
	}
	if (r == -EMSGSIZE)
		(void)seal_err_add(err, r,
				   "as an ordinary user only about 450 rules can be loaded");
	source_row(h, s, SEAL_READ_UNREADABLE, NULL, err->text[0] ? err->text : strerror(-r));
	return r;
}

int seal_nft_text_read(const struct seal_root *root, const char *path, struct seal_host *h,
		       struct seal_ruleset **ret, struct seal_err *err)
{
	seal_auto_nft_source struct nft_source s = {.root = root, .arena = h->arena};
	struct seal_err why = {0};
	int r;

	r = nft_source_read(&s, path, &why);
	if (r != -ENOENT)
		r = finish(&s, r, h, ret, &why);
	return r < 0 ? seal_err_set(err, r, "%s", why.text) : 0;
}

int seal_nft_text_read_file(const struct seal_root *root, const char *name, int fd,
			    struct seal_host *h, struct seal_ruleset **ret, struct seal_err *err)
{
	seal_auto_nft_source struct nft_source s = {.root = root, .arena = h->arena};
	const char *slash = strrchr(name, '/');
	seal_auto_free char *bytes = NULL;
	struct seal_err why = {0};
	size_t n;
	int r;

	s.beside = slash ? seal_arena_printf(h->arena, "%.*s", (int)(slash - name), name) : ".";
	r = seal_read_all(fd, NFT_TEXT_MAX, &bytes, &n, &why);
	if (r == 0 && !s.beside)
		r = -ENOMEM;
	if (r == 0)
		r = nft_source_add(&s, seal_bytes_of(name), (struct seal_bytes){bytes, n}, &why);
	r = finish(&s, r, h, ret, &why);
	return r < 0 ? seal_err_set(err, r, "%s", why.text) : 0;
}
