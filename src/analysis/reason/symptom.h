/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* symptom.h - which symptom of rules/causes a parsed reason shows: the first, in order of
 * evaluation, of which everything it asks for holds. The same for reasons of recipients and for
 * warnings, fatal lines and rejects (struct seal_mail_event). */

#include "analysis/reason/reason.h"

struct seal_matcher;

/* struct seal_symptom_query - one reason and what is known about the line it stood in; empty = not
 * known. A filter of a symptom on something not known does not hold, except that on the daemon:
 * queue files do not tell it, and a suspended delivery is told by another daemon than the one that
 * failed. */
struct seal_symptom_query {
	const struct seal_reason *reason;
	struct seal_bytes daemon; /* "smtp" */
	struct seal_bytes dsn;   /* "4.4.1"; when empty, the enhanced code of the reply stands in */
	struct seal_bytes relay; /* relay= as logged */
};

/* seal_matcher_new - matcher over @rules, which are borrowed
 * @ret: caller frees with seal_matcher_free(). It remembers recent answers (at most 8 MiB), for
 * most of many reasons repeat.
 * Returns 0 or -ENOMEM. */
int seal_matcher_new(const struct seal_rules *rules, struct seal_matcher **ret);
void seal_matcher_free(struct seal_matcher *m);
SEAL_DEFINE_AUTO(matcher, struct seal_matcher *, seal_matcher_free);
#define seal_auto_matcher __attribute__((cleanup(seal_auto_matcher_)))

/* seal_symptom_match - the symptom of @q; NULL when no rule matches (the built-in rules end in one
 * that always does) or memory is gone */
const struct seal_symptom *seal_symptom_match(struct seal_matcher *m,
					      const struct seal_symptom_query *q);

/* seal_symptom_is_unexplained - it is the one that any words match: it tells nothing of them */
bool seal_symptom_is_unexplained(const struct seal_symptom *s);

/* seal_matcher_limit_hits - matches given up because of a limit of core/regex.h: each counted as no
 * match */
uint64_t seal_matcher_limit_hits(const struct seal_matcher *m);
