/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_files.h"
#include "evidence/postfix/log_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
/* after the three above */
#include <cmocka.h>

static void assert_bytes(const char *row, struct seal_bytes got, const char *want)
{
	if (!seal_bytes_is(got, want))
		fail_msg("%s: got \"%.*s\", want \"%s\"", row, (int)got.n, got.p ? got.p : "",
			 want);
}

static void tags(void **state)
{
	static const struct {
		const char *tag, *instance, *service, *daemon;
		enum seal_log_role role;
		bool postfix, own_name;
	} rows[] = {
		{"postfix/smtp", "postfix", "smtp", "smtp", SEAL_LOG_AGENT, true, false},
		{"postfix/submission/smtpd", "postfix", "submission/smtpd", "smtpd", SEAL_LOG_FRONT,
		 true, false},
		{"postfix-out/qmgr", "postfix-out", "qmgr", "qmgr", SEAL_LOG_QMGR, true, true},
		{"mx.135.97/postfix-script", "mx.135.97", "postfix-script", "postfix-script",
		 SEAL_LOG_MASTER, true, true},
		{"pipe", "", "pipe", "pipe", SEAL_LOG_AGENT, true, false},
		{"smtp", "", "smtp", "smtp", SEAL_LOG_OTHER, false, false},
		{"/smtp", "", "smtp", "smtp", SEAL_LOG_OTHER, false, false},
		{"postfix/", "postfix", "", "", SEAL_LOG_OTHER, false, false},
		{"postfix/policy-spf", "postfix", "policy-spf", "policy-spf", SEAL_LOG_OTHER, false,
		 false},
		{"opendkim", "", "opendkim", "opendkim", SEAL_LOG_OTHER, false, false},
	};
	struct seal_log_tag t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (seal_log_tag_parse(seal_bytes_of(rows[i].tag), &t) != rows[i].postfix)
			fail_msg("%s: Postfix or not", rows[i].tag);
		assert_bytes(rows[i].tag, t.instance, rows[i].instance);
		assert_bytes(rows[i].tag, t.service, rows[i].service);
		assert_bytes(rows[i].tag, t.daemon, rows[i].daemon);
		assert_int_equal(t.role, rows[i].role);
		assert_int_equal(t.own_name, rows[i].own_name);
	}
}

static void queue_ids(void **state)
{
	static const struct {
		const char *text, *id, *rest;
	} rows[] = {
		{"6F2D853FC: removed", "6F2D853FC", "removed"},
		{"4Zk3Xl1bZrz9sVK: removed", "4Zk3Xl1bZrz9sVK", "removed"},
		{"6F2D8: removed", "", "6F2D8: removed"},
		{"6f2d853fc: removed", "", "6f2d853fc: removed"},
		{"NOQUEUE: reject", "", "NOQUEUE: reject"},
		{"6F2D853FC:removed", "", "6F2D853FC:removed"},
		{"6F2D853FC: ", "6F2D853FC", ""},
		{"6F2D853FC:", "", "6F2D853FC:"},
		{"4Zk3Xl1bZrz: no inode", "", "4Zk3Xl1bZrz: no inode"},
		{"statistics: max", "", "statistics: max"},
		{"", "", ""},
	};
	struct seal_bytes text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = seal_bytes_of(rows[i].text);
		assert_bytes(rows[i].text, seal_log_take_queue_id(&text), rows[i].id);
		assert_bytes(rows[i].text, text, rows[i].rest);
	}
}

static void status_lines(void **state)
{
	static const struct {
		const char *text, *address, *orig, *relay, *dsn, *word, *reason;
		int64_t delays[4];
	} rows[] = {
		{"to=<bob@x>, relay=local, delay=0.73, delays=0.04/0.29/0/0.39, dsn=5.2.0, "
		 "status=bounced (a (b) c)",
		 "bob@x",
		 "",
		 "local",
		 "5.2.0",
		 "bounced",
		 "a (b) c",
		 {40, 290, 0, 390}},
		{"to=<bob@x>, orig_to=<root>, relay=h[192.0.2.1]:25, conn_use=3, delay=31, "
		 "delays=0.39/1/30/0, tls=secured, dsn=4.4.1, status=deferred (x) y",
		 "bob@x",
		 "root",
		 "h[192.0.2.1]:25",
		 "4.4.1",
		 "deferred",
		 "x",
		 {390, 1000, 30000, 0}},
		{"to=<\"a> b\\\"c\"@x>, relay=none, dsn=4.0.0, status=deferred (cut",
		 "\"a> b\\\"c\"@x",
		 "",
		 "none",
		 "4.0.0",
		 "deferred",
		 "cut",
		 {-1, -1, -1, -1}},
		{"to=<>, relay=none, delay=1, status=sent",
		 "",
		 "",
		 "none",
		 "",
		 "sent",
		 "",
		 {-1, -1, -1, -1}},
		{"to=<a>, delays=1/x/2, status=SOFTBOUNCE (y)",
		 "a",
		 "",
		 "",
		 "",
		 "SOFTBOUNCE",
		 "y",
		 {1000, -1, 2000, -1}},
	};
	static const char *const none[] = {
		"",
		"to=",
		"to=<a",
		"to=<a>",
		"to=<a>, relay=x",
		"to=<a>, status=",
		"to=<a>,status=sent",
		"to=<a>, orig_to=<b, status=sent (x)",
		"from=<a>, status=expired",
	};
	struct seal_log_status s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(seal_log_status_parse(seal_bytes_of(rows[i].text), &s));
		assert_bytes(rows[i].text, s.address, rows[i].address);
		assert_bytes(rows[i].text, s.orig_address, rows[i].orig);
		assert_bytes(rows[i].text, s.relay, rows[i].relay);
		assert_bytes(rows[i].text, s.dsn, rows[i].dsn);
		assert_bytes(rows[i].text, s.word, rows[i].word);
		assert_bytes(rows[i].text, s.reason, rows[i].reason);
		assert_memory_equal(s.delay_ms, rows[i].delays, sizeof(s.delay_ms));
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (seal_log_status_parse(seal_bytes_of(none[i]), &s))
			fail_msg("taken for a status line: %s", none[i]);
}

