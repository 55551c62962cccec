/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/state.h"

#include "policy_fixture.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#define ROWS_MAX 6

struct file {
	const char *path, *text;
};

static char folder[64];

static void put(const char *path, const void *text, size_t n)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", folder, path);
	for (char *p = name + strlen(folder) + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(name, 0755);
		*p = '/';
	}
	f = fopen(name, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* read_files - the state of a root that holds @files, up to a NULL path */
static struct seal_host *read_files(const struct file *files, struct seal_bytes policy)
{
	struct seal_host *h = seal_host_new();
	struct seal_root *root = NULL;

	snprintf(folder, sizeof(folder), "/tmp/test_state.XXXXXX");
	assert_non_null(mkdtemp(folder));
	put("etc/hostname", "mail\n", 5);
	for (; files->path; files++)
		put(files->path, files->text, strlen(files->text));
	if (policy.n > 0)
		put("etc/selinux/plain/policy/policy.33", policy.p, policy.n);
	assert_int_equal(seal_root_new(folder, &root, NULL), 0);
	assert_int_equal(seal_selinux_read(root, h, NULL), 0);
	seal_root_free(root);
	nftw(folder, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
	return h;
}

static void done(struct seal_host *h)
{
	seal_selinux_done(h);
	seal_host_free(h);
}

#define CONFIG   "etc/selinux/config"
#define ENTRY(n) "boot/loader/entries/" n ".conf"

static const struct {
	const char *name;
	struct file files[ROWS_MAX];
	enum seal_selinux_mode mode;
} modes[] = {
	{"nothing", {{NULL, NULL}}, SEAL_SELINUX_UNKNOWN},
	{"enforcing",
	 {{CONFIG, "# SELINUX=disabled\nSELINUX=enforcing\n"}},
	 SEAL_SELINUX_ENFORCING},
	{"the last counts",
	 {{CONFIG, "SELINUX=enforcing\nSELINUX=permissive \n"}},
	 SEAL_SELINUX_PERMISSIVE},
	{"no such mode", {{CONFIG, "SELINUX=on\n"}}, SEAL_SELINUX_UNKNOWN},
	{"permissive at boot",
	 {{CONFIG, "SELINUX=enforcing\n"}, {"proc/cmdline", "quiet enforcing=0\n"}},
	 SEAL_SELINUX_PERMISSIVE},
	{"off at boot",
	 {{CONFIG, "SELINUX=enforcing\n"},
	  {"etc/default/grub", "GRUB_CMDLINE_LINUX=\"selinux=0 quiet\"\n"}},
	 SEAL_SELINUX_DISABLED},
	{"running kernel before grub",
	 {{CONFIG, "SELINUX=enforcing\n"},
	  {"proc/cmdline", "quiet\n"},
	  {"etc/default/grub", "GRUB_CMDLINE_LINUX=\"selinux=0\"\n"}},
	 SEAL_SELINUX_ENFORCING},
	{"every entry enforcing",
	 {{CONFIG, "SELINUX=permissive\n"},
	  {ENTRY("a"), "title x\noptions root=x enforcing=1\n"},
	  {ENTRY("b"), "options enforcing=1\n"}},
	 SEAL_SELINUX_ENFORCING},
	{"depends on the entry",
	 {{CONFIG, "SELINUX=enforcing\n"},
	  {ENTRY("a"), "options root=x\n"},
	  {ENTRY("b"), "options enforcing=0\n"}},
	 SEAL_SELINUX_UNKNOWN},
	{"disabled stays disabled",
	 {{CONFIG, "SELINUX=disabled\n"}, {"proc/cmdline", "enforcing=1"}},
	 SEAL_SELINUX_DISABLED},
	{"no part of a word",
	 {{CONFIG, "SELINUX=enforcing\n"}, {"proc/cmdline", "xselinux=0 enforcing=01"}},
	 SEAL_SELINUX_ENFORCING},
};

static void test_mode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		struct seal_host *h = read_files(modes[i].files, SEAL_BYTES_NONE);

		if (h->selinux.mode != modes[i].mode)
			fail_msg("%s: %s", modes[i].name, seal_selinux_mode_name(h->selinux.mode));
		assert_null(h->selinux.policy);
		done(h);
	}
}

