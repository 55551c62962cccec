/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe in every format: answers of the network of chance */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/probe.h"
#include "report_fixture.h"

#define TURNS    400
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct seal_rules *rules;

/* --- what the network says */

static struct seal_addr some_addr(void)
{
	static const struct seal_bytes some[] = {SEAL_LIT("192.0.2.1"), SEAL_LIT("2001:db8::25")};
	struct seal_addr a = {.bits = 0};

	if (roll(4))
		assert_int_equal(seal_addr_parse(some[roll(2)], &a), 0);
	return a;
}

/* some_errno - a kind of failure; 9999: one that the system has no name for */
static int some_errno(void)
{
	static const int all[] = {ETIMEDOUT, ECONNRESET, EMSGSIZE,     EBADMSG, EPROTO,
				  ENOTSUP,   EPERM,      ECONNREFUSED, EACCES,  9999};

	/* that of a broken reply has words of its own */
	return roll(4) ? all[roll(COUNT(all))] : EBADMSG;
}

static void add_question(struct seal_netprobe *p, size_t owner)
{
	struct seal_dns_question *q = seal_vec_add(&p->questions);

	q->name = words();
	q->type = (enum seal_dns_type)roll(SEAL_DNS_TYPE_MAX_);
	q->owner = owner;
	q->status = (enum seal_dns_status)roll(SEAL_DNS_STATUS_MAX_);
	q->error = roll(2) ? some_errno() : 0;
	q->resolver = some_addr();
	q->elapsed_ms = few(900);
	q->cut = roll(2);
	for (unsigned n = roll(4); n > 0; n--)
		*seal_vec_add(&q->records) =
			(struct seal_dns_record){words(), some_addr(), (uint16_t)few(10)};
}

static struct seal_smtp_reply some_reply(void)
{
	return (struct seal_smtp_reply){roll(2) ? 450 : 0, roll(4) ? words() : SEAL_BYTES_NONE};
}

static void some_peer(struct seal_tls_peer *t)
{
	t->tried = roll(4);
	t->done = t->tried && roll(2);
	t->fault = t->tried && roll(2) ? "no common cipher" : NULL;
	t->protocol = t->done ? "TLS1.3" : NULL;
	t->cipher = t->done ? "AES-256-GCM" : NULL;
	t->subject = words();
	t->issuer = words();
	for (unsigned n = roll(3); n > 0; n--)
		*seal_vec_add(&t->names) = words();
	t->has_certificate = roll(2);
	t->expired = roll(2);
	t->now_us = seal_time_civil(2026, 11, 22, 0, 0, 0);
	t->not_before_us = t->now_us - (int64_t)roll(99) * 3600 * SEAL_SECOND_US;
	t->not_after_us =
		t->now_us + (t->expired ? -1 : 1) * (int64_t)roll(99) * 3600 * SEAL_SECOND_US;
	t->not_yet = roll(4) == 0;
	t->self_signed = roll(2);
	t->unknown_issuer = roll(2);
	t->issuer_unchecked = !t->unknown_issuer && roll(2);
	t->revoked = roll(4) == 0;
	t->weak = roll(4) == 0;
	t->name_checked = roll(2);
	t->name_matches = roll(2);
}

static void some_result(struct seal_smtp_result *r)
{
	r->stage = roll(3) ? (enum seal_smtp_stage)roll(SEAL_SMTP_STAGE_MAX_) : SEAL_SMTP_DONE;
	if (r->stage != SEAL_SMTP_DONE && (r->stage == SEAL_SMTP_CONNECT || roll(2)))
		r->error = some_errno();
	r->greeting = some_reply();
	r->reply = some_reply();
	r->from = some_addr();
	r->connect_ms = roll(2500);
	r->total_ms = roll(2500);
	r->starttls = roll(2);
	r->auth_clear = roll(2) ? SEAL_LIT("PLAIN  LOGIN") : SEAL_BYTES_NONE;
	r->auth = roll(2) ? words() : SEAL_BYTES_NONE;
	r->auth_tried = roll(2);
	r->size = few(10240000);
	some_peer(&r->tls);
}

static void add_exchange(struct seal_netprobe *p, size_t target)
{
	struct seal_netprobe_exchange *x = seal_vec_add(&p->exchanges);
	struct seal_netprobe_target *t = &p->targets.v[target];

	x->target = target;
	do
		x->plan.addr = some_addr();
	while (!x->plan.addr.bits);
	x->plan.port = t->port;
	x->plan.name = roll(2) ? words() : SEAL_LIT("192.0.2.1");
	x->plan.dialogue = roll(4);
	some_result(&x->result);
	t->exchanges++;
	t->reached += x->result.stage == SEAL_SMTP_DONE;
}

