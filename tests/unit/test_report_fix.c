/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fix, verify and watch: a plan of chance and what became of it, and a host that is followed */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/plan.h"
#include "report/verify.h"
#include "report/watch.h"
#include "report_fixture.h"

#define TURNS 250

/* --- a plan */

static void add_step(struct seal_plan *p)
{
	static const struct seal_bytes ops[] = {SEAL_LIT("restorecon"), SEAL_LIT("systemctl"),
						SEAL_LIT("manual")};
	struct seal_bytes v[] = {SEAL_LIT("restorecon"), name()};
	struct seal_plan_step *s = seal_vec_add(&p->steps);

	s->op = ops[roll(3)];
	assert_int_equal(seal_argv_set(&s->argv, v, roll(3)), 0);
	assert_int_equal(seal_argv_set(&s->undo, v, roll(3)), 0);
	assert_int_equal(seal_argv_set(&s->ask, v, roll(3)), 0);
	for (unsigned n = roll(3); n > 0; n--) {
		struct seal_condition *c =
			n == 1 ? seal_vec_add(&s->before) : seal_vec_add(&s->after);

		c->kind = (enum seal_condition_kind)roll(SEAL_CONDITION_KIND_MAX_);
		c->not = roll(2);
		c->subject = words();
		c->value = words();
	}
	for (unsigned n = roll(3); n > 0; n--)
		*seal_vec_add(&s->fixes) = n;
	s->why = words();
	s->verify = words();
}

static struct seal_plan *some_plan(void)
{
	struct seal_plan *p = seal_plan_new();
	unsigned n;

	assert_non_null(p);
	p->until_us = moment();
	for (n = few(4); n > 0; n--) {
		struct seal_fix *f = seal_vec_add(&p->fixes);

		some_fix(f, true);
		for (unsigned k = few(9 + 2 * roll(2)); k > 0; k--)
			*seal_vec_add(&f->targets) = name();
	}
	for (n = few(5); n > 0; n--)
		add_step(p);
	for (n = roll(3); n > 0; n--)
		*seal_vec_add(&p->modules) = (struct seal_plan_module){name(), words(), words()};
	for (n = few(4); n > 0; n--)
		*seal_vec_add(&p->denials) = (struct seal_plan_denial){name(), words(), name()};
	for (n = few(4); n > 0; n--)
		*seal_vec_add(&p->paths) =
			(struct seal_plan_path){words(), (uint16_t)roll(600), roll(2), roll(2)};
	for (n = few(12); n > 0; n--)
		*seal_vec_add(&p->messages) = name();
	return p;
}

static void plan_gives_back(const struct seal_buf *b, const struct seal_plan *p)
{
	json_t *j = is_json("plan", seal_buf_bytes(b));
	const json_t *plan = json_object_get(j, "plan"), *steps = json_object_get(plan, "steps");

	assert_int_equal(json_array_size(json_object_get(j, "fixes")), p->fixes.n);
	assert_int_equal(json_array_size(steps), p->steps.n);
	for (size_t i = 0; i < p->steps.n; i++) {
		const struct seal_plan_step *s = &p->steps.v[i];
		const json_t *it = json_array_get(steps, i);

		assert_int_equal(json_array_size(json_object_get(it, "argv")), s->argv.v.n);
		assert_int_equal(json_array_size(json_object_get(it, "undo")), s->undo.v.n);
		assert_int_equal(json_array_size(json_object_get(it, "before")), s->before.n);
		assert_int_equal(json_array_size(json_object_get(it, "after")), s->after.n);
		assert_int_equal(json_array_size(json_object_get(it, "fixes")), s->fixes.n);
	}
	assert_int_equal(json_array_size(json_object_get(plan, "modules")), p->modules.n);
	assert_int_equal(json_array_size(json_object_get(plan, "denials")), p->denials.n);
	assert_int_equal(json_array_size(json_object_get(plan, "paths")), p->paths.n);
	assert_int_equal(json_array_size(json_object_get(plan, "messages")), p->messages.n);
	json_decref(j);
}

static void plan_of(const struct seal_host *h, const struct seal_plan *p,
		    const struct seal_text_style *style, struct seal_buf b[3])
{
	const struct seal_plan_place place = {"0123", roll(2) ? "/root/plan" : NULL, few(3)};

	seal_report_plan_text(h, p, &place, style, &b[0]);
	seal_report_plan_json(h, p, &b[1]);
	seal_report_plan_ndjson(h, p, &b[2]);
}

