/* SPDX-License-Identifier: GPL-2.0-or-later */
/* the streams of a live host: gaps in serials, logs that are rotated in both ways, audit messages
 * over a socket, the bounds of the window */
#include "evidence/live/audit_stream.h"
#include "evidence/live/tail.h"
#include "evidence/live/window.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <limits.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#include <cmocka.h>

/* ---- serials ---- */

static void test_serials(void **state)
{
	static const struct {
		const char *name;
		uint64_t serial[8];  /* ends with 0 */
		uint64_t open, lost; /* missing before and after seal_serials_settle() */
	} rows[] = {
		{"in order", {5, 6, 7, 8}, 0, 0},
		{"records of one event", {5, 5, 5, 6}, 0, 0},
		{"out of order", {5, 8, 7, 6, 9}, 0, 0},
		{"a gap", {5, 6, 9, 10}, 1, 2},
		{"two gaps", {5, 7, 9}, 1, 2},
		{"late beyond hope", {5, 6, 5}, 0, 0},
		{"far ahead", {5, 1000005}, 0, 999999},
		{"the kernel began anew", {900000, 3, 4}, 0, 0},
		{"a window's length", {1, 1 + SEAL_SERIALS_WINDOW}, 0, SEAL_SERIALS_WINDOW - 1},
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_serials s = {0};

		print_message("%s\n", rows[i].name);
		for (k = 0; k < 8 && rows[i].serial[k]; k++)
			seal_serials_add(&s, rows[i].serial[k]);
		if (rows[i].open)
			assert_true(seal_serials_open(&s));
		seal_serials_settle(&s);
		assert_false(seal_serials_open(&s));
		assert_int_equal(s.n_lost, rows[i].lost);
	}
}

/* every third one is lost, the others come shuffled within a few hundred */
static void test_serials_many(void **state)
{
	struct seal_serials s = {0};
	uint64_t i, k, n = 0;

	(void)state;
	for (i = 0; i < 300000; i += 300) {
		for (k = 0; k < 300; k++) {
			uint64_t serial = 1 + i + k * 7 % 300;

			if (serial % 3 || serial == 1)
				seal_serials_add(&s, serial);
			else
				n++;
		}
	}
	seal_serials_settle(&s);
	/* the first batch begins with its first serial; the very last one, 300000, is not missed by
	 * anybody */
	assert_int_equal(s.n_lost, n - 1);
}

/* ---- tail ---- */

struct place {
	char dir[64], log[96];
	struct seal_root *root;
	struct seal_tail tail;
	int inotify;
	struct seal_buf got;
};

static int take(void *data, struct seal_bytes line, uint64_t number)
{
	struct place *p = data;

	seal_buf_put(&p->got, line.p, line.n);
	seal_buf_printf(&p->got, ":%llu,", (unsigned long long)number);
	return 0;
}

static void write_log(const struct place *p, const char *text, int flags)
{
	int fd = open(p->log, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void expect(struct place *p, const char *text)
{
	char events[4096];

	while (read(p->inotify, events, sizeof(events)) > 0)
		;
	p->got.n = 0;
	assert_int_equal(seal_tail_read(&p->tail, take, p), 0);
	seal_buf_putc(&p->got, '\0');
	assert_string_equal(p->got.p, text);
}

/* whether inotify had to say anything */
static bool woke(const struct place *p)
{
	char events[4096];

	return read(p->inotify, events, sizeof(events)) > 0;
}

static void begin(struct place *p, const char *text, uint64_t past)
{
	*p = (struct place){.dir = "/tmp/tail-XXXXXX"};
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->log, sizeof(p->log), "%s/mail.log", p->dir);
	if (text)
		write_log(p, text, 0);
	p->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	assert_int_equal(seal_root_new(p->dir, &p->root, NULL), 0);
	assert_int_equal(seal_tail_open(&p->tail, p->root, "mail.log", p->inotify, past, NULL), 0);
}

static void end(struct place *p)
{
	char path[128];

	seal_tail_done(&p->tail);
	seal_root_free(p->root);
	seal_buf_done(&p->got);
	close(p->inotify);
	unlink(p->log);
	snprintf(path, sizeof(path), "%s.1", p->log);
	unlink(path);
	assert_int_equal(rmdir(p->dir), 0);
}

static void test_tail_grows(void **state)
{
	struct place p;

	(void)state;
	begin(&p, "one\ntwo\nthr", 1000);
	expect(&p, "one:1,two:2,");
	write_log(&p, "ee\nfour\n", O_APPEND);
	assert_true(woke(&p));
	expect(&p, "three:3,four:4,");
	expect(&p, "");
	assert_false(woke(&p));
	end(&p);

	/* the end of a long one: not from within a line, and its lines have no numbers */
	begin(&p, "one\ntwo\nthree\n", 8);
	expect(&p, "three:0,");
	end(&p);
}

static void test_tail_renamed(void **state)
{
	char old[128];
	struct place p;
	int fd;

	(void)state;
	begin(&p, "one\n", 1000);
	expect(&p, "one:1,");
	snprintf(old, sizeof(old), "%s.1", p.log);
	assert_int_equal(rename(p.log, old), 0);
	assert_true(woke(&p));
	/* its writer holds it for a while yet */
	fd = open(old, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "two\n", 4), 4);
	expect(&p, "two:2,");
	write_log(&p, "new\n", 0);
	assert_true(woke(&p));
	expect(&p, "new:1,");
	assert_int_equal(p.tail.n_rotated, 1);
	assert_int_equal(write(fd, "late\n", 5), 5);
	close(fd);
	assert_true(woke(&p));
	write_log(&p, "newer\n", O_APPEND);
	expect(&p, "late:3,newer:2,");
	end(&p);
}

