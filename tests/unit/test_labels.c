/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *in;
	bool value;
	const char *out; /* NULL: refused */
} escapes[] = {
	{"/etc/a\\040b", false, "/etc/a b"},
	{"/etc/a\\\\b", false, "/etc/a\\b"},
	{"/etc/a\\12", false, NULL},
	{"/etc/a\\777", false, NULL},
	{"/etc/a\\", false, NULL},
	{"\"system_u:object_r:etc_t:s0\"", true, "system_u:object_r:etc_t:s0"},
	{"\"system_u:object_r:etc_t:s0\\000\"", true, "system_u:object_r:etc_t:s0"},
	{"0x613a623a6300", true, "a:b:c"},
	{"0x613", true, NULL},
	{"0xzz", true, NULL},
	{"0sYTpiOmM=", true, "a:b:c"},
	{"0sYTpiOmMA", true, "a:b:c"},
	{"0sY=Tp", true, NULL},
	{"0s*", true, NULL},
	{"etc_t", true, NULL},
	{"\"", true, NULL},
};

static void test_unescape(void **state)
{
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
		ssize_t n =
			seal_getfattr_unescape(seal_bytes_of(escapes[i].in), escapes[i].value, out);

		if (!escapes[i].out ? n != -EINVAL
				    : n < 0 || !seal_bytes_is((struct seal_bytes){out, (size_t)n},
							      escapes[i].out))
			fail_msg("%s: %zd", escapes[i].in, n);
	}
}

/* struct bundle - a bundle in a folder of its own, with labels.getfattr as given */
struct bundle {
	char path[64];
	struct seal_root *root;
	struct seal_host *h;
	struct seal_labels *l;
};

static void put(const char *folder, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

static void open_bundle(struct bundle *b, const char *labels)
{
	char path[128];

	snprintf(b->path, sizeof(b->path), "/tmp/test_labels.XXXXXX");
	assert_non_null(mkdtemp(b->path));
	put(b->path, "bundle.json", "{\"schema\": \"postseal/1\"}\n");
	snprintf(path, sizeof(path), "%s/root", b->path);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/live", b->path);
	assert_int_equal(mkdir(path, 0755), 0);
	if (labels)
		put(path, "labels.getfattr", labels);
	b->h = seal_host_new();
	assert_int_equal(seal_root_new(b->path, &b->root, NULL), 0);
	assert_int_equal(seal_labels_open(b->root, b->h, &b->l, NULL), 0);
}

static void close_bundle(struct bundle *b)
{
	static const char *const names[] = {"live/labels.getfattr", "live", "root", "bundle.json",
					    ""};
	char path[128];

	seal_labels_free(b->l);
	seal_host_free(b->h);
	seal_root_free(b->root);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->path, names[i]);
		remove(path);
	}
}

static int join(void *data, struct seal_bytes path, struct seal_bytes context)
{
	char *text = data;

	(void)context;
	snprintf(text + strlen(text), 256 - strlen(text), "%.*s ", (int)path.n, path.p);
	return 0;
}

static void test_list(void **state)
{
	static const struct {
		const char *path;
		int r;
		const char *context;
	} rows[] = {
		{"/etc", 0, "system_u:object_r:etc_t:s0"},
		{"/etc/", 0, "system_u:object_r:etc_t:s0"},
		{"/etc/a b", 0, "a:b:c"},
		{"/var/lib", 0, "u:r:second_t:s0"},
		{"/etc/none", -ENODATA, NULL},
		{"etc", -EINVAL, NULL},
		{"/etc/bad", -ENODATA, NULL},
	};
	char text[256] = "";
	struct seal_bytes c;
	struct bundle b;

	(void)state;
	open_bundle(&b, "# file: /etc\nsecurity.selinux=\"system_u:object_r:etc_t:s0\"\n\n"
			"# file: /etc/a\\040b\nuser.x=\"y\"\nsecurity.selinux=0x613a623a63\n\n"
			"# file: /etc-x\nsecurity.selinux=\"u:r:x_t:s0\"\n\n"
			"# file: var/lib\nsecurity.selinux=\"u:r:first_t:s0\"\n\n"
			"# file: /var/lib\nsecurity.selinux=\"u:r:second_t:s0\"\n\n"
			"# file: /etc/bad\nsecurity.selinux=bad\n\nnonsense\n");
	assert_int_equal(b.h->sources.n, 1);
	assert_int_equal(b.h->sources.v[0].status, SEAL_READ_TRUNCATED);
	assert_true(
		seal_bytes_is(b.h->sources.v[0].detail, "2 lines not understood, first line 18"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int r = seal_labels_lookup(b.l, seal_bytes_of(rows[i].path), &c);

		if (r != rows[i].r || (r == 0 && !seal_bytes_is(c, rows[i].context)))
			fail_msg("%s: %d", rows[i].path, r);
	}
	assert_int_equal(seal_labels_each(b.l, SEAL_LIT("/etc"), join, text), 0);
	assert_string_equal(text, "/etc /etc/a b ");
	close_bundle(&b);
}

/* without a list: the files' own attributes, or nothing */
static void test_no_list(void **state)
{
	struct seal_bytes c;
	struct bundle b;
	int r;

	(void)state;
	open_bundle(&b, NULL);
	assert_int_equal(b.h->sources.n, 0);
	assert_int_equal(seal_labels_lookup(b.l, SEAL_LIT("/nosuch"), &c), -ENOENT);
	r = seal_labels_lookup(b.l, SEAL_LIT("/"), &c);
	assert_true(r == -ENODATA || r == 0);
	close_bundle(&b);
}

static void test_empty_list(void **state)
{
	struct seal_bytes c;
	struct bundle b;

	(void)state;
	open_bundle(&b, "");
	assert_int_equal(b.h->sources.v[0].status, SEAL_READ_READ);
	assert_int_equal(seal_labels_lookup(b.l, SEAL_LIT("/"), &c), -ENODATA);
	close_bundle(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
