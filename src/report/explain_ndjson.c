/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>

#include "report/parts.h"
#include "report/records.h"

static void put_fingerprint(struct seal_records *r, const struct seal_explained_message *m)
{
	char fingerprint[SEAL_FINGERPRINT_SIZE];

	if (seal_fingerprint_message(m, fingerprint) < 0)
		r->j.out->err = -ENOMEM;
	seal_json_text(&r->j, "fingerprint", fingerprint);
}

void seal_report_explain_ndjson(const struct seal_host *h, const struct seal_explanation *x,
				struct seal_buf *out)
{
	struct seal_records r;
	size_t i;

	seal_records_run(&r, h, "explain", out);
	seal_record_end(&r);
	seal_vec_each (l, &x->story) {
		seal_record(&r, "story");
		seal_part_story_line(&r.j, l);
		seal_record_end(&r);
	}
	seal_vec_each (m, &x->messages) {
		seal_record(&r, "message");
		put_fingerprint(&r, m);
		seal_part_message(&r.j, x, m);
		seal_record_end(&r);
	}
	seal_vec_each (g, &x->groups) {
		seal_record(&r, "cause");
		seal_part_cause(&r.j, g);
		seal_record_end(&r);
	}
	for (i = 0; i < x->fixes.n; i++) {
		seal_record(&r, "fix");
		seal_part_fix(&r.j, &x->fixes.v[i], i + 1);
		seal_record_end(&r);
	}
	if (x->health) {
		seal_record(&r, "queue");
		seal_part_queue(&r.j, x);
		seal_record_end(&r);
	}
	seal_records_end(&r);
	seal_part_explain_summary(&r.j, x);
	seal_record_end(&r);
}
