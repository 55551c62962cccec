/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/pictures.h"

#include <errno.h>

#include "report/explain_words.h"

#define BINS    48
#define HEIGHT  170
#define COLOURS 6 /* causes with a colour of their own; the rest share one more */
#define MARKS   8

/* struct chart - messages waiting, by cause and time */
struct chart {
	const struct seal_explanation *x;
	int64_t from_us, to_us;
	uint64_t n[COLOURS + 1][BINS + 1]; /* changes first, then sums */
	uint64_t top;                      /* of all causes together, in one bin; at least 1 */
	bool any;
};

static size_t colour_of(size_t group)
{
	return group < COLOURS ? group : COLOURS;
}

void seal_picture_swatch(struct seal_html *w, size_t i)
{
	seal_buf_printf(
		w->out,
		"<svg class=\"swatch\" viewBox=\"0 0 22 22\" aria-hidden=\"true\"><rect "
		"class=\"c%zu\" width=\"22\" height=\"22\" rx=\"5\"/><text x=\"11\" y=\"15.5\">"
		"%zu</text></svg>",
		colour_of(i) + 1, i + 1);
}

/* span_of - from when to when a recipient held its message back; false: not known */
static bool span_of(const struct seal_host *h, const struct seal_explained_message *m,
		    const struct seal_explained_recipient *r, int64_t *from, int64_t *to)
{
	*from = m->arrival_us != SEAL_TIME_NONE ? m->arrival_us : r->rcpt->time_us;
	*to = h->now_us;
	if (r->status != SEAL_RCPT_WAITING && r->status != SEAL_RCPT_DEFERRED &&
	    r->status != SEAL_RCPT_STUCK)
		*to = r->rcpt->time_us;
	if (*to == SEAL_TIME_NONE)
		*to = *from;
	return *from != SEAL_TIME_NONE && r->cause->group >= 0;
}

static void find_span(struct chart *c, const struct seal_host *h)
{
	int64_t from, to;

	seal_vec_each (m, &c->x->messages) {
		seal_vec_each (r, &m->recipients) {
			if (!span_of(h, m, r, &from, &to))
				continue;
			if (!c->any || from < c->from_us)
				c->from_us = from;
			if (!c->any || to > c->to_us)
				c->to_us = to;
			c->any = true;
		}
	}
	if (c->any && c->to_us - c->from_us < SEAL_SECOND_US)
		c->to_us = c->from_us + SEAL_SECOND_US;
}

static size_t bin_of(const struct chart *c, int64_t t)
{
	int64_t width = (c->to_us - c->from_us) / BINS + 1;

	if (t <= c->from_us)
		return 0;
	t = (t - c->from_us) / width;
	return t < BINS ? (size_t)t : BINS - 1;
}

static void put_in_bins(struct chart *c, const struct seal_host *h,
			const struct seal_explained_message **last)
{
	int64_t from, to;

	seal_vec_each (m, &c->x->messages) {
		seal_vec_each (r, &m->recipients) {
			uint64_t *n;

			/* a message counts once for each of its causes */
			if (!span_of(h, m, r, &from, &to) || last[r->cause->group] == m)
				continue;
			last[r->cause->group] = m;
			n = c->n[colour_of((size_t)r->cause->group)];
			n[bin_of(c, from)]++;
			n[bin_of(c, to > from ? to : from) + 1]--;
		}
	}
}

static int count(struct chart *c, const struct seal_host *h)
{
	const struct seal_explained_message **last =
		calloc(c->x->groups.n + 1, sizeof(const struct seal_explained_message *));

	if (!last)
		return -ENOMEM;
	put_in_bins(c, h, last);
	free(last);
	for (size_t b = 0; b < BINS; b++) {
		uint64_t sum = 0;

		for (size_t g = 0; g <= COLOURS; g++) {
			c->n[g][b] += b ? c->n[g][b - 1] : 0;
			sum += c->n[g][b];
		}
		if (sum > c->top)
			c->top = sum;
	}
	return 0;
}

static double height_of(const struct chart *c, uint64_t n)
{
	return (double)n * (HEIGHT - 18) / (double)c->top;
}

static void put_bars(struct seal_html *w, const struct chart *c)
{
	for (size_t b = 0; b < BINS; b++) {
		double y = HEIGHT;

		for (size_t g = 0; g <= COLOURS; g++) {
			double high = height_of(c, c->n[g][b]);

			if (!c->n[g][b])
				continue;
			y -= high;
			seal_buf_printf(w->out,
					"<rect class=\"c%zu\" x=\"%.3f%%\" y=\"%.1f\" "
					"width=\"%.3f%%\" height=\"%.1f\"/>",
					g + 1, 100.0 * (double)b / BINS, y, 100.0 * 0.86 / BINS,
					high);
		}
	}
	seal_buf_putc(w->out, '\n');
}

/* put_numbers - the number of each cause where its band is last thick enough to hold it */
static void put_numbers(struct seal_html *w, const struct chart *c)
{
	for (size_t g = 0; g < COLOURS && g < c->x->groups.n; g++)
		for (size_t b = BINS; b-- > 0;) {
			double y = HEIGHT, high = height_of(c, c->n[g][b]);

			if (high < 14)
				continue;
			for (size_t below = 0; below <= g; below++)
				y -= height_of(c, c->n[below][b]);
			seal_buf_printf(w->out,
					"<text class=\"onbar\" x=\"%.3f%%\" y=\"%.1f\">%zu</text>",
					100.0 * ((double)b + 0.43) / BINS, y + high / 2 + 4, g + 1);
			break;
		}
}

