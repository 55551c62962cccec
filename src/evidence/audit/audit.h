/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* audit.h - denials and dated changes from audit records: audit.log with its rotated and compressed
 * files (raw and enriched), the journal's audit and kernel entries, and kernel log text, where the
 * records go when no auditd runs.
 *
 * A record that several sources hold (same time, serial and bytes, pid aside) counts once, with the
 * origin read first: audit.log, then the journal, then kernel log text. Equal records of one event
 * count once. Occurrences are grouped by the bytes of the record without its pid; one event of a
 * group is interpreted (libauparse), the others give time, serial, pid, parent and line.
 *
 * Limits, so that memory does not grow with the log: */

#include "evidence/audit/event.h"
#include "evidence/journal.h"

/* bytes of a record; the kernel writes 8,970 at most, auditd adds the enriched fields */
#define SEAL_AUDIT_RECORD_MAX ((size_t)16 * 1024)
#define SEAL_AUDIT_FILE_MAX   (UINT64_C(1) << 40) /* bytes of a file, decompressed */
#define SEAL_AUDIT_FILES_MAX  ((size_t)1000)
/* distinct accesses (kind, contexts, class, permissions, comm, mode); more only add to n_not_kept
 */
#define SEAL_AUDIT_ACCESS_MAX ((size_t)2048)
/* distinct objects of one access and of all; further ones share a denial with object.varies */
#define SEAL_AUDIT_OBJECTS_MAX ((size_t)512)
#define SEAL_AUDIT_DENIALS_MAX ((size_t)4096)
/* occurrences kept of one denial (the first half and the last half) and of all; counts are exact */
#define SEAL_AUDIT_HITS_MAX ((size_t)1024)
#define SEAL_AUDIT_HITS_ALL ((size_t)262144)
/* occurrences remembered to see copies in a later source; beyond, that source's records of the span
 * of audit.log are taken for copies */
#define SEAL_AUDIT_SEEN_MAX ((size_t)1 << 20)
/* changes kept of each kind: the newest. Equal ones within a second of each other are one */
#define SEAL_AUDIT_CHANGES_MAX ((size_t)4096)

struct seal_audit_log;

/* seal_audit_log_path - where auditd.conf of @root says the log is: directory and name, in @a;
 * "var/log/audit" and "audit.log" when it does not say. Returns 0 or -ENOMEM. */
int seal_audit_log_path(const struct seal_root *root, struct seal_arena *a, const char **dir,
			const char **name);

/* seal_audit_new - read the audit.log files of @root (auditd.conf's log_file, else var/log/audit)
 * @root: borrowed until seal_audit_finish()
 * @h:    receives the facts, as @root. Records outside h->span are passed over.
 * @ret:  caller frees with seal_audit_free(); untouched on failure
 * Files that cannot be read are rows of h->sources with their reason, never a failure.
 * Returns 0 or -ENOMEM. */
int seal_audit_new(const struct seal_root *root, struct seal_host *h, struct seal_audit_log **ret,
		   struct seal_err *err);
void seal_audit_free(struct seal_audit_log *log);

/* seal_audit_new_live - the same with no file read: the caller hands over the events */
int seal_audit_new_live(const struct seal_root *root, struct seal_host *h,
			struct seal_audit_log **ret, struct seal_err *err);
/* seal_audit_take - an event of a source whose row is in h->sources (the source of its records)
 * @more: denials alike that the first one of the event stands for besides itself, the first of them
 *        at @first_us
 * Returns 0 or -ENOMEM. */
int seal_audit_take(struct seal_audit_log *log, const struct seal_audit_event *e, uint64_t more,
		    int64_t first_us);
/* seal_audit_finish_live - the same as seal_audit_finish(), with no file read
 * @first_us, @last_us: what the events cover; SEAL_TIME_NONE: nothing was followed */
int seal_audit_finish_live(struct seal_audit_log *log, int64_t first_us, int64_t last_us,
			   struct seal_err *err);
SEAL_DEFINE_AUTO(audit, struct seal_audit_log *, seal_audit_free);
#define seal_auto_audit __attribute__((cleanup(seal_auto_audit_)))

/* seal_audit_reader - for seal_journal_read(): takes the audit records of entries whose _TRANSPORT
 * is "audit" or "kernel", which no program can forge. Borrows @log. */
struct seal_journal_reader seal_audit_reader(struct seal_audit_log *log);

/* seal_audit_finish - read kernel log text (var/log/kern.log, messages and syslog with their
 * rotated files, the bundle's dmesg.txt), then fill h->audit and add to h->changes (the caller
 * sorts those). Returns 0 or -ENOMEM. */
int seal_audit_finish(struct seal_audit_log *log, struct seal_err *err);

/* seal_audit_read - all of it in one call, with a walk of the journal for the audit records alone
 * Returns 0 or -ENOMEM. */
int seal_audit_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);
