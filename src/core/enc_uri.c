/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

void seal_enc_uri(struct seal_buf *b, struct seal_bytes path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_.~";
	size_t before = b->n;

	while (path.n) {
		struct seal_bytes part = seal_bytes_cut(path, '/', &path);

		if (!part.n || seal_bytes_is(part, ".") || seal_bytes_is(part, ".."))
			continue;
		if (b->n > before)
			seal_buf_putc(b, '/');
		for (size_t i = 0; i < part.n; i++) {
			if (part.p[i] && strchr(plain, part.p[i]))
				seal_buf_putc(b, part.p[i]);
			else
				seal_buf_printf(b, "%%%02X", (unsigned char)part.p[i]);
		}
	}
}
