/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "evidence/postfix/conf.h"
#include "evidence/postfix/conf_defaults.h"
#include "evidence/postfix/conf_expand.h"
#include "evidence/postfix/map.h"
#include "evidence/postfix/mastercf.h"

/* names: "e" is empty, "x" is "val", "r" refers to "x", "loop" to itself, "gone" is not told,
 * others are not defined */
static int lookup(void *data, struct seal_bytes name, struct seal_bytes *ret)
{
	static const struct {
		const char *name, *value;
	} values[] = {{"e", ""},
		      {"x", "val"},
		      {"r", "<$x>"},
		      {"loop", "a$loop"},
		      {"two", "$loop2$loop2"},
		      {"loop2", "${e?$two}$two"}};
	size_t i;

	(void)data;
	if (seal_bytes_is(name, "gone"))
		return -ENODATA;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (seal_bytes_is(name, values[i].name)) {
			*ret = seal_bytes_of(values[i].value);
			return 0;
		}
	}
	return -ENOENT;
}

static const struct {
	const char *text, *expected;
	int r;
} expansions[] = {
	{"$x${x}$(x)$r", "valvalval<val>", 0},
	{"$$x$$", "$x$", 0},
	{"${x?yes}${e?no}${undefined?no}", "yes", 0},
	{"${x:no}${e:yes}${undefined:yes}", "yesyes", 0},
	{"${x?{a}:{b}}${e?{a}:{b}}", "ab", 0},
	{"${{$x} == {val} ? {same} : {other}}", "same", 0},
	{"${{3.10} >level {3.9} ? {later} : {earlier}}", "later", 0},
	{"${{3.10} > {3.9} ? {later} : {earlier}}", "earlier", 0},
	{"${{10} > {9}}", "true", 0},
	{"${gone?a}", "", -ENODATA},
	{"a$gone", "", -ENODATA},
	{"${x", "", -EINVAL},
	{"$", "", -EINVAL},
	{"$ x", "", -EINVAL},
	{"${}", "", -EINVAL},
	{"${x-y}", "", -EINVAL},
	{"${x?{a}", "", -EINVAL},
	{"${x?{a}b}", "", -EINVAL},
	{"${{a} ~ {b}?c}", "", -EINVAL},
	{"${{a} ==level {b}?c}", "", -EINVAL},
	{"${{99999999999999999999999} > {1}}", "", -EINVAL},
	{"$loop", "", -ELOOP},
	{"$two", "", -ELOOP},
};

static void test_expand(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expansions) / sizeof(expansions[0]); i++) {
		struct seal_expand e = {.lookup = lookup};
		seal_auto_buf struct seal_buf out = {0};
		int r = seal_expand(&e, seal_bytes_of(expansions[i].text), &out);

		if (r != expansions[i].r ||
		    (r == 0 && !seal_bytes_is(seal_buf_bytes(&out), expansions[i].expected)))
			fail_msg("%s: %d [%.*s]", expansions[i].text, r, (int)out.n, out.p);
	}
}

/* a value that doubles itself thirty times ends by its size or its steps, soon */
static void test_growth(void **state)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_instance inst = {0};
	struct seal_bytes value;
	struct seal_buf b = {0};
	size_t n_bad;
	int i, r;

	(void)state;
	for (i = 0; i < 30; i++)
		seal_buf_printf(&b, "a%d = $a%d$a%d\n", i, i + 1, i + 1);
	seal_buf_puts(&b, "a30 = xxxxxxxxxx\nmyhostname = h.$mydomain\n");
	assert_int_equal(
		seal_maincf_parse(seal_buf_bytes(&b), SEAL_LIT("main.cf"), arena, &inst, &n_bad),
		0);
	r = seal_conf_value(&inst, NULL, "a0", arena, &value);
	assert_true(r == -EFBIG || r == -ELOOP);
	assert_int_equal(seal_conf_value(&inst, NULL, "mydomain", arena, &value), -ELOOP);
	assert_int_equal(seal_conf_value(&inst, NULL, "myhostname", arena, &value), -ELOOP);
	seal_buf_done(&b);
	seal_vec_done(&inst.params);
	seal_arena_free(arena);
}

static void test_defaults(void **state)
{
	static const struct {
		const char *name, *version, *value;
		int r;
	} rows[] = {
		{"smtp_connect_timeout", "", "30s", 0},
		{"smtpd_tls_protocols", "3.5.9", "!SSLv2, !SSLv3", 0},
		{"smtpd_tls_protocols", "3.7.11", ">=TLSv1", 0},
		{"smtpd_tls_protocols", "", "", -ENODATA},
		{"smtpd_forbid_bare_newline", "3.9", "normalize", 0},
		{"default_database_type", "3.7.11", "", -ENODATA},
		{"slow_destination_rate_delay", "", "$default_destination_rate_delay", 0},
		{"local_destination_concurrency_limit", "", "2", 0},
		{"no_such_parameter", "3.7.11", "", -ENOENT},
	};
	struct seal_bytes value;
	size_t i;

	(void)state;
	for (i = 1; i < seal_conf_n_defaults; i++)
		assert_true(strcmp(seal_conf_defaults[i - 1].name, seal_conf_defaults[i].name) <=
			    0);
	for (i = 1; i < seal_conf_n_smtp_defaults; i++)
		assert_true(strcmp(seal_conf_smtp_defaults[i - 1].name,
				   seal_conf_smtp_defaults[i].name) <= 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r = seal_conf_default(seal_bytes_of(rows[i].name),
					  seal_bytes_of(rows[i].version), &value);

		if (r != rows[i].r || (r == 0 && !seal_bytes_is(value, rows[i].value)))
			fail_msg("%s of %s: %d", rows[i].name, rows[i].version, r);
	}
}

