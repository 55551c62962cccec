/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/avc.h"
#include "evidence/audit/interpret.h"

#include <errno.h>
#include <libaudit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

static void assert_bytes(const char *name, struct seal_bytes got, const char *want)
{
	if (!seal_bytes_is(got, want))
		fail_msg("%s: got \"%.*s\", want \"%s\"", name, (int)got.n, got.p ? got.p : "",
			 want);
}

static void test_record(void **state)
{
	static const struct {
		const char *name, *line;
		bool kernel, ok;
		uint32_t type;
		int64_t time_us;
		uint64_t serial;
		const char *body, *extra;
	} rows[] = {
		{"raw", "type=AVC msg=audit(1795200816.824:65): avc:  denied", false, true,
		 AUDIT_AVC, INT64_C(1795200816824000), 65, "avc:  denied", ""},
		{"enriched", "type=CWD msg=audit(1.002:3): cwd=\"/\"\x1dUID=\"root\"", false, true,
		 AUDIT_CWD, 1002000, 3, "cwd=\"/\"", "UID=\"root\""},
		{"node", "node=mail.example type=PATH msg=audit(1.002:3): item=0", false, true,
		 AUDIT_PATH, 1002000, 3, "item=0", ""},
		{"number", "type=UNKNOWN[1400] msg=audit(1.002:3): avc:  denied", false, true,
		 AUDIT_AVC, 1002000, 3, "avc:  denied", ""},
		{"of no use", "type=USER_AUTH msg=audit(1.002:3): pid=1", false, true, 0, 1002000,
		 3, "pid=1", ""},
		{"carriage return", "type=CWD msg=audit(1.002:3): cwd=\"/\"\r", false, true,
		 AUDIT_CWD, 1002000, 3, "cwd=\"/\"", ""},
		{"no milliseconds", "type=AVC msg=audit(1:3): x", false, false, 0, 0, 0, "", ""},
		{"no serial", "type=AVC msg=audit(1.002): x", false, false, 0, 0, 0, "", ""},
		{"letters", "type=AVC msg=audit(1.00x:3): x", false, false, 0, 0, 0, "", ""},
		{"huge", "type=AVC msg=audit(99999999999999.000:3): x", false, false, 0, 0, 0, "",
		 ""},
		{"cut", "type=AVC msg=audit(1.002:3", false, false, 0, 0, 0, "", ""},
		{"empty", "", false, false, 0, 0, 0, "", ""},
		{"kernel", "audit: type=1400 audit(1.002:3): avc:  denied", true, true, AUDIT_AVC,
		 1002000, 3, "avc:  denied", ""},
		{"older kernel", "type=1401 audit(1.002:3): op=x", true, true, AUDIT_SELINUX_ERR,
		 1002000, 3, "op=x", ""},
		{"kernel notice", "audit: initializing netlink subsys (enabled)", true, false, 0, 0,
		 0, "", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_bytes line = seal_bytes_of(rows[i].line);
		struct seal_audit_record r = {0};
		bool ok = rows[i].kernel ? seal_audit_record_parse_kernel(line, &r)
					 : seal_audit_record_parse(line, &r);

		if (ok != rows[i].ok)
			fail_msg("%s: %d", rows[i].name, ok);
		if (!ok)
			continue;
		assert_int_equal(r.type, rows[i].type);
		assert_int_equal(r.time_us, rows[i].time_us);
		assert_int_equal(r.serial, rows[i].serial);
		assert_bytes(rows[i].name, r.body, rows[i].body);
		assert_bytes(rows[i].name, r.extra, rows[i].extra);
	}
}

static void test_field(void **state)
{
	static const struct {
		const char *name, *body, *key;
		bool found;
		const char *value;
	} rows[] = {
		{"first", "pid=7 comm=\"x\"", "pid", true, "7"},
		{"last", "pid=7 comm=\"x\"", "comm", true, "\"x\""},
		{"whole name only", "ppid=7 pid=8", "pid", true, "8"},
		{"not inside quotes", "comm=\"a pid=1 b\" pid=2", "pid", true, "2"},
		{"open quote", "comm=\"a pid=1", "pid", false, ""},
		{"empty value", "key= pid=2", "key", true, ""},
		{"words between", "avc:  denied  { read } for  pid=2", "pid", true, "2"},
		{"nothing", "", "pid", false, ""},
		{"equals in value", "a0=x=y pid=2", "pid", true, "2"},
		{"quote behind a word", "x\"y=\" pid=2", "pid", true, "2"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_bytes v = SEAL_BYTES_NONE;
		bool found = seal_audit_field(seal_bytes_of(rows[i].body), rows[i].key, &v);

		if (found != rows[i].found)
			fail_msg("%s: %d", rows[i].name, found);
		if (found)
			assert_bytes(rows[i].name, v, rows[i].value);
	}
}

static void test_text(void **state)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{"\"smtp\"", "smtp"}, {"2F746D702F6120622E", "/tmp/a b."},
		{"(null)", ""},       {"?", ""},
		{"(none)", ""},       {"\"\"", ""},
		{"ABC", "ABC"},       {"plain", "plain"},
		{"\"open", "open"},   {"0A1B", "\n\x1b"},
	};
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_bytes v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(seal_audit_text(a, seal_bytes_of(rows[i].raw), &v), 0);
		assert_bytes(rows[i].raw, v, rows[i].want);
	}
}

