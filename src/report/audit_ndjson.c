/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/audit.h"

#include "report/parts.h"
#include "report/records.h"

void seal_report_audit_ndjson(const struct seal_host *h, const struct seal_findings *f,
			      struct seal_buf *out)
{
	struct seal_records r;

	seal_records_run(&r, h, "audit", out);
	seal_part_roles(&r.j, f);
	seal_record_end(&r);
	seal_vec_each (it, &f->v) {
		seal_record(&r, "finding");
		seal_part_finding(&r.j, it);
		seal_record_end(&r);
	}
	seal_vec_each (w, &f->waivers) {
		seal_record(&r, "waiver");
		seal_part_waiver(&r.j, w);
		seal_record_end(&r);
	}
	seal_records_end(&r);
	seal_part_summary(&r.j, f);
	seal_part_gate(&r.j, &f->gate);
	seal_record_end(&r);
}
