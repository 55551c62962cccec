/* SPDX-License-Identifier: GPL-2.0-or-later */
/* needs, rules and collect in every format, from chance */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/collect.h"
#include "report/needs.h"
#include "report/rules.h"
#include "report_fixture.h"

#define TURNS    300
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct seal_origin some_origin(void)
{
	return (struct seal_origin){
		.source = SEAL_SOURCE_MAIN_CF, .path = words(), .line = roll(3), .ref = words()};
}

/* --- needs */

static void some_needs(struct seal_needs *n)
{
	*n = (struct seal_needs){.complete = roll(2)};
	for (unsigned k = few(6); k > 0; k--)
		*seal_vec_add(&n->items) = (struct seal_need_item){
			.kind = "connect",
			.subject = words(),
			.purpose = words(),
			.daemon = words(),
			.source_type = words(),
			.target_type = words(),
			.tclass = roll(2) ? "tcp_socket" : NULL,
			.perms = "name_connect",
			.port = (uint16_t)few(25),
			.selinux = (enum seal_grant)roll(SEAL_GRANT_MAX_),
			.firewall = (enum seal_grant)roll(SEAL_GRANT_MAX_),
			.boolean = words(),
			.origin = some_origin(),
		};
	for (unsigned k = few(4); k > 0; k--)
		*seal_vec_add(&n->excess) =
			(struct seal_need_excess){"port-label", words(), words(), some_origin()};
	for (unsigned k = roll(3); k > 0; k--) {
		struct seal_what_if *w = seal_vec_add(&n->what_if);

		w->question = words();
		w->unknown = roll(2);
		w->why = words();
		for (unsigned i = roll(4); i > 0; i--)
			*seal_vec_add(&w->breaks) = (struct seal_need_break){
				n->items.n ? (int32_t)roll((unsigned)n->items.n + 1) - 1 : -1,
				roll(2), words(), words(), some_origin()};
	}
}

/* worst - what matters of the two layers of one need */
static enum seal_grant worst(const struct seal_need_item *i)
{
	if (i->selinux == SEAL_GRANT_MISSING || i->firewall == SEAL_GRANT_MISSING)
		return SEAL_GRANT_MISSING;
	if (i->selinux == SEAL_GRANT_UNKNOWN || i->firewall == SEAL_GRANT_UNKNOWN)
		return SEAL_GRANT_UNKNOWN;
	return SEAL_GRANT_GRANTED;
}

static void tells_needs(const struct seal_buf *b, const struct seal_needs *n, bool verbose)
{
	size_t of[SEAL_GRANT_MAX_] = {0};
	size_t breaks = 0, maybe = 0;
	char line[128];

	seal_vec_each (i, &n->items) {
		of[worst(i)]++;
	}
	(void)snprintf(line, sizeof(line),
		       "\nneeds: %zu missing, %zu unknown, %zu granted; %zu open and not used%s\n",
		       of[SEAL_GRANT_MISSING], of[SEAL_GRANT_UNKNOWN], of[SEAL_GRANT_GRANTED],
		       n->excess.n,
		       n->complete ? "" : "; not all of the configuration could be read");
	assert_int_equal(count_of(b, line), 1);
	seal_vec_each (w, &n->what_if) {
		seal_vec_each (it, &w->breaks) {
			breaks += it->certain;
			maybe += !it->certain;
		}
	}
	assert_int_equal(count_of(b, "\n  breaks     "), breaks);
	assert_int_equal(count_of(b, "\n  maybe      "), maybe);
	assert_int_equal(count_of(b, "\n  port-label "), n->excess.n);
	if (n->what_if.n && !verbose)
		of[SEAL_GRANT_GRANTED] = 0;
	assert_int_equal(count_of(b, "\n  connect    "),
			 of[SEAL_GRANT_MISSING] + of[SEAL_GRANT_UNKNOWN] + of[SEAL_GRANT_GRANTED]);
}

