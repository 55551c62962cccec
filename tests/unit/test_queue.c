/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "core/input.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/queue.h"
#include "evidence/postfix/queue_file.h"
#include "evidence/postfix/queue_json.h"
#include "evidence/postfix/queue_log.h"

/* SIZE - the record every file has that cleanup(8) made: 15 digits of content size, then five more
 */
#define SIZE(n)                                                                                    \
	"C\x5f" n "               0               1               0"                               \
	"               0               0"

/* struct file_row - a queue file and what its envelope says: "sender>rcpt,rcpt(orig)" */
static const struct file_row {
	const char *name;
	struct seal_bytes file;
	const char *expected;
	bool damaged;
	uint64_t size;
} files[] = {
	{"maildrop: no size record",
	 SEAL_LIT("T\x0c"
		  "1700000000 7"
		  "S\x01"
		  "a"
		  "R\x03"
		  "b@c"
		  "M\x00"),
	 "a>b@c", false, 0},
	{"content skipped, extracted recipient",
	 SEAL_LIT(SIZE("              4") "S\x01"
					  "a"
					  "R\x01"
					  "b"
					  "D\x01"
					  "z"
					  "M\x00"
					  "N\x02"
					  "hi"
					  "X\x00"
					  "R\x01"
					  "c"
					  "E\x00"),
	 "a>b", false, 4},
	{"delivered and cancelled ones are not listed",
	 SEAL_LIT("S\x00"
		  "D\x01"
		  "x"
		  "R\x01"
		  "y"
		  "/\x01"
		  "z"
		  "M\x00"),
	 ">y", false, 0},
	{"original recipient",
	 SEAL_LIT("S\x01"
		  "s"
		  "O\x03"
		  "old"
		  "R\x03"
		  "new"
		  "O\x01"
		  "q"
		  "R\x01"
		  "q"
		  "M\x00"),
	 "s>new(old),q", false, 0},
	{"original of one that was delivered does not stick",
	 SEAL_LIT("S\x01"
		  "s"
		  "O\x03"
		  "old"
		  "D\x03"
		  "new"
		  "R\x01"
		  "q"
		  "M\x00"),
	 "s>q", false, 0},
	{"local parts that need quotes",
	 SEAL_LIT("S\x04"
		  "a b@"
		  "R\x07"
		  "x\"y@z.d"
		  "R\x06"
		  "a..b@c"
		  "R\x03"
		  ".@d"
		  "M\x00"),
	 "\"a b\"@>\"x\\\"y\"@z.d,\"a..b\"@c,\".\"@d", false, 0},
	{"a pointer is followed",
	 SEAL_LIT("S\x01"
		  "s"
		  "p\x0f"
		  "             29"
		  "M\x00"
		  "R\x03"
		  "zzz"
		  "E\x00"
		  "R\x02"
		  "pp"
		  "p\x0f"
		  "             20"
		  "E\x00"),
	 "s>pp", false, 0},
	{"a pointer that goes round",
	 SEAL_LIT("S\x01"
		  "s"
		  "p\x0f"
		  "              3"
		  "M\x00"),
	 "s>", true, 0},
	{"pointer of nothing",
	 SEAL_LIT("S\x01"
		  "s"
		  "p\x0f"
		  "              0"
		  "R\x01"
		  "r"
		  "M\x00"),
	 "s>r", false, 0},
	{"empty", SEAL_LIT(""), ">", true, 0},
	{"text", SEAL_LIT("From: someone\nTo: nobody\n\n"), ">", true, 0},
	{"cut in a length",
	 SEAL_LIT("S\x01"
		  "s"
		  "R\xff"),
	 "s>", true, 0},
	{"cut in the data",
	 SEAL_LIT("S\x01"
		  "s"
		  "R\x20"
		  "short"),
	 "s>", true, 0},
	{"a length of too many bytes",
	 SEAL_LIT("S\x01"
		  "s"
		  "R\xff\xff\xff\xff\xff\xff\x01"
		  "x"
		  "M\x00"),
	 "s>", true, 0},
	{"no end of the envelope",
	 SEAL_LIT("S\x01"
		  "s"
		  "R\x01"
		  "r"),
	 "s>r", true, 0},
	{"two senders",
	 SEAL_LIT("S\x01"
		  "s"
		  "S\x01"
		  "t"
		  "R\x01"
		  "r"
		  "M\x00"),
	 "s>", true, 0},
	{"unknown record",
	 SEAL_LIT("S\x01"
		  "s"
		  "Q\x01"
		  "r"
		  "M\x00"),
	 "s>", true, 0},
	{"content longer than the file",
	 SEAL_LIT(SIZE("         999999") "S\x01"
					  "s"
					  "M\x00"),
	 "s>", true, 999999},
};

