/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_markdown.c - a comment for a ticket: every cause with its proof and fix; the messages
 * themselves folded */
#include "report/report.h"

#include <errno.h>

#include "core/enc.h"
#include "report/explain_words.h"
#include "report/markdown.h"

#define MESSAGES_SHOWN 20

/* put_main - what is broken, since when, how much mail, the smallest fix, how sure */
static void put_main(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_text_style *style)
{
	struct seal_answer a;

	if (seal_answer_of(x, &a)) {
		seal_buf_putc(out, '\n');
		seal_md_item(out, style, "broken", seal_buf_bytes(&a.broken));
		seal_md_item(out, style, "since", seal_buf_bytes(&a.since));
		seal_md_item(out, style, "mail", seal_buf_bytes(&a.mail));
		seal_md_item(out, style, "fix", seal_buf_bytes(&a.fix));
		seal_md_item(out, style, "sure", seal_buf_bytes(&a.sure));
	}
	seal_answer_done(&a);
}

static void put_story_line(struct seal_buf *out, const struct seal_story_line *l,
			   const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf words = {0};

	seal_story_words(&words, l);
	seal_buf_puts(out, "| ");
	seal_story_clock(out, l);
	seal_buf_printf(out, " | %s | ", seal_story_kind_name(l->kind));
	seal_md_put(out, style, seal_buf_bytes(&words));
	seal_buf_puts(out, " | ");
	if (l->origin.path.n)
		seal_enc_md(out, l->origin.path);
	if (l->origin.path.n && l->origin.line)
		seal_buf_printf(out, " line %llu", (unsigned long long)l->origin.line);
	seal_buf_puts(out, " |\n");
}

/* put_story - the life of the message asked for, step by step */
static void put_story(struct seal_buf *out, const struct seal_host *h,
		      const struct seal_explanation *x, const struct seal_text_style *style)
{
	int64_t last_us = SEAL_TIME_NONE;

	if (!x->story.n)
		return;
	seal_buf_puts(out, "\n#### Story of ");
	seal_md_put(out, style, h->follow);
	seal_buf_puts(out, "\n\n| Time | What | Record | Where |\n|---|---|---|---|\n");
	seal_vec_each (l, &x->story) {
		seal_auto_buf struct seal_buf day = {0};

		if (seal_story_new_day(&day, l, last_us))
			seal_buf_printf(out, "| %.*s | | | |\n", (int)day.n, day.n ? day.p : "");
		put_story_line(out, l, style);
		last_us = l->time_us;
	}
	if (x->n_not_told) {
		seal_buf_putc(out, '\n');
		seal_story_not_told(out, x);
		seal_buf_puts(out, ".\n");
	}
}

static void put_queue_row(struct seal_buf *out, struct seal_bytes name,
			  const struct seal_queue_row *row, const struct seal_text_style *style)
{
	size_t i;

	seal_buf_puts(out, "| ");
	seal_md_put(out, style, name);
	seal_buf_printf(out, " | %llu", (unsigned long long)row->messages);
	for (i = 0; i < SEAL_QUEUE_AGES; i++)
		seal_buf_printf(out, " | %llu", (unsigned long long)row->age[i]);
	seal_buf_puts(out, " |\n");
}

static void put_queue_table(struct seal_buf *out, const struct seal_explanation *x,
			    const struct seal_text_style *style)
{
	const struct seal_queue_health *q = x->health;
	seal_auto_buf struct seal_buf pace = {0};
	size_t i;

	seal_buf_puts(out, "\n#### Queue\n\n| Age in minutes | all");
	for (i = 0; i + 1 < SEAL_QUEUE_AGES; i++)
		seal_buf_printf(out, " | %u", seal_queue_age_min(i));
	seal_buf_printf(out, " | %u+ |\n|---|---:", seal_queue_age_min(SEAL_QUEUE_AGES - 2));
	for (i = 0; i < SEAL_QUEUE_AGES; i++)
		seal_buf_puts(out, "|---:");
	seal_buf_puts(out, "|\n");
	put_queue_row(out, SEAL_LIT("all"), &q->all, style);
	for (i = 0; i < q->causes.n && i < SEAL_QUEUE_CAUSES_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_queue_cause_name(&name, x, &q->causes.v[i]);
		put_queue_row(out, seal_buf_bytes(&name), &q->causes.v[i], style);
	}
	for (i = 0; i < q->domains.n && i < SEAL_QUEUE_DOMAINS_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_buf_puts(&name, "to ");
		seal_buf_put(&name, q->domains.v[i].domain.p, q->domains.v[i].domain.n);
		put_queue_row(out, seal_buf_bytes(&name), &q->domains.v[i], style);
	}
	seal_queue_pace(&pace, q);
	if (pace.n)
		seal_buf_printf(out, "\n%.*s\n", (int)pace.n, pace.p);
}

