/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/input.h"
#include "core/root.h"
#include "evidence/evidence.h"
#include "evidence/selinux/sepol_memory.h"
#include "memory.h"

/* what machine or medium failed to give, as a bundle tells it of the host it was made on: its
 * live/partial.tsv has the errno of each path */

#define LONG_NAME                                                                                  \
	"0123456789012345678901234567890123456789012345678901234567890123456789"                   \
	"0123456789012345678901234567890123456789"
#define LONG_PATH "etc/" LONG_NAME "/" LONG_NAME "/" LONG_NAME "/spool" /* 343 bytes */

static char top[] = "/tmp/postseal-faults-XXXXXX";
static struct seal_root *root;

static void put(const char *path, const void *content, size_t n)
{
	char whole[PATH_MAX], *p;
	int fd;

	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	for (p = whole + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(whole, 0755);
		*p = '/';
	}
	fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, n), n);
	close(fd);
}

static int make_bundle(void **state)
{
	/* a gzip header without a stream */
	static const unsigned char damaged[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff};
	char text[16384];
	int i, n;

	(void)state;
	n = snprintf(text, sizeof(text),
		     "EIO\t0\tetc/nftables.conf\n"
		     "EIO\t0\tvar/log/journal\n"
		     "ENODEV\t0\tfile\n"
		     "ETIMEDOUT\t0\tfolder\n"
		     "EHOSTDOWN\t0\tlink\n"
		     "ENOTCONN\t0\tin/file\n"
		     "EACCES\t0\tclosed\n"
		     "ENOENT\t0\tetc/firewalld\n"
		     "EIO\t0\t" LONG_PATH "\n"
		     "EIO\t0\tvar/spool/postfix/deferred/4YsT3b0F4Gz9rXC\n"
		     "EIO\t0\tvar/spool/postfix/deferred/4YsT3b0F4Gz9rXD\n");
	for (i = 0; i < 40; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "EIO\t0\tmany/%d\n", i);
	assert_non_null(mkdtemp(top));
	put("bundle.json", "{\"schema\": \"postseal-bundle/1\"}", 31);
	put("live/partial.tsv", text, (size_t)n);
	put("root/in/file", "", 0);
	put("root/damaged.gz", damaged, sizeof(damaged));
	put("root/var/spool/postfix/deferred/4YsT3b0F4Gz9rXC", "", 0);
	put("root/var/spool/postfix/deferred/4YsT3b0F4Gz9rXD", "", 0);
	return seal_root_new(top, &root, NULL);
}

static int remove_bundle(void **state)
{
	pid_t pid;

	(void)state;
	seal_root_free(root);
	pid = fork();
	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--", top, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	return 0;
}

static int skip_entry(void *data, const char *name, unsigned char type)
{
	(void)data;
	(void)name;
	(void)type;
	return 0;
}

static void expect_faults(size_t want, size_t want_more)
{
	const struct seal_root_fault *v;

	size_t more;

	assert_int_equal(seal_root_faults(root, &v, &more), want);
	assert_int_equal(more, want_more);
}

static void expect_last(const char *path, int code)
{
	const struct seal_root_fault *v;
	size_t n = seal_root_faults(root, &v, NULL);

	assert_true(n > 0);
	assert_string_equal(v[n - 1].path, path);
	assert_int_equal(v[n - 1].code, code);
}

