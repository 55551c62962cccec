/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SYS   "system_u:system_r:"
#define OBJ   "system_u:object_r:"
#define OTHER "other_u:object_r:"

static struct seal_policy *policy;

static int setup(void **state)
{
	(void)state;
	policy = fixture_policy("small.cil");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_policy_free(policy);
	return 0;
}

static const struct {
	const char *access;
	int64_t ioctl;
	unsigned reasons;
	const char *te; /* permissions TE lacks */
} whys[] = {
	{SYS "smtp_t:s0 " OBJ "spool_t:s0 file read write", -1, SEAL_WHY_ALLOWED, ""},
	{SYS "post_t:s0 " OBJ "spool_t:s0 file read", -1, SEAL_WHY_ALLOWED, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0 file read open", -1, SEAL_WHY_TE, "open"},
	/* what type enforcement lacks does not hide the constraint */
	{SYS "smtpd_t:s0 " OTHER "spool_t:s0 file read write", -1,
	 SEAL_WHY_TE | SEAL_WHY_CONSTRAINT, "read write"},
	{SYS "smtp_t:s0 " OTHER "spool_t:s0 file write", -1, SEAL_WHY_CONSTRAINT, ""},
	{SYS "trusted_t:s0 " OTHER "spool_t:s0:c1 file read write", -1, SEAL_WHY_ALLOWED, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0:c1 file read", -1, SEAL_WHY_MLS, ""},
	{SYS "smtp_t:s0-s0:c0.c2 " OBJ "spool_t:s0:c1 file read", -1, SEAL_WHY_ALLOWED, ""},
	{SYS "smtp_t:s0:c0 " OTHER "spool_t:s0:c1 file read write", -1,
	 SEAL_WHY_MLS | SEAL_WHY_CONSTRAINT, ""},
	{SYS "base_t:s0 other_u:other_r:smtp_t:s0 process transition", -1, SEAL_WHY_ALLOWED, ""},
	{SYS "base_t:s0 system_u:apart_r:smtp_t:s0 process transition", -1, SEAL_WHY_RBAC, ""},
	{SYS "base_t:s0 system_u:apart_r:smtp_t:s0 process dyntransition", -1,
	 SEAL_WHY_TE | SEAL_WHY_RBAC, "dyntransition"},
	{SYS "child_t:s0 " OBJ "secret_t:s0 file read", -1, SEAL_WHY_BOUNDS, ""},
	{SYS "child_t:s0 " OBJ "secret_t:s0 file open", -1, SEAL_WHY_TE | SEAL_WHY_BOUNDS, "open"},
	{SYS "child_t:s0 " OBJ "spool_t:s0 file read", -1, SEAL_WHY_ALLOWED, ""},
	{SYS "queue_t:s0 " OBJ "spool_t:s0 file ioctl", 0x5401, SEAL_WHY_ALLOWED, ""},
	{SYS "queue_t:s0 " OBJ "spool_t:s0 file ioctl", 0x5402, SEAL_WHY_XPERM, ""},
	{SYS "queue_t:s0 " OBJ "spool_t:s0 file ioctl", 0x66f0, SEAL_WHY_ALLOWED, ""},
	{SYS "queue_t:s0 " OBJ "spool_t:s0 file ioctl", 0x6700, SEAL_WHY_XPERM, ""},
	{SYS "queue_t:s0 " OBJ "spool_t:s0 file ioctl", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "queue_t:s0 " OBJ "config_t:s0 file ioctl", 0x5402, SEAL_WHY_ALLOWED, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0 file ioctl", 0x5402, SEAL_WHY_TE, "ioctl"},
	{"smtp_t spool_t file open", -1, SEAL_WHY_TE, "open"},
	{SYS "nosuch_t:s0 " OBJ "spool_t:s0 file read", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "smtp_t:s0 " OBJ "nosuch_t:s0 file read", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0 nosuch read", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0 file name_connect", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0 file", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t:s0:c9 file read", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "smtp_t:s0 " OBJ "spool_t file read", -1, SEAL_WHY_UNKNOWN, ""},
	{"other_u:system_r:smtp_t:s0 " OBJ "spool_t:s0 file read", -1, SEAL_WHY_UNKNOWN, ""},
	{SYS "domain:s0 " OBJ "spool_t:s0 file read", -1, SEAL_WHY_UNKNOWN, ""},
	{": : : :", -1, SEAL_WHY_UNKNOWN, ""},
};

static void test_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whys) / sizeof(*whys); i++) {
		struct seal_why_result r;
		struct fixture_access f;
		int allows;

		fixture_access(&f, whys[i].access, whys[i].ioctl);
		assert_int_equal(seal_policy_why(policy, &f.a, &r), 0);
		if (r.reasons != whys[i].reasons || strcmp(fixture_join(&r.te), whys[i].te) != 0)
			fail_msg("%s: reasons %#x, te \"%s\", %s", whys[i].access, r.reasons,
				 fixture_join(&r.te), r.unknown);
		assert_true((r.unknown[0] != '\0') == (r.reasons == SEAL_WHY_UNKNOWN));

		allows = seal_policy_allows(policy, &f.a);
		if (r.reasons == SEAL_WHY_UNKNOWN)
			assert_true(allows == -ENOENT || allows == -ENODATA);
		else
			assert_int_equal(allows, r.reasons == SEAL_WHY_ALLOWED);
		seal_why_done(&r);
	}
}

