/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

/* Prometheus exposition formats, text-based format: label_value may be any sequence of UTF-8
 * characters, with backslash, double quote and line feed escaped */
void seal_enc_prom(struct seal_buf *b, struct seal_bytes s)
{
	uint32_t cp;
	size_t n, i;

	seal_buf_putc(b, '"');
	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (cp == SEAL_CP_HIDDEN || seal_enc_starts_command(s)) {
			for (i = 0; i < n; i++)
				seal_buf_printf(b, "\\\\x%02x", (unsigned char)s.p[i]);
		} else if (cp == '\\' || cp == '"') {
			seal_buf_putc(b, '\\');
			seal_buf_putc(b, (char)cp);
		} else {
			seal_buf_put(b, s.p, n);
		}
	}
	seal_buf_putc(b, '"');
}
