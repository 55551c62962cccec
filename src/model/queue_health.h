/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* queue_health.h - what waits in the queue, by cause, age and domain of the recipient; and the
 * certificates whose end would stop more mail */

#include "core/vec.h"
#include "model/mail.h"

/* ages as qshape(1) has them: up to 5 minutes, up to 10, 20 ... 1280, and above */
#define SEAL_QUEUE_AGES ((size_t)10)

/* seal_queue_age_min - upper end of a class of ages in minutes; 0 of the last, which has none */
static inline unsigned seal_queue_age_min(size_t n)
{
	return n + 1 < SEAL_QUEUE_AGES ? 5u << n : 0;
}

/* struct seal_queue_row - the messages of a cause, of a domain, or all; a message with recipients
 * of two causes counts in both */
struct seal_queue_row {
	struct seal_bytes domain; /* of domains: lower case; "local" for addresses without one */
	int32_t group; /* index into groups; of a domain the one of all its messages, or -1 */
	uint64_t messages, age[SEAL_QUEUE_AGES];
	int64_t oldest_us;             /* arrival; SEAL_TIME_NONE when no arrival is known */
	int64_t next_us, last_next_us; /* earliest and latest next try; SEAL_TIME_NONE */
	uint64_t overdue;              /* messages whose next try is past */
};

struct seal_queue_certificate {
	struct seal_bytes path;
	struct seal_bytes parameter; /* of main.cf or master.cf that names it */
	int64_t end_us;              /* of the certificate in it that ends first */
	int64_t days_left;           /* whole days, negative once it has ended */
};

struct seal_queue_health {
	int64_t now_us; /* of the evidence; ages are counted up to it */
	struct seal_queue_row all;
	uint64_t bytes;
	uint64_t by_queue[SEAL_QUEUE_NAME_MAX_]; /* SEAL_QUEUE_NONE: known from the log only */
	/* messages still waiting that came within the last hour, the hour before, the last day */
	uint64_t last_hour, hour_before, last_day;
	seal_vec(struct seal_queue_row) causes;  /* most messages first */
	seal_vec(struct seal_queue_row) domains; /* most messages first, then by name */
	uint64_t n_domains_not_kept;             /* messages of domains beyond the limit */
	seal_vec(struct seal_queue_certificate) certificates; /* the one that ends first, first */
};

void seal_queue_health_free(struct seal_queue_health *q);
