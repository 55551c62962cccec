/* SPDX-License-Identifier: GPL-2.0-or-later */
/* what decides whether a pipeline goes on: waivers, baseline, differences, the gate's answer */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "checks/difference.h"
#include "core/time.h"
#include "evidence/rules/waivers.h"
#include "memory.h"

static char dir[] = "/tmp/postseal-gate-XXXXXX", path[64];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_not_equal(fputs(text, f), EOF);
	assert_int_equal(fclose(f), 0);
}

static int64_t day(const char *text)
{
	int64_t t;

	assert_int_equal(seal_time_parse(seal_bytes_of(text), &t), 0);
	return t;
}

#define W(id, reason, owner, expires)                                                              \
	"waivers:\n  - id: " id "\n    reason: " reason "\n    owner: " owner                      \
	"\n    expires: " expires

static const struct {
	const char *text;
	int r;
	const char *says; /* of the error; NULL: the one waiver has expired */
} waivers[] = {
	{W("PFX-005", "a", "b", "2027-01-31"), 0, ""},
	{W("PFX-005", "a", "b", "2027-01-31") "\n    object: x=*\n    reference: R-1", 0, ""},
	{W("PFX-005", "a", "b", "2026-11-20"), 0, NULL},
	{W("PFX-005", "a", "b", "2026-11-21"), 0, ""}, /* until the end of that day */
	{W("PFX-005", "a", "b", "2027-11-22"), 0, ""},
	{W("PFX-005", "a", "b", "2027-11-23"), -EINVAL, ":5: a waiver ends within 366 days"},
	{W("PFX-005", "a", "b", "2027-1-31"), -EINVAL, ":5: expires is a day"},
	{W("PFX-005", "a", "b", "2027-02-31"), -EINVAL, ":5: expires is a day"},
	{W("PFX-005", "a", "b", "\"2027-01-31T00:00:00Z\""), -EINVAL, ":5: expires is a day"},
	{W("''", "a", "b", "2027-01-31"), -EINVAL, ":2: \"id\" is empty"},
	{W("PFX-005", "' '", "b", "2027-01-31"), -EINVAL, ":3: \"reason\" is empty"},
	{W("PFX-005", "a", "''", "2027-01-31"), -EINVAL, ":4: \"owner\" is empty"},
	{W("PFX-005", "a", "b", "''"), -EINVAL, ":5: \"expires\" is empty"},
	{W("PFX-005", "a", "b", "2027-01-31") "\n    object: ''", -EINVAL,
	 ":6: \"object\" is empty"},
	{W("PFX-005", "a", "b", "2027-01-31") "\n    reference: ''", -EINVAL,
	 ":6: \"reference\" is empty"},
	{W("PFX-005", "[a]", "b", "2027-01-31"), -EINVAL, ":3: "},
	{W("PFX-005", "a", "b", "2027-01-31") "\n    since: 2026", -EINVAL, ":6: "},
	{"waivers:\n  - id: PFX-005", -EINVAL, ":2: a waiver needs \"reason\""},
	{"waivers: PFX-005", -EINVAL, ":1: "},
	{"waivers:\n  - PFX-005", -EINVAL, ":2: "},
	{"{}", -EINVAL, ":1: \"waivers\" is missing"},
	{"waiver: []", -EINVAL, ":1: "},
	{"waivers: [", -EINVAL, ""},
};

static void reads_waivers(void **state)
{
	int64_t today = day("2026-11-21");

	(void)state;
	for (size_t i = 0; i < sizeof(waivers) / sizeof(*waivers); i++) {
		seal_auto_arena struct seal_arena *arena = seal_arena_new();
		struct seal_findings f = {0};
		struct seal_err err = {0};
		int r;

		write_file(waivers[i].text);
		r = seal_waivers_read(path, today, arena, &f, &err);
		if (r != waivers[i].r || (r < 0 && !strstr(err.text, waivers[i].says)))
			fail_msg("%s: %d %s", waivers[i].text, r, err.text);
		if (r == 0 && (f.waivers.n != 1 || f.waivers.v[0].expired != !waivers[i].says))
			fail_msg("%s: expired %d", waivers[i].text, f.waivers.v[0].expired);
		seal_findings_done(&f);
	}
}

