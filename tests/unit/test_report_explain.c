/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain in every format: any explanation becomes a document that its readers take, that says each
 * thing once, and from which the machine-readable ones give back what went in */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/enc.h"
#include "memory.h"
#include "report/audit.h"
#include "report/explain_words.h"
#include "report/pictures.h"
#include "report_fixture.h"

#define TURNS 250

/* --- an explanation of chance */

static void some_changes(struct seal_host *h)
{
	bool of_late = roll(2);

	for (unsigned n = few(20); n > 0; n--) {
		struct seal_change *c = seal_vec_add(&h->changes);

		c->kind = (enum seal_change_kind)roll(SEAL_CHANGE_KIND_MAX_);
		c->time_us =
			of_late || roll(4) ? day_time() : seal_time_civil(2026, 11, 19, 1, 2, 3);
		c->what = words();
		c->from = words();
		c->to = roll(3) ? words() : SEAL_LIT("boot");
		c->origin.path = words();
	}
}

static void some_story(struct seal_explanation *x, const struct seal_host *h)
{
	for (unsigned n = few(8); n > 0; n--) {
		struct seal_story_line *l = seal_vec_add(&x->story);

		l->kind = (enum seal_story_kind)roll(SEAL_STORY_KIND_MAX_);
		l->time_us = day_time();
		l->pid = few(969);
		l->program = words();
		if (l->kind == SEAL_STORY_CHANGE && h->changes.n)
			l->change = &h->changes.v[roll((unsigned)h->changes.n)];
		else
			l->text = words();
		l->origin.path = words();
		l->origin.line = few(7);
	}
	x->n_not_told = few(12);
}

static void some_recipient(struct seal_explained_message *m, struct seal_host *h,
			   struct seal_cause *c)
{
	struct seal_explained_recipient *r = seal_vec_add(&m->recipients);
	struct seal_recipient *rcpt = seal_arena_alloc(h->arena, sizeof(*rcpt));
	static const struct seal_program smtp = {SEAL_LIT("postfix"), SEAL_LIT("smtp"),
						 SEAL_LIT("smtp")};

	assert_non_null(rcpt);
	rcpt->address = words();
	rcpt->dsn = roll(2) ? SEAL_LIT("4.4.1") : SEAL_BYTES_NONE;
	rcpt->by = roll(2) ? &smtp : NULL;
	rcpt->pid = few(978);
	rcpt->time_us = moment();
	r->rcpt = rcpt;
	r->status = (enum seal_rcpt_status)roll(SEAL_RCPT_STATUS_MAX_);
	r->reason = words();
	r->cause = c;
	r->proof = (struct seal_quotes){0};
}

/* add_message - of few causes, for a cause to have many */
static void add_message(struct seal_explanation *x, struct seal_host *h, unsigned n_causes)
{
	struct seal_explained_message *m = seal_vec_add(&x->messages);
	char seen[16] = {0};

	m->queue_id = name();
	m->instance = words();
	m->sender = words();
	m->queue = (enum seal_queue_name)roll(SEAL_QUEUE_NAME_MAX_);
	m->arrival_us = moment();
	for (unsigned n = roll(4); n_causes && n > 0; n--) {
		struct seal_cause *c = x->causes.v[roll(n_causes)];
		struct seal_cause_group *g;

		some_recipient(m, h, c);
		if (c->group < 0)
			continue;
		g = &x->groups.v[c->group];
		g->recipients++;
		g->messages += !seen[c->group];
		seen[c->group] = 1;
	}
}

static void some_queue_row(struct seal_queue_row *r, unsigned messages)
{
	r->messages = messages;
	r->age[roll(SEAL_QUEUE_AGES)] += messages / 2;
	r->age[roll(SEAL_QUEUE_AGES)] += messages - messages / 2;
	r->oldest_us =
		roll(3) ? seal_time_civil(2026, 11, 22, 0, 0, 0) -
				  (int64_t)few(5) * roll(roll(2) ? 100000 : 4000) * SEAL_SECOND_US
			: SEAL_TIME_NONE;
	r->next_us = moment();
	r->last_next_us = roll(2) ? r->next_us : day_time();
	r->overdue = few(6);
}

/* some_domain - each another one, even where its encoding is alike */
static struct seal_bytes some_domain(struct seal_host *h, unsigned i)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes n = name(), ret;

	if (i == 3 && roll(2))
		return SEAL_LIT("(other)");
	seal_buf_put(&b, n.p, n.n);
	seal_buf_printf(&b, "%u.example", i);
	assert_int_equal(seal_arena_copy(h->arena, seal_buf_bytes(&b), &ret), 0);
	return ret;
}

