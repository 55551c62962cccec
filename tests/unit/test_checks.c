/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of checks and their functions are one to one, and a rule that is not well formed is
 * refused with file and line. */
#include "checks/check.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#define HEAD "area: test\nchecks:\n"
#define RULE(more)                                                                                 \
	"  - id: TST-001\n"                                                                        \
	"    title: a title\n"                                                                     \
	"    severity: low\n"                                                                      \
	"    tier: 2\n"                                                                            \
	"    roles: all\n"                                                                         \
	"    evidence: [a file]\n"                                                                 \
	"    offline: 'yes'\n"                                                                     \
	"    rationale: why\n"                                                                     \
	"    advice: how\n" more

static int load(const char *text, struct seal_check_rules **ret, struct seal_err *err)
{
	char top[] = "/tmp/seal-checks-XXXXXX", dir[64], path[80];
	FILE *f;
	int r;

	assert_non_null(mkdtemp(top));
	snprintf(dir, sizeof(dir), "%s/checks", top);
	snprintf(path, sizeof(path), "%s/test.yaml", dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	r = seal_check_rules_load(top, ret, err);
	unlink(path);
	rmdir(dir);
	rmdir(top);
	return r;
}

static size_t n_functions(struct seal_bytes id)
{
	const struct seal_check *c;
	size_t n = 0;

	for (size_t i = 0; (c = seal_check_table(i)); i++)
		for (; c->id; c++)
			n += seal_bytes_is(id, c->id);
	return n;
}

static void test_one_to_one(void **state)
{
	seal_auto_check_rules struct seal_check_rules *rules = NULL;
	const struct seal_check *c;
	struct seal_err err = {0};
	size_t n = 0;

	(void)state;
	assert_int_equal(seal_check_rules_load(NULL, &rules, &err), 0);
	seal_vec_each (rule, &rules->v) {
		if (n_functions(rule->id) != 1)
			fail_msg("%s has %zu functions", rule->id.p, n_functions(rule->id));
	}
	for (size_t i = 0; (c = seal_check_table(i)); i++) {
		const char *last = "";

		for (; c->id; c++, n++) {
			if (!seal_check_rule_find(rules, seal_bytes_of(c->id)))
				fail_msg("%s has no rule", c->id);
			if (strcmp(last, c->id) >= 0)
				fail_msg("%s stands behind %s", c->id, last);
			last = c->id;
			assert_non_null(c->run);
		}
	}
	assert_int_equal(n, rules->v.n);
}

/* every file holds one area, in the order of ids, and no text is a leftover */
static void test_texts(void **state)
{
	static const char *const places[] = {"TODO", "FIXME", "XXX", "  "};
	seal_auto_check_rules struct seal_check_rules *rules = NULL;

	(void)state;
	assert_int_equal(seal_check_rules_load(NULL, &rules, NULL), 0);
	seal_vec_each (r, &rules->v) {
		const struct seal_bytes texts[] = {r->title, r->rationale, r->advice, r->conflict};

		for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
			for (size_t k = 0; k < sizeof(places) / sizeof(*places); k++)
				if (seal_bytes_find(texts[i], places[k]) >= 0)
					fail_msg("%s: \"%s\"", r->id.p, places[k]);
		if (!r->references.n)
			fail_msg("%s has no references", r->id.p);
		if (!seal_bytes_is(seal_bytes_first(r->id, 3), "PFX") &&
		    seal_bytes_is(r->area, "postfix"))
			fail_msg("%s is no check of postfix", r->id.p);
	}
}

static void test_a_rule(void **state)
{
	seal_auto_check_rules struct seal_check_rules *rules = NULL;
	const struct seal_check_rule *r;
	struct seal_err err = {0};

	(void)state;
	assert_int_equal(load(HEAD RULE("    references:\n      cis9: ['1.2', '3.4~']\n"
					"    parameters:\n      most: 7\n"),
			      &rules, &err),
			 0);
	r = seal_check_rule_find(rules, SEAL_LIT("TST-001"));
	assert_non_null(r);
	assert_int_equal(r->severity, SEAL_GRADE_LOW);
	assert_int_equal(r->roles, SEAL_ROLE_ALL);
	assert_int_equal(r->evidence.n, 1);
	assert_true(seal_bytes_is(r->references.v[0].items.v[1], "3.4~"));
	assert_int_equal(seal_check_parameter(r, "most", 1), 7);
	assert_int_equal(seal_check_parameter(r, "least", 1), 1);
	assert_int_equal(r->line, 3);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *place, *word;
	} rows[] = {
		{HEAD RULE("    colour: red\n"), "checks/test.yaml:12:", "colour"},
		{"area: test\nchecks:\n  - id: TST-001\n    title: a\n",
		 "checks/test.yaml:3:", "missing"},
		{HEAD RULE("    references:\n      cis7: ['1.1']\n"),
		 "checks/test.yaml:13:", "benchmark"},
		{HEAD RULE("    references:\n      cis9: []\n"), "checks/test.yaml:13:", "items"},
		{HEAD RULE("    parameters:\n      Most: 7\n"),
		 "checks/test.yaml:13:", "parameter"},
		{HEAD RULE("    parameters:\n      most: many\n"), "checks/test.yaml:13:", ""},
		{"area: test\nchecks:\n  - id: tst-1\n", "checks/test.yaml:3:", "AAA-000"},
		{HEAD "  - id: TST-001\n    title: a\n    rationale: a\n    advice: a\n"
		      "    severity: grave\n",
		 "checks/test.yaml:7:", "severity"},
		{HEAD RULE("") RULE(""), "checks/test.yaml:12:", "TST-001"},
		{"area: test\nchecks: none\n", "checks/test.yaml:2:", ""},
		{"area: test\nmore: 1\nchecks: []\n", "checks/test.yaml:2:", "more"},
		{"area: [\n", "checks/test.yaml:", ""},
		{HEAD
		 "  - {id: TST-001, title: t, rationale: r, advice: a, severity: low, tier: 3}\n",
		 "checks/test.yaml:3:", "tier"},
		{HEAD
		 "  - {id: TST-001, title: t, rationale: r, advice: a, severity: low, tier: 1,\n"
		 "     roles: [butler]}\n",
		 "checks/test.yaml:4:", "role"},
		{HEAD
		 "  - {id: TST-001, title: t, rationale: r, advice: a, severity: low, tier: 1,\n"
		 "     roles: all, evidence: [x], offline: maybe}\n",
		 "checks/test.yaml:4:", "offline"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_check_rules *rules = NULL;
		struct seal_err err = {0};
		int r = load(rows[i].text, &rules, &err);

		if (r != -EINVAL || !strstr(err.text, rows[i].place) ||
		    !strstr(err.text, rows[i].word))
			fail_msg("row %zu: %d \"%s\", not \"%s\"", i, r, err.text, rows[i].place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_to_one),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_a_rule),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
