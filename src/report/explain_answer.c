/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_answer.c - the five lines, the story and the queue in words, the same in every format */
#include "core/enc.h"
#include "report/explain_words.h"

/* put_command - as a shell takes it; nothing when an argument cannot be written so */
static void put_command(struct seal_buf *b, const struct seal_argv *argv)
{
	seal_auto_buf struct seal_buf line = {0};
	bool fine = true;

	seal_vec_each (w, &argv->v) {
		if (line.n)
			seal_buf_putc(&line, ' ');
		fine = fine && seal_enc_sh(&line, *w);
	}
	if (fine)
		seal_buf_put(b, line.p, line.n);
}

static void put_step(struct seal_buf *b, const struct seal_fix *f)
{
	const struct seal_step *s = f && f->steps.n ? &f->steps.v[0] : NULL;

	if (s && s->argv.v.n)
		put_command(b, &s->argv);
	if (b->n)
		return;
	if (s && s->why.n)
		seal_buf_put(b, s->why.p, s->why.n);
	else if (f && f->why.n)
		seal_buf_put(b, f->why.p, f->why.n);
	else
		seal_buf_puts(b, "none known here");
}

bool seal_answer_of(const struct seal_explanation *x, struct seal_answer *ret)
{
	const struct seal_cause_group *g = seal_explanation_main(x);
	const struct seal_fix *f;

	*ret = (struct seal_answer){0};
	if (!g)
		return false;
	f = g->fix >= 0 ? &x->fixes.v[g->fix] : NULL;
	if (g->cause->title.n)
		seal_buf_put(&ret->broken, g->cause->title.p, g->cause->title.n);
	else
		seal_buf_puts(&ret->broken, "not known");
	seal_explain_since(&ret->since, g, true);
	if (!ret->since.n)
		seal_buf_puts(&ret->since, "not known");
	seal_explain_mail(&ret->mail, x, g);
	put_step(&ret->fix, f);
	if (f && f->steps.n > 1)
		seal_buf_printf(&ret->fix, "  (the first of %zu steps)", f->steps.n);
	seal_explain_sure(&ret->sure, g);
	return true;
}

void seal_answer_done(struct seal_answer *a)
{
	seal_buf_done(&a->broken);
	seal_buf_done(&a->since);
	seal_buf_done(&a->mail);
	seal_buf_done(&a->fix);
	seal_buf_done(&a->sure);
}

void seal_story_words(struct seal_buf *b, const struct seal_story_line *l)
{
	if (l->program.n) {
		seal_buf_put(b, l->program.p, l->program.n);
		if (l->pid)
			seal_buf_printf(b, "[%u]", l->pid);
		seal_buf_puts(b, ": ");
	}
	if (l->change)
		seal_explain_change(b, l->change);
	seal_buf_put(b, l->text.p, l->text.n);
}

void seal_story_clock(struct seal_buf *b, const struct seal_story_line *l)
{
	seal_time_put_clock(b, l->time_us);
	seal_buf_printf(b, ".%03d", (int)(l->time_us % SEAL_SECOND_US / 1000));
}

bool seal_story_new_day(struct seal_buf *b, const struct seal_story_line *l, int64_t last_us)
{
	const int64_t day_us = 86400 * SEAL_SECOND_US;
	seal_auto_buf struct seal_buf whole = {0};

	if (last_us != SEAL_TIME_NONE && last_us / day_us == l->time_us / day_us)
		return false;
	seal_time_put(&whole, l->time_us);
	seal_buf_printf(b, "%.*s UTC", (int)(whole.n < 10 ? whole.n : 10), whole.n ? whole.p : "");
	return true;
}

void seal_story_not_told(struct seal_buf *b, const struct seal_explanation *x)
{
	seal_buf_printf(b, "%llu later %s it too", (unsigned long long)x->n_not_told,
			x->n_not_told == 1 ? "line of the log names" : "lines of the log name");
}

/* put_span - "41 s", "12 min", "5 h", "3 days" */
static void put_span(struct seal_buf *b, int64_t us)
{
	long long s = (long long)(us / SEAL_SECOND_US);

	if (s < 120)
		seal_buf_printf(b, "%lld s", s);
	else if (s < 7200)
		seal_buf_printf(b, "%lld min", s / 60);
	else if (s < 2 * 86400)
		seal_buf_printf(b, "%lld h", s / 3600);
	else
		seal_buf_printf(b, "%lld days", s / 86400);
}

void seal_queue_cause_name(struct seal_buf *b, const struct seal_explanation *x,
			   const struct seal_queue_row *row)
{
	seal_buf_printf(b, "%d %s", row->group + 1, x->groups.v[row->group].cause->verdict);
}

void seal_queue_pace(struct seal_buf *b, const struct seal_queue_health *q)
{
	if (q->all.oldest_us != SEAL_TIME_NONE) {
		seal_buf_puts(b, "oldest ");
		put_span(b, q->now_us - q->all.oldest_us);
		seal_buf_printf(b, "; came in the last hour %llu, in the hour before %llu",
				(unsigned long long)q->last_hour,
				(unsigned long long)q->hour_before);
	}
	if (q->all.next_us != SEAL_TIME_NONE) {
		seal_buf_puts(b, b->n ? "; next try " : "next try ");
		seal_time_put_clock(b, q->all.next_us);
		if (q->all.last_next_us != q->all.next_us) {
			seal_buf_puts(b, " to ");
			seal_time_put_clock(b, q->all.last_next_us);
		}
	}
	if (q->all.overdue)
		seal_buf_printf(b, "%spast their time %llu", b->n ? "; " : "",
				(unsigned long long)q->all.overdue);
}

void seal_queue_certificate(struct seal_buf *b, const struct seal_queue_certificate *c)
{
	seal_buf_puts(b, "certificate ");
	seal_buf_put(b, c->path.p, c->path.n);
	if (c->days_left < 0)
		seal_buf_printf(b, " ended %lld day%s ago", (long long)-c->days_left,
				c->days_left == -1 ? "" : "s");
	else
		seal_buf_printf(b, " ends in %lld day%s", (long long)c->days_left,
				c->days_left == 1 ? "" : "s");
	seal_buf_puts(b, " (");
	seal_buf_put(b, c->parameter.p, c->parameter.n);
	seal_buf_putc(b, ')');
}
