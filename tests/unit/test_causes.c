/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of causes: the built-in ones hold together, bad ones are refused with file and line,
 * and new ones need no C. */
#include "evidence/rules/causes.h"

#include "analysis/reason/symptom.h"
#include "evidence/rules/phrase.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

struct dir {
	char path[64], causes[80], file[100];
};

/* a rules directory with one file, causes/@name */
static void dir_make(struct dir *d, const char *name, struct seal_bytes text)
{
	FILE *f;

	snprintf(d->path, sizeof(d->path), "/tmp/seal-rules-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	snprintf(d->causes, sizeof(d->causes), "%s/causes", d->path);
	assert_int_equal(mkdir(d->causes, 0700), 0);
	snprintf(d->file, sizeof(d->file), "%s/%s", d->causes, name);
	f = fopen(d->file, "w");
	assert_non_null(f);
	fwrite(text.p, 1, text.n, f);
	assert_int_equal(fclose(f), 0);
}

static void dir_remove(const struct dir *d)
{
	unlink(d->file);
	rmdir(d->causes);
	rmdir(d->path);
}

static int load(const char *name, struct seal_bytes text, struct seal_rules **ret,
		struct seal_err *err)
{
	struct dir d;
	int r;

	dir_make(&d, name, text);
	r = seal_rules_load(d.path, ret, err);
	dir_remove(&d);
	return r;
}

static void test_built_in(void **state)
{
	seal_auto_rules struct seal_rules *rules = NULL;
	struct seal_err err = {0};
	const struct seal_verdict *v;
	const struct seal_symptom *last;
	struct seal_verdicts list;

	(void)state;
	if (seal_rules_load(NULL, &rules, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(rules->symptoms.n >= 82);
	assert_true(rules->verdicts.n >= 60);
	last = &rules->symptoms.v[rules->symptoms.n - 1];
	assert_string_equal(last->id, "unknown.text");

	v = seal_rules_verdict(rules, "selinux.connect");
	assert_non_null(v);
	assert_int_equal(v->class_, SEAL_CLASS_SELINUX);
	assert_int_equal(v->confirm.v[0].test, SEAL_TEST_AVC_SAME_PID);
	assert_null(seal_rules_verdict(rules, "selinux.nothing"));

	list = seal_rules_errno(rules, EACCES, SEAL_TRANSPORT_TCP4);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0]->id, "selinux.connect");
	list = seal_rules_errno(rules, EACCES, SEAL_TRANSPORT_TCP6);
	assert_int_equal(list.n, 5);
	assert_int_equal(seal_rules_errno(rules, EXDEV, SEAL_TRANSPORT_TCP4).n, 0);
	/* a TCP connection never gets EPERM from the firewall */
	list = seal_rules_errno(rules, EPERM, SEAL_TRANSPORT_TCP4);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0]->id, "sandbox.bpf_connect");
}

static void test_every_class_has_a_verdict(void **state)
{
	seal_auto_rules struct seal_rules *rules = NULL;
	unsigned seen[SEAL_CLASS_MAX_] = {0}, c;

	(void)state;
	assert_int_equal(seal_rules_load(NULL, &rules, NULL), 0);
	seal_vec_each (v, &rules->verdicts) {
		seen[v->class_]++;
	}
	for (c = 0; c < SEAL_CLASS_MAX_; c++)
		if (!seen[c])
			fail_msg("no verdict of class %s",
				 seal_cause_class_name((enum seal_cause_class)c));
}

#define V "verdicts:\n  - id: dns.one\n    title: One.\n"
#define S "order: 1\nsymptoms:\n"

