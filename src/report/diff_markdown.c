/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/diff.h"

#include "checks/difference.h"
#include "core/enc.h"
#include "report/markdown.h"

static void put_side(struct seal_buf *out, const char *word, const struct seal_rows *r)
{
	seal_buf_printf(out, "%s: ", word);
	seal_enc_md(out, seal_bytes_of(r->name));
	if (r->host.n) {
		seal_buf_puts(out, ", host ");
		seal_enc_md(out, r->host);
	}
	if (!r->complete)
		seal_buf_puts(out, ", some evidence could not be read");
	seal_buf_puts(out, "<br>\n");
}

void seal_report_diff_markdown(const struct seal_difference *d, const struct seal_text_style *style,
			       struct seal_buf *out)
{
	seal_buf_printf(out, "### postseal diff\n\n**%s%zu new**, %zu gone, %zu the same",
			seal_gate_answer(&d->gate) == SEAL_GATE_FAIL ? "Fails: " : "",
			d->n[SEAL_DRIFT_NEW], d->n[SEAL_DRIFT_GONE], d->n_same);
	for (unsigned i = SEAL_DRIFT_WAIVED; i < SEAL_DRIFT_MAX_; i++)
		if (d->n[i])
			seal_buf_printf(out, ", %zu %s", d->n[i],
					seal_drift_name((enum seal_drift)i));
	seal_buf_puts(out, ".\n\n");
	put_side(out, "Before", d->before);
	put_side(out, "After", d->after);
	if (!d->v.n)
		return;
	seal_buf_puts(out, "\n| Change | Severity | Check | Title | Found |\n"
			   "|---|---|---|---|---|\n");
	seal_vec_each (c, &d->v) {
		seal_buf_printf(out, "| %s | %s | ", seal_drift_name(c->change),
				seal_grade_name(c->row->severity));
		seal_enc_md(out, c->row->id);
		seal_buf_puts(out, " | ");
		seal_enc_md(out, c->row->title);
		seal_buf_puts(out, " | ");
		seal_md_put(out, style, c->row->detail);
		seal_buf_puts(out, " |\n");
	}
}
