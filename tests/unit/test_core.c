/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes, numbers, arena, arrays, time, JSON writer, option table, paths */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/json.h"
#include "core/opt.h"
#include "core/path.h"
#include "core/time.h"
#include "core/vec.h"

static void parses_numbers(void **state)
{
	static const struct {
		const char *in;
		unsigned base;
		int r;
		uint64_t v;
	} rows[] = {
		{"0", 10, 0, 0},
		{"18446744073709551615", 10, 0, UINT64_MAX},
		{"18446744073709551616", 10, -ERANGE, 0},
		{"0755", 8, 0, 0755},
		{"08", 8, -EINVAL, 0},
		{"fF", 16, 0, 255},
		{"", 10, -EINVAL, 0},
		{"-1", 10, -EINVAL, 0},
		{" 1", 10, -EINVAL, 0},
		{"0x1", 16, -EINVAL, 0},
	};
	uint64_t v;
	uint32_t u;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = 0;
		if (seal_parse_u64(seal_bytes_of(rows[i].in), rows[i].base, &v) != rows[i].r ||
		    v != rows[i].v)
			fail_msg("%s", rows[i].in);
	}
	assert_int_equal(seal_parse_u32(SEAL_LIT("4294967295"), 10, &u), 0);
	assert_int_equal(seal_parse_u32(SEAL_LIT("4294967296"), 10, &u), -ERANGE);
}

static void cuts_and_trims(void **state)
{
	struct seal_bytes rest, s = SEAL_LIT(" a  bc\t d");

	(void)state;
	assert_true(seal_bytes_is(seal_bytes_cut(SEAL_LIT("k=v=w"), '=', &rest), "k"));
	assert_true(seal_bytes_is(rest, "v=w"));
	assert_true(seal_bytes_is(seal_bytes_cut(SEAL_LIT("k"), '=', &rest), "k"));
	assert_null(rest.p);
	assert_true(seal_bytes_is(seal_bytes_word(&s), "a"));
	assert_true(seal_bytes_is(seal_bytes_word(&s), "bc"));
	assert_true(seal_bytes_is(seal_bytes_word(&s), "d"));
	assert_int_equal(seal_bytes_word(&s).n, 0);
	assert_true(seal_bytes_is(seal_bytes_trim(SEAL_LIT(" \t x y\r\n")), "x y"));
	assert_int_equal(seal_bytes_trim(SEAL_LIT(" \n")).n, 0);
	assert_int_equal(seal_bytes_find(SEAL_LIT("abcabc"), "ca"), 2);
	assert_int_equal(seal_bytes_find(SEAL_BYTES_NONE, "x"), -1);
	assert_int_equal(seal_bytes_rchr(SEAL_LIT("a/b/c"), '/'), 3);
	assert_true(seal_bytes_cmp(SEAL_LIT("ab"), SEAL_LIT("abc")) < 0);
	assert_true(seal_bytes_icase_eq(SEAL_LIT("MiXed"), SEAL_LIT("mIxED")));
}

static void interns_once(void **state)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_bytes x, y;
	char name[16];
	int i;

	(void)state;
	assert_non_null(a);
	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "type_%d", i % 1000);
		assert_int_equal(seal_arena_intern(a, seal_bytes_of(name), &x), 0);
		assert_true(seal_bytes_is(x, name));
	}
	assert_int_equal(seal_arena_intern(a, SEAL_LIT("type_7"), &x), 0);
	assert_int_equal(seal_arena_intern(a, SEAL_LIT("type_7"), &y), 0);
	assert_ptr_equal(x.p, y.p);
	assert_int_equal(seal_arena_copy(a, SEAL_BYTES_NONE, &x), 0);
	assert_non_null(x.p);
	assert_null(seal_arena_alloc(a, SIZE_MAX));
}

SEAL_PRINTF(3, 4)
static int say(struct seal_arena *a, struct seal_bytes *ret, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = seal_arena_intern_vprintf(a, ret, fmt, ap);
	va_end(ap);
	return r;
}

/* strings lie close together, what is for other types is aligned; nothing overlaps */
static void packs_the_arena(void **state)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_bytes x, y, kept[500];
	char text[700];
	size_t i;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 500; i++) {
		char *p = seal_arena_alloc(a, i);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_true(i == 0 || (p[0] == 0 && p[i - 1] == 0));
		memset(p, 'z', i);
		assert_int_equal(seal_arena_copy(a, (struct seal_bytes){text, i}, &kept[i]), 0);
	}
	for (i = 0; i < 500; i++) {
		assert_true(seal_bytes_eq(kept[i], (struct seal_bytes){text, i}));
		assert_int_equal(kept[i].p[i], 0);
	}
	assert_int_equal(say(a, &x, "%s %d", "port", 25), 0);
	assert_int_equal(say(a, &y, "port %d", 25), 0);
	assert_ptr_equal(x.p, y.p);
	assert_int_equal(say(a, &x, "%s!", text), 0);
	assert_int_equal(x.n, sizeof(text));
}