static void add_target(struct seal_netprobe *p)
{
	struct seal_netprobe_target *t = seal_vec_add(&p->targets);
	size_t i = p->targets.n - 1;

	t->purpose = words();
	t->host = words();
	t->mx = roll(2);
	t->port = roll(2) ? 25 : 587;
	t->cut = roll(2);
	t->no_mail = roll(4) == 0;
	for (unsigned n = roll(4); n > 0; n--)
		add_question(p, i);
	for (unsigned n = t->no_mail ? 0 : roll(4); n > 0; n--)
		add_exchange(p, i);
}

static void some_answer(struct seal_netprobe *p)
{
	assert_int_equal(seal_netprobe_init(p), 0);
	for (unsigned n = roll(4); n > 0; n--)
		add_target(p);
	if (!roll(3))
		return;
	p->domain = name();
	for (unsigned n = roll(3); n > 0; n--)
		add_question(p, SEAL_NETPROBE_OWN);
	for (unsigned n = roll(5); n > 0; n--)
		*seal_vec_add(&p->facts) = (struct seal_netprobe_fact){
			"spf", words(), (enum seal_netprobe_state)roll(SEAL_NETPROBE_UNKNOWN + 1),
			"says nothing about this host", words()};
}

/* --- what the documents say of it */

static size_t questions_of(const struct seal_netprobe *p, size_t owner)
{
	size_t n = 0;

	seal_vec_each (q, &p->questions) {
		n += q->owner == owner;
	}
	return n;
}

static void gives_tls(const json_t *j, const struct seal_netprobe_exchange *x)
{
	const struct seal_tls_peer *t = &x->result.tls;
	const json_t *problems = json_object_get(j, "problems");
	const json_t *certificate = json_object_get(j, "certificate");

	assert_int_equal(json_is_object(j), t->tried);
	if (!t->tried)
		return;
	assert_int_equal(json_is_true(json_object_get(j, "established")), t->done);
	assert_true(text_at(j, "fault", t->fault));
	assert_int_equal(json_array_size(problems),
			 t->expired + t->not_yet + t->revoked + (t->done && !t->has_certificate) +
				 (t->name_checked && !t->name_matches) + t->self_signed +
				 (t->unknown_issuer && !t->self_signed) +
				 (t->issuer_unchecked && !t->self_signed) + t->weak);
	assert_int_equal(json_is_object(certificate), t->has_certificate);
	if (!t->has_certificate)
		return;
	assert_int_equal(json_array_size(json_object_get(certificate, "names")), t->names.n);
	assert_int_equal(number_at(certificate, "days_left"), seal_netprobe_days(t));
	assert_true(seal_netprobe_days(t) < 0 ? t->not_after_us < t->now_us
					      : t->not_after_us >= t->now_us);
}

static void gives_exchange(const json_t *j, const struct seal_netprobe_exchange *x)
{
	const struct seal_smtp_result *r = &x->result;
	bool open = json_array_size(json_object_get(j, "left_open")) > 0;

	assert_true(text_at(j, "stage", seal_smtp_stage_name(r->stage)));
	assert_int_equal(json_is_null(json_object_get(j, "errno")), !r->error);
	if (r->error == 9999)
		assert_int_equal(number_at(j, "errno"), 9999);
	if (open)
		assert_int_equal(r->stage, SEAL_SMTP_CONNECT);
	if (r->stage == SEAL_SMTP_CONNECT && r->error == ETIMEDOUT)
		assert_true(open);
	assert_int_equal(json_is_null(json_object_get(j, "reply")),
			 !r->reply.code && !r->reply.text.n);
	assert_int_equal(json_is_null(json_object_get(j, "source")), !r->from.bits);
	assert_int_equal(json_array_size(json_object_get(j, "auth_without_tls")),
			 r->auth_clear.n ? 2 : 0);
	assert_int_equal(json_object_get(j, "logged_in") != NULL, r->auth_tried);
	assert_int_equal(json_object_get(j, "size_limit") != NULL, r->size > 0);
	gives_tls(json_object_get(j, "tls"), x);
}

static void gives_target(const json_t *j, const struct seal_netprobe *p, size_t i)
{
	const struct seal_netprobe_target *t = &p->targets.v[i];
	const json_t *exchanges = json_object_get(j, "exchanges");
	size_t n = 0;

	assert_true(text_at(j, "status",
			    t->no_mail                   ? "no-mail"
			    : !t->exchanges              ? "unresolved"
			    : !t->reached                ? "failed"
			    : t->reached == t->exchanges ? "ok"
							 : "partial"));
	assert_int_equal(json_array_size(json_object_get(j, "dns")), questions_of(p, i));
	assert_int_equal(json_array_size(exchanges), t->exchanges);
	seal_vec_each (x, &p->exchanges) {
		if (x->target == i)
			gives_exchange(json_array_get(exchanges, n++), x);
	}
}

