/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

/* A code span by element, not by back-ticks: inside <code> every character below is a reference, so
 * nothing in it can be read as Markdown (CommonMark 6.1 to 6.6), as a table's cell border, a
 * mention or a link. */
static bool is_active(uint32_t cp)
{
	if (cp >= 0x80)
		return false;
	return !((cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
		 cp == ' ' || cp == '/' || cp == ',');
}

void seal_enc_md(struct seal_buf *b, struct seal_bytes s)
{
	uint32_t cp;
	size_t n;

	seal_buf_puts(b, "<code>");
	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (cp == SEAL_CP_HIDDEN) {
			struct seal_bytes bad = seal_bytes_first(s, n);
			size_t i;

			for (i = 0; i < bad.n; i++)
				seal_buf_printf(b, "&#92;x%02x", (unsigned char)bad.p[i]);
		} else if (is_active(cp)) {
			seal_buf_printf(b, "&#%u;", cp);
		} else {
			seal_buf_put(b, s.p, n);
		}
	}
	seal_buf_puts(b, "</code>");
}
