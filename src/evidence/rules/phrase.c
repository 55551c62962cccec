/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/phrase.h"

#include <errno.h>

enum seal_slot seal_slot_of(struct seal_bytes word)
{
	unsigned s;

	for (s = 0; s < SEAL_SLOT_MAX_; s++)
		if (seal_bytes_is(word, seal_slot_name((enum seal_slot)s)))
			break;
	return (enum seal_slot)s;
}

int seal_phrase_check(struct seal_bytes title)
{
	bool optional = false;
	size_t i;

	for (i = 0; i < title.n; i++) {
		struct seal_bytes word, rest;

		switch (title.p[i]) {
		case '[':
		case ']':
			if (optional != (title.p[i] == ']'))
				return -EINVAL;
			optional = !optional;
			break;
		case '{':
			word = seal_bytes_cut(seal_bytes_from(title, i + 1), '}', &rest);
			if (!rest.p || seal_slot_of(word) == SEAL_SLOT_MAX_)
				return -EINVAL;
			i += word.n + 1;
			break;
		case '}':
			return -EINVAL;
		default:
			break;
		}
	}
	return optional ? -EINVAL : 0;
}

/* one part without brackets; returns whether all its values are known */
static bool put_part(struct seal_buf *out, struct seal_bytes part,
		     const struct seal_bytes values[SEAL_SLOT_MAX_])
{
	bool known = true;
	size_t i;

	for (i = 0; i < part.n; i++) {
		struct seal_bytes word, rest;
		enum seal_slot slot;

		if (part.p[i] != '{') {
			seal_buf_putc(out, part.p[i]);
			continue;
		}
		word = seal_bytes_cut(seal_bytes_from(part, i + 1), '}', &rest);
		slot = seal_slot_of(word);
		if (slot < SEAL_SLOT_MAX_ && values[slot].n) {
			seal_buf_put(out, values[slot].p, values[slot].n);
		} else {
			seal_buf_putc(out, '?');
			known = false;
		}
		i += word.n + 1;
	}
	return known;
}

void seal_phrase_put(struct seal_buf *out, const char *title,
		     const struct seal_bytes values[SEAL_SLOT_MAX_])
{
	struct seal_bytes rest = seal_bytes_of(title);

	while (rest.n) {
		struct seal_bytes optional, plain = seal_bytes_cut(rest, '[', &rest);
		size_t before;

		put_part(out, plain, values);
		if (!rest.p)
			break;
		optional = seal_bytes_cut(rest, ']', &rest);
		before = out->n;
		if (!put_part(out, optional, values))
			out->n = before;
	}
}
