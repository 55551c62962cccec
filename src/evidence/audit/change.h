/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* change.h - changes that audit records date: policy loads, booleans, enforcing mode, firewall
 * tables, packages (rpm-plugin-audit(8)). The newest SEAL_AUDIT_CHANGES_MAX of each kind are kept.
 */

#include "evidence/audit/event.h"
#include "model/host.h"

#define SEAL_AUDIT_CHANGE_KINDS (SEAL_CHANGE_PACKAGE + 1)

/* struct seal_audit_noted - a change as the record says it; the strings are one heap block at
 * what.p */
struct seal_audit_noted {
	enum seal_change_kind kind;
	int64_t time_us;
	uint64_t serial, line;
	uint32_t source;
	struct seal_bytes what, from, to;
};

/* struct seal_audit_changes - zero-initialised is empty */
struct seal_audit_changes {
	struct {
		seal_vec(struct seal_audit_noted) kept;
		size_t next; /* to be overwritten, once the limit is reached */
	} ring[SEAL_AUDIT_CHANGE_KINDS];
};

/* seal_audit_change - note the change that @r tells of
 * Passed over: a record that tells of no change (enforcing set to what it was), and one that equals
 * the latest of its kind and is less than a second younger. Returns 0 or -ENOMEM. */
int seal_audit_change(struct seal_audit_changes *c, const struct seal_audit_record *r);

/* seal_audit_changes_finish - append what was noted to the host's changes
 * Returns 0 or -ENOMEM. */
int seal_audit_changes_finish(const struct seal_audit_changes *c, struct seal_host *h);
void seal_audit_changes_done(struct seal_audit_changes *c);

/* seal_audit_ref - "1795200816.824:65" in the host's arena; none when memory is gone */
struct seal_bytes seal_audit_ref(struct seal_host *h, int64_t time_us, uint64_t serial);
