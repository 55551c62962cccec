/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/audit.h"

#include "core/enc.h"

#define INDENT 2

static void put_roles(struct seal_buf *out, const struct seal_findings *f)
{
	seal_auto_buf struct seal_buf b = {0};

	if (!f->roles)
		seal_buf_puts(&b, "not known, ");
	seal_buf_put(&b, f->roles_why.p, f->roles_why.n);
	seal_text_row(out, 0, "role", seal_buf_bytes(&b));
}

static void put_title(struct seal_buf *out, const struct seal_finding *f,
		      const struct seal_text_style *style)
{
	bool mark = style->color && f->status == SEAL_STATUS_FAIL;

	seal_buf_puts(out, mark ? "\033[1m" : "");
	seal_buf_printf(out, "%-8s", seal_status_name(f->status));
	seal_buf_puts(out, mark ? "\033[0m" : "");
	seal_buf_printf(out, "%-9s", seal_grade_name(f->severity));
	seal_enc_tty(out, f->rule->id);
	seal_buf_puts(out, "  ");
	seal_text_wrap(out, 26, 26, f->rule->title);
	seal_buf_putc(out, '\n');
}

static void put_place(struct seal_buf *out, const struct seal_finding *f)
{
	seal_auto_buf struct seal_buf b = {0};

	if (!f->origin.path.n)
		return;
	seal_buf_put(&b, f->origin.path.p, f->origin.path.n);
	if (f->origin.line)
		seal_buf_printf(&b, ":%llu", (unsigned long long)f->origin.line);
	seal_text_row(out, INDENT, "where", seal_buf_bytes(&b));
}

static void put_finding(struct seal_buf *out, const struct seal_finding *f,
			const struct seal_text_style *style)
{
	put_title(out, f, style);
	if (f->detail.n)
		seal_text_row(out, INDENT, f->status == SEAL_STATUS_UNKNOWN ? "lacks" : "what",
			      f->detail);
	put_place(out, f);
	if (f->status != SEAL_STATUS_FAIL && f->status != SEAL_STATUS_WAIVED)
		return;
	seal_text_row(out, INDENT, "why", f->rule->rationale);
	seal_text_row(out, INDENT, "fix", f->rule->advice);
	if (f->rule->conflict.n)
		seal_text_row(out, INDENT, "note", f->rule->conflict);
	if (f->known)
		seal_text_row(out, INDENT, "known", SEAL_LIT("the baseline has it"));
	if (f->waiver)
		seal_text_row(out, INDENT, "waived", f->waiver->reason);
}

static void put_waivers(struct seal_buf *out, const struct seal_findings *f)
{
	seal_vec_each (w, &f->waivers) {
		seal_auto_buf struct seal_buf b = {0};

		if (w->used && !w->expired)
			continue;
		seal_buf_put(&b, w->id.p, w->id.n);
		seal_buf_puts(&b, w->expired ? " expired on " : " matches nothing, expires on ");
		seal_buf_put(&b, w->expires.p, w->expires.n);
		seal_buf_puts(&b, ", owner ");
		seal_buf_put(&b, w->owner.p, w->owner.n);
		seal_text_row(out, 0, "waiver", seal_buf_bytes(&b));
	}
}

/* put_rows - the rows of one status, the gravest first */
static void put_rows(struct seal_buf *out, const struct seal_findings *f, enum seal_status status,
		     const struct seal_text_style *style)
{
	bool some = false;

	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		seal_vec_each (it, &f->v) {
			if (it->status != status || (int)it->severity != s)
				continue;
			put_finding(out, it, style);
			some = true;
		}
	if (some)
		seal_buf_putc(out, '\n');
}

void seal_report_audit_text(const struct seal_host *h, const struct seal_findings *f,
			    const struct seal_text_style *style, struct seal_buf *out)
{
	seal_text_head(out, h, style);
	seal_buf_printf(out, "\n%zu fail, %zu pass, %zu unknown, %zu waived, %zu do not apply",
			f->n[SEAL_STATUS_FAIL], f->n[SEAL_STATUS_PASS], f->n[SEAL_STATUS_UNKNOWN],
			f->n[SEAL_STATUS_WAIVED], f->n[SEAL_STATUS_NA]);
	if (f->n[SEAL_STATUS_FAIL])
		seal_buf_printf(out, "; worst: %s", seal_grade_name(f->worst));
	if (f->has_baseline)
		seal_buf_printf(out, "; %zu of the failures are in the baseline", f->n_known);
	seal_buf_putc(out, '\n');
	put_roles(out, f);
	seal_buf_putc(out, '\n');
	put_rows(out, f, SEAL_STATUS_FAIL, style);
	put_rows(out, f, SEAL_STATUS_WAIVED, style);
	put_rows(out, f, SEAL_STATUS_UNKNOWN, style);
	if (style->verbose) {
		put_rows(out, f, SEAL_STATUS_PASS, style);
		put_rows(out, f, SEAL_STATUS_NA, style);
	}
	put_waivers(out, f);
	seal_text_sources(out, h, ~0u, style);
}
