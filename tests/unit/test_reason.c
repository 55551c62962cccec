/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar of reasons: what is whose, and what is never ours. */
#include "analysis/reason/reason.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
	const char *text;
	enum seal_reason_origin origin;
	enum seal_reason_form form;
	int error;
	enum seal_transport transport;
	enum seal_phase phase;
	const char *host, *address, *socket, *path;
	uint16_t port, code;
	const char *enhanced;
};

#define LOCAL_ROW(f, e, t) .origin = SEAL_REASON_LOCAL, .form = f, .error = e, .transport = t

static const struct row rows[] = {
	{"connect to mx.example[198.51.100.7]:25: Connection timed out",
	 LOCAL_ROW(SEAL_FORM_CONNECT, ETIMEDOUT, SEAL_TRANSPORT_TCP4), .host = "mx.example",
	 .address = "198.51.100.7", .port = 25},
	{"connect to mx.example[2001:db8::7]:587: Permission denied",
	 LOCAL_ROW(SEAL_FORM_CONNECT, EACCES, SEAL_TRANSPORT_TCP6), .host = "mx.example",
	 .address = "2001:db8::7", .port = 587},
	{"connect to mx.example[198.51.100.7]: Connection refused (port 25)",
	 LOCAL_ROW(SEAL_FORM_CONNECT, ECONNREFUSED, SEAL_TRANSPORT_TCP4), .host = "mx.example",
	 .address = "198.51.100.7", .port = 25},
	{"connect to lab.example[private/dovecot-lmtp]: No such file or directory",
	 LOCAL_ROW(SEAL_FORM_CONNECT, ENOENT, SEAL_TRANSPORT_UNIX), .host = "lab.example",
	 .socket = "private/dovecot-lmtp"},
	{"lost connection with mx.example[198.51.100.7] while sending end of data -- message may "
	 "be "
	 "sent more than once",
	 LOCAL_ROW(SEAL_FORM_LOST, 0, SEAL_TRANSPORT_TCP4), .phase = SEAL_PHASE_END,
	 .host = "mx.example", .address = "198.51.100.7"},
	{"conversation with mx.example[198.51.100.7] timed out while receiving the initial server "
	 "greeting",
	 LOCAL_ROW(SEAL_FORM_STALLED, 0, SEAL_TRANSPORT_TCP4), .phase = SEAL_PHASE_GREETING,
	 .host = "mx.example", .address = "198.51.100.7"},
	{"connect to mx.example[198.51.100.7]: read timeout (port 25)",
	 LOCAL_ROW(SEAL_FORM_STALLED, 0, SEAL_TRANSPORT_TCP4), .phase = SEAL_PHASE_GREETING,
	 .host = "mx.example", .address = "198.51.100.7", .port = 25},
	{"host mx.example[198.51.100.7] said: 550-5.1.1 no 550 5.1.1 such user (in reply to RCPT "
	 "TO "
	 "command)",
	 .origin = SEAL_REASON_REMOTE, .form = SEAL_FORM_SAID, .transport = SEAL_TRANSPORT_TCP4,
	 .phase = SEAL_PHASE_RCPT, .host = "mx.example", .address = "198.51.100.7", .code = 550,
	 .enhanced = "5.1.1"},
	{"host mx.example[198.51.100.7] refused to talk to me: 421 4.7.0 later",
	 .origin = SEAL_REASON_REMOTE, .form = SEAL_FORM_GREETING, .transport = SEAL_TRANSPORT_TCP4,
	 .phase = SEAL_PHASE_GREETING, .host = "mx.example", .address = "198.51.100.7", .code = 421,
	 .enhanced = "4.7.0"},
	{"connect to mx.example[198.51.100.7]: server refused to talk to me: 554 no (port 25)",
	 .origin = SEAL_REASON_REMOTE, .form = SEAL_FORM_GREETING, .transport = SEAL_TRANSPORT_TCP4,
	 .phase = SEAL_PHASE_GREETING, .host = "mx.example", .address = "198.51.100.7", .port = 25,
	 .code = 554},
	{"SASL [CACHED] authentication failed; server r.example[198.51.100.7] said: 535 5.7.8 no",
	 .origin = SEAL_REASON_REMOTE, .form = SEAL_FORM_SASL, .transport = SEAL_TRANSPORT_TCP4,
	 .phase = SEAL_PHASE_AUTH, .host = "r.example", .address = "198.51.100.7", .code = 535,
	 .enhanced = "5.7.8"},
	{"NOQUEUE: reject: RCPT from c.example[192.0.2.2]: 454 4.7.1 <u@ok.example>: Relay access "
	 "denied; from=<x@c.example> to=<u@ok.example> proto=ESMTP helo=<c>",
	 .origin = SEAL_REASON_INBOUND, .form = SEAL_FORM_REJECT, .transport = SEAL_TRANSPORT_TCP4,
	 .phase = SEAL_PHASE_RCPT, .host = "c.example", .address = "192.0.2.2", .code = 454,
	 .enhanced = "4.7.1"},
	{"4104E3D: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 4.7.1 Service "
	 "unavailable; from=<a>",
	 .origin = SEAL_REASON_INBOUND, .form = SEAL_FORM_MILTER, .transport = SEAL_TRANSPORT_TCP4,
	 .phase = SEAL_PHASE_END, .host = "localhost", .address = "127.0.0.1", .enhanced = "4.7.1"},
	{"temporary failure. Command output: pipe: fatal: pipe_command: execvp /opt/x/run.sh: "
	 "Permission denied ",
	 .origin = SEAL_REASON_COMMAND, .form = SEAL_FORM_COMMAND, .error = EACCES,
	 .transport = SEAL_TRANSPORT_FILE, .path = "/opt/x/run.sh"},
	{"bind 0.0.0.0 port 2525: Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_LISTEN), .address = "0.0.0.0",
	 .port = 2525},
	{"connect to Milter service unix:opendkim/opendkim.sock: Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_UNIX),
	 .socket = "opendkim/opendkim.sock"},
	{"connect to Milter service inet:127.0.0.1:8891: Connection refused",
	 LOCAL_ROW(SEAL_FORM_TEXT, ECONNREFUSED, SEAL_TRANSPORT_TCP4), .address = "127.0.0.1",
	 .port = 8891},
	{"master_wakeup_timer_event: service pickup(public/pickup): Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_UNIX), .socket = "public/pickup"},
	{"cannot update mailbox /var/mail/bob for user bob. unable to create lock file "
	 "/var/mail/bob.lock: Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_FILE), .path = "/var/mail/bob.lock"},
	{"cannot update mailbox /var/mail/bob for user bob. error writing message: No space left "
	 "on "
	 "device",
	 LOCAL_ROW(SEAL_FORM_TEXT, ENOSPC, SEAL_TRANSPORT_FILE), .path = "/var/mail/bob"},
	{"hash:/etc/postfix/sasl_passwd is unavailable. open database /etc/postfix/sasl_passwd.db: "
	 "Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_FILE),
	 .path = "/etc/postfix/sasl_passwd.db"},
	{"open lock file pid/inet.smtp: cannot create file exclusively: Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_FILE), .path = "pid/inet.smtp"},
	{"qmgr_active_defer: rename E66935406 from active to deferred: Permission denied",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_FILE), .path = "deferred"},
	{"cannot get RSA private key from file \"/etc/ssl/private/mail.key\": disabling TLS "
	 "support",
	 LOCAL_ROW(SEAL_FORM_TEXT, 0, SEAL_TRANSPORT_FILE), .path = "/etc/ssl/private/mail.key"},
	{"TLS library problem: error:8000000D:system library::Permission denied:../crypto/bio/"
	 "bss_file.c:308:calling fopen(/etc/ssl/private/mail.key, r):",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_FILE),
	 .path = "/etc/ssl/private/mail.key"},
	{"connect to mysql server 192.0.2.9: Can't connect to MySQL server on '192.0.2.9:3307' "
	 "(13)",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_TCP4), .host = "192.0.2.9",
	 .address = "192.0.2.9", .port = 3307},
	{"connect to mysql server localhost: Can't connect to local server through socket "
	 "'/run/mysqld/mysqld.sock' (2)",
	 LOCAL_ROW(SEAL_FORM_TEXT, ENOENT, SEAL_TRANSPORT_UNIX),
	 .socket = "/run/mysqld/mysqld.sock"},
	{"connect to mysql server db: Lost connection to MySQL server at 'reading initial "
	 "communication packet', system error: 110",
	 LOCAL_ROW(SEAL_FORM_TEXT, ETIMEDOUT, SEAL_TRANSPORT_TCP4), .host = "db", .port = 3306},
	{"connect to pgsql server db: connection to server at \"db\" (192.0.2.9), port 5433 "
	 "failed: "
	 "Connection refused?Is the server running on that host?",
	 LOCAL_ROW(SEAL_FORM_TEXT, ECONNREFUSED, SEAL_TRANSPORT_TCP4), .host = "db",
	 .address = "192.0.2.9", .port = 5433},
	{"connect to pgsql server localhost: could not connect to server: Permission denied?Is the "
	 "server running locally and accepting?connections on Unix domain socket "
	 "\"/run/postgresql/.s.PGSQL.5432\"?",
	 LOCAL_ROW(SEAL_FORM_TEXT, EACCES, SEAL_TRANSPORT_UNIX),
	 .socket = "/run/postgresql/.s.PGSQL.5432"},
	{"dict_ldap_connect: Unable to bind to server ldap://192.0.2.9:390 with dn cn=m: -1 (Can't "
	 "contact LDAP server)",
	 LOCAL_ROW(SEAL_FORM_TEXT, 0, SEAL_TRANSPORT_TCP4), .host = "192.0.2.9",
	 .address = "192.0.2.9", .port = 390},
	{"mail transport unavailable", LOCAL_ROW(SEAL_FORM_TEXT, 0, SEAL_TRANSPORT_NONE)},
	{"", LOCAL_ROW(SEAL_FORM_TEXT, 0, SEAL_TRANSPORT_NONE)},
};