static void gives_needs(const struct seal_buf *b, const struct seal_needs *n)
{
	json_t *j = is_json("needs", seal_buf_bytes(b));
	const json_t *items = json_object_get(j, "needs"), *what_if = json_object_get(j, "what_if");

	assert_int_equal(json_is_true(json_object_get(j, "needs_complete")), n->complete);
	assert_int_equal(json_array_size(items), n->items.n);
	for (size_t i = 0; i < n->items.n; i++) {
		const struct seal_need_item *item = &n->items.v[i];
		const json_t *it = json_array_get(items, i);

		assert_true(text_at(it, "selinux", seal_grant_name(item->selinux)));
		assert_true(text_at(it, "firewall", seal_grant_name(item->firewall)));
		assert_int_equal(json_is_null(json_object_get(it, "port")), !item->port);
		assert_int_equal(json_is_null(json_object_get(it, "boolean")), !item->boolean.n);
	}
	assert_int_equal(json_array_size(json_object_get(j, "excess")), n->excess.n);
	assert_int_equal(json_array_size(what_if), n->what_if.n);
	for (size_t i = 0; i < n->what_if.n; i++) {
		const struct seal_what_if *w = &n->what_if.v[i];
		const json_t *it = json_array_get(what_if, i);
		bool certain = false;

		seal_vec_each (br, &w->breaks) {
			certain |= br->certain;
		}
		assert_int_equal(json_array_size(json_object_get(it, "breaks")), w->breaks.n);
		assert_true(text_at(it, "verdict",
				    certain                     ? "breaks"
				    : w->unknown || w->breaks.n ? "unknown"
								: "safe"));
	}
	json_decref(j);
}

static void needs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		const struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_needs n;
		struct seal_buf b = {0};

		some_needs(&n);
		seal_report_needs_text(h, &n, &style, &b);
		is_text("text", &b, style.color);
		tells_needs(&b, &n, style.verbose);
		again(&b);
		seal_report_needs_json(h, &n, &b);
		gives_needs(&b, &n);
		again(&b);
		seal_needs_done(&n);
		seal_host_free(h);
	}
}

/* --- rules */

static void some_rule(struct seal_check_rule *r)
{
	static const struct seal_bytes offline[] = {SEAL_LIT("yes"), SEAL_LIT("partial"),
						    SEAL_LIT("no")};
	static const struct seal_bytes items[] = {SEAL_LIT("1.3.1.5"), SEAL_LIT("V-204~")};
	static const struct seal_bytes parameters[] = {SEAL_LIT("days"), SEAL_LIT("files")};

	*r = (struct seal_check_rule){.id = name(), .title = words(), .area = words()};
	r->rationale = words();
	r->advice = words();
	r->conflict = words();
	r->offline = offline[roll(3)];
	r->severity = (enum seal_grade)roll(SEAL_GRADE_MAX_);
	r->tier = few(4);
	r->roles = roll(2) ? SEAL_ROLE_ALL : roll(SEAL_ROLE_ALL + 1);
	for (unsigned k = roll(4); k > 0; k--)
		*seal_vec_add(&r->evidence) = words();
	for (unsigned k = roll(3); k > 0; k--)
		*seal_vec_add(&r->parameters) =
			(struct seal_check_parameter){parameters[k - 1], few(90)};
	for (unsigned k = roll(4); k > 0; k--) {
		struct seal_reference *ref = seal_vec_add(&r->references);

		ref->benchmark = seal_bytes_of(seal_benchmark_key(k - 1));
		for (unsigned i = roll(3); i > 0; i--)
			*seal_vec_add(&ref->items) = items[roll(2)];
	}
}

static void forget_rule(struct seal_check_rule *r)
{
	seal_vec_each (ref, &r->references) {
		seal_vec_done(&ref->items);
	}
	seal_vec_done(&r->references);
	seal_vec_done(&r->parameters);
	seal_vec_done(&r->evidence);
}

static unsigned bits_of(unsigned roles)
{
	unsigned n = 0;

	for (; roles; roles &= roles - 1)
		n++;
	return n;
}

static void gives_rule(const json_t *j, const struct seal_check_rule *r)
{
	const json_t *references = json_object_get(j, "references");

	assert_true(text_at(j, "severity", seal_grade_name(r->severity)));
	assert_int_equal(number_at(j, "tier"), r->tier);
	assert_int_equal(json_array_size(json_object_get(j, "roles")), bits_of(r->roles));
	assert_int_equal(json_array_size(json_object_get(j, "evidence")), r->evidence.n);
	assert_int_equal(json_object_size(json_object_get(j, "parameters")), r->parameters.n);
	assert_int_equal(json_object_size(references), r->references.n);
	seal_vec_each (ref, &r->references) {
		assert_int_equal(json_array_size(json_object_get(references, ref->benchmark.p)),
				 ref->items.n);
	}
}

