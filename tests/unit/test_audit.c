/* SPDX-License-Identifier: GPL-2.0-or-later */

/* test_audit - the reader as a whole: a root is written, read, and the facts are looked at */

#include "evidence/audit/audit.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#define LOG "var/log/audit/audit.log"

static char dir[64]; /* an evidence root of its own for each test */

static int make_root(void **state)
{
	static const char *const below[] = {"var", "var/log", "var/log/audit", "etc", "etc/audit"};
	char path[128];
	size_t i;

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/seal-audit-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	for (i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, below[i]);
		if (mkdir(path, 0700) < 0)
			return -1;
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int remove_root(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *at(const char *path)
{
	static char full[256];

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	return full;
}

static void write_file(const char *path, struct seal_bytes text)
{
	FILE *f = fopen(at(path), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	fclose(f);
}

static void put(const char *path, const char *text)
{
	write_file(path, seal_bytes_of(text));
}

/* read_root - the facts; with @entries, as the journal walk would hand them over */
static struct seal_host *read_root(const struct seal_journal_entry *entries, size_t n,
				   struct seal_span span)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_audit struct seal_audit_log *log = NULL;
	struct seal_host *h = seal_host_new();
	struct seal_journal_reader reader;
	size_t i, row = 0;

	assert_non_null(h);
	h->span = span;
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	assert_int_equal(seal_audit_new(root, h, &log, NULL), 0);
	reader = seal_audit_reader(log);
	if (n) {
		assert_non_null(seal_host_source(h, SEAL_SOURCE_JOURNAL, SEAL_LIT("journal"),
						 SEAL_READ_READ, SEAL_BYTES_NONE));
		row = h->sources.n - 1;
	}
	for (i = 0; i < n; i++)
		assert_int_equal(reader.entry(reader.data, &entries[i], &h->sources.v[row]), 0);
	assert_int_equal(seal_audit_finish(log, NULL), 0);
	return h;
}

static struct seal_host *read_all(void)
{
	return read_root(NULL, 0, (struct seal_span){SEAL_TIME_NONE, SEAL_TIME_NONE});
}

static void assert_bytes(const char *name, struct seal_bytes got, const char *want)
{
	if (!seal_bytes_is(got, want))
		fail_msg("%s: got \"%.*s\", want \"%s\"", name, (int)got.n, got.p ? got.p : "",
			 want);
}

/* source_of - the row of @path */
static const struct seal_source_state *source_of(const struct seal_host *h, const char *path)
{
	seal_vec_each (s, &h->sources) {
		if (seal_bytes_is(s->path, path))
			return s;
	}
	fail_msg("no row for %s", path);
	return NULL;
}

#define CONTEXTS                                                                                   \
	"scontext=system_u:system_r:postfix_smtp_t:s0 "                                            \
	"tcontext=system_u:object_r:etc_t:s0 tclass="
#define AVC(stamp, perms, details, tclass)                                                         \
	"type=AVC msg=audit(" stamp "): avc:  denied  { " perms                                    \
	" } for  pid=969 comm=\"smtp\" " details " " CONTEXTS tclass " permissive=0\n"
#define SYSCALL(stamp, number)                                                                     \
	"type=SYSCALL msg=audit(" stamp "): arch=c000003e syscall=" number " success=no exit=-13 " \
	"a0=f items=1 ppid=895 pid=969 uid=101 comm=\"smtp\" exe=\"/usr/lib/postfix/sbin/smtp\" "  \
	"key=(null)\n"
#define CWD(stamp, cwd) "type=CWD msg=audit(" stamp "): cwd=" cwd "\n"
#define PATH(stamp, name, inode, nametype)                                                         \
	"type=PATH msg=audit(" stamp "): item=0 name=" name " " inode                              \
	"mode=0100600 nametype=" nametype "\n"
#define END(stamp) "type=PROCTITLE msg=audit(" stamp "): proctitle=736D7470002D6E0072656C6179\n"
#define S          "1795200816.824:65"

struct object_row {
	const char *name, *text, *path;
	bool inferred, own_view;
	int32_t port;
	const char *address, *socket_path;
};

static const struct object_row object_rows[] = {
	{"connect",
	 AVC(S, "name_connect", "dest=2525", "tcp_socket")
		 SYSCALL(S, "42") "type=SOCKADDR msg=audit(" S
				  "): saddr=020009DDC63364280000000000000000\n" END(S),
	 "", false, false, 2525, "198.51.100.40", ""},
	{"bind", AVC(S, "name_bind", "src=2525", "tcp_socket") SYSCALL(S, "49") END(S), "", false,
	 false, 2525, "", ""},
	{"path= of the process",
	 AVC(S, "read", "path=\"/etc/resolv.conf\" dev=\"vda\" ino=7", "file") SYSCALL(S, "257")
		 CWD(S, "\"/\"") END(S),
	 "/etc/resolv.conf", false, true, -1, "", ""},
	{"path= outside a chroot",
	 AVC(S, "read", "path=\"/etc/resolv.conf\" dev=\"vda\" ino=7", "file") SYSCALL(S, "257")
		 CWD(S, "\"/var/spool/postfix\"") END(S),
	 "/etc/resolv.conf", false, false, -1, "", ""},
	{"hexadecimal path",
	 AVC(S, "read", "path=2F746D702F6120622E dev=\"vda\" ino=7", "file") SYSCALL(S, "257")
		 CWD(S, "\"/x\"") END(S),
	 "/tmp/a b.", false, false, -1, "", ""},
	{"by inode, relative",
	 AVC(S, "read", "name=\"x\" dev=\"vda\" ino=7", "file") SYSCALL(S, "257")
		 CWD(S, "\"/var/spool/postfix\"") PATH(S, "\"deferred/A/x\"", "inode=7 ", "NORMAL")
			 END(S),
	 "/var/spool/postfix/deferred/A/x", false, false, -1, "", ""},
	{"the parent is the object",
	 AVC(S, "write", "name=\"deferred\" dev=\"vda\" ino=7", "dir") SYSCALL(S, "83")
		 CWD(S, "\"/var/spool/postfix\"") PATH(S, "\"deferred/\"", "inode=7 ", "PARENT")
			 PATH(S, "\"deferred/E\"", "", "CREATE") END(S),
	 "/var/spool/postfix/deferred", false, false, -1, "", ""},
	{"about to be made",
	 AVC(S, "create", "name=\"bob.lock\"", "file") SYSCALL(S, "257") CWD(S, "\"/x\"")
		 PATH(S, "\"/var/mail/\"", "inode=9 ", "PARENT")
			 PATH(S, "\"/var/mail/bob.lock\"", "", "CREATE") END(S),
	 "/var/mail/bob.lock", false, false, -1, "", ""},
	{"on the way",
	 AVC(S, "search", "name=\"postfix\" dev=\"vda\" ino=7", "dir") SYSCALL(S, "87")
		 CWD(S, "\"/x\"") PATH(S, "\"/var/spool/postfix/dev/log\"", "", "UNKNOWN") END(S),
	 "/var/spool/postfix", true, false, -1, "", ""},
	{"on the way, twice the same name",
	 AVC(S, "search", "name=\"a\" dev=\"vda\" ino=7", "dir") SYSCALL(S, "87") CWD(S, "\"/x\"")
		 PATH(S, "\"/a/b/a/c\"", "", "UNKNOWN") END(S),
	 "", false, false, -1, "", ""},
	{"another inode",
	 AVC(S, "read", "name=\"x\" dev=\"vda\" ino=7", "file") SYSCALL(S, "257") CWD(S, "\"/\"")
		 PATH(S, "\"/etc/x\"", "inode=8 ", "NORMAL") END(S),
	 "", false, false, -1, "", ""},
	{"through a link",
	 AVC(S, "read", "name=\"x\" dev=\"vda\" ino=7", "file") SYSCALL(S, "257") CWD(S, "\"/a\"")
		 PATH(S, "\"/etc/link\"", "inode=7 ", "NORMAL") END(S),
	 "/etc/link", true, false, -1, "", ""},
	{"through a descriptor",
	 AVC(S, "relabelto", "name=\"urandom\" dev=\"vda\" ino=7", "chr_file") SYSCALL(S, "257")
		 CWD(S, "\"/a\"") PATH(S, "\"/proc/self/fd/3\"", "inode=7 ", "NORMAL") END(S),
	 "", false, false, -1, "", ""},
	{"relative without CWD",
	 AVC(S, "read", "name=\"x\" dev=\"vda\" ino=7", "file") SYSCALL(S, "257")
		 PATH(S, "\"etc/x\"", "inode=7 ", "NORMAL") END(S),
	 "", false, false, -1, "", ""},
	{"unix socket",
	 AVC(S, "write", "name=\"opendkim.sock\" dev=\"vda\" ino=7", "sock_file") SYSCALL(
		 S, "42") "type=SOCKADDR msg=audit(" S
			  "): saddr=01006F70656E646B696D2F6F70656E646B696D2E736F636B00\n" CWD(
				  S, "\"/var/spool/postfix\"") END(S),
	 "/var/spool/postfix/opendkim/opendkim.sock", true, false, -1, "",
	 "opendkim/opendkim.sock"},
	{"not a path",
	 AVC(S, "write", "path=\"pipe:[7]\" dev=\"pipefs\" ino=7", "fifo_file") SYSCALL(S, "1")
		 END(S),
	 "pipe:[7]", false, false, -1, "", ""},
};

static void test_object(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(object_rows) / sizeof(object_rows[0]); i++) {
		const struct object_row *row = &object_rows[i];
		const struct seal_denial *d;
		struct seal_host *h;

		put(LOG, row->text);
		h = read_all();
		assert_int_equal(h->audit.denials.n, 1);
		d = &h->audit.denials.v[0];
		assert_bytes(row->name, d->object.path, row->path);
		assert_bytes(row->name, d->object.address, row->address);
		assert_bytes(row->name, d->object.socket_path, row->socket_path);
		if (d->object.path_is_inferred != row->inferred ||
		    d->object.path_is_relative_to_root != row->own_view)
			fail_msg("%s: inferred %d, own view %d", row->name,
				 d->object.path_is_inferred, d->object.path_is_relative_to_root);
		assert_int_equal(d->object.port, row->port);
		assert_bytes(row->name, d->exe, "/usr/lib/postfix/sbin/smtp");
		assert_int_equal(d->exit, -13);
		assert_int_equal(d->hits.v[0].pid, 969);
		assert_int_equal(d->hits.v[0].ppid, 895);
		assert_int_equal(d->hits.v[0].line, 1);
		assert_true(seal_bytes_eq(d->command, SEAL_LIT("smtp\0-n\0relay")));
		seal_host_free(h);
	}
}

/* test_denial - every fact of one enriched record and its syscall */
static void test_denial(void **state)
{
	const struct seal_denial *d;
	struct seal_host *h;

	(void)state;
	put(LOG, "type=AVC msg=audit(" S "): avc:  denied  { write open ioctl } for  pid=7 "
		 "comm=736D747020 path=\"/x\" dev=\"vda\" ino=12 ioctlcmd=0x5401 capability=2 "
		 "scontext=system_u:system_r:postfix_smtp_t:s0 "
		 "tcontext=system_u:object_r:etc_t:s0:c1,c2 tclass=file permissive=1\n"
		 "type=SYSCALL msg=audit(" S "): arch=c000003e syscall=2 success=yes exit=3 "
		 "ppid=3 pid=7 comm=736D747020 exe=\"/x\"\x1d"
		 "ARCH=x86_64 SYSCALL=open\n" END(S));
	h = read_all();
	assert_int_equal(h->audit.denials.n, 1);
	d = &h->audit.denials.v[0];
	assert_int_equal(d->kind, SEAL_DENIAL_AVC);
	assert_bytes("type", d->source_type, "postfix_smtp_t");
	assert_bytes("type", d->target_type, "etc_t");
	assert_bytes("context", d->tcontext, "system_u:object_r:etc_t:s0:c1,c2");
	assert_int_equal(d->n_perms, 3);
	assert_bytes("perm", d->perms[0], "ioctl");
	assert_bytes("perm", d->perms[1], "open");
	assert_bytes("perm", d->perms[2], "write");
	assert_bytes("comm", d->comm, "smtp ");
	assert_bytes("syscall", d->syscall, "open");
	assert_bytes("ref", d->origin.ref, "1795200816.824:65");
	assert_bytes("dev", d->object.dev, "vda");
	assert_true(d->permissive && d->has_permissive && d->has_syscall && !d->granted);
	assert_int_equal(d->exit, 3);
	assert_int_equal(d->object.inode, 12);
	assert_int_equal(d->object.ioctl, 0x5401);
	assert_int_equal(d->object.capability, 2);
	assert_true(seal_bytes_starts(d->record, "type=AVC msg=audit(" S "): avc:  denied"));
	assert_true(h->audit.present);
	assert_int_equal(h->audit.first_us, INT64_C(1795200816824000));
	seal_host_free(h);
}

/* test_kinds - USER_AVC, SELINUX_ERR, granted, records of older kernels */
static void test_kinds(void **state)
{
	struct seal_host *h;

	(void)state;
	put(LOG, "type=USER_AVC msg=audit(1.000:1): pid=1 uid=0 auid=1 ses=1 subj=a:b:init_t:s0 "
		 "msg='avc:  denied  { start } for auid=n/a uid=0 gid=0 "
		 "path=\"/usr/lib/systemd/system/postfix.service\" cmdline=\"x\" " CONTEXTS
		 "service permissive=0 exe=\"/usr/lib/systemd/systemd\" sauid=0'\x1dUID=\"root\"\n"
		 "type=SELINUX_ERR msg=audit(2.000:2): op=security_compute_sid "
		 "invalid_context=\"u:r:n_t:s0\" " CONTEXTS "process\n" SYSCALL("2.000:2", "59")
			 END("2.000:2") "type=AVC msg=audit(3.000:3): avc:  granted  { read } for  "
					"pid=3 comm=\"a\" " CONTEXTS "file\n"
					"type=AVC msg=audit(4.000:4): avc:  denied  { read } for  "
					"pid=3 comm=\"a\" " CONTEXTS "file\n");
	h = read_all();
	assert_int_equal(h->audit.denials.n, 4);
	assert_int_equal(h->audit.denials.v[0].kind, SEAL_DENIAL_USER_AVC);
	assert_int_equal(h->audit.denials.v[0].hits.v[0].pid, 0);
	assert_bytes("path", h->audit.denials.v[0].object.path,
		     "/usr/lib/systemd/system/postfix.service");
	assert_int_equal(h->audit.denials.v[0].exe.n, 0);
	assert_int_equal(h->audit.denials.v[1].kind, SEAL_DENIAL_SELINUX_ERR);
	assert_bytes("invalid", h->audit.denials.v[1].invalid_context, "u:r:n_t:s0");
	assert_bytes("op", h->audit.denials.v[1].operation, "security_compute_sid");
	assert_bytes("comm", h->audit.denials.v[1].comm, "smtp");
	assert_int_equal(h->audit.denials.v[1].hits.v[0].pid, 969);
	assert_true(h->audit.denials.v[2].granted);
	assert_false(h->audit.denials.v[3].granted || h->audit.denials.v[3].has_permissive);
	seal_host_free(h);
}

/* test_mixed - records of two events between each other, in either order */
static void test_mixed(void **state)
{
	static const char *const texts[] = {
		AVC("1.000:1", "read", "name=\"a\" ino=1", "file") AVC(
			"1.000:2", "read", "name=\"b\" ino=2", "file") SYSCALL("1.000:1", "2")
			SYSCALL("1.000:2", "2") CWD("1.000:1", "\"/a\"") CWD("1.000:2", "\"/b\"")
				PATH("1.000:1", "\"a\"", "inode=1 ", "NORMAL")
					PATH("1.000:2", "\"b\"", "inode=2 ", "NORMAL")
						END("1.000:1") END("1.000:2"),
		END("1.000:1") END("1.000:2") PATH("1.000:1", "\"/a/a\"", "inode=1 ", "NORMAL")
			PATH("1.000:2", "\"/b/b\"", "inode=2 ", "NORMAL") CWD("1.000:1", "\"/a\"")
				CWD("1.000:2", "\"/b\"") SYSCALL("1.000:1", "2")
					SYSCALL("1.000:2", "2") AVC("1.000:1", "read",
								    "name=\"a\" ino=1", "file")
						AVC("1.000:2", "read", "name=\"b\" ino=2", "file"),
		SYSCALL("1.000:1", "2") "type=USER_AUTH msg=audit(1.000:9): pid=1\n" AVC(
			"1.000:1", "read", "path=\"/a/a\" ino=1",
			"file") END("1.000:1") CWD("1.000:2", "\"/b\"")
			AVC("1.000:2", "read", "path=\"/b/b\" ino=2",
			    "file") "type=USER_AUTH msg=audit(1.000:9): pid=1\n" SYSCALL("1.000:2",
											 "2")
				END("1.000:2"),
	};
	struct seal_host *h;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put(LOG, texts[i]);
		h = read_all();
		assert_int_equal(h->audit.denials.n, 2);
		for (k = 0; k < 2; k++) {
			const struct seal_denial *d = &h->audit.denials.v[k];

			assert_bytes("path", d->object.path, k ? "/b/b" : "/a/a");
			assert_int_equal(d->hits.v[0].ppid, 895);
			assert_bytes("syscall", d->syscall, "open");
		}
		seal_host_free(h);
	}
}

