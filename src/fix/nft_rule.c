/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/nft_rule.h"

static const char mark[] = "# handle ";

enum seal_nft_verb seal_nft_verb(const struct seal_plan_step *s)
{
	const struct seal_bytes *w = s->argv.v.v;

	if (s->argv.v.n < 7 || !seal_bytes_is(w[0], "nft") || !seal_bytes_is(w[2], "rule"))
		return SEAL_NFT_NONE;
	if (seal_bytes_is(w[1], "add") || seal_bytes_is(w[1], "insert"))
		return SEAL_NFT_ADD;
	if (seal_bytes_is(w[1], "replace"))
		return SEAL_NFT_REPLACE;
	return seal_bytes_is(w[1], "delete") ? SEAL_NFT_DELETE : SEAL_NFT_NONE;
}

struct seal_bytes seal_nft_handle(const struct seal_plan_step *s)
{
	if (s->argv.v.n < 8 || !seal_bytes_is(s->argv.v.v[6], "handle"))
		return SEAL_BYTES_NONE;
	return s->argv.v.v[7];
}

struct seal_bytes seal_nft_text(const struct seal_plan_step *s)
{
	size_t i;

	for (i = 0; i < s->after.n; i++)
		if (s->after.v[i].kind == SEAL_CONDITION_NFT_RULE && !s->after.v[i].not )
			return s->after.v[i].value;
	return SEAL_BYTES_NONE;
}

bool seal_nft_line(struct seal_bytes line, struct seal_bytes *text, struct seal_bytes *handle)
{
	size_t at = line.n;
	ssize_t found = -1, n;

	/* the last one: a comment may hold the mark too */
	for (at = 0; (n = seal_bytes_find(seal_bytes_from(line, at), mark)) >= 0;
	     at = (size_t)found + 1)
		found = (ssize_t)at + n;
	if (found < 0)
		return false;
	*text = seal_bytes_trim(seal_bytes_first(line, (size_t)found));
	*handle = seal_bytes_trim(seal_bytes_from(line, (size_t)found + sizeof(mark) - 1));
	return handle->n > 0;
}

static bool has_handle(struct seal_bytes listing, struct seal_bytes handle)
{
	struct seal_bytes text, h, rest;

	for (; listing.n; listing = rest) {
		struct seal_bytes line = seal_bytes_cut(listing, '\n', &rest);

		if (seal_nft_line(line, &text, &h) && seal_bytes_eq(h, handle))
			return true;
	}
	return false;
}

bool seal_nft_find(struct seal_bytes listing, struct seal_bytes older, struct seal_bytes *text,
		   struct seal_bytes *handle)
{
	struct seal_bytes t, h, rest;

	for (; listing.n; listing = rest) {
		struct seal_bytes line = seal_bytes_cut(listing, '\n', &rest);

		if (!seal_nft_line(line, &t, &h))
			continue;
		if (text->n ? seal_bytes_eq(t, *text) && !has_handle(older, h)
			    : seal_bytes_eq(h, *handle)) {
			*text = t;
			*handle = h;
			return true;
		}
	}
	return false;
}
