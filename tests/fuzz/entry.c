/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

/* entry.c - built once for each parser, with -DFUZZ=name: a libFuzzer program (clang
 * -fsanitize=fuzzer), or an AFL++ one (afl-clang-fast -fsanitize=fuzzer) */

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PASTE(fuzz_, FUZZ)(data, size);
	return 0;
}
