/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* difference.h - which failures came and which went between two reports of audit */

#include "model/row.h"

/* seal_drift_name - "new", "gone", "waived", "undecided", "unasked"; NULL beyond the last */
const char *seal_drift_name(enum seal_drift c);

/* seal_difference_of - compare two reports: failures are the same when their fingerprints are
 * @before, @after: borrowed, as long as @ret lives; a fingerprint that occurs twice counts once
 * @ret:            zeroed; the caller ends it with seal_difference_done(), also after a failure
 * A failure is "gone" only when the later report has an answer of that check: evidence that is
 * missing makes it "undecided", a check that was left out "unasked".
 * Returns 0 or -ENOMEM. */
int seal_difference_of(const struct seal_rows *before, const struct seal_rows *after,
		       struct seal_difference *ret);
void seal_difference_done(struct seal_difference *d);