static int file_of(struct seal_bytes content)
{
	int fd = memfd_create("queue-file", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content.p, content.n), content.n);
	return fd;
}

static void put(struct seal_buf *b, struct seal_bytes s)
{
	if (s.n)
		seal_buf_put(b, s.p, s.n);
}

static void test_files(void **state)
{
	struct seal_envelope *e = calloc(1, sizeof(*e));
	struct seal_arena *arena = seal_arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		seal_auto_close int fd = file_of(files[i].file);
		seal_auto_buf struct seal_buf b = {0};

		assert_int_equal(seal_envelope_read(fd, arena, e), 0);
		put(&b, e->sender);
		seal_buf_puts(&b, ">");
		seal_vec_each (r, &e->recipients) {
			seal_buf_puts(&b, r == e->recipients.v ? "" : ",");
			put(&b, r->address);
			if (r->orig_address.n) {
				seal_buf_puts(&b, "(");
				put(&b, r->orig_address);
				seal_buf_puts(&b, ")");
			}
		}
		seal_buf_putc(&b, '\0');
		if (strcmp(b.p, files[i].expected) != 0 || e->damaged != files[i].damaged ||
		    e->size_bytes != files[i].size)
			fail_msg("%s: %s, damaged %d, size %llu", files[i].name, b.p, e->damaged,
				 (unsigned long long)e->size_bytes);
	}
	seal_envelope_done(e);
	free(e);
	seal_arena_free(arena);
}

/* a thousand recipients and more, in an envelope longer than one window */
static void test_many_recipients(void **state)
{
	struct seal_envelope *e = calloc(1, sizeof(*e));
	struct seal_arena *arena = seal_arena_new();
	struct seal_buf b = {0};
	int i, fd;

	(void)state;
	seal_buf_put(&b, "S\001s", 3);
	for (i = 0; i < 1500; i++)
		seal_buf_printf(&b, "R\020user%04d@example", i);
	seal_buf_put(&b, "M\000", 2);
	fd = file_of(seal_buf_bytes(&b));
	assert_int_equal(seal_envelope_read(fd, arena, e), 0);
	assert_int_equal(e->recipients.n, SEAL_ENVELOPE_RECIPIENTS_MAX);
	assert_int_equal(e->n_recipients, 1500);
	assert_true(e->cut);
	assert_false(e->damaged);
	assert_true(seal_bytes_is(e->recipients.v[999].address, "user0999@example"));
	close(fd);
	seal_buf_done(&b);
	seal_envelope_done(e);
	free(e);
	seal_arena_free(arena);
}

static const struct log_row {
	const char *name, *text, *expected; /* "address|orig|dsn|reason;" */
	size_t n_bad;
} logs[] = {
	{"both forms in one entry",
	 "<a@b>: old text\nrecipient=a@b\noffset=12\nstatus=4.4.1\naction=delayed\nreason=new = "
	 "text\n\n",
	 "a@b||4.4.1|new = text;", 0},
	{"old form", "<a@b>: it said: <x>: no\n\n<c@d>: other\n\n",
	 "a@b|||it said: <x>: no;c@d|||other;", 0},
	{"no empty line at the end", "recipient=a\nreason=r", "a|||r;", 0},
	{"original recipient", "recipient=a\noriginal_recipient=o\nreason=r\n\n", "a|o||r;", 0},
	{"an entry without a recipient", "reason=r\n\nrecipient=b\n\n", "b|||;", 0},
	{"lines that are none", "?\nrecipient=b\nplain words\n\n", "b|||;", 2},
	{"empty", "", "", 0},
};

static void test_logs(void **state)
{
	struct seal_arena *arena = seal_arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		seal_auto_buf struct seal_buf b = {0};
		struct seal_queue_log log = {0};

		assert_int_equal(seal_queue_log_parse(seal_bytes_of(logs[i].text),
						      SEAL_RCPT_DEFERRED, arena, &log),
				 0);
		seal_vec_each (r, &log.recipients) {
			put(&b, r->address);
			seal_buf_puts(&b, "|");
			put(&b, r->orig_address);
			seal_buf_puts(&b, "|");
			put(&b, r->dsn);
			seal_buf_puts(&b, "|");
			put(&b, r->reason);
			seal_buf_puts(&b, ";");
			assert_int_equal(r->status, SEAL_RCPT_DEFERRED);
		}
		seal_buf_putc(&b, '\0');
		if (strcmp(b.p, logs[i].expected) != 0 || log.n_bad != logs[i].n_bad)
			fail_msg("%s: %s, %zu bad", logs[i].name, b.p, log.n_bad);
		seal_vec_done(&log.recipients);
	}
	seal_arena_free(arena);
}