static void test_constraint_words(void **state)
{
	struct seal_why_result r;
	struct fixture_access f;

	(void)state;
	fixture_access(&f, SYS "smtp_t:s0:c0 " OTHER "spool_t:s0:c1 file read write open", -1);
	assert_int_equal(seal_policy_why(policy, &f.a, &r), 0);
	assert_int_equal(r.constraints.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct seal_constraint *c = &r.constraints.v[i];

		if (c->mls) {
			assert_true(seal_bytes_is(c->text, "h1 dom h2 or t1 == { trusted }"));
			assert_string_equal(fixture_join(&c->perms), "read");
			assert_true(c->level && c->type && !c->user && !c->role);
		} else {
			assert_true(seal_bytes_is(c->text, "u1 == u2 or t1 == { trusted }"));
			assert_string_equal(fixture_join(&c->perms), "write");
			assert_true(c->user && c->type && !c->level && !c->role);
		}
	}
	seal_why_done(&r);
}

static void test_flags(void **state)
{
	static const struct {
		const char *access;
		bool permissive, dontaudit;
	} rows[] = {
		{SYS "permissive_t:s0 " OBJ "secret_t:s0 file read", true, false},
		{SYS "smtp_t:s0 " OBJ "secret_t:s0 file getattr", false, true},
		{SYS "smtp_t:s0 " OBJ "secret_t:s0 file read", false, false},
		{SYS "smtp_t:s0 " OBJ "secret_t:s0 file read getattr", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_why_result r;
		struct fixture_access f;

		fixture_access(&f, rows[i].access, -1);
		assert_int_equal(seal_policy_why(policy, &f.a, &r), 0);
		if (r.permissive != rows[i].permissive || r.dontaudit != rows[i].dontaudit)
			fail_msg("%s: permissive %d, dontaudit %d", rows[i].access, r.permissive,
				 r.dontaudit);
		seal_why_done(&r);
	}
}

static const char *sets_text(const struct seal_boolean_sets *sets)
{
	static char text[1024];
	size_t o = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sets->v.n; i++) {
		o += (size_t)snprintf(text + o, sizeof(text) - o, "%s", i ? ", " : "");
		for (size_t k = 0; k < sets->v.v[i].n; k++)
			o += (size_t)snprintf(text + o, sizeof(text) - o, "%s%.*s=%d", k ? " " : "",
					      (int)sets->v.v[i].v[k].name.n,
					      sets->v.v[i].v[k].name.p, sets->v.v[i].v[k].value);
	}
	return text;
}

