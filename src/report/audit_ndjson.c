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

void seal_report_audit_failed(const char *root, const char *why, struct seal_buf *out)
{
	struct seal_source_state row = {.source = SEAL_SOURCE_FILES,
					.path = seal_bytes_of("."),
					.status = SEAL_READ_UNREADABLE,
					.detail = seal_bytes_of(why),
					.first_us = SEAL_TIME_NONE,
					.last_us = SEAL_TIME_NONE};
	struct seal_host h = {.root = root};
	struct seal_bytes path = seal_bytes_of(root);
	struct seal_records r;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	h.name = path;
	for (size_t i = 0; i + 1 < path.n; i++)
		if (path.p[i] == '/')
			h.name = seal_bytes_from(path, i + 1);
	h.sources.v = &row;
	h.sources.n = 1;
	seal_records_run(&r, &h, "audit", out);
	seal_record_end(&r);
}