static void no_such_file(void **state)
{
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	struct seal_findings f = {0};
	struct seal_err err = {0};

	(void)state;
	assert_int_equal(seal_waivers_read("/nonexistent/w.yaml", 0, arena, &f, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/w.yaml"));
	assert_int_equal(seal_baseline_read("/nonexistent/b.json", &f, &err), -ENOENT);
	assert_non_null(seal_vec_add(&f.fixes));
	seal_findings_done(&f);
	assert_false(f.has_baseline);
}

static void too_many_waivers(void **state)
{
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	struct seal_findings f = {0};
	struct seal_err err = {0};

	(void)state;
	write_file(waivers[0].text);
	for (size_t i = 0; i < SEAL_WAIVERS_MAX; i++)
		assert_non_null(seal_vec_add(&f.waivers));
	assert_int_equal(seal_waivers_read(path, day("2026-11-21"), arena, &f, &err), -E2BIG);
	seal_findings_done(&f);
}

/* --- baseline */

#define PRINT "v1:0123456789abcdef"

static const struct {
	const char *text;
	int r;
	bool known;
} baselines[] = {
	{"{\"fingerprints\": [\"" PRINT "\"]}", 0, true},
	{"{\"fingerprints\": [\"v1:00\", 7, null, {}, {\"status\": 1}]}", 0, false},
	{"{\"fingerprints\": []}", 0, false},
	{"{\"findings\": [{\"status\": \"fail\", \"fingerprint\": \"" PRINT "\"}]}", 0, true},
	{"{\"findings\": [{\"status\": \"unknown\", \"fingerprint\": \"" PRINT "\"}]}", 0, false},
	{"{\"findings\": [{\"status\": \"fail\"}]}", 0, false},
	{"{\"findings\": {}}", -EINVAL, false},
	{"[\"" PRINT "\"]", -EINVAL, false},
	{"{\"findings\": [", -EINVAL, false},
	{"{\"findings\": [], \"findings\": []}", -EINVAL, false},
	{"", -EINVAL, false},
};

static void reads_baselines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(baselines) / sizeof(*baselines); i++) {
		struct seal_findings f = {0};
		struct seal_err err = {0};
		struct seal_finding *pass, *fail;
		int r;

		assert_non_null(seal_vec_add(&f.v));
		assert_non_null(seal_vec_add(&f.v));
		pass = &f.v.v[0];
		fail = &f.v.v[1];
		pass->status = SEAL_STATUS_PASS;
		fail->status = SEAL_STATUS_FAIL;
		memcpy(pass->fingerprint, PRINT, sizeof(PRINT));
		memcpy(fail->fingerprint, PRINT, sizeof(PRINT));
		write_file(baselines[i].text);
		r = seal_baseline_read(path, &f, &err);
		if (r != baselines[i].r || pass->known || fail->known != baselines[i].known ||
		    f.has_baseline != (r == 0))
			fail_msg("%s: %d %s", baselines[i].text, r, err.text);
		seal_findings_done(&f);
	}
}

/* --- differences */

static void add(struct seal_rows *rows, const char *id, const char *print, enum seal_status status)
{
	struct seal_row *row = seal_vec_add(&rows->v);

	assert_non_null(row);
	row->id = seal_bytes_of(id);
	row->fingerprint = seal_bytes_of(print);
	row->object = seal_bytes_of("path=/etc");
	row->status = status;
	row->severity = SEAL_GRADE_HIGH;
}

