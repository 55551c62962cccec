/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reduce.h - reports of many hosts added up, one file a format */

#include "model/reduction.h"
#include "report/report.h"

/* seal_reduced_numbers - of the hosts of one total
 * @i:       its first part; returns the first part of the next total
 * @hosts:   how many there are
 * @numbers: their sums */
size_t seal_reduced_numbers(const struct seal_reduction *r, uint32_t total, size_t i, size_t *hosts,
			    int64_t numbers[SEAL_PART_NUMBERS]);
/* seal_reduced_cut_short, seal_reduced_incomplete - how many hosts have a report that was cut
 * short, or evidence that could not be read */
size_t seal_reduced_cut_short(const struct seal_reduction *r);
size_t seal_reduced_incomplete(const struct seal_reduction *r);

/* all append to @out; out->err tells when memory was gone. @r: finished */
/* NDJSON: a line a host and a line a total; it can be reduced again with other reports */
void seal_report_reduce_ndjson(const struct seal_reduction *r, struct seal_buf *out);
void seal_report_reduce_text(const struct seal_reduction *r, const struct seal_text_style *style,
			     struct seal_buf *out);
