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

/* seal_event_fatal_of - the last line of severity error or worse of process @pid in [@from_us,
 * @to_us], master's own exit lines left out; NULL when there is none */
const struct seal_mail_event *seal_event_fatal_of(const struct seal_event_index *ix, uint32_t pid,
						  int64_t from_us, int64_t to_us);
