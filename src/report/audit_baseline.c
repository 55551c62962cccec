/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_baseline.c - the failures that are accepted from now on: one line each, in the order of
 * their checks, so that a change of the file reads well in a review */
#include "report/audit.h"

#include "report/parts.h"

static void put_accepted(struct seal_buf *out, const struct seal_finding *f, bool first)
{
	seal_auto_buf struct seal_buf object = {0};
	struct seal_json j;

	seal_object_put(&object, f);
	if (object.err)
		out->err = object.err;
	seal_buf_puts(out, first ? "\n    " : ",\n    ");
	seal_json_init(&j, out, false);
	seal_json_object(&j, NULL);
	seal_json_bytes(&j, "id", f->rule->id);
	seal_json_text(&j, "status", seal_status_name(f->status));
	seal_json_bytes(&j, "object", seal_buf_bytes(&object));
	seal_json_text(&j, "fingerprint", f->fingerprint);
	seal_json_object_end(&j);
}

void seal_report_audit_baseline(const struct seal_host *h, const struct seal_findings *f,
				struct seal_buf *out)
{
	bool first = true;
	struct seal_json j;

	/* sources are left out: their counts change with every line of a log */
	seal_json_init(&j, out, true);
	seal_json_object(&j, NULL);
	seal_part_envelope_bare(&j, h, "baseline");
	seal_json_array(&j, "findings");
	seal_vec_each (it, &f->v) {
		if (it->status != SEAL_STATUS_FAIL)
			continue;
		put_accepted(out, it, first);
		first = false;
	}
	seal_buf_puts(out, first ? "" : "\n  ");
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