static void same(const char *row, const char *what, struct seal_bytes got, const char *want)
{
	if (!seal_bytes_is(got, want ? want : ""))
		fail_msg("%s: %s is \"%.*s\"", row, what, (int)got.n, got.p);
}

static void test_parse(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *w = &rows[i];
		struct seal_reason r;

		assert_int_equal(seal_reason_parse(seal_bytes_of(w->text), &r), 0);
		if (r.origin != w->origin || r.form != w->form || r.error != w->error ||
		    r.transport != w->transport || r.phase != w->phase || r.port != w->port ||
		    r.code != w->code)
			fail_msg("%s: origin %d form %d errno %d transport %d phase %d port %u "
				 "code %u",
				 w->text, r.origin, r.form, r.error, r.transport, r.phase, r.port,
				 r.code);
		same(w->text, "host", r.host, w->host);
		same(w->text, "address", r.address, w->address);
		same(w->text, "socket", r.socket, w->socket);
		same(w->text, "path", r.path, w->path);
		same(w->text, "status code", r.enhanced[0], w->enhanced);
	}
}

static void test_wrapper_is_peeled_repeatedly(void **state)
{
	struct seal_reason r;

	(void)state;
	seal_reason_parse(
		SEAL_LIT("delivery temporarily suspended: delivery temporarily suspended: "
			 "connect to a[192.0.2.1]:25: Permission denied"),
		&r);
	assert_true(r.suspended);
	assert_int_equal(r.form, SEAL_FORM_CONNECT);
	assert_int_equal(r.error, EACCES);
	assert_true(seal_bytes_starts(r.whole, "connect to "));
}

