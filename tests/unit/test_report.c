/* SPDX-License-Identifier: GPL-2.0-or-later */
/* renderers: any result, with whatever fields it lacks or has, becomes a document that its readers
 * take, and of which nothing is active */
#include <expat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/enc.h"
#include "memory.h"
#include "report/audit.h"
#include "report/diff.h"
#include "report/markdown.h"
#include "report/pictures.h"
#include "report/redact.h"
#include "report_fixture.h"

#define TURNS 400

static void is_xml(const char *what, const struct seal_buf *b)
{
	XML_Parser p = XML_ParserCreate(NULL);

	assert_non_null(p);
	if (XML_Parse(p, b->p, (int)b->n, 1) != XML_STATUS_OK)
		fail_msg("%s: %s", what, XML_ErrorString(XML_GetErrorCode(p)));
	XML_ParserFree(p);
}

/* --- audit */

#define RULES 30

static struct seal_check_rule rules[RULES];
static char ids[RULES][8];

static int setup(void **state)
{
	static const char *const keys[] = {"cis9", "nist", "house rules"};

	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		struct seal_check_rule *r = &rules[i];

		(void)snprintf(ids[i], sizeof(ids[i]), "AAA-%03zu", i + 1);
		r->id = seal_bytes_of(ids[i]);
		r->title = i % 3 ? SEAL_LIT("a title") : SEAL_LIT("a title <b> ::x::");
		r->area = i % 2 ? SEAL_LIT("postfix") : SEAL_LIT("selinux");
		r->rationale = SEAL_LIT("so that it holds");
		r->advice = SEAL_LIT("do this");
		r->conflict = i % 4 ? SEAL_BYTES_NONE : SEAL_LIT("others say that");
		r->severity = (enum seal_grade)(i % SEAL_GRADE_MAX_);
		r->file = "rules.yaml";
		r->line = 1;
		for (size_t k = 0; k < i % 4; k++) {
			struct seal_reference *ref = seal_vec_add(&r->references);

			ref->benchmark = seal_bytes_of(keys[k]);
			*seal_vec_add(&ref->items) = SEAL_LIT("1.2.3");
		}
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		seal_vec_each (ref, &rules[i].references) {
			seal_vec_done(&ref->items);
		}
		seal_vec_done(&rules[i].references);
	}
	return 0;
}

static void add_waivers(struct seal_findings *f)
{
	for (unsigned n = roll(14); n > 0; n--) {
		struct seal_waiver *w = seal_vec_add(&f->waivers);

		assert_non_null(w);
		w->id = SEAL_LIT("AAA-001");
		w->reason = words();
		w->owner = words();
		w->reference = words();
		w->expires = SEAL_LIT("2027-01-31");
		w->expired = roll(2);
		w->used = roll(2);
	}
}

static void add_finding(struct seal_findings *f, const struct seal_check_rule *r, unsigned status)
{
	struct seal_finding *it = seal_vec_add(&f->v);

	assert_non_null(it);
	it->rule = r;
	it->severity = r->severity;
	it->status = (enum seal_status)status;
	it->fix = roll(2) ? (int32_t)roll(3) : -1;
	it->detail = words();
	if (roll(2))
		it->object[it->n_object++] = (struct seal_property){"path", words()};
	if (roll(2))
		it->object[it->n_object++] = (struct seal_property){"parameter", words()};
	if (roll(2))
		it->origin.path = SEAL_LIT("etc/postfix/main.cf");
	if (roll(2))
		it->origin.line = 7;
	(void)snprintf(it->fingerprint, sizeof(it->fingerprint), "v1:%08x", (unsigned)f->v.n);
	it->known = status == SEAL_STATUS_FAIL && f->has_baseline && roll(2);
	f->n_known += it->known;
	f->n[status]++;
	if (status == SEAL_STATUS_FAIL && it->severity > f->worst)
		f->worst = it->severity;
	if (status == SEAL_STATUS_WAIVED && f->waivers.n)
		it->waiver = &f->waivers.v[0];
}

