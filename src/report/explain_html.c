/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>

#include "report/explain_words.h"
#include "report/html.h"
#include "report/pictures.h"

#define MESSAGES_SHOWN 50

static void put_head(struct seal_html *w, const struct seal_host *h,
		     const struct seal_explanation *x)
{
	seal_auto_buf struct seal_buf words = {0};
	struct seal_html_head head = {.verb = "explain", .state = "pass"};

	if (x->n_waiting || x->n_bounced || x->groups.n)
		head.state = "fail";
	seal_explain_summary(&words, x);
	head.words = seal_buf_bytes(&words);
	seal_html_begin(w, h, &head);
}

static void put_evidence(struct seal_html *w, const struct seal_cause_group *g)
{
	const struct seal_cause *c = g->cause;
	const char *term = "<dt>proof</dt>";

	seal_vec_each (q, &g->proof) {
		seal_buf_printf(w->out, "%s<dd>", term);
		if (q->record)
			seal_html_code(w, q->text);
		else
			seal_html_put(w, q->text);
		if (q->origin.path.n) {
			seal_buf_puts(w->out, " <span class=\"mute\">");
			seal_html_origin(w, &q->origin);
			seal_buf_puts(w->out, "</span>");
		}
		seal_buf_puts(w->out, "</dd>\n");
		term = "";
	}
	term = "<dt>not</dt>";
	seal_vec_each (r, &c->ruled_out) {
		seal_buf_printf(w->out, "%s<dd>%s: ", term, r->verdict);
		seal_html_put(w, r->why);
		seal_buf_puts(w->out, "</dd>\n");
		term = "";
	}
}

static void put_also(struct seal_html *w, const struct seal_explanation *x,
		     const struct seal_cause *c)
{
	seal_vec_each (a, &c->also) {
		seal_buf_printf(w->out, "<p class=\"note\"><b>Then %s:</b> ", a->verdict);
		seal_html_put(w, a->why);
		seal_buf_puts(w->out, "</p>\n");
		if (a->fix < 0)
			continue;
		seal_buf_puts(w->out, "<dl>");
		seal_html_fix(w, &x->fixes.v[a->fix]);
		seal_buf_puts(w->out, "</dl>\n");
	}
}

static void put_message(struct seal_html *w, const struct seal_shown *s)
{
	seal_buf_puts(w->out, "<tr><td>");
	seal_html_code(w, s->m->queue_id);
	seal_buf_puts(w->out, "</td><td>");
	if (s->m->arrival_us != SEAL_TIME_NONE)
		seal_time_put_clock(w->out, s->m->arrival_us);
	seal_buf_puts(w->out, "</td><td>");
	seal_html_put(w, s->m->sender.n ? s->m->sender : SEAL_LIT("<>"));
	seal_buf_puts(w->out, " &rarr; ");
	seal_html_put(w, s->r->rcpt->address);
	seal_buf_printf(w->out, "</td><td class=\"tight\">%s</td><td>",
			seal_rcpt_status_name(s->r->status));
	seal_html_put(w, s->r->reason);
	seal_buf_puts(w->out, "</td></tr>\n");
}

static void put_messages(struct seal_html *w, const struct seal_shown_list *s, size_t group)
{
	size_t from = s->first[group], to = s->first[group + 1];

	if (from == to)
		return;
	seal_buf_printf(
		w->out,
		"<details><summary>%zu recipient%s</summary>\n<table><thead><tr><th>Queue id"
		"</th><th>Arrival</th><th>From, to</th><th>Status</th><th>Postfix says</th>"
		"</tr></thead>\n",
		to - from, to - from == 1 ? "" : "s");
	for (size_t i = from; i < to && i - from < MESSAGES_SHOWN; i++)
		put_message(w, &s->v[i]);
	seal_buf_puts(w->out, "</table>\n");
	if (to - from > MESSAGES_SHOWN)
		seal_buf_printf(w->out,
				"<p class=\"mute\">%zu more; explain in JSON has them.</p>\n",
				to - from - MESSAGES_SHOWN);
	seal_buf_puts(w->out, "</details>\n");
}

static const char *certainty_class(enum seal_certainty c)
{
	if (c == SEAL_CERTAINTY_CERTAIN)
		return "pass-on";
	return c == SEAL_CERTAINTY_UNKNOWN ? "na-on" : "unknown-on";
}

static void put_group(struct seal_html *w, const struct seal_explanation *x, size_t n,
		      const struct seal_shown_list *shown)
{
	const struct seal_cause_group *g = &x->groups.v[n];
	const struct seal_cause *c = g->cause;
	seal_auto_buf struct seal_buf when = {0};

	seal_explain_when(&when, g);
	seal_buf_printf(w->out, "<article class=\"card\" id=\"c-%zu\">\n<div class=\"row\">",
			n + 1);
	seal_picture_swatch(w, n);
	seal_buf_printf(w->out, "<b>%s</b><span class=\"pill %s\">%s</span><span class=\"end\">",
			seal_explain_class(c->class_), certainty_class(c->certainty),
			seal_certainty_name(c->certainty));
	seal_html_put(w, seal_buf_bytes(&when));
	seal_buf_puts(w->out, "</span></div>\n<h3>");
	seal_html_put(w, c->title);
	seal_buf_puts(w->out, "</h3>\n<dl>\n");
	seal_html_row(w, "open", c->reason);
	if (g->fix >= 0)
		seal_html_fix(w, &x->fixes.v[g->fix]);
	put_evidence(w, g);
	seal_buf_puts(w->out, "</dl>\n");
	put_also(w, x, c);
	put_messages(w, shown, n);
	seal_buf_puts(w->out, "</article>\n");
}

void seal_report_explain_html(const struct seal_host *h, const struct seal_explanation *x,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	struct seal_html w = {out, style};
	struct seal_shown_list shown = {0};

	if (seal_shown_sort(x, &shown) < 0)
		out->err = -ENOMEM;
	put_head(&w, h, x);
	if (x->groups.n) {
		seal_html_section(
			&w, "mail", "What waits, and why",
			"Messages waiting or returned, by the cause that holds them; those "
			"delivered since are not counted.");
		seal_picture_waiting(&w, h, x, true);
		seal_html_section(&w, "causes", "The causes", NULL);
	}
	for (size_t i = 0; !out->err && i < x->groups.n; i++)
		put_group(&w, x, i, &shown);
	seal_shown_done(&shown);
	seal_html_end(&w, h);
}
