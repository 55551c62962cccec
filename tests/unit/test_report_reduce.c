/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reports of many hosts added up, in every format, from chance */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/finding.h"
#include "report/reduce.h"
#include "report_fixture.h"

#define TURNS    300
#define HOSTS    6
#define SHOWN    10 /* rows of a kind, when not all are */
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* --- a reduction of chance */

static struct seal_bytes host_name(unsigned i)
{
	static const struct seal_bytes names[HOSTS] = {SEAL_LIT("mail0001"), SEAL_LIT("mail0002"),
						       SEAL_LIT("<b>|`"),    SEAL_LIT("\xff"),
						       SEAL_LIT("mail0003"), SEAL_LIT("\033[2J\n")};

	return names[i];
}

static void some_about(struct seal_bytes *about)
{
	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++)
		about[i] = roll(3) ? SEAL_BYTES_NONE : words();
	if (roll(2))
		about[SEAL_ABOUT_SEVERITY] =
			seal_bytes_of(seal_grade_name((enum seal_grade)roll(SEAL_GRADE_MAX_)));
}

static void add_part(struct seal_reduction *r, uint32_t total, enum seal_slot slot)
{
	static const char *const verbs[] = {"audit", "explain"};
	int64_t n[SEAL_PART_NUMBERS] = {few(7), few(5), few(9)};
	struct seal_bytes state = SEAL_BYTES_NONE, part = words();

	if (slot == SEAL_SLOT_HOSTS) {
		state = seal_bytes_of(seal_status_name((enum seal_status)roll(SEAL_STATUS_MAX_)));
		part = host_name(roll(HOSTS));
		n[0] = roll(20) ? n[0] : INT64_MAX;
	} else if (slot == SEAL_SLOT_LOGS) {
		state = seal_bytes_of(verbs[roll(2)]);
		n[1] = moment();
		n[2] = moment();
	} else if (slot == SEAL_SLOT_CHECKS) {
		part = seal_bytes_of(seal_status_name((enum seal_status)roll(SEAL_STATUS_MAX_)));
	} else if (slot == SEAL_SLOT_CUT_SHORT) {
		part = SEAL_BYTES_NONE;
		n[0] = 1;
	}
	assert_int_equal(seal_reduction_part(r, total, slot, state, part, n), 0);
}

static void add_total(struct seal_reduction *r, enum seal_total_kind kind, struct seal_bytes of)
{
	bool host = kind == SEAL_TOTAL_HOST;
	struct seal_bytes about[SEAL_ABOUT_MAX_];
	uint32_t total;

	some_about(about);
	assert_int_equal(seal_reduction_total(r, kind, of, about, &total), 0);
	seal_reduction_span(r, total, moment(), moment());
	for (unsigned n = roll(6); n > 0; n--) {
		unsigned slot = host ? SEAL_SLOT_VERBS + roll(SEAL_SLOT_MAX_ - SEAL_SLOT_VERBS)
				     : roll(2) * roll(SEAL_SLOT_VERBS);

		add_part(r, total, (enum seal_slot)slot);
	}
}

static void some_reduction(struct seal_reduction *r, unsigned most)
{
	char text[24];

	assert_int_equal(seal_reduction_init(r), 0);
	for (unsigned n = roll(HOSTS + 1); n > 0; n--)
		add_total(r, SEAL_TOTAL_HOST, host_name(n - 1));
	for (unsigned k = SEAL_TOTAL_HOST + 1; k < (roll(4) ? SEAL_TOTAL_MAX_ : 0); k++)
		for (unsigned n = few(most); n > 0; n--) {
			(void)snprintf(text, sizeof(text), "v1:%u", n);
			add_total(r, (enum seal_total_kind)k, seal_bytes_of(text));
		}
	assert_int_equal(seal_reduction_finish(r), 0);
}

/* --- what the documents say of it */