static void test_store(void **state)
{
	static const struct file files[] = {
		{CONFIG, "SELINUX=enforcing\nSELINUXTYPE=plain\n"},
		{"var/lib/selinux/plain/active/booleans.local",
		 "# made by libsemanage\nlocal_write=1\nx\n"},
		{"var/lib/selinux/plain/active/ports.local",
		 "portcon tcp 2525 system_u:object_r:mail_port_t:s0\nportcon udp 80-90 "
		 "u:object_r:x_t:s0\nportcon tcp 2000 - 3000 u:object_r:y_t:s0\n"
		 "portcon tcp 90-80 u:r:t\nportcon tcp 70000 u:r:t\nportcon tcp 1 nonsense\n"},
		{"var/lib/selinux/plain/active/disable_dontaudit", ""},
		{"var/lib/selinux/plain/active/modules/100/mta/lang_ext", "pp"},
		{"var/lib/selinux/plain/active/modules/400/mta/lang_ext", "cil\n"},
		{"var/lib/selinux/plain/active/modules/100/base/cil", ""},
		{"var/lib/selinux/plain/active/modules/disabled/base", ""},
		{"etc/selinux/plain/seusers",
		 "__default__:other_u:s0-s0:c0.c2\nroot:system_u\nx\n"},
		{"etc/selinux/plain/booleans.subs_dist", "old_name local_write\n"},
		{NULL, NULL},
	};
	struct seal_bytes image = fixture_image("small.cil", 33), name;
	struct seal_host *h = read_files(files, image);
	const struct seal_selinux *s = &h->selinux;
	bool value;

	(void)state;
	free((char *)(uintptr_t)image.p);
	assert_non_null(s->policy);
	assert_true(seal_bytes_is(s->policy_origin.path, "etc/selinux/plain/policy/policy.33"));
	assert_int_equal(seal_policy_boolean(s->policy, SEAL_LIT("old_name"), &name, &value), 0);
	assert_true(seal_bytes_is(name, "local_write"));
	assert_true(value); /* the store's value went into the policy in memory */
	for (size_t i = 0; i < s->booleans.n; i++) {
		const struct seal_boolean *b = &s->booleans.v[i];
		bool local = seal_bytes_is(b->name, "local_write");

		assert_int_equal(b->active, -1);
		assert_int_equal(b->persistent, local ? 1 : -1);
		assert_int_equal(b->policy_default, seal_bytes_is(b->name, "inverse"));
	}
	assert_int_equal(s->booleans.n, 7);

	assert_int_equal(s->ports.n, 3);
	assert_int_equal(s->ports.v[2].low, 2000);
	assert_int_equal(s->ports.v[2].high, 3000);
	assert_true(seal_bytes_is(s->ports.v[2].type, "y_t"));
	assert_int_equal(s->ports.v[1].low, 80);
	assert_int_equal(s->ports.v[1].high, 90);
	assert_true(seal_bytes_is(s->ports.v[0].type, "mail_port_t"));
	assert_true(s->dontaudit_disabled);
	assert_int_equal(s->modules.n, 3);
	assert_true(seal_bytes_is(s->modules.v[0].name, "base"));
	assert_false(s->modules.v[0].enabled);
	assert_int_equal(s->modules.v[2].priority, 400);
	assert_true(seal_bytes_is(s->modules.v[2].language, "cil"));
	assert_int_equal(s->logins.n, 2);
	assert_true(seal_bytes_is(s->logins.v[0].range, "s0-s0:c0.c2"));
	assert_int_equal(s->permissive.n, 1);
	done(h);
}

/* a policy that cannot be read is a row of sources, and all else stands */
static void test_bad_policy(void **state)
{
	static const struct file files[] = {{CONFIG, "SELINUX=enforcing\n"}, {NULL, NULL}};
	struct seal_bytes image = fixture_image("small.cil", 33);
	struct seal_host *h;
	bool found = false;

	(void)state;
	((char *)(uintptr_t)image.p)[16] = 99;
	h = read_files(files, image);
	free((char *)(uintptr_t)image.p);
	assert_null(h->selinux.policy);
	assert_int_equal(h->selinux.mode, SEAL_SELINUX_ENFORCING);
	assert_true(seal_bytes_is(h->selinux.type, "plain")); /* the only one there is */
	seal_vec_each (s, &h->sources) {
		found |= s->source == SEAL_SOURCE_POLICY && s->status == SEAL_READ_UNREADABLE &&
			 seal_bytes_find(s->detail, "version 99 is newer") >= 0;
	}
	assert_true(found);
	done(h);
}

/* where the modules are: what semanage.conf says, as images of ostree have it, the default */
static void test_store_folder(void **state)
{
	static const struct {
		const char *conf, *store; /* NULL: there is none */
		const char *expected;
	} rows[] = {
		{NULL, "var/lib/selinux/plain/active", "var/lib/selinux/plain/active"},
		{NULL, "etc/selinux/plain/active", "etc/selinux/plain/active"},
		{"store-root = /etc/selinux # as images have it\n", "etc/selinux/plain/active",
		 "etc/selinux/plain/active"},
		{"module-store = direct\nstore-root=/srv/store\n", "srv/store/plain/active",
		 "srv/store/plain/active"},
		/* said, but not there; and what leads out of the root */
		{"store-root=/srv/none\n", "var/lib/selinux/plain/active",
		 "var/lib/selinux/plain/active"},
		{"store-root=/../../..\n", "var/lib/selinux/plain/active",
		 "var/lib/selinux/plain/active"},
		{"#store-root=/etc/selinux\nstore-root=\n", "var/lib/selinux/plain/active",
		 "var/lib/selinux/plain/active"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char local[128], modules[128];
		struct file files[] = {
			{CONFIG, "SELINUX=enforcing\nSELINUXTYPE=plain\n"},
			{local, "local_write=1\n"},
			{modules, "pp"},
			{rows[i].conf ? "etc/selinux/semanage.conf" : NULL, rows[i].conf},
			{NULL, NULL},
		};
		struct seal_bytes image = fixture_image("small.cil", 33);
		struct seal_host *h;
		int persistent = -1;
		bool found = false;

		snprintf(local, sizeof(local), "%s/booleans.local", rows[i].store);
		snprintf(modules, sizeof(modules), "%s/modules/100/mta/lang_ext", rows[i].store);
		h = read_files(files, image);
		free((char *)(uintptr_t)image.p);
		seal_vec_each (b, &h->selinux.booleans)
			if (seal_bytes_is(b->name, "local_write"))
				persistent = b->persistent;
		seal_vec_each (s, &h->sources)
			found |= seal_bytes_find(s->path, rows[i].expected) >= 0;
		if (persistent != 1 || h->selinux.modules.n != 1 || !found)
			fail_msg("row %zu: value %d, %zu modules", i, persistent,
				 h->selinux.modules.n);
		done(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_store_folder),
		cmocka_unit_test(test_bad_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