/* each lookup, of a path that is not in the bundle and of one that is but has no content */
static void test_lookups(void **state)
{
	struct seal_dir d;
	struct stat st;
	char buf[16];

	(void)state;
	seal_root_forget_faults(root);
	assert_int_equal(seal_root_stat(root, "/file", true, &st), -ENODEV);
	expect_last("file", -ENODEV);
	assert_int_equal(seal_root_list(root, "folder", skip_entry, NULL, NULL), -ETIMEDOUT);
	expect_last("folder", -ETIMEDOUT);
	assert_int_equal(seal_root_readlink(root, "link", buf, sizeof(buf)), -EHOSTDOWN);
	expect_last("link", -EHOSTDOWN);
	assert_int_equal(seal_root_open(root, "in/file", NULL), -ENOTCONN);
	expect_last("in/file", -ENOTCONN);
	expect_faults(4, 0);

	/* what the host does not give to this user, or has not, is no fault */
	assert_int_equal(seal_root_stat(root, "closed", true, &st), -EACCES);
	assert_int_equal(seal_root_stat(root, "etc/firewalld", true, &st), -ENOENT);
	assert_int_equal(seal_dir_open(root, "in", &d), 0);
	assert_int_equal(seal_dir_open_file(&d, "file", &st), -ENOTCONN);
	seal_dir_close(&d);
	expect_faults(4, 0);
}

/* of a file system -EBADMSG is a wrong checksum, of a content it is a damaged compression */
static void test_damaged(void **state)
{
	char *text = NULL;
	size_t n;

	(void)state;
	seal_root_forget_faults(root);
	assert_int_equal(seal_root_read(root, "damaged.gz", 1024, &text, &n, NULL), -EBADMSG);
	expect_faults(0, 0);
	assert_int_equal(seal_root_note(root, "damaged.gz", -EREMOTEIO), -EREMOTEIO);
	expect_last("damaged.gz", -EREMOTEIO);
}

/* the same two paths again and again take two places */
static void test_again(void **state)
{
	struct stat st;
	char path[32];
	int i;

	(void)state;
	seal_root_forget_faults(root);
	for (i = 0; i < 100; i++)
		seal_root_stat(root, i % 2 ? "file" : "/folder", true, &st);
	expect_faults(2, 0);
	for (i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "many/%d", i);
		assert_int_equal(seal_root_stat(root, path, true, &st), -EIO);
	}
	expect_faults(SEAL_ROOT_FAULTS_MAX, 42 - SEAL_ROOT_FAULTS_MAX);
	seal_root_forget_faults(root);
	expect_faults(0, 0);
}

/* ---- what the sources of a host say of them ---- */

