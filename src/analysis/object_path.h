/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* object_path.h - which file of the host a denial was about. Audit records often hold the last
 * component alone, or the path as a chrooted process sees it: a candidate counts only when its
 * label is the one denied. */

#include "analysis/denial.h"

/* seal_object_paths - fill in g->paths
 * @hints: paths that log lines and the configuration name, absolute or below the queue directory
 * Limits: SEAL_GROUP_PATHS_MAX paths of a group. Returns 0 or -ENOMEM. */
int seal_object_paths(struct seal_host *h, const struct seal_denial_query *q,
		      struct seal_denial_group *g);
