/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* waivers.h - what the user of audit brings along: failures accepted for a time, and those known
 * before. Both are files of the auditor, never of the evidence. */

#include "core/arena.h"
#include "core/err.h"
#include "model/finding.h"

#define SEAL_WAIVERS_MAX     ((size_t)10000)
#define SEAL_WAIVER_DAYS_MAX 366
#define SEAL_BASELINE_MAX    ((size_t)16 * 1024 * 1024)

/* seal_waivers_read - a YAML file "waivers: [{id, object, reason, owner, expires, reference}]"
 * @path:    on the auditor's host
 * @today:   microseconds since the epoch; a waiver holds until the end of its last day, UTC
 * @arena:   receives the texts
 * @ret:     waivers are appended to ret->waivers
 * id, reason, owner and expires are required; an end over SEAL_WAIVER_DAYS_MAX days away is
 * refused. Returns 0, -EINVAL (with file and line), -E2BIG, -ENOMEM or an I/O errno. */
int seal_waivers_read(const char *path, int64_t today, struct seal_arena *arena,
		      struct seal_findings *ret, struct seal_err *err);

/* seal_baseline_read - mark as known the failures whose fingerprints a file holds: a report of
 * audit in JSON, or {"fingerprints": ["v1:...", ...]}
 * Returns 0, -EINVAL (neither), -EFBIG, -ENOMEM or an I/O errno. */
int seal_baseline_read(const char *path, struct seal_findings *f, struct seal_err *err);
