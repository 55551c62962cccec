/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

void seal_enc_html(struct seal_buf *b, struct seal_bytes s)
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
		case '>':
			seal_buf_puts(b, "&gt;");
			break;
		case '"':
			seal_buf_puts(b, "&quot;");
			break;
		case '\'':
			seal_buf_puts(b, "&#39;");
			break;
		case '`': /* old browsers took it for a quote */
			seal_buf_puts(b, "&#96;");
			break;
		default:
			seal_buf_put(b, s.p, n);
			break;
		}
	}
}
