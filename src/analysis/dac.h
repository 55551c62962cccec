/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* dac.h - would mode bits and ACLs let this user do that? As path_resolution(7), inode(7) and
 * acl(5): search permission on every directory of the path, links followed, then the access on the
 * last element.
 */

#include "core/arena.h"
#include "model/view.h"

#define SEAL_DAC_GROUPS_MAX 64

/* struct seal_identity - who asks. A process with CAP_DAC_OVERRIDE (root that kept its
 * capabilities) passes. */
struct seal_identity {
	uint32_t uid, gid;
	uint32_t groups[SEAL_DAC_GROUPS_MAX];
	size_t n_groups;
	bool override; /* CAP_DAC_OVERRIDE */
};

enum seal_dac_access {
	SEAL_DAC_SEARCH = 1,
	SEAL_DAC_WRITE = 2,
	SEAL_DAC_READ = 4,
};

enum seal_dac_answer {
	SEAL_DAC_UNKNOWN, /* the evidence does not hold the owner or mode of some element */
	SEAL_DAC_ALLOWED,
	SEAL_DAC_REFUSED,
	SEAL_DAC_MISSING, /* an element does not exist */
};

struct seal_dac_result {
	enum seal_dac_answer answer;
	struct seal_bytes path; /* the element that decided; in the arena */
	struct seal_file file;  /* its metadata; for MISSING those of the directory above */
	unsigned wanted;        /* the bits of enum seal_dac_access that it lacks */
	/* of REFUSED: the evidence holds no ACLs, and one could give these bits all the same */
	bool acl_unknown;
};

/* seal_dac_walk - walk an absolute path as @who
 * @access: bits asked of the last element; when that does not exist and WRITE is among them, its
 * creation is asked of the directory: WRITE and SEARCH there Limits: 40 links, 4096 bytes, 256
 * elements; beyond: UNKNOWN. Where the evidence holds no ACLs the mode bits are judged, and
 * acl_unknown says when one could change a refusal. Returns 0 or -ENOMEM. */
int seal_dac_walk(const struct seal_view *view, struct seal_bytes path,
		  const struct seal_identity *who, unsigned access, struct seal_arena *arena,
		  struct seal_dac_result *ret);
