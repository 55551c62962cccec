/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* explain_words.h - the answer of explain in words, for every format that people read. What is put
 * may hold untrusted bytes, still to pass the encoder of the format. */

#include "core/buf.h"
#include "model/explanation.h"

/* seal_explain_class - "SELinux", "firewall", "permissions" */
const char *seal_explain_class(enum seal_cause_class c);
/* seal_explain_summary - "2 messages wait, 1 bounced, 3 causes" */
void seal_explain_summary(struct seal_buf *b, const struct seal_explanation *x);
/* seal_explain_since - "18:53:04, 2 s after a Postfix reload": what happened just before is never a
 * proof. Nothing when the time is not known. @utc: "18:53:04 UTC, ..." */
void seal_explain_since(struct seal_buf *b, const struct seal_cause_group *g, bool utc);
/* seal_explain_when - "2 messages, since 18:53:04, 2 s after a Postfix reload" */
void seal_explain_when(struct seal_buf *b, const struct seal_cause_group *g);
/* seal_explain_change - "a policy load", "boolean NAME became on" */
void seal_explain_change(struct seal_buf *b, const struct seal_change *c);

/* seal_explain_sure - "certain: AVC 1795200816.824:65 is of pid 978 ...": how sure, and the first
 * finding that makes it so, or what is missing */
void seal_explain_sure(struct seal_buf *b, const struct seal_cause_group *g);
/* seal_explain_mail - "2 of 5 messages that wait": how much of it this cause has */
void seal_explain_mail(struct seal_buf *b, const struct seal_explanation *x,
		       const struct seal_cause_group *g);

/* struct seal_answer - the five lines: what is broken, since when, how much mail, the first step of
 * the smallest fix, how sure */
struct seal_answer {
	struct seal_buf broken, since, mail, fix, sure;
};

/* seal_answer_of - the answer about the cause that matters most; ends with seal_answer_done() in
 * any case. Returns false when there is no cause. */
bool seal_answer_of(const struct seal_explanation *x, struct seal_answer *ret);
void seal_answer_done(struct seal_answer *a);

/* seal_story_words - "postfix/smtp[969]: ...", without its time and origin
 * seal_story_clock - "18:53:36.824"
 * seal_story_new_day - "2026-11-20 UTC" when the line is of another day than @last_us, or the first
 * (SEAL_TIME_NONE); returns whether it is
 * seal_story_not_told - "12 later lines of the log name it too" */
void seal_story_words(struct seal_buf *b, const struct seal_story_line *l);
void seal_story_clock(struct seal_buf *b, const struct seal_story_line *l);
void seal_story_not_told(struct seal_buf *b, const struct seal_explanation *x);
bool seal_story_new_day(struct seal_buf *b, const struct seal_story_line *l, int64_t last_us);

#define SEAL_QUEUE_CAUSES_SHOWN  8
#define SEAL_QUEUE_DOMAINS_SHOWN 5
#define SEAL_QUEUE_SOON_DAYS     30 /* a certificate that ends within is told */
#define SEAL_QUEUE_FEW           5  /* messages that need no table */

/* seal_queue_cause_name - "1 selinux.connect"
 * seal_queue_pace - how old, how many came of late, when the next try is; may put nothing
 * seal_queue_certificate - "certificate PATH ends in 12 days (PARAMETER)" */
void seal_queue_cause_name(struct seal_buf *b, const struct seal_explanation *x,
			   const struct seal_queue_row *row);
void seal_queue_pace(struct seal_buf *b, const struct seal_queue_health *q);
void seal_queue_certificate(struct seal_buf *b, const struct seal_queue_certificate *c);

/* struct seal_shown - a recipient and its message */
struct seal_shown {
	const struct seal_explained_message *m;
	const struct seal_explained_recipient *r;
};

/* struct seal_shown_list - all recipients in the order of their groups; those of group i are
 * v[first[i]] to v[first[i + 1] - 1] */
struct seal_shown_list {
	struct seal_shown *v;
	size_t *first;
};

/* seal_shown_sort - @s zeroed; ends with seal_shown_done() in any case. Returns 0 or -ENOMEM */
int seal_shown_sort(const struct seal_explanation *x, struct seal_shown_list *s);
void seal_shown_done(struct seal_shown_list *s);
