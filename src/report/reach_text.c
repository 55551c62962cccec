/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach.h"

#include <netinet/in.h>

#include "core/enc.h"
#include "report/reach_words.h"

#define WORD_COLUMN 6
#define TEXT_COLUMN 16

static const char *colour(const struct seal_fw_verdict *v)
{
	if (v->verdict == SEAL_FATE_ACCEPT)
		return v->reachable == SEAL_YES ? "\033[32m" : "\033[33m";
	return v->verdict == SEAL_FATE_DEPENDS ? "\033[33m" : "\033[31m";
}

static void put_sentence(void *out, struct seal_bytes text)
{
	seal_buf_printf(out, "%*s", TEXT_COLUMN, "");
	seal_text_wrap(out, TEXT_COLUMN, TEXT_COLUMN, text);
	seal_buf_putc(out, '\n');
}

static void put_row(struct seal_buf *out, const struct seal_path *p, const struct seal_path_row *r,
		    const struct seal_text_style *style)
{
	const struct seal_fw_verdict *v = &r->row.verdict;
	seal_auto_buf struct seal_buf who = {0};

	seal_reach_who(&who, p, r, style->verbose);
	if (p->dir == SEAL_PACKET_IN)
		seal_reach_near(&who, r);
	seal_buf_printf(out, "%*s%s%-10s%s", WORD_COLUMN, "", style->color ? colour(v) : "",
			seal_reach_word(v), style->color ? "\033[0m" : "");
	seal_text_wrap(out, TEXT_COLUMN, TEXT_COLUMN, seal_buf_bytes(&who));
	seal_buf_putc(out, '\n');
	seal_reach_reasons(p, r, put_sentence, out);
}

static void put_path(struct seal_buf *out, const struct seal_path *p,
		     const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf t = {0};

	seal_buf_printf(out, " %-4s %u/%s  ", p->dir == SEAL_PACKET_IN ? "in" : "out", p->port,
			p->proto == IPPROTO_UDP ? "udp" : "tcp");
	seal_buf_put(&t, p->purpose.p, p->purpose.n);
	if (p->dir == SEAL_PACKET_IN && seal_bytes_is(p->interface, "lo")) {
		seal_buf_puts(&t, ", this host alone");
	} else if (p->dir == SEAL_PACKET_IN && p->interface.n) {
		seal_buf_puts(&t, ", interface ");
		seal_buf_put(&t, p->interface.p, p->interface.n);
	} else if (p->dir == SEAL_PACKET_IN) {
		seal_buf_puts(&t, ", all interfaces");
	} else if (p->any_far) {
		seal_buf_puts(&t, " (address not known offline: all)");
	}
	seal_text_wrap(out, 16, 16, seal_buf_bytes(&t));
	seal_buf_putc(out, '\n');
	seal_vec_each (r, &p->rows) {
		if (style->verbose || !seal_reach_is_clutter(p, r))
			put_row(out, p, r, style);
	}
}

void seal_report_reach_text(const struct seal_host *h, const struct seal_ruleset *rs,
			    const struct seal_paths *p, const struct seal_text_style *style,
			    struct seal_buf *out)
{
	seal_text_head(out, h, style);
	seal_buf_puts(out, "\n\n");
	if (!rs)
		seal_buf_puts(out,
			      "No ruleset could be read: nothing is known about who reaches this "
			      "host.\n");
	else if (!p->paths.n)
		seal_buf_puts(out,
			      "No listener and no next hop is known to ask about; --in --port 25 "
			      "asks without them.\n");
	seal_vec_each (path, &p->paths) {
		put_path(out, path, style);
	}
	if (rs && !p->complete)
		seal_buf_puts(out,
			      "\nNot every listener or next hop is known: a table or a name could "
			      "not be read.\n");
	seal_buf_putc(out, '\n');
	seal_text_sources(out, h, 1u << SEAL_SOURCE_RULESET | 1u << SEAL_SOURCE_MAIN_CF, style);
}