static struct seal_queue_health *some_queue(struct seal_explanation *x, struct seal_host *h)
{
	struct seal_queue_health *q = calloc(1, sizeof(*q));
	static const int64_t days[] = {-30000, -1, 0, 1, 12, 29, 30, 300};

	assert_non_null(q);
	q->now_us = seal_time_civil(2026, 11, 22, 0, 0, 0);
	some_queue_row(&q->all, roll(4) ? few(1700) : 5 + roll(2));
	if (!roll(8))
		q->all.last_next_us = 0;
	q->bytes = few(4096);
	for (unsigned i = 0; i < SEAL_QUEUE_NAME_MAX_; i++)
		q->by_queue[i] = few(9);
	q->last_hour = few(9);
	q->hour_before = few(9);
	q->last_day = few(20);
	for (unsigned i = 0; i < x->groups.n; i++)
		if (roll(8)) {
			struct seal_queue_row *r = seal_vec_add(&q->causes);

			some_queue_row(r, few(30));
			r->group = (int32_t)i;
		}
	for (unsigned i = 0, n = roll(3) ? few(6 + roll(2)) : few(60); i < n; i++) {
		struct seal_queue_row *r = seal_vec_add(&q->domains);

		some_queue_row(r, few(30));
		r->domain = some_domain(h, i);
		r->group = x->groups.n && roll(2) ? (int32_t)roll((unsigned)x->groups.n) : -1;
	}
	q->n_domains_not_kept = few(9);
	for (unsigned n = few(4); n > 0; n--) {
		struct seal_queue_certificate *c = seal_vec_add(&q->certificates);
		int64_t left = days[roll(sizeof(days) / sizeof(*days))];

		c->days_left = left;
		c->end_us = q->now_us + left * 86400 * SEAL_SECOND_US;
		c->path = some_domain(h, n); /* each another path */
		c->parameter = name();
	}
	return q;
}

static struct seal_explanation *some_explanation(struct seal_host *h)
{
	struct seal_explanation *x = calloc(1, sizeof(*x));
	unsigned n_fixes = few(5), n_causes, i;
	bool all_changed = roll(2);

	assert_non_null(x);
	some_changes(h);
	h->follow = roll(2) ? name() : SEAL_BYTES_NONE;
	if (h->follow.n)
		some_story(x, h);
	for (i = 0; i < n_fixes; i++)
		some_fix(seal_vec_add(&x->fixes), true);
	for (i = 0, n_causes = few(14); i < n_causes; i++) {
		struct seal_cause *c = some_cause(n_fixes);
		struct seal_cause_group *g = seal_vec_add(&x->groups);

		some_group(g, c, n_fixes);
		c->group = (int32_t)i;
		if (h->changes.n && g->first_us != SEAL_TIME_NONE && (all_changed || roll(2)))
			g->change = &h->changes.v[i % h->changes.n];
		*seal_vec_add(&x->causes) = c;
	}
	if (n_causes && roll(2)) { /* one that no group has */
		struct seal_cause *c = some_cause(n_fixes);

		c->group = -1;
		*seal_vec_add(&x->causes) = c;
		n_causes++;
	}
	for (i = few(150); i > 0; i--)
		add_message(x, h, n_causes && roll(3) ? 1 : n_causes);
	x->n_waiting = few(12);
	x->n_bounced = few(3);
	x->n_silent_denials = few(4);
	x->health = roll(4) ? some_queue(x, h) : NULL;
	return x;
}

/* --- the machine-readable formats give back what went in */

/* gives - @key holds these bytes, in hexadecimal beside it when they are not UTF-8 */
static void gives(const json_t *j, const char *key, struct seal_bytes b)
{
	const json_t *v = json_object_get(j, key);
	char raw[64];

	(void)snprintf(raw, sizeof(raw), "%s_raw_hex", key);
	assert_true(json_is_string(v));
	if (json_object_get(j, raw)) {
		assert_int_equal(json_string_length(json_object_get(j, raw)), 2 * b.n);
		return;
	}
	assert_int_equal(json_string_length(v), b.n);
	assert_int_equal(memcmp(json_string_value(v), b.p ? b.p : "", b.n), 0);
}

static void gives_fix(const json_t *j, int32_t fix)
{
	char id[24];

	(void)snprintf(id, sizeof(id), "fix-%d", fix + 1);
	assert_true(text_at(j, "fix", fix < 0 ? NULL : id));
}

