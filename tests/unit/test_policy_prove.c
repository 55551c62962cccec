/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/prove.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/input.h"

static char folder[64];
static struct seal_root *root;

static void put(const char *path, const char *text, size_t n)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", folder, path);
	for (char *p = name + strlen(folder) + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(name, 0755);
		*p = '/';
	}
	f = fopen(name, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

/* a store of two modules: the small policy without what breaks its own typebounds, and a disabled
 * one that would not compile */
static int setup(void **state)
{
	static const char breach[] = "(allow child_t secret_t (file (read)))", bad[] = "(nonsense";
	seal_auto_root struct seal_root *data = NULL;
	seal_auto_free char *text = NULL;
	ssize_t at;
	size_t n;

	(void)state;
	assert_int_equal(seal_root_new(getenv("SEAL_TEST_DATA"), &data, NULL), 0);
	assert_int_equal(seal_root_read(data, "selinux/small.cil", 1 << 20, &text, &n, NULL), 0);
	at = seal_bytes_find((struct seal_bytes){text, n}, breach);
	assert_true(at >= 0);
	memset(text + at, ' ', sizeof(breach) - 1);

	snprintf(folder, sizeof(folder), "/tmp/test_prove.XXXXXX");
	assert_non_null(mkdtemp(folder));
	put("etc/hostname", "mail\n", 5);
	put("var/lib/selinux/plain/active/modules/100/base/cil", text, n);
	put("var/lib/selinux/plain/active/modules/100/off/cil", bad, sizeof(bad) - 1);
	put("var/lib/selinux/plain/active/modules/disabled/off", "", 0);
	put("var/lib/selinux/bad/active/modules/100/off/cil", bad, sizeof(bad) - 1);
	put("var/lib/selinux/bare/active/modules/100/off/hll", bad, sizeof(bad) - 1);
	return seal_root_new(folder, &root, NULL);
}

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	seal_root_free(root);
	return nftw(folder, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct seal_bytes execute[] = {SEAL_LIT("execute")};
static const struct seal_bytes open_write[] = {SEAL_LIT("open"), SEAL_LIT("write")};

static const struct {
	const char *cil;
	struct seal_allow want;
	struct seal_proof proof;
} rows[] = {
	{"(allow smtpd_t spool_t (file (open write)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_OK, true, true, 2, 0, ""}},
	/* more than was asked for */
	{"(allow smtpd_t spool_t (file (open write read)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_OK, true, false, 3, 0, ""}},
	/* less */
	{"(allow smtpd_t spool_t (file (open)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_OK, true, false, 1, 0, ""}},
	/* an attribute where a type was meant */
	{"(allow smtpd_t file_type (file (open write)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_OK, true, false, 7, 0, ""}},
	{"(allow smtp_t exec_t (file (execute)))",
	 {SEAL_LIT("smtp_t"), SEAL_LIT("exec_t"), SEAL_LIT("file"), execute, 1},
	 {SEAL_NEVERALLOW_VIOLATED, true, true, 1, 0, ""}},
	{"(typeattributeset file_type (port_t))(allow smtpd_t spool_t (file (open write)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_OK, true, false, 0, 0, ""}},
	{"(dontaudit smtpd_t secret_t (file (open)))(allow smtpd_t spool_t (file (open write)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_OK, true, false, 2, 0, ""}},
	{"(allow smtpd_t nosuch_t (file (open)))",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_NOT_RUN, false, false, 0, 0, ""}},
	{"(allow smtpd_t",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_NOT_RUN, false, false, 0, 0, ""}},
};

static void test_prove(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_policy_change c = {.allows = &rows[i].want, .n_allows = 1};
		const struct seal_proof *e = &rows[i].proof;
		struct seal_proof p = {0};
		struct seal_err err = {0};

		if (seal_policy_prove(root, SEAL_LIT("plain"), seal_bytes_of(rows[i].cil), &c, &p,
				      &err) < 0)
			fail_msg("%s: %s", rows[i].cil, err.text);
		if (p.neverallow != e->neverallow || p.compiled != e->compiled ||
		    p.exact != e->exact || p.added != e->added || p.removed != e->removed)
			fail_msg("%s: neverallow %d compiled %d exact %d added %llu: %s",
				 rows[i].cil, p.neverallow, p.compiled, p.exact,
				 (unsigned long long)p.added, p.detail);
		assert_true(p.exact == (p.detail[0] == '\0') ||
			    p.neverallow == SEAL_NEVERALLOW_VIOLATED);
	}
}

static void test_stores(void **state)
{
	struct seal_policy_change none = {.n_allows = 0};
	struct seal_proof p;

	(void)state;
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("nosuch"), SEAL_LIT(""), &none, &p, NULL),
			 -ENOENT);
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("../x"), SEAL_LIT(""), &none, &p, NULL),
			 -EINVAL);
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("bad"), SEAL_LIT(""), &none, &p, NULL),
			 -EBADMSG);
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("bare"), SEAL_LIT(""), &none, &p, NULL),
			 -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prove),
		cmocka_unit_test(test_stores),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
