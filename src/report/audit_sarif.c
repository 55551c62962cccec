/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_sarif.c - SARIF 2.1.0, as code scanning of forges reads it. A result needs a file: findings
 * without one get the file that governs their area. */
#include "report/audit.h"

#include "core/enc.h"
#include "report/redact.h"

#define RESULTS_MAX 5000 /* what GitHub keeps of a run */

static const char *level_of(enum seal_grade s)
{
	if (s >= SEAL_GRADE_HIGH)
		return "error";
	return s == SEAL_GRADE_MEDIUM ? "warning" : "note";
}

static const char *score_of(enum seal_grade s)
{
	static const char *const scores[SEAL_GRADE_MAX_] = {"1.0", "3.0", "5.0", "8.0", "9.5"};

	return scores[s];
}

/* governing_file - a stable place for findings that no line shows */
static const char *governing_file(struct seal_bytes area)
{
	static const struct {
		const char *area, *path;
	} files[] = {
		{"audit", "etc/audit/auditd.conf"},    {"firewall-in", "etc/nftables.conf"},
		{"firewall-out", "etc/nftables.conf"}, {"postfix", "etc/postfix/main.cf"},
		{"queue", "etc/postfix/main.cf"},      {"tls", "etc/postfix/main.cf"},
		{"delivery", "etc/postfix/main.cf"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (seal_bytes_is(area, files[i].area))
			return files[i].path;
	return "etc/selinux/config";
}

static void put_location(struct seal_json *j, const struct seal_finding *f,
			 const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf uri = {0}, object = {0}, shown = {0};

	seal_enc_uri(&uri, f->origin.path);
	if (!uri.n)
		seal_buf_puts(&uri, governing_file(f->rule->area));
	seal_object_put(&object, f);
	seal_json_array(j, "locations");
	seal_json_object(j, NULL);
	seal_json_object(j, "physicalLocation");
	seal_json_object(j, "artifactLocation");
	seal_json_bytes(j, "uri", seal_buf_bytes(&uri));
	seal_json_object_end(j);
	seal_json_object(j, "region");
	seal_json_u64(j, "startLine", f->origin.line ? f->origin.line : 1);
	seal_json_object_end(j);
	seal_json_object_end(j);
	if (object.n) {
		seal_json_array(j, "logicalLocations");
		seal_json_object(j, NULL);
		seal_json_object(j, "properties");
		seal_json_bytes(j, "object",
				seal_passed_on(&shown, style, seal_buf_bytes(&object)));
		seal_json_object_end(j);
		seal_json_object_end(j);
		seal_json_array_end(j);
	}
	seal_json_object_end(j);
	seal_json_array_end(j);
}

/* struct answer - what every part is told */
struct answer {
	const struct seal_findings *f;
	const struct seal_text_style *style;
};

static void put_message(struct seal_json *j, const char *key, struct seal_bytes text)
{
	/* an empty text is no message; control bytes come out visible, as on a terminal */
	seal_auto_buf struct seal_buf b = {0};

	seal_enc_tty(&b, text.n ? text : SEAL_LIT("-"));
	seal_json_object(j, key);
	seal_json_bytes(j, "text", seal_buf_bytes(&b));
	seal_json_object_end(j);
}

static void put_result(struct seal_json *j, const struct seal_finding *f, const struct answer *a)
{
	seal_auto_buf struct seal_buf shown = {0};

	seal_json_object(j, NULL);
	seal_json_bytes(j, "ruleId", f->rule->id);
	seal_json_text(j, "kind", "fail");
	seal_json_text(j, "level", level_of(f->severity));
	put_message(j, "message",
		    seal_passed_on(&shown, a->style, f->detail.n ? f->detail : f->rule->title));
	put_location(j, f, a->style);
	seal_json_object(j, "partialFingerprints");
	seal_json_text(j, "postseal/v1", f->fingerprint);
	seal_json_text(j, "primaryLocationLineHash", f->fingerprint);
	seal_json_object_end(j);
	if (a->f->has_baseline)
		seal_json_text(j, "baselineState", f->known ? "unchanged" : "new");
	if (f->waiver) {
		seal_auto_buf struct seal_buf b = {0};

		seal_enc_tty(&b, f->waiver->reason);
		seal_json_array(j, "suppressions");
		seal_json_object(j, NULL);
		seal_json_text(j, "kind", "external");
		seal_json_bytes(j, "justification", seal_buf_bytes(&b));
		seal_json_object_end(j);
		seal_json_array_end(j);
	}
	seal_json_object_end(j);
}

static void put_rule(struct seal_json *j, const struct seal_check_rule *r)
{
	seal_json_object(j, NULL);
	seal_json_bytes(j, "id", r->id);
	put_message(j, "shortDescription", r->title);
	put_message(j, "fullDescription", r->rationale);
	put_message(j, "help", r->advice);
	seal_json_object(j, "defaultConfiguration");
	seal_json_text(j, "level", level_of(r->severity));
	seal_json_object_end(j);
	seal_json_object(j, "properties");
	seal_json_text(j, "security-severity", score_of(r->severity));
	seal_json_array(j, "tags");
	seal_json_text(j, NULL, "security");
	seal_json_bytes(j, NULL, r->area);
	seal_json_array_end(j);
	seal_json_object_end(j);
	seal_json_object_end(j);
}

static void put_rules(struct seal_json *j, const struct seal_findings *f)
{
	const struct seal_check_rule *last = NULL;

	seal_json_array(j, "rules");
	seal_vec_each (it, &f->v) {
		if (it->rule == last)
			continue;
		last = it->rule;
		put_rule(j, it->rule);
	}
	seal_json_array_end(j);
}

/* put_unknown - what could not be judged is no result: a notification of the run */
static void put_unknown(struct seal_json *j, const struct answer *a)
{
	seal_auto_buf struct seal_buf shown = {0};

	seal_json_array(j, "invocations");
	seal_json_object(j, NULL);
	seal_json_bool(j, "executionSuccessful", true);
	seal_json_array(j, "toolExecutionNotifications");
	seal_vec_each (it, &a->f->v) {
		if (it->status != SEAL_STATUS_UNKNOWN)
			continue;
		seal_json_object(j, NULL);
		seal_json_text(j, "level", "warning");
		seal_json_object(j, "associatedRule");
		seal_json_bytes(j, "id", it->rule->id);
		seal_json_object_end(j);
		put_message(j, "message", seal_passed_on(&shown, a->style, it->detail));
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_object_end(j);
	seal_json_array_end(j);
}

static void put_results(struct seal_json *j, const struct answer *a)
{
	size_t n = 0;

	/* the gravest first: the rest is what a forge throws away */
	seal_json_array(j, "results");
	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		seal_vec_each (it, &a->f->v) {
			if ((int)it->severity != s ||
			    (it->status != SEAL_STATUS_FAIL && it->status != SEAL_STATUS_WAIVED))
				continue;
			if (n++ < RESULTS_MAX)
				put_result(j, it, a);
		}
	seal_json_array_end(j);
}

void seal_report_audit_sarif(const struct seal_host *h, const struct seal_findings *f,
			     const struct seal_text_style *style, struct seal_buf *out)
{
	const struct answer a = {f, style};
	struct seal_json j;

	(void)h;
	seal_json_init(&j, out, true);
	seal_json_object(&j, NULL);
	seal_json_text(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	seal_json_text(&j, "version", "2.1.0");
	seal_json_array(&j, "runs");
	seal_json_object(&j, NULL);
	seal_json_object(&j, "tool");
	seal_json_object(&j, "driver");
	seal_json_text(&j, "name", "postseal");
	seal_json_text(&j, "version", SEAL_VERSION);
	put_rules(&j, f);
	seal_json_object_end(&j);
	seal_json_object_end(&j);
	put_unknown(&j, &a);
	put_results(&j, &a);
	seal_json_object_end(&j);
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
