/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* kernel_log.h - audit records in the kernel's messages: text logs and dmesg output */

#include "core/input.h"
#include "evidence/audit/event.h"

struct seal_kernel_log {
	struct seal_audit_join *join; /* borrowed; gets the records */
	uint32_t source;
	bool is_dmesg; /* lines without syslog's stamp, host and program are the kernel's as well */
	uint64_t n_records;
	uint64_t n_suppressed; /* records the kernel's rate limit kept out of its log */
	uint64_t n_lost;       /* messages that say audit records were dropped */
	uint64_t lost_line;    /* of the first of them */
	int64_t first_us, last_us;
};

/* seal_kernel_log_message - take the text of one kernel message
 * Returns 0 or what the join returned. */
int seal_kernel_log_message(struct seal_kernel_log *k, struct seal_bytes text, uint64_t line);

/* seal_kernel_log_line - take a line of a text log: "STAMP HOST kernel: [ 4.694] audit: ...", RFC
 * 3164 and RFC 3339 stamps, or of dmesg. The program's name must stand where syslog puts it: a
 * message of another program that quotes a record is none. */
int seal_kernel_log_line(struct seal_kernel_log *k, struct seal_bytes line, uint64_t number);

/* seal_kernel_log_read - every line of a stream
 * Returns 0, what the join returned, or a negative errno of seal_input_read(). */
int seal_kernel_log_read(struct seal_kernel_log *k, struct seal_input *in, struct seal_err *err);
