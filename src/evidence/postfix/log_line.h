/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log_line.h - one line of a syslog file taken apart:
 *   RFC 3164   "Nov 20 18:53:36 mail postfix/smtp[969]: text"      (also what postlogd(8) writes)
 *   RFC 3339   "2026-11-20T18:53:36.839227+00:00 mail postfix/smtp[969]: text"   (rsyslog)
 *   RFC 5424   "<22>1 2026-11-20T18:53:36Z mail postfix/smtp 969 - - text"
 * the first two also with a "<22>" in front, and Solaris' "[ID 197553 mail.info] " before the text
 */

#include "core/time.h"
#include "core/zone.h"

struct seal_log_line {
	int64_t time_us;
	struct seal_bytes host, tag, text; /* borrowed from the line */
	uint32_t pid;                      /* 0 when not logged */
	bool local;                        /* the stamp has no zone (and no year) */
};

/* struct seal_log_clock - what the stamps of one file need. Zero-initialise, then set zone, year
 * and latest_us when the file has stamps without a year. */
struct seal_log_clock {
	const struct seal_zone *zone; /* of local stamps; NULL = UTC */
	int year;                     /* of the first line; goes up at each New Year */
	int64_t latest_us; /* no stamp is later than this: a year is not raised past it */
	/* private: the last stamps and what they came to */
	char stamp[40];
	size_t stamp_n, zone_n;
	int64_t stamp_us, last_us;
	bool seen;
};

/* seal_log_line_parse - take @line apart. Returns false when it is not of a known form. */
bool seal_log_line_parse(struct seal_log_clock *c, struct seal_bytes line,
			 struct seal_log_line *ret);

/* seal_log_stamp - local time of an RFC 3164 stamp (with an optional "<N>" before it) in @year as
 * microseconds; false when the line does not begin with one */
bool seal_log_stamp(struct seal_bytes line, int year, int64_t *ret);
