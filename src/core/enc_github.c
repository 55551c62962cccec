/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

/* https://github.com/actions/toolkit, packages/core/src/command.ts: escapeData, escapeProperty */
static void encode(struct seal_buf *b, struct seal_bytes s, const char *also)
{
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_enc_step(s, &cp);
		if (s.p[0] == '%' || s.p[0] == '\r' || s.p[0] == '\n' ||
		    (s.p[0] && strchr(also, s.p[0])))
			seal_buf_printf(b, "%%%02X", (unsigned char)s.p[0]);
		else if (cp == SEAL_CP_HIDDEN || seal_enc_starts_command(s))
			seal_enc_visible(b, seal_bytes_first(s, n));
		else
			seal_buf_put(b, s.p, n);
	}
}

void seal_enc_github(struct seal_buf *b, struct seal_bytes s)
{
	encode(b, s, "");
}

void seal_enc_github_property(struct seal_buf *b, struct seal_bytes s)
{
	encode(b, s, ":,");
}
