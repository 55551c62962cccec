/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* window.h - what the streams brought of late, within bounds: denials by kind with exact counts and
 * a few whole events of each, changes of the host, and the mail log's lines. What falls out at the
 * far end is counted. Lines of messages that went well are let go when the message is removed. */

#include "core/vec.h"
#include "evidence/audit/avc.h"
#include "evidence/audit/event.h"
#include "evidence/audit/seen.h"
#include "evidence/postfix/log_track.h"

#define SEAL_WINDOW_KINDS_MAX   ((size_t)1024) /* distinct denials */
#define SEAL_WINDOW_OBJECTS_MAX ((size_t)32)   /* of one access: same types, class, permissions */
#define SEAL_WINDOW_EVENTS_MAX  ((size_t)16)   /* whole events of a kind: the newest */
#define SEAL_WINDOW_EVENT_BYTES ((size_t)4096) /* of one; beyond, the denial alone */
#define SEAL_WINDOW_AUDIT_BYTES ((size_t)3 << 20) /* of all denials kept */
#define SEAL_WINDOW_CHANGES_MAX ((size_t)64)      /* changes of policy, booleans, firewall */
#define SEAL_WINDOW_LINES_MAX   ((size_t)16384)   /* of the mail log */
#define SEAL_WINDOW_LINES_BYTES ((size_t)4 << 20) /* of their text */
#define SEAL_WINDOW_PAST_MAX    ((size_t)65536)   /* records of the log held against the stream */

struct seal_window;

/* struct seal_window_state - what came, and what was let go before anybody looked */
struct seal_window_state {
	uint64_t n_denials, n_kinds; /* in all: occurrences, distinct ones ever seen */
	uint64_t n_damaged;          /* denials cut short */
	uint64_t n_changes, n_lines; /* taken */
	uint64_t n_denials_dropped;  /* occurrences whose kind was let go: no room */
	uint64_t n_lines_dropped;    /* lines let go before the window was looked at */
	uint64_t news;               /* goes up with all that may change the answer */
};

/* seal_window_new - NULL when memory is gone */
struct seal_window *seal_window_new(void);
void seal_window_free(struct seal_window *w);

/* seal_window_event - take an event (struct seal_audit_join's deliver; @w is a seal_window)
 * Returns 0 or -ENOMEM. */
int seal_window_event(void *w, const struct seal_audit_event *e);

/* seal_window_join_past - from here on until seal_window_past_over() a denial that came before,
 * from the log or the stream, counts once */
void seal_window_join_past(struct seal_window *w);
void seal_window_past_over(struct seal_window *w);

/* seal_window_line - take a line of the mail log; those of other programs are passed over
 * Returns 0 or -ENOMEM. */
int seal_window_line(struct seal_window *w, const struct seal_log_record *r, uint32_t source);

const struct seal_window_state *seal_window_state(const struct seal_window *w);

/* struct seal_window_denial - of the copy: events of one kind, the oldest first */
struct seal_window_denial {
	const struct seal_audit_event *event;
	uint64_t more;    /* occurrences besides it: with the first event of a kind, else 0 */
	int64_t first_us; /* of the kind */
};

/* struct seal_window_copy - the window as it was, in memory of its own */
struct seal_window_copy {
	seal_vec(struct seal_window_denial) denials; /* and changes */
	struct copied_line {
		struct seal_log_record r;
		uint32_t source;
	} * lines;
	size_t n_lines;
	char *text;
	struct seal_window_state state;
};

/* seal_window_copy - fill @ret, which is freed with seal_window_copy_done() in any case
 * Returns 0 or -ENOMEM. */
int seal_window_copy(struct seal_window *w, struct seal_window_copy *ret);
void seal_window_copy_done(struct seal_window_copy *c);