static void plans(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_plan *p = some_plan();
		struct seal_buf b[3] = {0};

		plan_of(h, p, &style, b);
		is_text("text", &b[0], style.color);
		assert_int_equal(count_of(&b[0], "\n fix-"), p->fixes.n);
		assert_int_equal(count_of(&b[0], "Nothing to change"), !p->steps.n);
		plan_gives_back(&b[1], p);
		assert_int_equal(is_ndjson("ndjson", &b[2], "step"), p->steps.n);
		assert_int_equal(is_ndjson("ndjson", &b[2], "fix"), p->fixes.n);
		for (unsigned k = 0; k < 3; k++)
			again(&b[k]);
		seal_plan_free(p);
		seal_host_free(h);
	}
}

/* --- what became of it */

static enum seal_proof_state some_state(void)
{
	return (enum seal_proof_state)roll(SEAL_PROOF_STATE_MAX_);
}

static void some_proofs(struct seal_verification *v, const struct seal_plan *p)
{
	size_t i;

	v->since_us = day_time();
	for (i = 0; i < p->steps.n; i++)
		*seal_vec_add(&v->steps) = (struct seal_proof_step){some_state(), words()};
	for (i = 0; i < p->denials.n; i++)
		*seal_vec_add(&v->denials) =
			(struct seal_proof_denial){some_state(), few(7), day_time()};
	for (i = 0; i < p->paths.n; i++)
		*seal_vec_add(&v->paths) = (struct seal_proof_path){some_state(), words()};
	for (i = 0; i < p->messages.n; i++)
		*seal_vec_add(&v->messages) = (struct seal_proof_message){
			(enum seal_proof_mail)roll(SEAL_PROOF_MAIL_MAX_), some_state(), moment(),
			words(), roll(2) ? "dns.timeout" : NULL};
}

static struct seal_explanation *some_waiting(void)
{
	struct seal_explanation *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->n_waiting = few(5);
	for (unsigned n = few(4); n > 0; n--) {
		struct seal_cause *c = some_cause(0);
		struct seal_cause_group *g = seal_vec_add(&x->groups);

		some_group(g, c, 0);
		g->messages = few(5);
		*seal_vec_add(&x->causes) = c;
	}
	return x;
}

static void proofs_give_back(const struct seal_buf *b, const struct seal_verify_answer *a)
{
	json_t *j = is_json("verify", seal_buf_bytes(b));
	const json_t *paths = json_object_get(j, "paths");

	assert_int_equal(json_array_size(json_object_get(j, "steps")), a->plan->steps.n);
	assert_int_equal(json_array_size(json_object_get(j, "denials")), a->plan->denials.n);
	assert_int_equal(json_array_size(paths), a->plan->paths.n);
	assert_int_equal(json_array_size(json_object_get(j, "messages")), a->plan->messages.n);
	for (size_t i = 0; i < a->plan->paths.n; i++) {
		const struct seal_plan_path *p = &a->plan->paths.v[i];
		const json_t *it = json_array_get(paths, i);

		assert_true(text_at(it, "direction", p->in ? "in" : "out"));
		assert_true(text_at(it, "protocol", p->udp ? "udp" : "tcp"));
		assert_int_equal(number_at(it, "port"), p->port);
		assert_true(text_at(it, "state", seal_proof_state_name(a->v->paths.v[i].state)));
	}
	json_decref(j);
}

static void verify_of(const struct seal_verify_answer *a, const struct seal_text_style *style,
		      struct seal_buf b[3])
{
	seal_report_verify_text(a, style, &b[0]);
	seal_report_verify_json(a, &b[1]);
	seal_report_verify_ndjson(a, &b[2]);
}

