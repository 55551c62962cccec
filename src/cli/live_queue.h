/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* live_queue.h - the queue of the running host for those who may not read its spool */

#include "core/root.h"

/* seal_cli_queue - when @root is the live host's and its spool is closed to us, ask Postfix for its
 * queue ("postqueue -j", the one program that is run, and before the lock-down). Without an answer
 * the sources say that the spool could not be read. */
void seal_cli_queue(struct seal_root *root);