static void test_boolean_sets(void **state)
{
	static const struct {
		const char *access, *sets;
	} rows[] = {
		{"smtpd_t spool_t file write", "local_write=1, wide=1"},
		{"smtpd_t secret_t file read", "wide=1, first=1 second=1"},
		{"smtpd_t secret_t file read open", "wide=1, first=1 second=1 third=1"},
		{"base_t spool_t file map", "inverse=0, wide=1"},
		{"smtp_t wide_port_t tcp_socket name_bind", "allow_bind=1"},
		{"smtp_t exec_t file execute", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_boolean_sets sets;
		struct fixture_access f;

		fixture_access(&f, rows[i].access, -1);
		assert_int_equal(seal_policy_boolean_sets(policy, &f.a, 1, &sets), 0);
		if (strcmp(sets_text(&sets), rows[i].sets) != 0)
			fail_msg("%s: %s", rows[i].access, sets_text(&sets));
		seal_vec_done(&sets.v);
	}
}

static void test_boolean_names(void **state)
{
	static const struct {
		const char *name, *found;
	} rows[] = {
		{"local_write", "local_write"},
		{"allow_local_write", "local_write"},
		{"bind", "allow_bind"},
		{"allow_bind", "allow_bind"},
		{"nosuch", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_bytes name;
		int r = seal_policy_boolean(policy, seal_bytes_of(rows[i].name), &name, NULL);

		assert_int_equal(r, rows[i].found ? 0 : -ENOENT);
		if (rows[i].found)
			assert_true(seal_bytes_is(name, rows[i].found));
	}
}

static void test_cost(void **state)
{
	static const struct {
		const char *boolean;
		bool value;
		uint64_t own, domains, tuples, closes;
	} rows[] = {
		{"local_write", true, 1, 1, 1},
		{"local_write", false, 0, 0, 0},
		{"first", true, 0, 0, 0},
		/* 8 domains, 4 types, 5 permissions, less what they had: 3 each on config_t, and
		   2 smtp_t, 3 queue_t and trusted_t, 1 parent_t, 2 child_t, 1 base_t (map on
		   secret_t) */
		{"wide", true, 17, 8, 8 * 20 - 8 * 3 - 2 - 3 - 3 - 1 - 2 - 1},
		{"inverse", false, 0, 1, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_switch s = {seal_bytes_of(rows[i].boolean), rows[i].value};
		struct seal_policy_change c = {.switches = &s, .n_switches = 1};
		struct seal_cost cost;

		assert_int_equal(seal_policy_cost(policy, &c, SEAL_LIT("smtpd_t"), &cost, NULL), 0);
		if (cost.own != rows[i].own || cost.domains != rows[i].domains ||
		    cost.tuples != rows[i].tuples || cost.closes != rows[i].closes)
			fail_msg("%s: own %lu domains %lu tuples %lu closes %lu", rows[i].boolean,
				 (unsigned long)cost.own, (unsigned long)cost.domains,
				 (unsigned long)cost.tuples, (unsigned long)cost.closes);
	}
}

static void test_try(void **state)
{
	static const struct seal_bytes read_open[] = {SEAL_LIT("read"), SEAL_LIT("open")};
	struct seal_allow allow = {SEAL_LIT("smtp_t"), SEAL_LIT("secret_t"), SEAL_LIT("file"),
				   read_open, 2};
	struct seal_switch on = {SEAL_LIT("allow_bind"), true};
	struct seal_policy_change c = {&on, 1, &allow, 1};
	struct fixture_access file, bind;
	struct seal_names names;
	struct seal_cost cost;

	(void)state;
	fixture_access(&file, SYS "smtp_t:s0 " OBJ "secret_t:s0 file read open", -1);
	fixture_access(&bind, SYS "smtp_t:s0 " OBJ "wide_port_t:s0 tcp_socket name_bind", -1);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(seal_policy_allows(policy, &file.a), 0);
		assert_int_equal(seal_policy_allows(policy, &bind.a), 0);
		assert_int_equal(seal_policy_cost(policy, &c, SEAL_LIT("smtp_t"), &cost, NULL), 0);
		assert_int_equal(cost.own, 3);
		assert_int_equal(cost.tuples, 3);

		assert_int_equal(seal_policy_try(policy, &c, NULL), 0);
		assert_int_equal(seal_policy_try(policy, &c, NULL), -EBUSY);
		assert_int_equal(seal_policy_cost(policy, &c, SEAL_BYTES_NONE, &cost, NULL),
				 -EBUSY);
		assert_int_equal(seal_policy_allows(policy, &file.a), 1);
		assert_int_equal(seal_policy_allows(policy, &bind.a), 1);
		assert_int_equal(seal_policy_types_with(policy, SEAL_LIT("smtp_t"),
							SEAL_LIT("file"), read_open, 2, &names),
				 0);
		assert_string_equal(fixture_join(&names), "config_t secret_t");
		seal_vec_done(&names.v);
		seal_policy_restore(policy);

		assert_int_equal(seal_policy_types_with(policy, SEAL_LIT("smtp_t"),
							SEAL_LIT("file"), read_open, 2, &names),
				 0);
		assert_string_equal(fixture_join(&names), "config_t");
		seal_vec_done(&names.v);
	}
}

static void test_try_refused(void **state)
{
	static const struct seal_bytes perms[] = {SEAL_LIT("read")};
	static const struct {
		struct seal_allow allow;
		int r;
	} rows[] = {
		{{SEAL_LIT("domain"), SEAL_LIT("spool_t"), SEAL_LIT("file"), perms, 1}, -EINVAL},
		{{SEAL_LIT("smtp_t"), SEAL_LIT("file_type"), SEAL_LIT("file"), perms, 1}, -EINVAL},
		{{SEAL_LIT("nosuch_t"), SEAL_LIT("spool_t"), SEAL_LIT("file"), perms, 1}, -ENOENT},
		{{SEAL_LIT("smtp_t"), SEAL_LIT("spool_t"), SEAL_LIT("process"), perms, 1}, -ENOENT},
		{{SEAL_LIT("smtp_t"), SEAL_LIT("spool_t"), SEAL_LIT("a\0b"), perms, 1}, -ENOENT},
	};
	struct seal_switch on = {SEAL_LIT("nosuch"), true};
	struct seal_policy_change c = {.switches = &on, .n_switches = 1};

	(void)state;
	assert_int_equal(seal_policy_try(policy, &c, NULL), -ENOENT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c = (struct seal_policy_change){.allows = &rows[i].allow, .n_allows = 1};
		assert_int_equal(seal_policy_try(policy, &c, NULL), rows[i].r);
	}
	seal_policy_restore(policy);
}

static void test_names(void **state)
{
	struct seal_bytes type;
	struct seal_names n;
	struct seal_err err;

	(void)state;
	assert_int_equal(seal_policy_type(policy, SEAL_LIT("post_t"), &type), 0);
	assert_true(seal_bytes_is(type, "smtp_t"));
	assert_int_equal(seal_policy_type(policy, SEAL_LIT("domain"), &type), -EISDIR);
	assert_int_equal(seal_policy_type(policy, SEAL_LIT("nosuch_t"), &type), -ENOENT);
	assert_true(seal_policy_type_has(policy, SEAL_LIT("smtp_t"), SEAL_LIT("domain")));
	assert_false(seal_policy_type_has(policy, SEAL_LIT("spool_t"), SEAL_LIT("domain")));

	assert_int_equal(seal_policy_aliases(policy, SEAL_LIT("smtp_t"), &n), 0);
	assert_string_equal(fixture_join(&n), "post_t");
	seal_vec_done(&n.v);
	assert_int_equal(seal_policy_members(policy, SEAL_LIT("file_type"), &n), 0);
	assert_string_equal(fixture_join(&n), "config_t exec_t secret_t spool_t");
	seal_vec_done(&n.v);
	assert_int_equal(seal_policy_permissive_types(policy, &n), 0);
	assert_string_equal(fixture_join(&n), "permissive_t");
	seal_vec_done(&n.v);
	assert_int_equal(seal_policy_permissions(policy, SEAL_LIT("tcp_socket"), &n), 0);
	assert_string_equal(fixture_join(&n), "name_bind name_connect");
	seal_vec_done(&n.v);
	assert_int_equal(seal_policy_sources_with(policy, SEAL_LIT("spool_t"), SEAL_LIT("file"),
						  &SEAL_LIT("write"), 1, &n),
			 0);
	assert_string_equal(fixture_join(&n), "queue_t smtp_t trusted_t");
	seal_vec_done(&n.v);

	assert_int_equal(seal_policy_context_valid(policy, SEAL_LIT(SYS "smtp_t:s0"), &err), 0);
	assert_int_equal(
		seal_policy_context_valid(policy, SEAL_LIT("other_u:other_r:spool_t:s0"), &err),
		-EINVAL);
	assert_string_equal(err.text, "role other_r may not have type spool_t");
}

static void test_context_part(void **state)
{
	struct seal_bytes c = SEAL_LIT("u:r:t:s0-s0:c0.c1023");

	(void)state;
	assert_true(seal_bytes_is(seal_context_part(c, 'u'), "u"));
	assert_true(seal_bytes_is(seal_context_part(c, 'r'), "r"));
	assert_true(seal_bytes_is(seal_context_part(c, 't'), "t"));
	assert_true(seal_bytes_is(seal_context_part(c, 'l'), "s0-s0:c0.c1023"));
	assert_null(seal_context_part(SEAL_LIT("u:r"), 't').p);
	assert_null(seal_context_part(SEAL_LIT("u:r:t"), 'l').p);
	assert_null(seal_context_part(SEAL_BYTES_NONE, 'u').p);
}

static void test_ports(void **state)
{
	static const struct {
		const char *protocol;
		uint16_t port;
		const char *type;
		uint16_t low, high;
	} rows[] = {
		{"tcp", 25, "mail_port_t", 25, 25},        {"tcp", 35, "mail_port_t", 30, 39},
		{"tcp", 2525, "wide_port_t", 1024, 65535}, {"tcp", 26, "port_t", 0, 0},
		{"udp", 25, "wide_port_t", 1, 65535},
	};
	struct seal_port_label label, *all = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(seal_policy_port(policy, rows[i].protocol, rows[i].port, &label),
				 0);
		assert_true(seal_bytes_is(label.type, rows[i].type));
		assert_int_equal(label.low, rows[i].low);
		assert_int_equal(label.high, rows[i].high);
	}
	assert_int_equal(seal_policy_port(policy, "icmp", 1, &label), -EINVAL);
	assert_int_equal(seal_policy_ports(policy, SEAL_BYTES_NONE, &all), 5);
	free(all);
	assert_int_equal(seal_policy_ports(policy, SEAL_LIT("mail_port_t"), &all), 2);
	assert_int_equal(all[1].low, 30);
	free(all);
	assert_int_equal(seal_policy_ports(policy, SEAL_LIT("nosuch_t"), &all), -ENOENT);
}

static void test_relabel(void **state)
{
	struct seal_relabel_cost cost;
	struct fixture_access f;

	(void)state;
	fixture_access(&f, "smtp_t mail_port_t tcp_socket name_connect name_bind", -1);
	assert_int_equal(seal_policy_relabel_cost(policy, SEAL_LIT("wide_port_t"),
						  SEAL_LIT("mail_port_t"), &f.a, &cost),
			 0);
	assert_string_equal(fixture_join(&cost.gain), "smtp_t");
	assert_string_equal(fixture_join(&cost.lose), "");
	assert_int_equal(cost.opens.own, 1);
	assert_int_equal(cost.opens.domains, 1);
	seal_vec_done(&cost.gain.v);
	seal_vec_done(&cost.lose.v);
}

static void test_transitions(void **state)
{
	static const struct {
		const char *source, *target, *tclass, *name, *type;
		bool found;
	} rows[] = {
		{"base_t", "exec_t", "process", "", "smtpd_t", true},
		{"smtp_t", "exec_t", "process", "", "smtp_t", false},
		{"smtp_t", "spool_t", "file", "", "config_t", true},
		{"smtp_t", "spool_t", "file", "lock", "secret_t", true},
		{"smtp_t", "spool_t", "file", "locks", "config_t", true},
		{"queue_t", "spool_t", "file", "lock", "spool_t", false},
		{"queue_t", "queue_t", "tcp_socket", "", "queue_t", false},
	};
	struct seal_names names;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_bytes type;
		bool found;

		assert_int_equal(seal_policy_transition(policy, seal_bytes_of(rows[i].source),
							seal_bytes_of(rows[i].target),
							seal_bytes_of(rows[i].tclass),
							seal_bytes_of(rows[i].name), &type, &found),
				 0);
		if (!seal_bytes_is(type, rows[i].type) || found != rows[i].found)
			fail_msg("row %zu: %.*s", i, (int)type.n, type.p);
	}
	assert_int_equal(
		seal_policy_exec_types(policy, SEAL_LIT("base_t"), SEAL_LIT("smtpd_t"), &names), 0);
	assert_string_equal(fixture_join(&names), "exec_t");
	seal_vec_done(&names.v);
}

