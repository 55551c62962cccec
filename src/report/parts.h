/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* parts.h - the keys of the objects that JSON documents and NDJSON records have in common. The
 * caller opens and closes the object around them. */

#include "analysis/denials/denial.h"
#include "analysis/reach/reach_paths.h"
#include "core/json.h"
#include "model/explanation.h"
#include "model/finding.h"
#include "model/fix.h"
#include "model/host.h"

/* seal_part_envelope - schema, verb, tool, root, host, sources, complete */
void seal_part_envelope(struct seal_json *j, const struct seal_host *h, const char *verb);
/* seal_part_envelope_bare - the same with no sources listed */
void seal_part_envelope_bare(struct seal_json *j, const struct seal_host *h, const char *verb);
/* seal_part_source - a row of the sources */
void seal_part_source(struct seal_json *j, const struct seal_source_state *s);

/* seal_part_fix - a fix; @number: its place among the fixes of the document, from 1 on */
void seal_part_fix(struct seal_json *j, const struct seal_fix *f, size_t number);

/* --- audit */
void seal_part_roles(struct seal_json *j, const struct seal_findings *f);
void seal_part_summary(struct seal_json *j, const struct seal_findings *f);
void seal_part_gate(struct seal_json *j, const struct seal_gate *g);
void seal_part_finding(struct seal_json *j, const struct seal_finding *f);
void seal_part_waiver(struct seal_json *j, const struct seal_waiver *w);

/* --- explain */
void seal_part_message(struct seal_json *j, const struct seal_explanation *x,
		       const struct seal_explained_message *m);
void seal_part_explain_summary(struct seal_json *j, const struct seal_explanation *x);
void seal_part_story_line(struct seal_json *j, const struct seal_story_line *l);
/* seal_part_queue - x->health, which must be there */
void seal_part_queue(struct seal_json *j, const struct seal_explanation *x);
void seal_part_cause(struct seal_json *j, const struct seal_cause_group *g);

/* --- denials */

/* struct seal_denial_fixes - the fixes of a report, in the order of its groups */
struct seal_denial_fixes {
	seal_vec(struct seal_fix) v;
	seal_vec(size_t) numbers; /* of each group: the number of its fix, 0 = none */
};

/* seal_denial_fixes - returns 0 or -ENOMEM; end with seal_denial_fixes_done() in any case */
int seal_denial_fixes(const struct seal_denial_report *r, struct seal_denial_fixes *ret);
void seal_denial_fixes_done(struct seal_denial_fixes *f);

/* seal_part_denial - a group; @fix: number of its fix in the document, 0 = none */
void seal_part_denial(struct seal_json *j, const struct seal_denial_group *g, size_t fix);

/* --- reach */
void seal_part_path(struct seal_json *j, const struct seal_path *p);

/* --- fingerprint.c: what identifies each of them on every host and day */
int seal_fingerprint_fix(const struct seal_fix *f, char ret[SEAL_FINGERPRINT_SIZE]);
int seal_fingerprint_cause(const struct seal_cause *c, char ret[SEAL_FINGERPRINT_SIZE]);
int seal_fingerprint_message(const struct seal_explained_message *m,
			     char ret[SEAL_FINGERPRINT_SIZE]);
int seal_fingerprint_denial(const struct seal_denial_group *g, char ret[SEAL_FINGERPRINT_SIZE]);
int seal_fingerprint_path(const struct seal_path *p, char ret[SEAL_FINGERPRINT_SIZE]);