/* lines that Postfix refuses leave the others standing and are counted */
static void test_bad_lines(void **state)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_instance inst = {0};
	size_t n_bad;

	(void)state;
	assert_int_equal(seal_maincf_parse(SEAL_LIT("no equals sign\n= value\nbiff = no\n\0\n"),
					   SEAL_LIT("main.cf"), arena, &inst, &n_bad),
			 0);
	assert_int_equal(n_bad, 3);
	assert_int_equal(inst.params.n, 1);
	assert_int_equal(inst.params.v[0].origin.line, 3);
	assert_int_equal(
		seal_mastercf_parse(SEAL_LIT("smtp inet n - n -\nsmtp tcp n - n - - smtpd\n"
					     "smtp inet maybe - n - - smtpd\n"
					     "a unix - - y - - smtp -o\n"
					     "b unix - - - - - smtp -o {\n"),
				    SEAL_LIT("master.cf"), arena, &inst, &n_bad),
		0);
	assert_int_equal(n_bad, 3);
	assert_int_equal(inst.services.n, 2);
	assert_int_equal(inst.services.v[0].overrides.n, 0);
	seal_vec_each (s, &inst.services) {
		seal_vec_done(&s->overrides);
	}
	seal_vec_done(&inst.services);
	seal_vec_done(&inst.params);
	seal_arena_free(arena);
}

static void test_chroot(void **state)
{
	static const struct {
		const char *main;
		char column;
		bool chroot;
	} rows[] = {
		{"", '-', true},
		{"compatibility_level = 1\n", '-', false},
		{"compatibility_level = 3.6\n", '-', false},
		{"compatibility_level = 3.6\n", 'y', true},
		{"", 'n', false},
	};
	size_t i, n_bad;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_arena *arena = seal_arena_new();
		struct seal_instance inst = {0};
		struct seal_service svc = {.chroot = rows[i].column};
		bool chroot = !rows[i].chroot;

		assert_int_equal(seal_maincf_parse(seal_bytes_of(rows[i].main), SEAL_LIT("main.cf"),
						   arena, &inst, &n_bad),
				 0);
		assert_int_equal(seal_conf_chroot(&inst, &svc, &chroot), 0);
		assert_int_equal(chroot, rows[i].chroot);
		seal_vec_done(&inst.params);
		seal_arena_free(arena);
	}
}

static void put_file(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static bool value_is(const struct seal_map *m, const char *key, const char *value)
{
	const struct seal_map_entry *e = seal_map_find(m, seal_bytes_of(key));

	return e && seal_bytes_is(e->value, value);
}

static void test_maps(void **state)
{
	char top[] = "/tmp/seal-map-XXXXXX";
	struct seal_arena *arena = seal_arena_new();
	seal_auto_root struct seal_root *root = NULL;
	struct seal_map m;
	int dir;

	(void)state;
	assert_non_null(mkdtemp(top));
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put_file(dir, "t",
		 "# comment\nExample.COM  smtp:[a]:25  \n\"a b\"@c.example\n   two words\n"
		 "example.com again\nalone\n");
	put_file(dir, "pw", "[relay]:587 user:c4n4ry\n");
	assert_int_equal(seal_root_new(top, &root, NULL), 0);

	assert_int_equal(
		seal_map_read(root, SEAL_LIT("proxy:hash:/t"), SEAL_MAP_VALUES, arena, &m, NULL),
		0);
	assert_int_equal(m.entries.n, 2);
	assert_true(value_is(&m, "EXAMPLE.com", "smtp:[a]:25"));
	assert_true(value_is(&m, "\"a b\"@c.example", "two words"));
	assert_false(seal_map_has_key(&m, SEAL_LIT("alone")));
	seal_map_done(&m);

	assert_int_equal(seal_map_read(root, SEAL_LIT("lmdb:/pw"), SEAL_MAP_KEYS, arena, &m, NULL),
			 0);
	assert_true(seal_map_has_key(&m, SEAL_LIT("[relay]:587")));
	assert_true(value_is(&m, "[relay]:587", ""));
	seal_map_done(&m);

	assert_int_equal(seal_map_read(root, SEAL_LIT("inline:{ a=b, { c = d e } }"),
				       SEAL_MAP_VALUES, arena, &m, NULL),
			 0);
	assert_true(value_is(&m, "a", "b") && value_is(&m, "c", "d e"));
	seal_map_done(&m);

	assert_int_equal(
		seal_map_read(root, SEAL_LIT("static:x"), SEAL_MAP_VALUES, arena, &m, NULL), 0);
	assert_true(seal_map_has_key(&m, SEAL_LIT("anything")));
	seal_map_done(&m);
	assert_int_equal(seal_map_read(root, SEAL_LIT("ldap:/t"), SEAL_MAP_VALUES, arena, &m, NULL),
			 -ENOTSUP);
	assert_int_equal(seal_map_read(root, SEAL_LIT("hash:t"), SEAL_MAP_VALUES, arena, &m, NULL),
			 -EINVAL);
	assert_int_equal(
		seal_map_read(root, SEAL_LIT("hash:/no"), SEAL_MAP_VALUES, arena, &m, NULL),
		-ENOENT);
	assert_int_equal(seal_map_read(root, SEAL_LIT("word"), SEAL_MAP_VALUES, arena, &m, NULL),
			 -EINVAL);

	unlinkat(dir, "t", 0);
	unlinkat(dir, "pw", 0);
	close(dir);
	rmdir(top);
	seal_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand),   cmocka_unit_test(test_growth),
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_chroot),   cmocka_unit_test(test_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
