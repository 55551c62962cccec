/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

void seal_enc_tty(struct seal_buf *b, struct seal_bytes s)
{
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (cp == SEAL_CP_HIDDEN)
			seal_enc_visible(b, seal_bytes_first(s, n));
		else
			seal_buf_put(b, s.p, n);
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