static void proofs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_plan *p = some_plan();
		struct seal_explanation *x = some_waiting();
		struct seal_verification v = {0};
		struct seal_verify_answer a = {h, p, x, &v, "0123"};
		struct seal_buf b[3] = {0};

		some_proofs(&v, p);
		verify_of(&a, &style, b);
		is_text("text", &b[0], style.color);
		assert_int_equal(count_of(&b[0], "\nsteps\n"), p->steps.n > 0);
		assert_int_equal(count_of(&b[0], "\nwhat waits\n"), x->n_waiting > 0);
		proofs_give_back(&b[1], &a);
		assert_int_equal(is_ndjson("ndjson", &b[2], "proof"),
				 p->steps.n + p->denials.n + p->paths.n + p->messages.n);
		for (unsigned k = 0; k < 3; k++)
			again(&b[k]);
		seal_verification_done(&v);
		seal_explanation_free(x);
		seal_plan_free(p);
		seal_host_free(h);
	}
}

/* --- a host that is followed */

static char *copy(struct seal_bytes b)
{
	char *p = calloc(1, b.n + 1);

	assert_non_null(p);
	memcpy(p, b.n ? b.p : "", b.n);
	return p;
}

static void add_row(struct seal_watched *w)
{
	struct seal_watch_row *r = seal_vec_add(&w->rows);

	(void)snprintf(r->fingerprint, sizeof(r->fingerprint), "v1:%zu", w->rows.n);
	r->denial = roll(2);
	r->class_ = (enum seal_cause_class)roll(SEAL_CLASS_MAX_);
	r->certainty = (enum seal_certainty)roll(SEAL_CERTAINTY_MAX_);
	r->verdict = copy(name());
	r->title = copy(words());
	r->fix = copy(words());
	r->messages = r->denial ? 0 : few(12);
	r->recipients = r->messages;
	r->events = few(50);
	r->first_us = moment();
	r->last_us = moment();
	r->number = w->rows.n;
}

static void some_watched(struct seal_watched *w)
{
	*w = (struct seal_watched){.n_records = few(9), .n_denials = few(9), .n_lines = few(9)};
	for (unsigned n = few(9); n > 0; n--)
		add_row(w);
	w->n_found = w->rows.n;
	w->start_us = roll(8) ? day_time() : 0;
	w->now_us = day_time();
	if (roll(2))
		w->losses = (struct seal_watch_losses){few(7), few(7), few(7), few(7),
						       few(7), few(7), few(7)};
}

static void some_note(struct seal_watch_note *n)
{
	struct seal_bytes path = words();

	*n = (struct seal_watch_note){.kind = (enum seal_watch_note_kind)roll(SEAL_NOTE_KIND_MAX_)};
	n->time_us = day_time();
	n->n = 1 + few(5);
	(void)snprintf(n->path, sizeof(n->path), "%.*s", (int)path.n, path.n ? path.p : "");
}

/* is_screen - no more lines than the terminal has, and at the end what ends it, where there is room
 */
static void is_screen(const struct seal_buf *b, unsigned lines)
{
	size_t n = count_of(b, "\r\n");

	assert_true(seal_bytes_starts(seal_buf_bytes(b), "\033[H"));
	assert_true(seal_bytes_ends(seal_buf_bytes(b), "\033[J"));
	assert_true(n <= (lines > 1 ? lines - 1 : 1));
	if (lines >= 24)
		assert_int_equal(count_of(b, "Ctrl-C ends"), 1);
}

static void screens(const struct seal_watched *w, const struct seal_text_style *style)
{
	static const unsigned heights[] = {0, 1, 2, 5, 9, 24, 60};
	struct seal_watch_note notes[SEAL_WATCH_NOTES_SHOWN];
	unsigned lines = heights[roll(sizeof(heights) / sizeof(*heights))], n = roll(6);
	struct seal_buf b = {0};

	for (unsigned i = 0; i < n; i++) {
		some_note(&notes[i]);
		seal_watch_text_note(&b, &notes[i]);
		is_text("note", &b, false);
		again(&b);
	}
	seal_watch_text_screen(&b, w, "mail    follows a\n", notes, n, lines, style);
	is_screen(&b, lines);
	again(&b);
}

/* put_cause - a row of the stream that is a cause: freed again */
static void put_cause(struct seal_records *r, const struct seal_watch_row *row,
		      const struct seal_fix *fix)
{
	struct seal_cause *c = some_cause(3);
	struct seal_cause_group g;

	some_group(&g, c, 0);
	seal_watch_json_cause(r, row, &g, fix);
	seal_cause_done(c);
	free(c);
}

