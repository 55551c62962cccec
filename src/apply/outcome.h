/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* outcome.h - what became of a plan that was carried out or taken back: how each step ended, for
 * people and for programs */

#include "apply/apply.h"
#include "model/host.h"
#include "report/records.h"

/* struct seal_outcome_event - one end of a step; a step that was done and then taken back has two
 */
struct seal_outcome_event {
	unsigned step; /* from 1 on */
	enum seal_step_end end;
	struct seal_bytes why; /* in the plan's arena; empty: nothing to say */
};

struct seal_outcome {
	const struct seal_host *h; /* who the host is; all of these borrowed */
	struct seal_plan *plan;
	const char *file, *hash;                    /* of the plan */
	bool undo;                                  /* it was to be taken back */
	seal_vec(struct seal_outcome_event) events; /* in the order in which they came */
	const char *state; /* "done", "taken-back", "stuck" (not all of it could be), "nothing" */
	const char *error; /* why not "done", NULL: nothing failed */
};

/* seal_outcome_add - step @n ended. Returns the event, kept until seal_outcome_done(), or NULL when
 * memory is gone */
const struct seal_outcome_event *seal_outcome_add(struct seal_outcome *o, unsigned n,
						  enum seal_step_end e, const char *why);
void seal_outcome_done(struct seal_outcome *o);

/* seal_outcome_put_text - the line, or two, of an event */
void seal_outcome_put_text(const struct seal_outcome *o, const struct seal_outcome_event *e,
			   struct seal_buf *out);

/* seal_outcome_put_json - all of it */
void seal_outcome_put_json(const struct seal_outcome *o, struct seal_buf *out);

/* seal_outcome_put_run, _put_record, _put_end - the lines of NDJSON: the first before the plan is
 * begun, one for each event as it comes, the last one */
void seal_outcome_put_run(const struct seal_outcome *o, struct seal_records *r,
			  struct seal_buf *out);
void seal_outcome_put_record(const struct seal_outcome *o, const struct seal_outcome_event *e,
			     struct seal_records *r);
void seal_outcome_put_end(const struct seal_outcome *o, struct seal_records *r);
