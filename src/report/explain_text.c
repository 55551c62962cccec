/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>

#include "core/enc.h"
#include "report/explain_words.h"

#define MESSAGES_SHOWN 5 /* of a cause, without --verbose */
#define INDENT         4
#define SUMMARY_INDENT 9
#define STORY_INDENT   26

static void put_styled(struct seal_buf *out, const struct seal_text_style *style, const char *code,
		       const char *text)
{
	if (style->color)
		seal_buf_printf(out, "\033[%sm%s\033[0m", code, text);
	else
		seal_buf_puts(out, text);
}

static void put_summary(struct seal_buf *out, const struct seal_host *h,
			const struct seal_explanation *x, const struct seal_text_style *style)
{
	seal_text_head(out, h, style);
	seal_buf_puts(out, "    ");
	seal_explain_summary(out, x);
	seal_buf_puts(out, "\n\n");
}

/* put_fix - the first step of the smallest fix, a command in one line that can be copied; all of
 * them stand with the cause */
static void put_fix(struct seal_buf *out, const struct seal_explanation *x)
{
	const struct seal_cause_group *g = seal_explanation_main(x);
	const struct seal_fix *f = g->fix >= 0 ? &x->fixes.v[g->fix] : NULL;
	const struct seal_step *s = f && f->steps.n ? &f->steps.v[0] : NULL;

	seal_buf_printf(out, " %-8s", "fix");
	if (s && s->argv.v.n)
		seal_text_argv(out, &s->argv);
	else if (s && s->why.n)
		seal_text_wrap(out, SUMMARY_INDENT, SUMMARY_INDENT, s->why);
	else if (f && f->why.n)
		seal_text_wrap(out, SUMMARY_INDENT, SUMMARY_INDENT, f->why);
	else
		seal_buf_puts(out, "none known here");
	if (f && f->steps.n > 1)
		seal_buf_printf(out, "  (the first of %zu steps)", f->steps.n);
	seal_buf_putc(out, '\n');
}

static void put_row(struct seal_buf *out, const char *word, const struct seal_buf *words)
{
	seal_buf_printf(out, " %-8s", word);
	seal_text_wrap(out, SUMMARY_INDENT, SUMMARY_INDENT, seal_buf_bytes(words));
	seal_buf_putc(out, '\n');
}

/* put_main - what is broken, since when, how much mail, the smallest fix, how sure */
static void put_main(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_text_style *style)
{
	struct seal_answer a;

	if (seal_answer_of(x, &a)) {
		if (style->color)
			seal_buf_puts(out, "\033[1m");
		put_row(out, "broken", &a.broken);
		if (style->color)
			seal_buf_puts(out, "\033[0m");
		put_row(out, "since", &a.since);
		put_row(out, "mail", &a.mail);
		put_fix(out, x);
		put_row(out, "sure", &a.sure);
		seal_buf_putc(out, '\n');
	}
	seal_answer_done(&a);
}

static void put_story_line(struct seal_buf *out, const struct seal_story_line *l)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_story_words(&b, l);
	if (l->origin.path.n) {
		seal_buf_puts(&b, "  [");
		seal_buf_put(&b, l->origin.path.p, l->origin.path.n);
		if (l->origin.line)
			seal_buf_printf(&b, ":%llu", (unsigned long long)l->origin.line);
		seal_buf_putc(&b, ']');
	}
	seal_buf_puts(out, "    ");
	seal_story_clock(out, l);
	seal_buf_printf(out, "  %-7s ", seal_story_kind_name(l->kind));
	seal_text_wrap(out, STORY_INDENT, STORY_INDENT, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
}

/* put_story - the life of the message asked for, step by step */
static void put_story(struct seal_buf *out, const struct seal_host *h,
		      const struct seal_explanation *x)
{
	int64_t last_us = SEAL_TIME_NONE;

	if (!x->story.n)
		return;
	seal_buf_puts(out, "story of ");
	seal_enc_tty(out, h->follow);
	seal_buf_putc(out, '\n');
	seal_vec_each (l, &x->story) {
		seal_auto_buf struct seal_buf day = {0};

		if (seal_story_new_day(&day, l, last_us))
			seal_buf_printf(out, "    %.*s\n", (int)day.n, day.n ? day.p : "");
		put_story_line(out, l);
		last_us = l->time_us;
	}
	if (x->n_not_told) {
		seal_buf_puts(out, "    ");
		seal_story_not_told(out, x);
		seal_buf_putc(out, '\n');
	}
	seal_buf_putc(out, '\n');
}

static void put_when(struct seal_buf *out, const struct seal_cause_group *g)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_explain_when(&b, g);
	seal_enc_tty(out, seal_buf_bytes(&b));
}

/* put_evidence - findings in words; the records themselves with --verbose, or when nothing else is
 * shown of them */
static void put_evidence(struct seal_buf *out, const struct seal_cause_group *g,
			 const struct seal_text_style *style)
{
	const struct seal_quote *q;
	const char *word = "proof";

	for (q = g->proof.v; q < g->proof.v + g->proof.n; q++) {
		seal_auto_buf struct seal_buf b = {0};

		if (q->record && !style->verbose &&
		    (g->recipients || q->origin.source == SEAL_SOURCE_AUDIT))
			continue;
		seal_buf_put(&b, q->text.p, q->text.n);
		if (q->origin.path.n && q->origin.line) {
			seal_buf_puts(&b, "  [");
			seal_buf_put(&b, q->origin.path.p, q->origin.path.n);
			seal_buf_printf(&b, ":%llu]", (unsigned long long)q->origin.line);
		}
		seal_text_row(out, INDENT, word, seal_buf_bytes(&b));
		word = "";
	}
}

