/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_markdown.c - a comment for a merge request: the verdict, a table, the rest folded. All that
 * comes from the evidence stands in code spans. */
#include "report/audit.h"

#include "core/enc.h"

#define ROWS_SHOWN 20

static void put_row(struct seal_buf *out, const struct seal_finding *f)
{
	seal_buf_printf(out, "| %s | %s | ", seal_status_name(f->status),
			seal_grade_name(f->severity));
	seal_enc_md(out, f->rule->id);
	seal_buf_puts(out, " | ");
	seal_enc_md(out, f->rule->title);
	seal_buf_puts(out, " | ");
	seal_enc_md(out, f->detail);
	seal_buf_puts(out, " |\n");
}

static void put_head(struct seal_buf *out)
{
	seal_buf_puts(out, "| Status | Severity | Check | Title | Found |\n"
			   "|---|---|---|---|---|\n");
}

/* put_table - rows @from on of one status, the gravest first, at most @max. Returns how many there
 * are in all */
static size_t put_table(struct seal_buf *out, const struct seal_findings *f, enum seal_status st,
			size_t from, size_t max)
{
	size_t n = 0;

	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		seal_vec_each (it, &f->v) {
			if (it->status != st || (int)it->severity != s)
				continue;
			if (n >= from && n - from < max)
				put_row(out, it);
			n++;
		}
	return n;
}

static void put_folded(struct seal_buf *out, const struct seal_findings *f, enum seal_status st,
		       size_t from, const char *what)
{
	if (f->n[st] <= from)
		return;
	seal_buf_printf(out, "\n<details><summary>%zu %s</summary>\n\n", f->n[st] - from, what);
	put_head(out);
	put_table(out, f, st, from, SIZE_MAX);
	seal_buf_puts(out, "\n</details>\n");
}

void seal_report_audit_markdown(const struct seal_host *h, const struct seal_findings *f,
				struct seal_buf *out)
{
	seal_buf_puts(out, "### postseal audit of ");
	seal_enc_md(out, h->name.n ? h->name : seal_bytes_of(h->root));
	seal_buf_printf(out,
			"\n\n**%zu fail**, %zu pass, %zu unknown, %zu waived, %zu do not apply",
			f->n[SEAL_STATUS_FAIL], f->n[SEAL_STATUS_PASS], f->n[SEAL_STATUS_UNKNOWN],
			f->n[SEAL_STATUS_WAIVED], f->n[SEAL_STATUS_NA]);
	if (f->n[SEAL_STATUS_FAIL])
		seal_buf_printf(out, "; worst: %s", seal_grade_name(f->worst));
	if (f->has_baseline)
		seal_buf_printf(out, "; %zu of the failures are in the baseline", f->n_known);
	seal_buf_puts(out, ".\n\n");
	if (f->n[SEAL_STATUS_FAIL]) {
		put_head(out);
		put_table(out, f, SEAL_STATUS_FAIL, 0, ROWS_SHOWN);
	}
	put_folded(out, f, SEAL_STATUS_FAIL, ROWS_SHOWN, "more failures");
	put_folded(out, f, SEAL_STATUS_UNKNOWN, 0, "unknown");
	put_folded(out, f, SEAL_STATUS_WAIVED, 0, "waived");
}