static void write_compressed(const char *path, int (*filter)(struct archive *), const char *text)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	assert_int_equal(filter(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, at(path)), ARCHIVE_OK);
	archive_entry_set_filetype(e, AE_IFREG);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, text, strlen(text)), (int)strlen(text));
	archive_write_free(a);
	archive_entry_free(e);
}

#define NTH(n) AVC(#n ".000:" #n, "read", "name=\"x\" ino=1", "file")

/* test_rotation - rotated files in every compression, oldest first, an event across two of them */
static void test_rotation(void **state)
{
	const struct seal_denial *d;
	struct seal_host *h;
	size_t i;

	(void)state;
	put(LOG, SYSCALL("6.000:6", "2") END("6.000:6") NTH(7));
	put(LOG ".1", NTH(5) NTH(6));
	write_compressed(LOG ".2.gz", archive_write_add_filter_gzip, NTH(4));
	write_compressed(LOG ".3.xz", archive_write_add_filter_xz, NTH(3));
	write_compressed(LOG ".4.zst", archive_write_add_filter_zstd, NTH(2));
	write_compressed(LOG ".6.bz2", archive_write_add_filter_bzip2, NTH(1));
	put(LOG ".swp", NTH(99));
	h = read_all();
	assert_int_equal(h->sources.n, 6);
	assert_bytes("oldest", h->sources.v[0].path, LOG ".6.bz2");
	assert_bytes("newest", h->sources.v[5].path, LOG);
	assert_bytes("gap", h->sources.v[5].detail, "audit.log.5 is missing");
	assert_int_equal(h->audit.denials.n, 1);
	d = &h->audit.denials.v[0];
	assert_int_equal(d->count, 7);
	for (i = 0; i < 7; i++) {
		assert_int_equal(d->hits.v[i].serial, i + 1);
		assert_int_equal(d->hits.v[i].ppid, i == 5 ? 895 : 0);
	}
	assert_int_equal(h->audit.first_us, 1000000);
	assert_int_equal(h->audit.last_us, 7000000);
	seal_host_free(h);
}

