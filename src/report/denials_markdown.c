/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/denials.h"

#include "core/enc.h"
#include "report/markdown.h"

static void put_group(struct seal_buf *out, const struct seal_denial_group *g,
		      const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf access = {0}, when = {0};

	seal_denial_access(&access, g);
	seal_buf_puts(out, "\n#### ");
	seal_md_put(out, style, seal_buf_bytes(&access));
	seal_buf_puts(out, "\n\n");
	seal_buf_printf(&when, "%llu, since ", (unsigned long long)g->count);
	seal_time_put_clock(&when, g->first_us);
	seal_md_item(out, style, "times", seal_buf_bytes(&when));
	seal_md_item(out, style, "why", g->why);
	if (g->paths.n)
		seal_md_item(out, style, "path", g->paths.v[0].path);
	if (g->fix < 0) {
		seal_md_item(out, style, "fix", seal_denial_no_fix(g));
		return;
	}
	seal_md_fix(out, &g->candidates.v[g->fix]);
	seal_md_item(out, style, "fix", g->candidates.v[g->fix].why);
}

void seal_report_denials_markdown(const struct seal_host *h, const struct seal_denial_report *r,
				  const struct seal_text_style *style, struct seal_buf *out)
{
	seal_md_head(out, "denials", h);
	seal_buf_printf(out, "**%zu group%s of denials**\n", r->groups.n,
			seal_text_plural(r->groups.n));
	seal_vec_each (g, &r->groups) {
		put_group(out, g, style);
	}
	seal_md_sources(out, h);
}
