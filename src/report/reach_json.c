/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "report/parts.h"
#include "report/reach_probe.h"
#include "report/reach_words.h"

static void put_prefix(void *data, const struct seal_prefix *p)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_addr_put(&b, &p->addr);
	if (p->len != p->addr.bits)
		seal_buf_printf(&b, "/%u", p->len);
	seal_json_bytes(data, NULL, seal_buf_bytes(&b));
}

static void put_far(struct seal_json *j, const char *key, const struct seal_path_row *r)
{
	seal_json_array(j, key);
	seal_reach_prefixes(r->row.far, r->row.n_far, r->family == 4 ? 32 : 128, put_prefix, j);
	seal_json_array_end(j);
}

static void put_near(struct seal_json *j, const char *key, const struct seal_path_row *r)
{
	seal_json_array(j, key);
	seal_vec_each (a, &r->near) {
		struct seal_prefix p = {*a, a->bits};

		put_prefix(j, &p);
	}
	seal_json_array_end(j);
}

static void put_rule(struct seal_json *j, const char *key, const struct seal_fw_rule *rule,
		     const struct seal_fw_chain *chain)
{
	const struct seal_origin *o = rule ? rule->origin : chain->origin;
	seal_auto_buf struct seal_buf text = {0};

	seal_json_object(j, key);
	seal_json_text(j, "family", seal_fw_family_name(chain->table->family));
	seal_json_bytes(j, "table", chain->table->name);
	seal_json_bytes(j, "chain", chain->name);
	if (rule) {
		seal_rule_put(&text, rule);
		if (rule->handle)
			seal_json_u64(j, "handle", rule->handle);
		else
			seal_json_null(j, "handle");
		seal_json_bytes(j, "rule", seal_buf_bytes(&text));
	} else {
		seal_json_null(j, "handle");
		seal_json_text(j, "rule", chain->policy_drop ? "policy drop" : "policy accept");
	}
	if (o && o->path.n) {
		seal_json_bytes(j, "file", o->path);
		seal_json_u64(j, "line", o->line);
	} else {
		seal_json_null(j, "file");
		seal_json_null(j, "line");
	}
	if (o && o->ref.n)
		seal_json_bytes(j, "element", o->ref);
	seal_json_object_end(j);
}

static void put_refusal(struct seal_json *j, const struct seal_fw_verdict *v)
{
	const char *code = seal_report_refusal(v);
	char text[64];

	if (v->verdict != SEAL_FATE_REJECT) {
		seal_json_null(j, "reject_with");
		return;
	}
	if (v->refusal.type == SEAL_FW_REJECT_TCP_RESET)
		snprintf(text, sizeof(text), "tcp reset");
	else if (code)
		snprintf(text, sizeof(text), "%s %s",
			 v->refusal.type == SEAL_FW_REJECT_ICMP ? "icmp" : "icmpv6", code);
	else
		snprintf(text, sizeof(text), "%s code %u",
			 v->refusal.type == SEAL_FW_REJECT_ICMP ? "icmp" : "icmpv6",
			 v->refusal.code);
	seal_json_text(j, "reject_with", text);
}

static void put_tri(struct seal_json *j, const char *key, enum seal_tri t)
{
	if (t == SEAL_MAYBE)
		seal_json_text(j, key, "depends");
	else
		seal_json_bool(j, key, t == SEAL_YES);
}

static void put_row(struct seal_json *j, const struct seal_path *p, const struct seal_path_row *r)
{
	const struct seal_fw_verdict *v = &r->row.verdict;

	seal_json_object(j, NULL);
	if (p->dir == SEAL_PACKET_IN) {
		put_far(j, "sources", r);
		put_near(j, "destinations", r);
	} else {
		put_near(j, "sources", r);
		put_far(j, "destinations", r);
	}
	seal_json_text(j, "verdict", seal_reach_word(v));
	put_refusal(j, v);
	seal_report_depends(j, "depends_on", v);
	put_tri(j, "reachable", v->reachable);
	if (v->chain)
		put_rule(j, "decided_by", v->rule, v->chain);
	else
		seal_json_null(j, "decided_by");
	if (v->verdict == SEAL_FATE_ACCEPT && v->reachable == SEAL_NO && v->later_chain) {
		seal_json_text(j, "stopped_packet", v->later_packet);
		put_rule(j, "stopped_by", v->later_rule, v->later_chain);
	}
	if (v->verdict == SEAL_FATE_ACCEPT && v->to_port && v->to_port != p->port)
		seal_json_u64(j, "delivered_to_port", v->to_port);
	seal_json_bool(j, "may_change", v->may_change);
	seal_json_object_end(j);
}

void seal_part_path(struct seal_json *j, const struct seal_path *p)
{
	char fingerprint[SEAL_FINGERPRINT_SIZE];

	seal_json_text(j, "direction", p->dir == SEAL_PACKET_IN ? "in" : "out");
	seal_json_text(j, "protocol", p->proto == IPPROTO_UDP ? "udp" : "tcp");
	seal_json_u64(j, "port", p->port);
	seal_json_bytes(j, "purpose", p->purpose);
	if (seal_fingerprint_path(p, fingerprint) < 0)
		j->out->err = -ENOMEM;
	seal_json_text(j, "fingerprint", fingerprint);
	if (p->interface.n)
		seal_json_bytes(j, "interface", p->interface);
	else
		seal_json_null(j, "interface");
	seal_json_array(j, "answer");
	seal_vec_each (r, &p->rows) {
		put_row(j, p, r);
	}
	seal_json_array_end(j);
}

void seal_report_reach_json(const struct seal_host *h, const struct seal_ruleset *rs,
			    const struct seal_paths *p, struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, h, "reach");
	seal_json_bool(&j, "ruleset_read", rs != NULL);
	seal_json_bool(&j, "paths_complete", p->complete);
	seal_json_array(&j, "paths");
	seal_vec_each (path, &p->paths) {
		seal_json_object(&j, NULL);
		seal_part_path(&j, path);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
