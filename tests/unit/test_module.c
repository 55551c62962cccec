/* SPDX-License-Identifier: GPL-2.0-or-later */
/* the module writer: what it refuses, how it sorts, and what it does without memory */
#include "policy_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/denials/module.h"
#include "memory.h"

static struct seal_policy *small;

static int setup(void **state)
{
	(void)state;
	small = fixture_policy("small.cil");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_policy_free(small);
	return 0;
}

static struct seal_module_rule rule_of(const char *source, const char *target, const char *tclass,
				       const char *perm)
{
	return (struct seal_module_rule){
		.source = seal_bytes_of(source),
		.target = seal_bytes_of(target),
		.tclass = seal_bytes_of(tclass),
		.perms = {seal_bytes_of(perm)},
		.n_perms = 1,
	};
}

static int write_one(const struct seal_module_rule *rule)
{
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	struct seal_fix f = {0};
	int r = seal_module_write(small, rule, 1, arena, &f);

	if (r < 0)
		assert_int_equal(f.module_cil.n + f.module_te.n + f.module_name.n, 0);
	return r;
}

static void names(void **state)
{
	static const struct {
		const char *name;
		int r;
	} rows[] = {
		{"spool_t", 0},         {"Zz_t9", -ENOENT},   {"z", -ENOENT},
		{"{pool_t", -EINVAL},   {"[pool_t", -EINVAL}, {"@pool_t", -EINVAL},
		{"`pool_t", -EINVAL},   {"_pool", -EINVAL},   {"0pool", -EINVAL},
		{"spool-t", -EINVAL},   {"spool:t", -EINVAL}, {"spool t", -EINVAL},
		{"spool{t", -EINVAL},   {"spool[t", -EINVAL}, {"spool_t)", -EINVAL},
		{"post_t", -EINVAL},    {"self", -ENOENT},    {"file_type", -EINVAL},
		{"spool_t\n", -EINVAL}, {"", -EINVAL},
	};
	char longest[130];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_module_rule rule = rule_of("smtp_t", rows[i].name, "file", "open");
		int r = write_one(&rule);

		if (r != rows[i].r)
			fail_msg("%s: %d", rows[i].name, r);
	}
	memset(longest, 'a', sizeof(longest));
	for (size_t n = 128; n <= 129; n++) {
		struct seal_module_rule rule = rule_of("smtp_t", "spool_t", "file", "open");

		rule.tclass = (struct seal_bytes){longest, n};
		assert_int_equal(write_one(&rule), n == 128 ? -ENOENT : -EINVAL);
	}
}

static void permissions(void **state)
{
	struct seal_module_rule rule = rule_of("smtp_t", "spool_t", "file", "open");

	(void)state;
	rule.n_perms = 0;
	assert_int_equal(write_one(&rule), -EINVAL);
	rule.n_perms = SEAL_MODULE_PERMS_MAX + 1;
	assert_int_equal(write_one(&rule), -EINVAL);
	rule.n_perms = 2;
	rule.perms[1] = SEAL_LIT("nosuch");
	assert_int_equal(write_one(&rule), -ENOENT);
	rule.perms[1] = SEAL_LIT("read write");
	assert_int_equal(write_one(&rule), -EINVAL);
	assert_int_equal(seal_module_write(small, &rule, 0, NULL, NULL), -EINVAL);
	rule = rule_of("nosuch_t", "spool_t", "file", "open");
	assert_int_equal(write_one(&rule), -ENOENT);
}

static void ioctls(void **state)
{
	struct seal_module_rule rule = rule_of("queue_t", "spool_t", "file", "ioctl");

	(void)state;
	rule.n_ioctls = 1;
	rule.ioctls[0] = 0x5402;
	assert_int_equal(write_one(&rule), 0);
	rule.ioctls[0] = UINT16_MAX;
	assert_int_equal(write_one(&rule), 0);
	rule.ioctls[0] = UINT16_MAX + 1;
	assert_int_equal(write_one(&rule), -EINVAL);
	rule.ioctls[0] = 0x5402;
	rule.dontaudit = true;
	assert_int_equal(write_one(&rule), -EINVAL);
	rule.dontaudit = false;
	rule.n_ioctls = SEAL_MODULE_IOCTLS_MAX + 1;
	assert_int_equal(write_one(&rule), -EINVAL);
	/* all commands are allowed there: one of them named would take the others away */
	rule.n_ioctls = 1;
	rule.target = SEAL_LIT("config_t");
	assert_int_equal(write_one(&rule), -EINVAL);
	/* no permission at all, and permissions of which none is ioctl */
	rule.target = SEAL_LIT("secret_t");
	assert_int_equal(write_one(&rule), 0);
	rule.source = SEAL_LIT("smtp_t");
	rule.target = SEAL_LIT("spool_t");
	assert_int_equal(write_one(&rule), 0);
}