#define CONTEXTS "scontext=u:r:s_t:s0 tcontext=u:o:t_t:s0 tclass=file"

static void test_avc(void **state)
{
	static const struct {
		const char *name;
		uint32_t type;
		const char *body;
		int want;
		bool sound;
		const char *perms, *details;
	} rows[] = {
		{"kernel", AUDIT_AVC,
		 "avc:  denied  { read open } for  pid=1 comm=\"x\" " CONTEXTS " permissive=0", 1,
		 true, "read open", "pid=1 comm=\"x\""},
		{"granted", AUDIT_AVC, "avc:  granted  { read } for  pid=1 " CONTEXTS, 1, true,
		 "read", "pid=1"},
		{"dbus", AUDIT_USER_AVC,
		 "pid=1 uid=0 msg='avc:  denied  { send_msg } for msgtype=signal spid=3 " CONTEXTS
		 "  exe=\"/usr/bin/dbus-daemon\" sauid=81'",
		 1, true, "send_msg", "msgtype=signal spid=3"},
		{"contexts of a command line", AUDIT_USER_AVC,
		 "pid=1 msg='avc:  denied  { start } for auid=0 cmdline=\"x scontext=a:b:evil_t "
		 "tcontext=a:b:evil_t tclass=x\" " CONTEXTS " permissive=0'",
		 1, true, "start",
		 "auid=0 cmdline=\"x scontext=a:b:evil_t tcontext=a:b:evil_t tclass=x\""},
		{"another module", AUDIT_AVC, "apparmor=\"DENIED\" operation=\"open\"", 0, false,
		 "", ""},
		{"notice", AUDIT_USER_AVC, "pid=1 msg='avc:  received policyload notice (seqno=2)'",
		 0, false, "", ""},
		{"cut in the context", AUDIT_AVC,
		 "avc:  denied  { read } for  pid=1 scontext=u:r:s_t:s0 tcontext=u:o:t", -EBADMSG,
		 false, "", ""},
		{"no braces", AUDIT_AVC, "avc:  denied  read for  pid=1 " CONTEXTS, -EBADMSG, false,
		 "", ""},
		{"no permission", AUDIT_AVC, "avc:  denied  { } for  pid=1 " CONTEXTS, -EBADMSG,
		 false, "", ""},
		{"no context", AUDIT_AVC,
		 "avc:  denied  { read } for  pid=1 scontext=1 tcontext=2 tclass=file", 1, false,
		 "read", "pid=1"},
		{"control bytes", AUDIT_AVC, "avc:  denied  { read\x1b[2J } for  pid=1 " CONTEXTS,
		 1, false, "read\x1b[2J", "pid=1"},
		{"role", AUDIT_SELINUX_ERR,
		 "op=security_compute_sid invalid_context=\"u:r:n_t:s0\" scontext=u:r:s_t:s0 "
		 "tcontext=u:o:t_t:s0 tclass=process",
		 1, true, "", ""},
		{"bounds", AUDIT_SELINUX_ERR,
		 "op=security_compute_av reason=bounds scontext=u:r:s_t:s0 tcontext=u:o:t_t:s0 "
		 "tclass=file perms=read,write",
		 1, true, "read,write", ""},
		{"nnp", AUDIT_SELINUX_ERR,
		 "op=security_bounded_transition seresult=denied oldcontext=u:r:s_t:s0 "
		 "newcontext=u:r:t_t:s0",
		 1, true, "", ""},
		{"a label refused", AUDIT_SELINUX_ERR, "op=setxattr invalid_context=\"x\"", 0,
		 false, "", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_audit_record r = {.type = rows[i].type,
					      .body = seal_bytes_of(rows[i].body)};
		struct seal_avc avc;
		int got = seal_avc_parse(&r, &avc);

		if (got != rows[i].want)
			fail_msg("%s: %d", rows[i].name, got);
		if (got <= 0)
			continue;
		if (seal_avc_is_sound(&avc) != rows[i].sound)
			fail_msg("%s: sound %d", rows[i].name, !rows[i].sound);
		assert_bytes(rows[i].name, avc.perms, rows[i].perms);
		assert_bytes(rows[i].name, seal_bytes_trim(avc.details), rows[i].details);
		if (rows[i].sound) {
			assert_bytes(rows[i].name, seal_context_type(avc.scontext), "s_t");
			assert_bytes(rows[i].name, seal_context_type(avc.tcontext), "t_t");
		}
	}
}

/* test_key - what makes two occurrences one denial */
static void test_key(void **state)
{
	static const struct {
		const char *name, *a, *b;
		bool same, same_access;
	} rows[] = {
		{"pid", "pid=1 comm=\"x\" name=\"f\"", "pid=99999 comm=\"x\" name=\"f\"", true,
		 true},
		{"name", "pid=1 comm=\"x\" name=\"f\"", "pid=1 comm=\"x\" name=\"g\"", false, true},
		{"comm", "pid=1 comm=\"x\"", "pid=1 comm=\"y\"", false, true},
		{"pipe", "pid=1 comm=\"x\" path=\"pipe:[1]\" dev=\"pipefs\" ino=1",
		 "pid=2 comm=\"x\" path=\"pipe:[22]\" dev=\"pipefs\" ino=22", true, true},
		{"pipe of another", "pid=1 comm=\"x\" path=\"pipe:[1]\"",
		 "pid=1 comm=\"y\" path=\"pipe:[1]\"", false, true},
		{"port", "pid=1 dest=25", "pid=1 dest=26", false, true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *details[] = {rows[i].a, rows[i].b};
		struct seal_buf key[2] = {{0}};
		struct seal_avc avc;
		char body[256];
		size_t k, n[2];

		for (k = 0; k < 2; k++) {
			struct seal_audit_record r = {.type = AUDIT_AVC};

			snprintf(body, sizeof(body), "avc:  denied  { read } for  %s %s",
				 details[k], CONTEXTS);
			r.body = seal_bytes_of(body);
			assert_int_equal(seal_avc_parse(&r, &avc), 1);
			n[k] = seal_avc_key(&avc, &key[k]);
		}
		if (seal_bytes_eq(seal_buf_bytes(&key[0]), seal_buf_bytes(&key[1])) != rows[i].same)
			fail_msg("%s: keys", rows[i].name);
		if (seal_bytes_eq(seal_bytes_first(seal_buf_bytes(&key[0]), n[0]),
				  seal_bytes_first(seal_buf_bytes(&key[1]), n[1])) !=
		    rows[i].same_access)
			fail_msg("%s: access keys", rows[i].name);
		seal_buf_done(&key[0]);
		seal_buf_done(&key[1]);
	}
}

static void test_address(void **state)
{
	static const struct {
		const char *hex;
		uint16_t family;
		int32_t port;
		const char *text, *path;
	} rows[] = {
		{"020009DDC63364280000000000000000", AF_INET, 2525, "198.51.100.40", ""},
		{"0A0000190000000020010DB800000000000000000000000100000000", AF_INET6, 25,
		 "2001:db8::1", ""},
		{"01002F7661722F73706F6F6C2F706F73746669782F6465762F6C6F67", AF_UNIX, -1, "",
		 "/var/spool/postfix/dev/log"},
		{"01006F70656E646B696D2F6F2E736F636B000000", AF_UNIX, -1, "", "opendkim/o.sock"},
		{"010000616263", AF_UNIX, -1, "", "@abc"},
		{"100000000000000000000000", 0, -1, "", ""},
		{"0200", 0, -1, "", ""},
		{"0", 0, -1, "", ""},
		{"", 0, -1, "", ""},
		{"ZZ", 0, -1, "", ""},
	};
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_audit_address got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(seal_audit_address(a, seal_bytes_of(rows[i].hex), &got), 0);
		assert_int_equal(got.family, rows[i].family);
		assert_int_equal(got.port, rows[i].port);
		assert_bytes(rows[i].hex, got.text, rows[i].text);
		assert_bytes(rows[i].hex, got.path, rows[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record), cmocka_unit_test(test_field),
		cmocka_unit_test(test_text),   cmocka_unit_test(test_avc),
		cmocka_unit_test(test_key),    cmocka_unit_test(test_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
