/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/input.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "core/fdio.h"

#define CHUNK_BYTES      ((size_t)1024 * 1024)
#define RATIO_MAX        200u
#define RATIO_FREE_BYTES ((uint64_t)16 * 1024 * 1024)

struct seal_input {
	int fd;
	struct archive *ar; /* NULL: plain */
	char *raw;          /* compressed bytes on their way into libarchive */
	uint64_t limit, out, in;
	int error; /* negative errno of a read below the decompression; 0: none */
};

/* magic numbers: RFC 1952, RFC 8878, xz file format 2.1.1.1, bzip2, lz4 frame format */
static bool is_compressed(const unsigned char *p, size_t n)
{
	static const struct {
		const char *magic;
		size_t n;
	} known[] = {
		{"\x1f\x8b", 2},
		{"\xfd"
		 "7zXZ",
		 6},
		{"\x28\xb5\x2f\xfd", 4},
		{"BZh", 3},
		{"\x04\x22\x4d\x18", 4},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (n >= known[i].n && memcmp(p, known[i].magic, known[i].n) == 0)
			return true;
	return false;
}

static ssize_t read_some(int fd, void *buf, size_t n)
{
	ssize_t got;

	do
		got = read(fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static la_ssize_t feed(struct archive *ar, void *data, const void **buf)
{
	struct seal_input *in = data;
	ssize_t n;

	n = read_some(in->fd, in->raw, CHUNK_BYTES / 4);
	if (n < 0) {
		archive_set_error(ar, (int)-n, "%s", strerror((int)-n));
		in->error = (int)n;
		return -1;
	}
	in->in += (uint64_t)n;
	*buf = in->raw;
	return n;
}

/* damaged - what stands in the way of the content: what the file was read with, or its bytes */
static int damaged(const struct seal_input *in, struct seal_err *err)
{
	const char *why = archive_error_string(in->ar);

	if (in->error)
		return seal_err_set(err, in->error, "%s", strerror(-in->error));
	return seal_err_set(err, -EBADMSG, "damaged compression: %s", why ? why : "?");
}

static int start_decompression(struct seal_input *in, struct seal_err *err)
{
	struct archive_entry *entry;

	in->raw = malloc(CHUNK_BYTES / 4);
	in->ar = archive_read_new();
	if (!in->raw || !in->ar)
		return seal_err_set(err, -ENOMEM, "out of memory");
	archive_read_support_filter_gzip(in->ar);
	archive_read_support_filter_xz(in->ar);
	archive_read_support_filter_zstd(in->ar);
	archive_read_support_filter_bzip2(in->ar);
	archive_read_support_filter_lz4(in->ar);
	archive_read_support_format_raw(in->ar);
	if (archive_read_open(in->ar, in, NULL, feed, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(in->ar, &entry) != ARCHIVE_OK)
		return damaged(in, err);
	if (archive_filter_code(in->ar, 0) == ARCHIVE_FILTER_NONE)
		return seal_err_set(err, -EBADMSG, "damaged compression: no valid header");
	return 0;
}

/* is_hollow - whether a file is nearly all holes: the bomb that needs no compression */
static bool is_hollow(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (uint64_t)st.st_size > RATIO_FREE_BYTES &&
	       (uint64_t)st.st_size / RATIO_MAX > (uint64_t)st.st_blocks * 512;
}

int seal_input_new(int fd, uint64_t limit, struct seal_input **ret, struct seal_err *err)
{
	seal_auto_input struct seal_input *in = NULL;
	unsigned char magic[6];
	ssize_t n;
	int r;

	in = calloc(1, sizeof(*in));
	if (!in) {
		close(fd);
		return seal_err_set(err, -ENOMEM, "out of memory");
	}
	in->fd = fd;
	in->limit = limit;

	n = seal_fd_read_at(fd, magic, sizeof(magic), 0);
	if (n == -ESPIPE)
		n = 0; /* a pipe: taken as it comes */
	if (n < 0)
		return seal_err_set(err, (int)n, "%s", strerror((int)-n));
	if (is_compressed(magic, (size_t)n)) {
		r = start_decompression(in, err);
		if (r < 0)
			return r;
	} else if (is_hollow(fd)) {
		return seal_err_set(err, -EFBIG, "sparse: expands more than %u times", RATIO_MAX);
	} else {
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	*ret = seal_take(in);
	return 0;
}

void seal_input_free(struct seal_input *in)
{
	if (!in)
		return;
	if (in->ar)
		archive_read_free(in->ar);
	if (in->fd >= 0)
		close(in->fd);
	free(in->raw);
	free(in);
}

bool seal_input_compressed(const struct seal_input *in)
{
	return in->ar != NULL;
}

static int check_limits(const struct seal_input *in, struct seal_err *err)
{
	if (in->out > in->limit)
		return seal_err_set(err, -EFBIG, "larger than %llu bytes",
				    (unsigned long long)in->limit);
	if (in->ar && in->out > RATIO_FREE_BYTES && in->out / RATIO_MAX > in->in)
		return seal_err_set(err, -EFBIG, "expands more than %u times", RATIO_MAX);
	return 0;
}

ssize_t seal_input_read(struct seal_input *in, void *buf, size_t n, struct seal_err *err)
{
	ssize_t got;
	int r;

	if (in->ar) {
		got = archive_read_data(in->ar, buf, n);
		if (got < 0)
			return damaged(in, err);
	} else {
		got = read_some(in->fd, buf, n);
		if (got < 0)
			return seal_err_set(err, (int)got, "%s", strerror((int)-got));
	}
	in->out += (uint64_t)got;
	r = check_limits(in, err);
	return r < 0 ? r : got;
}

int seal_lines_init(struct seal_lines *l, struct seal_input *in, size_t line_max)
{
	size_t cap = 2 * line_max;

	if (cap < CHUNK_BYTES)
		cap = CHUNK_BYTES;
	*l = (struct seal_lines){.in = in, .line_max = line_max, .cap = cap};
	l->buf = malloc(cap);
	return l->buf ? 0 : -ENOMEM;
}

void seal_lines_done(struct seal_lines *l)
{
	free(l->buf);
	l->buf = NULL;
}

/* refill - move the unfinished line to the front and read more behind it */
static int refill(struct seal_lines *l, struct seal_err *err)
{
	ssize_t n;

	memmove(l->buf, l->buf + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	n = seal_input_read(l->in, l->buf + l->end, l->cap - l->end, err);
	if (n < 0)
		return (int)n;
	if (n == 0)
		l->eof = true;
	l->end += (size_t)n;
	return 0;
}

/* take - hand out @n bytes from the start and go @step bytes on */
static int take(struct seal_lines *l, size_t n, size_t step, struct seal_bytes *ret)
{
	l->cut = n > l->line_max;
	*ret = (struct seal_bytes){l->buf + l->start, l->cut ? l->line_max : n};
	l->start += step;
	l->number++;
	return 1;
}

int seal_lines_next(struct seal_lines *l, struct seal_bytes *ret, struct seal_err *err)
{
	size_t scanned = 0, have;
	char *nl;
	int r;

	for (;;) {
		have = l->end - l->start;
		nl = have > scanned ? memchr(l->buf + l->start + scanned, '\n', have - scanned)
				    : NULL;
		if (nl && l->skipping) {
			/* the rest of a line that was cut */
			l->skipping = false;
			l->start = (size_t)(nl - l->buf) + 1;
			scanned = 0;
			continue;
		}
		if (nl) {
			size_t n = (size_t)(nl - (l->buf + l->start));

			return take(l, n, n + 1, ret);
		}
		if (l->skipping) {
			l->start = l->end;
		} else if (have > l->line_max) {
			l->skipping = true;
			return take(l, have, have, ret);
		}
		if (l->eof) {
			have = l->end - l->start;
			return have ? take(l, have, have, ret) : 0;
		}
		scanned = l->end - l->start;
		r = refill(l, err);
		if (r < 0)
			return r;
	}
}

int seal_read_all(int fd, size_t max, char **ret, size_t *n, struct seal_err *err)
{
	seal_auto_input struct seal_input *in = NULL;
	seal_auto_free char *buf = NULL;
	size_t used = 0, cap = 16 * 1024;
	ssize_t got;
	char *more;
	int r;

	r = seal_input_new(fd, max, &in, err);
	if (r < 0)
		return r;

	for (;;) {
		if (!buf || cap - used < 2) {
			if (buf)
				cap *= 2;
			more = realloc(buf, cap);
			if (!more)
				return seal_err_set(err, -ENOMEM, "out of memory");
			buf = more;
		}
		got = seal_input_read(in, buf + used, cap - used - 1, err);
		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	buf[used] = '\0';
	*ret = seal_take(buf);
	*n = used;
	return 0;
}

int seal_root_read(const struct seal_root *root, const char *path, size_t max, char **ret,
		   size_t *n, struct seal_err *err)
{
	int fd, r;

	fd = seal_root_open(root, path, err);
	if (fd < 0)
		return fd;

	r = seal_root_note(root, path, seal_read_all(fd, max, ret, n, err));
	if (r < 0)
		return seal_err_add(err, r, "%s", path);
	return 0;
}
