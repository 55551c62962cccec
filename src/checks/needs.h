/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* needs.h - what must be open, and no more: the hardening review */

#include "checks/check.h"
#include "model/needs.h"

/* seal_needs_find - every need of the configuration with what SELinux and the firewall grant, and
 * what is open beyond that
 * @ret: zeroed; caller ends it with seal_needs_done(). Returns 0 or -ENOMEM. */
int seal_needs_find(struct seal_host *h, struct seal_needs *ret);

/* seal_needs_what_if - what would break, from the needs and from the denials seen so far
 * @question: "BOOLEAN=off", "BOOLEAN=on", "close PORT" with "/udp" behind it or not, or "enforcing"
 * @ret:      its needs were found; the answer is appended to what_if
 * The policy is as before afterwards. Returns 0, -EINVAL (no such question, boolean or port) or
 * -ENOMEM. */
int seal_needs_what_if(struct seal_host *h, struct seal_bytes question, struct seal_needs *ret,
		       struct seal_err *err);

/* --- shared by needs.c and what_if.c */

/* seal_need_selinux - what the policy as it stands in memory says to an item */
enum seal_grant seal_need_selinux(const struct seal_host *h, const struct seal_need_item *item);
