/* SPDX-License-Identifier: GPL-2.0-or-later */
/* denials in every format: each group is told once with its fix, and JSON gives back what went in
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/denials.h"
#include "report_fixture.h"

#define TURNS 250

static struct seal_denial_report *some_report(struct seal_host *h, unsigned most)
{
	struct seal_denial_report *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	for (unsigned n = few(most); n > 0; n--)
		add_denials(r, h);
	return r;
}

/* pids_of - of the members, each once */
static unsigned pids_of(const struct seal_denial_group *g)
{
	unsigned seen = 0;

	seal_vec_each (m, &g->members) {
		seal_vec_each (hit, &(*m)->hits) {
			seen |= 1u << (hit->pid - 900);
		}
	}
	return (unsigned)__builtin_popcount(seen);
}

static void gives_back(const struct seal_buf *b, const struct seal_denial_report *r)
{
	json_t *j = is_json("json", seal_buf_bytes(b));
	const json_t *v = json_object_get(j, "denials"), *fixes = json_object_get(j, "fixes");
	size_t n = 0;

	assert_int_equal(json_array_size(v), r->groups.n);
	for (size_t i = 0; i < r->groups.n; i++) {
		const struct seal_denial_group *g = &r->groups.v[i];
		const json_t *it = json_array_get(v, i);
		char id[24];

		assert_int_equal(number_at(it, "count"), g->count);
		assert_int_equal(number_at(it, "pids"), pids_of(g));
		assert_int_equal(json_array_size(json_object_get(it, "perms")), g->perms.n);
		assert_int_equal(json_array_size(json_object_get(it, "origin")), g->members.n);
		assert_int_equal(json_array_size(json_object_get(it, "candidates")),
				 g->candidates.n);
		assert_int_equal(json_array_size(json_object_get(it, "reasons")),
				 __builtin_popcount(g->reasons));
		(void)snprintf(id, sizeof(id), "fix-%zu", n + 1);
		assert_true(text_at(it, "fix", g->fix < 0 ? NULL : id));
		if (g->fix < 0)
			continue;
		assert_true(text_at(json_array_get(fixes, n), "id", id));
		assert_true(text_at(json_array_get(fixes, n++), "kind",
				    seal_fix_kind_name(g->candidates.v[g->fix].kind)));
	}
	assert_int_equal(json_array_size(fixes), n);
	json_decref(j);
}

static void denials(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_denial_report *r = some_report(h, 7);
		struct seal_buf b = {0};
		size_t fixes = 0;

		seal_vec_each (g, &r->groups) {
			fixes += g->fix >= 0;
		}
		seal_report_denials_text(h, r, &style, &b);
		is_text("text", &b, style.color);
		assert_int_equal(count_of(&b, "\033[1mpostfix_smtp_t") +
					 count_of(&b, "\n postfix_smtp_t"),
				 r->groups.n);
		again(&b);
		seal_report_denials_markdown(h, r, &style, &b);
		is_markdown("markdown", &b);
		assert_int_equal(count_of(&b, "\n#### "), r->groups.n);
		again(&b);
		seal_report_denials_html(h, r, &style, &b);
		is_page("html", &b);
		assert_int_equal(count_of(&b, "<article"), r->groups.n);
		again(&b);
		seal_report_denials_prometheus(h, r, h->now_us, &b);
		is_metrics("prometheus", &b);
		again(&b);
		seal_report_denials_json(h, r, &b);
		gives_back(&b, r);
		again(&b);
		seal_report_denials_ndjson(h, r, &b);
		assert_int_equal(is_ndjson("ndjson", &b, "denial"), r->groups.n);
		assert_int_equal(is_ndjson("ndjson", &b, "fix"), fixes);
		again(&b);
		seal_denial_report_free(r);
		seal_host_free(h);
	}
}

/* every reader of a group is told the same of its labels */
static void labels(void **state)
{
	static const struct {
		const char *expected, *actual;
		bool no_labels;
		const char *words;
		const char *right;
	} rows[] = {
		{"u:r:a_t:s0", "u:r:b_t:s0", false, " should be ", "a_t"},
		{"u:r:a_t:s0", "x:r:a_t:s0", false, NULL, ""},
		{"u:r:a_t:s0", "u:r:a_t:s0:c1", false, " should be of level ", "s0"},
		{"u:r:a_t:s0", "u:r:b_t:s0", true, NULL, ""},
		{"", "u:r:b_t:s0", false, NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_denial_group g = {.no_labels = rows[i].no_labels};
		struct seal_denial_path p = {.actual = seal_bytes_of(rows[i].actual),
					     .expected = seal_bytes_of(rows[i].expected)};
		struct seal_bytes right = SEAL_BYTES_NONE;
		const char *wrong = seal_denial_mislabelled(&g, &p, &right);

		if (!wrong != !rows[i].words)
			fail_msg("row %zu: %s", i, wrong ? wrong : "nothing");
		if (!wrong)
			continue;
		assert_string_equal(wrong, rows[i].words);
		assert_true(seal_bytes_is(right, rows[i].right));
	}
}

/* --- without memory */

struct both {
	struct seal_host *h;
	struct seal_denial_report *r;
};

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	const struct both *of = data;
	struct seal_buf b[6] = {0};

	seal_report_denials_text(of->h, of->r, &style, &b[0]);
	seal_report_denials_markdown(of->h, of->r, &style, &b[1]);
	seal_report_denials_html(of->h, of->r, &style, &b[2]);
	seal_report_denials_prometheus(of->h, of->r, 0, &b[3]);
	seal_report_denials_json(of->h, of->r, &b[4]);
	seal_report_denials_ndjson(of->h, of->r, &b[5]);
	for (size_t i = 0; i < sizeof(b) / sizeof(*b); i++)
		seal_buf_done(&b[i]);
}

/* is_bare - its fix names nothing yet: the first target needs memory */
static bool is_bare(const struct seal_denial_group *g)
{
	return g->fix >= 0 && !g->candidates.v[g->fix].targets.n;
}

static void without_memory(void **state)
{
	struct both of = {.h = some_host()};
	const struct seal_denial_group *last;
	bool bare = false, full = false;

	(void)state;
	of.r = calloc(1, sizeof(*of.r));
	assert_non_null(of.r);
	do {
		add_denials(of.r, of.h);
		last = &of.r->groups.v[of.r->groups.n - 1];
		bare |= is_bare(last);
		full |= last->fix >= 0 && !is_bare(last);
	} while (!bare || !full);
	without_each_allocation(renders_all, &of);
	seal_denial_report_free(of.r);
	seal_host_free(of.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(denials),
		cmocka_unit_test(labels),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
