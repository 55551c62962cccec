/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* queue.h - what lies in the Postfix queue, from the spool or from the output of postqueue -j */

#include "core/root.h"
#include "model/host.h"

#define SEAL_QUEUE_MESSAGES_MAX ((size_t)1000000)

/* seal_queue_read - fill h->queue
 * The queue directories of each instance of h->postfix (without any: var/spool/postfix) are walked;
 * of each queue file only the envelope is read, never the content of the message. live/queue.ndjson
 * adds what the spool does not have: whole messages, reasons. Limits: SEAL_QUEUE_MESSAGES_MAX
 * messages in all, 64 KiB of envelope and 1000 recipients a message, 1 MiB of defer log a message;
 * what is beyond is told in the row of h->sources. A damaged queue file is counted there, and kept
 * with what could be read of it. Returns 0 (also when there is no queue) or -ENOMEM. */
int seal_queue_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);