static void test_bad_files(void **state)
{
	static const struct {
		const char *text, *want;
	} table[] = {
		{"", "causes/x.yaml:1: the document must be a map"},
		{"- a\n", "causes/x.yaml:1: the document must be a map"},
		{"verdicts: [\n", "causes/x.yaml:2: "},
		{"verdict: []\n", "causes/x.yaml:1: unknown key \"verdict\""},
		{"order: 1\norder: 2\n", "causes/x.yaml:2: key \"order\" used twice"},
		{"order: one\n", "causes/x.yaml:1: \"order\" must be a number"},
		{"symptoms: []\n", "causes/x.yaml:1: key \"order\" is missing"},
		{"order: &a 1\n", "causes/x.yaml:1: anchors, aliases and tags"},
		{"order: 1\nverdicts: *a\n", "causes/x.yaml:2: "},
		{"order: !!int 1\n", "causes/x.yaml:1: anchors, aliases and tags"},
		{"%YAML 1.1\n---\norder: 1\n", "directives are not allowed"},
		{"order: 1\n---\norder: 2\n", "causes/x.yaml:2: a second document"},
		{"? [a]\n: 1\n", "causes/x.yaml:1: a key must be a word"},
		{"order: 1\nverdicts: \x01\n", "causes/x.yaml:"},
		{"order: 1\nverdicts: \xff\xfe\n", "causes/x.yaml:"},
		{"order: [[[[[[[[[[1]]]]]]]]]]\n", "causes/x.yaml:1: nested too deeply"},
		{"verdicts:\n  - id: dns.one\n", "causes/x.yaml:2: key \"title\" is missing"},
		{"verdicts:\n  - title: One.\n", "causes/x.yaml:2: key \"id\" is missing"},
		{"verdicts:\n  - id: one\n    title: One.\n",
		 "causes/x.yaml:2: an id is two words"},
		{"verdicts:\n  - id: dns.One\n    title: One.\n", "causes/x.yaml:2: an id is two"},
		{"verdicts:\n  - id: weather.one\n    title: One.\n",
		 "causes/x.yaml:2: the id does not begin with a class"},
		{V "    fix: prayer\n", "causes/x.yaml:4: unknown fix \"prayer\""},
		{V "    colour: red\n", "causes/x.yaml:4: unknown key \"colour\""},
		{V "    remedy: \"a\\nb\"\n", "causes/x.yaml:4: only printable text"},
		{V "    remedy: \"a\\e[31m\"\n", "causes/x.yaml:4: only printable text"},
		{V "    remedy: \"a\\u202eb\"\n", "causes/x.yaml:4: only printable text"},
		{V "    confirm:\n      - vibes: good\n",
		 "causes/x.yaml:5: unknown test \"vibes\""},
		{V "    confirm: []\n", "causes/x.yaml:4: \"confirm\" is empty"},
		{"verdicts:\n  - id: dns.one\n    title: \"{nose}\"\n", "causes/x.yaml:3: title: "},
		{"verdicts:\n  - id: dns.one\n    title: \"[{path}\"\n",
		 "causes/x.yaml:3: title: "},
		{V "  - id: dns.one\n    title: Two.\n",
		 "verdict \"dns.one\" is in causes/x.yaml:2 too"},
		{S "  - id: a.b\n    verdict: dns.nothing\n    local: [x]\n",
		 "causes/x.yaml:4: unknown verdict \"dns.nothing\""},
		{S "  - id: a.b\n    local: [x]\n", "causes/x.yaml:3: a symptom has \"verdict\""},
		{S "  - id: a.b\n    verdict: dns.not_found\n    needs: [dns.not_found]\n    "
		   "local: [x]\n",
		 "causes/x.yaml:5: \"needs\" repeats the verdict"},
		{S "  - id: a.b\n    verdict: dns.not_found\n    otherwise: dns.null_mx\n    "
		   "local: [x]\n",
		 "causes/x.yaml:5: \"otherwise\" is for a symptom without verdict"},
		{S "  - id: a.b\n    needs: [dns.not_found]\n    otherwise: dns.nothing\n    "
		   "local: [x]\n",
		 "causes/x.yaml:5: unknown verdict \"dns.nothing\""},
		{S "  - id: a.b\n    verdict: dns.not_found\n",
		 "causes/x.yaml:3: a symptom needs a pattern or a filter"},
		{S "  - id: a.b\n    verdict: dns.not_found\n    local: ['(']\n",
		 "causes/x.yaml:5: pattern, offset 1: "},
		{S "  - id: a.b\n    verdict: dns.not_found\n    local: ['\\C']\n",
		 "causes/x.yaml:5: pattern, offset "},
		{S "  - id: a.b\n    verdict: dns.not_found\n    local: x\n",
		 "causes/x.yaml:5: \"local\" must be a list"},
		{S "  - id: a.b\n    verdict: dns.not_found\n    errno: [ENOSUCH]\n",
		 "causes/x.yaml:5: unknown errno \"ENOSUCH\""},
		{S "  - id: a.b\n    verdict: dns.not_found\n    form: [oral]\n",
		 "causes/x.yaml:5: unknown form \"oral\""},
		{S "  - id: a.b\n    verdict: dns.not_found\n    smtp: [99999]\n",
		 "causes/x.yaml:5: a number below 65536 expected"},
		{S "  - id: a.b\n    verdict: dns.not_found\n    dsn: ['5.7']\n",
		 "causes/x.yaml:5: a status code is like"},
		{S "  - id: a.b\n    verdict: dns.not_found\n    loopback: yes\n    local: [x]\n",
		 "causes/x.yaml:5: \"loopback\" must be true or false"},
		{S "  - id: net.timeout\n    verdict: dns.not_found\n    local: [x]\n",
		 "symptom \"net.timeout\" is in "},
		{"errno:\n  - name: EACCES\n", "two rows for errno 13"},
		{"errno:\n  - name: ENXIO\n    sctp: []\n",
		 "causes/x.yaml:3: unknown key \"sctp\""},
		{"errno:\n  - tcp4: []\n", "causes/x.yaml:2: key \"name\" is missing"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct seal_rules *rules = NULL;
		struct seal_err err = {0};
		int r = load("x.yaml", seal_bytes_of(table[i].text), &rules, &err);

		if (r >= 0 || !strstr(err.text, table[i].want))
			fail_msg("%s\n-> %d \"%s\", expected \"%s\"", table[i].text, r, err.text,
				 table[i].want);
		assert_null(rules);
	}
}

static void test_size_limits(void **state)
{
	static char text[2 * 1024 * 1024];
	struct seal_rules *rules = NULL;
	struct seal_err err = {0};
	size_t n = 0;
	unsigned i;

	(void)state;
	memset(text, '#', sizeof(text));
	assert_int_equal(load("x.yaml", (struct seal_bytes){text, sizeof(text)}, &rules, &err),
			 -EFBIG);

	for (i = 0; i < 300; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "k%u: 1\n", i);
	assert_int_equal(load("x.yaml", (struct seal_bytes){text, n}, &rules, &err), -E2BIG);
	assert_non_null(strstr(err.text, "causes/x.yaml:257: too many keys"));

	n = (size_t)snprintf(text, sizeof(text), "verdicts: [");
	while (n < 400000)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "a,");
	assert_int_equal(load("x.yaml", (struct seal_bytes){text, n}, &rules, &err), -E2BIG);
	assert_non_null(strstr(err.text, "too many nodes"));
}

