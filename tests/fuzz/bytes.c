/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/reason/reason.h"
#include "core/buf.h"
#include "core/root_partial.h"
#include "core/time.h"
#include "evidence/audit/avc.h"
#include "evidence/audit/record.h"
#include "evidence/bundle/mask.h"
#include "evidence/firewall/nft_json.h"
#include "evidence/firewall/topology.h"
#include "evidence/postfix/log_line.h"
#include "evidence/postfix/log_text.h"
#include "evidence/postfix/queue_file.h"
#include "evidence/postfix/queue_json.h"
#include "evidence/postfix/queue_log.h"
#include "evidence/rules/yaml.h"
#include "evidence/selinux/policy.h"
#include "fuzz.h"
#include "root.h"

/* bytes.c - parsers that take bytes */

static struct seal_bytes bytes(const uint8_t *p, size_t n)
{
	return (struct seal_bytes){(const char *)p, n};
}

void fuzz_address(const uint8_t *p, size_t n)
{
	struct seal_bytes rest = bytes(p, n), word;
	struct seal_addr a;
	int64_t t;

	while ((word = seal_bytes_word(&rest)).n) {
		fuzz_must(seal_addr_parse(word, &a) < 0 || a.bits == 32 || a.bits == 128);
		if (seal_time_parse(word, &t) < 0)
			continue;
		(void)seal_time_rfc3339(word, &t);
	}
}

void fuzz_audit_record(const uint8_t *p, size_t n)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_audit_record r = {0};
	struct seal_bytes text, line = bytes(p, n);
	uint64_t number;

	(void)seal_audit_wanted(line);
	if (seal_audit_record_parse(line, &r) || seal_audit_record_parse_kernel(line, &r)) {
		(void)seal_audit_field_text(arena, r.body, "comm", &text);
		(void)seal_audit_field_text(arena, r.body, "name", &text);
		(void)seal_audit_number(r.body, "pid", 10, &number);
		(void)seal_audit_number(r.body, "a0", 16, &number);
	}
	(void)seal_audit_text(arena, line, &text);
	seal_arena_free(arena);
}

void fuzz_avc(const uint8_t *p, size_t n)
{
	struct seal_audit_record r = {0};
	struct seal_buf key = {0};
	struct seal_avc avc = {0};

	if (seal_audit_record_parse(bytes(p, n), &r) && seal_avc_parse(&r, &avc) >= 0) {
		(void)seal_avc_is_sound(&avc);
		(void)seal_avc_key(&avc, &key);
		(void)seal_avc_pid(&avc);
	}
	(void)seal_context_type(bytes(p, n));
	seal_buf_done(&key);
}

void fuzz_mail_line(const uint8_t *p, size_t n)
{
	struct seal_log_clock clock = {.year = 2026};
	struct seal_bytes text, value;
	struct seal_log_reject reject = {0};
	struct seal_log_status status = {0};
	struct seal_log_tag tag = {0};
	struct seal_log_line line;
	size_t at = 0;

	if (!seal_log_line_parse(&clock, bytes(p, n), &line))
		return;
	text = line.text;
	(void)seal_log_tag_parse(line.tag, &tag);
	(void)seal_log_take_severity(&text);
	(void)seal_log_find_queue_id(text, &at);
	(void)seal_log_take_queue_id(&text);
	(void)seal_log_status_parse(text, &status);
	(void)seal_log_reject_parse(text, &reject);
	(void)seal_log_exit_pid(text);
	(void)seal_log_take_sender(&text, &value);
	(void)seal_log_value(text, "relay");
}

