/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files of certificates and keys: each descriptor is closed once, a medium that fails is told */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/input.h"
#include "evidence/host/certificates.h"
#include "firewall_fixture.h"

int __real_seal_read_all(int fd, size_t max, char **ret, size_t *n, struct seal_err *err);
int __wrap_seal_read_all(int fd, size_t max, char **ret, size_t *n, struct seal_err *err);

static int failure;    /* of each read; 0: none */
static int taken = -1; /* a descriptor of the test's own, of the number that was closed last */

int __wrap_seal_read_all(int fd, size_t max, char **ret, size_t *n, struct seal_err *err)
{
	int r = failure;

	if (r < 0)
		close(fd);
	else
		r = __real_seal_read_all(fd, max, ret, n, err);
	if (taken >= 0)
		return r;
	taken = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(taken, fd);
	return r;
}

static const struct {
	const char *name, *path, *fault;
	bool key;
	int expected;
} rows[] = {
	{"a certificate", "/etc/mail.pem", "etc/mail.pem", false, -EBADMSG},
	{"a key", "/etc/mail.pem", "etc/mail.pem", true, -EBADMSG},
	{"a key of a bundle", "/etc/told.key", "live/keys.tsv", true, -ENOKEY},
};

static int ask(const struct seal_root *root, struct seal_host *h, size_t i)
{
	struct seal_chain_query query = {.path = seal_bytes_of(rows[i].path)};
	unsigned char id[SEAL_KEY_ID_SIZE];
	struct seal_chain chain;

	return rows[i].key ? seal_certificates_key(root, h, query.path, 0, id)
			   : seal_certificates_chain(root, h->arena, &query, &chain);
}

static bool has_fault(const struct seal_root *root, const char *path)
{
	const struct seal_root_fault *v;
	size_t n = seal_root_faults(root, &v, NULL);

	for (size_t i = 0; i < n; i++)
		if (v[i].code == -EIO && strcmp(v[i].path, path) == 0)
			return true;
	return false;
}

/* look - at one row, as a root of its own; the first file it reads fails with @code, or none */
static void look(size_t i, int code)
{
	bool is_bundle = strncmp(rows[i].fault, "live/", 5) == 0;
	struct seal_host *h = seal_host_new();
	struct seal_root *root = NULL;
	char *dir = fixture_root();
	int r;

	failure = 0;
	taken = 0; /* the root itself is not looked at */
	if (is_bundle) {
		fixture_write(dir, "bundle.json", "{}", 2);
		fixture_write(dir, "root/etc/other", "", 0);
		fixture_write(dir, "live/keys.tsv", "/etc/told.key\t0\tencrypted\n", 26);
	} else {
		fixture_write(dir, "etc/mail.pem", "no PEM\n", 7);
	}
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);

	failure = code;
	taken = -1;
	r = ask(root, h, i);
	if (code == 0 && r != rows[i].expected)
		fail_msg("%s: %d", rows[i].name, r);
	if (code < 0 && r >= 0)
		fail_msg("%s: %d of a file that fails", rows[i].name, r);
	if (has_fault(root, rows[i].fault) != (code < 0))
		fail_msg("%s: %s among the faults", rows[i].name, code ? "not" : "is");
	if (taken < 0 || fcntl(taken, F_GETFD) < 0)
		fail_msg("%s: its descriptor was closed twice", rows[i].name);
	close(taken);
	seal_root_free(root);
	seal_host_free(h);
	fixture_remove(dir);
	free(dir);
}

static void test_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		look(i, 0);
		look(i, -EIO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_reads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