static void gives_message(const json_t *j, const struct seal_explanation *x,
			  const struct seal_explained_message *m)
{
	const json_t *rcpts = json_object_get(j, "recipients");

	gives(j, "queue_id", m->queue_id);
	gives(j, "sender", m->sender);
	assert_int_equal(json_array_size(rcpts), m->recipients.n);
	for (size_t i = 0; i < m->recipients.n; i++) {
		const struct seal_explained_recipient *r = &m->recipients.v[i];
		const json_t *it = json_array_get(rcpts, i), *c = json_object_get(it, "cause");

		gives(it, "address", r->rcpt->address);
		assert_true(text_at(it, "status", seal_rcpt_status_name(r->status)));
		assert_true(text_at(c, "verdict", r->cause->verdict));
		assert_int_equal(json_array_size(json_object_get(c, "ruled_out")),
				 r->cause->ruled_out.n);
		gives_fix(it, r->cause->group < 0 ? -1 : x->groups.v[r->cause->group].fix);
	}
}

static void gives_cause(const json_t *j, const struct seal_cause_group *g)
{
	const json_t *also = json_object_get(j, "also");

	assert_true(text_at(j, "verdict", g->cause->verdict));
	assert_true(text_at(j, "class", seal_cause_class_name(g->cause->class_)));
	assert_true(text_at(j, "certainty", seal_certainty_name(g->cause->certainty)));
	gives(j, "title", g->cause->title);
	assert_int_equal(number_at(j, "messages"), g->messages);
	assert_int_equal(number_at(j, "recipients"), g->recipients);
	assert_int_equal(number_at(j, "events"), g->events);
	assert_int_equal(json_array_size(json_object_get(j, "evidence")), g->proof.n);
	assert_int_equal(json_is_null(json_object_get(j, "change")), !g->change);
	assert_int_equal(json_array_size(also), g->cause->also.n);
	for (size_t i = 0; i < g->cause->also.n; i++)
		gives_fix(json_array_get(also, i), g->cause->also.v[i].fix);
	gives_fix(j, g->fix);
}

static void gives_queue(const json_t *j, const struct seal_queue_health *q)
{
	size_t n = json_array_size(json_object_get(j, "domains"));

	assert_int_equal(number_at(j, "messages"), q->all.messages);
	assert_int_equal(json_array_size(json_object_get(j, "causes")), q->causes.n);
	assert_int_equal(n + (size_t)number_at(j, "other_domains"), q->domains.n);
	assert_int_equal(json_array_size(json_object_get(j, "certificates")), q->certificates.n);
}

static void gives_back(const struct seal_buf *b, const struct seal_host *h,
		       const struct seal_explanation *x)
{
	json_t *j = is_json("json", seal_buf_bytes(b));
	const json_t *v = json_object_get(j, "messages");
	size_t i;

	assert_int_equal(json_array_size(v), x->messages.n);
	for (i = 0; i < x->messages.n; i++)
		gives_message(json_array_get(v, i), x, &x->messages.v[i]);
	v = json_object_get(j, "causes");
	assert_int_equal(json_array_size(v), x->groups.n);
	for (i = 0; i < x->groups.n; i++)
		gives_cause(json_array_get(v, i), &x->groups.v[i]);
	assert_int_equal(json_array_size(json_object_get(j, "fixes")), x->fixes.n);
	v = json_object_get(j, "story");
	assert_int_equal(v != NULL, h->follow.n > 0);
	assert_int_equal(json_array_size(json_object_get(v, "steps")), x->story.n);
	v = json_object_get(j, "queue");
	assert_int_equal(v != NULL, x->health != NULL);
	if (v)
		gives_queue(v, x->health);
	json_decref(j);
}

/* metric - the value of a series; -1: it is not there */
static long long metric(const struct seal_buf *b, const char *series)
{
	ssize_t at = seal_bytes_find(seal_buf_bytes(b), series);

	return at < 0 ? -1 : atoll(b->p + at + strlen(series));
}

static void measures(const struct seal_buf *b, const struct seal_explanation *x)
{
	const char rest[] = "\npostseal_explain_queue_domain_messages{domain=\"(other)\"} ";
	uint64_t other = 0;

	assert_int_equal(metric(b, "\npostseal_explain_messages{state=\"waiting\"} "),
			 x->n_waiting);
	assert_int_equal(metric(b, "\npostseal_explain_messages{state=\"bounced\"} "),
			 x->n_bounced);
	if (!x->health) {
		assert_int_equal(metric(b, rest), -1);
		return;
	}
	assert_int_equal(metric(b, "\npostseal_explain_queue_bytes "), x->health->bytes);
	other = x->health->n_domains_not_kept;
	for (size_t i = 0; i < x->health->domains.n; i++)
		if (i >= 20 || seal_bytes_is(x->health->domains.v[i].domain, "(other)"))
			other += x->health->domains.v[i].messages;
	assert_int_equal(metric(b, rest), other);
}