static void test_ioctl_unrestricted(void **state)
{
	(void)state;
	assert_int_equal(seal_policy_ioctl_unrestricted(policy, SEAL_LIT("queue_t"),
							SEAL_LIT("spool_t"), SEAL_LIT("file")),
			 0);
	assert_int_equal(seal_policy_ioctl_unrestricted(policy, SEAL_LIT("queue_t"),
							SEAL_LIT("config_t"), SEAL_LIT("file")),
			 1);
	assert_int_equal(seal_policy_ioctl_unrestricted(policy, SEAL_LIT("nosuch_t"),
							SEAL_LIT("config_t"), SEAL_LIT("file")),
			 -ENOENT);
}

/* two policies open at once, asked in turn: libsepol's state is global */
static void test_two_policies(void **state)
{
	struct seal_policy *other = fixture_policy("small.cil");
	struct seal_switch on = {SEAL_LIT("local_write"), true};
	struct fixture_access f;

	(void)state;
	assert_int_equal(seal_policy_set_booleans(other, &on, 1), 1);
	fixture_access(&f, SYS "smtpd_t:s0 " OBJ "spool_t:s0 file write", -1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(seal_policy_allows(policy, &f.a), 0);
		assert_int_equal(seal_policy_allows(other, &f.a), 1);
	}
	seal_policy_free(other);
	assert_int_equal(seal_policy_allows(policy, &f.a), 0);
}

