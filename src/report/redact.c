/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/redact.h"

static bool is_atom(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80 || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool is_domain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80 || c == '[';
}

/* local_part - how many bytes in front of offset @at, but not before @from, are one */
static size_t local_part(struct seal_bytes s, size_t from, size_t at)
{
	size_t n = 0;

	if (at > from + 1 && s.p[at - 1] == '"') {
		for (n = 2; n <= at - from; n++)
			if (s.p[at - n] == '"')
				return n;
		return 0;
	}
	while (n < at - from && is_atom(s.p[at - n - 1]))
		n++;
	return n;
}

/* first_bytes - a whole character of the local part, so that UTF-8 is not cut */
static size_t first_bytes(struct seal_bytes local)
{
	size_t n = 1;

	if (local.p[0] == '"')
		return 1;
	while (n < local.n && ((unsigned char)local.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

void seal_redact(struct seal_buf *b, struct seal_bytes text)
{
	size_t from = 0, i;

	for (i = 0; i + 1 < text.n; i++) {
		size_t n;

		if (text.p[i] != '@' || !is_domain(text.p[i + 1]))
			continue;
		n = local_part(text, from, i);
		if (!n)
			continue;
		seal_buf_put(b, text.p + from, i - n - from);
		seal_buf_put(b, text.p + i - n,
			     first_bytes((struct seal_bytes){text.p + i - n, n}));
		seal_buf_puts(b, "***");
		from = i;
	}
	text = seal_bytes_from(text, from);
	seal_buf_put(b, text.p, text.n);
}

struct seal_bytes seal_passed_on(struct seal_buf *b, const struct seal_text_style *style,
				 struct seal_bytes text)
{
	if (style->addresses)
		return text;
	b->n = 0;
	seal_redact(b, text);
	return seal_buf_bytes(b);
}
