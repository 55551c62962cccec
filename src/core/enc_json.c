/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

static void put_u16(struct seal_buf *b, uint32_t unit)
{
	seal_buf_printf(b, "\\u%04x", unit);
}

static void put_escaped(struct seal_buf *b, uint32_t cp)
{
	switch (cp) {
	case '"':
		seal_buf_puts(b, "\\\"");
		return;
	case '\\':
		seal_buf_puts(b, "\\\\");
		return;
	case '\n':
		seal_buf_puts(b, "\\n");
		return;
	case '\t':
		seal_buf_puts(b, "\\t");
		return;
	default:
		break;
	}
	if (cp < 0x10000) {
		put_u16(b, cp);
		return;
	}
	put_u16(b, 0xd800 + ((cp - 0x10000) >> 10));
	put_u16(b, 0xdc00 + ((cp - 0x10000) & 0x3ff));
}

/* must_escape - JSON's own needs, and what would be active where the document is pasted into HTML
 */
static bool must_escape(uint32_t cp)
{
	return cp == '"' || cp == '\\' || cp == '<' || cp == '>' || cp == '&' ||
	       !seal_cp_is_plain(cp);
}

/* n_plain - how many bytes at the front stand for themselves: ASCII that nothing escapes;
 * "#" may begin a command */
static size_t n_plain(struct seal_bytes s)
{
	static const bool plain[256] = {
		[' '] = 1, ['!'] = 1,         ['$' ... '%'] = 1, ['\'' ... ';'] = 1,
		['='] = 1, ['?' ... '['] = 1, [']' ... '~'] = 1,
	};
	size_t n = 0;

	while (n < s.n && plain[(unsigned char)s.p[n]])
		n++;
	return n;
}

bool seal_enc_json(struct seal_buf *b, struct seal_bytes s)
{
	bool valid = true;
	uint32_t cp;
	size_t n;

	seal_buf_putc(b, '"');
	for (; s.n; s = seal_bytes_from(s, n)) {
		n = n_plain(s);
		if (n) {
			seal_buf_put(b, s.p, n);
			continue;
		}
		n = seal_utf8_next(s, &cp);
		if (!n) {
			/* the visible text \xNN, its backslash escaped for JSON */
			seal_buf_printf(b, "\\\\x%02x", (unsigned char)s.p[0]);
			valid = false;
			n = 1;
		} else if (must_escape(cp) || seal_enc_starts_command(s)) {
			put_escaped(b, cp);
		} else {
			seal_buf_put(b, s.p, n);
		}
	}
	seal_buf_putc(b, '"');
	return valid;
}
