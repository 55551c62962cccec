/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/prove.h"

#include <errno.h>
#include <ftw.h>
#include <sepol/cil/cil.h>
#include <sepol/policydb.h>
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

/* put_linked - what the store's tools make of @text */
static void put_linked(const char *path, const char *text, size_t n)
{
	sepol_policydb_t *policy = NULL;
	cil_db_t *db = NULL;
	void *image = NULL;
	size_t size = 0;

	cil_set_log_level(CIL_ERR);
	cil_db_init(&db);
	assert_int_equal(cil_add_file(db, "base", text, n), 0);
	cil_set_disable_neverallow(db, 1);
	assert_int_equal(cil_compile(db), 0);
	assert_int_equal(cil_build_policydb(db, &policy), 0);
	assert_int_equal(sepol_policydb_to_image(NULL, policy, &image, &size), 0);
	put(path, image, size);
	sepol_policydb_free(policy);
	cil_db_destroy(&db);
	free(image);
}

/* put_deep - more parentheses than the stack could bear */
static void put_deep(const char *path)
{
	static char text[1 << 20];

	memset(text, '(', sizeof(text));
	put(path, text, sizeof(text));
}

/* stores: the small policy without what breaks its own typebounds, with a disabled module that
 * would not compile; the same with its linked policy; one that breaks a neverallow rule; damaged
 * ones */