/* test_dated - names of logrotate's dateext, and a log_file of its own */
static void test_dated(void **state)
{
	struct seal_host *h;

	(void)state;
	put("etc/audit/auditd.conf", "# x\nlog_group = adm\nlog_file = /var/log/messages.audit\n");
	put("var/log/messages.audit", NTH(3));
	put("var/log/messages.audit-20261101", NTH(1));
	put("var/log/messages.audit-20261108", NTH(2));
	h = read_all();
	assert_int_equal(h->sources.n, 3);
	assert_bytes("oldest", h->sources.v[0].path, "var/log/messages.audit-20261101");
	assert_bytes("newest", h->sources.v[2].path, "var/log/messages.audit");
	assert_int_equal(h->audit.n_denials, 3);
	seal_host_free(h);
}

/* test_damage - what is no record costs itself alone, and the lines keep their numbers */
static void test_damage(void **state)
{
	const size_t long_bytes = 3 * 1024 * 1024;
	struct seal_buf b = {0};
	struct seal_host *h;
	size_t i;

	(void)state;
	seal_buf_puts(&b, NTH(1) "\n\nrubbish\n");
	seal_buf_puts(&b, "type=AVC msg=audit(2.000:2): avc:  denied  { read } for  pid=1 "
			  "scontext=u:r:s_t:s0 tcont\n");
	seal_buf_puts(&b, "type=AVC msg=audit(3.0\n");
	seal_buf_puts(&b, "type=AVC msg=audit(3.000:3): avc:  denied  { read } for ");
	for (i = 0; i < long_bytes; i++)
		seal_buf_putc(&b, 'x');
	seal_buf_puts(&b, "\n\xff\xfe\n");
	seal_buf_put(&b, "\0\0\0\0\0\0", 6);
	seal_buf_puts(&b, NTH(4) "type=AVC msg=audit(5.000:5): avc:  denied  { re\x1b[2Jad } for "
				 " pid=1 comm=\"a\" " CONTEXTS "file\n");
	seal_buf_puts(&b, NTH(6));
	b.n--; /* no newline at the end */
	write_file(LOG, seal_buf_bytes(&b));
	h = read_all();
	assert_int_equal(h->audit.denials.n, 1);
	assert_int_equal(h->audit.denials.v[0].count, 3);
	assert_int_equal(h->audit.denials.v[0].hits.v[1].line, 9);
	assert_int_equal(h->audit.denials.v[0].hits.v[2].line, 11);
	assert_int_equal(h->sources.v[0].records, 11);
	assert_int_equal(h->audit.last_us, 6000000);
	assert_bytes("detail", h->sources.v[0].detail, "4 damaged records passed over");
	seal_host_free(h);
	seal_buf_done(&b);
}