static void put_ruled_out(struct seal_buf *out, const struct seal_cause *c)
{
	const char *word = "not";

	seal_vec_each (r, &c->ruled_out) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_printf(&b, "%s: ", r->verdict);
		seal_buf_put(&b, r->why.p, r->why.n);
		seal_text_row(out, INDENT, word, seal_buf_bytes(&b));
		word = "";
	}
}

static void put_also(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_cause *c)
{
	seal_vec_each (a, &c->also) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_printf(&b, "%s: ", a->verdict);
		seal_buf_put(&b, a->why.p, a->why.n);
		seal_text_row(out, INDENT, "then", seal_buf_bytes(&b));
		if (a->fix >= 0)
			seal_text_fix(out, &x->fixes.v[a->fix], INDENT + 7);
	}
}

static void put_message_line(struct seal_buf *out, const struct seal_explained_message *m,
			     const struct seal_explained_recipient *r,
			     struct seal_bytes *last_reason)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, m->queue_id.p, m->queue_id.n);
	seal_buf_putc(&b, ' ');
	if (m->arrival_us != SEAL_TIME_NONE)
		seal_time_put_clock(&b, m->arrival_us);
	seal_buf_putc(&b, ' ');
	seal_buf_put(&b, m->sender.n ? m->sender.p : "<>", m->sender.n ? m->sender.n : 2);
	seal_buf_puts(&b, " -> ");
	seal_buf_put(&b, r->rcpt->address.p, r->rcpt->address.n);
	seal_buf_printf(&b, " %s ", seal_rcpt_status_name(r->status));
	if (last_reason->n && seal_bytes_eq(*last_reason, r->reason))
		seal_buf_puts(&b, "same");
	else
		seal_buf_put(&b, r->reason.p, r->reason.n);
	*last_reason = r->reason;
	seal_buf_printf(out, "%*s", INDENT, "");
	seal_text_wrap(out, INDENT, INDENT + 7, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
}

static void put_messages(struct seal_buf *out, const struct seal_shown_list *s, int32_t group,
			 const struct seal_text_style *style)
{
	struct seal_bytes last = SEAL_BYTES_NONE;
	size_t from = s->first[group], to = s->first[group + 1], i;

	if (from == to)
		return;
	seal_buf_putc(out, '\n');
	for (i = from; i < to; i++) {
		if (!style->verbose && i - from == MESSAGES_SHOWN) {
			seal_buf_printf(out, "%*s%zu more: --verbose, or --format json\n", INDENT,
					"", to - i);
			return;
		}
		put_message_line(out, s->v[i].m, s->v[i].r, &last);
	}
}

static void put_group(struct seal_buf *out, const struct seal_explanation *x, int32_t n,
		      const struct seal_text_style *style, const struct seal_shown_list *shown)
{
	const struct seal_cause_group *g = &x->groups.v[n];
	const struct seal_cause *c = g->cause;
	char words[64];

	seal_buf_printf(out, "%2d  ", n + 1);
	snprintf(words, sizeof(words), "%-13s", seal_explain_class(c->class_));
	put_styled(out, style, "1;36", words);
	snprintf(words, sizeof(words), " %-9s ", seal_certainty_name(c->certainty));
	put_styled(out, style, c->certainty == SEAL_CERTAINTY_CERTAIN ? "32" : "33", words);
	put_when(out, g);
	seal_buf_putc(out, '\n');
	if (c->title.n) {
		seal_buf_printf(out, "%*s", INDENT, "");
		seal_text_wrap(out, INDENT, INDENT, c->title);
		seal_buf_putc(out, '\n');
	}
	if (c->reason.n)
		seal_text_row(out, INDENT, "open", c->reason);
	if (g->fix >= 0)
		seal_text_fix(out, &x->fixes.v[g->fix], INDENT);
	put_evidence(out, g, style);
	put_ruled_out(out, c);
	put_also(out, x, c);
	put_messages(out, shown, n, style);
	seal_buf_putc(out, '\n');
}

static void put_silent_denials(struct seal_buf *out, const struct seal_explanation *x)
{
	if (x->n_silent_denials)
		seal_buf_printf(
			out, " also    %llu %s of denials stopped no message: postseal denials\n\n",
			(unsigned long long)x->n_silent_denials,
			x->n_silent_denials == 1 ? "group" : "groups");
}

void seal_report_explain_text(const struct seal_host *h, const struct seal_explanation *x,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	struct seal_shown_list shown = {0};
	size_t i;

	if (seal_shown_sort(x, &shown) < 0)
		out->err = -ENOMEM;
	put_summary(out, h, x, style);
	put_main(out, x, style);
	put_story(out, h, x);
	for (i = 0; !out->err && i < x->groups.n; i++)
		put_group(out, x, (int32_t)i, style, &shown);
	seal_shown_done(&shown);
	put_silent_denials(out, x);
	seal_text_queue(out, x, style);
	seal_text_sources(out, h, ~0u, style);
}