/* is_mark - a change within the time drawn that stands before some cause */
static bool is_mark(const struct chart *c, const struct seal_change *change)
{
	if (change->time_us < c->from_us - (c->to_us - c->from_us) / 4 ||
	    change->time_us > c->to_us)
		return false;
	seal_vec_each (g, &c->x->groups) {
		if (g->change == change)
			return true;
	}
	return false;
}

static void put_marks(struct seal_html *w, const struct chart *c, const struct seal_host *h)
{
	double span = (double)(c->to_us - c->from_us);
	size_t n = 0;

	seal_vec_each (change, &h->changes) {
		double x = 100.0 * (double)(change->time_us - c->from_us) / span;

		if (n == MARKS || !is_mark(c, change))
			continue;
		x = x < 0 ? 0 : x;
		seal_buf_printf(w->out,
				"<line class=\"mark\" x1=\"%.3f%%\" y1=\"14\" x2=\"%.3f%%\" "
				"y2=\"%d\"/><text class=\"letter\" x=\"%.3f%%\" y=\"11\">%c</text>",
				x, x, HEIGHT, x, (char)('A' + n));
		n++;
	}
}

static void put_mark_words(struct seal_html *w, const struct chart *c, const struct seal_host *h)
{
	size_t n = 0;

	seal_buf_puts(w->out, "<ul class=\"marks\">");
	seal_vec_each (change, &h->changes) {
		seal_auto_buf struct seal_buf words = {0};

		if (n == MARKS || !is_mark(c, change))
			continue;
		seal_explain_change(&words, change);
		seal_buf_printf(w->out, "<li><b>%c</b> ", (char)('A' + n));
		seal_time_put_clock(w->out, change->time_us);
		seal_buf_putc(w->out, ' ');
		seal_html_put(w, seal_buf_bytes(&words));
		seal_buf_puts(w->out, "</li>");
		n++;
	}
	seal_buf_puts(w->out, "</ul>\n");
}

/* put_time - the day too, when the chart spans more than one */
static void put_time(struct seal_html *w, const struct chart *c, int64_t t)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_puts(w->out, "<span>");
	if (c->to_us - c->from_us < INT64_C(86400) * SEAL_SECOND_US) {
		seal_time_put_clock(w->out, t);
	} else {
		seal_time_put(&b, t);
		seal_buf_put(w->out, b.p, b.n < 10 ? b.n : 10);
		seal_buf_putc(w->out, ' ');
		seal_buf_put(w->out, b.n >= 16 ? b.p + 11 : "", b.n >= 16 ? 5 : 0);
	}
	seal_buf_puts(w->out, "</span>");
}

static void put_chart(struct seal_html *w, const struct chart *c, const struct seal_host *h)
{
	seal_buf_printf(
		w->out,
		"<div class=\"chart\"><div class=\"y\"><span>%llu</span><span>0</span></div>"
		"<svg role=\"img\" aria-label=\"messages waiting over time, at most %llu\">"
		"<line class=\"rule\" x1=\"0\" y1=\"18\" x2=\"100%%\" y2=\"18\"/>"
		"<line class=\"rule\" x1=\"0\" y1=\"%d\" x2=\"100%%\" y2=\"%d\"/>\n",
		(unsigned long long)c->top, (unsigned long long)c->top, HEIGHT, HEIGHT);
	put_bars(w, c);
	put_numbers(w, c);
	put_marks(w, c, h);
	seal_buf_puts(w->out, "</svg>\n<div class=\"x\">");
	put_time(w, c, c->from_us);
	put_time(w, c, c->from_us + (c->to_us - c->from_us) / 2);
	put_time(w, c, c->to_us);
	seal_buf_puts(w->out, "</div></div>\n");
	put_mark_words(w, c, h);
}

static void put_cause(struct seal_html *w, const struct seal_explanation *x, size_t i, bool link)
{
	const struct seal_cause_group *g = &x->groups.v[i];

	seal_buf_puts(w->out, "<li>");
	seal_picture_swatch(w, i);
	seal_buf_puts(w->out, "<span>");
	if (link)
		seal_buf_printf(w->out, "<a href=\"#c-%zu\">%s</a>", i + 1,
				seal_explain_class(g->cause->class_));
	else
		seal_buf_puts(w->out, seal_explain_class(g->cause->class_));
	seal_buf_printf(w->out, ", %s: ", seal_certainty_name(g->cause->certainty));
	seal_html_put(w, g->cause->title);
	seal_buf_printf(w->out, "</span><span class=\"mute\">%llu</span></li>\n",
			(unsigned long long)g->messages);
}

void seal_picture_waiting(struct seal_html *w, const struct seal_host *h,
			  const struct seal_explanation *x, bool link)
{
	struct chart c = {.x = x, .top = 1};

	find_span(&c, h);
	seal_buf_puts(w->out, "<figure class=\"card\">\n");
	if (c.any && count(&c, h) < 0)
		w->out->err = -ENOMEM;
	else if (c.any)
		put_chart(w, &c, h);
	seal_buf_puts(w->out, "<ol class=\"causes\">\n");
	for (size_t i = 0; i < x->groups.n; i++)
		put_cause(w, x, i, link);
	seal_buf_puts(w->out, "</ol>\n</figure>\n");
}
