/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/pictures.h"

/* the areas of rules/checks in words; others stand as they are */
static struct seal_bytes area_words(struct seal_bytes area)
{
	static const struct {
		const char *area, *words;
	} known[] = {
		{"audit", "Audit"},
		{"booleans", "Booleans"},
		{"delivery", "Delivery"},
		{"domains", "Domains"},
		{"firewall-in", "Firewall, incoming"},
		{"firewall-out", "Firewall, outgoing"},
		{"labels", "File labels"},
		{"modules", "Policy modules"},
		{"ports", "Port labels"},
		{"postfix", "Postfix"},
		{"queue", "Queue"},
		{"selinux-state", "SELinux state"},
		{"tls", "Certificates"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (seal_bytes_is(area, known[i].area))
			return seal_bytes_of(known[i].words);
	return area;
}

/* the worst state first */
static const enum seal_status order[SEAL_STATUS_MAX_] = {
	SEAL_STATUS_FAIL, SEAL_STATUS_UNKNOWN, SEAL_STATUS_WAIVED, SEAL_STATUS_PASS, SEAL_STATUS_NA,
};

static unsigned rank(enum seal_status s)
{
	unsigned i = 0;

	while (i < SEAL_STATUS_MAX_ && order[i] != s)
		i++;
	return i;
}

bool seal_picture_is_told(const struct seal_findings *f, const struct seal_finding *it)
{
	const struct seal_finding *end = f->v.v + f->v.n, *k;

	for (k = it; k > f->v.v && k[-1].rule == it->rule; k--)
		if (rank(k[-1].status) <= rank(it->status))
			return false;
	for (k = it + 1; k < end && k->rule == it->rule; k++)
		if (rank(k->status) < rank(it->status))
			return false;
	return true;
}

static void put_cell(struct seal_html *w, const struct seal_finding *f)
{
	const char *state = seal_status_name(f->status);

	seal_buf_puts(w->out, "<a href=\"#f-");
	seal_html_put(w, f->rule->id);
	seal_buf_puts(w->out, "\" title=\"");
	seal_html_put(w, f->rule->id);
	seal_buf_printf(w->out, " %s: ", state);
	seal_html_put(w, f->rule->title);
	seal_buf_puts(w->out, "\">");
	seal_html_icon(w, state);
	seal_buf_puts(w->out, "</a>");
}

static void put_area(struct seal_html *w, const struct seal_findings *f, struct seal_bytes area)
{
	size_t n[SEAL_STATUS_MAX_] = {0};
	const char *before = "";

	for (size_t i = 0; i < f->v.n; i++)
		if (seal_bytes_eq(f->v.v[i].rule->area, area) &&
		    seal_picture_is_told(f, &f->v.v[i]))
			n[f->v.v[i].status]++;
	seal_buf_puts(w->out, "<li><div><span>");
	seal_html_put(w, area_words(area));
	seal_buf_puts(w->out, "</span><span class=\"mute\">");
	for (unsigned s = 0; s < 3; s++) {
		if (!n[order[s]])
			continue;
		seal_buf_printf(w->out, "%s<span class=\"%s\">%zu %s</span>", before,
				seal_status_name(order[s]), n[order[s]],
				seal_status_name(order[s]));
		before = ", ";
	}
	if (!*before)
		seal_buf_printf(w->out, "%zu pass", n[SEAL_STATUS_PASS]);
	seal_buf_puts(w->out, "</span></div>\n<div class=\"cells\">");
	for (unsigned s = 0; s < SEAL_STATUS_MAX_; s++)
		for (size_t i = 0; i < f->v.n; i++)
			if (f->v.v[i].status == order[s] &&
			    seal_bytes_eq(f->v.v[i].rule->area, area) &&
			    seal_picture_is_told(f, &f->v.v[i]))
				put_cell(w, &f->v.v[i]);
	seal_buf_puts(w->out, "</div></li>\n");
}

static void put_key(struct seal_html *w)
{
	static const char *const words[SEAL_STATUS_MAX_] = {
		[SEAL_STATUS_FAIL] = "fails",        [SEAL_STATUS_UNKNOWN] = "not known",
		[SEAL_STATUS_WAIVED] = "waived",     [SEAL_STATUS_PASS] = "passes",
		[SEAL_STATUS_NA] = "does not apply",
	};

	seal_buf_puts(w->out, "<ul class=\"key\">");
	for (unsigned s = 0; s < SEAL_STATUS_MAX_; s++) {
		seal_buf_puts(w->out, "<li>");
		seal_html_icon(w, seal_status_name(order[s]));
		seal_buf_printf(w->out, "%s</li>", words[order[s]]);
	}
	seal_buf_puts(w->out, "</ul>\n");
}

void seal_picture_areas(struct seal_html *w, const struct seal_findings *f)
{
	seal_buf_puts(w->out, "<figure class=\"card\">\n<ul class=\"areas\">\n");
	/* an area at its first row */
	for (size_t i = 0; i < f->v.n; i++) {
		size_t k = 0;

		while (!seal_bytes_eq(f->v.v[k].rule->area, f->v.v[i].rule->area))
			k++;
		if (k == i)
			put_area(w, f, f->v.v[i].rule->area);
	}
	seal_buf_puts(w->out, "</ul>\n");
	put_key(w);
	seal_buf_puts(w->out, "</figure>\n");
}
