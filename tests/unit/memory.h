/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* memory.h - for tests: one allocation that fails. The program is linked with --wrap of malloc,
 * calloc and realloc (tests/unit/meson.build); those of shared libraries stay as they are. */

#include <stdbool.h>

/* memory_fail_at - the @nth allocation from now on finds no memory, and no other; 0: all find some
 */
void memory_fail_at(unsigned long nth);

/* memory_failed - whether it has come to that since */
bool memory_failed(void);