static void some_findings(struct seal_findings *f)
{
	unsigned only = roll(SEAL_STATUS_MAX_ + 2);
	unsigned most = roll(3) ? 3 : 9, rows = roll(4) ? RULES : 2;

	*f = (struct seal_findings){.has_baseline = roll(2), .roles_why = words()};
	f->roles = roll(2) ? roll(SEAL_ROLE_ALL + 1) & SEAL_ROLE_ALL : 0;
	add_waivers(f);
	for (size_t i = 0; i < rows; i++)
		for (unsigned n = roll(most); n > 0; n--)
			add_finding(f, &rules[i],
				    only < SEAL_STATUS_MAX_ ? only : roll(SEAL_STATUS_MAX_));
	f->gate = (struct seal_gate){.asked = roll(2),
				     .fail_on = SEAL_GRADE_LOW,
				     .failing = f->n[SEAL_STATUS_FAIL] - f->n_known,
				     .wants_complete = roll(2),
				     .complete = roll(2)};
}

/* n_shown - how many commands of a kind, which is at most what a runner keeps */
static void counts_commands(const struct seal_buf *b)
{
	size_t errors = 0, warnings = 0, notices = 0;
	struct seal_bytes rest = seal_buf_bytes(b);

	while (rest.n) {
		struct seal_bytes line = seal_bytes_cut(rest, '\n', &rest);

		errors += seal_bytes_starts(line, "::error ");
		warnings += seal_bytes_starts(line, "::warning ");
		notices += seal_bytes_starts(line, "::notice ");
		assert_true(seal_bytes_starts(line, "::") ||
			    seal_bytes_find(line, " more are not shown") > 0);
	}
	assert_true(errors <= 10 && warnings <= 10 && notices <= 10);
}

static void gives_findings(const json_t *j, const struct seal_findings *f)
{
	assert_int_equal(json_array_size(j), f->v.n);
	for (size_t i = 0; i < f->v.n; i++) {
		const struct seal_finding *of = &f->v.v[i];
		const json_t *it = json_array_get(j, i);
		char fix[24];

		(void)snprintf(fix, sizeof(fix), "fix-%d", of->fix + 1);
		assert_true(text_at(it, "status", seal_status_name(of->status)));
		assert_true(text_at(it, "fix", of->fix < 0 ? NULL : fix));
		assert_true(text_at(it, "fingerprint", of->fingerprint));
	}
}

static void audit_of(const struct seal_host *h, const struct seal_findings *f,
		     const struct seal_text_style *style)
{
	const struct seal_audit_extra none = {0};
	struct seal_buf b = {0};
	json_t *j;

	seal_report_audit_text(h, f, style, &b);
	is_printable("text", &b, style->color);
	again(&b);
	seal_report_audit_markdown(h, f, style, &b);
	is_printable("markdown", &b, false);
	again(&b);
	seal_report_audit_github(h, f, style, &b);
	is_printable("github", &b, false);
	counts_commands(&b);
	again(&b);
	seal_report_audit_html(h, f, &none, style, &b);
	is_page("html", &b);
	again(&b);
	seal_report_audit_junit(h, f, style, &b);
	is_xml("junit", &b);
	again(&b);
	seal_report_audit_ndjson(h, f, &b);
	(void)is_ndjson("ndjson", &b, NULL);
	again(&b);
	seal_report_audit_prometheus(h, f, 0, &b);
	is_printable("prometheus", &b, false);
	again(&b);
	seal_report_audit_baseline(h, f, &b);
	j = is_json("baseline", seal_buf_bytes(&b));
	json_decref(j);
	again(&b);
	seal_report_audit_sarif(h, f, style, &b);
	json_decref(is_json("sarif", seal_buf_bytes(&b)));
	again(&b);
	seal_report_audit_json(h, f, &b);
	j = is_json("json", seal_buf_bytes(&b));
	gives_findings(json_object_get(j, "findings"), f);
	json_decref(j);
	again(&b);
}