/* THREATS T7: words of a peer, a client or a header are never an errno of this host */
static void test_no_errno_from_others(void **state)
{
	static const char *const texts[] = {
		"host mx.example[192.0.2.1] said: 550 5.7.1 Permission denied",
		"host mx.example[192.0.2.1] said: 451 connect to mx[192.0.2.1]:25: Permission "
		"denied (in "
		"reply to end of DATA command)",
		"host mx.example[192.0.2.1] refused to talk to me: 554 Connection timed out",
		"SASL authentication failed; server r[192.0.2.1] said: 535 Permission denied",
		"TLS is required, but host mx[192.0.2.1] refused to start TLS: 454 Permission "
		"denied",
		"NOQUEUE: reject: RCPT from c[192.0.2.1]: 554 5.7.1 Permission denied",
		"non-SMTP command from unknown[192.0.2.1]: GET / avc: denied: Permission denied",
		"header Subject: connect to mx[192.0.2.1]:25: Permission denied",
		"E66935406: header Subject: create maildir file /home/x: Permission denied",
		"reject: header Subject: x: Permission denied from c[192.0.2.1]; from=<a> to=<b>: "
		"5.7.1 "
		"Permission denied",
		"improper command pipelining after EHLO from c[192.0.2.1]: Permission denied",
		"hostname x does not resolve to address 192.0.2.1: Permission denied",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct seal_reason r;

		seal_reason_parse(seal_bytes_of(texts[i]), &r);
		if (r.error)
			fail_msg("%s: errno %d", texts[i], r.error);
	}
}