/* parts_of - how many a total has in a slot; *n: their first numbers added up */
static size_t parts_of(const struct seal_reduction *r, uint32_t total, enum seal_slot slot,
		       int64_t *n)
{
	size_t found = 0;

	*n = 0;
	seal_vec_each (p, &r->parts) {
		if (p->total != total || p->slot != slot)
			continue;
		found++;
		*n = *n > INT64_MAX - p->n[0] ? INT64_MAX : *n + p->n[0];
	}
	return found;
}

static void gives_sets(const json_t *j, const struct seal_reduction *r, uint32_t at)
{
	bool host = r->totals.v[at].kind == SEAL_TOTAL_HOST;
	int64_t n;

	for (unsigned s = 0; s < SEAL_SLOT_MAX_; s++) {
		const json_t *set = json_object_get(j, seal_part_slot_name((enum seal_slot)s));
		size_t parts = parts_of(r, at, (enum seal_slot)s, &n);

		if (host != (s >= SEAL_SLOT_VERBS))
			assert_null(set);
		else if (s == SEAL_SLOT_CHECKS)
			assert_int_equal(parts ? json_object_size(set) : json_is_null(set),
					 parts ? parts : 1);
		else if (s == SEAL_SLOT_CUT_SHORT)
			assert_int_equal(json_integer_value(set), n);
		else
			assert_int_equal(json_array_size(set), parts);
	}
}

static void gives_total(const json_t *j, const struct seal_reduction *r, uint32_t at)
{
	const struct seal_total *t = &r->totals.v[at];
	const json_t *about = json_object_get(j, "about");
	int64_t n;

	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++)
		assert_int_equal(json_object_get(about, seal_about_name((enum seal_about_key)i)) !=
					 NULL,
				 t->about[i].n > 0);
	gives_sets(j, r, at);
	if (t->kind == SEAL_TOTAL_HOST) {
		assert_true(text_at(j, "record", "host"));
		return;
	}
	assert_true(text_at(j, "record", "total"));
	assert_true(text_at(j, "of", seal_total_kind_name(t->kind)));
	assert_true(number_at(j, "n_hosts") <= (long long)parts_of(r, at, SEAL_SLOT_HOSTS, &n));
	if (seal_total_number_name(t->kind, 0))
		assert_int_equal(number_at(j, seal_total_number_name(t->kind, 0)), n);
}

static void gives_back(const struct seal_buf *b, const struct seal_reduction *r)
{
	struct seal_bytes rest = seal_buf_bytes(b);
	json_t *first = is_json("run", seal_bytes_cut(rest, '\n', &rest));
	const json_t *summary;

	assert_int_equal(json_is_true(json_object_get(first, "complete")),
			 !seal_reduced_cut_short(r) && !seal_reduced_incomplete(r));
	for (uint32_t at = 0; at < r->totals.n; at++) {
		json_t *j = is_json("line", seal_bytes_cut(rest, '\n', &rest));

		gives_total(j, r, at);
		assert_string_equal(json_string_value(json_object_get(j, "run")),
				    json_string_value(json_object_get(first, "run")));
		json_decref(j);
	}
	json_decref(first);
	first = is_json("end", seal_bytes_cut(rest, '\n', &rest));
	assert_int_equal(rest.n, 0);
	assert_int_equal(number_at(first, "records"), r->totals.n);
	summary = json_object_get(first, "summary");
	assert_int_equal(number_at(summary, "cut_short"), seal_reduced_cut_short(r));
	assert_int_equal(number_at(summary, "incomplete"), seal_reduced_incomplete(r));
	json_decref(first);
}