/* test_unreadable - what is not a file in the root is a row with its reason; the rest stands */
static void test_unreadable(void **state)
{
	struct seal_host *h;

	(void)state;
	assert_int_equal(mkfifo(at(LOG), 0600), 0);
	assert_int_equal(symlink("/etc/passwd", at(LOG ".1")), 0);
	assert_int_equal(symlink("../../../../../../../../etc/passwd", at(LOG ".2")), 0);
	put(LOG ".3", NTH(1));
	put(LOG ".4.gz", "\x1f\x8b damaged");
	h = read_all();
	assert_int_equal(source_of(h, LOG)->status, SEAL_READ_UNREADABLE);
	assert_true(source_of(h, LOG)->detail.n > 0);
	assert_int_equal(source_of(h, LOG ".1")->status, SEAL_READ_UNREADABLE);
	assert_int_equal(source_of(h, LOG ".2")->status, SEAL_READ_UNREADABLE);
	assert_int_equal(source_of(h, LOG ".3")->status, SEAL_READ_READ);
	assert_int_equal(source_of(h, LOG ".4.gz")->status, SEAL_READ_UNREADABLE);
	assert_int_equal(h->audit.n_denials, 1);
	seal_host_free(h);
}

static void test_absent(void **state)
{
	struct seal_host *h;

	(void)state;
	h = read_all();
	assert_int_equal(source_of(h, LOG)->status, SEAL_READ_ABSENT);
	assert_false(h->audit.present);
	assert_int_equal(h->audit.first_us, SEAL_TIME_NONE);
	seal_host_free(h);
	put(LOG, "");
	h = read_all();
	assert_int_equal(source_of(h, LOG)->status, SEAL_READ_READ);
	assert_false(h->audit.present);
	seal_host_free(h);
}

