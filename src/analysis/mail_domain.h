/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* mail_domain.h - which domains of the policy the mail system runs in: Postfix, what filters,
 * stores and authenticates for it. It selects and sorts, and proves nothing. */

#include "evidence/selinux/policy.h"
#include "model/host.h"

/* seal_mail_domains - the types, sorted, each once: those with an attribute that policies give
 * domains of mail, and those that a program of the mail system leads into, found by the label that
 * file_contexts gives it. Names are the policy's.
 * Returns 0 (none, when there is no policy) or -ENOMEM; the caller frees @ret->v. */
int seal_mail_domains(struct seal_host *h, struct seal_names *ret);

/* seal_mail_domains_have - whether @type, under its primary name, is one of them */
bool seal_mail_domains_have(const struct seal_names *domains, struct seal_bytes type);
