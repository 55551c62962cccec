/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

void seal_enc_base64(struct seal_buf *b, struct seal_bytes s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;

		if (i + 1 < s.n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= p[i + 2];
		seal_buf_putc(b, digits[v >> 18]);
		seal_buf_putc(b, digits[v >> 12 & 63]);
		seal_buf_putc(b, i + 1 < s.n ? digits[v >> 6 & 63] : '=');
		seal_buf_putc(b, i + 2 < s.n ? digits[v & 63] : '=');
	}
}
