/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* fingerprint.h - a short name for what something is about, the same on every host and day: of its
 * identity alone, never of line, time, pid or host */

#include "core/buf.h"

#define SEAL_FINGERPRINT_SIZE 36 /* "v1:" and 32 hex digits, NUL-terminated */

/* struct seal_print - the parts of an identity, put together one by one; zeroed: empty */
struct seal_print {
	struct seal_buf text;
};

/* seal_print_add - one more part; @key trusted, or NULL for the first one, which says what kind of
 * thing it is. Lengths stand in front, so that no value passes for two. */
void seal_print_add(struct seal_print *p, const char *key, struct seal_bytes value);
/* seal_print_some - the same, when @value is not empty */
void seal_print_some(struct seal_print *p, const char *key, struct seal_bytes value);
/* seal_print_number - the same, when @value is not 0 */
void seal_print_number(struct seal_print *p, const char *key, uint64_t value);

/* seal_print_done - the fingerprint of the parts, which are freed. Returns 0, -ENOSYS (no SHA-256)
 * or -ENOMEM, then @ret is "". */
int seal_print_done(struct seal_print *p, char ret[SEAL_FINGERPRINT_SIZE]);
