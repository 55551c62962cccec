/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach_probe.h"

const char *seal_report_fate(const struct seal_fw_verdict *v)
{
	switch (v->verdict) {
	case SEAL_FATE_ACCEPT:
		return "accept";
	case SEAL_FATE_DROP:
		return "drop";
	case SEAL_FATE_REJECT:
		return v->refusal.type == SEAL_FW_REJECT_TCP_RESET ? "reject-rst" : "reject-icmp";
	case SEAL_FATE_UNROUTED:
		return "unrouted";
	case SEAL_FATE_DEPENDS:
	case SEAL_FATE_MAX_:
		break;
	}
	return "depends";
}

const char *seal_report_refusal(const struct seal_fw_verdict *v)
{
	if (v->verdict != SEAL_FATE_REJECT || v->refusal.type == SEAL_FW_REJECT_TCP_RESET)
		return NULL;
	return seal_fw_reject_name(v->refusal.type, v->refusal.code);
}

void seal_report_depends(struct seal_json *j, const char *key, const struct seal_fw_verdict *v)
{
	size_t i;

	seal_json_array(j, key);
	for (i = 0; i < v->n_depends; i++) {
		const struct seal_fw_depend *d = &v->depends[i];
		seal_auto_buf struct seal_buf text = {0};

		seal_buf_put(&text, d->text.p, d->text.n);
		if (d->rule && d->rule->handle)
			seal_buf_printf(&text, " (handle %llu)",
					(unsigned long long)d->rule->handle);
		seal_json_bytes(j, NULL, seal_buf_bytes(&text));
	}
	seal_json_array_end(j);
}

static void put_by(struct seal_json *j, const char *key, const struct seal_fw_rule *rule,
		   const struct seal_fw_chain *chain)
{
	seal_json_object(j, key);
	seal_json_text(j, "family", seal_fw_family_name(chain->table->family));
	seal_json_bytes(j, "table", chain->table->name);
	seal_json_bytes(j, "chain", chain->name);
	if (rule)
		seal_json_u64(j, "rule", rule->handle);
	else
		seal_json_text(j, "rule", "policy");
	seal_json_object_end(j);
}

static void put_reachable(struct seal_json *j, enum seal_tri t)
{
	if (t == SEAL_MAYBE)
		seal_json_text(j, "reachable", "depends");
	else
		seal_json_bool(j, "reachable", t == SEAL_YES);
}

void seal_report_probe(struct seal_buf *out, struct seal_bytes id, const struct seal_fw_verdict *v)
{
	bool refused = v->verdict == SEAL_FATE_DROP || v->verdict == SEAL_FATE_REJECT;
	const char *icmp = seal_report_refusal(v);
	struct seal_json j;
	uint64_t number;

	seal_json_init(&j, out, false);
	seal_json_object(&j, NULL);
	if (id.n && seal_parse_u64(id, 10, &number) == 0)
		seal_json_u64(&j, "id", number);
	else if (id.n)
		seal_json_bytes(&j, "id", id);
	seal_json_text(&j, "verdict", seal_report_fate(v));
	if (icmp)
		seal_json_text(&j, "icmp", icmp);
	if (refused && v->chain)
		put_by(&j, "by", v->rule, v->chain);
	if (refused && v->rule_depends)
		seal_json_bool(&j, "by_depends", true); /* one of several that all refuse */
	if (v->verdict == SEAL_FATE_ACCEPT && v->to.bits) {
		seal_auto_buf struct seal_buf addr = {0};

		seal_addr_put(&addr, &v->to);
		seal_json_object(&j, "to");
		seal_json_bytes(&j, "addr", seal_buf_bytes(&addr));
		if (v->to_port)
			seal_json_u64(&j, "port", v->to_port);
		seal_json_object_end(&j);
	}
	put_reachable(&j, v->reachable);
	if (v->reachable == SEAL_NO && v->later_chain)
		put_by(&j, "stopped_later", v->later_rule, v->later_chain);
	if (v->verdict == SEAL_FATE_REJECT)
		seal_json_text(&j, "answered",
			       v->answered == SEAL_YES  ? "yes"
			       : v->answered == SEAL_NO ? "no"
							: "depends");
	if (v->n_depends)
		seal_report_depends(&j, "depends_on", v);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
