/* SPDX-License-Identifier: GPL-2.0-or-later */
/* the walk over mode bits, on a tree given as a table */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/dac.h"

struct node {
	const char *path;
	char type;
	uint32_t mode, uid, gid;
	const char *link;
};

/* uid 101 = postfix, gid 108 = postfix, gid 109 = postdrop */
static const struct node tree[] = {
	{"/", 'd', 0755, 0, 0, NULL},
	{"/var", 'd', 0755, 0, 0, NULL},
	{"/var/spool", 'd', 0755, 0, 0, NULL},
	{"/var/spool/postfix", 'd', 0755, 0, 0, NULL},
	{"/var/spool/postfix/deferred", 'd', 0700, 0, 0, NULL},
	{"/var/spool/postfix/maildrop", 'd', 01730, 101, 109, NULL},
	{"/var/spool/postfix/active", 'd', 0700, 101, 0, NULL},
	{"/var/mail", 'l', 0777, 0, 0, "spool/mail"},
	{"/var/spool/mail", 'd', 02775, 0, 8, NULL},
	{"/var/spool/mail/bob", 'f', 0600, 1001, 8, NULL},
	{"/loop", 'l', 0777, 0, 0, "/loop"},
	{"/gap/x", 'd', 0700, 0, 0, NULL},
	{"/gap/y", 'f', 0644, 0, 0, NULL},
	{"/owner-only", 'f', 0077, 101, 108, NULL},
};

static int find(void *data, struct seal_bytes path, struct seal_file *ret)
{
	size_t i;

	(void)data;
	for (i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
		if (seal_bytes_is(path, tree[i].path)) {
			*ret = (struct seal_file){.type = tree[i].type,
						  .mode = tree[i].mode,
						  .uid = tree[i].uid,
						  .gid = tree[i].gid,
						  .link = seal_bytes_of(tree[i].link),
						  .has_owner = true};
			return 0;
		}
	return seal_bytes_starts(path, "/gap") && path.n == 4 ? -ENODATA : -ENOENT;
}

static void walks(void **state)
{
	static const struct seal_identity postfix = {.uid = 101, .gid = 108};
	static const struct seal_identity bob = {.uid = 1001, .gid = 1001};
	static const struct seal_identity mail = {
		.uid = 1002, .gid = 1002, .groups = {8}, .n_groups = 1};
	static const struct seal_identity root = {.uid = 0, .gid = 0, .override = true};
	static const struct {
		const char *name, *path;
		const struct seal_identity *who;
		unsigned access;
		enum seal_dac_answer answer;
		const char *at;
	} rows[] = {
		{"owner", "/var/spool/postfix/active", &postfix, 7, SEAL_DAC_ALLOWED, NULL},
		{"another's directory", "/var/spool/postfix/deferred", &postfix, SEAL_DAC_WRITE,
		 SEAL_DAC_REFUSED, "/var/spool/postfix/deferred"},
		{"below another's directory", "/var/spool/postfix/deferred/A/A1", &postfix,
		 SEAL_DAC_READ, SEAL_DAC_REFUSED, "/var/spool/postfix/deferred"},
		{"root", "/var/spool/postfix/deferred", &root, 7, SEAL_DAC_ALLOWED, NULL},
		{"through a link", "/var/mail/bob", &bob, SEAL_DAC_READ | SEAL_DAC_WRITE,
		 SEAL_DAC_ALLOWED, NULL},
		{"a file to be made", "/var/mail/bob.lock", &bob, SEAL_DAC_WRITE, SEAL_DAC_REFUSED,
		 "/var/spool/mail"},
		{"made by the group", "/var/mail/new.lock", &mail, SEAL_DAC_WRITE, SEAL_DAC_ALLOWED,
		 NULL},
		{"not there", "/var/mail/new", &mail, SEAL_DAC_READ, SEAL_DAC_MISSING, NULL},
		{"dots", "/var/./spool/../mail/bob", &bob, SEAL_DAC_READ, SEAL_DAC_ALLOWED, NULL},
		{"loop", "/loop", &bob, SEAL_DAC_READ, SEAL_DAC_UNKNOWN, NULL},
		{"refused behind a gap", "/gap/x", &bob, SEAL_DAC_READ, SEAL_DAC_REFUSED, "/gap/x"},
		{"passed behind a gap", "/gap/y", &bob, SEAL_DAC_READ, SEAL_DAC_UNKNOWN, NULL},
		{"the owner's bits count first", "/owner-only", &postfix, SEAL_DAC_READ,
		 SEAL_DAC_REFUSED, "/owner-only"},
		{"relative", "var/mail", &bob, SEAL_DAC_READ, SEAL_DAC_UNKNOWN, NULL},
	};
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_view view = {.file = find};
	struct seal_dac_result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(seal_dac_walk(&view, seal_bytes_of(rows[i].path), rows[i].who,
					       rows[i].access, a, &r),
				 0);
		if (r.answer != rows[i].answer)
			fail_msg("%s: answer %d, expected %d", rows[i].name, r.answer,
				 rows[i].answer);
		if (rows[i].at && !seal_bytes_is(r.path, rows[i].at))
			fail_msg("%s: at %.*s", rows[i].name, (int)r.path.n, r.path.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(walks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
