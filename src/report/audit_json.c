/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/audit.h"

#include <stdio.h>

#include "report/parts.h"

static void put_object(struct seal_json *j, const struct seal_finding *f)
{
	seal_json_object(j, "object");
	for (size_t i = 0; i < f->n_object; i++)
		seal_json_bytes(j, f->object[i].key, f->object[i].value);
	seal_json_object_end(j);
}

static void put_references(struct seal_json *j, const struct seal_check_rule *r)
{
	seal_json_object(j, "references");
	seal_vec_each (ref, &r->references) {
		seal_json_array(j, ref->benchmark.p);
		seal_vec_each (item, &ref->items) {
			seal_json_bytes(j, NULL, *item);
		}
		seal_json_array_end(j);
	}
	seal_json_object_end(j);
}

void seal_part_waiver(struct seal_json *j, const struct seal_waiver *w)
{
	seal_json_bytes(j, "id", w->id);
	seal_json_bytes(j, "object", w->object);
	seal_json_bytes(j, "reason", w->reason);
	seal_json_bytes(j, "owner", w->owner);
	seal_json_bytes(j, "expires", w->expires);
	seal_json_bytes(j, "reference", w->reference);
	seal_json_text(j, "state", w->expired ? "expired" : w->used ? "used" : "unused");
}

void seal_part_finding(struct seal_json *j, const struct seal_finding *f)
{
	seal_json_bytes(j, "id", f->rule->id);
	seal_json_text(j, "status", seal_status_name(f->status));
	seal_json_text(j, "severity", seal_grade_name(f->severity));
	seal_json_bytes(j, "area", f->rule->area);
	seal_json_bytes(j, "title", f->rule->title);
	put_object(j, f);
	seal_json_bytes(j, "detail", f->detail);
	seal_json_bytes(j, "advice", f->rule->advice);
	seal_json_bytes(j, "conflict", f->rule->conflict);
	put_references(j, f->rule);
	seal_json_text(j, "fingerprint", f->fingerprint);
	seal_json_bool(j, "known", f->known);
	if (f->waiver) {
		seal_json_object(j, "waiver");
		seal_part_waiver(j, f->waiver);
		seal_json_object_end(j);
	} else {
		seal_json_null(j, "waiver");
	}
	if (f->fix >= 0) {
		char id[24];

		snprintf(id, sizeof(id), "fix-%d", f->fix + 1);
		seal_json_text(j, "fix", id);
	} else {
		seal_json_null(j, "fix");
	}
	seal_json_array(j, "evidence");
	if (f->origin.path.n) {
		seal_json_object(j, NULL);
		seal_json_bytes(j, "text", f->detail);
		seal_report_origin(j, "origin", &f->origin);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

void seal_part_summary(struct seal_json *j, const struct seal_findings *f)
{
	seal_json_object(j, "summary");
	for (unsigned i = 0; i < SEAL_STATUS_MAX_; i++)
		seal_json_u64(j, seal_status_name((enum seal_status)i), f->n[i]);
	seal_json_u64(j, "known", f->n_known);
	seal_json_text(j, "worst", f->n[SEAL_STATUS_FAIL] ? seal_grade_name(f->worst) : NULL);
	seal_json_object_end(j);
}

void seal_part_roles(struct seal_json *j, const struct seal_findings *f)
{
	seal_json_array(j, "roles");
	for (unsigned bit = 1; bit & SEAL_ROLE_ALL; bit <<= 1)
		if (f->roles & bit)
			seal_json_text(j, NULL, seal_role_name((enum seal_role)bit));
	seal_json_array_end(j);
	seal_json_bytes(j, "roles_why", f->roles_why);
}

void seal_part_gate(struct seal_json *j, const struct seal_gate *g)
{
	seal_json_object(j, "gate");
	seal_json_text(j, "fail_on", g->asked ? seal_grade_name(g->fail_on) : NULL);
	seal_json_u64(j, "failing", g->failing);
	seal_json_bool(j, "require_complete", g->wants_complete);
	seal_json_text(j, "verdict", seal_gate_name(seal_gate_answer(g)));
	seal_json_object_end(j);
}

void seal_report_audit_json(const struct seal_host *h, const struct seal_findings *f,
			    struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, h, "audit");
	seal_part_roles(&j, f);
	seal_part_summary(&j, f);
	seal_part_gate(&j, &f->gate);
	seal_json_array(&j, "findings");
	seal_vec_each (it, &f->v) {
		seal_json_object(&j, NULL);
		seal_part_finding(&j, it);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_json_array(&j, "waivers");
	seal_vec_each (w, &f->waivers) {
		seal_json_object(&j, NULL);
		seal_part_waiver(&j, w);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_report_fixes(&j, f->fixes.v, f->fixes.n);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
