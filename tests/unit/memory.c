/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/vec.h"

static unsigned long left, asked;
static bool failed, paused;

void memory_fail_at(unsigned long nth)
{
	left = nth;
	failed = failed && !nth;
	asked = nth ? 0 : asked;
}

bool memory_failed(void)
{
	return failed;
}

void memory_pause(bool pause)
{
	paused = pause;
}

unsigned long memory_asked(void)
{
	return asked;
}

static bool is_gone(void)
{
	if (!left || paused)
		return false;
	asked++;
	if (--left)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
	return is_gone() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_gone() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return is_gone() ? NULL : __real_realloc(p, n);
}

/* what an arena or an array holds in stock is asked for all the same */

#define WRAP(type, name, params, args, bad)                                                        \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		return is_gone() ? (bad) : __real_##name args;                                     \
	}

WRAP(void *, seal_arena_alloc, (struct seal_arena * a, size_t n), (a, n), NULL)
WRAP(int, seal_arena_copy, (struct seal_arena * a, struct seal_bytes b, struct seal_bytes *ret),
     (a, b, ret), -ENOMEM)
WRAP(int, seal_arena_intern, (struct seal_arena * a, struct seal_bytes b, struct seal_bytes *ret),
     (a, b, ret), -ENOMEM)
WRAP(const char *, seal_arena_vprintf, (struct seal_arena * a, const char *fmt, va_list ap),
     (a, fmt, ap), NULL)
WRAP(void *, seal_vec_add_, (void *array, size_t *n, size_t *cap, size_t elem_bytes),
     (array, n, cap, elem_bytes), NULL)
WRAP(int, seal_vec_reserve_, (void *array, size_t *cap, size_t elem_bytes, size_t count),
     (array, cap, elem_bytes, count), -ENOMEM)

/* of the same file as the function that it calls: wrapped by itself */
const char *__wrap_seal_arena_printf(struct seal_arena *a, const char *fmt, ...) SEAL_PRINTF(2, 3);
const char *__wrap_seal_arena_printf(struct seal_arena *a, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = __wrap_seal_arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

void memory_each(const char *what, unsigned long step, int (*try)(void *data), void *data)
{
	unsigned long at;
	int r = 0;

	for (at = 1; at < 1000000; at += step) {
		memory_fail_at(at);
		r = try(data);
		memory_fail_at(0);
		if (!failed)
			break;
		if (r != -ENOMEM && r != 0)
			fail_msg("%s: allocation %lu: %d", what, at, r);
	}
	if (r != 0 || at == 1)
		fail_msg("%s: %d after %lu", what, r, at);
}