static void test_old_versions(void **state)
{
	(void)state;
	for (int version = 30; version <= 33; version++) {
		struct seal_bytes image = fixture_image("small.cil", version);
		struct seal_policy *p = NULL;
		struct fixture_access f;

		assert_int_equal(seal_policy_load(image, &p, NULL), 0);
		assert_int_equal(seal_policy_version(p), version);
		fixture_access(&f, SYS "smtp_t:s0:c0 " OTHER "spool_t:s0:c1 file read", -1);
		assert_int_equal(seal_policy_allows(p, &f.a), 0);
		seal_policy_free(p);
		free((char *)(uintptr_t)image.p);
	}
}

static void expect_refused(struct seal_bytes image, int code, const char *word)
{
	struct seal_policy *p = NULL;
	struct seal_err err = {0};
	int r = seal_policy_load(image, &p, &err);

	if (r != code || !strstr(err.text, word))
		fail_msg("%d \"%s\", not %d \"%s\"", r, err.text, code, word);
	assert_null(p);
}

static void test_damaged(void **state)
{
	struct seal_bytes image = fixture_image("small.cil", 33);
	char *bytes = (char *)(uintptr_t)image.p;
	struct seal_policy *p;
	uint32_t version;

	(void)state;
	expect_refused(SEAL_BYTES_NONE, -EBADMSG, "no binary");
	expect_refused(SEAL_LIT("policy_module(postfix, 1.0)\n"), -EBADMSG, "no binary");
	for (size_t n = 1; n < image.n; n += 7) {
		p = NULL;
		assert_true(seal_policy_load(seal_bytes_first(image, n), &p, NULL) < 0);
	}

	/* magic, length 8, "SE Linux", version */
	memcpy(&version, bytes + 16, sizeof(version));
	assert_int_equal(version, 33);
	bytes[16] = 99;
	expect_refused(image, -EPROTONOSUPPORT, "version 99 is newer");
	bytes[16] = 3;
	expect_refused(image, -EPROTONOSUPPORT, "version 3 is older");
	bytes[16] = 33;

	/* wrong bytes here and there: refused or read, never a crash or a loop of ours */
	for (size_t i = 0; i < image.n; i += 41) {
		char before = bytes[i];

		bytes[i] = (char)(before ^ (1 << i % 8));
		p = NULL;
		if (seal_policy_load(image, &p, NULL) == 0)
			seal_policy_free(p);
		bytes[i] = before;
	}
	free(bytes);
}

