/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach.h"

#include <netinet/in.h>

#include "core/enc.h"
#include "report/markdown.h"
#include "report/reach_words.h"

static void put_sentence(void *out, struct seal_bytes text)
{
	seal_enc_md(out, text);
	seal_buf_puts(out, "<br>");
}

static void put_row(struct seal_buf *out, const struct seal_path *p, const struct seal_path_row *r)
{
	seal_auto_buf struct seal_buf who = {0};

	seal_reach_who(&who, p, r, false);
	seal_reach_near(&who, r);
	seal_buf_printf(out, "| %s | ", seal_reach_word(&r->row.verdict));
	seal_enc_md(out, seal_buf_bytes(&who));
	seal_buf_puts(out, " | ");
	seal_reach_reasons(p, r, put_sentence, out);
	seal_buf_puts(out, " |\n");
}

static void put_path(struct seal_buf *out, const struct seal_path *p)
{
	seal_buf_printf(out, "\n#### %s %u/%s ", p->dir == SEAL_PACKET_IN ? "in" : "out", p->port,
			p->proto == IPPROTO_UDP ? "udp" : "tcp");
	seal_enc_md(out, p->purpose);
	if (p->interface.n) {
		seal_buf_puts(out, ", interface ");
		seal_enc_md(out, p->interface);
	}
	seal_buf_puts(out, "\n\n| Verdict | Whose packets | Why |\n|---|---|---|\n");
	seal_vec_each (r, &p->rows) {
		if (!seal_reach_is_clutter(p, r))
			put_row(out, p, r);
	}
}

void seal_report_reach_markdown(const struct seal_host *h, const struct seal_ruleset *rs,
				const struct seal_paths *p, struct seal_buf *out)
{
	seal_md_head(out, "reach", h);
	if (!rs)
		seal_buf_puts(out, "No ruleset could be read: nothing is known about who reaches "
				   "this host.\n");
	seal_vec_each (path, &p->paths) {
		put_path(out, path);
	}
	if (rs && !p->complete)
		seal_buf_puts(out, "\nNot every listener or next hop is known.\n");
	seal_md_sources(out, h);
}