static void expect_lines(struct place *p, size_t n)
{
	char events[4096];
	size_t i, got = 0;

	while (read(p->inotify, events, sizeof(events)) > 0)
		;
	p->got.n = 0;
	assert_int_equal(seal_tail_read(&p->tail, take, p), 0);
	for (i = 0; i < p->got.n; i++)
		got += p->got.p[i] == ',';
	assert_int_equal(got, n);
}

static void test_tail_truncated(void **state)
{
	char text[400];
	struct place p;

	(void)state;
	begin(&p, "one\ntwo\n", 1000);
	expect(&p, "one:1,two:2,");
	write_log(&p, "new\n", O_TRUNC);
	assert_true(woke(&p));
	expect(&p, "new:1,");
	assert_int_equal(p.tail.n_truncated, 1);
	/* grown past the old end before anybody looked */
	write_log(&p, "other\nand more of it\n", O_TRUNC);
	expect(&p, "other:1,and more of it:2,");
	assert_int_equal(p.tail.n_truncated, 2);
	/* as long as before, with the same end */
	snprintf(text, sizeof(text), "12:00:01 %0*d\n", 300, 0);
	write_log(&p, text, O_TRUNC);
	expect_lines(&p, 1);
	text[7] = '2';
	write_log(&p, text, O_TRUNC);
	expect_lines(&p, 1);
	assert_int_equal(p.tail.n_truncated, 4);
	end(&p);
}

static void test_tail_waits(void **state)
{
	struct place p;

	(void)state;
	begin(&p, NULL, 1000);
	expect(&p, "");
	write_log(&p, "one\n", 0);
	assert_true(woke(&p));
	expect(&p, "one:1,");
	assert_int_equal(p.tail.n_rotated, 0);
	end(&p);
}

/* ---- audit messages over a socket ---- */

static void send_message(int fd, uint16_t type, const char *text)
{
	char m[SEAL_AUDIT_STREAM_MESSAGE] = {0};
	struct nlmsghdr head = {.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + strlen(text)),
				.nlmsg_type = type};

	memcpy(m, &head, sizeof(head));
	memcpy(m + NLMSG_HDRLEN, text, strlen(text));
	assert_true(send(fd, m, NLMSG_HDRLEN + strlen(text) + 1, 0) > 0);
}

static int take_record(void *data, const struct seal_audit_record *r)
{
	struct seal_buf *got = data;

	seal_buf_printf(got, "%u %llu %.*s\n", r->type, (unsigned long long)r->serial,
			(int)r->body.n, r->body.p);
	return 0;
}

