/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
/* after the three above */
#include <cmocka.h>

#define N 5000u

static bool holds(const struct seal_table *t, uint64_t hash, uint32_t value)
{
	size_t at = 0;
	uint32_t v;

	while ((v = seal_table_next(t, hash, &at)) != SEAL_TABLE_NONE)
		if (v == value)
			return true;
	return false;
}

/* with few distinct hashes, runs are long and removal has to move many slots */
static void add_and_remove(unsigned n_hashes)
{
	struct seal_table t = {0};
	uint32_t i;

	for (i = 0; i < N; i++)
		assert_int_equal(seal_table_add(&t, i % n_hashes, i), 0);
	assert_int_equal(t.n, N);
	for (i = 0; i < N; i += 2)
		seal_table_remove(&t, i % n_hashes, i);
	seal_table_remove(&t, 0, N + 1);
	assert_int_equal(t.n, N / 2);
	for (i = 0; i < N; i++)
		assert_int_equal(holds(&t, i % n_hashes, i), i % 2 == 1);
	seal_table_done(&t);
}

static void many_hashes(void **state)
{
	(void)state;
	add_and_remove(N);
}

static void few_hashes(void **state)
{
	(void)state;
	add_and_remove(7);
}

static void empty(void **state)
{
	struct seal_table t = {0};

	(void)state;
	assert_false(holds(&t, 1, 1));
	seal_table_remove(&t, 1, 1);
	seal_table_done(&t);
}

static void hashes_differ(void **state)
{
	(void)state;
	assert_true(seal_hash(SEAL_LIT("a"), 0) == seal_hash(SEAL_LIT("a"), 0));
	assert_true(seal_hash(SEAL_LIT("a"), 0) != seal_hash(SEAL_LIT("a"), 1));
	assert_true(seal_hash(SEAL_LIT("a"), 0) != seal_hash(SEAL_LIT("a\0"), 0));
	assert_true(seal_hash(SEAL_LIT("12345678"), 0) != seal_hash(SEAL_LIT("12345679"), 0));
	assert_true(seal_hash(SEAL_LIT("123456789"), 0) != seal_hash(SEAL_LIT("12345678"), 0));
	assert_true(seal_hash(SEAL_BYTES_NONE, 1) != seal_hash(SEAL_BYTES_NONE, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_hashes),
		cmocka_unit_test(few_hashes),
		cmocka_unit_test(empty),
		cmocka_unit_test(hashes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
