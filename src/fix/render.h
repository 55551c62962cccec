/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* render.h - a plan in the languages that carry it out. A renderer only encodes: what is done, in
 * which order and under which condition is the plan's. */

#include "core/buf.h"
#include "fix/plan.h"

/* seal_plan_apply_sh - a POSIX sh script that carries the plan out, step by step: a step whose
 * effect is there already is passed over, one whose precondition does not hold stops the script
 * with exit status 1. It keeps what it did, and the labels it changes, in the directory "state"
 * beside itself, for the other script.
 * @hash: the digest of the plan file in hexadecimal, for the comment at the top
 * seal_plan_undo_sh - the script that takes back, in reverse order, what the first one began.
 * @out->err tells when memory was gone. */
void seal_plan_apply_sh(const struct seal_plan *p, const char *hash, struct seal_buf *out);
void seal_plan_undo_sh(const struct seal_plan *p, const char *hash, struct seal_buf *out);

/* seal_plan_ansible - the steps as a playbook: modules where there is one that tells changed from
 * unchanged, else the command with its probe; check mode changes nothing */
void seal_plan_ansible(struct seal_plan *p, const char *hash, struct seal_buf *out);
