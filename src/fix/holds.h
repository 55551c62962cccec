/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* holds.h - whether a condition of a plan holds, as the facts of a host tell it: the counterpart of
 * probe.h for evidence */

#include "model/fix.h"
#include "model/host.h"

/* seal_condition_holds - as the evidence has it; of a tree's labels, those of its top alone
 * Returns 1, 0, -ENODATA (the evidence cannot tell) or -ENOMEM. */
int seal_condition_holds(const struct seal_host *h, const struct seal_condition *c);

/* seal_label_is_right - whether the label of @path is the one file_contexts asks for
 * Returns 1 (also when it asks for none), 0, -ENOENT (no such file) or -ENODATA. */
int seal_label_is_right(const struct seal_host *h, struct seal_bytes path);
