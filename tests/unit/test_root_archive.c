/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/input.h"
#include "core/root.h"

/* an archive as evidence root: bundles, image tars, sosreports; and those an enemy made */

struct item {
	const char *name;
	char type;           /* f d l h p */
	const char *content; /* of a file; target of a link */
};

static char path[] = "/tmp/postseal-archive-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void put_entry(struct archive *a, const struct item *it)
{
	struct archive_entry *e = archive_entry_new();
	static const struct {
		char type;
		unsigned mode;
	} modes[] = {{'f', AE_IFREG},
		     {'d', AE_IFDIR},
		     {'l', AE_IFLNK},
		     {'h', AE_IFREG},
		     {'p', AE_IFIFO}};
	const char label[] =
		"system_u:object_r:etc_t:s0"; /* with its NUL, as the kernel stores it */
	size_t i, n = it->type == 'f' ? strlen(it->content) : 0;

	archive_entry_set_pathname(e, it->name);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (modes[i].type == it->type)
			archive_entry_set_mode(e, modes[i].mode | 0640);
	archive_entry_set_uid(e, 89);
	archive_entry_set_gid(e, 90);
	archive_entry_set_mtime(e, 1795200783, 5000000);
	if (it->type == 'l')
		archive_entry_set_symlink(e, it->content);
	if (it->type == 'h')
		archive_entry_set_hardlink(e, it->content);
	archive_entry_set_size(e, (la_int64_t)n);
	archive_entry_xattr_add_entry(e, "security.selinux", label, sizeof(label));
	assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
	if (n)
		assert_int_equal(archive_write_data(a, it->content, n), n);
	archive_entry_free(e);
}

static struct archive *begin(int filter)
{
	struct archive *a = archive_write_new();