static void test_json(void **state)
{
	static const char *const bad[] = {
		"", "null", "[]", "{", "{\"queue_id\": 5}", "{\"queue_id\": \"\"}", "text",
	};
	struct seal_arena *arena = seal_arena_new();
	struct seal_message m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(seal_queue_json_parse(seal_bytes_of(bad[i]), arena, &m), -EBADMSG);
	assert_int_equal(
		seal_queue_json_parse(
			SEAL_LIT(
				"{\"queue_name\":\"hold\",\"queue_id\":\"4B1\",\"arrival_time\":-5,"
				"\"message_size\":1e3,\"forced_expire\":true,"
				"\"sender\":\"MAILER-DAEMON\",\"recipients\":[{\"address\":\"a\"},"
				"7,"
				"{\"address\":\"b\",\"orig_address\":\"c\",\"bounce_reason\":\"r\"}"
				"]}"),
			arena, &m),
		0);
	assert_int_equal(m.queue, SEAL_QUEUE_HOLD);
	assert_int_equal(m.arrival_us, SEAL_TIME_NONE);
	assert_true(m.forced_expire);
	assert_int_equal(m.sender.n, 0);
	assert_int_equal(m.recipients.n, 3);
	assert_int_equal(m.recipients.v[0].status, SEAL_RCPT_WAITING);
	assert_int_equal(m.recipients.v[1].address.n, 0);
	assert_int_equal(m.recipients.v[2].status, SEAL_RCPT_BOUNCED);
	assert_true(seal_bytes_is(m.recipients.v[2].orig_address, "c"));
	seal_vec_done(&m.recipients);
	seal_arena_free(arena);
}

static const struct seal_message *find(const struct seal_queue *q, struct seal_bytes id)
{
	seal_vec_each (m, &q->messages) {
		if (seal_bytes_eq(m->queue_id, id))
			return m;
	}
	return NULL;
}

static void same_text(const char *name, struct seal_bytes ours, struct seal_bytes theirs)
{
	if (!seal_bytes_eq(ours, theirs))
		fail_msg("%s: [%.*s] [%.*s]", name, (int)ours.n, ours.p, (int)theirs.n, theirs.p);
}

/* same_message - what the spool gave against what postqueue -j printed of it */
static void same_message(const char *name, const struct seal_message *m,
			 const struct seal_message *truth)
{
	size_t i;

	if (!m)
		fail_msg("%s: %.*s is missing", name, (int)truth->queue_id.n, truth->queue_id.p);
	assert_int_equal(m->queue, truth->queue);
	assert_int_equal(m->size_bytes, truth->size_bytes);
	assert_int_equal(m->arrival_us / SEAL_SECOND_US, truth->arrival_us / SEAL_SECOND_US);
	assert_int_equal(m->forced_expire, truth->forced_expire);
	same_text(name, m->sender, truth->sender);
	assert_int_equal(m->recipients.n, truth->recipients.n);
	for (i = 0; i < m->recipients.n; i++) {
		same_text(name, m->recipients.v[i].address, truth->recipients.v[i].address);
		same_text(name, m->recipients.v[i].reason, truth->recipients.v[i].reason);
		assert_int_equal(m->recipients.v[i].status, truth->recipients.v[i].status);
	}
}

/* check_incident - the spool in its archive against the recorded output of postqueue -j
 * Returns the number of messages compared. */
static size_t check_incident(const char *dir, const char *name)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_free char *text = NULL;
	struct seal_bytes rest, line;
	struct seal_message truth;
	struct seal_host *h;
	char path[1024];
	size_t n = 0, compared = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/postqueue.json", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	assert_int_equal(seal_read_all(fd, 1 << 20, &text, &n, NULL), 0);
	snprintf(path, sizeof(path), "%s/%s/root.tar.xz", dir, name);
	if (access(path, F_OK) < 0)
		return 0;
	assert_int_equal(seal_root_new(path, &root, NULL), 0);
	h = seal_host_new();
	assert_int_equal(seal_postfix_read(root, h, NULL), 0);
	assert_int_equal(seal_queue_read(root, h, NULL), 0);
	assert_true(h->queue.present);
	for (rest = (struct seal_bytes){text, n}; rest.n;) {
		line = seal_bytes_cut(rest, '\n', &rest);
		if (!line.n)
			continue;
		assert_int_equal(seal_queue_json_parse(line, h->arena, &truth), 0);
		same_message(name, find(&h->queue, truth.queue_id), &truth);
		seal_vec_done(&truth.recipients);
		compared++;
	}
	seal_host_free(h);
	return compared;
}

static void test_incidents(void **state)
{
	char dir[512];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/../incidents", getenv("SEAL_TEST_DATA"));
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.' ? check_incident(dir, e->d_name) : 0;
	closedir(d);
	assert_true(n >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),     cmocka_unit_test(test_many_recipients),
		cmocka_unit_test(test_logs),      cmocka_unit_test(test_json),
		cmocka_unit_test(test_incidents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
