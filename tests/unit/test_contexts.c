/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/contexts.h"

#include <errno.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char types[] = "fdlspbc?";
static const mode_t modes[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFSOCK, S_IFIFO, S_IFBLK, S_IFCHR, 0};

static int silent(int type, const char *fmt, ...)
{
	(void)type;
	(void)fmt;
	return 0;
}

/* struct both - the same files, open here and in libselinux */
struct both {
	struct seal_contexts *ours;
	struct selabel_handle *theirs;
	size_t n;
};

static void compare(struct both *b, struct seal_bytes path, size_t type)
{
	struct seal_bytes ours;
	char text[4096], *theirs = NULL;
	int r, e;

	assert_true(path.n < sizeof(text));
	memcpy(text, path.p, path.n);
	text[path.n] = '\0';
	r = seal_contexts_lookup(b->ours, path, types[type], &ours);
	e = selabel_lookup_raw(b->theirs, &theirs, text, (int)modes[type]);
	b->n++;
	if (e < 0 ? r != -ENOENT : r != 0 || !seal_bytes_is(ours, theirs))
		fail_msg("%s (%c): %d %.*s, libselinux %s", text, types[type], r,
			 r ? 0 : (int)ours.n, r ? "" : ours.p, e < 0 ? "none" : theirs);
	freecon(theirs);
}

