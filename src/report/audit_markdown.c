/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_markdown.c - a comment for a merge request: the verdict, a table, the rest folded */
#include "report/audit.h"

#include "core/enc.h"
#include "report/markdown.h"

#define ROWS_SHOWN 20

/* struct rows - the findings of one status, the gravest first */
struct rows {
	const struct seal_findings *f;
	const struct seal_text_style *style;
	enum seal_status status;
	bool known; /* of the failures: those of the baseline, or the others */
};

static bool is_row(const struct rows *r, const struct seal_finding *f)
{
	return f->status == r->status && f->known == r->known;
}

static size_t count(const struct rows *r)
{
	size_t n = 0;

	seal_vec_each (f, &r->f->v) {
		n += is_row(r, f);
	}
	return n;
}

static void put_row(struct seal_buf *out, const struct rows *r, const struct seal_finding *f)
{
	seal_buf_printf(out, "| %s | %s | ", seal_status_name(f->status),
			seal_grade_name(f->severity));
	seal_enc_md(out, f->rule->id);
	seal_buf_puts(out, " | ");
	seal_enc_md(out, f->rule->title);
	seal_buf_puts(out, " | ");
	seal_md_put(out, r->style, f->waiver ? f->waiver->reason : f->detail);
	seal_buf_puts(out, " |\n");
}

/* put_table - rows @from on, at most @max */
static void put_table(struct seal_buf *out, const struct rows *r, size_t from, size_t max)
{
	size_t n = 0;

	seal_buf_puts(out, "| Status | Severity | Check | Title | Found |\n"
			   "|---|---|---|---|---|\n");
	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		seal_vec_each (it, &r->f->v) {
			if (!is_row(r, it) || (int)it->severity != s)
				continue;
			if (n >= from && n - from < max)
				put_row(out, r, it);
			n++;
		}
}

static void put_folded(struct seal_buf *out, const struct rows *r, size_t from, const char *what)
{
	size_t n = count(r);

	if (n <= from)
		return;
	seal_buf_printf(out, "\n<details><summary>%zu %s</summary>\n\n", n - from, what);
	put_table(out, r, from, SIZE_MAX);
	seal_buf_puts(out, "\n</details>\n");
}

static void put_verdict(struct seal_buf *out, const struct seal_findings *f)
{
	static const char *const words[SEAL_GATE_MAX_] = {
		[SEAL_GATE_NONE] = "",
		[SEAL_GATE_PASS] = "Passes: ",
		[SEAL_GATE_INCOMPLETE] = "Incomplete: ",
		[SEAL_GATE_FAIL] = "Fails: ",
	};

	seal_buf_printf(out, "**%s%zu fail**, %zu pass, %zu unknown, %zu waived, %zu do not apply",
			words[seal_gate_answer(&f->gate)], f->n[SEAL_STATUS_FAIL],
			f->n[SEAL_STATUS_PASS], f->n[SEAL_STATUS_UNKNOWN], f->n[SEAL_STATUS_WAIVED],
			f->n[SEAL_STATUS_NA]);
	if (f->n[SEAL_STATUS_FAIL])
		seal_buf_printf(out, "; worst: %s", seal_grade_name(f->worst));
	if (f->gate.asked)
		seal_buf_printf(out, "; %zu at or above %s", f->gate.failing,
				seal_grade_name(f->gate.fail_on));
	if (f->has_baseline)
		seal_buf_printf(out, "; %zu of the failures are in the baseline", f->n_known);
	seal_buf_puts(out, ".\n\n");
}

static void put_waivers(struct seal_buf *out, const struct seal_findings *f)
{
	seal_vec_each (w, &f->waivers) {
		if (w->used && !w->expired)
			continue;
		seal_buf_puts(out, "\nWaiver of ");
		seal_enc_md(out, w->id);
		seal_buf_puts(out, w->expired ? " expired on " : " matches nothing, expires on ");
		seal_enc_md(out, w->expires);
		seal_buf_puts(out, ", owner ");
		seal_enc_md(out, w->owner);
		seal_buf_puts(out, ".\n");
	}
}

void seal_report_audit_markdown(const struct seal_host *h, const struct seal_findings *f,
				const struct seal_text_style *style, struct seal_buf *out)
{
	struct rows fresh = {f, style, SEAL_STATUS_FAIL, false};
	struct rows known = {f, style, SEAL_STATUS_FAIL, true};
	struct rows unknown = {f, style, SEAL_STATUS_UNKNOWN, false};
	struct rows waived = {f, style, SEAL_STATUS_WAIVED, false};

	seal_md_head(out, "audit", h);
	put_verdict(out, f);
	if (count(&fresh))
		put_table(out, &fresh, 0, ROWS_SHOWN);
	put_waivers(out, f);
	put_folded(out, &fresh, ROWS_SHOWN, "more failures");
	put_folded(out, &known, 0, "failures of the baseline");
	put_folded(out, &unknown, 0, "unknown");
	put_folded(out, &waived, 0, "waived");
	seal_md_sources(out, h);
}
