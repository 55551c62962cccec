/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

/* XML 1.0 section 2.2: no control but tab, LF and CR, no surrogates, no U+FFFE/F; the three that
 * are allowed would be normalised in attributes, so they are shown as \xNN like the rest */
void seal_enc_xml(struct seal_buf *b, struct seal_bytes s)
{
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (seal_enc_starts_command(s)) {
			seal_buf_puts(b, "&#35;");
			continue;
		}
		switch (cp) {
		case SEAL_CP_HIDDEN:
			seal_enc_visible(b, seal_bytes_first(s, n));
			break;
		case '&':
			seal_buf_puts(b, "&amp;");
			break;
		case '<':
			seal_buf_puts(b, "&lt;");
			break;
		case '>': /* "]]>" must not stand in text */
			seal_buf_puts(b, "&gt;");
			break;
		case '"':
			seal_buf_puts(b, "&quot;");
			break;
		case '\'':
			seal_buf_puts(b, "&apos;");
			break;
		default:
			seal_buf_put(b, s.p, n);
			break;
		}
	}
}
