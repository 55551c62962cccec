/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host without memory: of each answer one allocation after the other fails (every n-th of them),
 * those an arena or array serves from its stock included. There is no answer then, or one that
 * claims no more than with memory; evidence that was not read is told among the sources.
 *
 * SEAL_TEST_ROOT: the evidence; SEAL_TEST_RULES: rules/ of the sources; SEAL_TEST_TRIES: failures
 * of each answer; SEAL_TEST_STRICT: an answer is that with memory to the byte */

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/attribution/attribution.h"
#include "analysis/denials/denial.h"
#include "analysis/reach/reach_paths.h"
#include "checks/check.h"
#include "evidence/evidence.h"
#include "evidence/rules/causes.h"
#include "evidence/rules/checks.h"
#include "evidence/selinux/sepol_memory.h"
#include "fix/plan.h"
#include "memory.h"
#include "report/audit.h"
#include "report/denials.h"
#include "report/plan.h"
#include "report/reach.h"
#include "report/report.h"

/* what all answers are made from, and the answer of the one under test */
static struct seal_root *root;
static struct seal_host *host;
static struct seal_rules *causes;
static struct seal_check_rules *checks;
static struct seal_buf whole;
static unsigned long tries;
static bool strict;

/* --- libsepol finds memory (test_sepol_memory.c), and that some answer did not is of that answer
 */

static bool was_short;

void __wrap_seal_sepol_memory_note(int r);
bool __wrap_seal_sepol_memory_was_short(void);

void __wrap_seal_sepol_memory_note(int r)
{
	was_short = was_short || r == -ENOMEM;
}

bool __wrap_seal_sepol_memory_was_short(void)
{
	return was_short;
}

#define WRAP(type, name, params, args)                                                             \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		type p;                                                                            \
                                                                                                   \
		memory_pause(true);                                                                \
		p = __real_##name args;                                                            \
		memory_pause(false);                                                               \
		return p;                                                                          \
	}

WRAP(void *, seal_sepol_malloc, (size_t n), (n))
WRAP(void *, seal_sepol_calloc, (size_t count, size_t n), (count, n))
WRAP(void *, seal_sepol_realloc, (void *p0, size_t n), (p0, n))
WRAP(void *, seal_sepol_reallocarray, (void *p0, size_t count, size_t n), (p0, count, n))
WRAP(char *, seal_sepol_strdup, (const char *s), (s))
WRAP(char *, seal_sepol_strndup, (const char *s, size_t n), (s, n))

static int read_host(struct seal_host **ret)
{
	struct seal_evidence_query query = {
		SEAL_EV_EVERYTHING,
		{SEAL_TIME_NONE, SEAL_TIME_NONE},
	};
	struct seal_err err = {0};

	return seal_evidence_read(root, &query, ret, &err);
}