static void open_both(const char *root_path, const char *type, struct both *b)
{
	seal_auto_root struct seal_root *root = NULL;
	struct selinux_opt opt = {.type = SELABEL_OPT_PATH};
	struct seal_err err = {0};
	char path[512];

	selinux_set_callback(SELINUX_CB_LOG, (union selinux_callback){.func_log = silent});
	*b = (struct both){0};
	assert_int_equal(seal_root_new(root_path, &root, NULL), 0);
	if (seal_contexts_open(root, seal_bytes_of(type), NULL, &b->ours, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(path, sizeof(path), "%s/etc/selinux/%s/contexts/files/file_contexts", root_path,
		 type);
	opt.value = path;
	b->theirs = selabel_open(SELABEL_CTX_FILE, &opt, 1);
	assert_non_null(b->theirs);
}

static void close_both(struct both *b)
{
	seal_contexts_free(b->ours);
	selabel_close(b->theirs);
}

static const char *const paths[] = {
	"/",
	"/etc",
	"/etc/",
	"//etc//aliases",
	"/etc/aliases",
	"/etc/aliases.db",
	"/etc/aliasesxdb",
	"/etc/postfix",
	"/etc/postfixed/x",
	"/etc/postfix/post-install",
	"/etc/postfix/post-installed",
	"/proc",
	"/proc/1",
	"/var",
	"/var/spool",
	"/var/spool/postfix",
	"/var/spool/postfix/deferred",
	"/var/spool/postfix/deferred/A/ABC",
	"/var/spool/postfix/private/smtp",
	"/var/spool/postfix/pid",
	"/var/spool/postfix/pid/master.pid",
	"/var/spool/postfix/lib",
	"/var/spool/postfix/lib64/x",
	"/var/spool/postfix/library",
	"/var/spool/postfix/etc/hosts",
	"/usr",
	"/usr/lib",
	"/usr/x/lib",
	"/usr/x/lib/y",
	"/usr/lib/postfix/smtp",
	"/usr/lib/postfix/sbin/smtp",
	"/usr/lib/postfix/sbin/smtpd",
	"/usr/lib/postfix/sbin/a/b",
	"/usr/local/lib/x",
	"/srv/mail",
	"/srv/a/mail/x",
	"/srv/a/b/mail",
	"/opt/a",
	"/opt/b",
	"/opt/c",
	"/opt/ccd",
	"/opt/cccd",
	"/opt/y",
	"/opt/xxy",
	"/opt/12",
	"/opt/1a",
	"/opt/e",
	"/opt/eee",
	"/opt/",
	"/dev/sda",
	"/dev/sda/x",
	"/dev/log",
	"/dev/null",
	"/run",
	"/run/initctl",
	"/home",
	"/home/bob",
	"/home/bob/",
	"/home/bob/x",
	"/home/bob/Maildir",
	"/home/bob/Maildir/new/1",
	"/data",
	"/data/mail",
	"/data/queue",
	"/data/queue/deferred/1",
	"/data/queue/private/aliases",
	"/data/queued",
	"/rootdir",
	"/rootdir/etc/aliases",
	"/toplevel",
	"/with space/x",
	"/etc/\xc3\xa4",
	"/a\\b",
	"/.",
	"/..",
	"/var/run/x",
	"/etc/aliases/below",
};

static void test_like_libselinux(void **state)
{
	struct both b;
	char root[512];

	(void)state;
	snprintf(root, sizeof(root), "%s/selinux/root", getenv("SEAL_TEST_DATA"));
	open_both(root, "plain", &b);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		for (size_t t = 0; t < sizeof(modes) / sizeof(*modes); t++)
			compare(&b, seal_bytes_of(paths[i]), t);
	close_both(&b);
}

/* random paths out of words that the entries are made of */
static void test_random_paths(void **state)
{
	static const char *const words[] = {
		"etc",  "postfix", "spool",   "var",      "usr",     "lib",     "mail",
		"home", "bob",     "private", "deferred", "a",       "opt",     "smtp",
		"sbin", "data",    "queue",   "run",      "Maildir", "aliases", "x"};
	char path[256], root[512];
	unsigned seed = 1;
	struct both b;

	(void)state;
	snprintf(root, sizeof(root), "%s/selinux/root", getenv("SEAL_TEST_DATA"));
	open_both(root, "plain", &b);
	for (int i = 0; i < 20000; i++) {
		size_t n = 0, parts;

		seed = seed * 1103515245 + 12345;
		for (parts = 1 + (seed >> 16) % 6; parts > 0; parts--) {
			seed = seed * 1103515245 + 12345;
			n += (size_t)snprintf(
				path + n, sizeof(path) - n, "/%s",
				words[(seed >> 16) % (sizeof(words) / sizeof(*words))]);
		}
		compare(&b, (struct seal_bytes){path, n}, (seed >> 8) % 8);
	}
	close_both(&b);
}

static void test_refused(void **state)
{
	static const struct {
		struct seal_bytes path;
		int r;
	} rows[] = {
		{SEAL_LIT(""), -EINVAL},
		{SEAL_LIT("etc"), -EINVAL},
		{SEAL_LIT("/e\0tc"), -EINVAL},
		{SEAL_LIT("/etc\n"), -EINVAL},
	};
	struct seal_bytes context;
	struct both b;
	char root[512];

	(void)state;
	snprintf(root, sizeof(root), "%s/selinux/root", getenv("SEAL_TEST_DATA"));
	open_both(root, "plain", &b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(seal_contexts_lookup(b.ours, rows[i].path, 'f', &context),
				 rows[i].r);
	assert_true(seal_contexts_is_customizable(b.ours, SEAL_LIT("mail_home_t")));
	assert_false(seal_contexts_is_customizable(b.ours, SEAL_LIT("etc_t")));
	close_both(&b);
}

/* as semanage fcontext wants a path: not covered by an equivalence */
static void test_spec_path(void **state)
{
	static const struct {
		const char *path;
		int r;
		const char *spec;
	} rows[] = {
		{"/srv/mail/x", 0, "/srv/mail/x"},
		{"//srv//mail/", 0, "/srv/mail"},
		{"/data/queue/x", 0, "/var/spool/postfix/x"},
		{"/data/queued", 0, "/srv/queued"},
		{"/data/queue/private/x", 0, "/etc/x"},
		/* one leads to what another covers */
		{"/rootdir/run/x", -EXDEV, NULL},
		{"srv", -EINVAL, NULL},
	};
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	struct seal_context_entry e;
	struct seal_bytes spec;
	struct both b;
	char root[512];
	size_t n = 0;

	(void)state;
	snprintf(root, sizeof(root), "%s/selinux/root", getenv("SEAL_TEST_DATA"));
	open_both(root, "plain", &b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int r = seal_contexts_spec_path(b.ours, seal_bytes_of(rows[i].path), arena, &spec);

		if (r != rows[i].r || (r == 0 && !seal_bytes_is(spec, rows[i].spec)))
			fail_msg("%s: %d %.*s", rows[i].path, r, r ? 0 : (int)spec.n,
				 r ? "" : spec.p);
	}
	while (seal_contexts_entry(b.ours, n, &e) == 0)
		n++;
	assert_true(n > 10);
	assert_int_equal(seal_contexts_entry(b.ours, n + 1, &e), -ENOENT);
	close_both(&b);
}

/* a bad line is named and left out, a path it may be meant for is unknown, the rest stands */
static void test_broken(void **state)
{
	static const struct {
		const char *path;
		int r;
		const char *context;
	} rows[] = {
		{"/etc/hosts", 0, "system_u:object_r:etc_t:s0"},
		{"/etc/postfix", -ENODATA, NULL},
		{"/var/x", 0, "system_u:object_r:default_t:s0"},
		{"/srv/lonely", 0, "system_u:object_r:srv_t:s0"},
		{"/slow/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaxb", -ENODATA,
		 NULL},
		{"/slow/aaab", 0, "system_u:object_r:slow_t:s0"},
	};
	seal_auto_root struct seal_root *root = NULL;
	struct seal_host *h = seal_host_new();
	struct seal_contexts *c = NULL;
	struct seal_bytes context;
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/selinux/root", getenv("SEAL_TEST_DATA"));
	assert_int_equal(seal_root_new(path, &root, NULL), 0);
	assert_int_equal(seal_contexts_open(root, SEAL_LIT("broken"), h, &c, NULL), 0);
	assert_int_equal(h->sources.n, 1);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_TRUNCATED);
	assert_true(seal_bytes_starts(h->sources.v[0].detail,
				      "3 lines left out, first line 3: missing"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int r = seal_contexts_lookup(c, seal_bytes_of(rows[i].path), 'f', &context);

		if (r != rows[i].r || (r == 0 && !seal_bytes_is(context, rows[i].context)))
			fail_msg("%s: %d", rows[i].path, r);
	}
	seal_contexts_free(c);
	c = NULL;
	assert_int_equal(seal_contexts_open(root, SEAL_LIT("nosuch"), h, &c, NULL), -ENOENT);
	assert_int_equal(seal_contexts_open(root, SEAL_LIT(".."), h, &c, NULL), -EINVAL);
	seal_host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_libselinux), cmocka_unit_test(test_random_paths),
		cmocka_unit_test(test_refused),         cmocka_unit_test(test_spec_path),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
