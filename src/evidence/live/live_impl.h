/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* live_impl.h - what the files of live/ share */

#include <pthread.h>

#include "evidence/evidence.h"
#include "evidence/journal_walk.h"
#include "evidence/live/audit_stream.h"
#include "evidence/live/live.h"
#include "evidence/live/tail.h"
#include "evidence/postfix/log_files.h"

/* struct live_log - a text log that is followed */
struct live_log {
	struct seal_live *l;
	struct seal_tail tail;
	struct seal_log_clock clock;
	uint32_t source;
	bool audit; /* audit.log; else a mail log */
	uint64_t n_rotated, n_truncated;
};

/* struct live_journal - the journal from a place in it on */
struct live_journal {
	struct seal_live *l;
	struct sd_journal *j;
	struct seal_journal_walk walk;
	struct seal_host *h; /* its row of the sources is the walk's */
	char *cursor;        /* of the entry read last, owned */
	uint32_t source;
	bool mail, audit; /* what of it is wanted */
};

/* struct live_notify - a netlink socket that says that something changed */
struct live_notify {
	int fd;
	enum seal_watch_note_kind (*kind)(uint16_t type); /* SEAL_NOTE_KIND_MAX_: nothing */
};

enum { NOTIFY_RULESET, NOTIFY_SELINUX, NOTIFIES };

struct seal_live {
	const struct seal_root *root; /* borrowed */
	int64_t since_us;
	struct seal_host *h; /* configuration and zone, from the start */
	struct seal_log_texts texts;
	struct seal_window *window;
	struct seal_audit_join *join;
	struct seal_audit_stream stream;
	bool streaming; /* audit records come from the stream */
	uint32_t stream_source;
	int64_t joining_until_us;                     /* monotonic; 0: the past is joined */
	struct live_log logs[SEAL_LIVE_LOGS_MAX + 1]; /* audit.log the last */
	size_t n_logs;
	struct live_journal journal;
	struct live_notify notify[NOTIFIES];
	int inotify, ready_fd;
	int wake[2]; /* a pipe; that its second end is closed wakes the thread */
	seal_vec(struct seal_live_source) sources;
	struct seal_watch_note notes[SEAL_LIVE_NOTES_MAX];
	size_t n_notes;
	uint64_t kernel_asked_us;
	bool ready, running, stopping;
	bool past; /* what was logged before the start is being read */
	int failed;
	pthread_t thread;
	pthread_mutex_t lock; /* of window, sources, notes and counts */
};

/* live_source - a row for a stream; its index or -ENOMEM */
int live_source(struct seal_live *l, enum seal_source source, const char *path,
		enum seal_read_status status, const char *detail);
/* live_source_record - a record of @source, of the time @time_us */
void live_source_record(struct seal_live *l, uint32_t source, int64_t time_us);

/* live_note - something happened; alike notes close together are one */
void live_note(struct seal_live *l, enum seal_watch_note_kind kind, const char *path);

/* live_record - an audit record from wherever (its source is a row of ours). Returns 0 or -ENOMEM
 */
int live_record(struct seal_live *l, const struct seal_audit_record *r);
/* live_line - a line of the mail log. Returns 0 or -ENOMEM */
int live_line(struct seal_live *l, const struct seal_log_record *r, uint32_t source);

/* live_logs_open - the mail logs and, with @audit, the audit log. Returns 0 or -ENOMEM */
int live_logs_open(struct seal_live *l, bool audit);
/* live_log_read - what is new in a log. Returns 0 or -ENOMEM */
int live_log_read(struct live_log *log);
/* live_logs_are_there - whether a log of that kind can be read now */
bool live_logs_are_there(const struct seal_live *l, bool audit);

/* live_journal_open - the journal of the root, before its last entries; without one a row says so.
 * Returns 0 or -ENOMEM */
int live_journal_open(struct seal_live *l, bool mail, bool audit);
int live_journal_fd(const struct live_journal *j);
/* live_journal_read - what is new. Returns 0 or -ENOMEM */
int live_journal_read(struct live_journal *j);
void live_journal_close(struct live_journal *j);

void live_notify_open(struct seal_live *l);
void live_notify_read(struct seal_live *l, struct live_notify *n);
void live_notify_close(struct seal_live *l);

/* live_now_us - a clock that is never set */
int64_t live_now_us(void);
