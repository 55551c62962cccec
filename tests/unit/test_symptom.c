/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labelled reasons (tests/data/reasons, one area a file) against the built-in rules: which cause
 * does each text give? And what hostile texts and rules can do: nothing but be told "unknown",
 * soon. */
#include "analysis/reason/symptom.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

struct fixture {
	struct seal_rules *rules;
	struct seal_matcher *matcher;
};

struct score {
	unsigned n, right, vague, wrong;
	bool *seen; /* by index of the symptom */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct seal_err err = {0};

	if (!f)
		return -1;
	/* tests/causes/mutants.py tries other rules */
	if (seal_rules_load(getenv("SEAL_TEST_RULES"), &f->rules, &err) < 0 ||
	    seal_matcher_new(f->rules, &f->matcher) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	seal_matcher_free(f->matcher);
	seal_rules_free(f->rules);
	free(f);
	return 0;
}

/* what a symptom says: its verdict, or itself when evidence has to decide */
static const char *answer_of(const struct seal_symptom *s)
{
	if (!s)
		return "none";
	return s->verdict ? s->verdict->id : s->id;
}

static const struct seal_symptom *ask(struct seal_matcher *m, struct seal_bytes daemon,
				      struct seal_bytes dsn, struct seal_bytes relay,
				      struct seal_bytes text)
{
	struct seal_reason reason;
	struct seal_symptom_query q = {&reason, daemon, dsn, relay};

	seal_reason_parse(text, &reason);
	return seal_symptom_match(m, &q);
}

static struct seal_bytes dash_is_empty(struct seal_bytes b)
{
	return seal_bytes_is(b, "-") ? SEAL_BYTES_NONE : b;
}

/* answers that name no cause: right to give when in doubt */
static bool is_vague(const char *answer)
{
	return strcmp(answer, "unknown.unexplained") == 0 ||
	       strcmp(answer, "remote.temporary") == 0 || strcmp(answer, "remote.permanent") == 0 ||
	       strcmp(answer, "policy.refused") == 0 ||
	       strcmp(answer, "policy.inbound_reject") == 0 || strcmp(answer, "net.lost") == 0;
}

/* "expected  daemon  dsn  relay  reason", parted by tabs, "-" = not known, "#" a comment */
static void score_line(struct fixture *f, const char *file, unsigned line, struct seal_bytes row,
		       struct score *score)
{
	struct seal_bytes rest = row;
	struct seal_bytes want = seal_bytes_cut(rest, '\t', &rest);
	struct seal_bytes daemon = dash_is_empty(seal_bytes_cut(rest, '\t', &rest));
	struct seal_bytes dsn = dash_is_empty(seal_bytes_cut(rest, '\t', &rest));
	struct seal_bytes relay = dash_is_empty(seal_bytes_cut(rest, '\t', &rest));
	const struct seal_symptom *s = ask(f->matcher, daemon, dsn, relay, rest);
	const char *answer = answer_of(s);

	if (!rest.p)
		fail_msg("%s:%u: five columns expected", file, line);
	score->n++;
	if (s)
		score->seen[s - f->rules->symptoms.v] = true;
	if (seal_bytes_is(want, answer)) {
		score->right++;
		return;
	}
	if (is_vague(answer))
		score->vague++;
	else
		score->wrong++;
	print_message("%s:%u: %.*s, got %s (%s): %.*s\n", file, line, (int)want.n, want.p, answer,
		      s ? s->id : "-", (int)rest.n, rest.p);
}

static void score_file(struct fixture *f, const char *dir, const char *file, struct score *score)
{
	char path[4096], row[16384];
	unsigned line = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%.3800s/%.255s", dir, file);
	in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(row, sizeof(row), in)) {
		line++;
		if (row[0] == '#' || row[0] == '\n')
			continue;
		row[strcspn(row, "\n")] = '\0';
		score_line(f, file, line, seal_bytes_of(row), score);
	}
	fclose(in);
}

static void test_labelled_reasons(void **state)
{
	struct fixture *f = *state;
	const char *data = getenv("SEAL_TEST_DATA");
	seal_auto_free bool *seen = calloc(f->rules->symptoms.n, sizeof(bool));
	struct score score = {.seen = seen};
	struct dirent *e;
	char dir[4096];
	size_t i;
	DIR *d;

	assert_non_null(seen);
	snprintf(dir, sizeof(dir), "%s/reasons", data ? data : "tests/data");
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)))
		if (strlen(e->d_name) > 4 && strcmp(e->d_name + strlen(e->d_name) - 4, ".tsv") == 0)
			score_file(f, dir, e->d_name, &score);
	closedir(d);
	print_message("%u reasons: %u right (%.1f %%), %u not named, %u wrong\n", score.n,
		      score.right, 100.0 * score.right / score.n, score.vague, score.wrong);
	assert_true(score.n >= 300);
	assert_int_equal(score.right, score.n);

	for (i = 0; i < f->rules->symptoms.n; i++)
		if (!seen[i])
			fail_msg("no example of symptom %s", f->rules->symptoms.v[i].id);
}

