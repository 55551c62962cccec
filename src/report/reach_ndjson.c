/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach.h"

#include "report/parts.h"
#include "report/records.h"

void seal_report_reach_ndjson(const struct seal_host *h, const struct seal_ruleset *rs,
			      const struct seal_paths *p, struct seal_buf *out)
{
	struct seal_records r;

	seal_records_run(&r, h, "reach", out);
	seal_json_bool(&r.j, "ruleset_read", rs != NULL);
	seal_json_bool(&r.j, "paths_complete", p->complete);
	seal_record_end(&r);
	seal_vec_each (path, &p->paths) {
		seal_record(&r, "path");
		seal_part_path(&r.j, path);
		seal_record_end(&r);
	}
	seal_records_end(&r);
	seal_json_object(&r.j, "summary");
	seal_json_u64(&r.j, "paths", p->paths.n);
	seal_json_object_end(&r.j);
	seal_record_end(&r);
}
