/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/attribution/attribution_impl.h"
#include "core/root.h"
#include "evidence/host/changed.h"
#include "evidence/host/packages.h"

/* ---- package logs ---- */

struct scene {
	char top[32];
	struct seal_root *root;
	struct seal_host *host;
};

static void run(const char *program, const char *option, const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, option, "--", path, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void begin(struct scene *s)
{
	char path[64];

	snprintf(s->top, sizeof(s->top), "/tmp/postseal-changes-XXXXXX");
	assert_non_null(mkdtemp(s->top));
	snprintf(path, sizeof(path), "%s/var/log", s->top);
	run("/bin/mkdir", "-p", path);
	snprintf(path, sizeof(path), "%s/etc", s->top);
	run("/bin/mkdir", "-p", path);
}

static void put(const struct scene *s, const char *name, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->top, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* set_time - when the file was written last: a year-less stamp takes its year from there */
static void set_time(const struct scene *s, const char *name, int64_t time_us)
{
	struct timespec ts[2] = {{.tv_sec = (time_t)(time_us / SEAL_SECOND_US)}};
	char path[128];

	ts[1] = ts[0];
	snprintf(path, sizeof(path), "%s/%s", s->top, name);
	assert_int_equal(utimensat(AT_FDCWD, path, ts, 0), 0);
}

static void read_scene(struct scene *s)
{
	assert_int_equal(seal_root_new(s->top, &s->root, NULL), 0);
	s->host = seal_host_new();
	assert_non_null(s->host);
	s->host->span = (struct seal_span){SEAL_TIME_NONE, SEAL_TIME_NONE};
	assert_int_equal(seal_packages_read(s->root, s->host), 0);
}

static void done(struct scene *s)
{
	seal_host_free(s->host);
	seal_root_free(s->root);
	run("/bin/rm", "-rf", s->top);
}

static int64_t at(const char *text)
{
	int64_t t = SEAL_TIME_NONE;

	assert_int_equal(seal_time_parse(seal_bytes_of(text), &t), 0);
	return t;
}

struct expected {
	const char *time, *what, *from, *to;
	uint64_t line;
};

static void expect_bytes(const char *row, struct seal_bytes got, const char *text)
{
	if (!seal_bytes_is(got, text))
		fail_msg("%s: \"%.*s\", expected \"%s\"", row, (int)got.n, got.p, text);
}

static void expect(const struct scene *s, const struct expected *e, size_t n)
{
	const struct seal_change *c = s->host->changes.v;
	size_t i;

	assert_int_equal(s->host->changes.n, n);
	for (i = 0; i < n; i++, c++) {
		assert_int_equal(c->kind, SEAL_CHANGE_PACKAGE);
		if (c->time_us != at(e[i].time))
			fail_msg("%s: time %lld", e[i].what, (long long)c->time_us);
		expect_bytes(e[i].time, c->what, e[i].what);
		expect_bytes(e[i].time, c->from, e[i].from);
		expect_bytes(e[i].time, c->to, e[i].to);
		assert_int_equal(c->origin.line, e[i].line);
		assert_int_equal(c->origin.source, SEAL_SOURCE_PACKAGES);
	}
}
#define EXPECT(s, e) expect(s, e, sizeof(e) / sizeof((e)[0]))

static void test_dpkg(void **state)
{
	static const struct expected all[] = {
		{"2026-11-19T06:00:00Z", "nftables", "", "1.0.6-2", 1},
		{"2026-11-20T18:50:01Z", "postfix", "3.7.10-0", "3.7.11-0", 2},
		{"2026-11-20T18:50:03Z", "exim4", "4.96-15", "", 5},
	};
	struct scene s;

	(void)state;
	begin(&s);
	put(&s, "var/log/dpkg.log.1",
	    "2026-11-19 06:00:00 install nftables:amd64 <none> 1.0.6-2\n");
	put(&s, "var/log/dpkg.log",
	    "2026-11-20 18:50:00 startup archives unpack\n"
	    "2026-11-20 18:50:01 upgrade postfix:amd64 3.7.10-0 3.7.11-0\n"
	    "2026-11-20 18:50:02 status installed postfix:amd64 3.7.11-0\n"
	    "2026-11-20 18:50:02 trigproc man-db:amd64 2.11.2-2 <none>\n"
	    "2026-11-20 18:50:03 remove exim4:all 4.96-15 <none>\n");
	read_scene(&s);
	EXPECT(&s, all);
	assert_int_equal(s.host->sources.n, 2);
	assert_int_equal(s.host->sources.v[1].records, 2);
	done(&s);
}

/* test_zone - dpkg writes the host's local time */
static void test_zone(void **state)
{
	static const struct expected all[] = {
		{"2026-11-20T17:50:01Z", "ufw", "", "0.36.2-1", 1},
	};
	char target[64];
	struct scene s;

	(void)state;
	begin(&s);
	put(&s, "var/log/dpkg.log", "2026-11-20 18:50:01 install ufw:all <none> 0.36.2-1\n");
	snprintf(target, sizeof(target), "%s/etc/localtime", s.top);
	assert_int_equal(symlink("/usr/share/zoneinfo/Europe/Berlin", target), 0);
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0) {
		read_scene(&s);
		EXPECT(&s, all);
		done(&s);
		return;
	}
	run("/bin/rm", "-rf", s.top);
}

static void test_dnf(void **state)
{
	static const struct expected all[] = {
		{"2026-11-20T09:30:12Z", "openssl-libs", "", "1:3.2.2-6.el9.x86_64", 2},
		{"2026-11-20T09:30:16Z", "selinux-policy", "", "38.1.35-2.el9.noarch", 4},
		{"2026-11-20T09:30:17Z", "sendmail", "8.16.1-11.el9.x86_64", "", 5},
		{"2026-11-20T09:30:18Z", "crudini", "", "0.9-11.el8ost.1", 6},
	};
	struct scene s;

	(void)state;
	begin(&s);
	put(&s, "var/log/dnf.rpm.log",
	    "2026-11-20T10:30:10+0100 INFO --- logging initialized ---\n"
	    "2026-11-20T10:30:12+0100 SUBDEBUG Upgrade: openssl-libs-1:3.2.2-6.el9.x86_64\n"
	    "2026-11-20T10:30:14+0100 SUBDEBUG Upgraded: openssl-libs-1:3.0.7-27.el9.x86_64\n"
	    "2026-11-20T09:30:16Z SUBDEBUG Installed: selinux-policy-38.1.35-2.el9.noarch\n"
	    "2026-11-20T09:30:17+00:00 SUBDEBUG Erase: sendmail-8.16.1-11.el9.x86_64\n"
	    "2026-11-20T09:30:18+00 SUBDEBUG Installed: crudini-0.9-11.el8ost.1\n");
	read_scene(&s);
	EXPECT(&s, all);
	done(&s);
}

static void test_yum(void **state)
{
	static const struct expected all[] = {
		{"2026-12-31T23:59:00Z", "postfix", "", "2.10.1-9.el7.x86_64", 1},
		{"2027-01-01T00:10:00Z", "firewalld", "", "0.6.3-13.el7_9.noarch", 2},
	};
	struct scene s;

	(void)state;
	begin(&s);
	put(&s, "var/log/yum.log",
	    "Dec 31 23:59:00 Updated: 2:postfix-2.10.1-9.el7.x86_64\n"
	    "Jan 01 00:10:00 Installed: firewalld-0.6.3-13.el7_9.noarch\n");
	set_time(&s, "var/log/yum.log", at("2027-01-01T00:10:00Z"));
	read_scene(&s);
	EXPECT(&s, all);
	done(&s);
}

/* test_odd_packages - no log is no row; what is no line of it is passed over, and nothing is
 * followed out of the root */
static void test_odd_packages(void **state)
{
	char path[64];
	struct scene s;
	size_t i;
	FILE *f;

	(void)state;
	begin(&s);
	read_scene(&s);
	assert_int_equal(s.host->sources.n, 0);
	done(&s);

	begin(&s);
	put(&s, "var/log/dpkg.log",
	    "2026-13-45 99:00:00 upgrade a b c\n2026-11-20 18:50:01\n"
	    "2026-11-20 18:50:01 upgrade\n\x01\x02\xff\n");
	put(&s, "var/log/dnf.rpm.log",
	    "2026-11-20T09:30:18+0 SUBDEBUG Installed: a-1-1.x\n"
	    "2026-11-20T09:30:18Z SUBDEBUG Installed:\nInstalled: x\n");
	snprintf(path, sizeof(path), "%s/var/log/yum.log", s.top);
	assert_int_equal(mkfifo(path, 0600), 0);
	read_scene(&s);
	assert_int_equal(s.host->changes.n, 0);
	assert_int_equal(s.host->sources.n, 3);
	assert_int_equal(s.host->sources.v[2].status, SEAL_READ_UNREADABLE);
	done(&s);

	begin(&s);
	snprintf(path, sizeof(path), "%s/var/log/dpkg.log", s.top);
	f = fopen(path, "w");
	assert_non_null(f);
	for (i = 0; i < SEAL_PACKAGES_CHANGES_MAX + 10; i++)
		fprintf(f, "2026-11-20 18:50:01 install p%zu:all <none> 1\n", i);
	fclose(f);
	read_scene(&s);
	assert_int_equal(s.host->changes.n, SEAL_PACKAGES_CHANGES_MAX);
	expect_bytes("the oldest made room", s.host->changes.v[0].what, "p4096");
	done(&s);
}

static void test_split(void **state)
{
	static const struct {
		const char *nevra, *name, *version;
	} rows[] = {
		{"postfix-2:3.5.25-1.el9.x86_64", "postfix", "2:3.5.25-1.el9.x86_64"},
		{"nginx-all-modules-1:1.20-1.noarch", "nginx-all-modules", "1:1.20-1.noarch"},
		{"a-1", "a-1", ""},
		{"-1-2", "-1-2", ""},
		{"", "", ""},
	};
	struct seal_bytes version;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_bytes(rows[i].nevra,
			     seal_package_split(seal_bytes_of(rows[i].nevra), &version),
			     rows[i].name);
		expect_bytes(rows[i].nevra, version, rows[i].version);
	}
}

