/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/sepol_memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"

#define ARENA_BYTES ((size_t)64 << 20)

static void test_heap(void **state)
{
	char *p, *q;

	(void)state;
	seal_sepol_arena_fill(NULL);
	p = seal_sepol_strdup("text");
	p = seal_sepol_realloc(p, 4096);
	assert_string_equal(p, "text");
	seal_sepol_free(p);
	q = seal_sepol_strndup("text", 2);
	assert_string_equal(q, "te");
	free(q); /* it is the C library's */
	assert_null(seal_sepol_reallocarray(NULL, SIZE_MAX, 2));
	assert_int_equal(errno, ENOMEM);
	seal_sepol_free(NULL);
}

/* without memory there is a reserve, which is told, and which ends */
static void test_reserve(void **state)
{
	char *p, *q, *grown;
	size_t i;

	(void)state;
	assert_false(seal_sepol_memory_was_short());
	memory_fail_at(1);
	p = seal_sepol_malloc(100);
	assert_true(memory_failed() && seal_sepol_memory_was_short());
	assert_non_null(p);
	memset(p, 'p', 100);
	memory_fail_at(1);
	q = seal_sepol_calloc(10, 10);
	assert_true(memory_failed() && q >= p + 100);
	for (i = 0; i < 100; i++)
		assert_int_equal(q[i], 0);
	memory_fail_at(0);
	grown = seal_sepol_realloc(p, 200);
	assert_true(grown >= q + 100);
	for (i = 0; i < 100; i++)
		assert_int_equal(grown[i], 'p');
	seal_sepol_free(p);
	seal_sepol_free(grown);
	memory_fail_at(1);
	assert_null(seal_sepol_malloc((size_t)1 << 20));
	memory_fail_at(1);
	assert_null(seal_sepol_malloc(SIZE_MAX - 1));
	memory_fail_at(0);
	p = seal_sepol_malloc(10);
	memory_fail_at(1);
	assert_null(seal_sepol_realloc(p, 1000));
	memory_fail_at(0);
	seal_sepol_free(p);
}

static void test_pieces(void **state)
{
	struct seal_sepol_arena a;
	char *heap = seal_sepol_strdup("heap"), *p, *q;

	(void)state;
	assert_int_equal(seal_sepol_arena_open(&a, false, ARENA_BYTES), 0);
	seal_sepol_arena_fill(&a);
	p = seal_sepol_strdup("first");
	q = seal_sepol_strndup("second piece", 6);
	assert_true(p >= a.base && p < a.base + a.size);
	assert_int_equal((uintptr_t)q % sizeof(uint64_t), 0);
	assert_true(seal_sepol_malloc(0) != seal_sepol_malloc(0));
	p = seal_sepol_reallocarray(p, 100, 100);
	assert_string_equal(p, "first");
	assert_string_equal(q, "second");
	p = seal_sepol_calloc(1000, 3);
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(p[i], 0);

	/* what was made before goes where it came from */
	heap = seal_sepol_realloc(heap, 5000);
	assert_true(heap < a.base || heap >= a.base + a.size);
	seal_sepol_free(heap);
	seal_sepol_free(q);

	errno = 0;
	assert_null(seal_sepol_malloc(ARENA_BYTES));
	assert_int_equal(errno, ENOMEM);
	assert_null(seal_sepol_malloc(SIZE_MAX));
	assert_null(seal_sepol_calloc(SIZE_MAX / 2, 3));
	seal_sepol_arena_close(&a);
	seal_sepol_arena_close(&a);
}

/* a child's pieces stand at their addresses */
static void test_child(void **state)
{
	struct seal_sepol_arena a;
	struct said {
		size_t used;
		char *text;
	} * said;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(seal_sepol_arena_open(&a, true, ARENA_BYTES), 0);
	seal_sepol_arena_fill(&a);
	said = seal_sepol_calloc(1, sizeof(*said));
	seal_sepol_arena_fill(NULL);
	pid = fork();
	if (pid == 0) {
		seal_sepol_arena_fill(&a);
		said->text = seal_sepol_strdup("by the child");
		said->used = a.used;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(seal_sepol_arena_settle(&a, said->used), 0);
	assert_string_equal(said->text, "by the child");
	assert_true(a.size < ARENA_BYTES);
	assert_true(a.fd < 0);

	/* from here on each has its own */
	pid = fork();
	if (pid == 0) {
		said->text[0] = 'B';
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_string_equal(said->text, "by the child");
	seal_sepol_free(said->text);
	seal_sepol_arena_close(&a);
}

static void test_settle_refused(void **state)
{
	struct seal_sepol_arena a;

	(void)state;
	assert_int_equal(seal_sepol_arena_open(&a, true, ARENA_BYTES), 0);
	assert_int_equal(seal_sepol_arena_settle(&a, SIZE_MAX), -EINVAL);
	assert_int_equal(seal_sepol_arena_settle(&a, ARENA_BYTES + 1), -EINVAL);
	seal_sepol_arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heap),           cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_pieces),         cmocka_unit_test(test_child),
		cmocka_unit_test(test_settle_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
