/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* events.h - look-ups among the events of the mail log: which line tells why a message, a pid or a
 * transport failed, when the status line itself does not */

#include "model/host.h"

struct seal_event_index;

/* seal_event_index_new - index over h->mail.events, which are borrowed. Returns 0 or -ENOMEM */
int seal_event_index_new(const struct seal_host *h, struct seal_event_index **ret);
void seal_event_index_free(struct seal_event_index *ix);
SEAL_DEFINE_AUTO(event_index, struct seal_event_index *, seal_event_index_free);
#define seal_auto_event_index __attribute__((cleanup(seal_auto_event_index_)))

/* seal_event_naming - the last line of severity error or worse that names @queue_id, at @since_us
 * or later; NULL when there is none */
const struct seal_mail_event *seal_event_naming(const struct seal_event_index *ix,
						struct seal_bytes queue_id, int64_t since_us);

/* seal_event_saying - the last line with exactly this text at @until_us or earlier: the attempt
 * whose reason a "delivery temporarily suspended" repeats; NULL when there is none */
const struct seal_mail_event *seal_event_saying(const struct seal_event_index *ix,
						struct seal_bytes text, int64_t until_us);

/* struct seal_window - a time, both ends included */
struct seal_window {
	int64_t from_us, to_us;
};

/* seal_window_about - from @before_us ahead of @from_us to @after_us behind @to_us; a window
 * nothing lies in when either time is not known (SEAL_TIME_NONE) */
struct seal_window seal_window_about(int64_t from_us, int64_t to_us, int64_t before_us,
				     int64_t after_us);

/* seal_event_is_reject - a server turned mail away */
bool seal_event_is_reject(const struct seal_mail_event *e);

/* seal_event_fatal_of - the last line of severity error or worse of process @pid in the window,
 * master's own exit lines left out; NULL when there is none */
const struct seal_mail_event *seal_event_fatal_of(const struct seal_event_index *ix, uint32_t pid,
						  struct seal_window w);

/* seal_event_warned - the last warning (or worse) of process @pid in the window, rejects left out;
 * NULL when there is none */
const struct seal_mail_event *seal_event_warned(const struct seal_event_index *ix, uint32_t pid,
						struct seal_window w);

#define SEAL_CRASHES_MAX ((size_t)64)

/* seal_event_is_of_resolver - a line of the daemons that look addresses up for qmgr and smtpd */
bool seal_event_is_of_resolver(const struct seal_mail_event *e);

/* seal_event_crashes - master's lines about processes that ended, qmgr's about transports it cannot
 * reach and warnings of the address resolver, in the window, by time: the last SEAL_CRASHES_MAX */
const struct seal_mail_event *const *seal_event_crashes(const struct seal_event_index *ix,
							struct seal_window w, size_t *n);

/* seal_event_resolved - in the window some name was resolved: a peer's address was logged */
bool seal_event_resolved(const struct seal_event_index *ix, struct seal_window w);

/* seal_event_ended_other - process @pid ended an attempt of a message other than @queue_id at
 * w.from_us or later and before w.to_us: what it did before that belongs to that attempt */
bool seal_event_ended_other(const struct seal_event_index *ix, uint32_t pid, struct seal_window w,
			    struct seal_bytes queue_id);
