/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* watching.h - what verb watch remembers from one analysis to the next: each cause once, with all
 * that came of it. Bounded: the causes silent for longest go first, and are counted. */

#include "analysis/denials/denial.h"
#include "evidence/audit/seen.h"
#include "model/explanation.h"
#include "model/host.h"
#include "model/watch.h"

#define WATCHING_ROWS_MAX ((size_t)512)    /* causes */
#define WATCHING_SEEN_MAX ((size_t)131072) /* messages and recipients, of two generations each */

struct watching {
	struct seal_watched w;
	struct seal_seen recent, older; /* what is counted already */
	bool pending; /* a denial may still get its log line: look again in a moment */
};

/* struct watch_answer - of one analysis of the window; all borrowed */
struct watch_answer {
	struct seal_host *h;
	const struct seal_explanation *x;
	const struct seal_denial_report *report;
};

/* struct watch_found - a cause met for the first time; one of group and denial is set */
struct watch_found {
	const struct watch_answer *answer;
	const struct seal_cause_group *group;
	const struct seal_denial_group *denial;
	const struct seal_fix *fix; /* NULL: none */
	const struct seal_watch_row *row;
};

/* watching_merge - count what an analysis says
 * @found: called for each new cause, once all is counted; a negative result ends it and is returned
 * Returns 0 or -ENOMEM. */
int watching_merge(struct watching *w, const struct watch_answer *answer,
		   int (*found)(void *data, const struct watch_found *f), void *data);
void watching_done(struct watching *w);