static size_t many(struct seal_module_rule *rules)
{
	struct seal_module_rule *r = rules;

	*r++ = rule_of("smtp_t", "spool_t", "file", "open");
	*r = rule_of("smtp_t", "spool_t", "dir", "search");
	r->perms[1] = SEAL_LIT("read");
	r->perms[2] = SEAL_LIT("search");
	(r++)->n_perms = 3;
	*r = rule_of("queue_t", "secret_t", "file", "ioctl");
	memcpy(r->ioctls, (uint32_t[]){0x5403, 0x5401, 0x5403, 0x5402}, 4 * sizeof(uint32_t));
	(r++)->n_ioctls = 4;
	*r++ = rule_of("queue_t", "secret_t", "file", "getattr");
	*r++ = rule_of("queue_t", "config_t", "file", "getattr");
	*r = rule_of("smtp_t", "smtp_t", "process", "transition");
	(r++)->dontaudit = true;
	return (size_t)(r - rules);
}

/* the same text in whatever order the rules come */
static void sorted(void **state)
{
	static const char cil[] = "(allow queue_t config_t (file (getattr)))\n"
				  "(allow queue_t secret_t (file (getattr)))\n"
				  "(allow queue_t secret_t (file (ioctl)))\n"
				  "(allowx queue_t secret_t (ioctl file (0x5401 0x5402 0x5403)))\n"
				  "(dontaudit smtp_t self (process (transition)))\n"
				  "(allow smtp_t spool_t (dir (read search)))\n"
				  "(allow smtp_t spool_t (file (open)))";
	static const char te[] =
		"allow queue_t config_t:file { getattr };\n"
		"allow queue_t secret_t:file { getattr };\n"
		"allow queue_t secret_t:file { ioctl };\n"
		"allowxperm queue_t secret_t:file ioctl { 0x5401 0x5402 0x5403 };\n"
		"dontaudit smtp_t self:process { transition };\n"
		"allow smtp_t spool_t:dir { read search };\n"
		"allow smtp_t spool_t:file { open };";
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	struct seal_module_rule rules[8], first;
	struct seal_bytes name = SEAL_BYTES_NONE;
	size_t n = many(rules), i;

	(void)state;
	for (i = 0; i < n; i++) {
		struct seal_fix f = {0};

		assert_int_equal(seal_module_write(small, rules, n, arena, &f), 0);
		if (seal_bytes_find(f.module_cil, cil) < 0)
			fail_msg("turn %zu: %.*s", i, (int)f.module_cil.n, f.module_cil.p);
		if (seal_bytes_find(f.module_te, te) < 0)
			fail_msg("turn %zu: %.*s", i, (int)f.module_te.n, f.module_te.p);
		assert_true(i == 0 || seal_bytes_eq(name, f.module_name));
		name = f.module_name;
		first = rules[0];
		memmove(rules, rules + 1, (n - 1) * sizeof(*rules));
		rules[n - 1] = first;
	}
}

/* one allocation after the other fails: nothing is written, and it says so */
static void without_memory(void **state)
{
	struct seal_module_rule rules[8];
	size_t n = many(rules);
	unsigned long at;

	(void)state;
	rules[n] = rule_of("smtp_t", "spool_t", "file", "ioctl");
	rules[n].ioctls[0] = 0x5402;
	rules[n++].n_ioctls = 1;
	for (at = 1; at < 1000; at++) {
		seal_auto_arena struct seal_arena *arena = seal_arena_new();
		struct seal_fix f = {0};
		int r;

		memory_fail_at(at);
		r = seal_module_write(small, rules, n, arena, &f);
		if (!memory_failed()) {
			memory_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		if (r != -ENOMEM || f.module_cil.n || f.module_te.n || f.module_name.n)
			fail_msg("allocation %lu: %d", at, r);
	}
	assert_true(at > 8 && at < 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),          cmocka_unit_test(permissions),
		cmocka_unit_test(ioctls),         cmocka_unit_test(sorted),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
