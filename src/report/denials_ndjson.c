/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/denials.h"

#include <errno.h>

#include "report/parts.h"
#include "report/records.h"

static void put_summary(struct seal_json *j, const struct seal_denial_report *report)
{
	uint64_t count = 0, mail = 0, open = 0;

	seal_vec_each (g, &report->groups) {
		count += g->count;
		mail += g->mail;
		open += g->fix < 0;
	}
	seal_json_object(j, "summary");
	seal_json_u64(j, "denials", report->groups.n);
	seal_json_u64(j, "mail", mail);
	seal_json_u64(j, "count", count);
	seal_json_u64(j, "without_fix", open);
	seal_json_object_end(j);
}

void seal_report_denials_ndjson(const struct seal_host *h, const struct seal_denial_report *report,
				struct seal_buf *out)
{
	struct seal_denial_fixes fixes = {0};
	struct seal_records r;
	size_t i;

	if (seal_denial_fixes(report, &fixes) < 0)
		out->err = -ENOMEM;
	seal_records_run(&r, h, "denials", out);
	seal_record_end(&r);
	for (i = 0; !out->err && i < report->groups.n; i++) {
		seal_record(&r, "denial");
		seal_part_denial(&r.j, &report->groups.v[i], fixes.numbers.v[i]);
		seal_record_end(&r);
	}
	for (i = 0; i < fixes.v.n; i++) {
		seal_record(&r, "fix");
		seal_part_fix(&r.j, &fixes.v.v[i], i + 1);
		seal_record_end(&r);
	}
	seal_records_end(&r);
	put_summary(&r.j, report);
	seal_record_end(&r);
	seal_denial_fixes_done(&fixes);
}
