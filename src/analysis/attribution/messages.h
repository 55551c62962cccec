/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* messages.h - what the mail log and the queue say of the same message, put together */

#include "model/explanation.h"
#include "model/host.h"

/* struct seal_ids - which messages are asked for; n 0 = all */
struct seal_ids {
	const struct seal_bytes *v;
	size_t n;
};

/* seal_messages_join - fill x->messages
 * A queue file and a log entry are one message when queue id and instance agree and the log entry
 * is the last of that id (short ids are used again). Recipients already delivered are left out; a
 * message none of whose recipients is left is left out too. The queue tells what waits, the log
 * which process tried. Returns 0 or -ENOMEM. */
int seal_messages_join(const struct seal_host *h, struct seal_ids ids, struct seal_explanation *x);
