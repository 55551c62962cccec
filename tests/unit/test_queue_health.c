/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/queue_health.h"
#include "core/time.h"

#define MINUTE (60 * SEAL_SECOND_US)
#define DAY    (1440 * MINUTE)
#define NOW    (20000 * DAY)
#define GROUPS 3

struct scene {
	struct seal_host *h;
	struct seal_explanation *x;
	struct seal_recipient rcpts[64];
	struct seal_message queued[64];
	size_t n_rcpts, n_queued;
};

static struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));
	size_t i;

	assert_non_null(s);
	s->h = seal_host_new();
	s->x = calloc(1, sizeof(*s->x));
	assert_true(s->h && s->x);
	s->h->now_us = NOW;
	for (i = 0; i < GROUPS; i++) {
		struct seal_cause **c = seal_vec_add(&s->x->causes);
		struct seal_cause_group *g = seal_vec_add(&s->x->groups);

		assert_true(c && g);
		*c = calloc(1, sizeof(**c));
		assert_non_null(*c);
		(*c)->group = (int32_t)i;
		g->cause = *c;
	}
	return s;
}

static void scene_free(struct scene *s)
{
	seal_explanation_free(s->x);
	seal_host_free(s->h);
	free(s);
}

/* add - a message in the deferred queue, or known from the log alone, with up to two recipients */
static void add(struct scene *s, int64_t age_us, bool in_queue, const char *to, const int *group)
{
	struct seal_explained_message *m = seal_vec_add(&s->x->messages);
	const char *rest = to;
	size_t i;

	assert_non_null(m);
	m->arrival_us = age_us < 0 ? SEAL_TIME_NONE : NOW - age_us;
	if (in_queue) {
		m->queued = &s->queued[s->n_queued];
		s->queued[s->n_queued++] = (struct seal_message){
			.queue = SEAL_QUEUE_DEFERRED,
			.size_bytes = 100,
			.next_try_us = NOW + (int64_t)s->n_queued * MINUTE - 2 * MINUTE,
		};
		m->queue = SEAL_QUEUE_DEFERRED;
	}
	for (i = 0; rest; i++) {
		const char *comma = strchr(rest, ',');
		struct seal_explained_recipient *r = seal_vec_add(&m->recipients);
		struct seal_recipient *of = &s->rcpts[s->n_rcpts++];

		assert_non_null(r);
		of->address =
			(struct seal_bytes){rest, comma ? (size_t)(comma - rest) : strlen(rest)};
		r->rcpt = of;
		r->status = group[i] < 0 ? SEAL_RCPT_BOUNCED : SEAL_RCPT_DEFERRED;
		r->cause = s->x->causes.v[group[i] < 0 ? 0 : group[i]];
		rest = comma ? comma + 1 : NULL;
	}
}

static struct seal_queue_health *count(struct scene *s)
{
	struct seal_queue_health *q = NULL;

	assert_int_equal(seal_queue_health(s->h, s->x, &q), 0);
	return q;
}

static const struct seal_queue_row *domain(const struct seal_queue_health *q, const char *name)
{
	size_t i;

	for (i = 0; i < q->domains.n; i++)
		if (seal_bytes_is(q->domains.v[i].domain, name))
			return &q->domains.v[i];
	fail_msg("no row of %s", name);
	return NULL;
}

static void test_counts(void **state)
{
	struct scene *s = scene_new();
	struct seal_queue_health *q;

	(void)state;
	add(s, 1 * MINUTE, true, "a@One.example", (int[]){1});
	add(s, 70 * MINUTE, true, "b@one.example,c@ONE.example", (int[]){1, 1});
	add(s, 3 * DAY, true, "d@one.example,e@two.example", (int[]){1, 2});
	add(s, 9 * MINUTE, false, "root", (int[]){2});
	add(s, 9 * MINUTE, false, "gone@three.example", (int[]){-1});
	add(s, -1, true, "f@two.example", (int[]){2});
	q = count(s);
	assert_int_equal(q->all.messages, 5); /* the one that bounced waits no more */
	assert_int_equal(q->all.age[0], 1);
	assert_int_equal(q->all.age[1], 1);
	assert_int_equal(q->all.age[4], 1);
	assert_int_equal(q->all.age[SEAL_QUEUE_AGES - 1], 1);
	assert_int_equal(q->all.oldest_us, NOW - 3 * DAY);
	assert_int_equal(q->bytes, 400);
	assert_int_equal(q->by_queue[SEAL_QUEUE_DEFERRED], 4);
	assert_int_equal(q->by_queue[SEAL_QUEUE_NONE], 1);
	assert_int_equal(q->last_hour, 2);
	assert_int_equal(q->hour_before, 1);
	assert_int_equal(q->last_day, 3);
	assert_int_equal(q->all.next_us, NOW - 1 * MINUTE);
	assert_int_equal(q->all.last_next_us, NOW + 2 * MINUTE);
	assert_int_equal(q->all.overdue, 1);

	assert_int_equal(q->causes.n, 2); /* nothing waits for the first */
	assert_int_equal(q->causes.v[0].group, 1);
	assert_int_equal(q->causes.v[0].messages, 3);
	assert_int_equal(q->causes.v[1].group, 2);
	assert_int_equal(q->causes.v[1].messages, 3);

	assert_int_equal(q->domains.n, 3);
	assert_int_equal(domain(q, "one.example")->messages, 3);
	assert_int_equal(domain(q, "one.example")->group, 1);
	assert_int_equal(domain(q, "two.example")->messages, 2);
	assert_int_equal(domain(q, "two.example")->group, 2);
	assert_int_equal(domain(q, "local")->messages, 1);
	assert_int_equal(q->domains.v[0].messages, 3);
	seal_queue_health_free(q);
	scene_free(s);
}