static void fill(struct seal_rows *before, struct seal_rows *after)
{
	add(before, "A-001", "gone", SEAL_STATUS_FAIL);
	add(after, "A-001", "gone", SEAL_STATUS_PASS);
	add(before, "A-002", "undecided", SEAL_STATUS_FAIL);
	add(after, "A-002", "undecided", SEAL_STATUS_UNKNOWN);
	add(before, "A-003", "waived", SEAL_STATUS_FAIL);
	add(after, "A-003", "waived", SEAL_STATUS_WAIVED);
	add(before, "A-004", "unasked", SEAL_STATUS_FAIL);
	add(before, "A-005", "stays", SEAL_STATUS_FAIL);
	add(before, "A-005", "stays", SEAL_STATUS_FAIL); /* told twice */
	add(after, "A-005", "stays", SEAL_STATUS_PASS);  /* the failing one speaks for both */
	add(after, "A-005", "stays", SEAL_STATUS_FAIL);
	add(after, "A-006", "new", SEAL_STATUS_FAIL);
	add(after, "A-006", "newer", SEAL_STATUS_FAIL);
	after->v.v[after->v.n - 1].object = seal_bytes_of("path=/dev");
	add(after, "A-006", "newest", SEAL_STATUS_FAIL);
	add(after, "A-006", "gravest", SEAL_STATUS_FAIL);
	after->v.v[after->v.n - 1].severity = SEAL_GRADE_CRITICAL;
	add(after, "A-000", "other", SEAL_STATUS_FAIL);
	/* another object of the check is not known: nor is this one, though it has other answers */
	add(before, "A-007", "left out", SEAL_STATUS_FAIL);
	add(after, "A-007", "other object", SEAL_STATUS_UNKNOWN);
	add(after, "A-007", "failing object", SEAL_STATUS_FAIL);
	/* the check has an answer, of another object, and does not find it */
	add(before, "A-008", "mended", SEAL_STATUS_FAIL);
	add(after, "A-008", "whole", SEAL_STATUS_PASS);
}

static void differences(void **state)
{
	static const struct {
		enum seal_drift change;
		const char *print;
		enum seal_status before, after;
	} expected[] = {
		{SEAL_DRIFT_NEW, "gravest", SEAL_STATUS_MAX_, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_NEW, "other", SEAL_STATUS_MAX_, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_NEW, "newer", SEAL_STATUS_MAX_, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_NEW, "new", SEAL_STATUS_MAX_, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_NEW, "newest", SEAL_STATUS_MAX_, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_NEW, "failing object", SEAL_STATUS_FAIL, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_GONE, "gone", SEAL_STATUS_FAIL, SEAL_STATUS_PASS},
		{SEAL_DRIFT_GONE, "mended", SEAL_STATUS_FAIL, SEAL_STATUS_PASS},
		{SEAL_DRIFT_WAIVED, "waived", SEAL_STATUS_FAIL, SEAL_STATUS_WAIVED},
		{SEAL_DRIFT_UNDECIDED, "undecided", SEAL_STATUS_FAIL, SEAL_STATUS_UNKNOWN},
		{SEAL_DRIFT_UNDECIDED, "left out", SEAL_STATUS_FAIL, SEAL_STATUS_FAIL},
		{SEAL_DRIFT_UNASKED, "unasked", SEAL_STATUS_FAIL, SEAL_STATUS_MAX_},
	};
	struct seal_rows before = {0}, after = {0};
	struct seal_difference d = {0};
	size_t i;

	(void)state;
	fill(&before, &after);
	assert_int_equal(seal_difference_of(&before, &after, &d), 0);
	assert_int_equal(d.n_same, 1);
	assert_int_equal(d.v.n, sizeof(expected) / sizeof(*expected));
	for (i = 0; i < d.v.n; i++)
		if (d.v.v[i].change != expected[i].change ||
		    !seal_bytes_is(d.v.v[i].row->fingerprint, expected[i].print) ||
		    d.v.v[i].before != expected[i].before || d.v.v[i].after != expected[i].after)
			fail_msg("row %zu: %s %.*s %d %d", i, seal_drift_name(d.v.v[i].change),
				 (int)d.v.v[i].row->fingerprint.n, d.v.v[i].row->fingerprint.p,
				 (int)d.v.v[i].before, (int)d.v.v[i].after);
	seal_difference_done(&d);
	seal_vec_done(&before.v);
	seal_vec_done(&after.v);
}

static void no_difference(void **state)
{
	struct seal_rows none = {0};
	struct seal_difference d = {0};

	(void)state;
	assert_int_equal(seal_difference_of(&none, &none, &d), 0);
	assert_int_equal(d.v.n + d.n_same, 0);
	seal_difference_done(&d);
}

/* --- without memory */

static int try_waivers(void)
{
	seal_auto_arena struct seal_arena *arena = seal_arena_new();
	struct seal_findings f = {0};
	struct seal_err err = {0};
	int r = arena ? seal_waivers_read(path, day("2026-11-21"), arena, &f, &err) : -ENOMEM;

	seal_findings_done(&f);
	return r;
}