void fuzz_queue_file(const uint8_t *p, size_t n)
{
	struct seal_envelope *e = calloc(1, sizeof(*e));
	struct seal_arena *arena = seal_arena_new();
	struct seal_envelope *masked = calloc(1, sizeof(*masked));
	char *copy = malloc(n + !n);
	int fd = fuzz_memfd(p, n);

	fuzz_must(e && masked && arena && copy);
	fuzz_must(seal_envelope_read(fd, arena, e) == 0);
	close(fd);
	/* what a bundle keeps of it holds no content */
	if (n)
		memcpy(copy, p, n);
	seal_mask_message(copy, n);
	fd = fuzz_memfd(copy, n);
	fuzz_must(seal_envelope_read(fd, arena, masked) == 0);
	close(fd);
	seal_envelope_done(e);
	seal_envelope_done(masked);
	seal_arena_free(arena);
	free(copy);
	free(masked);
	free(e);
}

void fuzz_queue_log(const uint8_t *p, size_t n)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_queue_log log = {0};

	fuzz_must(seal_queue_log_parse(bytes(p, n), SEAL_RCPT_DEFERRED, arena, &log) == 0);
	seal_vec_done(&log.recipients);
	seal_arena_free(arena);
}

void fuzz_queue_json(const uint8_t *p, size_t n)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_message m = {0};

	if (seal_queue_json_parse(bytes(p, n), arena, &m) == 0)
		seal_vec_done(&m.recipients);
	seal_arena_free(arena);
}

void fuzz_nft_json(const uint8_t *p, size_t n)
{
	struct seal_ruleset *rs = NULL;

	if (seal_nft_json_parse(bytes(p, n), &rs, NULL) == 0)
		seal_ruleset_free(rs);
}

void fuzz_topology(const uint8_t *p, size_t n)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_net net = {0};

	(void)seal_topology_parse(bytes(p, n), arena, &net, NULL);
	seal_net_done(&net);
	seal_arena_free(arena);
}

void fuzz_probe(const uint8_t *p, size_t n)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_probe probe;

	(void)seal_probe_parse(bytes(p, n), arena, &probe, NULL);
	seal_arena_free(arena);
}

void fuzz_yaml(const uint8_t *p, size_t n)
{
	struct seal_yaml_doc doc = {.name = "fuzz", .arena = seal_arena_new()};

	(void)seal_yaml_parse(&doc, bytes(p, n), NULL);
	seal_arena_free(doc.arena);
}

void fuzz_reason(const uint8_t *p, size_t n)
{
	struct seal_buf out = {0};
	struct seal_reason r = {0};

	if (seal_reason_parse(bytes(p, n), &r) >= 0)
		seal_reason_normalise(&r, &out);
	seal_buf_done(&out);
}

void fuzz_policy(const uint8_t *p, size_t n)
{
	struct seal_policy *policy = NULL;
	struct seal_names names = {0};

	if (seal_policy_load(bytes(p, n), &policy, NULL) < 0)
		return;
	(void)seal_policy_booleans(policy, &names);
	(void)seal_policy_has_mls(policy);
	seal_vec_done(&names.v);
	seal_policy_free(policy);
}

void fuzz_partial(const uint8_t *p, size_t n)
{
	struct seal_partial *t = NULL;
	char *text = malloc(n + 1);

	fuzz_must(text);
	if (n)
		memcpy(text, p, n);
	text[n] = '\0';
	fuzz_must(seal_partial_parse(text, n, &t) == 0);
	(void)seal_partial_find(t, "etc/passwd");
	seal_partial_free(t);
}

void fuzz_bundle_mask(const uint8_t *p, size_t n)
{
	static const struct seal_redact key = {{1}};
	char *text = malloc(n + !n);

	fuzz_must(text);
	for (int i = 0; i < 5; i++) {
		if (n)
			memcpy(text, p, n);
		if (i == 0)
			seal_mask_keys(text, n);
		else if (i == 1)
			seal_mask_settings(text, n);
		else if (i == 2)
			seal_mask_map_values(text, n);
		else if (i == 3)
			seal_mask_message(text, n);
		else
			fuzz_must(seal_redact_text(&key, text, n) == 0);
	}
	free(text);
}
