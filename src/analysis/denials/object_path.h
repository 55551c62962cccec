/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* object_path.h - which file of the host a denial was about. Audit records often hold the last
 * component alone, or the path as a chrooted process sees it: a candidate counts only when its
 * label is the one denied. */

#include "analysis/denials/denial.h"

/* seal_object_paths - fill in g->paths
 * @hints: paths that log lines and the configuration name, absolute or below the queue directory
 * Limits: SEAL_GROUP_PATHS_MAX paths of a group. Returns 0 or -ENOMEM. */
int seal_object_paths(struct seal_host *h, const struct seal_denial_query *q,
		      struct seal_denial_group *g);

#define SEAL_HINTS_MAX 4096

/* struct seal_log_paths - paths as log lines name them, absolute or below the queue directory;
 * borrowed bytes */
struct seal_log_paths {
	seal_vec(struct seal_bytes) v;
};

static inline void seal_auto_log_paths_(struct seal_log_paths *p)
{
	seal_vec_done(&p->v);
}
#define seal_auto_log_paths __attribute__((cleanup(seal_auto_log_paths_)))

/* seal_log_paths - the paths that the lines and reasons of the mail log name, sorted, each once;
 * at most SEAL_HINTS_MAX. Returns 0 or -ENOMEM. */
int seal_log_paths(const struct seal_host *h, struct seal_log_paths *ret);
