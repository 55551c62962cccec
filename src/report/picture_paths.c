/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/pictures.h"

#include <netinet/in.h>

#include "report/reach_words.h"

/* the firewall is a wall, drawn in every lane: a gap where packets pass, bricks where they do not.
 * The outside world is on the left, this host on the right. */

enum lane {
	LANE_OPEN,
	LANE_SHUT,
	LANE_MAYBE,
	LANE_NOWHERE, /* no rule stops it, there is no route */
};

static enum lane lane_of(const struct seal_fw_verdict *v)
{
	if (v->verdict == SEAL_FATE_DEPENDS)
		return LANE_MAYBE;
	if (v->verdict == SEAL_FATE_UNROUTED)
		return LANE_NOWHERE;
	if (v->verdict != SEAL_FATE_ACCEPT)
		return LANE_SHUT;
	if (v->reachable == SEAL_NO)
		return v->later_chain ? LANE_SHUT : LANE_NOWHERE;
	return v->reachable == SEAL_MAYBE ? LANE_MAYBE : LANE_OPEN;
}

static const char *state_of(enum lane l)
{
	static const char *const states[] = {
		[LANE_OPEN] = "pass",
		[LANE_SHUT] = "fail",
		[LANE_MAYBE] = "unknown",
		[LANE_NOWHERE] = "na",
	};

	return states[l];
}

const char *seal_picture_path_state(const struct seal_path *p)
{
	enum lane best = LANE_SHUT;

	seal_vec_each (r, &p->rows) {
		enum lane l = lane_of(&r->row.verdict);

		if (l == LANE_OPEN)
			return state_of(l);
		if (l == LANE_MAYBE)
			best = l;
	}
	return state_of(best);
}

static void put_flow(struct seal_html *w, bool in, enum lane l)
{
	/* from the dot to the wall's face, or through it to the other side */
	const char *from = in ? "6%" : "94%", *to = in ? "94%" : "6%";
	const char *face = in ? "45%" : "55%";
	bool through = l == LANE_OPEN || l == LANE_MAYBE;

	seal_buf_printf(w->out, "<circle class=\"dot\" cx=\"%s\" cy=\"19\" r=\"4\"/>", from);
	seal_buf_printf(w->out, "<line class=\"flow%s\" x1=\"%s\" y1=\"19\" x2=\"%s\" y2=\"19\"/>",
			l == LANE_MAYBE ? " maybe" : "", from, through ? to : face);
	if (through)
		seal_buf_printf(w->out,
				"<svg x=\"%s\" y=\"13\" width=\"12\" height=\"12\" "
				"overflow=\"visible\"><path class=\"head\" d=\"%s\"/></svg>",
				to, in ? "M4 6L-6 0v12z" : "M-4 6L6 0v12z");
	else
		seal_buf_printf(
			w->out,
			"<svg x=\"%s\" y=\"12\" width=\"14\" height=\"14\" "
			"overflow=\"visible\"><rect class=\"stop\" x=\"-7\" width=\"14\" "
			"height=\"14\" rx=\"3\"/><path class=\"cross\" d=\"M-3 4l6 6m0-6l-6 6\"/>"
			"</svg>",
			face);
}

static void put_wall(struct seal_html *w, enum lane l)
{
	seal_buf_puts(w->out, "<svg x=\"50%\" width=\"8\" height=\"100%\" overflow=\"visible\">");
	if (l == LANE_OPEN || l == LANE_MAYBE)
		seal_buf_puts(w->out, "<rect class=\"brick\" x=\"-4\" width=\"8\" height=\"10\"/>"
				      "<rect class=\"brick\" x=\"-4\" y=\"28\" width=\"8\" "
				      "height=\"100%\"/>");
	else
		seal_buf_puts(w->out, "<rect class=\"brick\" x=\"-4\" width=\"8\" "
				      "height=\"100%\"/>");
	seal_buf_puts(w->out, "</svg>");
}

static void put_sentence(void *data, struct seal_bytes text)
{
	struct seal_html *w = data;

	seal_buf_puts(w->out, "<p class=\"why\">");
	seal_html_put(w, text);
	seal_buf_puts(w->out, "</p>");
}

static void put_row(struct seal_html *w, const struct seal_path *p, const struct seal_path_row *r)
{
	const struct seal_fw_verdict *v = &r->row.verdict;
	seal_auto_buf struct seal_buf who = {0};
	enum lane l = lane_of(v);

	seal_reach_who(&who, p, r, false);
	if (p->dir == SEAL_PACKET_IN)
		seal_reach_near(&who, r);
	seal_buf_puts(w->out, "<div class=\"lane\"><div class=\"far\">");
	seal_html_put(w, seal_buf_bytes(&who));
	seal_buf_printf(w->out, "</div><div class=\"wall %s\"><svg aria-hidden=\"true\">",
			state_of(l));
	put_wall(w, l);
	put_flow(w, p->dir == SEAL_PACKET_IN, l);
	seal_buf_printf(w->out, "</svg></div><div class=\"say\"><b class=\"%s\">%s</b>",
			state_of(l), seal_reach_word(v));
	seal_reach_reasons(p, r, put_sentence, w);
	seal_buf_puts(w->out, "</div></div>\n");
}

static void put_path(struct seal_html *w, const struct seal_path *p)
{
	bool in = p->dir == SEAL_PACKET_IN;

	seal_buf_printf(w->out, "<div class=\"path\"><h3>%s %u/%s <span class=\"mute\">",
			in ? "In" : "Out", p->port, p->proto == IPPROTO_UDP ? "udp" : "tcp");
	seal_html_put(w, p->purpose);
	if (in && p->interface.n) {
		seal_buf_puts(w->out, ", interface ");
		seal_html_put(w, p->interface);
	}
	if (!in && p->any_far)
		seal_buf_puts(w->out, ", address not known offline");
	seal_buf_puts(w->out, "</span></h3>\n<div class=\"lanes\">\n"
			      "<div class=\"lane ends\" aria-hidden=\"true\"><div class=\"far\">"
			      "outside</div><div class=\"mid\">firewall</div><div>this host</div>"
			      "</div>\n");
	seal_vec_each (r, &p->rows) {
		if (!seal_reach_is_clutter(p, r))
			put_row(w, p, r);
	}
	seal_buf_puts(w->out, "</div></div>\n");
}

void seal_picture_paths(struct seal_html *w, const struct seal_paths *p)
{
	size_t n = 0;

	if (!p->paths.n)
		seal_buf_puts(w->out, "<p class=\"note\">No listener and no next hop is known to "
				      "ask about.</p>\n");
	else
		seal_buf_puts(w->out, "<figure class=\"card\">\n");
	seal_vec_each (path, &p->paths) {
		if (n++ < SEAL_PICTURE_PATHS)
			put_path(w, path);
	}
	if (n)
		seal_buf_puts(w->out, "</figure>\n");
	if (n > SEAL_PICTURE_PATHS)
		seal_buf_printf(w->out,
				"<p class=\"note\">%zu more path%s not drawn; reach in JSON has "
				"all.</p>\n",
				n - SEAL_PICTURE_PATHS,
				n == SEAL_PICTURE_PATHS + 1 ? " is" : "s are");
	if (!p->complete)
		seal_buf_puts(w->out,
			      "<p class=\"note\">Not every listener or next hop is known: a "
			      "table or a name could not be read.</p>\n");
}
