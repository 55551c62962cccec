/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* paths.h - what the answers of reach come to for a check: is a path open to somebody, shut to all,
 * or not known? */

#include "checks/check.h"

/* struct seal_outcome - of the rows looked at: some far end gets through, some does not, some may
 */
struct seal_outcome {
	bool open, shut, doubt;
};

enum seal_far {
	SEAL_FAR_ANY,    /* every far end of another host */
	SEAL_FAR_WIDEST, /* those that are not treated apart: the Internet, as a rule */
};

/* seal_outcome_of - the answers of a path
 * @family: 4, 6, or 0 for both
 * Far ends that are addresses of loopback are passed over, as is, where the far end is not known,
 * all but the widest answer: it is the Internet, and not the host itself. A rate limit alone leaves
 * a path open. */
struct seal_outcome seal_outcome_of(const struct seal_path *p, uint8_t family, enum seal_far far);

/* seal_path_widest - the row of that family with the most far ends; NULL: none */
const struct seal_path_row *seal_path_widest(const struct seal_path *p, uint8_t family);

/* seal_path_origin - where the rule or policy stands that decides the widest row of the path;
 * zeroed when that is not known */
struct seal_origin seal_path_origin(const struct seal_path *p, uint8_t family);

/* seal_path_limit - whether a rate or connection limit bears on the path */
bool seal_path_limit(const struct seal_path *p);

/* seal_about_path - port, protocol and purpose of a path as the identity of a finding
 * Returns 0 or -ENOMEM. */
int seal_about_path(struct seal_subject *s, const struct seal_path *p, struct seal_about *ret);