static void grows_arrays(void **state)
{
	seal_vec(int) v = {0};
	int sum = 0, i;

	(void)state;
	for (i = 0; i < 100; i++)
		*seal_vec_add(&v) = i;
	seal_vec_each (it, &v) {
		sum += *it;
	}
	assert_int_equal(sum, 4950);
	seal_vec_done(&v);
	assert_null(v.v);
}

static void reads_and_writes_time(void **state)
{
	static const struct {
		const char *in;
		int64_t us;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-11-20T18:53:36.839227+00:00", INT64_C(1795200816839227)},
		{"2026-11-20T20:53:36+02:00", INT64_C(1795200816000000)},
		{"2026-11-20 18:53:36Z", INT64_C(1795200816000000)},
		{"2000-02-29T23:59:59Z", INT64_C(951868799000000)},
		{"2000-02-29", INT64_C(951782400000000)},
		{"1969-12-31T23:59:59Z", INT64_C(-1000000)},
		{"2026-11-20", INT64_C(1795132800000000)},
		{"@1795200816", INT64_C(1795200816000000)},
	};
	static const char *const bad[] = {"",
					  "2026",
					  "2026-13-01T00:00:00Z",
					  "2026-02-29",
					  "2026-04-31T00:00:00Z",
					  "2026-11-20T24:00:00Z",
					  "2026-11-20T18:53:36",
					  "@x",
					  "20261120T185336Z"};
	struct seal_buf b = {0};
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (seal_time_parse(seal_bytes_of(rows[i].in), &t) < 0 || t != rows[i].us)
			fail_msg("%s", rows[i].in);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (seal_time_parse(seal_bytes_of(bad[i]), &t) != -EINVAL)
			fail_msg("taken for a time: %s", bad[i]);
	assert_int_equal(seal_time_rfc3164(SEAL_LIT("Nov  2 18:53:36 mail"), 2026, &t), 15);
	assert_int_equal(t, seal_time_civil(2026, 11, 2, 18, 53, 36));
	assert_int_equal(seal_time_rfc3164(SEAL_LIT("Foo  2 18:53:36"), 2026, &t), 0);
	seal_time_put(&b, INT64_C(1795200816839227));
	assert_true(seal_bytes_is(seal_buf_bytes(&b), "2026-11-20T18:53:36.839Z"));
	seal_buf_done(&b);
}

static void writes_json(void **state)
{
	struct seal_buf b = {0};
	struct seal_json j;

	(void)state;
	seal_json_init(&j, &b, false);
	seal_json_object(&j, NULL);
	seal_json_array(&j, "a");
	seal_json_u64(&j, NULL, UINT64_MAX);
	seal_json_null(&j, NULL);
	seal_json_array_end(&j);
	seal_json_bytes(&j, "text", SEAL_LIT("\xff"));
	seal_json_bytes(&j, "path", SEAL_LIT("\xfe"));
	seal_json_time(&j, "t", SEAL_TIME_NONE);
	seal_json_bool(&j, "b", true);
	seal_json_object(&j, "o");
	seal_json_object_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(&b, '\0');
	assert_string_equal(
		b.p,
		"{\"a\":[18446744073709551615,null],\"text\":\"\\\\xff\",\"raw_hex\":\"ff\","
		"\"path\":\"\\\\xfe\",\"path_raw_hex\":\"fe\",\"t\":null,\"b\":true,\"o\":{}}");
	seal_buf_done(&b);
}

struct seen {
	const char *root;
	bool all;
};

static int take_root(void *data, const char *arg, struct seal_err *err)
{
	(void)err;
	((struct seen *)data)->root = arg;
	return 0;
}

static int take_all(void *data, const char *arg, struct seal_err *err)
{
	(void)err;
	(void)arg;
	((struct seen *)data)->all = true;
	return 0;
}

static const struct seal_opt table[] = {
	{"root", "DIR", "Where to read", 1 | 2, take_root},
	{"all", NULL,
	 "Everything there is, told at a length that does not fit into one line of the help", 2,
	 take_all},
	{NULL, NULL, NULL, 0, NULL},
};

