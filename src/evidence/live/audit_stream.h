/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* audit_stream.h - audit records as they happen, from the read-only multicast group of the kernel's
 * audit socket (AUDIT_NLGRP_READLOG, Linux 3.16; CAP_AUDIT_READ). auditd keeps its place: nothing
 * is asked of the kernel and nothing taken from anybody. Sources: kernel/audit.c, audit(8). */

#include "core/err.h"
#include "evidence/audit/record.h"
#include "evidence/live/serials.h"

/* bytes of a message: the kernel's MAX_AUDIT_MESSAGE_LENGTH with its header, and to spare */
#define SEAL_AUDIT_STREAM_MESSAGE 9216
#define SEAL_AUDIT_STREAM_BATCH   64
/* bytes asked for between the kernel and us: some 60,000 short records */
#define SEAL_AUDIT_STREAM_QUEUE (32 << 20)

struct seal_audit_stream {
	int fd, status_fd;
	char *room; /* SEAL_AUDIT_STREAM_BATCH messages */
	uint64_t n_records, n_damaged;
	uint64_t n_overruns; /* times the kernel found the queue full */
	struct seal_serials serials;
	/* records the kernel dropped before anybody could read them, as it counts them: at the
	 * start, and since */
	uint32_t kernel_first, kernel_lost;
	bool kernel_known;
};

/* seal_audit_stream_open - join the group
 * Returns 0, -EPERM (no CAP_AUDIT_READ, or in a user namespace), -EPROTONOSUPPORT (a kernel without
 * audit), -ENOMEM or another negative errno. */
int seal_audit_stream_open(struct seal_audit_stream *s, struct seal_err *err);

/* seal_audit_stream_init - the same over a socket that brings such messages; taken over, also on
 * failure. Returns 0 or -ENOMEM. */
int seal_audit_stream_init(struct seal_audit_stream *s, int fd);
void seal_audit_stream_done(struct seal_audit_stream *s);

/* seal_audit_stream_read - hand what is there to @record, at most one batch; records of no use to
 * us count for their serials only. Bytes are valid during the call. Returns the number of messages,
 * 0 when nothing more is there, or a negative errno of @record or of the socket. */
int seal_audit_stream_read(struct seal_audit_stream *s,
			   int (*record)(void *data, const struct seal_audit_record *r),
			   void *data);

/* seal_audit_stream_ask - ask the kernel how many records it dropped (AUDIT_GET,
 * CAP_AUDIT_CONTROL); where it does not say, kernel_known stays false */
void seal_audit_stream_ask(struct seal_audit_stream *s);
