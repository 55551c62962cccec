/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/bytes.h"

#include <errno.h>

int seal_bytes_cmp(struct seal_bytes a, struct seal_bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	if (r)
		return r;
	return a.n < b.n ? -1 : a.n > b.n;
}

ssize_t seal_bytes_find(struct seal_bytes a, const char *needle)
{
	const char *hit;

	if (!a.n)
		return *needle ? -1 : 0;

	hit = memmem(a.p, a.n, needle, strlen(needle));
	return hit ? hit - a.p : -1;
}

ssize_t seal_bytes_chr(struct seal_bytes a, char c)
{
	const char *hit = a.n ? memchr(a.p, c, a.n) : NULL;

	return hit ? hit - a.p : -1;
}

ssize_t seal_bytes_rchr(struct seal_bytes a, char c)
{
	const char *hit = a.n ? memrchr(a.p, c, a.n) : NULL;

	return hit ? hit - a.p : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

struct seal_bytes seal_bytes_trim(struct seal_bytes a)
{
	while (a.n && is_space(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n && is_space(a.p[a.n - 1]))
		a.n--;
	return a;
}

struct seal_bytes seal_bytes_cut(struct seal_bytes a, char sep, struct seal_bytes *rest)
{
	ssize_t at = seal_bytes_chr(a, sep);

	if (at < 0) {
		*rest = SEAL_BYTES_NONE;
		return a;
	}
	*rest = (struct seal_bytes){a.p + at + 1, a.n - (size_t)at - 1};
	return (struct seal_bytes){a.p, (size_t)at};
}

struct seal_bytes seal_bytes_word(struct seal_bytes *a)
{
	struct seal_bytes w;

	while (a->n && is_blank(a->p[0])) {
		a->p++;
		a->n--;
	}
	w = (struct seal_bytes){a->p, 0};
	while (a->n && !is_blank(a->p[0])) {
		a->p++;
		a->n--;
		w.n++;
	}
	return w;
}

static unsigned char fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool seal_bytes_icase_eq(struct seal_bytes a, struct seal_bytes b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (fold(a.p[i]) != fold(b.p[i]))
			return false;
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

int seal_parse_u64(struct seal_bytes a, unsigned base, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i;

	if (!a.n)
		return -EINVAL;

	for (i = 0; i < a.n; i++) {
		unsigned d = (unsigned)digit(a.p[i]);

		if (d >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return -ERANGE;
	}
	*ret = v;
	return 0;
}

int seal_parse_u32(struct seal_bytes a, unsigned base, uint32_t *ret)
{
	uint64_t v;
	int r;

	r = seal_parse_u64(a, base, &v);
	if (r < 0)
		return r;
	if (v > UINT32_MAX)
		return -ERANGE;

	*ret = (uint32_t)v;
	return 0;
}
