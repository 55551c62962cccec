/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/reach/packet_set.h"

#define SPACE 64 /* addresses of the model: one bit each */

static uint64_t bits_of(const struct seal_ranges *s)
{
	const struct seal_fw_range *v = seal_ranges_v(s);
	uint64_t b = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		assert_true(v[i].lo <= v[i].hi && v[i].hi < SPACE);
		if (i)
			assert_true(v[i].lo > v[i - 1].hi);
		for (uint64_t k = (uint64_t)v[i].lo; k <= (uint64_t)v[i].hi; k++)
			b |= UINT64_C(1) << k;
	}
	return b;
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static size_t random_ranges(uint32_t *seed, struct seal_fw_range *v, size_t max)
{
	size_t n = 1 + next(seed) % max, i;

	for (i = 0; i < n; i++) {
		v[i].lo = next(seed) % SPACE;
		v[i].hi = v[i].lo + next(seed) % 6;
		if (v[i].hi >= SPACE)
			v[i].hi = SPACE - 1;
	}
	return seal_ranges_normal(v, n);
}

/* splits and unions against the same on a word of bits */
static void test_against_bits(void **state)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	uint32_t seed = 1;
	int round, step;

	(void)state;
	assert_non_null(a);
	for (round = 0; round < 2000; round++) {
		struct seal_ranges s = seal_ranges_of(0, SPACE - 1), taken = {.n = 0};
		uint64_t want = UINT64_MAX, want_taken = 0;

		for (step = 0; step < 12; step++) {
			struct seal_fw_range v[4];
			struct seal_ranges in, cut = {.n = 0};
			uint64_t mask = 0;
			size_t n = random_ranges(&seed, v, step & 1 ? 1 : 4), i;

			for (i = 0; i < n; i++)
				for (uint64_t k = (uint64_t)v[i].lo; k <= (uint64_t)v[i].hi; k++)
					mask |= UINT64_C(1) << k;
			assert_int_equal(seal_ranges_split(a, &s, v, n, &in, &s), 0);
			assert_true(bits_of(&in) == (want & mask));
			want &= ~mask;
			assert_true(bits_of(&s) == want);
			want_taken |= bits_of(&in);
			cut = in;
			assert_int_equal(seal_ranges_union(a, &taken, &cut), 0);
			assert_true(bits_of(&taken) == want_taken);
		}
	}
}

static void test_top_of_space(void **state)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	seal_u128 top = ~(seal_u128)0;
	struct seal_ranges s = seal_ranges_of(0, top), in, out;
	struct seal_fw_range v = {top, top};

	(void)state;
	assert_non_null(a);
	assert_int_equal(seal_ranges_split(a, &s, &v, 1, &in, &out), 0);
	assert_int_equal(in.n, 1);
	assert_int_equal(out.n, 1);
	assert_true(out.one.lo == 0 && out.one.hi == top - 1);
}

#define WIDE 300 /* ranges before they are put in order */

static bool has(const struct seal_fw_range *v, size_t n, seal_u128 x)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (x >= v[i].lo && x <= v[i].hi)
			return true;
	return false;
}

/* ranges in any order, in runs or not: afterwards in order, apart, and the same numbers */
static void test_order(void **state)
{
	struct seal_fw_range before[WIDE], after[WIDE];
	uint32_t seed = 2;
	int round;

	(void)state;
	for (round = 0; round < 200; round++) {
		size_t n = 1 + next(&seed) % WIDE, run = 1 + next(&seed) % 80, i, m;
		seal_u128 lo = 0, k;

		for (i = 0; i < n; i++) {
			lo = i % run ? lo + next(&seed) % 12 : next(&seed) % 500;
			before[i] = after[i] = (struct seal_fw_range){lo, lo + next(&seed) % 4};
		}
		m = seal_ranges_normal(after, n);
		for (i = 1; i < m; i++)
			assert_true(after[i].lo > after[i - 1].hi + 1);
		for (k = 0; k < 1600; k++)
			assert_true(has(before, n, k) == has(after, m, k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_bits),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_top_of_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
