/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_reload.c - which files daemons of Postfix read once, when they start */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix/plan.h"

static const struct {
	const char *name, *value, *path;
	bool tree, read;
} rows[] = {
	{"smtpd_tls_key_file", "/etc/ssl/k.pem", "/etc/ssl/k.pem", false, true},
	{"smtpd_tls_chain_files", "/etc/ssl/a.pem, /etc/ssl/b.pem", "/etc/ssl/b.pem", false, true},
	{"smtp_tls_CAfile", "/etc/ssl/ca.pem", "/etc/ssl/ca.pem", false, true},
	{"smtpd_tls_key_file", "$dir/k.pem", "/etc/site/k.pem", false, true},
	{"smtp_sasl_password_maps", "hash:/etc/postfix/sasl", "/etc/postfix/sasl", false, true},
	{"smtp_sasl_password_maps", "hash:/etc/postfix/sasl", "/etc/postfix/sasl.db", false, true},
	{"virtual_alias_maps", "proxy:lmdb:/etc/postfix/v", "/etc/postfix/v.lmdb", false, true},
	{"virtual_alias_maps", "{ ldap:/etc/postfix/l.cf, timeout=1 }", "/etc/postfix/l.cf", false,
	 true},
	{"mynetworks", "127.0.0.0/8 cidr:/etc/postfix/n", "/etc/postfix/n", false, true},
	{"smtpd_tls_key_file", "/etc/ssl/private/k.pem", "/etc/ssl/private", true, true},
	{"smtpd_tls_key_file", "/etc/ssl/private/k.pem", "/etc/ssl/private", false, false},
	{"smtpd_tls_key_file", "/etc/ssl/private/k.pem", "/etc/ssl/priv", true, false},
	{"smtpd_tls_key_file", "/etc/ssl/k.pem", "/etc/ssl/k.pem.old", false, false},
	{"smtpd_milters", "unix:/run/opendkim/s", "/run/opendkim/s", false, false},
	{"virtual_transport", "lmtp:unix:/run/lmtp", "/run/lmtp", false, false},
	{"queue_directory", "/srv/mail", "/srv/mail", true, false},
	{"mailbox_command", "/usr/bin/deliver", "/usr/bin/deliver", false, false},
	{"smtpd_tls_key_file", "", "", false, false},
	{"alias_maps", "hash:aliases", "aliases", false, false},
};

static void test_is_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_host *h = seal_host_new();
		struct seal_instance *inst = h ? seal_vec_add(&h->postfix.instances) : NULL;
		struct seal_param *p, *dir;

		assert_non_null(inst);
		dir = seal_vec_add(&inst->params);
		assert_non_null(dir);
		*dir = (struct seal_param){.name = SEAL_LIT("dir"), .value = SEAL_LIT("/etc/site")};
		p = seal_vec_add(&inst->params);
		assert_non_null(p);
		*p = (struct seal_param){.name = seal_bytes_of(rows[i].name),
					 .value = seal_bytes_of(rows[i].value)};
		if (seal_is_read_at_start(h, seal_bytes_of(rows[i].path), rows[i].tree) !=
		    rows[i].read)
			fail_msg("%s = %s: %s", rows[i].name, rows[i].value, rows[i].path);
		seal_host_free(h);
	}
}

/* plan_of - of one restorecon */
static struct seal_plan *plan_of(struct seal_host *h, const char *path, bool runs)
{
	const struct seal_bytes argv[] = {SEAL_LIT("restorecon"), SEAL_LIT("-F"),
					  seal_bytes_of(path)};
	struct seal_plan *p = seal_plan_new();
	struct seal_fix f = {.kind = SEAL_FIX_RESTORECON};
	struct seal_step *s = seal_vec_add(&f.steps);

	assert_non_null(p);
	assert_non_null(s);
	s->op = "restorecon";
	assert_int_equal(seal_argv_set(&s->argv, argv, 3), 0);
	assert_int_equal(seal_plan_add(p, &f), 0);
	p->start = !runs;
	assert_int_equal(seal_plan_reloads(p, h), 0);
	assert_int_equal(seal_plan_make(p), 0);
	seal_fix_done(&f);
	return p;
}

static void test_plan(void **state)
{
	struct seal_host *h = seal_host_new();
	struct seal_instance *inst = h ? seal_vec_add(&h->postfix.instances) : NULL;
	struct seal_param *p = inst ? seal_vec_add(&inst->params) : NULL;
	struct seal_plan *plan;

	(void)state;
	assert_non_null(p);
	*p = (struct seal_param){.name = SEAL_LIT("smtpd_tls_key_file"),
				 .value = SEAL_LIT("/etc/k.pem")};
	plan = plan_of(h, "/etc/k.pem", true);
	assert_int_equal(plan->steps.n, 2);
	assert_true(seal_bytes_is(plan->steps.v[1].op, "reload"));
	seal_plan_free(plan);
	/* one that starts reads it then */
	plan = plan_of(h, "/etc/k.pem", false);
	assert_int_equal(plan->steps.n, 2);
	assert_true(seal_bytes_is(plan->steps.v[1].op, "start"));
	seal_plan_free(plan);
	plan = plan_of(h, "/var/spool/postfix/deferred", true);
	assert_int_equal(plan->steps.n, 1);
	seal_plan_free(plan);
	seal_host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_read),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
