/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* event.h - the records of one event, brought together. Records of events that happen at the same
 * time lie mixed in every log; those of one event share time and serial. */

#include "evidence/audit/record.h"

#define SEAL_AUDIT_EVENT_RECORDS 48                  /* of one event; the rest forms a second one */
#define SEAL_AUDIT_EVENT_BYTES   ((size_t)64 * 1024) /* of their text */
#define SEAL_AUDIT_OPEN_MAX      16                  /* events open at one time */
#define SEAL_AUDIT_OPEN_LINES    40 /* lines without a record of it after which an event is over */

struct seal_audit_event {
	int64_t time_us;
	uint64_t serial;
	struct seal_audit_record *rec;
	size_t n;
};

/* seal_audit_event_find - its first record of @type, or NULL */
const struct seal_audit_record *seal_audit_event_find(const struct seal_audit_event *e,
						      uint32_t type);

/* seal_audit_event_copy - one heap block with the records worth keeping to interpret @keep of @e:
 * itself and those that describe its syscall
 * @max: bytes of text; when they are more, @keep alone is copied
 * Returns NULL when memory is gone; free with free(). */
struct seal_audit_event *seal_audit_event_copy(const struct seal_audit_event *e,
					       const struct seal_audit_record *keep, size_t max);

/* struct seal_audit_join - events that are still open */
struct seal_audit_join;

/* seal_audit_join_new - @deliver is called with each event that holds a wanted record, once it is
 * complete; a negative result is handed on by the calls below. NULL when memory is gone. */
struct seal_audit_join *
seal_audit_join_new(int (*deliver)(void *data, const struct seal_audit_event *e), void *data);
void seal_audit_join_free(struct seal_audit_join *j);

/* seal_audit_join_put - add a record (copied) to its event; one that needs no other is delivered
 * alone Returns 0 or what deliver returned. */
int seal_audit_join_put(struct seal_audit_join *j, const struct seal_audit_record *r);

/* seal_audit_join_open - number of open events */
size_t seal_audit_join_open(const struct seal_audit_join *j);
/* seal_audit_join_has - whether an event with the stamp of @r is open */
bool seal_audit_join_has(const struct seal_audit_join *j, const struct seal_audit_record *r);

/* seal_audit_join_tick - a line has passed: deliver what has been open too long */
int seal_audit_join_tick(struct seal_audit_join *j);
/* seal_audit_join_flush - deliver everything */
int seal_audit_join_flush(struct seal_audit_join *j);