/* ---- modification times ---- */

static int told_file(void *data, struct seal_bytes path, struct seal_file *ret)
{
	static const struct {
		const char *path;
		int64_t time_us;
	} files[] = {
		{"/etc/postfix/main.cf", 50},
		{"/etc/postfix/transport", 20},
		{"/etc/ssl/mail.pem", 40},
		{"/etc/firewalld/zones", 30},
		{"/etc/hosts", SEAL_TIME_NONE},
		{"/live/nftables.json", 1},
		{"/proc/mounts", 1},
	};
	size_t i;

	(void)data;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (seal_bytes_is(path, files[i].path)) {
			*ret = (struct seal_file){.type = 'f', .mtime_us = files[i].time_us};
			return 0;
		}
	return -ENOENT;
}

static void add_row(struct seal_host *h, enum seal_source source, const char *path,
		    enum seal_read_status status)
{
	assert_non_null(seal_host_source(h, source, seal_bytes_of(path), status, SEAL_BYTES_NONE));
}

static void test_files(void **state)
{
	static const struct {
		enum seal_source source;
		const char *what;
	} expected[] = {
		{SEAL_SOURCE_MAP, "/etc/postfix/transport"},
		{SEAL_SOURCE_FIREWALLD, "/etc/firewalld/zones"},
		{SEAL_SOURCE_FILES, "/etc/ssl/mail.pem"},
		{SEAL_SOURCE_MAIN_CF, "/etc/postfix/main.cf"},
	};
	struct seal_host *h = seal_host_new();
	struct seal_instance *inst;
	struct seal_param *p;
	size_t i;

	(void)state;
	assert_non_null(h);
	h->view.file = told_file;
	add_row(h, SEAL_SOURCE_MAIN_CF, "etc/postfix/main.cf", SEAL_READ_READ);
	add_row(h, SEAL_SOURCE_MASTER_CF, "etc/postfix/master.cf", SEAL_READ_ABSENT);
	add_row(h, SEAL_SOURCE_MAP, "hash:/etc/postfix/transport", SEAL_READ_READ);
	add_row(h, SEAL_SOURCE_RULESET, "live/nftables.json", SEAL_READ_READ);
	add_row(h, SEAL_SOURCE_NETWORK, "etc/hosts", SEAL_READ_READ);
	add_row(h, SEAL_SOURCE_NETWORK, "proc/mounts", SEAL_READ_READ);
	add_row(h, SEAL_SOURCE_MAIL_LOG, "var/log/mail.log", SEAL_READ_READ);
	inst = seal_vec_add(&h->postfix.instances);
	assert_non_null(inst);
	p = seal_vec_add(&inst->params);
	assert_non_null(p);
	p->name = SEAL_LIT("smtpd_tls_cert_file");
	p->value = SEAL_LIT("/etc/ssl/mail.pem");
	assert_int_equal(seal_changed_files(h), 0);
	seal_changes_sort(h);
	assert_int_equal(h->changes.n, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < h->changes.n; i++) {
		assert_int_equal(h->changes.v[i].kind, SEAL_CHANGE_FILE);
		assert_int_equal(h->changes.v[i].origin.source, expected[i].source);
		expect_bytes("in order of time", h->changes.v[i].what, expected[i].what);
		expect_bytes("origin", h->changes.v[i].origin.path, expected[i].what + 1);
	}
	seal_host_free(h);
}

