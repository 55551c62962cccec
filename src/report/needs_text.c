/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enc.h"
#include "report/needs.h"

/* put_row - "  word      text", wrapped below the text */
static void put_row(struct seal_buf *out, const char *word, struct seal_bytes text)
{
	seal_buf_printf(out, "  %-11s", word);
	seal_text_wrap(out, 13, 13, text);
	seal_buf_putc(out, '\n');
}

static void put_place(struct seal_buf *b, const struct seal_origin *o)
{
	if (!o->path.n)
		return;
	seal_buf_puts(b, " (");
	seal_buf_put(b, o->path.p, o->path.n);
	if (o->line)
		seal_buf_printf(b, ":%llu", (unsigned long long)o->line);
	seal_buf_puts(b, ")");
}

/* put_layer - ", SELinux: missing": a layer that has a say */
static void put_layer(struct seal_buf *b, const char *name, enum seal_grant g)
{
	if (g != SEAL_GRANT_NONE)
		seal_buf_printf(b, "; %s: %s", name, seal_grant_name(g));
}

static void put_item(struct seal_buf *out, const struct seal_need_item *item)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, item->subject.p, item->subject.n);
	seal_buf_puts(&b, "  ");
	seal_buf_put(&b, item->purpose.p, item->purpose.n);
	if (item->selinux == SEAL_GRANT_MISSING) {
		seal_buf_puts(&b, "; SELinux: ");
		seal_buf_put(&b, item->source_type.p, item->source_type.n);
		seal_buf_printf(&b, " has no %s on ", item->perms);
		seal_buf_put(&b, item->target_type.p, item->target_type.n);
	} else {
		put_layer(&b, "SELinux", item->selinux);
	}
	if (item->boolean.n) {
		seal_buf_puts(&b, " by boolean ");
		seal_buf_put(&b, item->boolean.p, item->boolean.n);
	}
	put_layer(&b, "firewall", item->firewall);
	put_place(&b, &item->origin);
	put_row(out, item->kind, seal_buf_bytes(&b));
}

static bool is_state(const struct seal_need_item *item, enum seal_grant g)
{
	if (g != SEAL_GRANT_GRANTED)
		return item->selinux == g || item->firewall == g;
	return item->selinux != SEAL_GRANT_MISSING && item->firewall != SEAL_GRANT_MISSING &&
	       item->selinux != SEAL_GRANT_UNKNOWN && item->firewall != SEAL_GRANT_UNKNOWN;
}

static size_t put_items(struct seal_buf *out, const struct seal_needs *n, enum seal_grant g,
			const char *title, bool show)
{
	size_t found = 0;

	seal_vec_each (item, &n->items) {
		if (!is_state(item, g) ||
		    (g == SEAL_GRANT_UNKNOWN && is_state(item, SEAL_GRANT_MISSING)))
			continue;
		if (!found++ && show)
			seal_buf_printf(out, "%s\n", title);
		if (show)
			put_item(out, item);
	}
	if (found && show)
		seal_buf_putc(out, '\n');
	return found;
}

static void put_excess(struct seal_buf *out, const struct seal_needs *n)
{
	if (n->excess.n)
		seal_buf_puts(out, "Open, and not used\n");
	seal_vec_each (e, &n->excess) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_put(&b, e->subject.p, e->subject.n);
		seal_buf_puts(&b, "  ");
		seal_buf_put(&b, e->detail.p, e->detail.n);
		put_place(&b, &e->origin);
		put_row(out, e->kind, seal_buf_bytes(&b));
	}
	if (n->excess.n)
		seal_buf_putc(out, '\n');
}

static void put_what_if(struct seal_buf *out, const struct seal_needs *n,
			const struct seal_what_if *w)
{
	seal_buf_puts(out, "What if ");
	seal_enc_tty(out, w->question);
	seal_buf_printf(out, ": %s\n", seal_what_if_verdict(w));
	seal_vec_each (b, &w->breaks) {
		seal_auto_buf struct seal_buf line = {0};

		seal_buf_put(&line, b->subject.p, b->subject.n);
		seal_buf_puts(&line, "  ");
		if (b->item >= 0) {
			const struct seal_need_item *item = &n->items.v[b->item];

			seal_buf_put(&line, item->purpose.p, item->purpose.n);
			seal_buf_puts(&line, ": ");
		}
		seal_buf_put(&line, b->why.p, b->why.n);
		put_place(&line, &b->origin);
		put_row(out, b->certain ? "breaks" : "maybe", seal_buf_bytes(&line));
	}
	if (w->why.n)
		put_row(out, "note", w->why);
	seal_buf_putc(out, '\n');
}

void seal_report_needs_text(const struct seal_host *h, const struct seal_needs *n,
			    const struct seal_text_style *style, struct seal_buf *out)
{
	size_t missing, unknown, granted;

	seal_text_head(out, h, style);
	missing = put_items(out, n, SEAL_GRANT_MISSING, "", false);
	unknown = put_items(out, n, SEAL_GRANT_UNKNOWN, "", false);
	granted = put_items(out, n, SEAL_GRANT_GRANTED, "", false);
	seal_buf_printf(out,
			"\nneeds: %zu missing, %zu unknown, %zu granted; %zu open and not "
			"used%s\n\n",
			missing, unknown, granted, n->excess.n,
			n->complete ? "" : "; not all of the configuration could be read");
	seal_vec_each (w, &n->what_if) {
		put_what_if(out, n, w);
	}
	put_items(out, n, SEAL_GRANT_MISSING, "Missing: mail breaks", true);
	put_items(out, n, SEAL_GRANT_UNKNOWN, "Not known", true);
	put_excess(out, n);
	put_items(out, n, SEAL_GRANT_GRANTED, "Granted", style->verbose || !n->what_if.n);
	seal_text_sources(out, h,
			  1u << SEAL_SOURCE_MAIN_CF | 1u << SEAL_SOURCE_POLICY |
				  1u << SEAL_SOURCE_RULESET,
			  style);
}
