/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_junit.c - JUnit XML: a testsuite an area, failures as <failure>, what could not be judged
 * as <error>, what was waived or does not apply as <skipped> */
#include "report/audit.h"

#include "core/enc.h"
#include "report/redact.h"

struct counts {
	size_t all, failures, errors, skipped;
};

static void count(struct counts *c, const struct seal_finding *f)
{
	c->all++;
	c->failures += f->status == SEAL_STATUS_FAIL && !f->known;
	c->errors += f->status == SEAL_STATUS_UNKNOWN;
	c->skipped += f->status == SEAL_STATUS_NA || f->status == SEAL_STATUS_WAIVED || f->known;
}

static void put_counts(struct seal_buf *out, const struct counts *c)
{
	seal_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
			c->all, c->failures, c->errors, c->skipped);
}

static void put_element(struct seal_buf *out, const char *name, const struct seal_finding *f,
			const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_printf(out, "      <%s", name);
	if (strcmp(name, "skipped") != 0)
		seal_buf_printf(out, " type=\"%s\"", seal_grade_name(f->severity));
	seal_buf_puts(out, " message=\"");
	seal_enc_xml(out, seal_passed_on(&b, style, f->waiver ? f->waiver->reason : f->detail));
	seal_buf_puts(out, "\"/>\n");
}

static void put_case(struct seal_buf *out, const struct seal_finding *f,
		     const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf object = {0}, b = {0};

	seal_object_put(&object, f);
	seal_buf_puts(out, "    <testcase classname=\"postseal.");
	seal_enc_xml(out, f->rule->area);
	seal_buf_puts(out, "\" name=\"");
	seal_enc_xml(out, f->rule->id);
	seal_buf_puts(out, " ");
	seal_enc_xml(out, f->rule->title);
	if (object.n) {
		seal_buf_puts(out, " [");
		seal_enc_xml(out, seal_passed_on(&b, style, seal_buf_bytes(&object)));
		seal_buf_puts(out, "]");
	}
	seal_buf_puts(out, "\" time=\"0\">\n");
	if (f->status == SEAL_STATUS_UNKNOWN)
		put_element(out, "error", f, style);
	else if (f->status == SEAL_STATUS_FAIL && !f->known)
		put_element(out, "failure", f, style);
	else if (f->status != SEAL_STATUS_PASS)
		put_element(out, "skipped", f, style);
	seal_buf_puts(out, "    </testcase>\n");
}

static void put_suite(struct seal_buf *out, const struct seal_findings *f, struct seal_bytes area,
		      const struct seal_text_style *style)
{
	struct counts c = {0};

	seal_vec_each (it, &f->v) {
		if (seal_bytes_eq(it->rule->area, area))
			count(&c, it);
	}
	seal_buf_puts(out, "  <testsuite name=\"");
	seal_enc_xml(out, area);
	seal_buf_putc(out, '"');
	put_counts(out, &c);
	seal_buf_puts(out, " time=\"0\">\n");
	seal_vec_each (it, &f->v) {
		if (seal_bytes_eq(it->rule->area, area))
			put_case(out, it, style);
	}
	seal_buf_puts(out, "  </testsuite>\n");
}

void seal_report_audit_junit(const struct seal_host *h, const struct seal_findings *f,
			     const struct seal_text_style *style, struct seal_buf *out)
{
	struct counts c = {0};

	(void)h;
	seal_vec_each (it, &f->v) {
		count(&c, it);
	}
	seal_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			   "<testsuites name=\"postseal audit\"");
	seal_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", c.all, c.failures,
			c.errors);
	seal_buf_puts(out, " time=\"0\">\n");
	/* an area at its first row */
	for (size_t i = 0; i < f->v.n; i++) {
		size_t k = 0;

		while (!seal_bytes_eq(f->v.v[k].rule->area, f->v.v[i].rule->area))
			k++;
		if (k == i)
			put_suite(out, f, f->v.v[i].rule->area, style);
	}
	seal_buf_puts(out, "</testsuites>\n");
}
