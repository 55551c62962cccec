/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* tasks.h - the processes of the live host from proc/PID/comm and proc/PID/attr/current */

#include "core/root.h"
#include "model/host.h"

#define SEAL_TASKS_MAX 65536u

/* seal_tasks_read - fill h->tasks; roots that do not run have none
 * A process that ends meanwhile, or whose label may not be read, is left out; where no label at all
 * can be read the list is not present. Returns 0 or -ENOMEM. */
int seal_tasks_read(const struct seal_root *root, struct seal_host *h);
