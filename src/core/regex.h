/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* regex.h - PCRE2 over untrusted bytes, with limits: neither an evil pattern nor an evil subject
 * can take long. Bytes, not UTF-8: invalid sequences and NUL are ordinary subjects. */

#include "core/bytes.h"
#include "core/err.h"

struct seal_regex;

enum seal_regex_flag {
	SEAL_REGEX_CASELESS = 1 << 0, /* fold ASCII letters */
};

/* seal_regex_new - compile @pattern; "." matches every byte, "$" the very end only
 * @ret: new, caller frees with seal_regex_free(); untouched on failure
 * Limits: a pattern of 4 KiB with parentheses 32 deep; a match of 50,000 steps from each place
 * where it may begin, nested 1,000 deep, with 1 MiB of heap. A pattern can lower these
 * ("(*LIMIT_MATCH=...)"), not raise them.
 * Returns 0, -EINVAL (the text names the offset), -E2BIG or -ENOMEM. */
int seal_regex_new(struct seal_bytes pattern, unsigned flags, struct seal_regex **ret,
		   struct seal_err *err);
void seal_regex_free(struct seal_regex *re);
SEAL_DEFINE_AUTO(regex, struct seal_regex *, seal_regex_free);
#define seal_auto_regex __attribute__((cleanup(seal_auto_regex_)))

/* seal_regex_match - whether @re matches anywhere in @subject
 * Not for two threads at once with the same @re.
 * Returns 1, 0, or -ELOOP when a limit was hit (callers take it for "no match" and say so). */
int seal_regex_match(const struct seal_regex *re, struct seal_bytes subject);
