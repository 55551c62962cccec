/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/finding.h"

#include "core/buf.h"

static const char *const severities[SEAL_GRADE_MAX_] = {
	[SEAL_GRADE_INFO] = "info",         [SEAL_GRADE_LOW] = "low",
	[SEAL_GRADE_MEDIUM] = "medium",     [SEAL_GRADE_HIGH] = "high",
	[SEAL_GRADE_CRITICAL] = "critical",
};

static const char *const statuses[SEAL_STATUS_MAX_] = {
	[SEAL_STATUS_PASS] = "pass",       [SEAL_STATUS_FAIL] = "fail",     [SEAL_STATUS_NA] = "na",
	[SEAL_STATUS_UNKNOWN] = "unknown", [SEAL_STATUS_WAIVED] = "waived",
};

static const struct {
	enum seal_role bit;
	const char *name;
} roles[] = {
	{SEAL_ROLE_NULL_CLIENT, "null-client"},
	{SEAL_ROLE_SUBMISSION, "submission"},
	{SEAL_ROLE_MX, "mx"},
	{SEAL_ROLE_RELAY, "relay"},
	{SEAL_ROLE_MAILSTORE, "mailstore"},
};

/* by key */
static const struct {
	const char *key, *title;
} benchmarks[] = {
	{"anssi", "ANSSI BP-028"},          {"cce9", "CCE for RHEL 9"},
	{"cis10", "CIS RHEL 10 v1.0.1"},    {"cis9", "CIS RHEL 9 v2.0.0"},
	{"cisd12", "CIS Debian 12 v1.1.0"}, {"lynis", "Lynis"},
	{"nist", "NIST 800-53r5"},          {"pci", "PCI-DSS v4.0"},
	{"ssg", "ComplianceAsCode"},        {"stig10", "DISA STIG RHEL 10 V1R2"},
	{"stig9", "DISA STIG RHEL 9 V2R9"},
};

const char *seal_benchmark_title(struct seal_bytes key)
{
	for (size_t i = 0; i < sizeof(benchmarks) / sizeof(*benchmarks); i++)
		if (seal_bytes_is(key, benchmarks[i].key))
			return benchmarks[i].title;
	return NULL;
}

const char *seal_benchmark_key(size_t i)
{
	return i < sizeof(benchmarks) / sizeof(*benchmarks) ? benchmarks[i].key : NULL;
}

const char *seal_grade_name(enum seal_grade s)
{
	return (unsigned)s < SEAL_GRADE_MAX_ ? severities[s] : NULL;
}

const char *seal_status_name(enum seal_status s)
{
	return (unsigned)s < SEAL_STATUS_MAX_ ? statuses[s] : NULL;
}

const char *seal_role_name(enum seal_role bit)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (roles[i].bit == bit)
			return roles[i].name;
	return NULL;
}

bool seal_grade_parse(struct seal_bytes word, enum seal_grade *ret)
{
	for (unsigned i = 0; i < SEAL_GRADE_MAX_; i++) {
		if (!seal_bytes_is(word, severities[i]))
			continue;
		*ret = (enum seal_grade)i;
		return true;
	}
	return false;
}

bool seal_role_parse(struct seal_bytes word, unsigned *ret)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		if (!seal_bytes_is(word, roles[i].name))
			continue;
		*ret = roles[i].bit;
		return true;
	}
	return false;
}

enum seal_gate_answer seal_gate_answer(const struct seal_gate *g)
{
	if (g->asked && g->failing)
		return SEAL_GATE_FAIL;
	if (g->wants_complete && !g->complete)
		return SEAL_GATE_INCOMPLETE;
	return g->asked || g->wants_complete ? SEAL_GATE_PASS : SEAL_GATE_NONE;
}

const char *seal_gate_name(enum seal_gate_answer v)
{
	static const char *const names[SEAL_GATE_MAX_] = {
		[SEAL_GATE_NONE] = "none",
		[SEAL_GATE_PASS] = "pass",
		[SEAL_GATE_INCOMPLETE] = "incomplete",
		[SEAL_GATE_FAIL] = "fail",
	};

	return (unsigned)v < SEAL_GATE_MAX_ ? names[v] : NULL;
}

void seal_findings_done(struct seal_findings *f)
{
	seal_vec_each (fix, &f->fixes) {
		seal_fix_done(fix);
	}
	seal_vec_done(&f->fixes);
	seal_vec_done(&f->v);
	seal_vec_done(&f->waivers);
}

void seal_object_put(struct seal_buf *b, const struct seal_finding *f)
{
	for (size_t i = 0; i < f->n_object; i++) {
		seal_buf_printf(b, "%s%s=", i ? " " : "", f->object[i].key);
		seal_buf_put(b, f->object[i].value.p, f->object[i].value.n);
	}
}
