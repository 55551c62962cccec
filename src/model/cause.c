/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/cause.h"

static const char *const class_names[SEAL_CLASS_MAX_] = {
	[SEAL_CLASS_SELINUX] = "selinux",
	[SEAL_CLASS_FIREWALL] = "firewall",
	[SEAL_CLASS_DAC] = "dac",
	[SEAL_CLASS_ROUTE] = "route",
	[SEAL_CLASS_SANDBOX] = "sandbox",
	[SEAL_CLASS_SERVICE] = "service",
	[SEAL_CLASS_CONFIG] = "config",
	[SEAL_CLASS_DNS] = "dns",
	[SEAL_CLASS_AUTH] = "auth",
	[SEAL_CLASS_TLS] = "tls",
	[SEAL_CLASS_RELAY] = "relay",
	[SEAL_CLASS_POLICY] = "policy",
	[SEAL_CLASS_SENDERAUTH] = "senderauth",
	[SEAL_CLASS_REPUTATION] = "reputation",
	[SEAL_CLASS_RECIPIENT] = "recipient",
	[SEAL_CLASS_CONTENT] = "content",
	[SEAL_CLASS_DISK] = "disk",
	[SEAL_CLASS_REMOTE] = "remote",
	[SEAL_CLASS_QUEUE] = "queue",
	[SEAL_CLASS_UNKNOWN] = "unknown",
};

static const char *const test_names[SEAL_TEST_MAX_] = {
	[SEAL_TEST_AVC_SAME_PID] = "avc_same_pid",
	[SEAL_TEST_AVC_SAME_OBJECT] = "avc_same_object",
	[SEAL_TEST_AVC_PERMISSIVE] = "avc_permissive",
	[SEAL_TEST_POLICY_DENIES] = "policy_denies",
	[SEAL_TEST_LABEL_MISMATCH] = "label_mismatch",
	[SEAL_TEST_SELINUX_OFF] = "selinux_off",
	[SEAL_TEST_DONTAUDIT] = "dontaudit",
	[SEAL_TEST_FW_VERDICT] = "fw_verdict",
	[SEAL_TEST_FW_COUNTER] = "fw_counter",
	[SEAL_TEST_FW_LOG] = "fw_log",
	[SEAL_TEST_ROUTE_LOOKUP] = "route_lookup",
	[SEAL_TEST_SANDBOX] = "sandbox",
	[SEAL_TEST_DAC_WALK] = "dac_walk",
	[SEAL_TEST_PATH_EXISTS] = "path_exists",
	[SEAL_TEST_CHROOT_VIEW] = "chroot_view",
	[SEAL_TEST_LISTENER] = "listener",
	[SEAL_TEST_RESOLV_CONF] = "resolv_conf",
	[SEAL_TEST_DNS_QUERY] = "dns_query",
	[SEAL_TEST_CERT_DATES] = "cert_dates",
	[SEAL_TEST_CONF] = "conf",
	[SEAL_TEST_SASL_MAP] = "sasl_map",
	[SEAL_TEST_DISK] = "disk",
	[SEAL_TEST_LOG] = "log",
};

const char *seal_cause_class_name(enum seal_cause_class c)
{
	return c < SEAL_CLASS_MAX_ ? class_names[c] : "unknown";
}

enum seal_cause_class seal_cause_class_of(struct seal_bytes verdict_id)
{
	struct seal_bytes rest, word = seal_bytes_cut(verdict_id, '.', &rest);
	unsigned c;

	for (c = 0; c < SEAL_CLASS_MAX_; c++)
		if (seal_bytes_is(word, class_names[c]))
			break;
	return (enum seal_cause_class)c;
}

const char *seal_cause_test_name(enum seal_cause_test t)
{
	return t < SEAL_TEST_MAX_ ? test_names[t] : "unknown";
}
