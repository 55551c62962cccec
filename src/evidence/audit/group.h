/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* group.h - occurrences of denials, gathered by the bytes they share. Memory is bounded by the
 * limits of audit.h whatever the log holds; counts stay exact. */

#include "evidence/audit/event.h"
#include "model/host.h"

struct seal_audit_groups;

/* seal_audit_groups_new - nothing gathered yet; NULL when memory is gone
 * @h: receives the changes as they come, the denials at the end; borrowed */
struct seal_audit_groups *seal_audit_groups_new(struct seal_host *h);
void seal_audit_groups_free(struct seal_audit_groups *g);

/* seal_audit_groups_add - count the denials and changes of an event, unless they were counted
 * before
 * @g:  a struct seal_audit_groups, so that it serves as the join's deliver()
 * Returns 0 or -ENOMEM. */
int seal_audit_groups_add(void *g, const struct seal_audit_event *e);

/* seal_audit_groups_more - the denial added next stands for @more others that are not at hand, the
 * first of them at @first_us */
void seal_audit_groups_more(struct seal_audit_groups *g, uint64_t more, int64_t first_us);

/* seal_audit_groups_copies - from here on sources are read that may hold copies of what was read so
 * far, which covers @first_us to @last_us (SEAL_TIME_NONE: nothing) */
void seal_audit_groups_copies(struct seal_audit_groups *g, int64_t first_us, int64_t last_us);

/* seal_audit_groups_damage - count @n records of @source that begin as a denial and go wrong,
 * besides those that seal_audit_groups_add() finds itself. Returns 0 or -ENOMEM. */
int seal_audit_groups_damage(struct seal_audit_groups *g, uint32_t source, uint64_t n);
/* seal_audit_groups_damaged - how many there are so far */
uint64_t seal_audit_groups_damaged(const struct seal_audit_groups *g, uint32_t source);

/* seal_audit_groups_finish - interpret a representative of each group and fill the host's
 * audit.denials Returns 0 or -ENOMEM. */
int seal_audit_groups_finish(struct seal_audit_groups *g);
