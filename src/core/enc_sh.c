/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

static bool is_bare(char c)
{
	static const char others[] = {'_', '-', '.', '/', ':', ',', '@', '%', '+', '='};

	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       memchr(others, c, sizeof(others));
}

/* emittable - valid UTF-8 without control bytes: what a person can read and paste */
static bool emittable(struct seal_bytes s)
{
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (cp == SEAL_CP_HIDDEN)
			return false;
	}
	return true;
}

bool seal_enc_sh(struct seal_buf *b, struct seal_bytes s)
{
	bool bare = s.n > 0;
	size_t i;

	if (!emittable(s))
		return false;
	for (i = 0; i < s.n; i++)
		bare = bare && is_bare(s.p[i]);
	if (bare) {
		seal_buf_put(b, s.p, s.n);
		return true;
	}
	seal_buf_putc(b, '\'');
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			seal_buf_puts(b, "'\\''");
		else
			seal_buf_putc(b, s.p[i]);
	}
	seal_buf_putc(b, '\'');
	return true;
}
