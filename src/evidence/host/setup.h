/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* setup.h - reads struct seal_setup: etc/audit, systemd's journald and units with their drop-ins,
 * rsyslog, firewalld.conf */

#include "core/root.h"
#include "model/host.h"

/* seal_setup_read - fill h->setup; each file that is there is a row of sources
 * Limits: 1 MiB a file, 200 drop-ins a folder, 20,000 settings a configuration; beyond: the status
 * of the configuration says so. Returns 0 or -ENOMEM. */
int seal_setup_read(const struct seal_root *root, struct seal_host *h);