static void test_stream(void **state)
{
	seal_auto_buf struct seal_buf got = {0};
	struct seal_audit_stream s;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(seal_audit_stream_init(&s, fds[0]), 0);
	send_message(fds[1], AUDIT_AVC, "audit(1795200816.824:65): avc:  denied  { x }");
	send_message(fds[1], AUDIT_LOGIN, "audit(1795200816.824:66): pid=1");
	send_message(fds[1], AUDIT_AVC, "audit(nonsense): avc:  denied  { x }");
	send_message(fds[1], AUDIT_USER_AVC, "audit(1795200816.825:69): pid=1 msg='x'");
	send(fds[1], "short", 5, 0);
	assert_int_equal(seal_audit_stream_read(&s, take_record, &got), 5);
	assert_int_equal(seal_audit_stream_read(&s, take_record, &got), 0);
	seal_buf_putc(&got, '\0');
	assert_string_equal(got.p, "1400 65 avc:  denied  { x }\n1107 69 pid=1 msg='x'\n");
	assert_int_equal(s.n_records, 4);
	assert_int_equal(s.n_damaged, 1);
	seal_serials_settle(&s.serials);
	assert_int_equal(s.serials.n_lost, 2);
	seal_audit_stream_done(&s);
	close(fds[1]);
}

static int say(int fd, unsigned n)
{
	struct {
		struct nlmsghdr head;
		char text[64];
	} m = {.head = {.nlmsg_len = sizeof(m),
			.nlmsg_type = AUDIT_USER_AVC,
			.nlmsg_flags = NLM_F_REQUEST}};

	snprintf(m.text, sizeof(m.text), "avc:  denied  { test%u }", n);
	return send(fd, &m, sizeof(m), 0) < 0 ? -errno : 0;
}