static void streams(struct seal_host *h, const struct seal_watched *w)
{
	struct seal_denial_report *denials = calloc(1, sizeof(*denials));
	struct seal_buf b = {0};
	struct seal_records r;
	struct seal_watch_note note;
	size_t causes = 0, fixes = 0;
	struct seal_fix f;

	assert_non_null(denials);
	add_denials(denials, h);
	some_note(&note);
	some_fix(&f, true);
	seal_watch_json_run(&r, h, &b);
	seal_vec_each (row, &w->rows) {
		bool with = roll(2);

		seal_watch_json_count(&r, row);
		if (row->denial)
			seal_watch_json_denial(&r, row, denials->groups.v, with ? &f : NULL);
		else
			put_cause(&r, row, with ? &f : NULL);
		causes += !row->denial;
		fixes += with;
	}
	seal_watch_json_note(&r, &note);
	seal_watch_json_lost(&r, &w->losses);
	seal_watch_json_end(&r, w);
	assert_int_equal(is_ndjson("stream", &b, "cause"), causes);
	assert_int_equal(is_ndjson("stream", &b, "denial"), w->rows.n - causes);
	assert_int_equal(is_ndjson("stream", &b, "count"), w->rows.n);
	assert_int_equal(is_ndjson("stream", &b, "fix"), fixes);
	assert_int_equal(is_ndjson("stream", &b, "lost"), 1);
	again(&b);
	seal_fix_done(&f);
	seal_denial_report_free(denials);
}

static void watches(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		struct seal_text_style style = {i & 1, i & 2, i & 4};
		struct seal_host *h = some_host();
		struct seal_watched w;
		struct seal_buf b = {0};

		some_watched(&w);
		seal_watch_text_run(&b, h, &style);
		is_text("run", &b, style.color);
		again(&b);
		seal_vec_each (row, &w.rows) {
			seal_watch_text_row(&b, row, &style);
			seal_watch_text_count(&b, row);
			is_text("row", &b, style.color);
			again(&b);
		}
		seal_watch_text_lost(&b, &w.losses);
		is_text("lost", &b, false);
		assert_int_equal(count_of(&b, "nothing"), !seal_watch_losses_any(&w.losses));
		again(&b);
		seal_watch_text_end(&b, &w);
		is_text("end", &b, false);
		again(&b);
		screens(&w, &style);
		streams(h, &w);
		seal_report_watch_prometheus(h, &w, day_time(), &b);
		is_metrics("prometheus", &b);
		again(&b);
		seal_watched_done(&w);
		seal_host_free(h);
	}
}

/* --- without memory */

struct all {
	struct seal_host *h;
	struct seal_plan *p;
	struct seal_explanation *x;
	struct seal_verification v;
	struct seal_watched w;
	struct seal_cause_group g;
	struct seal_fix f;
};

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	const struct all *of = data;
	const struct seal_verify_answer a = {of->h, of->p, of->x, &of->v, "0123"};
	struct seal_buf b[9] = {0};
	struct seal_records r;

	plan_of(of->h, of->p, &style, b);
	verify_of(&a, &style, b + 3);
	seal_watch_json_run(&r, of->h, &b[6]);
	seal_watch_json_cause(&r, &of->w.rows.v[0], &of->g, &of->f);
	seal_watch_json_end(&r, &of->w);
	seal_watch_text_screen(&b[7], &of->w, "mail\n", NULL, 0, 24, &style);
	seal_report_watch_prometheus(of->h, &of->w, 0, &b[8]);
	for (size_t i = 0; i < sizeof(b) / sizeof(*b); i++)
		seal_buf_done(&b[i]);
}

static void without_memory(void **state)
{
	struct all of = {.h = some_host(), .p = some_plan(), .x = some_waiting()};
	struct seal_cause *c = some_cause(3);

	(void)state;
	some_proofs(&of.v, of.p);
	some_watched(&of.w);
	add_row(&of.w);
	some_group(&of.g, c, 0);
	some_fix(&of.f, true);
	without_each_allocation(renders_all, &of);
	seal_fix_done(&of.f);
	seal_cause_done(c);
	free(c);
	seal_watched_done(&of.w);
	seal_verification_done(&of.v);
	seal_explanation_free(of.x);
	seal_plan_free(of.p);
	seal_host_free(of.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans),
		cmocka_unit_test(proofs),
		cmocka_unit_test(watches),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
