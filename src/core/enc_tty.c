/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

/* is_workflow_command - "::name::" or "::name parameters::", which GitHub's runner takes for a
 * command at the front of a line, blanks before it or not; where a line breaks is decided later, so
 * any word is taken for the first one. An address ("::1", "::ffff:192.0.2.1") has no such name. */
static bool is_workflow_command(struct seal_bytes s)
{
	size_t n = 2;

	if (!seal_bytes_starts(s, "::"))
		return false;
	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z') ||
			   s.p[n] == '-' || s.p[n] == '_'))
		n++;
	if (n == 2 || n == s.n)
		return false;
	s = seal_bytes_from(s, n);
	return seal_bytes_starts(s, "::") || (s.p[0] == ' ' && seal_bytes_find(s, "::") >= 0);
}

/* is_blank - what the runner takes away in front of a command, as String.TrimStart() of .NET does:
 * Unicode's space separators; the controls and the ends of lines among them are hidden anyway */
static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

void seal_enc_tty(struct seal_buf *b, struct seal_bytes s)
{
	bool front = true;
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (cp == SEAL_CP_HIDDEN || seal_enc_starts_command(s) ||
		    (front && is_workflow_command(s)))
			seal_enc_visible(b, seal_bytes_first(s, n));
		else
			seal_buf_put(b, s.p, n);
		front = is_blank(cp);
	}
}

void seal_enc_hex(struct seal_buf *b, struct seal_bytes s)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < s.n; i++) {
		seal_buf_putc(b, digits[(unsigned char)s.p[i] >> 4]);
		seal_buf_putc(b, digits[(unsigned char)s.p[i] & 15]);
	}
}
