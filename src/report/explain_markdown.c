/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_markdown.c - a comment for a ticket: every cause with its proof and fix; the messages
 * themselves folded */
#include "report/report.h"

#include <errno.h>

#include "core/enc.h"
#include "report/explain_words.h"
#include "report/markdown.h"

#define MESSAGES_SHOWN 20

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
			to - from == 1 ? "" : "s");
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
	for (size_t i = 0; !out->err && i < x->groups.n; i++)
		put_group(out, x, i, &shown, style);
	seal_shown_done(&shown);
	seal_md_sources(out, h);
}
