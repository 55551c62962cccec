/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* zone.h - local time to UTC by the rules of the host that wrote a log: its etc/localtime (TZif,
 * RFC 8536), never the zone of the machine that reads it */

#include "core/root.h"
#include "core/time.h"

struct seal_zone;

/* seal_zone_parse - the rules of a TZif file, with the POSIX TZ text at its end for later years
 * @ret: caller frees with seal_zone_free(); untouched on failure
 * Limits: 4,096 transitions. Returns 0, -EINVAL (damaged) or -ENOMEM. */
int seal_zone_parse(struct seal_bytes data, struct seal_zone **ret);

/* seal_zone_read - the rules of @root's etc/localtime; of a link that leads to no file of the root,
 * the zone it names is looked up in the time zone data of this machine
 * Returns 0, -ENOENT (no etc/localtime: UTC by convention), or another negative errno. */
int seal_zone_read(const struct seal_root *root, struct seal_zone **ret, struct seal_err *err);
void seal_zone_free(struct seal_zone *z);
SEAL_DEFINE_AUTO(zone, struct seal_zone *, seal_zone_free);
#define seal_auto_zone __attribute__((cleanup(seal_auto_zone_)))

/* seal_zone_utc - UTC of a local wall clock time
 * @local_us: the wall clock read as if it were UTC
 * @after_us: what came before; decides between the two readings of the hour that clocks go back.
 *            SEAL_TIME_NONE: the earlier one */
int64_t seal_zone_utc(const struct seal_zone *z, int64_t local_us, int64_t after_us);