static void test_normalise(void **state)
{
	static const struct {
		const char *text, *want;
	} table[] = {
		{"host m[192.0.2.1] said: 550-5.1.1 The  account 550-5.1.1 <A@b.example> does 550 "
		 "5.1.1 "
		 "not EXIST a@b.example. (in reply to RCPT TO command)",
		 "the account does not exist ."},
		{"host m[192.0.2.1] said: 521 5.5.2 bare <LF> received", "bare <lf> received"},
		{"host m[192.0.2.1] said: 452 4.2.2 over 550 MB", "over 550 mb"},
		{"Host NOT touched", "Host NOT touched"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		seal_auto_buf struct seal_buf out = {0};
		struct seal_reason r;

		seal_reason_parse(seal_bytes_of(table[i].text), &r);
		seal_reason_normalise(&r, &out);
		same(table[i].text, "normal form", seal_buf_bytes(&out), table[i].want);
	}
}

/* every prefix of every row, and every row with one byte replaced: no crash (sanitizers look on) */
static void test_damaged(void **state)
{
	static const char bytes[] = {'\0', '\xff', '[', ']', '<', '>', ':', ' ', '/', '"'};
	char text[512];
	size_t i, n, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (n = 0; n <= strlen(rows[i].text); n++)
			for (k = 0; k < sizeof(bytes); k++) {
				seal_auto_buf struct seal_buf out = {0};
				size_t len = strlen(rows[i].text);
				struct seal_reason r;

				memcpy(text, rows[i].text, len);
				if (n < len)
					text[n] = bytes[k];
				seal_reason_parse((struct seal_bytes){text, k ? len : n}, &r);
				seal_reason_normalise(&r, &out);
			}
}

static void test_long(void **state)
{
	static const char *const pieces[] = {
		"<",        "(", "550-5.1.1 ", ": /",    "a@", " (in reply to ",
		"; from=<", "[", "\xc3",       "host a["};
	static char text[200000];
	size_t i, k, n;

	(void)state;
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		seal_auto_buf struct seal_buf out = {0};
		struct seal_reason r;

		n = (size_t)snprintf(text, sizeof(text), "host mx.example[192.0.2.1] said: 550 ");
		for (k = 0; n + 16 < sizeof(text); k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", pieces[i]);
		assert_int_equal(seal_reason_parse((struct seal_bytes){text, n}, &r), -E2BIG);
		seal_reason_normalise(&r, &out);
		assert_true(out.n <= 8192);
		assert_int_equal(seal_reason_parse((struct seal_bytes){text + 30, n - 30}, &r),
				 -E2BIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_wrapper_is_peeled_repeatedly),
		cmocka_unit_test(test_no_errno_from_others),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
