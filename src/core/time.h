/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* time.h - points in time as microseconds since 1970-01-01T00:00:00Z; no dependence on TZ or locale
 */

#include "core/buf.h"

#define SEAL_TIME_NONE INT64_MIN
#define SEAL_SECOND_US INT64_C(1000000)

/* seal_time_civil - microseconds of a UTC calendar time (month 1-12, day 1-31); no range check */
int64_t seal_time_civil(int year, int month, int day, int hour, int minute, int second);

/* seal_time_year - the UTC calendar year of @time_us */
int seal_time_year(int64_t time_us);

/* seal_time_parse - RFC 3339 ("2026-11-20T18:53:36.839227+00:00", "Z", "T" or blank between), a
 * date alone (midnight UTC), or "@SECONDS"; the whole of @s Returns 0 or -EINVAL. */
int seal_time_parse(struct seal_bytes s, int64_t *ret) SEAL_MUST_USE;

/* seal_time_rfc3339 - length of the RFC 3339 stamp at the front of @s, 0 when there is none */
size_t seal_time_rfc3339(struct seal_bytes s, int64_t *ret);

/* seal_time_rfc3164 - length (15) of a "Nov 20 18:53:36" stamp at the front of @s, 0 when none; the
 * year is @year, the stamp is taken as UTC */
size_t seal_time_rfc3164(struct seal_bytes s, int year, int64_t *ret);

/* seal_time_put - "2026-11-20T18:53:36.839Z", fraction cut to milliseconds and left out when zero
 */
void seal_time_put(struct seal_buf *b, int64_t time_us);
/* seal_time_put_clock - "18:53:36" (UTC) */
void seal_time_put_clock(struct seal_buf *b, int64_t time_us);
