/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* cause.h - the words in which a cause is told: its class, and the tests that confirm or refute it
 */

#include "core/bytes.h"

/* enum seal_cause_class - the first part of a verdict id ("selinux" of "selinux.connect"),
 * CONTRACT.md */
enum seal_cause_class {
	SEAL_CLASS_SELINUX,
	SEAL_CLASS_FIREWALL,
	SEAL_CLASS_DAC,
	SEAL_CLASS_ROUTE,
	SEAL_CLASS_SANDBOX,
	SEAL_CLASS_SERVICE,
	SEAL_CLASS_CONFIG,
	SEAL_CLASS_DNS,
	SEAL_CLASS_AUTH,
	SEAL_CLASS_TLS,
	SEAL_CLASS_RELAY,
	SEAL_CLASS_POLICY,
	SEAL_CLASS_SENDERAUTH,
	SEAL_CLASS_REPUTATION,
	SEAL_CLASS_RECIPIENT,
	SEAL_CLASS_CONTENT,
	SEAL_CLASS_DISK,
	SEAL_CLASS_REMOTE,
	SEAL_CLASS_QUEUE,
	SEAL_CLASS_UNKNOWN,
	SEAL_CLASS_MAX_,
};

/* seal_cause_class_name - the word of the JSON contract: "selinux", "firewall", ... */
const char *seal_cause_class_name(enum seal_cause_class c);
/* seal_cause_class_of - class of a verdict id "class.name", or of a bare class word
 * Returns it, or SEAL_CLASS_MAX_ when the word before the dot is no class. */
enum seal_cause_class seal_cause_class_of(struct seal_bytes verdict_id);

/* enum seal_cause_test - what can be asked of the evidence; a verdict names the tests that prove it
 */
enum seal_cause_test {
	SEAL_TEST_AVC_SAME_PID, /* a denial of the same pid and daemon, inside the attempt's window
				 */
	SEAL_TEST_AVC_SAME_OBJECT, /* its path, inode or port is the one of the message */
	SEAL_TEST_AVC_PERMISSIVE,  /* logged only: the access went through, so it is no cause */
	SEAL_TEST_POLICY_DENIES,   /* the loaded policy has no rule for the access */
	SEAL_TEST_LABEL_MISMATCH,  /* the object's label is not the one file_contexts asks for */
	SEAL_TEST_SELINUX_OFF,     /* disabled, or the domain is permissive */
	SEAL_TEST_DONTAUDIT,       /* the policy would not have logged the denial */
	SEAL_TEST_FW_VERDICT,      /* the ruleset's verdict on this very packet */
	SEAL_TEST_FW_COUNTER,      /* the counter of the deciding rule moved */
	SEAL_TEST_FW_LOG,          /* the kernel logged the packet */
	SEAL_TEST_ROUTE_LOOKUP,
	SEAL_TEST_SANDBOX,  /* properties of the systemd unit */
	SEAL_TEST_DAC_WALK, /* mode bits and ACLs of every path element */
	SEAL_TEST_PATH_EXISTS,
	SEAL_TEST_CHROOT_VIEW, /* what a chrooted service sees below the queue directory */
	SEAL_TEST_LISTENER,    /* a process listens on that port or socket */
	SEAL_TEST_RESOLV_CONF,
	SEAL_TEST_DNS_QUERY,
	SEAL_TEST_CERT_DATES,
	SEAL_TEST_CONF,     /* a Postfix parameter or service */
	SEAL_TEST_SASL_MAP, /* the password map has the relay's key */
	SEAL_TEST_DISK,
	SEAL_TEST_LOG, /* another line of the mail log */
	SEAL_TEST_MAX_,
};

/* seal_cause_test_name - its word in rules/causes: "avc_same_pid", ... */
const char *seal_cause_test_name(enum seal_cause_test t);