static int setup(void **state)
{
	const char *n = getenv("SEAL_TEST_TRIES"), *rules = getenv("SEAL_TEST_RULES");
	struct seal_err err = {0};

	(void)state;
	tries = n ? strtoul(n, NULL, 10) : 0;
	strict = getenv("SEAL_TEST_STRICT") != NULL;
	if (!tries || seal_root_new(getenv("SEAL_TEST_ROOT"), &root, &err) < 0 ||
	    seal_rules_load(rules, &causes, &err) < 0 ||
	    seal_check_rules_load(rules, &checks, &err) < 0 || read_host(&host) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_evidence_free(host);
	seal_check_rules_free(checks);
	seal_rules_free(causes);
	seal_root_free(root);
	return 0;
}

/* --- evidence */

static void put_facts(struct seal_buf *b, const struct seal_host *h)
{
	seal_buf_printf(
		b, "%zu instances %zu denials %zu changes %zu queued %zu messages %zu events\n",
		h->postfix.instances.n, h->audit.denials.n, h->changes.n, h->queue.messages.n,
		h->mail.messages.n, h->mail.events.n);
	seal_vec_each (inst, &h->postfix.instances)
		seal_buf_printf(b, "%zu params %zu services\n", inst->params.n, inst->services.n);
	seal_buf_printf(b, "%zu rules\n", h->ruleset ? h->ruleset->n_rules : 0);
}

static void put_sources(struct seal_buf *b, const struct seal_host *h)
{
	seal_vec_each (s, &h->sources)
		seal_buf_printf(b, "%d %.*s %d %.*s %llu\n", (int)s->source, (int)s->path.n,
				s->path.p, (int)s->status, (int)s->detail.n, s->detail.p,
				(unsigned long long)s->records);
}

/* other facts, and sources that say nothing of it? */
static bool is_silent(const struct seal_host *h)
{
	struct seal_buf b[4] = {{0}};
	bool silent;

	put_facts(&b[0], host);
	put_facts(&b[1], h);
	put_sources(&b[2], host);
	put_sources(&b[3], h);
	silent = !seal_bytes_eq(seal_buf_bytes(&b[0]), seal_buf_bytes(&b[1])) &&
		 seal_bytes_eq(seal_buf_bytes(&b[2]), seal_buf_bytes(&b[3]));
	if (silent)
		print_error("%.*s%.*s", (int)b[0].n, b[0].p, (int)b[1].n, b[1].p);
	for (size_t i = 0; i < 4; i++)
		seal_buf_done(&b[i]);
	return silent;
}

static int try_evidence(void *data SEAL_UNUSED)
{
	struct seal_host *h = NULL;
	int r;

	was_short = false;
	r = read_host(&h);

	memory_fail_at(0);
	if (r == 0 && is_silent(h))
		r = -EILSEQ;
	seal_evidence_free(h);
	return r;
}

/* --- answers: each appends its document, to @out if there is one */

static int explain(struct seal_buf *out)
{
	struct seal_explanation *x = NULL;
	int r = seal_explain(host, causes, (struct seal_ids){0}, &x);

	memory_fail_at(0);
	if (r == 0)
		seal_report_explain_json(host, x, out);
	if (x)
		seal_explanation_free(x);
	return r;
}

static int denials(struct seal_buf *out)
{
	struct seal_denial_query query = {.all = true, .logged = true};
	struct seal_denial_report *report = NULL;
	int r = seal_denials_explain(host, &query, &report);

	memory_fail_at(0);
	if (r == 0)
		seal_report_denials_json(host, report, out);
	if (report)
		seal_denial_report_free(report);
	return r;
}

static int judge(struct seal_buf *out)
{
	struct seal_check_query q = {0};
	struct seal_findings f = {0};
	struct seal_err err = {0};
	int r = seal_checks_run(host, checks, &q, &f, &err);

	memory_fail_at(0);
	if (r == 0) {
		seal_findings_count(&f);
		seal_report_audit_json(host, &f, out);
	}
	seal_findings_done(&f);
	return r;
}

static int reach(struct seal_buf *out)
{
	struct seal_paths p = {0};
	int r = host->ruleset ? seal_paths_of_host(host, host->ruleset, &host->net, &p) : 0;

	memory_fail_at(0);
	if (r == 0)
		seal_report_reach_json(host, host->ruleset, &p, out);
	seal_paths_done(&p);
	return r;
}

static struct seal_explanation *explained;

static int plan(struct seal_buf *out)
{
	struct seal_plan *p = seal_plan_new();
	int r = p ? seal_plan_gather(p, host, explained) : -ENOMEM;

	if (r == 0)
		r = seal_plan_reloads(p, host);
	if (r == 0)
		r = seal_plan_make(p);
	memory_fail_at(0);
	if (r == 0)
		seal_report_plan_json(host, p, out);
	if (p)
		seal_plan_free(p);
	return r;
}

struct answer {
	const char *name;
	int (*make)(struct seal_buf *out);
	const char *claim; /* what it must not say more often than with memory; NULL: nothing */
};

static size_t count_of(const struct seal_buf *b, const char *word)
{
	struct seal_bytes rest = seal_buf_bytes(b);
	size_t n = 0;
	ssize_t at;

	while ((at = seal_bytes_find(rest, word)) >= 0) {
		rest = seal_bytes_from(rest, (size_t)at + strlen(word));
		n++;
	}
	return n;
}

static int try_answer(void *data)
{
	const struct answer *a = data;
	seal_auto_buf struct seal_buf b = {0};
	int r;

	was_short = false;
	r = a->make(&b);
	if (r < 0)
		return r;
	if (strict && !seal_bytes_eq(seal_buf_bytes(&b), seal_buf_bytes(&whole)))
		return -EILSEQ;
	return a->claim && count_of(&b, a->claim) > count_of(&whole, a->claim) ? -EILSEQ : 0;
}

/* how many allocations it takes */
static unsigned long count(int (*try)(void *data), void *data)
{
	memory_fail_at(ULONG_MAX);
	assert_int_equal(try(data), 0);
	return memory_asked();
}

static void in_turn(const char *name, int (*try)(void *data), void *data)
{
	unsigned long n = count(try, data);

	memory_each(name, n / tries + 1, try, data);
}

static void test_evidence(void **state SEAL_UNUSED)
{
	in_turn("evidence", try_evidence, NULL);
}

static void test_answers(void **state SEAL_UNUSED)
{
	struct answer answers[] = {
		{"explain", explain, "\"certain\""},
		{"denials", denials, "\"sufficient\": true"},
		{"audit", judge, "\"status\": \"pass\""},
		{"reach", reach, "\"accept\""},
		{"fix", plan, NULL},
	};

	assert_int_equal(seal_explain(host, causes, (struct seal_ids){0}, &explained), 0);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		assert_int_equal(answers[i].make(&whole), 0);
		assert_true(whole.n > 0);
		in_turn(answers[i].name, try_answer, &answers[i]);
		seal_buf_done(&whole);
		whole = (struct seal_buf){0};
	}
	seal_explanation_free(explained);
}

/* a child that parses a policy (evidence/selinux/policy_load.c) and crashes is not to go on with
 * the tests, as cmocka would have it */
static void in_child(void)
{
	(void)signal(SIGSEGV, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_answers),
	};

	if (pthread_atfork(NULL, NULL, in_child) != 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
