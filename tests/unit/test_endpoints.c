/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/endpoints/endpoints.h"
#include "core/buf.h"
#include "evidence/postfix/mastercf.h"

#define SMTP_AGENTS                                                                                \
	"smtp unix - - n - - smtp\nrelay unix - - n - - smtp\nlmtp unix - - n - - lmtp\n"          \
	"local unix - n n - - local\nvirtual unix - n n - - virtual\n"

/* struct map_text - a lookup table as the evidence layer would have read it */
struct map_text {
	const char *spec, *key, *value;
};

static const struct row {
	const char *name, *main, *master;
	struct map_text map;
	const char *hops, *listeners;
	bool complete;
} rows[] = {
	{"no relay host: any mail exchanger",
	 "compatibility_level = 3.6\n",
	 SMTP_AGENTS,
	 {0},
	 "default_transport smtp/smtp mx * 25\n",
	 "",
	 true},
	{"relay host in brackets",
	 "compatibility_level=3.6\nrelayhost = [smtp.example]:587\n",
	 SMTP_AGENTS,
	 {0},
	 "relayhost smtp/smtp smtp.example 587\n",
	 "",
	 true},
	{"relay host by name of its port",
	 "compatibility_level=3.6\nrelayhost = [smtp.example]:submission\n",
	 SMTP_AGENTS,
	 {0},
	 "relayhost smtp/smtp smtp.example 587\n",
	 "",
	 true},
	{"a port that nobody names",
	 "compatibility_level=3.6\nrelayhost = [smtp.example]:nope\n",
	 SMTP_AGENTS,
	 {0},
	 "relayhost smtp/smtp smtp.example 0\n",
	 "",
	 true},
	{"two relay hosts, one by its exchangers, one IPv6",
	 "compatibility_level=3.6\nrelayhost = a.example, [ipv6:2001:db8::1]:2525\n",
	 SMTP_AGENTS,
	 {0},
	 "relayhost smtp/smtp mx a.example 25\nrelayhost smtp/smtp 2001:db8::1 2525\n",
	 "",
	 true},
	{"relay domains",
	 "relay_domains = b.example\nrelayhost = [r.example]\n",
	 SMTP_AGENTS,
	 {0},
	 "relayhost smtp/smtp r.example 25\nrelayhost smtp/relay r.example 25\n",
	 "",
	 true},
	{"transport table",
	 "compatibility_level=3.6\ntransport_maps = hash:/etc/postfix/transport\n",
	 SMTP_AGENTS,
	 {"hash:/etc/postfix/transport", "x.example", "smtp:[gw.example]:26"},
	 "default_transport smtp/smtp mx * 25\ntransport_maps smtp/smtp gw.example 26\n",
	 "",
	 true},
	{"transport without a next hop: the domain's exchangers",
	 "compatibility_level=3.6\ntransport_maps = hash:/etc/postfix/transport\n",
	 SMTP_AGENTS,
	 {"hash:/etc/postfix/transport", "u@x.example", "relay:"},
	 "default_transport smtp/smtp mx * 25\ntransport_maps smtp/relay mx x.example 25\n",
	 "",
	 true},
	{"transport table that was not read",
	 "compatibility_level=3.6\ntransport_maps = ldap:/etc/postfix/ldap.cf\n",
	 SMTP_AGENTS,
	 {0},
	 "default_transport smtp/smtp mx * 25\n",
	 "",
	 false},
	{"relay host by sender",
	 "compatibility_level=3.6\nsender_dependent_relayhost_maps = inline:{x}\n",
	 SMTP_AGENTS,
	 {"inline:{x}", "@a.example", "[out.example]:465"},
	 "default_transport smtp/smtp mx * 25\n"
	 "sender_dependent_relayhost_maps smtp/smtp out.example 465\n",
	 "",
	 true},
	{"LMTP over a socket",
	 "compatibility_level=3.6\nvirtual_transport = lmtp:unix:private/dovecot-lmtp\n",
	 SMTP_AGENTS,
	 {0},
	 "default_transport smtp/smtp mx * 25\nvirtual_transport lmtp/lmtp private/dovecot-lmtp\n",
	 "",
	 true},
	{"LMTP over TCP",
	 "compatibility_level=3.6\nmailbox_transport = lmtp:inet:127.0.0.1\n",
	 SMTP_AGENTS,
	 {0},
	 "default_transport smtp/smtp mx * 25\nmailbox_transport lmtp/lmtp 127.0.0.1 24\n",
	 "",
	 true},
	{"ports and hosts",
	 "inet_interfaces = all\ninet_protocols = ipv4\n",
	 "smtp inet n - n - - smtpd\n[::1]:10025 inet n - n - - smtpd\n127.0.0.1:2525 inet n - n - "
	 "- "
	 "smtpd\n",
	 {0},
	 "",
	 "smtpd * 25 4\nsmtpd ::1 10025 4\nsmtpd 127.0.0.1 2525 4\n",
	 true},
	{"loopback only",
	 "inet_interfaces = loopback-only\n",
	 "submission inet n - n - - smtpd\n",
	 {0},
	 "",
	 "smtpd loopback 587 46\n",
	 true},
	{"chosen addresses",
	 "inet_interfaces = 192.0.2.1, [2001:db8::5]\n",
	 "25 inet n - n - 1 postscreen\n",
	 {0},
	 "",
	 "postscreen 192.0.2.1 25 46\npostscreen 2001:db8::5 25 46\n",
	 true},
	{"services switched off",
	 "master_service_disable = submission/inet\n",
	 "smtp inet n - n - - smtpd\nsubmission inet n - n - - smtpd\n",
	 {0},
	 "",
	 "smtpd * 25 46\n",
	 true},
	{"milters, of main.cf and of one service",
	 "smtpd_milters = inet:127.0.0.1:8891\nnon_smtpd_milters = unix:/run/m.sock\n",
	 "smtp inet n - n - - smtpd\n587 inet n - n - - smtpd\n -o smtpd_milters=unix:private/x\n"
	 "cleanup unix n - n - 0 cleanup\n",
	 {0},
	 "smtpd_milters smtpd/ 127.0.0.1 8891\nsmtpd_milters smtpd/587 private/x\n"
	 "non_smtpd_milters cleanup/ /run/m.sock\n",
	 "smtpd * 25 46\nsmtpd * 587 46\n",
	 true},
	{"milter in braces",
	 "smtpd_milters = { inet:localhost:11332, connect_timeout=10s }\n",
	 "25 inet n - n - - smtpd\n",
	 {0},
	 "smtpd_milters smtpd/ localhost 11332\n",
	 "smtpd * 25 46\n",
	 true},
	{"content filter and proxy",
	 "content_filter = smtp:[127.0.0.1]:10024\nsmtpd_proxy_filter = 127.0.0.1:10026\n"
	 "compatibility_level=3.6\n",
	 "25 inet n - n - - smtpd\nsmtp unix - - n - - smtp\n",
	 {0},
	 "default_transport smtp/smtp mx * 25\ncontent_filter smtp/smtp 127.0.0.1 10024\n"
	 "smtpd_proxy_filter smtpd/ 127.0.0.1 10026\n",
	 "smtpd * 25 46\n",
	 true},
	{"policy servers",
	 "smtpd_recipient_restrictions = permit_mynetworks, check_policy_service "
	 "inet:127.0.0.1:10023,"
	 " check_policy_service { unix:private/policy, timeout=3s }, mine\n"
	 "smtpd_restriction_classes = mine\nmine = check_policy_service inet:10.0.0.1:10040\n",
	 "25 inet n - n - - smtpd\n",
	 {0},
	 "check_policy_service smtpd/ 127.0.0.1 10023\ncheck_policy_service smtpd/ private/policy\n"
	 "check_policy_service smtpd/ 10.0.0.1 10040\n",
	 "smtpd * 25 46\n",
	 true},
	{"SASL of Dovecot",
	 "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = "
	 "private/auth\n",
	 "25 inet n - n - - smtpd\n",
	 {0},
	 "smtpd_sasl_path smtpd/ private/auth\n",
	 "smtpd * 25 46\n",
	 true},
	{"fallback relay",
	 "compatibility_level=3.6\nsmtp_fallback_relay = [fb.example]:2526\n",
	 "smtp unix - - n - - smtp\n",
	 {0},
	 "default_transport smtp/smtp mx * 25\nsmtp_fallback_relay smtp/smtp fb.example 2526\n",
	 "",
	 true},
};

