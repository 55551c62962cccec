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
 * proof. Nothing when the time is not known. */
void seal_explain_since(struct seal_buf *b, const struct seal_cause_group *g);
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
