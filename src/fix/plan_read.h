/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* plan_read.h - the plan file, as report/plan_json.c writes it, back into a plan */

#include "core/err.h"
#include "fix/plan.h"
#include "fix/probe.h"

/* seal_plan_read - parse a plan file
 * @json: its bytes; the plan keeps pointing into them
 * @ret:  new, caller frees with seal_plan_free(); untouched on failure
 * Limits: 4,096 steps of 512 words, 100,000 messages; beyond, and for anything not understood:
 * -EINVAL with the place. Returns 0, -EINVAL or -ENOMEM. */
int seal_plan_read(struct seal_bytes json, struct seal_plan **ret, struct seal_err *err);
