/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* rows.h - a report of audit read back, as JSON or NDJSON; reports come from other hosts and are
 * read as any evidence: bounded, and refused where they are no report */

#include "core/err.h"
#include "model/row.h"

#define SEAL_ROWS_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* seal_rows_read - the findings of a report
 * @path: on the auditor's host; compressed ones are read too
 * @ret:  zeroed; the caller ends it with seal_rows_done(), also after a failure
 * Returns 0, -EINVAL (no report of audit, or one that was cut short), -EFBIG, -ENOMEM or an I/O
 * errno; @err names the file. */
int seal_rows_read(const char *path, struct seal_rows *ret, struct seal_err *err);

/* seal_rows_parse - the same for text at hand; @name stands in errors and stays borrowed */
int seal_rows_parse(const char *name, struct seal_bytes text, struct seal_rows *ret,
		    struct seal_err *err);
void seal_rows_done(struct seal_rows *r);

/* seal_rows_is_report - whether a path is a regular file that begins as a report does: else it is
 * taken for an evidence root */
bool seal_rows_is_report(const char *path);