/* test_difference - by what policies say: states of booleans do not count, one rule does */
static void test_difference(void **state)
{
	struct seal_switch on = {SEAL_LIT("local_write"), true};
	struct seal_bytes perm = SEAL_LIT("open");
	struct seal_allow rule = {.source = SEAL_LIT("smtpd_t"),
				  .target = SEAL_LIT("secret_t"),
				  .tclass = SEAL_LIT("file"),
				  .perms = &perm,
				  .n_perms = 1};
	struct seal_policy_change flip = {.switches = &on, .n_switches = 1};
	struct seal_policy_change add = {.allows = &rule, .n_allows = 1};
	struct seal_policy *a = fixture_policy("small.cil"), *b = fixture_policy("small.cil");
	struct seal_policy_difference d;
	struct seal_err err = {0};

	(void)state;
	seal_policy_differ(a, b, &d);
	assert_true(!d.names && !d.rules && !d.settings);
	assert_int_equal(seal_policy_try(b, &flip, NULL), 0);
	seal_policy_differ(a, b, &d);
	assert_true(!d.names && !d.rules && !d.settings);
	seal_policy_restore(b);

	assert_int_equal(seal_policy_try(b, &add, NULL), 0);
	seal_policy_differ(a, b, &d);
	assert_true(!d.names && d.rules == 1 && !d.settings);
	seal_policy_differ(b, a, &d);
	assert_true(!d.names && d.rules == 1 && !d.settings);
	seal_policy_restore(b);
	seal_policy_differ(a, b, &d);
	assert_true(!d.names && !d.rules && !d.settings);

	assert_int_equal(seal_policy_differ_from_disk(a, &d, &err), -ENODATA);
	seal_policy_free(a);
	seal_policy_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why),           cmocka_unit_test(test_constraint_words),
		cmocka_unit_test(test_flags),         cmocka_unit_test(test_boolean_sets),
		cmocka_unit_test(test_boolean_names), cmocka_unit_test(test_cost),
		cmocka_unit_test(test_try),           cmocka_unit_test(test_try_refused),
		cmocka_unit_test(test_names),         cmocka_unit_test(test_context_part),
		cmocka_unit_test(test_ports),         cmocka_unit_test(test_relabel),
		cmocka_unit_test(test_transitions),   cmocka_unit_test(test_ioctl_unrestricted),
		cmocka_unit_test(test_difference),    cmocka_unit_test(test_two_policies),
		cmocka_unit_test(test_old_versions),  cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