/* a root that gave no verdict is called as the last part of its path */
static void no_verdict(void **state)
{
	static const char *const roots[][2] = {
		{"/srv/mail1///", "mail1"},
		{"/", "/"},
		{"mail2", "mail2"},
		{"//", "/"},
	};
	struct seal_buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		const char *name;
		json_t *j;

		seal_report_audit_failed(roots[i][0], "no such root", &b);
		j = is_json("failed", seal_bytes_trim(seal_buf_bytes(&b)));
		name = json_string_value(json_object_get(json_object_get(j, "host"), "name"));
		if (!name || strcmp(name, roots[i][1]) != 0)
			fail_msg("%s: %.*s", roots[i][0], (int)b.n, b.p);
		json_decref(j);
		again(&b);
	}
}

static void audits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_findings f;

		some_findings(&f);
		audit_of(h, &f, &style);
		seal_findings_done(&f);
		seal_host_free(h);
	}
}

/* a forge takes 5000 results: the gravest */
static void most_results(void **state)
{
	const struct seal_text_style style = {.verbose = true};
	struct seal_findings f = {0};
	struct seal_buf b = {0};
	const json_t *results;
	json_t *j;

	(void)state;
	for (unsigned i = 0; i < 5003; i++)
		add_finding(&f, &rules[i < 5 ? SEAL_GRADE_INFO : SEAL_GRADE_HIGH],
			    SEAL_STATUS_FAIL);
	seal_report_audit_sarif(NULL, &f, &style, &b);
	j = is_json("sarif", seal_buf_bytes(&b));
	results = json_object_get(json_array_get(json_object_get(j, "runs"), 0), "results");
	assert_int_equal(json_array_size(results), 5000);
	assert_true(text_at(json_array_get(results, 4997), "ruleId", "AAA-004"));
	assert_true(text_at(json_array_get(results, 4998), "ruleId", "AAA-001"));
	json_decref(j);
	again(&b);
	seal_findings_done(&f);
}

/* the worst row of a check stands for it, whatever it is worth; what is no status comes last */
static void told_rows(void **state)
{
	static const struct {
		unsigned status[3];
		size_t told;
	} rows[] = {
		{{SEAL_STATUS_PASS, SEAL_STATUS_FAIL, SEAL_STATUS_FAIL}, 1},
		{{SEAL_STATUS_NA, SEAL_STATUS_PASS, SEAL_STATUS_WAIVED}, 2},
		{{SEAL_STATUS_UNKNOWN, SEAL_STATUS_UNKNOWN, SEAL_STATUS_NA}, 0},
		{{SEAL_STATUS_MAX_, SEAL_STATUS_NA, SEAL_STATUS_MAX_}, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_findings f = {0};

		for (size_t k = 0; k < 3; k++) {
			add_finding(&f, &rules[0], SEAL_STATUS_PASS);
			f.v.v[k].status = (enum seal_status)rows[i].status[k];
		}
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(seal_picture_is_told(&f, &f.v.v[k]), k == rows[i].told);
		seal_findings_done(&f);
	}
}

/* --- diff */

static void some_rows(struct seal_rows *r, const char *name)
{
	*r = (struct seal_rows){.name = name, .host = words(), .complete = roll(2)};
	r->distro = words();
	for (unsigned n = roll(8); n > 0; n--) {
		struct seal_row *row = seal_vec_add(&r->v);

		assert_non_null(row);
		row->id = rules[roll(RULES)].id;
		row->area = SEAL_LIT("postfix");
		row->title = words();
		row->detail = words();
		row->object = words();
		row->fingerprint = SEAL_LIT("v1:0123456789abcdef");
		row->severity = (enum seal_grade)roll(SEAL_GRADE_MAX_);
		row->status = SEAL_STATUS_FAIL;
	}
}

static void some_difference(struct seal_difference *d, const struct seal_rows *before,
			    const struct seal_rows *after)
{
	*d = (struct seal_difference){.before = before, .after = after, .n_same = roll(3)};
	seal_vec_each (row, &after->v) {
		struct seal_drifted *c = seal_vec_add(&d->v);

		assert_non_null(c);
		c->change = (enum seal_drift)roll(SEAL_DRIFT_MAX_);
		c->row = row;
		c->before = (enum seal_status)roll(SEAL_STATUS_MAX_ + 1);
		c->after = (enum seal_status)roll(SEAL_STATUS_MAX_ + 1);
		if (c->change == SEAL_DRIFT_NEW)
			c->after = SEAL_STATUS_FAIL;
		else
			c->before = SEAL_STATUS_FAIL;
		d->n[c->change]++;
	}
	d->gate = (struct seal_gate){.asked = roll(2), .failing = roll(2), .complete = roll(2)};
}

static void differences(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_rows before, after;
		struct seal_difference d;
		struct seal_buf b = {0};

		some_rows(&before, "yesterday.json");
		some_rows(&after, "/srv/image");
		some_difference(&d, &before, &after);
		seal_report_diff_text(&d, &style, &b);
		is_printable("text", &b, style.color);
		again(&b);
		seal_report_diff_markdown(&d, &style, &b);
		is_printable("markdown", &b, false);
		again(&b);
		seal_report_diff_json(&d, &b);
		json_decref(is_json("json", seal_buf_bytes(&b)));
		again(&b);
		seal_vec_done(&d.v);
		seal_vec_done(&before.v);
		seal_vec_done(&after.v);
	}
}