static void put(struct seal_buf *b, struct seal_bytes s)
{
	if (s.n)
		seal_buf_put(b, s.p, s.n);
}

static void put_hop(struct seal_buf *b, const struct seal_next_hop *hop)
{
	seal_buf_printf(b, "%s ", hop->purpose);
	put(b, hop->daemon);
	seal_buf_puts(b, "/");
	put(b, hop->service);
	if (hop->path.n) {
		seal_buf_puts(b, " ");
		put(b, hop->path);
		seal_buf_puts(b, "\n");
		return;
	}
	seal_buf_puts(b, hop->mx ? " mx " : " ");
	put(b, hop->host.n ? hop->host : SEAL_LIT("*"));
	seal_buf_printf(b, " %u\n", hop->port);
}

static void put_listener(struct seal_buf *b, const struct seal_inet_service *l)
{
	put(b, l->command);
	seal_buf_puts(b, " ");
	put(b, l->loopback_only ? SEAL_LIT("loopback") : l->host.n ? l->host : SEAL_LIT("*"));
	seal_buf_printf(b, " %u %s%s\n", l->port, l->ipv4 ? "4" : "", l->ipv6 ? "6" : "");
}

static void same(const struct row *row, struct seal_buf *ours, const char *expected)
{
	seal_buf_putc(ours, '\0');
	if (strcmp(ours->p, expected) != 0)
		fail_msg("%s:\n%sexpected:\n%s", row->name, ours->p, expected);
	seal_buf_done(ours);
}

