/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"

/* RFC 3629: shortest form only, no surrogates, nothing above U+10FFFF */
size_t seal_utf8_next(struct seal_bytes s, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s.p;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n, i;
	uint32_t v;

	if (!s.n)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2, v = p[0] & 0x1fu;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3, v = p[0] & 0x0fu;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4, v = p[0] & 0x07u;
	else
		return 0;
	if (s.n < n)
		return 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3fu);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return n;
}

/* Unicode 15 general categories Cc, Cf, Co, Cn at the ends of planes, Zl, Zp, and what renders as
 * nothing */
bool seal_cp_is_plain(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{0x00, 0x1f},        {0x7f, 0x9f},       {0xad, 0xad},       {0x034f, 0x034f},
		{0x0600, 0x0605},    {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},
		{0x0890, 0x0891},    {0x08e2, 0x08e2},   {0x115f, 0x1160},   {0x17b4, 0x17b5},
		{0x180b, 0x180f},    {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
		{0x3164, 0x3164},    {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff},    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0x110bd, 0x110bd},
		{0x110cd, 0x110cd},  {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
		{0xe0000, 0x10ffff},
	};
	size_t lo = 0, hi = sizeof(hidden) / sizeof(hidden[0]);

	if ((cp & 0xfffe) == 0xfffe)
		return false;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cp > hidden[mid].last)
			lo = mid + 1;
		else if (cp < hidden[mid].first)
			hi = mid;
		else
			return false;
	}
	return true;
}

void seal_enc_visible(struct seal_buf *b, struct seal_bytes s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		seal_buf_printf(b, "\\x%02x", (unsigned char)s.p[i]);
}

size_t seal_enc_step(struct seal_bytes s, uint32_t *cp)
{
	size_t n = seal_utf8_next(s, cp);

	if (n && seal_cp_is_plain(*cp))
		return n;
	*cp = SEAL_CP_HIDDEN;
	return n ? n : 1;
}
