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

static void put_summary(struct seal_json *j, const struct seal_explanation *x)
{
	seal_json_object(j, "summary");
	seal_json_u64(j, "messages", x->messages.n);
	seal_json_u64(j, "waiting", x->n_waiting);
	seal_json_u64(j, "bounced", x->n_bounced);
	seal_json_u64(j, "causes", x->groups.n);
	seal_json_object_end(j);
}

void seal_report_explain_ndjson(const struct seal_host *h, const struct seal_explanation *x,
				struct seal_buf *out)
{
	struct seal_records r;
	size_t i;

	seal_records_run(&r, h, "explain", out);
	seal_record_end(&r);
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
	seal_records_end(&r);
	put_summary(&r.j, x);
	seal_record_end(&r);
}