static void check(const struct row *row)
{
	struct seal_host *h = seal_host_new();
	struct seal_buf hops = {0}, listeners = {0};
	struct seal_endpoints e;
	struct seal_instance *inst;
	size_t n_bad;

	inst = seal_vec_add(&h->postfix.instances);
	inst->has_main_cf = inst->has_master_cf = true;
	assert_int_equal(seal_maincf_parse(seal_bytes_of(row->main), SEAL_LIT("main.cf"), h->arena,
					   inst, &n_bad),
			 0);
	assert_int_equal(seal_mastercf_parse(seal_bytes_of(row->master), SEAL_LIT("master.cf"),
					     h->arena, inst, &n_bad),
			 0);
	assert_int_equal(n_bad, 0);
	if (row->map.spec) {
		struct seal_map *m = seal_vec_add(&inst->maps);
		struct seal_map_entry *entry = seal_vec_add(&m->entries);

		m->spec = seal_bytes_of(row->map.spec);
		m->type = SEAL_LIT("hash");
		m->has_values = true;
		entry->key = seal_bytes_of(row->map.key);
		entry->value = seal_bytes_of(row->map.value);
	}

	assert_int_equal(seal_endpoints_find(h, &e), 0);
	seal_vec_each (hop, &e.next_hops) {
		put_hop(&hops, hop);
	}
	seal_vec_each (l, &e.listeners) {
		put_listener(&listeners, l);
	}
	same(row, &hops, row->hops);
	same(row, &listeners, row->listeners);
	if (e.next_hops_complete != row->complete)
		fail_msg("%s: complete %d", row->name, e.next_hops_complete);
	seal_endpoints_done(&e);
	seal_host_free(h);
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
