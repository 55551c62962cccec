/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* journal_walk.h - the entry being put together, shared by the two formats of journal.c */

#include "core/buf.h"
#include "evidence/journal.h"

enum seal_journal_field {
	SEAL_JOURNAL_TRANSPORT,
	SEAL_JOURNAL_IDENTIFIER,
	SEAL_JOURNAL_MESSAGE,
	SEAL_JOURNAL_HOSTNAME,
	SEAL_JOURNAL_COMM,
	SEAL_JOURNAL_SYSLOG_PID,
	SEAL_JOURNAL_PID,
	SEAL_JOURNAL_AUDIT_TYPE,
	SEAL_JOURNAL_AUDIT_ID,
	SEAL_JOURNAL_SOURCE_TIME,
	SEAL_JOURNAL_TIME,
	SEAL_JOURNAL_FIELD_MAX_,
};

struct seal_journal_walk {
	const struct seal_root *root;
	struct seal_host *host;
	const struct seal_journal_reader *readers;
	size_t n_readers, row;               /* row: of the journal at hand */
	int64_t covered_first, covered_last; /* time span of the journals already read */
	uint64_t number, n_covered;
	const struct seal_journal_copy *copy; /* NULL: the readers get the entries */
	struct seal_buf value[SEAL_JOURNAL_FIELD_MAX_];
};

/* seal_journal_field - the field of that name, SEAL_JOURNAL_FIELD_MAX_ when no reader uses it */
enum seal_journal_field seal_journal_field(struct seal_bytes name);

/* seal_journal_set - a field of the entry; cut to SEAL_JOURNAL_FIELD_MAX. Returns 0 or -ENOMEM. */
int seal_journal_set(struct seal_journal_walk *w, enum seal_journal_field field,
		     struct seal_bytes value);

/* seal_journal_deliver - hand the entry to the readers and clear it
 * Returns 0, -ENOMEM or the negative result of a reader. */
int seal_journal_deliver(struct seal_journal_walk *w);

/* seal_journal_take - deliver the entry @j stands at. Returns as seal_journal_deliver(). */
struct sd_journal;
int seal_journal_take(struct seal_journal_walk *w, struct sd_journal *j);

/* seal_journal_tell - add to the detail of the journal's row. Returns 0 or -ENOMEM. */
int seal_journal_tell(struct seal_journal_walk *w, const char *text);