static int setup(void **state)
{
	static const char breach[] = "(allow child_t secret_t (file (read)))", bad[] = "(nonsense",
			  worse[] = "(neverallow queue_t spool_t (file (read)))",
			  more[] = "(allow smtp_t exec_t (file (getattr)))";
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
	put("var/lib/selinux/linked/active/modules/100/base/cil", text, n);
	put_linked("var/lib/selinux/linked/active/policy.linked", text, n);
	put("var/lib/selinux/broken/active/modules/100/base/cil", text, n);
	put("var/lib/selinux/broken/active/modules/400/worse/cil", worse, sizeof(worse) - 1);
	put("var/lib/selinux/apart/active/modules/100/base/cil", text, n);
	put("var/lib/selinux/apart/active/modules/400/more/cil", more, sizeof(more) - 1);
	put_linked("var/lib/selinux/apart/active/policy.linked", text, n);
	put_deep("var/lib/selinux/deep/active/modules/100/deep/cil");
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
static const struct seal_bytes ioctl[] = {SEAL_LIT("ioctl")};
static const struct seal_bytes map[] = {SEAL_LIT("map")};
static const uint32_t commands[] = {0x5401};
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
	/* a command, as asked; one more; none asked for */
	{"(allow queue_t secret_t (file (ioctl)))(allowx queue_t secret_t (ioctl file (0x5401)))",
	 {SEAL_LIT("queue_t"), SEAL_LIT("secret_t"), SEAL_LIT("file"), ioctl, 1, commands, 1},
	 {SEAL_NEVERALLOW_OK, true, true, 1, 0, ""}},
	{"(allowx queue_t spool_t (ioctl file (0x5401 0x5405)))",
	 {SEAL_LIT("queue_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), ioctl, 1, commands, 1},
	 {SEAL_NEVERALLOW_OK, true, false, 0, 0, ""}},
	{"(allow queue_t secret_t (file (ioctl)))(allowx queue_t secret_t (ioctl file (0x5401)))",
	 {SEAL_LIT("queue_t"), SEAL_LIT("secret_t"), SEAL_LIT("file"), ioctl, 1, NULL, 0},
	 {SEAL_NEVERALLOW_OK, true, false, 1, 0, ""}},
	/* two rules of a bounded type, one beyond its bounds */
	{"(allow child_t config_t (file (map)))",
	 {SEAL_LIT("child_t"), SEAL_LIT("config_t"), SEAL_LIT("file"), map, 1},
	 {SEAL_NEVERALLOW_VIOLATED, true, true, 1, 0, ""}},
	{"(allow smtpd_t",
	 {SEAL_LIT("smtpd_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), open_write, 2},
	 {SEAL_NEVERALLOW_NOT_RUN, false, false, 0, 0, ""}},
};

#define N_ROWS (sizeof(rows) / sizeof(*rows))

/* check - the proof of a row, alone or among others */
static void check(size_t row, const struct seal_proof *p)
{
	const struct seal_proof *e = &rows[row].proof;

	if (p->neverallow != e->neverallow || p->compiled != e->compiled || p->exact != e->exact ||
	    p->added != e->added || p->removed != e->removed)
		fail_msg("%s: neverallow %d compiled %d exact %d added %llu: %s", rows[row].cil,
			 p->neverallow, p->compiled, p->exact, (unsigned long long)p->added,
			 p->detail);
	assert_true(p->exact == (p->detail[0] == '\0') ||
		    p->neverallow == SEAL_NEVERALLOW_VIOLATED);
}

static struct seal_candidate candidate(size_t row)
{
	return (struct seal_candidate){seal_bytes_of(rows[row].cil),
				       {.allows = &rows[row].want, .n_allows = 1}};
}

static void test_prove(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct seal_candidate c = candidate(i);
		struct seal_proof p = {0};
		struct seal_err err = {0};

		if (seal_policy_prove(root, SEAL_LIT("plain"), &c, 1, &p, NULL, &err) < 0)
			fail_msg("%s: %s", rows[i].cil, err.text);
		check(i, &p);
	}
}

/* all at once: each gets the proof it gets alone, whatever the others do */
static void test_together(void **state)
{
	struct seal_candidate c[N_ROWS];
	struct seal_proof p[N_ROWS];
	struct seal_proof_run run;
	struct seal_err err = {0};

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++)
		c[i] = candidate(i);
	if (seal_policy_prove(root, SEAL_LIT("plain"), c, N_ROWS, p, &run, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < N_ROWS; i++)
		check(i, &p[i]);
	assert_int_equal(run.modules, 1);
	assert_int_equal(run.broken, 0);
	assert_string_equal(run.before, "");
	assert_string_equal(run.store, "var/lib/selinux/plain/active/modules");
}

/* the ordinary case: one compilation for all, with a violation among them, against the policy that
 * the store's tools linked */
static void test_once(void **state)
{
	static const size_t good[] = {0, 4, 8};
	struct seal_candidate c[3];
	struct seal_proof p[3];
	struct seal_proof_run run;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		c[i] = candidate(good[i]);
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("linked"), c, 3, p, &run, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		check(good[i], &p[i]);
	assert_int_equal(run.compiles, 1);
	assert_false(run.apart);
	assert_string_equal(run.before, "var/lib/selinux/linked/active/policy.linked");
}

/* a policy in force that these modules do not make: the proof is made with the store alone, and it
 * is said */
static void test_apart(void **state)
{
	struct seal_candidate c = candidate(0);
	struct seal_proof p;
	struct seal_proof_run run;

	(void)state;
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("apart"), &c, 1, &p, &run, NULL), 0);
	check(0, &p);
	assert_true(run.apart);
	assert_string_equal(run.before, "");
	assert_int_equal(run.compiles, 2);
}

/* a store that breaks a neverallow rule by itself: what candidates break is told apart from it */
static void test_broken_store(void **state)
{
	struct seal_candidate c[] = {candidate(0), candidate(4)};
	struct seal_proof p[2];
	struct seal_proof_run run;

	(void)state;
	assert_int_equal(seal_policy_prove(root, SEAL_LIT("broken"), c, 2, p, &run, NULL), 0);
	check(0, &p[0]);
	check(4, &p[1]);
	assert_non_null(strstr(p[1].detail, "neverallow check failed at base:"));
	assert_int_equal(run.broken, 1);
}

static void test_stores(void **state)
{
	static const struct {
		struct seal_bytes type;
		int r;
	} stores[] = {
		{SEAL_LIT("nosuch"), -ENOENT}, {SEAL_LIT("../x"), -EINVAL},
		{SEAL_LIT("bad"), -EBADMSG},   {SEAL_LIT("bare"), -EBADMSG},
		{SEAL_LIT("deep"), -EBADMSG},
	};
	struct seal_candidate c = candidate(0);
	struct seal_proof p;

	(void)state;
	for (size_t i = 0; i < sizeof(stores) / sizeof(*stores); i++) {
		struct seal_err err = {0};

		assert_int_equal(seal_policy_prove(root, stores[i].type, &c, 1, &p, NULL, &err),
				 stores[i].r);
		assert_true(err.text[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prove), cmocka_unit_test(test_together),
		cmocka_unit_test(test_once),  cmocka_unit_test(test_broken_store),
		cmocka_unit_test(test_apart), cmocka_unit_test(test_stores),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
