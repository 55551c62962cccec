/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* totals.h - what each kind of record adds to a reduction (for reduce.c) */

#include <jansson.h>

#include "model/reduction.h"

/* seal_totals_host_of - what the host of a "run" is called from here on: its name, or the root
 * where it has none; borrowed */
struct seal_bytes seal_totals_host_of(const json_t *run);

/* seal_totals_head - a "run": its host, the evidence that was read. Returns 0 or -ENOMEM. */
int seal_totals_head(struct seal_reduction *into, const json_t *run);

/* seal_totals_counts - whether a record of this kind adds anything */
bool seal_totals_counts(const json_t *rec);

/* seal_totals_record - any other record of a run of @host. Returns 0 or -ENOMEM */
int seal_totals_record(struct seal_reduction *into, struct seal_bytes host, const json_t *rec);

/* seal_totals_cut_short - a run of @host has no end; @why: more to tell, or NULL */
int seal_totals_cut_short(struct seal_reduction *into, struct seal_bytes host, const char *why);