static void test_missing_directory(void **state)
{
	struct seal_rules *rules = NULL;
	struct seal_err err = {0};

	(void)state;
	assert_int_equal(seal_rules_load("/nonexistent/rules", &rules, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/rules"));
	assert_int_equal(seal_rules_load("/dev/null", &rules, &err), -ENOTDIR);
}

static const char *answer(const struct seal_rules *rules, const char *text)
{
	seal_auto_matcher struct seal_matcher *m = NULL;
	struct seal_reason r;
	struct seal_symptom_query q = {.reason = &r};
	const struct seal_symptom *s;

	assert_int_equal(seal_matcher_new(rules, &m), 0);
	seal_reason_parse(seal_bytes_of(text), &r);
	s = seal_symptom_match(m, &q);
	return s ? s->id : "none";
}

static void test_new_cause_needs_no_c(void **state)
{
	static const char text[] =
		"order: 1\n"
		"symptoms:\n"
		"  - id: site.moon\n"
		"    errno: [ETIMEDOUT]\n"
		"    port: [2525]\n"
		"    form: [connect]\n"
		"    verdict: remote.moon\n"
		"  - id: site.tide\n"
		"    remote: ['high tide']\n"
		"    verdict: remote.moon\n"
		"verdicts:\n"
		"  - id: remote.moon\n"
		"    title: \"The moon stands between us and {host}[ port {port}].\"\n"
		"    remedy: wait\n";
	seal_auto_rules struct seal_rules *rules = NULL;
	struct seal_err err = {0};

	(void)state;
	if (load("site.yaml", seal_bytes_of(text), &rules, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(answer(rules, "connect to a[192.0.2.1]:2525: Connection timed out"),
			    "site.moon");
	assert_string_equal(answer(rules, "connect to a[192.0.2.1]:25: Connection timed out"),
			    "net.timeout");
	assert_string_equal(answer(rules, "host a[192.0.2.1] said: 451 4.3.0 High Tide here"),
			    "site.tide");
	assert_string_equal(seal_rules_verdict(rules, "remote.moon")->remedy, "wait");
}

/* a file of the same name takes the place of the built-in one */
static void test_file_replaces_built_in(void **state)
{
	static const char text[] = "order: 9999\n"
				   "symptoms:\n"
				   "  - id: site.rest\n"
				   "    local: ['.?']\n"
				   "    verdict: unknown.rest\n"
				   "verdicts:\n"
				   "  - id: unknown.rest\n"
				   "    title: Something else.\n";
	seal_auto_rules struct seal_rules *rules = NULL;

	(void)state;
	assert_int_equal(load("unknown.yaml", seal_bytes_of(text), &rules, NULL), 0);
	assert_string_equal(answer(rules, "what nobody wrote"), "site.rest");
	assert_null(seal_rules_verdict(rules, "unknown.unexplained"));
}

static void test_phrase(void **state)
{
	static const struct {
		const char *title, *want;
	} table[] = {
		{"{daemon}(8) may not connect[ to port {port}].",
		 "smtp(8) may not connect to port 25."},
		{"{daemon}(8) may not open {path}[ as {user}].", "smtp(8) may not open ?."},
		{"[{host} ]no", "no"},
		{"plain", "plain"},
	};
	struct seal_bytes values[SEAL_SLOT_MAX_] = {{0}};
	size_t i;

	(void)state;
	values[SEAL_SLOT_DAEMON] = SEAL_LIT("smtp");
	values[SEAL_SLOT_PORT] = SEAL_LIT("25");
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		seal_auto_buf struct seal_buf out = {0};

		seal_phrase_put(&out, table[i].title, values);
		if (!seal_bytes_is(seal_buf_bytes(&out), table[i].want))
			fail_msg("%s: %.*s", table[i].title, (int)out.n, out.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_every_class_has_a_verdict),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_size_limits),
		cmocka_unit_test(test_missing_directory),
		cmocka_unit_test(test_new_cause_needs_no_c),
		cmocka_unit_test(test_file_replaces_built_in),
		cmocka_unit_test(test_phrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
