/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* records.h - NDJSON: a document of lines, each a whole JSON object. The first is "run" and says
 * what was read, the last is "end" and says how many stand between: without it the run was cut
 * short. Every line carries the run's id and the host's name, so that lines of many hosts can be
 * mixed in any order; "fingerprint" names the same thing on every host. */

#include "core/json.h"
#include "model/fingerprint.h"
#include "model/host.h"

struct seal_records {
	struct seal_json j;
	struct seal_bytes host;
	char run[SEAL_FINGERPRINT_SIZE]; /* of all that "run" says of the evidence */
	uint64_t n;                      /* lines between run and end */
};

/* seal_records_run - begin the document and open its first record; the caller may add keys and
 * calls seal_record_end()
 * @out: appended to; out->err tells when memory was gone */
void seal_records_run(struct seal_records *r, const struct seal_host *h, const char *verb,
		      struct seal_buf *out);

/* seal_record - open a record of a kind: "finding", "cause" ...; the caller adds its keys to r->j
 * and calls seal_record_end() */
void seal_record(struct seal_records *r, const char *kind);
void seal_record_end(struct seal_records *r);

/* seal_records_end - open the last record; the caller may add keys and calls seal_record_end() */
void seal_records_end(struct seal_records *r);