/* --- without memory: no crash and no leak, and the program is told that a document is not whole */

static void renders_all(const struct seal_host *h, const struct seal_findings *f,
			const struct seal_difference *d)
{
	const struct seal_text_style style = {.verbose = true};
	const struct seal_audit_extra none = {0};
	struct seal_buf b[13] = {0};

	seal_report_audit_text(h, f, &style, &b[0]);
	seal_report_audit_markdown(h, f, &style, &b[1]);
	seal_report_audit_github(h, f, &style, &b[2]);
	seal_report_audit_html(h, f, &none, &style, &b[3]);
	seal_report_audit_junit(h, f, &style, &b[4]);
	seal_report_audit_ndjson(h, f, &b[5]);
	seal_report_audit_prometheus(h, f, 0, &b[6]);
	seal_report_audit_baseline(h, f, &b[7]);
	seal_report_audit_sarif(h, f, &style, &b[8]);
	seal_report_audit_json(h, f, &b[9]);
	seal_report_diff_text(d, &style, &b[10]);
	seal_report_diff_markdown(d, &style, &b[11]);
	seal_report_diff_json(d, &b[12]);
	for (size_t i = 0; i < sizeof(b) / sizeof(*b); i++)
		seal_buf_done(&b[i]);
}

static void without_memory(void **state)
{
	struct seal_host *h = some_host();
	struct seal_rows before, after;
	struct seal_difference d;
	struct seal_findings f;
	unsigned long at;

	(void)state;
	some_rows(&before, "yesterday.json");
	some_rows(&after, "/srv/image");
	some_difference(&d, &before, &after);
	for (some_findings(&f); !f.n[SEAL_STATUS_FAIL] || !f.n[SEAL_STATUS_WAIVED] || !f.waivers.n;
	     some_findings(&f))
		seal_findings_done(&f);
	assert_false(seal_buf_lost());
	for (at = 1; at < 100000; at++) {
		memory_fail_at(at);
		renders_all(h, &f, &d);
		if (!memory_failed())
			break;
	}
	memory_fail_at(0);
	assert_true(at > 13 && at < 100000);
	assert_true(seal_buf_lost());
	seal_findings_done(&f);
	seal_vec_done(&d.v);
	seal_vec_done(&before.v);
	seal_vec_done(&after.v);
	seal_host_free(h);
}

/* --- parts */