static struct seal_host *read_host(void)
{
	const struct seal_evidence_query query = {SEAL_EV_ALL, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	struct seal_host *h = NULL;

	assert_int_equal(seal_evidence_read(root, &query, &h, NULL), 0);
	return h;
}

/* expect_row - the one row of sources of @path */
static void expect_row(const struct seal_host *h, const char *path, enum seal_read_status status,
		       const char *detail)
{
	size_t n = 0;

	seal_vec_each (s, &h->sources) {
		if (!seal_bytes_is(s->path, path))
			continue;
		n++;
		assert_int_equal(s->status, status);
		assert_true(seal_bytes_is(s->detail, detail));
	}
	assert_int_equal(n, 1);
}

static void ask_all(struct seal_host *h)
{
	struct seal_bytes text;
	char path[32];
	int i;

	for (i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/many/%d", i);
		assert_int_equal(h->view.text(h->view.data, seal_bytes_of(path), &text), -EIO);
	}
}

static void test_sources(void **state)
{
	struct seal_host *h;
	size_t n, first = 0;
	int i;

	(void)state;
	/* the third reading says the same as the first */
	for (i = 0; i < 3; i++) {
		h = read_host();
		/* its reader takes it for absent */
		expect_row(h, "etc/nftables.conf", SEAL_READ_UNREADABLE, strerror(EIO));
		/* the other logs are read */
		expect_row(h, "var/log/journal", SEAL_READ_UNREADABLE, strerror(EIO));
		/* files that are counted: the first tells why */
		expect_row(h, "var/spool/postfix", SEAL_READ_TRUNCATED, "2 unreadable");
		expect_row(h, "var/spool/postfix/deferred/4YsT3b0F4Gz9rXC", SEAL_READ_UNREADABLE,
			   strerror(EIO));
		first = first ? first : h->sources.n;
		assert_int_equal(h->sources.n, first);

		/* three are in the list yet */
		ask_all(h);
		expect_row(h, "many/28", SEAL_READ_UNREADABLE, strerror(EIO));
		expect_row(h, "further paths", SEAL_READ_UNREADABLE, "failed 11 times");
		n = h->sources.n;
		assert_int_equal(n, first + SEAL_ROOT_FAULTS_MAX - 3 + 1);
		ask_all(h);
		expect_row(h, "further paths", SEAL_READ_UNREADABLE, "failed 22 times");
		assert_int_equal(h->sources.n, n);
		seal_evidence_free(h);
	}
}

/* of a host that is asked after another was read of the same root */
static void test_two_hosts(void **state)
{
	struct seal_host *old = read_host(), *h;
	struct seal_bytes text;

	(void)state;
	ask_all(old);
	h = read_host();
	assert_int_equal(old->view.text(old->view.data, SEAL_LIT("/file"), &text), -ENODEV);
	expect_row(old, "file", SEAL_READ_UNREADABLE, strerror(ENODEV));
	seal_evidence_free(h);
	seal_evidence_free(old);
}

/* a reader's own row, with the path as the configuration has it or longer than a fault's */
static void test_told(void **state)
{
	static const struct {
		const char *path, *row;
		enum seal_read_status status;
		size_t rows; /* in the end */
	} rows[] = {
		{"/in/file", "/in/file", SEAL_READ_UNREADABLE, 1},
		{"/in/file", "in/file", SEAL_READ_TRUNCATED, 1},
		{"/in/file", "/in/file", SEAL_READ_ABSENT, 1},
		{"/in/file", "in/file", SEAL_READ_SKIPPED, 2},
		{"/in/file", "in/file", SEAL_READ_READ, 2},
		{"/in/file", "in/fil", SEAL_READ_UNREADABLE, 2},
		{"/in/file", "in/file2", SEAL_READ_UNREADABLE, 2},
		{"/" LONG_PATH, "/" LONG_PATH, SEAL_READ_UNREADABLE, 1},
	};
	struct seal_bytes text;
	struct seal_host *h;
	size_t i, n, bad;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		h = read_host();
		n = h->sources.n;
		assert_non_null(seal_host_source(h, SEAL_SOURCE_FILES, seal_bytes_of(rows[i].row),
						 rows[i].status, SEAL_BYTES_NONE));
		assert_true(h->view.text(h->view.data, seal_bytes_of(rows[i].path), &text) < 0);
		if (h->sources.n != n + rows[i].rows)
			fail_msg("row %zu: %zu rows", i, h->sources.n - n);
		for (bad = 0; n < h->sources.n; n++)
			bad += h->sources.v[n].status == SEAL_READ_UNREADABLE ||
			       h->sources.v[n].status == SEAL_READ_TRUNCATED;
		if (!bad)
			fail_msg("row %zu: no row says that it cannot be read", i);
		seal_evidence_free(h);
	}
}

/* a fault that finds no memory to be told is no answer, and is remembered until the end */
static void test_no_memory(void **state)
{
	struct seal_host *h = read_host();
	struct seal_bytes text;
	unsigned long n;
	int r;

	(void)state;
	assert_false(seal_sepol_memory_was_short());
	/* what failed is the fault: it comes before any memory is asked for */
	for (n = 1, r = -ENOMEM; r == -ENOMEM; n++) {
		memory_fail_at(n);
		r = h->view.text(h->view.data, SEAL_LIT("/in/file"), &text);
		memory_fail_at(0);
		if (r == -ENOMEM)
			assert_true(seal_sepol_memory_was_short());
	}
	assert_int_equal(r, -ENOTCONN);
	assert_true(n > 2);
	expect_row(h, "in/file", SEAL_READ_UNREADABLE, strerror(ENOTCONN));
	seal_evidence_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookups),   cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_again),     cmocka_unit_test(test_sources),
		cmocka_unit_test(test_two_hosts), cmocka_unit_test(test_told),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, make_bundle, remove_bundle);
}
