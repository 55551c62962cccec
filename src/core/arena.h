/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* arena.h - memory that lives as long as the facts of a host and is freed at once with them. */

#include "core/bytes.h"

#include <stdarg.h>

struct seal_arena;

/* seal_arena_new - empty arena; caller frees with seal_arena_free(). NULL when memory is gone */
struct seal_arena *seal_arena_new(void);
void seal_arena_free(struct seal_arena *a);
SEAL_DEFINE_AUTO(arena, struct seal_arena *, seal_arena_free);
#define seal_auto_arena __attribute__((cleanup(seal_auto_arena_)))

/* seal_arena_alloc - @n zeroed bytes aligned for any type, owned by the arena; NULL when memory is
 * gone */
void *seal_arena_alloc(struct seal_arena *a, size_t n) SEAL_MUST_USE;

/* seal_arena_copy - copy @b into the arena (a NUL follows the copy); *ret untouched on failure.
 * Returns 0 or -ENOMEM. */
int seal_arena_copy(struct seal_arena *a, struct seal_bytes b,
		    struct seal_bytes *ret) SEAL_MUST_USE;

/* seal_arena_intern - as seal_arena_copy(), but equal bytes share one copy: for contexts, classes,
 * names that repeat. The pointers of two interned equal values are equal. */
int seal_arena_intern(struct seal_arena *a, struct seal_bytes b,
		      struct seal_bytes *ret) SEAL_MUST_USE;

/* seal_arena_printf - formatted text from trusted or already encoded parts; NULL when memory is
 * gone */
const char *seal_arena_printf(struct seal_arena *a, const char *fmt, ...) SEAL_PRINTF(2, 3);
const char *seal_arena_vprintf(struct seal_arena *a, const char *fmt, va_list ap) SEAL_PRINTF(2, 0);

/* seal_arena_intern_vprintf - formatted text of which equal ones share one copy; *ret untouched on
 * failure. Returns 0 or -ENOMEM. */
int seal_arena_intern_vprintf(struct seal_arena *a, struct seal_bytes *ret, const char *fmt,
			      va_list ap) SEAL_PRINTF(3, 0);

/* seal_arena_used - bytes handed out so far */
size_t seal_arena_used(const struct seal_arena *a);
