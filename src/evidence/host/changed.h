/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* changed.h - when configuration, labels and rules were written last */

#include "model/host.h"

/* seal_changed_files - append a change for the modification time of each file that was read as
 * configuration, policy, file contexts or rules, of certificates the mail system names, and of the
 * places firewalls keep their rules
 * @h: its sources and view must be filled in
 * What is not there, or has no time of its own, is passed over. Returns 0 or -ENOMEM. */
int seal_changed_files(struct seal_host *h);

/* seal_changes_sort - put all of h->changes in order of time */
void seal_changes_sort(struct seal_host *h);
