/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* memory.h - for tests: one allocation that fails. The program is linked with --wrap of malloc,
 * calloc and realloc, and of what takes memory from an arena or an array, which may hold some yet
 * (tests/unit/meson.build); those of shared libraries stay as they are. */

#include <stdbool.h>

/* memory_fail_at - the @nth allocation from now on finds no memory, and no other; 0: all find some
 */
void memory_fail_at(unsigned long nth);

/* memory_failed - whether it has come to that, since an allocation was last told to fail */
bool memory_failed(void);

/* memory_pause - what is asked for meanwhile is found, and not counted */
void memory_pause(bool pause);

/* memory_asked - allocations from when one was last told to fail until 0 was told */
unsigned long memory_asked(void);

/* memory_each - @try with each allocation failing in turn, or every @step-th
 * @try: 0 is an answer that is whole, -ENOMEM is none; anything else fails the test, as does
 * -ENOMEM when all memory is found */
void memory_each(const char *what, unsigned long step, int (*try)(void *data), void *data);
