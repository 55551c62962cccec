/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/audit.h"

#include "report/prometheus.h"

#define VERB "audit"

static void put_findings(struct seal_buf *out, const struct seal_findings *f)
{
	uint64_t n[SEAL_STATUS_MAX_][SEAL_GRADE_MAX_] = {0};

	seal_vec_each (it, &f->v) {
		n[it->status][it->severity]++;
	}
	seal_prom_family(out, VERB, "findings", "Findings by status and severity.");
	for (unsigned i = 0; i < SEAL_STATUS_MAX_; i++)
		for (unsigned k = 0; k < SEAL_GRADE_MAX_; k++) {
			const char *status = seal_status_name((enum seal_status)i);
			const char *severity = seal_grade_name((enum seal_grade)k);
			struct seal_prom_label labels[] = {{"status", seal_bytes_of(status)},
							   {"severity", seal_bytes_of(severity)},
							   {0}};

			seal_prom_sample(out, VERB, "findings", labels, n[i][k]);
		}
}

/* put_checks - findings are in the order of their checks */
static void put_checks(struct seal_buf *out, const struct seal_findings *f)
{
	seal_prom_family(out, VERB, "check_failures",
			 "Failures of each check, those of the baseline left out.");
	for (size_t i = 0; i < f->v.n;) {
		const struct seal_check_rule *rule = f->v.v[i].rule;
		struct seal_prom_label labels[] = {
			{"check", rule->id},
			{"severity", seal_bytes_of(seal_grade_name(rule->severity))},
			{0}};
		uint64_t n = 0;

		for (; i < f->v.n && f->v.v[i].rule == rule; i++)
			n += f->v.v[i].status == SEAL_STATUS_FAIL && !f->v.v[i].known;
		seal_prom_sample(out, VERB, "check_failures", labels, n);
	}
}

static void put_waivers(struct seal_buf *out, const struct seal_findings *f)
{
	uint64_t used = 0, unused = 0, expired = 0;
	struct seal_prom_label labels[3][2] = {{{"state", SEAL_LIT("used")}, {0}},
					       {{"state", SEAL_LIT("unused")}, {0}},
					       {{"state", SEAL_LIT("expired")}, {0}}};

	seal_vec_each (w, &f->waivers) {
		expired += w->expired;
		used += !w->expired && w->used;
		unused += !w->expired && !w->used;
	}
	seal_prom_family(out, VERB, "waivers", "Waivers by state.");
	seal_prom_sample(out, VERB, "waivers", labels[0], used);
	seal_prom_sample(out, VERB, "waivers", labels[1], unused);
	seal_prom_sample(out, VERB, "waivers", labels[2], expired);
}

void seal_report_audit_prometheus(const struct seal_host *h, const struct seal_findings *f,
				  int64_t now_us, struct seal_buf *out)
{
	seal_prom_run(out, h, VERB, now_us);
	put_findings(out, f);
	put_checks(out, f);
	put_waivers(out, f);
	seal_prom_family(out, VERB, "gate_failures",
			 "Failures at or above --fail-on; 0 without that option.");
	seal_prom_sample(out, VERB, "gate_failures", NULL, f->gate.failing);
}