/* test_serials - numbers start again at each boot: time and serial together are an event */
static void test_serials(void **state)
{
	struct seal_host *h;

	(void)state;
	put(LOG, AVC("1.000:5", "read", "name=\"x\"", "file")
			 AVC("900.000:5", "read", "name=\"x\"", "file")
				 AVC("900.000:5", "read", "name=\"x\"", "file"));
	put(LOG ".1", AVC("1.000:5", "read", "name=\"x\"", "file"));
	h = read_all();
	assert_int_equal(h->audit.denials.n, 1);
	assert_int_equal(h->audit.denials.v[0].count, 2);
	seal_host_free(h);
}

#define KERNEL_AVC(n)                                                                              \
	"audit: type=1400 audit(" #n ".000:" #n "): avc:  denied  { read } for  pid=969 "          \
	"comm=\"smtp\" name=\"x\" ino=1 " CONTEXTS "file permissive=0"

/* test_copies - one occurrence in three sources counts once; only the kernel's own words count */
static void test_copies(void **state)
{
	const struct seal_journal_entry entries[] = {
		{.time_us = 1000000,
		 .audit_id = 1,
		 .audit_type = 1400,
		 .number = 4,
		 .transport = SEAL_LIT("audit"),
		 .message = SEAL_LIT("AVC avc:  denied  { read } for  pid=969 comm=\"smtp\" "
				     "name=\"x\" ino=1 " CONTEXTS "file permissive=0")},
		{.time_us = 2000000,
		 .audit_id = 2,
		 .audit_type = 1400,
		 .number = 5,
		 .transport = SEAL_LIT("audit"),
		 .message = SEAL_LIT("AVC avc:  denied  { read } for  pid=969 comm=\"smtp\" "
				     "name=\"x\" ino=1 " CONTEXTS "file permissive=0")},
		{.time_us = 2000000,
		 .number = 6,
		 .transport = SEAL_LIT("kernel"),
		 .message = SEAL_LIT(KERNEL_AVC(2))},
		{.time_us = 9000000,
		 .number = 7,
		 .transport = SEAL_LIT("syslog"),
		 .message = SEAL_LIT(KERNEL_AVC(9))},
		{.time_us = 9000000,
		 .audit_id = 9,
		 .audit_type = 1400,
		 .number = 8,
		 .transport = SEAL_LIT("journal"),
		 .message = SEAL_LIT("AVC " KERNEL_AVC(9))},
	};
	const struct seal_denial *d;
	struct seal_host *h;
	size_t i;

	(void)state;
	put(LOG, NTH(1));
	put("var/log/kern.log",
	    "2026-11-20T18:52:23.664305+00:00 mail kernel: [    7.3] " KERNEL_AVC(
		    1) "\n"
		       "2026-11-20T18:52:23.664305+00:00 mail kernel: [    7.3] " KERNEL_AVC(
			       2) "\n"
				  "2026-11-20T18:52:23.664305+00:00 mail kernel: [    "
				  "7.3] " KERNEL_AVC(3) "\n"
							"2026-11-20T18:52:23.664305+00:00 mail "
							"kernel: kauditd_printk_skb: 4 callbacks "
							"suppressed\n");
	put("var/log/messages",
	    "Nov 20 18:52:23 mail kernel: " KERNEL_AVC(
		    4) "\n"
		       "Nov 20 18:52:23 mail postfix/smtp[9]: kernel: " KERNEL_AVC(
			       9) "\n"
				  "Nov 20 18:52:23 mail logger: " KERNEL_AVC(9) "\n" KERNEL_AVC(
					  9) "\n");
	h = read_root(entries, sizeof(entries) / sizeof(entries[0]),
		      (struct seal_span){SEAL_TIME_NONE, SEAL_TIME_NONE});
	assert_int_equal(h->audit.denials.n, 1);
	d = &h->audit.denials.v[0];
	assert_int_equal(d->count, 4);
	for (i = 0; i < 4; i++) {
		static const char *const from[] = {LOG, "journal", "var/log/kern.log",
						   "var/log/messages"};

		assert_bytes(from[i], h->sources.v[d->hits.v[i].source].path, from[i]);
	}
	assert_int_equal(d->origin.source, SEAL_SOURCE_AUDIT);
	assert_int_equal(d->hits.v[1].line, 5);
	assert_bytes("detail", source_of(h, "var/log/kern.log")->detail,
		     "4 audit records kept out by the kernel's rate limit");
	seal_host_free(h);
}