/* --- what people read tells of everything there is */

static void tells_all(const struct seal_buf *page, const struct seal_explanation *x)
{
	size_t soon = 0;

	assert_int_equal(count_of(page, "<article"), x->groups.n);
	assert_int_equal(count_of(page, "id=\"answer\""), x->groups.n > 0);
	assert_int_equal(count_of(page, "id=\"story\""), x->story.n > 0);
	assert_int_equal(count_of(page, "id=\"queue\""), x->health && x->health->all.messages > 5);
	for (size_t i = 0; x->health && i < x->health->certificates.n; i++)
		soon += x->health->certificates.v[i].days_left < 30;
	assert_int_equal(count_of(page, "<p class=\"note\">certificate") +
				 count_of(page, "<p class=\"note\">&#"),
			 soon);
}

/* answers - what stands first is the cause that matters, with its fix */
static void answers(const struct seal_buf *text, const struct seal_explanation *x, bool verbose)
{
	assert_int_equal(count_of(text, " broken  "), x->groups.n > 0);
	assert_int_equal(count_of(text, "\n sure    "), x->groups.n > 0);
	assert_int_equal(
		count_of(text, "\nqueue\n"),
		x->health && (x->health->all.messages > 5 || (verbose && x->health->all.messages)));
	assert_int_equal(count_of(text, "stopped no message"), x->n_silent_denials > 0);
	if (verbose)
		assert_int_equal(count_of(text, " more: --verbose"), 0);
}

static void explanations(void **state)
{
	const struct seal_findings none = {0};

	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_explanation *x = some_explanation(h);
		struct seal_buf b = {0};

		seal_report_explain_text(h, x, &style, &b);
		is_text("text", &b, style.color);
		answers(&b, x, style.verbose);
		again(&b);
		seal_report_explain_markdown(h, x, &style, &b);
		is_markdown("markdown", &b);
		again(&b);
		seal_report_explain_html(h, x, &style, &b);
		is_page("html", &b);
		tells_all(&b, x);
		again(&b);
		seal_report_audit_html(h, &none, &(struct seal_audit_extra){.x = x}, &style, &b);
		is_page("audit", &b);
		assert_int_equal(count_of(&b, "No message waits"), !x->groups.n);
		again(&b);
		seal_report_explain_prometheus(h, x, h->now_us, &b);
		is_metrics("prometheus", &b);
		measures(&b, x);
		again(&b);
		seal_report_explain_json(h, x, &b);
		gives_back(&b, h, x);
		again(&b);
		seal_report_explain_ndjson(h, x, &b);
		assert_int_equal(is_ndjson("ndjson", &b, "message"), x->messages.n);
		assert_int_equal(is_ndjson("ndjson", &b, "cause"), x->groups.n);
		assert_int_equal(is_ndjson("ndjson", &b, "fix"), x->fixes.n);
		assert_int_equal(is_ndjson("ndjson", &b, "story"), x->story.n);
		assert_int_equal(is_ndjson("ndjson", &b, "queue"), x->health != NULL);
		again(&b);
		seal_explanation_free(x);
		seal_host_free(h);
	}
}

/* --- nothing to tell */

static size_t pages_say(const struct seal_host *h, const struct seal_explanation *x,
			const char *words)
{
	const struct seal_text_style style = {.verbose = true};
	struct seal_buf b = {0};
	size_t n;

	seal_report_explain_text(h, x, &style, &b);
	is_text("text", &b, false);
	n = count_of(&b, words) > 0;
	again(&b);
	seal_report_explain_markdown(h, x, &style, &b);
	is_markdown("markdown", &b);
	n += count_of(&b, words) > 0;
	again(&b);
	seal_report_explain_html(h, x, &style, &b);
	is_page("html", &b);
	assert_int_equal(count_of(&b, "class=\"verdict pass-on\""), !x->groups.n);
	n += count_of(&b, words) > 0;
	again(&b);
	return n;
}