static void gives_back(const struct seal_buf *b, const struct seal_netprobe *p)
{
	json_t *j = is_json("json", seal_buf_bytes(b));
	const json_t *targets = json_object_get(j, "targets");
	const json_t *domain = json_object_get(j, "domain");

	assert_int_equal(json_array_size(targets), p->targets.n);
	for (size_t i = 0; i < p->targets.n; i++)
		gives_target(json_array_get(targets, i), p, i);
	assert_int_equal(json_is_null(domain), !p->domain.n);
	assert_int_equal(json_array_size(json_object_get(domain, "facts")), p->facts.n);
	assert_int_equal(json_array_size(json_object_get(domain, "dns")),
			 questions_of(p, SEAL_NETPROBE_OWN));
	json_decref(j);
}

/* tells_all - a row of each exchange and each fact, and of questions those that failed */
static void tells_all(const struct seal_buf *b, const struct seal_netprobe *p, bool verbose)
{
	size_t ok = 0, failed = 0, dns = 0, state[SEAL_NETPROBE_UNKNOWN + 1] = {0};

	seal_vec_each (x, &p->exchanges) {
		ok += x->result.stage == SEAL_SMTP_DONE;
		failed += x->result.stage != SEAL_SMTP_DONE;
	}
	seal_vec_each (q, &p->questions) {
		bool well = q->status == SEAL_DNS_OK || q->status == SEAL_DNS_NODATA;

		if (q->owner == SEAL_NETPROBE_OWN)
			continue;
		failed += !well;
		dns += well && verbose;
	}
	seal_vec_each (f, &p->facts) {
		state[f->state]++;
	}
	assert_int_equal(count_of(b, "\n      ok        "), ok);
	assert_int_equal(count_of(b, "\n      failed    "), failed);
	assert_int_equal(count_of(b, "\n      dns       "), dns);
	assert_int_equal(count_of(b, "\n      good      "), state[SEAL_NETPROBE_GOOD]);
	assert_int_equal(count_of(b, "\n      bad       "), state[SEAL_NETPROBE_BAD]);
	assert_int_equal(count_of(b, "\n      unknown   "), state[SEAL_NETPROBE_UNKNOWN]);
	assert_int_equal(count_of(b, "No next hop is configured"), !p->targets.n);
	assert_int_equal(count_of(b, "\n own domain  "), p->domain.n > 0);
}

static void answers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		const struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_netprobe p;
		struct seal_netprobe_answer a = {h,  &p,      rules,  roll(2) ? "postfix" : NULL,
						 89, roll(2), roll(2)};
		struct seal_buf b = {0};

		some_answer(&p);
		seal_report_netprobe_text(&a, &style, &b);
		is_text("text", &b, style.color);
		if (!style.color)
			tells_all(&b, &p, style.verbose);
		assert_int_equal(count_of(&b, "Not every next hop"), !a.targets_complete);
		assert_int_equal(count_of(&b, "packets sent as postfix (uid 89)"), a.user != NULL);
		again(&b);
		seal_report_netprobe_json(&a, &b);
		gives_back(&b, &p);
		again(&b);
		seal_report_netprobe_ndjson(&a, &b);
		assert_int_equal(is_ndjson("ndjson", &b, "target"), p.targets.n);
		assert_int_equal(is_ndjson("ndjson", &b, "domain"), p.domain.n > 0);
		again(&b);
		seal_netprobe_done(&p);
		seal_host_free(h);
	}
}

/* no_state - what is neither good nor bad is not known */
static void no_state(void **state)
{
	(void)state;
	assert_string_equal(
		seal_netprobe_state_name((enum seal_netprobe_state)(SEAL_NETPROBE_UNKNOWN + 1)),
		"unknown");
}

/* --- without memory */

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	struct seal_buf b[3] = {0};

	seal_report_netprobe_text(data, &style, &b[0]);
	seal_report_netprobe_json(data, &b[1]);
	seal_report_netprobe_ndjson(data, &b[2]);
	for (size_t i = 0; i < COUNT(b); i++)
		seal_buf_done(&b[i]);
}

static void without_memory(void **state)
{
	struct seal_netprobe p;
	struct seal_netprobe_answer a = {some_host(), &p, rules, NULL, 0, true, true};

	(void)state;
	assert_int_equal(seal_netprobe_init(&p), 0);
	add_target(&p);
	p.targets.v[0].no_mail = false;
	add_question(&p, 0);
	add_exchange(&p, 0);
	without_each_allocation(renders_all, &a);
	seal_netprobe_done(&p);
	seal_host_free((struct seal_host *)(uintptr_t)a.h);
}

static int load(void **state)
{
	struct seal_err err = {0};

	(void)state;
	return seal_rules_load(NULL, &rules, &err);
}

static int unload(void **state)
{
	(void)state;
	seal_rules_free(rules);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(no_state),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