static void redacts(void **state)
{
	static const struct {
		struct seal_bytes in;
		const char *out;
	} rows[] = {
		{SEAL_LIT("alice@example.org"), "a***@example.org"},
		{SEAL_LIT("to=<bob.b+x@Example.org>, a@b"), "to=<b***@Example.org>, a***@b"},
		{SEAL_LIT("ABZ[@x ]@x {@x 9@0 z@9"), "ABZ[@x ]@x {***@x 9***@0 z***@9"},
		{SEAL_LIT("a@[192.0.2.1] a@{x a@:x a@`x a@"), "a***@[192.0.2.1] a@{x a@:x a@`x a@"},
		{SEAL_LIT("\"a b\"@x \"@x @x"), "\"***@x \"@x @x"},
		{SEAL_LIT("no quote\"@x"), "no quote\"@x"},
		{SEAL_LIT("j\xc3\xbcrgen@x \xc3\xbc@\xc3\xbc"), "j***@x \xc3\xbc***@\xc3\xbc"},
		{SEAL_LIT("a@b@c"), "a***@b***@c"},
		{SEAL_LIT("\0@x :@x ;a@Z"), NULL},
		{SEAL_LIT(""), ""},
		{SEAL_LIT("@"), "@"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct seal_text_style all = {.addresses = true}, usual = {0};
		struct seal_buf b = {0};

		seal_redact(&b, rows[i].in);
		if (rows[i].out && !seal_bytes_is(seal_buf_bytes(&b), rows[i].out))
			fail_msg("%s: %.*s", rows[i].out, (int)b.n, b.p);
		if (rows[i].out)
			assert_true(
				seal_bytes_is(seal_passed_on(&b, &usual, rows[i].in), rows[i].out));
		assert_true(seal_bytes_eq(seal_passed_on(&b, &all, rows[i].in), rows[i].in));
		seal_buf_done(&b);
	}
	/* any byte before the sign and after it: nothing but the local part goes */
	for (unsigned c = 0; c < 256; c++) {
		char text[] = {'(', (char)c, '@', (char)c, ')'};
		struct seal_buf b = {0};
		struct seal_bytes out;

		seal_redact(&b, (struct seal_bytes){text, sizeof(text)});
		out = seal_buf_bytes(&b);
		assert_true(seal_bytes_starts(out, "("));
		assert_true(seal_bytes_find(out, "@") > 0 && out.p[out.n - 1] == ')');
		assert_int_equal(out.n, seal_bytes_find(out, "***@") < 0 ? 5 : 8);
		seal_buf_done(&b);
	}
}

static void fixes_in_markdown(void **state)
{
	struct seal_bytes good[] = {SEAL_LIT("restorecon"), SEAL_LIT("/a b")};
	struct seal_bytes bad[] = {SEAL_LIT("restorecon"), SEAL_LIT("/a\033"), SEAL_LIT("/c")};
	struct seal_fix f = {0};
	struct seal_buf b = {0};
	struct seal_step *s;

	(void)state;
	s = seal_vec_add(&f.steps);
	s->why = SEAL_LIT("by hand");
	seal_md_fix(&b, &f);
	assert_int_equal(b.n, 0);
	s = seal_vec_add(&f.steps);
	assert_int_equal(seal_argv_set(&s->argv, good, 2), 0);
	seal_md_fix(&b, &f);
	assert_true(seal_bytes_is(seal_buf_bytes(&b), "\n```sh\nrestorecon '/a b'\n```\n\n"));
	again(&b);
	s = seal_vec_add(&f.steps);
	assert_int_equal(seal_argv_set(&s->argv, bad, 3), 0);
	assert_int_equal(seal_argv_set(&s->undo, good, 2), 0);
	seal_md_fix(&b, &f);
	if (!seal_bytes_is(seal_buf_bytes(&b),
			   "\n```sh\nrestorecon '/a b'\n"
			   "# by hand, an argument holds bytes that are not printable\n"
			   "# undo:\nrestorecon '/a b'\n```\n\n"))
		fail_msg("%.*s", (int)b.n, b.p);
	seal_buf_done(&b);
	seal_fix_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(audits),
		cmocka_unit_test(no_verdict),
		cmocka_unit_test(most_results),
		cmocka_unit_test(told_rows),
		cmocka_unit_test(differences),
		cmocka_unit_test(redacts),
		cmocka_unit_test(fixes_in_markdown),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
