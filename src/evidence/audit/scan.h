/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* scan.h - the quick way through audit.log. Every line is looked at by its first bytes only; lines
 * around a denial or a change are taken apart and joined into events. */

#include "core/input.h"
#include "evidence/audit/event.h"

struct seal_audit_scan {
	struct seal_audit_join *join; /* borrowed; gets the records */
	const struct seal_host *host; /* borrowed; told of the progress, with this path */
	struct seal_bytes path;
	uint32_t source; /* for the records */
	uint64_t n_lines;
	uint64_t n_damaged;        /* lines that begin as a denial or change and go wrong */
	int64_t first_us, last_us; /* of the first and last record, SEAL_TIME_NONE without any */
	char stamp[64];            /* of the event a denial was last joined to, as text */
	size_t n_stamp;
	struct seal_audit_record stamp_of; /* with that stamp */
};

/* seal_audit_scan - read a whole stream of audit.log lines
 * Lines over SEAL_AUDIT_RECORD_MAX bytes are passed over. Events still open at the end stay open:
 * the next file may hold the rest.
 * Returns 0, what the join returned, or a negative errno of seal_input_read(); then what was read
 * before stands. */
int seal_audit_scan(struct seal_audit_scan *s, struct seal_input *in, struct seal_err *err);
