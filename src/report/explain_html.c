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

/* put_main - what is broken, since when, how much mail, the smallest fix, how sure */
static void put_main(struct seal_html *w, const struct seal_explanation *x)
{
	struct seal_answer a;

	if (seal_answer_of(x, &a)) {
		seal_html_section(w, "answer", "In short", NULL);
		seal_buf_puts(w->out, "<dl>\n");
		seal_html_row(w, "broken", seal_buf_bytes(&a.broken));
		seal_html_row(w, "since", seal_buf_bytes(&a.since));
		seal_html_row(w, "mail", seal_buf_bytes(&a.mail));
		seal_html_row(w, "fix", seal_buf_bytes(&a.fix));
		seal_html_row(w, "sure", seal_buf_bytes(&a.sure));
		seal_buf_puts(w->out, "</dl>\n");
	}
	seal_answer_done(&a);
}

static void put_story_line(struct seal_html *w, const struct seal_story_line *l)
{
	seal_auto_buf struct seal_buf words = {0};

	seal_story_words(&words, l);
	seal_buf_puts(w->out, "<tr><td>");
	seal_story_clock(w->out, l);
	seal_buf_printf(w->out, "</td><td class=\"tight\">%s</td><td>",
			seal_story_kind_name(l->kind));
	seal_html_put(w, seal_buf_bytes(&words));
	if (l->origin.path.n) {
		seal_buf_puts(w->out, " <span class=\"mute\">");
		seal_html_origin(w, &l->origin);
		seal_buf_puts(w->out, "</span>");
	}
	seal_buf_puts(w->out, "</td></tr>\n");
}

/* put_story - the life of the message asked for, step by step */
static void put_story(struct seal_html *w, const struct seal_host *h,
		      const struct seal_explanation *x)
{
	int64_t last_us = SEAL_TIME_NONE;

	if (!x->story.n)
		return;
	seal_html_section(w, "story", "The story of one message", NULL);
	seal_buf_puts(w->out, "<p>");
	seal_html_code(w, h->follow);
	seal_buf_puts(w->out, "</p>\n<table><thead><tr><th>Time</th><th>What</th><th>Record</th>"
			      "</tr></thead>\n");
	seal_vec_each (l, &x->story) {
		seal_auto_buf struct seal_buf day = {0};

		if (seal_story_new_day(&day, l, last_us))
			seal_buf_printf(w->out, "<tr><th colspan=\"3\">%.*s</th></tr>\n",
					(int)day.n, day.n ? day.p : "");
		put_story_line(w, l);
		last_us = l->time_us;
	}
	seal_buf_puts(w->out, "</table>\n");
	if (x->n_not_told) {
		seal_buf_puts(w->out, "<p class=\"mute\">");
		seal_story_not_told(w->out, x);
		seal_buf_puts(w->out, ".</p>\n");
	}
}

static void put_queue_row(struct seal_html *w, struct seal_bytes name,
			  const struct seal_queue_row *row)
{
	size_t i;

	seal_buf_puts(w->out, "<tr><td>");
	seal_html_put(w, name);
	seal_buf_printf(w->out, "</td><td>%llu</td>", (unsigned long long)row->messages);
	for (i = 0; i < SEAL_QUEUE_AGES; i++)
		seal_buf_printf(w->out, "<td>%llu</td>", (unsigned long long)row->age[i]);
	seal_buf_puts(w->out, "</tr>\n");
}

static void put_queue_rows(struct seal_html *w, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;
	size_t i;

	put_queue_row(w, SEAL_LIT("all"), &q->all);
	for (i = 0; i < q->causes.n && i < SEAL_QUEUE_CAUSES_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_queue_cause_name(&name, x, &q->causes.v[i]);
		put_queue_row(w, seal_buf_bytes(&name), &q->causes.v[i]);
	}
	for (i = 0; i < q->domains.n && i < SEAL_QUEUE_DOMAINS_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_buf_puts(&name, "to ");
		seal_buf_put(&name, q->domains.v[i].domain.p, q->domains.v[i].domain.n);
		put_queue_row(w, seal_buf_bytes(&name), &q->domains.v[i]);
	}
}

static void put_queue_table(struct seal_html *w, const struct seal_explanation *x)
{
	seal_auto_buf struct seal_buf pace = {0};
	size_t i;

	seal_html_section(w, "queue", "The queue",
			  "Messages that wait, by their age in minutes: all, by cause, by domain.");
	seal_buf_puts(w->out, "<table><thead><tr><th></th><th>all</th>");
	for (i = 0; i + 1 < SEAL_QUEUE_AGES; i++)
		seal_buf_printf(w->out, "<th>%u</th>", seal_queue_age_min(i));
	seal_buf_printf(w->out, "<th>%u+</th></tr></thead>\n",
			seal_queue_age_min(SEAL_QUEUE_AGES - 2));
	put_queue_rows(w, x);
	seal_buf_puts(w->out, "</table>\n");
	seal_queue_pace(&pace, x->health);
	if (pace.n)
		seal_buf_printf(w->out, "<p>%.*s</p>\n", (int)pace.n, pace.p);
}

static void put_queue(struct seal_html *w, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;

	if (!q)
		return;
	if (q->all.messages > SEAL_QUEUE_FEW)
		put_queue_table(w, x);
	seal_vec_each (c, &q->certificates) {
		seal_auto_buf struct seal_buf words = {0};

		if (c->days_left >= SEAL_QUEUE_SOON_DAYS)
			continue;
		seal_queue_certificate(&words, c);
		seal_buf_puts(w->out, "<p class=\"note\">");
		seal_html_put(w, seal_buf_bytes(&words));
		seal_buf_puts(w->out, "</p>\n");
	}
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
		to - from, seal_text_plural(to - from));
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
	put_main(&w, x);
	put_story(&w, h, x);
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
	put_queue(&w, x);
	seal_html_end(&w, h);
}