/* the filter in front of a pattern never hides a match: every pattern against every reason */
static void test_prefilter_hides_nothing(void **state)
{
	static const char *const texts[] = {
		"host m[192.0.2.1] said: 550 5.7.1 relaying denied, spam from your ip is blocked "
		"by policy",
		"host m[192.0.2.1] said: 452 4.2.2 mailbox full, user over quota, try again later",
		"host m[192.0.2.1] said: 550 no such user here, address rejected, see our list of "
		"rcpthosts",
		"cannot update mailbox /var/mail/a for user a. cannot open file: Permission denied",
		"Host or domain name not found. Name service error for name=a type=MX: Host not "
		"found, try "
		"again",
		"temporary failure. Command output: sh: /x: not found, permission denied, quota "
		"exceeded",
	};
	struct fixture *f = *state;
	unsigned k, matches = 0;
	uint32_t p;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		seal_auto_buf struct seal_buf text = {0};
		struct seal_pieces pieces;
		struct seal_reason r;

		seal_reason_parse(seal_bytes_of(texts[i]), &r);
		seal_reason_normalise(&r, &text);
		seal_pieces_of(seal_buf_bytes(&text), &pieces);
		seal_vec_each (s, &f->rules->symptoms) {
			for (k = 0; k < SEAL_PATTERN_KIND_MAX_; k++)
				for (p = 0; p < s->n_patterns[k]; p++) {
					const struct seal_pattern *pat = &s->patterns[k][p];

					/* folded patterns are for texts in lower case */
					if ((k == SEAL_PATTERN_LOCAL) !=
						    (r.origin == SEAL_REASON_LOCAL) ||
					    seal_regex_match(pat->re, seal_buf_bytes(&text)) != 1)
						continue;
					matches++;
					if (!seal_prefilter_may_match(&pat->filter, &pieces))
						fail_msg("%s:%u hidden", s->file, pat->line);
				}
		}
	}
	assert_true(matches > 30);
}

/* an empty daemon or status code is not known, not wrong; a suspended delivery is told by another
 * daemon */
static void test_filters(void **state)
{
	static const struct {
		const char *daemon, *dsn, *relay, *text, *want;
	} table[] = {
		{"", "", "", "connect to a[private/x]: Permission denied", "perm.socket"},
		{"qmgr", "", "", "bind 0.0.0.0 port 25: Permission denied", "unknown.text"},
		{"", "", "", "bind 0.0.0.0 port 25: Permission denied", "net.bind"},
		{"error", "4.2.0", "",
		 "delivery temporarily suspended: maildir delivery failed: create "
		 "maildir file /x: Permission denied",
		 "perm.mailstore"},
		{"smtp", "4.4.2", "a[192.0.2.1]:465",
		 "lost connection with a[192.0.2.1] while receiving the initial server greeting",
		 "tls.wrapper_missing"},
		{"smtp", "4.4.2", "a[192.0.2.1]:25",
		 "lost connection with a[192.0.2.1] while receiving the initial server greeting",
		 "net.lost_greeting"},
		{"smtp", "5.2.2", "", "host a[192.0.2.1] said: 550 sorry",
		 "recipient.full_by_code"},
		{"smtp", "", "", "host a[192.0.2.1] said: 550 5.2.2 sorry",
		 "recipient.full_by_code"},
		{"smtp", "", "", "host a[192.0.2.1] said: 550 sorry", "remote.permanent"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct seal_symptom *s =
			ask(f->matcher, seal_bytes_of(table[i].daemon), seal_bytes_of(table[i].dsn),
			    seal_bytes_of(table[i].relay), seal_bytes_of(table[i].text));

		if (strcmp(s->id, table[i].want) != 0)
			fail_msg("%s: %s, expected %s", table[i].text, s->id, table[i].want);
		/* asked again, the answer comes from the cache */
		assert_ptr_equal(s, ask(f->matcher, seal_bytes_of(table[i].daemon),
					seal_bytes_of(table[i].dsn), seal_bytes_of(table[i].relay),
					seal_bytes_of(table[i].text)));
	}
}

/* THREATS T7: whatever a peer says, no candidate of ours follows from it */
static void test_remote_text_proves_nothing_local(void **state)
{
	static const char *const errors[] = {
		"Permission denied", "Connection timed out",    "Connection refused",
		"No route to host",  "Operation not permitted", "avc: denied { name_connect }"};
	struct fixture *f = *state;
	char text[512];
	size_t i;
	uint32_t k;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct seal_symptom *s;

		snprintf(text, sizeof(text),
			 "host mx.example[192.0.2.1] said: 550 5.7.1 connect to a[192.0.2.2]:25: "
			 "%s (in "
			 "reply to RCPT TO command)",
			 errors[i]);
		s = ask(f->matcher, SEAL_LIT("smtp"), SEAL_LIT("5.7.1"), SEAL_BYTES_NONE,
			seal_bytes_of(text));
		for (k = 0; k < s->needs.n; k++)
			if (s->needs.v[k]->class_ == SEAL_CLASS_SELINUX ||
			    s->needs.v[k]->class_ == SEAL_CLASS_FIREWALL ||
			    s->needs.v[k]->class_ == SEAL_CLASS_DAC)
				fail_msg("%s: %s", text, s->id);
	}
}