static void rejects(void **state)
{
	static const struct {
		const char *text, *stage, *reply, *dsn, *address;
		bool milter, whole, permanent;
	} rows[] = {
		{"reject: RCPT from u[192.0.2.8]: 454 4.7.1 <v@z>: Relay access denied; from=<s@z> "
		 "to=<v@z> proto=ESMTP helo=<c>",
		 "RCPT", "454 4.7.1 <v@z>: Relay access denied", "4.7.1", "v@z", false, false,
		 false},
		{"milter-reject: END-OF-MESSAGE from h[127.0.0.1]: 4.7.1 Service unavailable; "
		 "from=<a> "
		 "to=<b@c>",
		 "END-OF-MESSAGE", "4.7.1 Service unavailable", "4.7.1", "b@c", true, true, false},
		{"milter-reject: CONNECT from h[127.0.0.1]: 551 5.7.1 no; proto=SMTP", "CONNECT",
		 "551 5.7.1 no; proto=SMTP", "5.7.1", "", true, false, true},
		{"reject: header Subject: 1; from=<fake> to=<fake>: 5.0.0 x from h[192.0.2.1]; "
		 "from=<s@z> to=<b@c> proto=ESMTP helo=<h>: 5.7.1 no",
		 "header", "5.7.1 no", "5.7.1", "b@c", false, true, true},
		{"reject: ", "", "", "", "", false, true, false},
	};
	struct seal_log_reject j;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(seal_log_reject_parse(seal_bytes_of(rows[i].text), &j));
		assert_bytes(rows[i].text, j.stage, rows[i].stage);
		assert_bytes(rows[i].text, j.reply, rows[i].reply);
		assert_bytes(rows[i].text, j.dsn, rows[i].dsn);
		assert_bytes(rows[i].text, j.address, rows[i].address);
		if (j.milter != rows[i].milter || j.whole != rows[i].whole ||
		    j.permanent != rows[i].permanent)
			fail_msg("%s: milter, whole or permanent", rows[i].text);
	}
	assert_false(seal_log_reject_parse(SEAL_LIT("client=x"), &j));
}

static void exits(void **state)
{
	(void)state;
	assert_int_equal(seal_log_exit_pid(SEAL_LIT("process /x/qmgr pid 614 exit status 1")), 614);
	assert_int_equal(seal_log_exit_pid(SEAL_LIT("process /x/smtp pid 9 killed by signal 11")),
			 9);
	assert_int_equal(seal_log_exit_pid(SEAL_LIT("process /x/smtp pid x exit status 1")), 0);
	assert_int_equal(seal_log_exit_pid(SEAL_LIT("process pid 9")), 0);
	assert_int_equal(seal_log_exit_pid(SEAL_LIT("/x/qmgr: bad command startup")), 0);
}

/* each name is older than the one after it */
static void rotation(void **state)
{
	static const char *const order[] = {
		"mail.log-20251231.xz",
		"mail.log-20260101-000000.gz",
		"mail.log-20260101-000001",
		"mail.log.20260102",
		"mail.log.10.gz",
		"mail.log.2.zst",
		"mail.log.1",
		"mail.log.0",
		"mail.log",
	};
	static const char *const others[] = {
		"mail.logs", "mail.log.old", "mail.log.1.gz.tmp", "mail.log.", "mail.log-", "mail",
		"x",         "mail.log.1x",
	};
	uint64_t last[2] = {0, 0}, rank[2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_true(seal_log_file_rank("mail.log", order[i], rank));
		if (i && (rank[0] < last[0] || (rank[0] == last[0] && rank[1] <= last[1])))
			fail_msg("%s is not after %s", order[i], order[i - 1]);
		last[0] = rank[0];
		last[1] = rank[1];
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (seal_log_file_rank("mail.log", others[i], rank))
			fail_msg("%s is taken for a rotated mail.log", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags),         cmocka_unit_test(queue_ids),
		cmocka_unit_test(status_lines), cmocka_unit_test(rejects),
		cmocka_unit_test(exits),        cmocka_unit_test(rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
