/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>

#include "core/enc.h"
#include "report/explain_words.h"

#define MESSAGES_SHOWN 5 /* of a cause, without --verbose */
#define INDENT         4

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

void seal_report_explain_text(const struct seal_host *h, const struct seal_explanation *x,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	struct seal_shown_list shown = {0};
	size_t i;

	if (seal_shown_sort(x, &shown) < 0)
		out->err = -ENOMEM;
	put_summary(out, h, x, style);
	for (i = 0; !out->err && i < x->groups.n; i++)
		put_group(out, x, (int32_t)i, style, &shown);
	seal_shown_done(&shown);
	seal_text_sources(out, h, ~0u, style);
}
