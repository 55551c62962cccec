/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/denials.h"

#include "report/html.h"

static void put_head(struct seal_html *w, const struct seal_host *h,
		     const struct seal_denial_report *r)
{
	seal_auto_buf struct seal_buf words = {0};
	struct seal_html_head head = {.verb = "denials", .state = r->groups.n ? "fail" : "pass"};

	if (r->groups.n)
		seal_buf_printf(&words, "%zu group%s of denials", r->groups.n,
				seal_text_plural(r->groups.n));
	else
		seal_buf_puts(&words, "No denials");
	head.words = seal_buf_bytes(&words);
	seal_html_begin(w, h, &head);
}

static void put_access(struct seal_html *w, const struct seal_denial_group *g)
{
	seal_html_code(w, g->source_type);
	seal_buf_puts(w->out, " &rarr; ");
	seal_html_code(w, g->target_type);
	seal_buf_puts(w->out, " : <code>");
	seal_html_put(w, g->tclass);
	seal_buf_puts(w->out, " {");
	seal_vec_each (p, &g->perms) {
		seal_buf_putc(w->out, ' ');
		seal_html_put(w, *p);
	}
	seal_buf_puts(w->out, " }</code>");
	if (g->port >= 0)
		seal_buf_printf(w->out, " port %d", g->port);
}

static void put_paths(struct seal_html *w, const struct seal_denial_group *g)
{
	const char *term = "<dt>path</dt>";
	size_t n = 0;

	seal_vec_each (p, &g->paths) {
		struct seal_bytes right;
		const char *wrong = seal_denial_mislabelled(g, p, &right);

		if (n++ == 5)
			break;
		seal_buf_printf(w->out, "%s<dd>", term);
		seal_html_code(w, p->path);
		if (wrong) {
			seal_buf_puts(w->out, wrong);
			seal_html_code(w, right);
		}
		seal_buf_puts(w->out, "</dd>\n");
		term = "";
	}
	if (g->paths.n > 5)
		seal_buf_printf(w->out, "<dd class=\"mute\">%zu more</dd>\n", g->paths.n - 5);
}

static void put_others(struct seal_html *w, const struct seal_denial_group *g)
{
	const char *open = "<details><summary>Other candidates</summary>\n<table><thead><tr>"
			   "<th>Kind</th><th>Opens</th><th>Why not</th></tr></thead>\n";

	for (size_t i = 0; i < g->candidates.n; i++) {
		const struct seal_fix *f = &g->candidates.v[i];
		seal_auto_buf struct seal_buf cost = {0};

		if ((int32_t)i == g->fix)
			continue;
		seal_text_fix_cost(&cost, f);
		seal_buf_printf(w->out, "%s<tr><td>%s</td><td>%.*s</td><td>", open,
				seal_fix_kind_name(f->kind), (int)cost.n, cost.n ? cost.p : "");
		seal_html_put(w, f->rejected.n ? f->rejected : f->why);
		seal_buf_puts(w->out, "</td></tr>\n");
		open = "";
	}
	if (!*open)
		seal_buf_puts(w->out, "</table></details>\n");
}

static void put_module(struct seal_html *w, const struct seal_fix *f)
{
	if (!f->module_cil.n)
		return;
	seal_buf_puts(w->out, "<details><summary>The module</summary><pre class=\"do\">");
	for (struct seal_bytes rest = f->module_cil; rest.n;) {
		seal_html_put(w, seal_bytes_cut(rest, '\n', &rest));
		seal_buf_putc(w->out, '\n');
	}
	seal_buf_puts(w->out, "</pre></details>\n");
}

static void put_group(struct seal_html *w, const struct seal_denial_group *g)
{
	const struct seal_fix *f = g->fix >= 0 ? &g->candidates.v[g->fix] : NULL;

	seal_buf_puts(w->out, "<article class=\"card\">\n<div class=\"row\">");
	seal_buf_printf(w->out, "<b>%llu time%s</b><span class=\"mute\">since ",
			(unsigned long long)g->count, seal_text_plural(g->count));
	seal_time_put_clock(w->out, g->first_us);
	seal_buf_puts(w->out, ", ");
	seal_html_put(w, g->members.v[0]->comm);
	seal_buf_puts(w->out, "</span>");
	if (g->permissive)
		seal_buf_puts(w->out, "<span class=\"pill unknown-on\">logged only</span>");
	if (g->stale)
		seal_buf_puts(w->out, "<span class=\"pill na-on\">allowed by now</span>");
	seal_buf_puts(w->out, "<span class=\"end\">");
	seal_html_origin(w, &g->members.v[0]->origin);
	seal_buf_puts(w->out, "</span></div>\n<h3>");
	put_access(w, g);
	seal_buf_puts(w->out, "</h3>\n<dl>\n");
	seal_html_row(w, "why", g->why);
	put_paths(w, g);
	if (f)
		seal_html_fix(w, f);
	else
		seal_html_row(w, "fix", seal_denial_no_fix(g));
	seal_buf_puts(w->out, "</dl>\n");
	if (f)
		put_module(w, f);
	put_others(w, g);
	seal_buf_puts(w->out, "</article>\n");
}

void seal_report_denials_html(const struct seal_host *h, const struct seal_denial_report *r,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	struct seal_html w = {out, style};

	put_head(&w, h, r);
	if (r->groups.n)
		seal_html_section(
			&w, "denials", "What SELinux denied",
			"Grouped by what one change mends; the fix is the cheapest one that "
			"suffices, tried on the policy in memory.");
	seal_vec_each (g, &r->groups) {
		put_group(&w, g);
	}
	seal_html_end(&w, h);
}