static void gives_rules(const struct seal_buf *b, const struct seal_check_rule *of, size_t n)
{
	json_t *j = is_json("rules", seal_buf_bytes(b));
	const json_t *checks = json_object_get(j, "checks");

	assert_int_equal(json_array_size(checks), n);
	for (size_t i = 0; i < n; i++)
		gives_rule(json_array_get(checks, i), &of[i]);
	json_decref(j);
}

static void tells_rule(const struct seal_buf *b, const struct seal_check_rule *r)
{
	size_t related = 0;

	seal_vec_each (ref, &r->references) {
		seal_vec_each (item, &ref->items) {
			related += seal_bytes_ends(*item, "~");
		}
	}
	assert_int_equal(count_of(b, " (related)"), related);
	assert_int_equal(count_of(b, "\n  param"), r->parameters.n);
	assert_int_equal(count_of(b, "\n  needs"), !seal_bytes_is(r->offline, "yes"));
	assert_int_equal(count_of(b, "\n  note"), r->conflict.n > 0);
}

static void rules(void **state)
{
	struct seal_check_rule all[3];

	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		size_t n = roll(COUNT(all) + 1);
		struct seal_buf b = {0};

		for (size_t k = 0; k < COUNT(all); k++)
			some_rule(&all[k]);
		seal_report_rules_text(all, n, NULL, &b);
		is_text("list", &b, false);
		again(&b);
		seal_report_rules_json(all, n, NULL, &b);
		gives_rules(&b, all, n);
		again(&b);
		seal_report_rules_text(all, n, &all[2], &b);
		is_text("one", &b, false);
		tells_rule(&b, &all[2]);
		again(&b);
		seal_report_rules_json(all, n, &all[2], &b);
		gives_rules(&b, &all[2], 1);
		again(&b);
		for (size_t k = 0; k < COUNT(all); k++)
			forget_rule(&all[k]);
	}
}

/* --- collect */

static void bundles(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_host *h = some_host();
		struct seal_collected c = {.h = h, .file = "bundle\033.tar", .redacted = roll(2)};
		struct seal_buf b = {0};
		const json_t *bundle;
		json_t *j;

		c.n_files = few(700);
		c.n_bytes = few(70000);
		c.n_left = few(3);
		c.first_left = c.n_left ? "var/log/\nmail.log" : "";
		seal_report_collect_text(&c, &b);
		is_text("text", &b, false);
		assert_int_equal(count_of(&b, "left out"), c.n_left > 0);
		assert_int_equal(count_of(&b, "addresses replaced"), c.redacted);
		again(&b);
		seal_report_collect_json(&c, &b);
		j = is_json("json", seal_buf_bytes(&b));
		bundle = json_object_get(j, "bundle");
		assert_int_equal(number_at(bundle, "files"), c.n_files);
		assert_int_equal(number_at(bundle, "bytes"), c.n_bytes);
		assert_int_equal(number_at(bundle, "left_out"), c.n_left);
		assert_int_equal(json_is_true(json_object_get(bundle, "redacted")), c.redacted);
		json_decref(j);
		again(&b);
		seal_host_free(h);
	}
}

/* --- without memory */

struct all {
	struct seal_host *h;
	struct seal_needs n;
	struct seal_check_rule rule;
};

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	const struct all *of = data;
	const struct seal_collected c = {of->h, "bundle.tar", 3, 4, 5, "var", true};
	struct seal_buf b[6] = {0};

	seal_report_needs_text(of->h, &of->n, &style, &b[0]);
	seal_report_needs_json(of->h, &of->n, &b[1]);
	seal_report_rules_text(&of->rule, 1, &of->rule, &b[2]);
	seal_report_rules_json(&of->rule, 1, NULL, &b[3]);
	seal_report_collect_text(&c, &b[4]);
	seal_report_collect_json(&c, &b[5]);
	for (size_t i = 0; i < COUNT(b); i++)
		seal_buf_done(&b[i]);
}

static void without_memory(void **state)
{
	struct all of = {.h = some_host()};

	(void)state;
	some_needs(&of.n);
	some_rule(&of.rule);
	without_each_allocation(renders_all, &of);
	forget_rule(&of.rule);
	seal_needs_done(&of.n);
	seal_host_free(of.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs),
		cmocka_unit_test(rules),
		cmocka_unit_test(bundles),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