/* test_no_auditd - a recorded host on which no auditd ran: its kernel log alone tells of the denial
 */
static void test_no_auditd(void **state)
{
	const char *data = getenv("SEAL_TEST_DATA");
	const struct seal_denial *found = NULL;
	seal_auto_free char *text = NULL;
	struct seal_host *h;
	char path[4096];
	size_t n;
	int fd;

	(void)state;
	assert_non_null(data);
	snprintf(path, sizeof(path), "%s/../incidents/84-no-auditd/kern.log", data);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(seal_read_all(fd, 1 << 20, &text, &n, NULL), 0);
	write_file("var/log/kern.log", (struct seal_bytes){text, n});
	h = read_all();
	assert_int_equal(source_of(h, LOG)->status, SEAL_READ_ABSENT);
	assert_true(h->audit.present);
	seal_vec_each (d, &h->audit.denials) {
		if (seal_bytes_is(d->source_type, "postfix_local_t"))
			found = d;
	}
	assert_non_null(found);
	assert_bytes("path", found->object.path, "/home/bob/Maildir/tmp");
	assert_bytes("syscall", found->syscall, "openat"); /* by libauparse: nothing is enriched */
	assert_int_equal(found->exit, -13);
	assert_int_equal(found->hits.v[0].pid, 779);
	assert_int_equal(found->hits.v[0].ppid, 612);
	assert_int_equal(found->origin.source, SEAL_SOURCE_KERNEL_LOG);
	seal_host_free(h);
}