/* the kernel's own socket, with room for a few records: what does not fit is told, by how many */
static void test_overrun(void **state)
{
	seal_auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	const int small = 4096, all = 300;
	seal_auto_buf struct seal_buf got = {0};
	struct seal_audit_stream s;
	int i;

	(void)state;
	if (fd < 0 || seal_audit_stream_open(&s, NULL) < 0)
		skip();
	if (say(fd, 0) < 0) {
		seal_audit_stream_done(&s);
		skip();
	}
	usleep(200000);
	seal_audit_stream_read(&s, take_record, &got);
	if (!s.n_records) { /* in a container the kernel says nothing to us */
		seal_audit_stream_done(&s);
		skip();
	}
	assert_int_equal(setsockopt(s.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	for (i = 1; i <= all; i++)
		assert_int_equal(say(fd, (unsigned)i), 0);
	usleep(300000);
	while (seal_audit_stream_read(&s, take_record, &got) > 0)
		;
	assert_int_equal(say(fd, 0), 0); /* behind the gap */
	usleep(300000);
	while (seal_audit_stream_read(&s, take_record, &got) > 0)
		;
	seal_serials_settle(&s.serials);
	assert_true(s.n_overruns > 0);
	assert_true(s.serials.n_lost > 0);
	assert_true(s.n_records + s.serials.n_lost >= (uint64_t)all + 2);
	seal_audit_stream_done(&s);
}

/* ---- window ---- */

static int put_denial(struct seal_window *w, uint64_t serial, const char *comm, unsigned ino)
{
	char text[512];
	struct seal_audit_record r = {
		.type = AUDIT_AVC, .time_us = (int64_t)serial * 1000, .serial = serial};
	struct seal_audit_event e = {r.time_us, serial, &r, 1};

	snprintf(text, sizeof(text),
		 "avc:  denied  { read } for  pid=%u comm=\"%s\" name=\"f\" dev=\"vda1\" ino=%u "
		 "scontext=system_u:system_r:%s_t:s0 tcontext=system_u:object_r:shadow_t:s0 "
		 "tclass=file permissive=0",
		 (unsigned)serial % 1000 + 1, comm, ino, comm);
	r.body = seal_bytes_of(text);
	return seal_window_event(w, &e);
}

static uint64_t counted(const struct seal_window_copy *c)
{
	uint64_t n = 0;

	seal_vec_each (d, &c->denials) {
		n += 1 + d->more;
	}
	return n;
}

/* a storm of one kind, then of many: counts stay exact, memory bounded, and a quiet access is not
 * driven out by another's objects */
static void test_window_storm(void **state)
{
	struct seal_window *w = seal_window_new();
	struct seal_window_copy c;
	char comm[32];
	uint64_t i;

	(void)state;
	assert_int_equal(put_denial(w, 1, "quiet", 1), 0);
	for (i = 2; i <= 100000; i++)
		assert_int_equal(put_denial(w, i, "storm", 7), 0);
	assert_int_equal(seal_window_copy(w, &c), 0);
	assert_int_equal(counted(&c), 100000);
	assert_int_equal(c.denials.n, 1 + SEAL_WINDOW_EVENTS_MAX);
	seal_window_copy_done(&c);

	for (; i <= 200000; i++)
		assert_int_equal(put_denial(w, i, "storm", (unsigned)i), 0);
	assert_int_equal(seal_window_copy(w, &c), 0);
	assert_int_equal(counted(&c), 200000);
	assert_int_equal(c.state.n_denials_dropped, 0);
	assert_true(c.denials.n <= 1 + SEAL_WINDOW_OBJECTS_MAX * SEAL_WINDOW_EVENTS_MAX);
	seal_window_copy_done(&c);

	for (; i <= 300000; i++) {
		snprintf(comm, sizeof(comm), "d%u", (unsigned)i);
		assert_int_equal(put_denial(w, i, comm, 1), 0);
	}
	assert_int_equal(seal_window_copy(w, &c), 0);
	assert_int_equal(counted(&c) + c.state.n_denials_dropped, 300000);
	assert_true(c.denials.n <= SEAL_WINDOW_KINDS_MAX * 2);
	seal_window_copy_done(&c);
	seal_window_free(w);
}

static void test_window_joins_past(void **state)
{
	struct seal_window *w = seal_window_new();

	(void)state;
	seal_window_join_past(w);
	put_denial(w, 1, "a", 1);
	put_denial(w, 2, "a", 1);
	put_denial(w, 2, "a", 1); /* the log has it too */
	seal_window_past_over(w);
	put_denial(w, 3, "a", 1);
	assert_int_equal(seal_window_state(w)->n_denials, 3);
	seal_window_free(w);
}

static void put_line(struct seal_window *w, const char *tag, const char *text)
{
	static int64_t now = 1000000;
	const struct seal_log_record r = {.time_us = now += 1000,
					  .tag = seal_bytes_of(tag),
					  .text = seal_bytes_of(text),
					  .host = SEAL_LIT("mail")};

	assert_int_equal(seal_window_line(w, &r, 0), 0);
}

static void test_window_lines(void **state)
{
	struct seal_window *w = seal_window_new();
	struct seal_window_copy c;
	char text[128];
	unsigned i;

	(void)state;
	put_line(w, "postfix/smtpd", "connect from a[192.0.2.1]");
	put_line(w, "dovecot", "imap-login: x");
	put_line(w, "postfix/qmgr", "AAAAA1: from=<a@b>, size=1, nrcpt=1 (queue active)");
	put_line(w, "postfix/smtp", "AAAAA1: to=<a@b>, relay=x, status=deferred (why)");
	put_line(w, "postfix/qmgr", "BBBBB1: from=<a@b>, size=1, nrcpt=1 (queue active)");
	put_line(w, "postfix/smtp", "BBBBB1: to=<a@b>, relay=x, status=sent (250 ok)");
	put_line(w, "postfix/qmgr", "BBBBB1: removed");
	put_line(w, "postfix/smtp", "AAAAA1: to=<a@b>, relay=x, status=sent (250 ok)");
	put_line(w, "postfix/qmgr", "AAAAA1: removed");
	assert_int_equal(seal_window_copy(w, &c), 0);
	/* of the message that went well nothing stays; of the other one all, also its end */
	assert_int_equal(c.n_lines, 4);
	for (i = 0; i < c.n_lines; i++)
		assert_true(seal_bytes_starts(c.lines[i].r.text, "AAAAA1: "));
	seal_window_copy_done(&c);
	for (i = 0; i < 3 * SEAL_WINDOW_LINES_MAX; i++) {
		snprintf(text, sizeof(text), "C%07u: to=<a@b>, status=deferred (why)", i);
		put_line(w, "postfix/smtp", text);
	}
	assert_int_equal(seal_window_copy(w, &c), 0);
	assert_true(c.n_lines <= SEAL_WINDOW_LINES_MAX);
	assert_int_equal(c.n_lines + c.state.n_lines_dropped, 3 * SEAL_WINDOW_LINES_MAX);
	seal_window_copy_done(&c);
	seal_window_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_serials),        cmocka_unit_test(test_serials_many),
		cmocka_unit_test(test_tail_grows),     cmocka_unit_test(test_tail_renamed),
		cmocka_unit_test(test_tail_truncated), cmocka_unit_test(test_tail_waits),
		cmocka_unit_test(test_stream),         cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_window_storm),   cmocka_unit_test(test_window_joins_past),
		cmocka_unit_test(test_window_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
