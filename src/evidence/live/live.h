/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* live.h - the streams of a running host followed at once, by a thread of their own so that a storm
 * of records does not wait for an analysis: audit records from the kernel's multicast group (else
 * audit.log, else the journal), the mail logs (else the journal), and word of a new policy or
 * ruleset. What they bring stands in a window of bounded size (window.h).
 *
 * The audit log's end is read when the stream is open, so that what came before counts too, once.
 */

#include "core/root.h"
#include "evidence/live/window.h"
#include "model/watch.h"

#define SEAL_LIVE_MAIL_PAST  (UINT64_C(512) << 10) /* bytes read of a mail log at first */
#define SEAL_LIVE_AUDIT_PAST (UINT64_C(2) << 20)   /* of audit.log */
#define SEAL_LIVE_ENTRIES    4096                  /* entries of the journal */
#define SEAL_LIVE_LOGS_MAX   8                     /* mail logs followed */
#define SEAL_LIVE_NOTES_MAX  64                    /* kept until they are taken; the rest counts */

struct seal_live;

struct seal_live_query {
	int64_t since_us; /* of the past, only records from here on; SEAL_TIME_NONE: as above */
	int audit_fd; /* a socket that brings the kernel's audit messages, taken over; -1: none */
};

/* seal_live_open - open all streams; nothing is read yet. What cannot be followed is a row of the
 * sources with its reason, never a failure.
 * @root: borrowed until the end; netlink is asked for the running host's own root only
 * @ret:  freed with seal_live_free(); untouched on failure
 * Returns 0 or -ENOMEM. */
int seal_live_open(const struct seal_root *root, const struct seal_live_query *query,
		   struct seal_live **ret, struct seal_err *err);

/* seal_live_start - read the past, then follow, in a new thread. Returns 0 or a negative errno. */
int seal_live_start(struct seal_live *l, struct seal_err *err);

/* seal_live_fd - readable when something came since seal_live_look(); borrowed */
int seal_live_fd(const struct seal_live *l);

/* struct seal_live_look - where the streams are */
struct seal_live_look {
	struct seal_window_state window;
	struct seal_watch_losses losses;
	uint64_t n_records; /* of the audit stream and log */
	struct seal_watch_note note[SEAL_LIVE_NOTES_MAX];
	size_t n_notes;
	int failed; /* the thread came to an end: a negative errno */
};

/* seal_live_look - take the notes, and see what came */
void seal_live_look(struct seal_live *l, struct seal_live_look *ret);

/* struct seal_live_source - a stream, as its row of the sources will be */
struct seal_live_source {
	enum seal_source source;
	char *path; /* owned */
	enum seal_read_status status;
	char detail[200]; /* printable */
	uint64_t records;
	int64_t first_us, last_us;
};

/* struct seal_live_copy - what the evidence is read from instead of the logs */
struct seal_live_copy {
	seal_vec(struct seal_live_source) sources;
	struct seal_window_copy window; /* source of its records: index into sources */
};

/* seal_live_copy - the window and the sources as they are now; @ret is freed with
 * seal_live_copy_done() in any case. Returns 0 or -ENOMEM. */
int seal_live_copy(struct seal_live *l, struct seal_live_copy *ret);
void seal_live_copy_done(struct seal_live_copy *c);

/* seal_live_free - stop the thread and close everything */
void seal_live_free(struct seal_live *l);
SEAL_DEFINE_AUTO(live, struct seal_live *, seal_live_free);
#define seal_auto_live __attribute__((cleanup(seal_auto_live_)))