/* ---- which of them is told ---- */

#define S       SEAL_SECOND_US
#define AT(s)   ((s)*S)
#define NOTHING ((size_t)-1)

static const struct seal_change history[] = {
	{SEAL_CHANGE_PACKAGE, AT(100), SEAL_LIT("selinux-policy"), .to = SEAL_LIT("2")},
	{SEAL_CHANGE_BOOLEAN, AT(5000), SEAL_LIT("nis_enabled"), .to = SEAL_LIT("0")},
	{SEAL_CHANGE_POLICY_LOAD, AT(5001)},
	{SEAL_CHANGE_FIREWALL, AT(5100), SEAL_LIT("filter")},
	{SEAL_CHANGE_FILE, AT(5200), SEAL_LIT("/etc/postfix/main.cf"),
	 .origin = {.source = SEAL_SOURCE_MAIN_CF}},
	{SEAL_CHANGE_POSTFIX, AT(5203), .to = SEAL_LIT("reload")},
	{SEAL_CHANGE_PACKAGE, AT(5204), SEAL_LIT("vim"), .to = SEAL_LIT("9")},
	{SEAL_CHANGE_POSTFIX, AT(9000), .to = SEAL_LIT("reload")},
	{SEAL_CHANGE_POLICY_LOAD, AT(20000), .to = SEAL_LIT("boot")},
	{SEAL_CHANGE_FILE, AT(20001), SEAL_LIT("/etc/ssl/mail.pem"),
	 .origin = {.source = SEAL_SOURCE_FILES}},
	{SEAL_CHANGE_POSTFIX, AT(20002), .to = SEAL_LIT("start")},
};

