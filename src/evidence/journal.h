/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* journal.h - entries of the systemd journal, from journal files (sd-journal) or the export format
 * (systemd.io/JOURNAL_EXPORT_FORMATS), for the audit, mail and kernel log readers alike */

#include "core/input.h"
#include "core/vec.h"
#include "model/host.h"

/* struct seal_journal_entry - the fields the readers use; bytes valid during the callback only */
struct seal_journal_entry {
	int64_t time_us;             /* _SOURCE_REALTIME_TIMESTAMP, else __REALTIME_TIMESTAMP */
	struct seal_bytes transport; /* _TRANSPORT: "audit", "kernel", "syslog", ... */
	struct seal_bytes identifier, message, hostname, comm;
	uint32_t pid;        /* SYSLOG_PID, else _PID; 0 when absent */
	uint32_t audit_type; /* _AUDIT_TYPE: 1400 = AVC; 0 when absent */
	uint64_t audit_id;   /* _AUDIT_ID: the serial of the event */
	uint64_t number;     /* of the entry in its file, from 1 */
};

/* struct seal_journal_reader - who wants the entries; a negative result stops the walk */
struct seal_journal_reader {
	void *data;
	int (*entry)(void *data, const struct seal_journal_entry *e,
		     const struct seal_source_state *from);
};

#define SEAL_JOURNAL_FIELD_MAX  ((size_t)64 * 1024)  /* bytes of a field; the rest is dropped */
#define SEAL_JOURNAL_FILES_MAX  ((size_t)400)        /* of a directory; the newest are read */
#define SEAL_JOURNAL_EXPORT_MAX (UINT64_C(64) << 30) /* bytes of an export file */

/* struct seal_journal_copy - who wants the entries as they are: in the export format, with the
 * fields that readers use. @path: of the journal, as its row of the sources has it */
struct seal_journal_copy {
	void *data;
	int (*entry)(void *data, struct seal_bytes path, struct seal_bytes text);
};

/* seal_journal_entries - every entry of every journal of @root, also of those that another one
 * covers; otherwise as seal_journal_read(). An export file in the place of a journal file is read
 * as one. */
int seal_journal_entries(const struct seal_root *root, struct seal_host *h,
			 const struct seal_journal_copy *copy);

/* seal_journal_read - every entry of every journal of @root, once: the journal files of each
 * directory below var/log/journal and run/log/journal, by time; then live/system.journal and
 * live/journal.export of a bundle, as far as they reach beyond the time span of those read before.
 * Entries more than a minute outside h->span are passed over. One row in the host's sources for a
 * directory, and for each file that cannot be read. Returns 0 (also when there is no journal) or a
 * negative errno from a callback or -ENOMEM. */
int seal_journal_read(const struct seal_root *root, struct seal_host *h,
		      const struct seal_journal_reader *readers, size_t n_readers);