static void test_mixed_domain(void **state)
{
	struct scene *s = scene_new();
	struct seal_queue_health *q;

	(void)state;
	add(s, MINUTE, true, "a@one.example", (int[]){0});
	add(s, MINUTE, true, "a@one.example", (int[]){1});
	q = count(s);
	assert_int_equal(domain(q, "one.example")->group, -1);
	seal_queue_health_free(q);
	scene_free(s);
}

/* test_edges - the upper end of a class belongs to it; clocks that disagree make no negative age */
static void test_edges(void **state)
{
	static const struct {
		int64_t age_us;
		size_t at;
	} rows[] = {
		{0, 0},
		{5 * MINUTE, 0},
		{5 * MINUTE + 1, 1},
		{1280 * MINUTE, 8},
		{1280 * MINUTE + 1, 9},
		{4000 * DAY, 9},
	};
	struct seal_queue_health *q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new();

		add(s, rows[i].age_us, true, "a@one.example", (int[]){0});
		q = count(s);
		assert_int_equal(q->all.age[rows[i].at], 1);
		seal_queue_health_free(q);
		s->x->messages.v[0].arrival_us = NOW + DAY;
		q = count(s);
		assert_int_equal(q->all.age[0], 1);
		seal_queue_health_free(q);
		scene_free(s);
	}
}

static void test_empty(void **state)
{
	struct scene *s = scene_new();
	struct seal_queue_health *q;

	(void)state;
	s->h->now_us = SEAL_TIME_NONE;
	q = count(s);
	assert_int_equal(q->all.messages, 0);
	assert_int_equal(q->all.oldest_us, SEAL_TIME_NONE);
	assert_int_equal(q->causes.n, 0);
	assert_int_equal(q->certificates.n, 0);
	seal_queue_health_free(q);
	scene_free(s);
}

static int told_certificate(void *data, struct seal_bytes path, struct seal_certificate *ret)
{
	static const struct {
		const char *path;
		int64_t end_us;
	} files[] = {
		{"/etc/ssl/late.pem", NOW + 90 * DAY + MINUTE},
		{"/etc/ssl/soon.pem", NOW + DAY - MINUTE},
		{"/etc/ssl/past.pem", NOW - MINUTE},
	};
	size_t i;

	(void)data;
	*ret = (struct seal_certificate){.n = 1};
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (seal_bytes_is(path, files[i].path)) {
			ret->first_end_us = files[i].end_us;
			return 0;
		}
	return -ENOENT;
}

static void test_certificates(void **state)
{
	static const struct {
		const char *name, *value;
	} params[] = {
		{"smtpd_tls_cert_file", "/etc/ssl/late.pem"},
		{"smtp_tls_cert_file", "/etc/ssl/late.pem"},
		{"smtpd_tls_chain_files", "/etc/ssl/past.pem, /etc/ssl/soon.pem"},
		{"smtpd_tls_eccert_file", "none"},
		{"lmtp_tls_cert_file", "/etc/ssl/missing.pem"},
		{"smtpd_tls_key_file", "/etc/ssl/late.pem"},
	};
	static const struct {
		const char *path;
		int days;
	} expected[] = {
		{"/etc/ssl/past.pem", -1}, {"/etc/ssl/soon.pem", 0}, {"/etc/ssl/late.pem", 90}};
	struct scene *s = scene_new();
	struct seal_instance *inst = seal_vec_add(&s->h->postfix.instances);
	struct seal_queue_health *q;
	size_t i;

	(void)state;
	assert_non_null(inst);
	s->h->view.certificate = told_certificate;
	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		struct seal_param *p = seal_vec_add(&inst->params);

		assert_non_null(p);
		p->name = seal_bytes_of(params[i].name);
		p->value = seal_bytes_of(params[i].value);
	}
	q = count(s);
	assert_int_equal(q->certificates.n, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < q->certificates.n; i++) {
		assert_true(seal_bytes_is(q->certificates.v[i].path, expected[i].path));
		assert_int_equal(q->certificates.v[i].days_left, expected[i].days);
	}
	seal_queue_health_free(q);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),       cmocka_unit_test(test_mixed_domain),
		cmocka_unit_test(test_edges),        cmocka_unit_test(test_empty),
		cmocka_unit_test(test_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