static void put_queue(struct seal_buf *out, const struct seal_explanation *x,
		      const struct seal_text_style *style)
{
	const struct seal_queue_health *q = x->health;
	bool first = true;

	if (!q)
		return;
	if (q->all.messages > SEAL_QUEUE_FEW)
		put_queue_table(out, x, style);
	seal_vec_each (c, &q->certificates) {
		seal_auto_buf struct seal_buf words = {0};

		if (c->days_left >= SEAL_QUEUE_SOON_DAYS)
			continue;
		seal_queue_certificate(&words, c);
		seal_buf_puts(out, first ? "\n- " : "- ");
		seal_md_put(out, style, seal_buf_bytes(&words));
		seal_buf_putc(out, '\n');
		first = false;
	}
}

static void put_evidence(struct seal_buf *out, const struct seal_cause_group *g,
			 const struct seal_text_style *style)
{
	const struct seal_cause *c = g->cause;

	seal_vec_each (q, &g->proof) {
		if (q->record)
			continue;
		seal_buf_puts(out, "- proof: ");
		seal_md_put(out, style, q->text);
		if (q->origin.path.n && q->origin.line) {
			seal_buf_puts(out, " in ");
			seal_enc_md(out, q->origin.path);
			seal_buf_printf(out, " line %llu", (unsigned long long)q->origin.line);
		}
		seal_buf_putc(out, '\n');
	}
	seal_vec_each (r, &c->ruled_out) {
		seal_buf_printf(out, "- not %s: ", r->verdict);
		seal_md_put(out, style, r->why);
		seal_buf_putc(out, '\n');
	}
}

static void put_also(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_cause *c, const struct seal_text_style *style)
{
	seal_vec_each (a, &c->also) {
		seal_buf_printf(out, "\nThen %s: ", a->verdict);
		seal_md_put(out, style, a->why);
		seal_buf_putc(out, '\n');
		if (a->fix >= 0)
			seal_md_fix(out, &x->fixes.v[a->fix]);
	}
}

static void put_message(struct seal_buf *out, const struct seal_shown *s,
			const struct seal_text_style *style)
{
	seal_buf_puts(out, "| ");
	seal_md_put(out, style, s->m->queue_id);
	seal_buf_puts(out, " | ");
	seal_md_put(out, style, s->m->sender.n ? s->m->sender : SEAL_LIT("<>"));
	seal_buf_puts(out, " | ");
	seal_md_put(out, style, s->r->rcpt->address);
	seal_buf_printf(out, " | %s | ", seal_rcpt_status_name(s->r->status));
	seal_md_put(out, style, s->r->reason);
	seal_buf_puts(out, " |\n");
}

static void put_messages(struct seal_buf *out, const struct seal_shown_list *s, size_t group,
			 const struct seal_text_style *style)
{
	size_t from = s->first[group], to = s->first[group + 1];

	if (from == to)
		return;
	seal_buf_printf(out, "\n<details><summary>%zu recipient%s</summary>\n\n", to - from,
			seal_text_plural(to - from));
	seal_buf_puts(out, "| Queue id | From | To | Status | Reason |\n|---|---|---|---|---|\n");
	for (size_t i = from; i < to && i - from < MESSAGES_SHOWN; i++)
		put_message(out, &s->v[i], style);
	if (to - from > MESSAGES_SHOWN)
		seal_buf_printf(out, "\n%zu more: `--format json` has them.\n",
				to - from - MESSAGES_SHOWN);
	seal_buf_puts(out, "\n</details>\n");
}

static void put_group(struct seal_buf *out, const struct seal_explanation *x, size_t n,
		      const struct seal_shown_list *shown, const struct seal_text_style *style)
{
	const struct seal_cause_group *g = &x->groups.v[n];
	const struct seal_cause *c = g->cause;
	seal_auto_buf struct seal_buf when = {0};

	seal_explain_when(&when, g);
	seal_buf_printf(out, "\n#### %zu. %s, %s: ", n + 1, seal_explain_class(c->class_),
			seal_certainty_name(c->certainty));
	seal_md_put(out, style, seal_buf_bytes(&when));
	seal_buf_puts(out, "\n\n");
	if (c->title.n) {
		seal_md_put(out, style, c->title);
		seal_buf_puts(out, "\n\n");
	}
	seal_md_item(out, style, "open", c->reason);
	put_evidence(out, g, style);
	if (g->fix >= 0)
		seal_md_fix(out, &x->fixes.v[g->fix]);
	put_also(out, x, c, style);
	put_messages(out, shown, n, style);
}

void seal_report_explain_markdown(const struct seal_host *h, const struct seal_explanation *x,
				  const struct seal_text_style *style, struct seal_buf *out)
{
	struct seal_shown_list shown = {0};

	if (seal_shown_sort(x, &shown) < 0)
		out->err = -ENOMEM;
	seal_md_head(out, "explain", h);
	seal_buf_puts(out, "**");
	seal_explain_summary(out, x);
	seal_buf_puts(out, "**\n");
	put_main(out, x, style);
	put_story(out, h, x, style);
	for (size_t i = 0; !out->err && i < x->groups.n; i++)
		put_group(out, x, i, &shown, style);
	seal_shown_done(&shown);
	put_queue(out, x, style);
	seal_md_sources(out, h);
}
