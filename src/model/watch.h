/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* watch.h - what is told of a host that is followed: its causes with their counts, what happened to
 * the streams, what was lost */

#include "core/time.h"
#include "core/vec.h"
#include "model/cause.h"
#include "model/explanation.h"
#include "model/fingerprint.h"

enum seal_watch_note_kind {
	SEAL_NOTE_ROTATED,   /* a log: its name is another file's now */
	SEAL_NOTE_TRUNCATED, /* a log: begun anew in its place */
	SEAL_NOTE_POLICY,    /* a policy was loaded, or a boolean set */
	SEAL_NOTE_MODE,      /* enforcing or permissive */
	SEAL_NOTE_RULESET,   /* nftables */
	SEAL_NOTE_REOPENED,  /* a stream broke and was taken up where it was */
	SEAL_NOTE_FAILED,    /* a stream broke for good */
	SEAL_NOTE_KIND_MAX_,
};

/* seal_watch_note_name - the word of the JSON: "rotated", "policy", ... */
const char *seal_watch_note_name(enum seal_watch_note_kind k);

/* struct seal_watch_note - something that happened to the host or a stream */
struct seal_watch_note {
	enum seal_watch_note_kind kind;
	int64_t time_us;
	uint64_t n;     /* times, close together */
	char path[160]; /* of the log; untrusted, cut; empty: none */
};

/* struct seal_watch_losses - what was not seen, counted since the start */
struct seal_watch_losses {
	uint64_t overruns; /* times the queue to us was full */
	uint64_t events;   /* audit events that never came, by the gaps in their serials */
	uint64_t kernel;   /* records that the kernel dropped before anybody could read them */
	uint64_t damaged;  /* denials cut short */
	uint64_t denials;  /* counted, but their kind was let go: too many kinds */
	uint64_t lines;    /* of the mail log, let go before they were looked at */
	uint64_t causes;   /* let go: too many */
};

/* seal_watch_losses_any - whether anything was lost */
bool seal_watch_losses_any(const struct seal_watch_losses *l);

/* struct seal_watch_row - a cause, or a group of denials without one, with all that has come of it
 */
struct seal_watch_row {
	char fingerprint[SEAL_FINGERPRINT_SIZE];
	bool denial; /* a group of denials; else a cause of mail */
	enum seal_cause_class class_;
	enum seal_certainty certainty;
	char *verdict, *title, *fix;   /* owned; untrusted, also the fix: one line, may be empty */
	uint64_t messages, recipients; /* of a cause */
	uint64_t events;               /* log lines without a message; of a group: denials */
	int64_t first_us, last_us;
	uint64_t number; /* 1, 2 ... in the order they were found */
	/* private to who counts */
	uint64_t told, window_events, base_events, used;
};

struct seal_watched {
	seal_vec(struct seal_watch_row) rows; /* in the order they were found */
	struct seal_watch_losses losses;
	uint64_t n_records, n_denials, n_lines; /* taken so far */
	uint64_t n_found;                       /* rows ever */
	uint64_t n_analyses;
	int64_t start_us, now_us;
};

/* seal_watch_row_count - what grows: messages, else events */
uint64_t seal_watch_row_count(const struct seal_watch_row *r);
void seal_watched_done(struct seal_watched *w);
