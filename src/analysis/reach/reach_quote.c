/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_quote.h"

#include "core/buf.h"

static struct seal_bytes object(struct seal_arena *a, const struct seal_fw_table *t,
				struct seal_bytes name)
{
	return seal_bytes_of(seal_arena_printf(a, "%s %.*s %.*s", seal_fw_family_name(t->family),
					       (int)t->name.n, t->name.p, (int)name.n, name.p));
}

struct seal_bytes reach_chain_words(struct seal_arena *a, const struct seal_fw_chain *c)
{
	return object(a, c->table, c->name);
}

struct seal_bytes reach_set_words(struct seal_arena *a, const struct seal_fw_set *set)
{
	return object(a, set->table, set->name);
}

/* is_steady - matches, verdicts and counters: what nft's listings of text and JSON tell alike */
static bool is_steady(const struct seal_fw_rule *r)
{
	const struct seal_fw_stmt *s;

	for (s = r->first; s; s = s->next)
		if (s->kind != SEAL_STMT_MATCH && s->kind != SEAL_STMT_VERDICT &&
		    s->kind != SEAL_STMT_VMAP && s->kind != SEAL_STMT_REJECT &&
		    !(s->kind == SEAL_STMT_NOTE && seal_bytes_is(s->text, "counter")))
			return false;
	return r->comment.n == 0;
}

/* is_steady_text - nothing in it that versions of nft write each in their own way: marks, bits,
 * elements that are names or concatenations, the reject that is the default */
static bool is_steady_text(struct seal_bytes text)
{
	static const char *const loose[] = {"0x", " & ", " . ", "port-unreachable", "..."};
	size_t i;

	for (i = 0; i < sizeof(loose) / sizeof(loose[0]); i++)
		if (seal_bytes_find(text, loose[i]) >= 0)
			return false;
	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || (unsigned char)text.p[i] >= 0x7f)
			return false;
	return seal_bytes_find(text, "{ \"") < 0;
}

struct seal_bytes reach_rule_quote(struct seal_arena *a, const struct seal_fw_rule *r)
{
	seal_auto_buf struct seal_buf b = {0};
	bool whole;

	seal_rule_put(&b, r);
	whole = !b.err && is_steady(r) && is_steady_text(seal_buf_bytes(&b));
	return seal_bytes_of(seal_arena_printf(a, "%.*s%s# handle %llu", whole ? (int)b.n : 0,
					       b.p ? b.p : "", whole ? " " : "",
					       (unsigned long long)r->handle));
}
