/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/outcome.h"

#include "core/enc.h"
#include "fix/nft_rule.h"
#include "report/parts.h"
#include "report/report.h"

#define WHY_COLUMN 22

static const char *const words[] = {
	[SEAL_STEP_PENDING] = "not done",    [SEAL_STEP_DONE] = "done",
	[SEAL_STEP_ALREADY] = "done before", [SEAL_STEP_MANUAL] = "by hand",
	[SEAL_STEP_STOPPED] = "stopped",     [SEAL_STEP_FAILED] = "failed",
	[SEAL_STEP_UNDONE] = "taken back",   [SEAL_STEP_STUCK] = "NOT taken back",
	[SEAL_STEP_KEPT] = "stays",
};

const struct seal_outcome_event *seal_outcome_add(struct seal_outcome *o, unsigned n,
						  enum seal_step_end e, const char *why)
{
	struct seal_outcome_event *event = seal_vec_add(&o->events);

	if (!event)
		return NULL;
	*event = (struct seal_outcome_event){.step = n, .end = e};
	if (why && seal_arena_copy(o->plan->arena, seal_bytes_of(why), &event->why) < 0)
		return NULL;
	return event;
}

void seal_outcome_done(struct seal_outcome *o)
{
	seal_vec_done(&o->events);
}

static const struct seal_plan_step *step_of(const struct seal_outcome *o, unsigned n)
{
	return &o->plan->steps.v[n - 1];
}

static bool is_back(enum seal_step_end e)
{
	return e == SEAL_STEP_UNDONE || e == SEAL_STEP_STUCK;
}

void seal_outcome_put_text(const struct seal_outcome *o, const struct seal_outcome_event *e,
			   struct seal_buf *out)
{
	const struct seal_plan_step *step = step_of(o, e->step);
	bool back = is_back(e->end);

	seal_buf_printf(out, "%4u  %-14s  ", e->step, words[e->end]);
	if (seal_step_is_manual(step))
		seal_text_wrap(out, WHY_COLUMN, WHY_COLUMN, step->why);
	else if (back && seal_nft_verb(step) != SEAL_NFT_NONE)
		seal_buf_puts(out, "the rules of the chain as they were");
	else if (back && !step->undo.v.n)
		seal_buf_puts(out, "the labels as they were");
	else
		seal_text_argv(out, back ? &step->undo : &step->argv);
	seal_buf_putc(out, '\n');
	if (e->why.n) {
		seal_buf_printf(out, "%*s", WHY_COLUMN, "");
		seal_enc_tty(out, e->why);
		seal_buf_putc(out, '\n');
	}
}

static void put_words(struct seal_json *j, const char *key, const struct seal_argv *a)
{
	seal_json_array(j, key);
	seal_vec_each (w, &a->v) {
		seal_json_bytes(j, NULL, *w);
	}
	seal_json_array_end(j);
}

static void put_step(struct seal_json *j, const struct seal_outcome *o, unsigned n,
		     enum seal_step_end e, struct seal_bytes why)
{
	const struct seal_plan_step *step = step_of(o, n);

	seal_json_u64(j, "step", n);
	seal_json_bytes(j, "op", step->op);
	put_words(j, "argv", &step->argv);
	put_words(j, "undo", &step->undo);
	seal_json_text(j, "state", seal_step_end_name(e));
	seal_json_bytes(j, "why", why);
}

/* put_result - what holds for the plan as a whole */
static void put_result(struct seal_json *j, const struct seal_outcome *o)
{
	seal_json_text(j, "action", o->undo ? "undo" : "apply");
	seal_json_bytes(j, "plan", seal_bytes_of(o->file));
	seal_json_text(j, "plan_sha256", o->hash);
	seal_json_text(j, "state", o->state);
	if (o->error)
		seal_json_bytes(j, "error", seal_bytes_of(o->error));
	else
		seal_json_null(j, "error");
}

/* last_of - the last end of step @n; NULL: it came to none */
static const struct seal_outcome_event *last_of(const struct seal_outcome *o, unsigned n)
{
	const struct seal_outcome_event *last = NULL;

	seal_vec_each (e, &o->events) {
		if (e->step == n)
			last = e;
	}
	return last;
}

/* why_of - the last reason that was told of step @n: what made it fail outlasts its way back */
static struct seal_bytes why_of(const struct seal_outcome *o, unsigned n)
{
	struct seal_bytes why = SEAL_BYTES_NONE;

	seal_vec_each (e, &o->events) {
		if (e->step == n && e->why.n)
			why = e->why;
	}
	return why;
}

void seal_outcome_put_json(const struct seal_outcome *o, struct seal_buf *out)
{
	struct seal_json j;
	unsigned n;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, o->h, "fix");
	seal_json_object(&j, "applied");
	put_result(&j, o);
	seal_json_array(&j, "steps");
	for (n = 1; n <= o->plan->steps.n; n++) {
		const struct seal_outcome_event *e = last_of(o, n);

		seal_json_object(&j, NULL);
		put_step(&j, o, n, e ? e->end : SEAL_STEP_PENDING, why_of(o, n));
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}

void seal_outcome_put_run(const struct seal_outcome *o, struct seal_records *r,
			  struct seal_buf *out)
{
	seal_records_run(r, o->h, "fix", out);
	seal_record_end(r);
}

void seal_outcome_put_record(const struct seal_outcome *o, const struct seal_outcome_event *e,
			     struct seal_records *r)
{
	seal_record(r, "step");
	put_step(&r->j, o, e->step, e->end, e->why);
	seal_record_end(r);
}

void seal_outcome_put_end(const struct seal_outcome *o, struct seal_records *r)
{
	seal_records_end(r);
	seal_json_object(&r->j, "summary");
	put_result(&r->j, o);
	seal_json_object_end(&r->j);
	seal_record_end(r);
}
