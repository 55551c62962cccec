/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* queue_json.h - the output of postqueue -j (postqueue(1)): one JSON object a line. Postfix
 * before 3.9 loses what stands before a control character; recipients have no reason while they are
 * being delivered to. */

#include "core/arena.h"
#include "model/mail.h"

#define SEAL_QUEUE_JSON_LINE_MAX ((size_t)1024 * 1024)

/* seal_queue_json_parse - one line
 * @ret: the message; its bytes live in @arena, its recipients are freed by the caller; untouched on
 *       failure. An unknown queue name gives SEAL_QUEUE_NONE.
 * Limit: 1000 recipients; the rest is left out.
 * Returns 0, -EBADMSG (not such an object) or -ENOMEM. */
int seal_queue_json_parse(struct seal_bytes line, struct seal_arena *arena,
			  struct seal_message *ret);
