/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/diff.h"

#include "checks/difference.h"
#include "core/enc.h"

#define INDENT 2

/* put_side - "before  golden-1.json    mail, debian-12, postfix 3.7.11, SELinux enforcing" */
static void put_side(struct seal_buf *out, const char *word, const struct seal_rows *r)
{
	const struct seal_bytes parts[] = {r->host, r->distro, r->mta};
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_puts(&b, r->name);
	seal_buf_puts(&b, "   ");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!parts[i].n)
			continue;
		seal_buf_puts(&b, " ");
		seal_buf_put(&b, parts[i].p, parts[i].n);
		seal_buf_puts(&b, ",");
	}
	seal_buf_puts(&b, " SELinux ");
	seal_buf_put(&b, r->selinux.p, r->selinux.n);
	if (!r->complete)
		seal_buf_puts(&b, ", some evidence could not be read");
	seal_text_row(out, 0, word, seal_buf_bytes(&b));
}

/* put_was - "unknown before", "unknown now": what the other report says of it */
static void put_was(struct seal_buf *out, const struct seal_drifted *c)
{
	bool fresh = c->change == SEAL_DRIFT_NEW;
	enum seal_status s = fresh ? c->before : c->after;
	const char *name = s == SEAL_STATUS_MAX_ ? "not asked" : seal_status_name(s);
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_puts(&b, name);
	seal_text_row(out, INDENT, fresh ? "before" : "now", seal_buf_bytes(&b));
}

static void put_change(struct seal_buf *out, const struct seal_drifted *c,
		       const struct seal_text_style *style)
{
	bool mark = style->color && c->change == SEAL_DRIFT_NEW;

	seal_buf_puts(out, mark ? "\033[1m" : "");
	seal_buf_printf(out, "%-10s", seal_drift_name(c->change));
	seal_buf_puts(out, mark ? "\033[0m" : "");
	seal_buf_printf(out, "%-9s", seal_grade_name(c->row->severity));
	seal_enc_tty(out, c->row->id);
	seal_buf_puts(out, "  ");
	seal_text_wrap(out, 28, 28, c->row->title);
	seal_buf_putc(out, '\n');
	if (c->row->detail.n)
		seal_text_row(out, INDENT, "what", c->row->detail);
	put_was(out, c);
}

void seal_report_diff_text(const struct seal_difference *d, const struct seal_text_style *style,
			   struct seal_buf *out)
{
	put_side(out, "before", d->before);
	put_side(out, "after", d->after);
	seal_buf_printf(out, "\n%zu new, %zu gone, %zu the same", d->n[SEAL_DRIFT_NEW],
			d->n[SEAL_DRIFT_GONE], d->n_same);
	for (unsigned i = SEAL_DRIFT_WAIVED; i < SEAL_DRIFT_MAX_; i++)
		if (d->n[i])
			seal_buf_printf(out, ", %zu %s", d->n[i],
					seal_drift_name((enum seal_drift)i));
	seal_buf_puts(out, d->v.n ? "\n\n" : "\n");
	seal_vec_each (c, &d->v) {
		put_change(out, c, style);
	}
}