static void test_choice(void **state)
{
	static const struct {
		const char *name;
		enum seal_cause_class class_;
		int64_t first_us;
		size_t expect;
	} rows[] = {
		{"the boolean, not its policy load", SEAL_CLASS_SELINUX, AT(5300), 1},
		{"of the firewall", SEAL_CLASS_FIREWALL, AT(5300), 3},
		{"what was written, not the reload", SEAL_CLASS_CONFIG, AT(5300), 4},
		{"nothing of name service: what bears on all mail", SEAL_CLASS_DNS, AT(5300), 4},
		{"a peer's failure has no cause here", SEAL_CLASS_REMOTE, AT(5300), NOTHING},
		{"not an editor", SEAL_CLASS_TLS, AT(5205), 4},
		{"no later change", SEAL_CLASS_FIREWALL, AT(5100) - 1, NOTHING},
		{"one at the same moment", SEAL_CLASS_FIREWALL, AT(5100), 3},
		{"not so long before a reload", SEAL_CLASS_SELINUX, AT(9001), 7},
		{"older than an hour is past", SEAL_CLASS_SELINUX, AT(15000), NOTHING},
		{"the load at boot is no change of policy", SEAL_CLASS_SELINUX, AT(20003), 10},
		{"a certificate", SEAL_CLASS_TLS, AT(20003), 9},
		{"no time, no change", SEAL_CLASS_SELINUX, SEAL_TIME_NONE, NOTHING},
	};
	struct seal_host h = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(history) / sizeof(history[0]); i++) {
		struct seal_change *c = seal_vec_add(&h.changes);

		assert_non_null(c);
		*c = history[i];
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct seal_change *got =
			seal_change_before(&h, rows[i].class_, rows[i].first_us);
		size_t n = got ? (size_t)(got - h.changes.v) : NOTHING;

		if (n != rows[i].expect)
			fail_msg("%s: change %zd", rows[i].name, (ssize_t)n);
	}
	seal_vec_done(&h.changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpkg),         cmocka_unit_test(test_zone),
		cmocka_unit_test(test_dnf),          cmocka_unit_test(test_yum),
		cmocka_unit_test(test_odd_packages), cmocka_unit_test(test_split),
		cmocka_unit_test(test_files),        cmocka_unit_test(test_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