/* tells_all - a row of each total, or of the first ones; those with most come first */
static void tells_all(const struct seal_buf *b, const struct seal_reduction *r, bool verbose)
{
	size_t n[SEAL_TOTAL_MAX_] = {0}, rows = 0, more = 0;
	int64_t none;

	seal_vec_each (t, &r->totals) {
		n[t->kind]++;
	}
	for (unsigned k = SEAL_TOTAL_HOST + 1; k < SEAL_TOTAL_MAX_; k++) {
		rows += n[k] > SHOWN && !verbose ? SHOWN : n[k];
		more += n[k] > SHOWN && !verbose;
	}
	assert_int_equal(count_of(b, " host ") + count_of(b, " hosts "), rows);
	assert_int_equal(count_of(b, " more (--verbose"), more);
	assert_int_equal(count_of(b, "\nWaivers\n"), n[SEAL_TOTAL_WAIVER] > 0);
	rows = 0;
	for (uint32_t at = 0; at < r->totals.n; at++)
		rows += parts_of(r, at, SEAL_SLOT_CUT_SHORT, &none);
	assert_int_equal(count_of(b, "\n failed "), rows);
}

static void reductions(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		const struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_reduction r;
		struct seal_buf b = {0};

		some_reduction(&r, 14);
		seal_report_reduce_text(&r, &style, &b);
		is_text("text", &b, false);
		tells_all(&b, &r, style.verbose);
		again(&b);
		seal_report_reduce_ndjson(&r, &b);
		gives_back(&b, &r);
		again(&b);
		seal_reduction_done(&r);
	}
}

/* row_of - where the line of a waiver of this name stands */
static ssize_t row_of(const struct seal_buf *b, const char *id)
{
	ssize_t at = seal_bytes_find(seal_buf_bytes(b), id);

	assert_true(at > 0);
	return at;
}

/* those that weigh more come first: by number, then hosts, then severity, then as they were */
static void order(void **state)
{
	static const struct {
		const char *id, *severity;
		unsigned fails, passes; /* hosts */
	} all[] = {
		{"AAA", "low", 1, 0}, {"BBB", "high", 1, 0}, {"CCC", "low", 1, 1},
		{"DDD", "low", 2, 0}, {"EEE", "low", 1, 0},
	};
	static const char *const sorted[] = {"DDD", "CCC", "BBB", "AAA", "EEE"};
	const struct seal_text_style style = {.verbose = true};
	struct seal_reduction r;
	struct seal_buf b = {0};

	(void)state;
	assert_int_equal(seal_reduction_init(&r), 0);
	for (size_t i = 0; i < COUNT(all); i++) {
		struct seal_bytes about[SEAL_ABOUT_MAX_] = {{0}};
		uint32_t total;

		about[SEAL_ABOUT_ID] = seal_bytes_of(all[i].id);
		about[SEAL_ABOUT_SEVERITY] = seal_bytes_of(all[i].severity);
		assert_int_equal(seal_reduction_total(&r, SEAL_TOTAL_FINDING, about[SEAL_ABOUT_ID],
						      about, &total),
				 0);
		for (unsigned k = 0; k < all[i].fails + all[i].passes; k++)
			assert_int_equal(seal_reduction_part(&r, total, SEAL_SLOT_HOSTS,
							     k < all[i].fails ? SEAL_LIT("fail")
									      : SEAL_LIT("na"),
							     host_name(k), NULL),
					 0);
	}
	assert_int_equal(seal_reduction_finish(&r), 0);
	seal_report_reduce_text(&r, &style, &b);
	for (size_t i = 1; i < COUNT(sorted); i++)
		assert_true(row_of(&b, sorted[i - 1]) < row_of(&b, sorted[i]));
	again(&b);
	seal_reduction_done(&r);
}

/* --- without memory */

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	struct seal_buf b[2] = {0};

	seal_report_reduce_text(data, &style, &b[0]);
	seal_report_reduce_ndjson(data, &b[1]);
	seal_buf_done(&b[0]);
	seal_buf_done(&b[1]);
}

static void without_memory(void **state)
{
	struct seal_reduction r = {0};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		if (i) {
			some_reduction(&r, 2);
		} else {
			assert_int_equal(seal_reduction_init(&r), 0);
			assert_int_equal(seal_reduction_finish(&r), 0);
		}
		without_each_allocation(renders_all, &r);
		seal_reduction_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reductions),
		cmocka_unit_test(order),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
