/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach.h"

#include "report/html.h"
#include "report/pictures.h"

/* put_sum - how many paths are open, and what that makes of the page */
static const char *put_sum(struct seal_buf *words, const struct seal_paths *p)
{
	size_t shut = 0, maybe = 0;

	seal_vec_each (path, &p->paths) {
		const char *state = seal_picture_path_state(path);

		shut += strcmp(state, "fail") == 0;
		maybe += strcmp(state, "unknown") == 0;
	}
	seal_buf_printf(words, "%zu of %zu path%s open", p->paths.n - shut - maybe, p->paths.n,
			seal_text_plural(p->paths.n));
	if (shut)
		seal_buf_printf(words, ", %zu closed", shut);
	if (maybe)
		seal_buf_printf(words, ", %zu depend%s", maybe, maybe == 1 ? "s" : "");
	if (!p->paths.n)
		return "na";
	return shut ? "fail" : maybe || !p->complete ? "unknown" : "pass";
}

void seal_report_reach_html(const struct seal_host *h, const struct seal_ruleset *rs,
			    const struct seal_paths *p, const struct seal_text_style *style,
			    struct seal_buf *out)
{
	struct seal_html w = {out, style};
	seal_auto_buf struct seal_buf words = {0};
	struct seal_html_head head = {.verb = "reach", .state = "unknown"};

	if (rs)
		head.state = put_sum(&words, p);
	else
		seal_buf_puts(&words, "No ruleset could be read");
	head.words = seal_buf_bytes(&words);
	seal_html_begin(&w, h, &head);
	if (rs || p->paths.n) {
		seal_html_section(&w, "paths", "Who reaches SMTP, and where mail may go",
				  "Every listener and next hop of the configuration, asked of the "
				  "firewall ruleset.");
		seal_picture_paths(&w, p);
	}
	seal_html_end(&w, h);
}
