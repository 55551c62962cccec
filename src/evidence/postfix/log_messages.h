/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log_messages.h - the messages a seal_track follows: found by queue id, begun, ended, forgotten */

#include "evidence/postfix/log_track.h"

/* seal_messages_find - the open message of that name, or NULL */
struct seal_log_message *seal_messages_find(const struct seal_track *t, uint32_t instance,
					    struct seal_bytes queue_id);

/* seal_messages_new - begin a message at this line; there is none of its name yet
 * NULL when memory is gone */
struct seal_log_message *seal_messages_new(struct seal_track *t, uint32_t instance,
					   struct seal_bytes queue_id,
					   const struct seal_log_record *r);

/* seal_messages_touch - a line of an open message: it is the youngest of its list now */
void seal_messages_touch(struct seal_track *t, struct seal_log_message *m, enum seal_log_list list);

/* seal_messages_end - no line is about this message any more: it is kept in @list (FAILED,
 * REFUSED), of which the oldest goes when it is full, or forgotten (SEAL_LOG_LIST_MAX_) */
void seal_messages_end(struct seal_track *t, struct seal_log_message *m, enum seal_log_list list);

/* seal_messages_make_room - give up messages, and lines, until all fit into SEAL_MAILLOG_BYTES_MAX
 */
void seal_messages_make_room(struct seal_track *t);

/* seal_messages_has - whether a recipient has that status */
bool seal_messages_has(const struct seal_log_message *m, enum seal_rcpt_status status);

/* seal_messages_is_stray - a message that got no further than its first lines, though the queue
 * manager was at work long after: its client went away, or the rest of its lines is missing */
bool seal_messages_is_stray(const struct seal_track *t, const struct seal_log_message *m);

/* seal_messages_text, seal_messages_set_text - client, message id, sender */
struct seal_bytes seal_messages_text(const struct seal_log_message *m,
				     enum seal_message_text which);
int seal_messages_set_text(struct seal_track *t, struct seal_log_message *m,
			   enum seal_message_text which, struct seal_bytes b);

/* seal_messages_rcpt - the recipient of that address and original address; with @add it is made
 * when there is none yet (*ret NULL beyond SEAL_MAILLOG_RECIPIENTS_MAX). Returns 0 or -ENOMEM. */
int seal_messages_rcpt(struct seal_track *t, struct seal_log_message *m, struct seal_bytes address,
		       struct seal_bytes orig, bool add, struct seal_log_rcpt **ret);

/* seal_rcpt_set - the texts of its latest status line, cut when the message has too many already
 * Returns 0 or -ENOMEM. */
int seal_rcpt_set(struct seal_track *t, struct seal_log_message *m, struct seal_log_rcpt *c,
		  const struct seal_log_status *s);

/* seal_messages_free - at the end of all, once its facts are copied: it stays in its list,
 * untouched */
void seal_messages_free(struct seal_track *t, struct seal_log_message *m);
void seal_messages_done(struct seal_track *t);
