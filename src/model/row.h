/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* row.h - a report of audit as read back: the findings of one host on one day, and how two such
 * reports differ */

#include "core/arena.h"
#include "core/vec.h"
#include "model/finding.h"

/* struct seal_row - a finding as a report tells it; bytes are those of the report, untrusted */
struct seal_row {
	struct seal_bytes id, area, title, detail, fingerprint;
	struct seal_bytes object; /* in words: "path=/etc/x type=etc_t" */
	enum seal_grade severity;
	enum seal_status status;
};

/* struct seal_rows - one report; bytes live in the arena */
struct seal_rows {
	struct seal_arena *arena;
	const char *name; /* as the user calls it: a file or a root */
	struct seal_bytes host, distro, mta, selinux, policy;
	bool complete;
	seal_vec(struct seal_row) v;
};

/* enum seal_drift - what became of a failure between two reports */
enum seal_drift {
	SEAL_DRIFT_NEW,       /* fails now, did not before */
	SEAL_DRIFT_GONE,      /* failed before, the check was answered and does not find it */
	SEAL_DRIFT_WAIVED,    /* failed before, is waived now */
	SEAL_DRIFT_UNDECIDED, /* failed before, the evidence does not tell now */
	SEAL_DRIFT_UNASKED,   /* failed before, the check was not asked now */
	SEAL_DRIFT_MAX_,
};

/* struct seal_drifted - one difference */
struct seal_drifted {
	enum seal_drift change;
	const struct seal_row
		*row; /* of the later report, where that one fails; else the earlier */
	/* the status of the same finding, else of the check, in each report; MAX_: not asked */
	enum seal_status before, after;
};

/* struct seal_difference - two reports held against each other */
struct seal_difference {
	const struct seal_rows *before, *after;
	seal_vec(struct seal_drifted) v; /* by change, the gravest first, id, object */
	size_t n[SEAL_DRIFT_MAX_];
	size_t n_same; /* failures of both */
	struct seal_gate gate;
};
