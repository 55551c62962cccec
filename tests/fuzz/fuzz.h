/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* fuzz.h - the parsers of untrusted bytes, one function each: never fails, never crashes, keeps
 * nothing. A libFuzzer or AFL++ program is entry.c with FUZZ set to one of the names; replay.c runs
 * kept inputs through all of them. */

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define FUZZ_TARGETS(X) \
	X(address) X(archive) X(audit_log) X(audit_record) \
	X(avc) X(bundle_mask) X(causes) X(certificate) \
	X(checks) X(contexts) X(df) X(encoders) \
	X(files_tsv) X(firewalld_direct) X(firewalld_ipset) X(firewalld_object) \
	X(firewalld_policy) X(firewalld_zone) X(host) X(journal_export) \
	X(labels) X(mail_line) X(mail_log) X(main_cf) \
	X(map) X(master_cf) X(module) X(network) \
	X(nft_json) X(nft_text) X(packages) X(partial) \
	X(plan) X(plan_file) X(policy) X(probe) \
	X(proc_net) X(queue_file) X(queue_json) X(queue_log) \
	X(reason) X(reduce) X(report) X(selinux_json) \
	X(smtp) X(sysctl) X(topology) X(unit) \
	X(users) X(waivers) X(yaml)
/* clang-format on */

#define FUZZ_DECLARE(name) void fuzz_##name(const uint8_t *p, size_t n);
FUZZ_TARGETS(FUZZ_DECLARE)

/* fuzz_must - abort with a text unless @good: a property that has to hold */
#define fuzz_must(good)                                                                            \
	do {                                                                                       \
		if (!(good))                                                                       \
			fuzz_fail(#good, __FILE__, __LINE__);                                      \
	} while (0)
void fuzz_fail(const char *what, const char *file, int line) __attribute__((noreturn));