static void test_hostile_texts(void **state)
{
	static const char *const pieces[] = {"a",
					     "connect to ",
					     "unix: ",
					     "user unknown ",
					     "550 5.7.1 ",
					     "<<",
					     "sender domain address ",
					     "\xff\xc3",
					     "mailbox "};
	struct fixture *f = *state;
	static char text[100 * 1024];
	size_t i, k, n;
	clock_t start = clock();

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (k = 0; k < 3; k++) {
			static const char *const heads[] = {"", "host a[192.0.2.1] said: 550 ",
							    "x. Command output: "};

			n = (size_t)snprintf(text, sizeof(text), "%s", heads[k]);
			while (n + 32 < sizeof(text))
				n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", pieces[i]);
			text[n / 2] = '\0';
			assert_non_null(ask(f->matcher, SEAL_LIT("smtp"), SEAL_BYTES_NONE,
					    SEAL_BYTES_NONE, (struct seal_bytes){text, n}));
		}
	if (clock() - start > 10 * CLOCKS_PER_SEC)
		fail_msg("took too long");
}

/* an evil pattern of --rules: no match, noted, and soon */
static void test_evil_rule(void **state)
{
	static const char rule[] =
		"order: 1\nsymptoms:\n  - id: site.evil\n    remote: ['(a+)+$']\n"
		"    verdict: remote.down\n";
	char dir[] = "/tmp/seal-rules-XXXXXX", sub[64], path[80], text[4000];
	seal_auto_matcher struct seal_matcher *m = NULL;
	seal_auto_rules struct seal_rules *rules = NULL;
	const struct seal_symptom *s;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(sub, sizeof(sub), "%s/causes", dir);
	snprintf(path, sizeof(path), "%s/evil.yaml", sub);
	assert_int_equal(mkdir(sub, 0700), 0);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(rule, out);
	fclose(out);
	assert_int_equal(seal_rules_load(dir, &rules, NULL), 0);
	unlink(path);
	rmdir(sub);
	rmdir(dir);

	assert_int_equal(seal_matcher_new(rules, &m), 0);
	memset(text, 'a', sizeof(text));
	memcpy(text, "host a[192.0.2.1] said: 550 ", 28);
	text[sizeof(text) - 1] = '!';
	s = ask(m, SEAL_LIT("smtp"), SEAL_BYTES_NONE, SEAL_BYTES_NONE,
		(struct seal_bytes){text, sizeof(text)});
	assert_string_equal(s->id, "remote.permanent");
	assert_int_equal(seal_matcher_limit_hits(m), 1);
}

/* 100,000 reasons, 5,000 of them distinct */
static void test_many(void **state)
{
	struct fixture *f = *state;
	clock_t start = clock();
	char text[256];
	unsigned i;

	for (i = 0; i < 100000; i++) {
		int n = snprintf(
			text, sizeof(text),
			"host mx%u.example.net[192.0.2.%u] said: 451 4.7.1 ref %u: %s (in reply to "
			"RCPT TO command)",
			i % 7, i % 200, i % 5000,
			i % 3 ? "Sender address rejected: Domain not found" : "please wait");

		assert_non_null(ask(f->matcher, SEAL_LIT("smtp"), SEAL_LIT("4.7.1"),
				    SEAL_BYTES_NONE, (struct seal_bytes){text, (size_t)n}));
	}
	print_message("100,000 reasons: %.0f ms\n",
		      1e3 * (double)(clock() - start) / CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labelled_reasons),
		cmocka_unit_test(test_prefilter_hides_nothing),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_remote_text_proves_nothing_local),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_evil_rule),
		cmocka_unit_test(test_many),
	};

	cmocka_set_test_filter(getenv("SEAL_TEST_ONLY"));
	return cmocka_run_group_tests(tests, setup, teardown);
}