static int try_baseline(void)
{
	struct seal_findings f = {0};
	struct seal_err err = {0};

	return seal_baseline_read(path, &f, &err);
}

static struct seal_rows before_rows, after_rows;

static int try_difference(void)
{
	struct seal_difference d = {0};
	int r = seal_difference_of(&before_rows, &after_rows, &d);

	seal_difference_done(&d);
	return r;
}

static void fails_at_each(const char *what, int (*try)(void))
{
	unsigned long at;
	int r = -ENOMEM;

	for (at = 1; r == -ENOMEM && at < 1000; at++) {
		memory_fail_at(at);
		r = try();
		if (!memory_failed())
			break;
		if (r != -ENOMEM)
			fail_msg("%s: allocation %lu: %d", what, at, r);
	}
	memory_fail_at(0);
	assert_int_equal(r, 0);
	assert_true(at > 1);
}

static void without_memory(void **state)
{
	(void)state;
	write_file(waivers[0].text);
	fails_at_each("waivers", try_waivers);
	write_file(baselines[0].text);
	fails_at_each("baseline", try_baseline);
	fill(&before_rows, &after_rows);
	fails_at_each("difference", try_difference);
	seal_vec_done(&before_rows.v);
	seal_vec_done(&after_rows.v);
}

/* --- the gate */

static void answers(void **state)
{
	static const struct {
		struct seal_gate gate;
		enum seal_gate_answer answer;
		const char *name;
	} rows[] = {
		{{.asked = false, .failing = 3}, SEAL_GATE_NONE, "none"},
		{{.asked = true, .failing = 0}, SEAL_GATE_PASS, "pass"},
		{{.asked = true, .failing = 1}, SEAL_GATE_FAIL, "fail"},
		{{.wants_complete = true, .complete = true, .failing = 1}, SEAL_GATE_PASS, "pass"},
		{{.wants_complete = true, .failing = 1}, SEAL_GATE_INCOMPLETE, "incomplete"},
		{{.asked = true, .wants_complete = true}, SEAL_GATE_INCOMPLETE, "incomplete"},
		{{.asked = true, .wants_complete = true, .failing = 1}, SEAL_GATE_FAIL, "fail"},
		{{.asked = true, .wants_complete = true, .complete = true}, SEAL_GATE_PASS, "pass"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(seal_gate_answer(&rows[i].gate), rows[i].answer);
		assert_string_equal(seal_gate_name(rows[i].answer), rows[i].name);
	}
}

/* words that schemas and rules use too: none is missing, none stands beyond the last */
static void words(void **state)
{
	static const char *const roles[] = {"null-client", "submission", "mx", "relay",
					    "mailstore"};
	enum seal_grade grade;
	unsigned role;
	size_t i;

	(void)state;
	for (i = 0; i < SEAL_GRADE_MAX_; i++) {
		assert_true(seal_grade_parse(seal_bytes_of(seal_grade_name((enum seal_grade)i)),
					     &grade));
		assert_int_equal(grade, i);
	}
	assert_false(seal_grade_parse(SEAL_LIT("grave"), &grade));
	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		assert_true(seal_role_parse(seal_bytes_of(roles[i]), &role));
		assert_string_equal(seal_role_name((enum seal_role)role), roles[i]);
	}
	assert_false(seal_role_parse(SEAL_LIT("printer"), &role));
	assert_null(seal_role_name((enum seal_role)(1 << 30)));
	for (i = 0; seal_benchmark_key(i); i++)
		assert_non_null(seal_benchmark_title(seal_bytes_of(seal_benchmark_key(i))));
	assert_true(i > 8);
	assert_null(seal_benchmark_title(SEAL_LIT("nobody")));
	assert_null(seal_grade_name(SEAL_GRADE_MAX_));
	assert_null(seal_status_name(SEAL_STATUS_MAX_));
	assert_null(seal_gate_name(SEAL_GATE_MAX_));
	assert_null(seal_drift_name(SEAL_DRIFT_MAX_));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_waivers),
		cmocka_unit_test(no_such_file),
		cmocka_unit_test(too_many_waivers),
		cmocka_unit_test(reads_baselines),
		cmocka_unit_test(differences),
		cmocka_unit_test(no_difference),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(answers),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
