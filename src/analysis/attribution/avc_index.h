/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* avc_index.h - the index behind avc_join.h. Only avc_join.c and avc_clock.c include it. */

#include "analysis/attribution/avc_join.h"

/* beyond any pid of Linux: where the denials of master's lock file stand, whoever met them */
#define SEAL_AVC_LOCK UINT32_MAX

struct seal_avc_entry {
	uint32_t pid;
	int64_t time_us; /* of the audit log */
	const struct seal_denial *denial;
	const struct seal_denial_hit *hit;
	bool by_child; /* pid is the parent of the denied process */
	bool of_lock;  /* master(8) on its lock file; pid is SEAL_AVC_LOCK, not the process's */
};

struct seal_avc_index {
	const struct seal_event_index *events;
	struct seal_avc_entry *v; /* by pid, time, serial */
	size_t n;
	int64_t shift_us; /* audit log to mail log */
};

/* seal_avc_seek - place of the first entry of @pid at @from_us or later, by the audit log's clock
 */
size_t seal_avc_seek(const struct seal_avc_index *ix, uint32_t pid, int64_t from_us);

/* seal_avc_is_of - whether the entry can be the doing of that daemon's process */
bool seal_avc_is_of(const struct seal_avc_entry *e, struct seal_bytes daemon);

/* seal_avc_find_shift - set ix->shift_us. Returns 0 or -ENOMEM */
int seal_avc_find_shift(struct seal_avc_index *ix, const struct seal_host *h);