	assert_int_equal(archive_write_set_format_pax(a), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	return a;
}

static void end(struct archive *a)
{
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

/* pack - write the @n items to the scratch file and open it as a root */
static int pack(const struct item *items, size_t n, int filter, struct seal_root **ret)
{
	struct archive *a = begin(filter);
	size_t i;

	for (i = 0; i < n; i++)
		put_entry(a, &items[i]);
	end(a);
	return seal_root_new(path, ret, NULL);
}

#define PACK(items, root)                                                                          \
	assert_int_equal(pack(items, sizeof(items) / sizeof(items[0]), ARCHIVE_FILTER_NONE, root), \
			 0)

static void expect_content(const struct seal_root *root, const char *file, const char *content)
{
	seal_auto_free char *text = NULL;
	struct seal_err err = {0};
	size_t n;

	if (seal_root_read(root, file, 4096, &text, &n, &err) < 0)
		fail_msg("%s: %s", file, err.text);
	assert_string_equal(text, content);
}

static void test_every_filter(void **state)
{
	static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ,
				      ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_BZIP2};
	static const struct item items[] = {
		{"./etc/", 'd', NULL},
		{"./etc/hostname", 'f', "mail\n"},
		{"./var/log/mail.log", 'f', ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		seal_auto_root struct seal_root *root = NULL;

		assert_int_equal(pack(items, 3, filters[i], &root), 0);
		assert_int_equal(seal_root_kind(root), SEAL_ROOT_ARCHIVE);
		expect_content(root, "etc/hostname", "mail\n");
		expect_content(root, "/var/log/mail.log", "");
		assert_int_equal(seal_root_open(root, "etc", NULL), -EISDIR);
		assert_int_equal(seal_root_open(root, "etc/passwd", NULL), -ENOENT);
		assert_string_equal(seal_root_damage(root), "");
		assert_true(seal_root_is_whole(root));
	}
}

static void test_metadata(void **state)
{
	static const struct item items[] = {
		{"etc/file", 'f', "text"},
		{"etc/link", 'l', "/etc/file"},
		{"etc/hard", 'h', "etc/file"},
		{"run/fifo", 'p', NULL},
	};
	seal_auto_root struct seal_root *root = NULL;
	char text[64];
	struct stat st;
	int fd;

	(void)state;
	PACK(items, &root);
	assert_int_equal(seal_root_stat(root, "etc/link", true, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0640);
	assert_int_equal(st.st_uid, 89);
	assert_int_equal(st.st_gid, 90);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(st.st_mtim.tv_sec, 1795200783);
	assert_int_equal(seal_root_stat(root, "etc/link", false, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(seal_root_readlink(root, "etc/link", text, sizeof(text)), 9);
	assert_int_equal(seal_root_readlink(root, "etc/file", text, sizeof(text)), -EINVAL);
	assert_int_equal(seal_root_label(root, "etc/file", text, sizeof(text)), 26);
	assert_memory_equal(text, "system_u:object_r:etc_t:s0", 26);
	assert_int_equal(seal_root_label(root, "etc", text, sizeof(text)), -ENODATA);
	assert_int_equal(seal_root_label(root, "etc/file", text, 5), -ERANGE);
	expect_content(root, "etc/hard", "text");
	assert_int_equal(seal_root_open(root, "run/fifo", NULL), -ENXIO);

	/* a reader's copy is nobody's to change */
	fd = seal_root_open(root, "etc/file", NULL);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1795200783);
	assert_int_equal(write(fd, "x", 1), -1);
	close(fd);
}

static int collect(void *data, const char *name, unsigned char type)
{
	char *all = data;

	snprintf(all + strlen(all), 200 - strlen(all), "%s:%u ", name, type);
	return 0;
}

static void test_names_that_lead_out(void **state)
{
	static const struct item items[] = {
		{"../../etc/passwd", 'f', "evil"}, {"/etc/absolute", 'f', "inside"},
		{"etc/../../up", 'f', "evil"},     {"door", 'l', "/"},
		{"door/through", 'f', "evil"},     {"etc/steal", 'h', "../../../etc/shadow"},
		{"etc/self", 'h', "etc/self"},
	};
	seal_auto_root struct seal_root *root = NULL;
	char all[200] = "";

	(void)state;
	PACK(items, &root);
	expect_content(root, "etc/absolute", "inside");
	assert_int_equal(seal_root_list(root, "/", collect, all, NULL), 0);
	assert_string_equal(all, "door:10 etc:4 ");
	all[0] = '\0';
	assert_int_equal(seal_root_list(root, "etc", collect, all, NULL), 0);
	assert_string_equal(all, "absolute:8 ");
	assert_string_equal(seal_root_damage(root), "5 names lead nowhere");
}

static void test_links(void **state)
{
	static const struct item items[] = {
		{"plain", 'f', "hello"},     {"dir/up", 'l', "../plain"},
		{"absolute", 'l', "/plain"}, {"climbing", 'l', "../../../plain"},
		{"loop_a", 'l', "loop_b"},   {"loop_b", 'l', "dir/../loop_a"},
		{"self", 'l', "self/x"},     {"dangling", 'l', "/etc/passwd"},
		{"to_dir", 'l', "dir"},      {"empty", 'l', "."},
	};
	seal_auto_root struct seal_root *root = NULL;

	(void)state;
	PACK(items, &root);
	expect_content(root, "dir/up", "hello");
	expect_content(root, "absolute", "hello");
	expect_content(root, "climbing", "hello");
	expect_content(root, "to_dir/up", "hello");
	expect_content(root, "empty/empty/../plain", "hello");
	assert_int_equal(seal_root_open(root, "loop_a", NULL), -ELOOP);
	assert_int_equal(seal_root_open(root, "self", NULL), -ELOOP);
	assert_int_equal(seal_root_open(root, "dangling", NULL), -ENOENT);
	assert_int_equal(seal_root_open(root, "plain/x", NULL), -ENOTDIR);
	assert_int_equal(seal_root_open(root, "to_dir", NULL), -EISDIR);
}

static void test_later_entry_counts(void **state)
{
	static const struct item items[] = {
		{"etc/a", 'f', "first"},
		{"etc/a", 'f', "second"},
		{"etc/b/c", 'f', "below"},
		{"etc/b", 'f', "now a file"},
	};
	seal_auto_root struct seal_root *root = NULL;

	(void)state;
	PACK(items, &root);
	expect_content(root, "etc/a", "second");
	expect_content(root, "etc/b", "now a file");
	assert_int_equal(seal_root_open(root, "etc/b/c", NULL), -ENOTDIR);
}

static void test_bundle(void **state)
{
	static const struct item items[] = {
		{"out/bundle.json", 'f', "{}"},
		{"out/root/etc/real", 'f', "real"},
		{"out/root/etc/link", 'l', "/etc/real"},
		{"out/root/etc/escape", 'l', "/../../bundle.json"},
		{"out/live/queue.ndjson", 'f', "live"},
	};
	seal_auto_root struct seal_root *root = NULL;
	int fd;

	(void)state;
	PACK(items, &root);
	expect_content(root, "etc/link", "real");
	assert_int_equal(seal_root_open(root, "etc/escape", NULL), -ENOENT);
	fd = seal_root_open_live(root, "queue.ndjson", NULL);
	assert_true(fd >= 0);
	close(fd);
	fd = seal_root_open_bundle(root, "bundle.json", NULL);
	assert_true(fd >= 0);
	close(fd);
	assert_false(seal_root_is_whole(root));
}

static void test_sosreport(void **state)
{
	static const struct item items[] = {
		{"sosreport-mail-2026-11-20-abc/sos_commands/postfix/postconf", 'f', "x"},
		{"sosreport-mail-2026-11-20-abc/etc/postfix/main.cf", 'f', "y"},
	};
	seal_auto_root struct seal_root *root = NULL;

	(void)state;
	PACK(items, &root);
	expect_content(root, "etc/postfix/main.cf", "y");
	assert_false(seal_root_is_whole(root));
}

static void test_cut_off(void **state)
{
	static const struct item items[] = {
		{"etc/first", 'f', "first"},
		{"etc/second", 'f', "second"},
	};
	seal_auto_root struct seal_root *root = NULL, *again = NULL;
	struct stat st;

	(void)state;
	PACK(items, &root);
	assert_int_equal(stat(path, &st), 0);
	/* within the second entry's header or content: two blocks of end and padding come after it
	 */
	assert_int_equal(truncate(path, 512 * 7 + 3), 0);
	assert_int_equal(seal_root_new(path, &again, NULL), 0);
	expect_content(again, "etc/first", "first");
	assert_non_null(strstr(seal_root_damage(again), "cut off"));
}

/* zeroes of @n bytes as one file */
static void put_zeroes(struct archive *a, const char *name, la_int64_t n)
{
	struct archive_entry *e = archive_entry_new();
	char block[65536] = {0};

	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, AE_IFREG | 0644);
	archive_entry_set_size(e, n);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	for (; n > 0; n -= (la_int64_t)sizeof(block))
		assert_int_equal(archive_write_data(a, block, sizeof(block)), sizeof(block));
	archive_entry_free(e);
}

static void test_bomb(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	struct archive *a = begin(ARCHIVE_FILTER_GZIP);
	struct seal_err err = {0};

	(void)state;
	put_zeroes(a, "var/log/mail.log", 64 << 20);
	end(a);
	assert_int_equal(seal_root_new(path, &root, &err), -EFBIG);
	assert_null(root);
}

static void test_sparse_giant(void **state)
{
	static const struct item after = {"etc/after", 'f', "after"};
	seal_auto_root struct seal_root *root = NULL;
	struct archive *a = begin(ARCHIVE_FILTER_NONE);
	struct archive_entry *e = archive_entry_new();
	struct stat st;

	(void)state;
	archive_entry_set_pathname(e, "var/log/giant");
	archive_entry_set_mode(e, AE_IFREG | 0644);
	archive_entry_set_size(e, (la_int64_t)1 << 42);
	archive_entry_sparse_add_entry(e, 0, 4);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, "data", 4), 4);
	archive_entry_free(e);
	put_entry(a, &after);
	end(a);
	assert_int_equal(seal_root_new(path, &root, NULL), 0);
	assert_int_equal(seal_root_open(root, "var/log/giant", NULL), -EFBIG);
	assert_int_equal(seal_root_stat(root, "var/log/giant", false, &st), 0);
	assert_int_equal(st.st_size, (off_t)1 << 42);
	expect_content(root, "etc/after", "after");
	assert_string_equal(seal_root_damage(root), "1 files too large");
}

static void test_programs_are_left_out(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	struct archive *a = begin(ARCHIVE_FILTER_NONE);
	struct stat st;

	(void)state;
	put_zeroes(a, "image/usr/sbin/postfix", 1 << 20);
	put_zeroes(a, "image/var/lib/big", 1 << 20);
	end(a);
	assert_int_equal(seal_root_new(path, &root, NULL), 0);
	assert_int_equal(seal_root_open(root, "usr/sbin/postfix", NULL), -EFBIG);
	assert_int_equal(seal_root_stat(root, "usr/sbin/postfix", false, &st), 0);
	assert_int_equal(st.st_size, 1 << 20);
	assert_int_equal(seal_root_open(root, "var/lib/big", NULL) >= 0, 1);
	assert_string_equal(seal_root_damage(root), "");
}

static void test_no_archive(void **state)
{
	static const char *const contents[] = {"", "hello", "\x1f\x8b damaged",
					       ("\xfd"
						"7zXZ")};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		struct seal_root *root = NULL;
		int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

		assert_int_equal(write(fd, contents[i], strlen(contents[i])), strlen(contents[i]));
		close(fd);
		assert_int_equal(seal_root_new(path, &root, NULL), -ENOTDIR);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_filter),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_names_that_lead_out),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_later_entry_counts),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_sosreport),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_sparse_giant),
		cmocka_unit_test(test_programs_are_left_out),
		cmocka_unit_test(test_no_archive),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
