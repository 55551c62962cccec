/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* queue_log.h - the defer and bounce logs of a message (bounce_log(3)): entries parted by empty
 * lines, each of "name=value" lines, in old ones "<recipient>: reason" */

#include "core/arena.h"
#include "model/mail.h"

#define SEAL_QUEUE_LOG_MAX ((size_t)1024 * 1024)

/* struct seal_queue_log - the caller frees recipients with seal_vec_done() */
struct seal_queue_log {
	seal_vec(struct seal_recipient) recipients;
	size_t n_bad; /* lines that are neither */
	bool cut;
};

/* seal_queue_log_parse - append one recipient to the log for each entry that names one
 * @text:   the file
 * @status: what it says of them all: SEAL_RCPT_DEFERRED or SEAL_RCPT_BOUNCED
 * @arena:  receives the bytes
 * Limit: SEAL_ENVELOPE_RECIPIENTS_MAX entries; more are left out and log->cut is set.
 * Returns 0 or -ENOMEM. */
int seal_queue_log_parse(struct seal_bytes text, enum seal_rcpt_status status,
			 struct seal_arena *arena, struct seal_queue_log *log);
