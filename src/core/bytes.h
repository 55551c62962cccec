/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* bytes.h - untrusted bytes as a type. Log, queue, path and image bytes travel as struct seal_bytes
 * and leave the program only through an encoder of core/enc.h. Not NUL-terminated, may hold NUL. */

#include "core/own.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

struct seal_bytes {
	const char *p;
	size_t n;
};

#define SEAL_BYTES_NONE ((struct seal_bytes){NULL, 0})
/* SEAL_LIT - a string literal as bytes */
#define SEAL_LIT(s) ((struct seal_bytes){"" s, sizeof(s) - 1})

/* seal_bytes_of - the bytes of a NUL-terminated string, NULL gives none; borrowed */
static inline struct seal_bytes seal_bytes_of(const char *s)
{
	return (struct seal_bytes){s, s ? strlen(s) : 0};
}

static inline bool seal_bytes_eq(struct seal_bytes a, struct seal_bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool seal_bytes_is(struct seal_bytes a, const char *literal)
{
	return seal_bytes_eq(a, seal_bytes_of(literal));
}

static inline bool seal_bytes_starts(struct seal_bytes a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && memcmp(a.p, prefix, n) == 0;
}

static inline bool seal_bytes_ends(struct seal_bytes a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && memcmp(a.p + a.n - n, suffix, n) == 0;
}

/* seal_bytes_cmp - memcmp order, the shorter first on a tie; for sorting */
int seal_bytes_cmp(struct seal_bytes a, struct seal_bytes b);

/* seal_bytes_from - the part of @a after its first @off bytes; empty when @off is beyond the end */
static inline struct seal_bytes seal_bytes_from(struct seal_bytes a, size_t off)
{
	if (off >= a.n)
		return (struct seal_bytes){a.p ? a.p + a.n : NULL, 0};
	return (struct seal_bytes){a.p + off, a.n - off};
}

/* seal_bytes_first - at most the first @n bytes of @a */
static inline struct seal_bytes seal_bytes_first(struct seal_bytes a, size_t n)
{
	return (struct seal_bytes){a.p, n < a.n ? n : a.n};
}

/* seal_bytes_find - offset of the first @needle in @a, or -1 */
ssize_t seal_bytes_find(struct seal_bytes a, const char *needle);

/* seal_bytes_chr, seal_bytes_rchr - offset of the first / last byte @c in @a, or -1 */
ssize_t seal_bytes_chr(struct seal_bytes a, char c);
ssize_t seal_bytes_rchr(struct seal_bytes a, char c);

/* seal_bytes_trim - @a without blanks, tabs, CR and LF at both ends */
struct seal_bytes seal_bytes_trim(struct seal_bytes a);

/* seal_bytes_cut - split at the first @sep: returns what stands before it, *rest becomes what
 * stands after it (empty, p non-NULL when @sep was the last byte; p NULL when there was no @sep) */
struct seal_bytes seal_bytes_cut(struct seal_bytes a, char sep, struct seal_bytes *rest);

/* seal_bytes_word - take the next word (blanks and tabs separate) off the front of *a; empty at end
 */
struct seal_bytes seal_bytes_word(struct seal_bytes *a);

/* seal_bytes_icase_eq - equal when ASCII letters are folded */
bool seal_bytes_icase_eq(struct seal_bytes a, struct seal_bytes b);

/* seal_parse_u64, seal_parse_u32 - the whole of @a is a number in @base (8, 10 or 16), no sign, no
 * blanks, no prefix. Return 0, -EINVAL (empty or another byte) or -ERANGE. *ret untouched on
 * failure */
int seal_parse_u64(struct seal_bytes a, unsigned base, uint64_t *ret) SEAL_MUST_USE;
int seal_parse_u32(struct seal_bytes a, unsigned base, uint32_t *ret) SEAL_MUST_USE;
