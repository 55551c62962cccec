/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* attribution.h - one cause for every recipient that did not get its mail. The words of the log
 * (symptom) name candidates; the facts of the host confirm or refute each; the surest stands.
 * Certain needs an identity join or a decisive fact, never words alone. */

#include "analysis/attribution/messages.h"
#include "evidence/rules/causes.h"

/* seal_explain - attribute, group, and find the fix of each group
 * @h:     facts of the host; text made here goes into its arena
 * @rules: borrowed, must outlive the explanation
 * @ids:   messages asked for; with ids, causes without a message are left out
 * @ret:   new, caller frees with seal_explanation_free(); untouched on failure
 * Returns 0 or -ENOMEM. */
int seal_explain(struct seal_host *h, const struct seal_rules *rules, struct seal_ids ids,
		 struct seal_explanation **ret);
