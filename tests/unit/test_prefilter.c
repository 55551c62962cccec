/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns with limits, and the filter in front of them: it may say "perhaps" in vain, never "no".
 */
#include "core/prefilter.h"
#include "core/regex.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

static const struct {
	const char *pattern, *match,
		*other; /* @other lacks every word: the filter says no, NULL = it cannot */
} table[] = {
	{"relay access denied", "xx relay access denied", "access"},
	{"relay(ing)? (access )?denied", "relaying denied", "relay refused"},
	{"(spam|virus|[0-9]+ phish)", "3 phish", "ham"},
	{"colou?r", "color", "dolor"},
	{"a{0,3}bcde+f?", "bcdeeee", "bcd"},
	{"^(?!.*spf).*not owned", "is not owned", "is owned"},
	{"\\bspf\\b", "an spf check", "spam"},
	{"x|y", "y", NULL},
	{"(abc)?def", "def", "abc"},
	{"(?i)ABC", "abc", NULL},
	{"[[:alpha:]]xyz", "axyz", NULL},
	{"a.c|b", "b", NULL},
	{"mail\\.example\\.net", "mail.example.net", "mail-example-net"},
	{"don.t (accept|relay)", "don't relay", "don't"},
	{"", "anything", NULL},
};

static void test_words(void **state)
{
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		seal_auto_regex struct seal_regex *re = NULL;
		struct seal_bytes pattern = seal_bytes_of(table[i].pattern);
		struct seal_prefilter filter;
		struct seal_pieces pieces;

		assert_int_equal(seal_regex_new(pattern, SEAL_REGEX_CASELESS, &re, NULL), 0);
		assert_int_equal(seal_prefilter_new(arena, pattern, true, &filter), 0);
		seal_pieces_of(seal_bytes_of(table[i].match), &pieces);
		assert_int_equal(seal_regex_match(re, seal_bytes_of(table[i].match)), 1);
		if (!seal_prefilter_may_match(&filter, &pieces))
			fail_msg("%s: said no to %s", table[i].pattern, table[i].match);
		if (!table[i].other)
			continue;
		seal_pieces_of(seal_bytes_of(table[i].other), &pieces);
		if (seal_prefilter_may_match(&filter, &pieces))
			fail_msg("%s: said perhaps to %s", table[i].pattern, table[i].other);
	}
}

static void test_bad_patterns(void **state)
{
	static const char *const bad[] = {
		"(",
		"[a",
		"a**",
		"(?<n",
		"\\C",
		"(*UTF)a",
		("(((((((((((((((((("
		 "((((((((((((((((((a))))))))))))))))))))))))))))))))))))")};
	static char huge[8192];
	struct seal_regex *re = NULL;
	struct seal_err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (seal_regex_new(seal_bytes_of(bad[i]), 0, &re, &err) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	memset(huge, 'a', sizeof(huge));
	assert_int_equal(seal_regex_new((struct seal_bytes){huge, sizeof(huge)}, 0, &re, &err),
			 -E2BIG);
}

static void test_limits(void **state)
{
	static const char *const evil[] = {"(a+)+$", "(a|aa)+$", "(.*)*b", "(.*a){12}b",
					   "^(([a-z])+.)+[A-Z]$"};
	static char text[8192];
	size_t i;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	for (i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		seal_auto_regex struct seal_regex *re = NULL;
		clock_t start = clock();

		assert_int_equal(seal_regex_new(seal_bytes_of(evil[i]), 0, &re, NULL), 0);
		assert_int_not_equal(seal_regex_match(re, (struct seal_bytes){text, sizeof(text)}),
				     1);
		if (clock() - start > 5 * CLOCKS_PER_SEC)
			fail_msg("%s took too long", evil[i]);
	}
}

/* some 2^17 steps, which a library's own limits allow */
static void test_steps(void **state)
{
	seal_auto_regex struct seal_regex *re = NULL;

	(void)state;
	assert_int_equal(seal_regex_new(SEAL_LIT("(a+)+$"), 0, &re, NULL), 0);
	assert_int_equal(seal_regex_match(re, SEAL_LIT("aaaaaaaaaaaaaaaaa!")), -ELOOP);
	assert_int_equal(seal_regex_match(re, SEAL_LIT("aaaaa!")), 0);
}

static void test_bytes(void **state)
{
	seal_auto_regex struct seal_regex *re = NULL;

	(void)state;
	assert_int_equal(seal_regex_new(SEAL_LIT("a.b$"), 0, &re, NULL), 0);
	assert_int_equal(seal_regex_match(re, SEAL_LIT("\xff\xfe a\0b")), 1);
	assert_int_equal(seal_regex_match(re, SEAL_LIT("a\nb")), 1);
	assert_int_equal(seal_regex_match(re, SEAL_LIT("a b\n")), 0);
	assert_int_equal(seal_regex_match(re, SEAL_BYTES_NONE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), cmocka_unit_test(test_bad_patterns),
		cmocka_unit_test(test_steps), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
