/* SPDX-License-Identifier: GPL-2.0-or-later */
/* the walk over mode bits, on a tree given as a table */
#include <errno.h>
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

/* struct acl_row - an access of one user to a file of root:mail with mode 0670 and an ACL */
struct acl_row {
	const char *name;
	struct seal_acl acl;
	uint32_t uid, gid;
	unsigned access;
	bool allowed;
};

static const struct seal_acl *acl_now; /* NULL: the evidence holds no ACLs */
static uint32_t mode_now;

static int one_file(void *data, struct seal_bytes path, struct seal_file *ret)
{
	(void)data;
	*ret = (struct seal_file){.type = path.n == 1 ? 'd' : 'f', .mode = 0755, .has_owner = true};
	if (path.n > 1) {
		ret->mode = mode_now;
		ret->gid = 8;
	}
	return 0;
}

static int one_acl(void *data, struct seal_bytes path, struct seal_acl *ret)
{
	(void)data;
	*ret = (struct seal_acl){.n = 0};
	if (path.n == 1)
		return 0;
	if (!acl_now)
		return -ENODATA;
	*ret = *acl_now;
	return 0;
}

/* the examples of acl(5), and what the kernel's posix_acl_permission() does with them */
static void acls(void **state)
{
	static const struct acl_row rows[] = {
		{"named user",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_USER, 101, 6},
		   {SEAL_ACL_OWNING_GROUP, 0, 0},
		   {SEAL_ACL_MASK, 0, 7},
		   {SEAL_ACL_OTHER, 0, 0}},
		  5},
		 101,
		 108,
		 SEAL_DAC_READ | SEAL_DAC_WRITE,
		 true},
		{"the mask limits a named user",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_USER, 101, 6},
		   {SEAL_ACL_OWNING_GROUP, 0, 0},
		   {SEAL_ACL_MASK, 0, 4},
		   {SEAL_ACL_OTHER, 0, 0}},
		  5},
		 101,
		 108,
		 SEAL_DAC_WRITE,
		 false},
		{"a named user is no other",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_USER, 101, 0},
		   {SEAL_ACL_OWNING_GROUP, 0, 0},
		   {SEAL_ACL_MASK, 0, 7},
		   {SEAL_ACL_OTHER, 0, 7}},
		  5},
		 101,
		 108,
		 SEAL_DAC_READ,
		 false},
		{"named group",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_OWNING_GROUP, 0, 0},
		   {SEAL_ACL_GROUP, 108, 6},
		   {SEAL_ACL_MASK, 0, 7},
		   {SEAL_ACL_OTHER, 0, 0}},
		  5},
		 101,
		 108,
		 SEAL_DAC_WRITE,
		 true},
		{"no one group grants it all",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_OWNING_GROUP, 0, 4},
		   {SEAL_ACL_GROUP, 108, 2},
		   {SEAL_ACL_MASK, 0, 7},
		   {SEAL_ACL_OTHER, 0, 7}},
		  5},
		 101,
		 108,
		 SEAL_DAC_READ | SEAL_DAC_WRITE,
		 false},
		{"the owning group below the mask",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_OWNING_GROUP, 0, 4},
		   {SEAL_ACL_MASK, 0, 7},
		   {SEAL_ACL_OTHER, 0, 0}},
		  4},
		 1001,
		 8,
		 SEAL_DAC_WRITE,
		 false},
		{"others",
		 {{{SEAL_ACL_OWNER, 0, 6},
		   {SEAL_ACL_USER, 5, 7},
		   {SEAL_ACL_OWNING_GROUP, 0, 0},
		   {SEAL_ACL_MASK, 0, 7},
		   {SEAL_ACL_OTHER, 0, 4}},
		  5},
		 101,
		 108,
		 SEAL_DAC_READ,
		 true},
		{"no ACL but the mode", {.n = 0}, 101, 8, SEAL_DAC_WRITE, true},
	};
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_view view = {.file = one_file, .acl = one_acl};
	struct seal_identity who = {0};
	struct seal_dac_result r;
	size_t i;

	(void)state;
	mode_now = 0670;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		acl_now = &rows[i].acl;
		who.uid = rows[i].uid;
		who.gid = rows[i].gid;
		assert_int_equal(seal_dac_walk(&view, SEAL_LIT("/f"), &who, rows[i].access, a, &r),
				 0);
		if ((r.answer == SEAL_DAC_ALLOWED) != rows[i].allowed)
			fail_msg("%s: answer %d", rows[i].name, r.answer);
		assert_false(r.acl_unknown);
	}
}

/* a refusal stands when no ACL could change it, for the group bits are the mask of every ACL */
static void unknown_acls(void **state)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_view view = {.file = one_file, .acl = one_acl};
	static const struct seal_identity who = {.uid = 101, .gid = 108};
	struct seal_dac_result r;

	(void)state;
	acl_now = NULL;
	mode_now = 0660;
	assert_int_equal(seal_dac_walk(&view, SEAL_LIT("/f"), &who, SEAL_DAC_WRITE, a, &r), 0);
	assert_int_equal(r.answer, SEAL_DAC_REFUSED);
	assert_true(r.acl_unknown);
	mode_now = 0640;
	assert_int_equal(seal_dac_walk(&view, SEAL_LIT("/f"), &who, SEAL_DAC_WRITE, a, &r), 0);
	assert_int_equal(r.answer, SEAL_DAC_REFUSED);
	assert_false(r.acl_unknown);
	mode_now = 0600;
	assert_int_equal(seal_dac_walk(&view, SEAL_LIT("/f"), &who, SEAL_DAC_READ, a, &r), 0);
	assert_false(r.acl_unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(walks), cmocka_unit_test(acls),
					   cmocka_unit_test(unknown_acls)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
