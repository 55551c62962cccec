/* SPDX-License-Identifier: GPL-2.0-or-later */
/* streams: plain and compressed, lines of every size, limits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "core/input.h"

static int file_of(struct seal_bytes b)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int compressed(struct seal_bytes b, const char *filter)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	struct archive *ar = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	assert_int_equal(archive_write_add_filter_by_name(ar, filter), ARCHIVE_OK);
	archive_write_set_format_raw(ar);
	assert_int_equal(archive_write_open_fd(ar, fd), ARCHIVE_OK);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_pathname(e, "data");
	assert_int_equal(archive_write_header(ar, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(ar, b.p, b.n), (la_ssize_t)b.n);
	archive_entry_free(e);
	assert_int_equal(archive_write_free(ar), ARCHIVE_OK);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void reads_every_compression(void **state)
{
	static const char *const filters[] = {"gzip", "xz", "zstd", "bzip2", "lz4"};
	struct seal_bytes text = SEAL_LIT("first line\nsecond line\n");
	char *got;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		assert_int_equal(seal_read_all(compressed(text, filters[i]), 1000, &got, &n, NULL),
				 0);
		if (!seal_bytes_eq((struct seal_bytes){got, n}, text))
			fail_msg("%s", filters[i]);
		free(got);
	}
	assert_int_equal(seal_read_all(file_of(text), 1000, &got, &n, NULL), 0);
	assert_int_equal(n, text.n);
	assert_int_equal(got[n], 0);
	free(got);
}

static void keeps_limits(void **state)
{
	const size_t size = (size_t)64 << 20;
	struct seal_err err = {0};
	char *got, *zero;
	size_t n;

	(void)state;
	assert_int_equal(seal_read_all(file_of(SEAL_LIT("12345")), 4, &got, &n, &err), -EFBIG);
	assert_int_equal(seal_read_all(file_of(SEAL_LIT("12345")), 5, &got, &n, &err), 0);
	free(got);
	zero = calloc(1, size);
	assert_non_null(zero);
	assert_int_equal(seal_read_all(compressed((struct seal_bytes){zero, size}, "gzip"),
				       2 * size, &got, &n, &err),
			 -EFBIG);
	assert_non_null(strstr(err.text, "200 times"));
	free(zero);
	assert_int_equal(seal_read_all(file_of(SEAL_LIT("\x1f\x8b\x08\0\0garbage and more of it")),
				       1000, &got, &n, &err),
			 -EBADMSG);
}

struct expected {
	const char *text;
	bool cut;
};

static void check_lines(struct seal_bytes in, size_t max, const struct expected *rows, size_t n)
{
	struct seal_input *input;
	struct seal_lines l;
	struct seal_bytes line;
	size_t i;

	assert_int_equal(seal_input_new(file_of(in), UINT64_MAX, &input, NULL), 0);
	assert_int_equal(seal_lines_init(&l, input, max), 0);
	for (i = 0; i < n; i++) {
		assert_int_equal(seal_lines_next(&l, &line, NULL), 1);
		assert_int_equal(l.number, i + 1);
		if (!seal_bytes_is(line, rows[i].text) || l.cut != rows[i].cut)
			fail_msg("line %zu: %.*s", i + 1, (int)line.n, line.p);
	}
	assert_int_equal(seal_lines_next(&l, &line, NULL), 0);
	seal_lines_done(&l);
	seal_input_free(input);
}

static void splits_lines(void **state)
{
	static const struct expected plain[] = {{"a", false}, {"", false}, {"bc", false}};
	static const struct expected cut[] = {{"1234", true}, {"56", false}};

	(void)state;
	check_lines(SEAL_LIT("a\n\nbc"), 100, plain, 3);
	check_lines(SEAL_LIT("a\n\nbc\n"), 100, plain, 3);
	check_lines(SEAL_LIT(""), 100, NULL, 0);
	check_lines(SEAL_LIT("1234567890\n56\n"), 4, cut, 2);
}

/* a line longer than the buffer is cut once, and what follows it is whole */
static void survives_an_enormous_line(void **state)
{
	const size_t size = (size_t)9 << 20;
	struct seal_input *input;
	struct seal_lines l;
	struct seal_bytes line;
	char *big = malloc(size + 6);

	(void)state;
	assert_non_null(big);
	memset(big, 'x', size);
	memcpy(big + size, "\nend\n", 5);
	assert_int_equal(seal_input_new(file_of((struct seal_bytes){big, size + 5}), UINT64_MAX,
					&input, NULL),
			 0);
	assert_int_equal(seal_lines_init(&l, input, 1000), 0);
	assert_int_equal(seal_lines_next(&l, &line, NULL), 1);
	assert_int_equal(line.n, 1000);
	assert_true(l.cut);
	assert_int_equal(seal_lines_next(&l, &line, NULL), 1);
	assert_true(seal_bytes_is(line, "end"));
	assert_int_equal(l.number, 2);
	assert_int_equal(seal_lines_next(&l, &line, NULL), 0);
	seal_lines_done(&l);
	seal_input_free(input);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_compression),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(splits_lines),
		cmocka_unit_test(survives_an_enormous_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
