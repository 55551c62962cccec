/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log_events.h - the events kept while logs are read. An event lives as long as a message refers to
 * it, or while it is among the newest SEAL_MAILLOG_EVENTS_MAX of its ring: what remote clients make
 * smtpd log cannot push out what the mail system says about itself. */

#include "core/vec.h"
#include "model/mail.h"

enum seal_log_ring {
	SEAL_LOG_RING_SYSTEM,
	SEAL_LOG_RING_FRONT,
	SEAL_LOG_RING_MAX_,
};

struct seal_log_event {
	struct seal_mail_event e; /* text and queue_id point into data */
	struct seal_log_event *prev, *next;
	uint64_t seq, hash; /* order of reading; hash of the text */
	uint32_t refs, index;
	char data[];
};

struct seal_log_notes {
	seal_vec(struct seal_log_event *) v;
};

struct seal_log_events {
	struct seal_log_event *first, *last;
	struct {
		struct seal_log_event **v;
		size_t n, at; /* the last n of the places before at are taken */
		size_t bytes; /* of the events in it */
	} ring[SEAL_LOG_RING_MAX_];
	uint64_t seq, n_dropped;
	size_t n;
	size_t bytes; /* of all events and notes */
};

void seal_log_events_done(struct seal_log_events *pool);

/* seal_log_event_new - keep an event; its text and queue id are copied, its other bytes borrowed
 * Returns NULL when memory is gone. The ring holds the only reference. */
struct seal_log_event *seal_log_event_new(struct seal_log_events *pool,
					  const struct seal_mail_event *e, enum seal_log_ring ring);

/* seal_log_note - add a reference to @ev; beyond @max notes the oldest goes. A note that is there
 * already is not added again. Returns 0 or -ENOMEM. */
int seal_log_note(struct seal_log_events *pool, struct seal_log_notes *notes,
		  struct seal_log_event *ev, size_t max);

/* seal_log_events_shrink - forget the older half of what only the rings hold */
void seal_log_events_shrink(struct seal_log_events *pool);

/* seal_log_event_free - an event that no notes refer to any more; the rings are of no use then */
void seal_log_event_free(struct seal_log_events *pool, struct seal_log_event *ev);

/* seal_log_notes_done - drop all references and free the array */
void seal_log_notes_done(struct seal_log_events *pool, struct seal_log_notes *notes);

/* seal_log_notes_clear - drop all references; the array stays allocated */
void seal_log_notes_clear(struct seal_log_events *pool, struct seal_log_notes *notes);
