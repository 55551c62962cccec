/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* task.h - the processes of a live host, as far as their domains matter */

#include "core/bytes.h"
#include "core/vec.h"

struct seal_task {
	uint32_t pid;
	struct seal_bytes comm;  /* "smtpd"; cut to 15 bytes by the kernel */
	struct seal_bytes label; /* whole context */
};

struct seal_tasks {
	seal_vec(struct seal_task) v; /* by pid */
	bool present;                 /* they were looked at: what is not here does not run */
};