static void test_changes(void **state)
{
	struct seal_host *h;

	(void)state;
	put(LOG, "type=MAC_POLICY_LOAD msg=audit(1.000:1): auid=1 ses=1 lsm=selinux res=1\n"
		 "type=MAC_CONFIG_CHANGE msg=audit(2.000:2): bool=httpd_can_sendmail val=0 "
		 "old_val=1 auid=1 ses=1\x1d"
		 "AUID=\"root\"\n"
		 "type=MAC_STATUS msg=audit(3.000:3): enforcing=0 old_enforcing=1 auid=1\n"
		 "type=MAC_STATUS msg=audit(4.000:4): enforcing=1 old_enforcing=1 auid=1\n"
		 "type=NETFILTER_CFG msg=audit(5.000:5): table=filter:4 family=1 entries=1 "
		 "op=nft_register_rule pid=780 comm=\"nft\"\n"
		 "type=NETFILTER_CFG msg=audit(5.100:6): table=filter:5 family=1 entries=1 "
		 "op=nft_register_rule pid=780 comm=\"nft\"\n"
		 "type=NETFILTER_CFG msg=audit(7.000:7): table=nat family=2 entries=5 "
		 "op=xt_replace pid=1\n");
	h = read_all();
	assert_int_equal(h->changes.n, 5);
	assert_int_equal(h->changes.v[0].to.n, 0);
	assert_int_equal(h->changes.v[0].kind, SEAL_CHANGE_POLICY_LOAD);
	assert_bytes("what", h->changes.v[1].what, "httpd_can_sendmail");
	assert_bytes("from", h->changes.v[1].from, "1");
	assert_bytes("to", h->changes.v[1].to, "0");
	assert_int_equal(h->changes.v[1].time_us, 2000000);
	assert_int_equal(h->changes.v[1].origin.line, 2);
	assert_bytes("ref", h->changes.v[1].origin.ref, "2.000:2");
	assert_int_equal(h->changes.v[2].kind, SEAL_CHANGE_ENFORCING);
	assert_bytes("to", h->changes.v[2].to, "0");
	assert_bytes("table", h->changes.v[3].what, "filter");
	assert_bytes("op", h->changes.v[3].to, "nft_register_rule");
	assert_bytes("table", h->changes.v[4].what, "nat");
	seal_host_free(h);
}

/* test_change_sources - the load of every boot apart from others; rpm's own records, of old
 * releases without op= */