static void parses_options(void **state)
{
	char *good[] = {"verb", "--root", "x", "id1", "--all", "id2", NULL};
	char *unknown[] = {"verb", "--nope", NULL};
	char *other[] = {"verb", "--all", NULL};
	char *lacking[] = {"verb", "--root", NULL};
	struct seal_err err = {0};
	struct seen seen = {0};
	struct seal_buf help = {0};
	char **args;
	size_t n;

	(void)state;
	assert_int_equal(seal_opt_parse(table, 2, 6, good, &seen, &args, &n, &err), 0);
	assert_string_equal(seen.root, "x");
	assert_true(seen.all);
	assert_int_equal(n, 2);
	assert_string_equal(args[1], "id2");
	assert_int_equal(seal_opt_parse(table, 2, 2, unknown, &seen, &args, &n, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--nope"));
	assert_int_equal(seal_opt_parse(table, 1, 2, other, &seen, &args, &n, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--all"));
	assert_int_equal(seal_opt_parse(table, 1, 2, lacking, &seen, &args, &n, &err), -EINVAL);

	seal_opt_help(table, 2, &help);
	seal_buf_putc(&help, '\0');
	assert_non_null(strstr(help.p, "--root DIR"));
	for (char *line = help.p; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		assert_true(strcspn(line, "\n") <= 80);
	seal_buf_done(&help);
}

struct taken {
	struct seal_buf all;
	size_t n_pieces, largest;
	int fail_at; /* -ENOSPC from this piece on; 0: never */
};

static int take_piece(void *data, struct seal_bytes piece)
{
	struct taken *t = data;

	if (t->fail_at && ++t->fail_at > 2)
		return -ENOSPC;
	seal_buf_put(&t->all, piece.p, piece.n);
	t->n_pieces++;
	t->largest = piece.n > t->largest ? piece.n : t->largest;
	return 0;
}

/* what goes through a sink is what would have stood in memory, and memory stays small */
static void hands_on_pieces(void **state)
{
	struct taken got = {0}, full = {.fail_at = 1};
	const struct seal_sink sink = {take_piece, &got}, broken = {take_piece, &full};
	struct seal_buf whole = {0}, piecewise = {.sink = &sink}, none = {.sink = &broken};
	static char large[3 * SEAL_BUF_FLUSH];
	struct seal_buf *const bufs[] = {&whole, &piecewise, &none};
	size_t i, k;

	(void)state;
	memset(large, 'x', sizeof(large));
	for (k = 0; k < 3; k++) {
		for (i = 0; i < 40000; i++)
			seal_buf_printf(bufs[k], "%zu,", i);
		seal_buf_put(bufs[k], large, sizeof(large));
		for (i = 0; i < 1000; i++)
			seal_buf_putc(bufs[k], (char)('a' + i % 26));
		seal_buf_printf(bufs[k], "%s", "end");
		seal_buf_flush(bufs[k]);
	}
	assert_int_equal(whole.err, 0);
	assert_int_equal(piecewise.err, 0);
	assert_int_equal(piecewise.n, 0);
	assert_int_equal(got.all.n, whole.n);
	assert_memory_equal(got.all.p, whole.p, whole.n);
	assert_true(got.n_pieces > 3 && got.largest <= 4 * SEAL_BUF_FLUSH);
	assert_int_equal(none.err, -ENOSPC);
	seal_buf_done(&whole);
	seal_buf_done(&piecewise);
	seal_buf_done(&none);
	seal_buf_done(&got.all);
	seal_buf_done(&full.all);
}

static void errors_are_printable(void **state)
{
	struct seal_err err = {0};

	(void)state;
	assert_int_equal(seal_err_set(&err, -EIO, "bad \033[1m name \xff"), -EIO);
	assert_string_equal(err.text, "bad \\x1b[1m name \\xff");
	assert_int_equal(seal_err_add(&err, -EIO, "etc/x"), -EIO);
	assert_string_equal(err.text, "etc/x: bad \\x1b[1m name \\xff");
	assert_int_equal(seal_err_set(NULL, -EIO, "x"), -EIO);
}

static void tells_parts_of_paths(void **state)
{
	static const struct {
		const char *path, *name, *parent;
	} rows[] = {
		{"/var/spool/postfix", "postfix", "/var/spool"},
		{"/var", "var", "/"},
		{"/", "", "/"},
		{"private/smtp", "smtp", "private"},
		{"smtp", "smtp", "/"},
		{"", "", "/"},
	};
	static const struct {
		const char *path, *dir;
		bool below, within;
	} pairs[] = {
		{"/srv/mail/a", "/srv/mail", true, true},
		{"/srv/mail", "/srv/mail", false, true},
		{"/srv/mailbox", "/srv/mail", false, false},
		{"/srv", "/srv/mail", false, false},
		{"/srv/mail/a", "/srv/mail/", false, true},
		{"/srv", "/", false, true},
		{"srv", "/", false, false},
		{"/srv", "", true, false},
		{"", "", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_bytes path = seal_bytes_of(rows[i].path);

		assert_true(seal_bytes_is(seal_path_name(path), rows[i].name));
		assert_true(seal_bytes_is(seal_path_parent(path), rows[i].parent));
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct seal_bytes path = seal_bytes_of(pairs[i].path);
		struct seal_bytes dir = seal_bytes_of(pairs[i].dir);

		assert_int_equal(seal_path_is_below(path, dir), pairs[i].below);
		assert_int_equal(seal_path_is_within(path, dir), pairs[i].within);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_numbers),        cmocka_unit_test(cuts_and_trims),
		cmocka_unit_test(interns_once),          cmocka_unit_test(grows_arrays),
		cmocka_unit_test(reads_and_writes_time), cmocka_unit_test(writes_json),
		cmocka_unit_test(parses_options),        cmocka_unit_test(errors_are_printable),
		cmocka_unit_test(hands_on_pieces),       cmocka_unit_test(packs_the_arena),
		cmocka_unit_test(tells_parts_of_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