/* no cause; a queue of which no time is known; a fix that says neither what nor why */
static void nothing(void **state)
{
	struct seal_explanation *x = calloc(1, sizeof(*x));
	struct seal_cause *c = some_cause(0);
	struct seal_host *h = some_host();
	struct seal_fix *f;

	(void)state;
	assert_non_null(x);
	assert_int_equal(pages_say(h, x, "none known here"), 0);
	x->health = calloc(1, sizeof(*x->health));
	assert_non_null(x->health);
	x->health->now_us = seal_time_civil(2026, 11, 22, 0, 0, 0);
	x->health->all = (struct seal_queue_row){.messages = 6, .oldest_us = SEAL_TIME_NONE};
	x->health->all.next_us = x->health->all.last_next_us = SEAL_TIME_NONE;
	assert_int_equal(pages_say(h, x, "oldest"), 0);
	some_group(seal_vec_add(&x->groups), c, 0);
	*seal_vec_add(&x->causes) = c;
	f = seal_vec_add(&x->fixes);
	x->groups.v[0].fix = 0;
	assert_int_equal(pages_say(h, x, "none known here"), 3);
	(void)seal_vec_add(&f->steps);
	assert_int_equal(pages_say(h, x, "none known here"), 3);
	f->why = SEAL_LIT("the fix itself tells");
	assert_int_equal(pages_say(h, x, "the fix itself tells"), 3);
	seal_explanation_free(x);
	seal_host_free(h);
}

/* --- what is no class has no words */

static void no_class(void **state)
{
	(void)state;
	assert_non_null(seal_explain_class(SEAL_CLASS_UNKNOWN));
	assert_null(seal_explain_class(SEAL_CLASS_MAX_));
}

/* --- without memory, and without digests */

struct both {
	struct seal_host *h;
	struct seal_explanation *x;
};

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	const struct both *of = data;
	struct seal_buf b[6] = {0};

	seal_report_explain_text(of->h, of->x, &style, &b[0]);
	seal_report_explain_markdown(of->h, of->x, &style, &b[1]);
	seal_report_explain_html(of->h, of->x, &style, &b[2]);
	seal_report_explain_prometheus(of->h, of->x, 0, &b[3]);
	seal_report_explain_json(of->h, of->x, &b[4]);
	seal_report_explain_ndjson(of->h, of->x, &b[5]);
	for (size_t i = 0; i < sizeof(b) / sizeof(*b); i++)
		seal_buf_done(&b[i]);
}

static void without_memory(void **state)
{
	struct both of = {0};

	(void)state;
	do {
		seal_explanation_free(of.x);
		seal_host_free(of.h);
		of.h = some_host();
		of.x = some_explanation(of.h);
	} while (of.x->messages.n > 3 || !of.x->messages.n || of.x->groups.n != 3 ||
		 !of.x->story.n || !of.x->fixes.n || of.x->fixes.n > 3 || !of.x->health);
	without_each_allocation(renders_all, &of);
	seal_explanation_free(of.x);
	seal_host_free(of.h);
}

static void renders_picture(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	const struct both *of = data;
	struct seal_buf b = {0};
	struct seal_html w = {&b, &style};

	seal_picture_waiting(&w, of->h, of->x, true);
	seal_buf_done(&b);
}

/* a picture of two days */
static void picture_without_memory(void **state)
{
	struct both of = {some_host(), calloc(1, sizeof(struct seal_explanation))};
	struct seal_cause *c = some_cause(0);

	(void)state;
	assert_non_null(of.x);
	some_group(seal_vec_add(&of.x->groups), c, 0);
	*seal_vec_add(&of.x->causes) = c;
	for (int day = 20; day < 22; day++) {
		add_message(of.x, of.h, 0);
		some_recipient(&of.x->messages.v[day - 20], of.h, c);
		of.x->messages.v[day - 20].arrival_us = seal_time_civil(2026, 11, day, 1, 2, 3);
	}
	without_each_allocation(renders_picture, &of);
	seal_explanation_free(of.x);
	seal_host_free(of.h);
}

static void makes_page(void *data, struct seal_buf *b)
{
	const struct seal_text_style style = {.verbose = true};
	const struct both *of = data;

	seal_report_explain_html(of->h, of->x, &style, b);
}

static void makes_json(void *data, struct seal_buf *b)
{
	const struct both *of = data;

	seal_report_explain_json(of->h, of->x, b);
}

static void makes_ndjson(void *data, struct seal_buf *b)
{
	const struct both *of = data;

	seal_report_explain_ndjson(of->h, of->x, b);
}

static void no_digests(void **state)
{
	struct both of = {some_host(), NULL};

	(void)state;
	do {
		seal_explanation_free(of.x);
		of.x = some_explanation(of.h);
	} while (!of.x->groups.n);
	without_digests(makes_page, &of);
	without_digests(makes_json, &of);
	without_digests(makes_ndjson, &of);
	seal_explanation_free(of.x);
	seal_host_free(of.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explanations),
		cmocka_unit_test(nothing),
		cmocka_unit_test(no_class),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(picture_without_memory),
		cmocka_unit_test(no_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