static void test_change_sources(void **state)
{
	struct seal_host *h;

	(void)state;
	put(LOG,
	    "type=MAC_POLICY_LOAD msg=audit(1.000:4): auid=4294967295 ses=4294967295 lsm=selinux "
	    "res=1\x1d"
	    "AUID=\"unset\"\n"
	    "type=MAC_POLICY_LOAD msg=audit(2.000:400): auid=4294967295 ses=4294967295 "
	    "lsm=selinux res=1\n"
	    "type=SOFTWARE_UPDATE msg=audit(3.000:401): pid=9 uid=0 auid=0 ses=1 "
	    "subj=unconfined_u:unconfined_r:unconfined_t:s0 msg='op=update "
	    "sw=\"postfix-2:3.5.25-1.el9.x86_64\" sw_type=rpm key_enforce=0 gpg_res=1 "
	    "root_dir=\"/\" comm=\"dnf\" exe=\"/usr/bin/python3.9\" hostname=mail addr=? "
	    "terminal=pts/0 res=success'\x1dUID=\"root\" AUID=\"root\"\n"
	    "type=SOFTWARE_UPDATE msg=audit(4.000:402): pid=9 uid=0 auid=0 ses=1 msg='op=remove "
	    "sw=\"dovecot-1:2.3.16-11.el9.x86_64\" sw_type=rpm res=success'\n"
	    "type=SOFTWARE_UPDATE msg=audit(5.000:403): pid=9 uid=0 auid=0 ses=1 "
	    "msg='sw=\"nginx-1:1.20.1-10.el7.noarch\" sw_type=rpm res=success'\n"
	    "type=SOFTWARE_UPDATE msg=audit(6.000:404): pid=9 uid=0 auid=0 ses=1 msg='op=install "
	    "sw=\"exim-4-1.x86_64\" sw_type=rpm res=failed'\n");
	h = read_all();
	assert_int_equal(h->changes.n, 5);
	assert_bytes("boot", h->changes.v[0].to, "boot");
	assert_bytes("later", h->changes.v[1].to, "");
	assert_int_equal(h->changes.v[2].kind, SEAL_CHANGE_PACKAGE);
	assert_bytes("what", h->changes.v[2].what, "postfix");
	assert_bytes("to", h->changes.v[2].to, "2:3.5.25-1.el9.x86_64");
	assert_bytes("removed", h->changes.v[3].what, "dovecot");
	assert_bytes("from", h->changes.v[3].from, "1:2.3.16-11.el9.x86_64");
	assert_bytes("to", h->changes.v[3].to, "");
	assert_bytes("old record", h->changes.v[4].what, "nginx");
	seal_host_free(h);
}

static void test_span(void **state)
{
	struct seal_host *h;

	(void)state;
	put(LOG, NTH(1) NTH(2) NTH(3) NTH(4));
	h = read_root(NULL, 0, (struct seal_span){2000000, 3000000});
	assert_int_equal(h->audit.n_denials, 2);
	assert_int_equal(h->audit.denials.v[0].first_us, 2000000);
	assert_int_equal(h->audit.denials.v[0].last_us, 3000000);
	assert_int_equal(h->audit.first_us, 1000000);
	seal_host_free(h);
}

/* test_limits - a flood of objects, of occurrences and of contexts: bounded, and counted to the
 * last */
static void test_limits(void **state)
{
	const unsigned n = 20000;
	uint64_t total = 0, varies = 0, one = 0;
	struct seal_host *h;
	FILE *f;
	unsigned i;

	(void)state;
	f = fopen(at(LOG), "w");
	assert_non_null(f);
	for (i = 0; i < n; i++) {
		fprintf(f,
			"type=AVC msg=audit(%u.000:1): avc:  denied  { read } for  pid=1 "
			"comm=\"a\" name=\"f%u\" " CONTEXTS "file\n",
			i, i);
		fprintf(f,
			"type=AVC msg=audit(%u.000:2): avc:  denied  { search } for  pid=%u "
			"comm=\"a\" name=\"f\" " CONTEXTS "dir\n",
			i, i);
		fprintf(f,
			"type=AVC msg=audit(%u.000:3): avc:  denied  { read } for  pid=1 "
			"comm=\"a\" scontext=u:r:a_t:s0 tcontext=u:o:b_t:s0:c%u tclass=file\n",
			i, i);
	}
	fclose(f);
	h = read_all();
	seal_vec_each (d, &h->audit.denials) {
		assert_in_range(d->hits.n, 1, SEAL_AUDIT_HITS_MAX);
		total += d->count;
		if (d->object.varies) {
			varies += d->count;
			assert_int_equal(d->object.name.n, 0);
		}
		if (seal_bytes_is(d->tclass, "dir")) {
			one += d->count;
			assert_int_equal(d->hits.n, SEAL_AUDIT_HITS_MAX);
			assert_int_equal(d->hits.v[0].pid, 0);
			assert_int_equal(d->hits.v[d->hits.n - 1].pid, n - 1);
		}
	}
	assert_int_equal(h->audit.n_denials, 3 * n);
	assert_int_equal(total + h->audit.n_not_kept, 3 * n);
	assert_int_equal(varies, n - SEAL_AUDIT_OBJECTS_MAX);
	assert_int_equal(one, n);
	assert_true(h->audit.denials.n <= SEAL_AUDIT_DENIALS_MAX + 2 * SEAL_AUDIT_ACCESS_MAX);
	assert_true(h->audit.n_not_kept > 0);
	seal_host_free(h);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_root, remove_root)
	const struct CMUnitTest tests[] = {
		TEST(test_object),  TEST(test_denial),         TEST(test_kinds),
		TEST(test_mixed),   TEST(test_rotation),       TEST(test_dated),
		TEST(test_damage),  TEST(test_unreadable),     TEST(test_absent),
		TEST(test_serials), TEST(test_copies),         TEST(test_no_auditd),
		TEST(test_changes), TEST(test_change_sources), TEST(test_span),
		TEST(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
