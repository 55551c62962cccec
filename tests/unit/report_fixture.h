/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* report_fixture.h - for tests of renderers: results of chance, and what each kind of document has
 * to be, whatever is in it */

#include <jansson.h>

#include "analysis/denials/denial.h"
#include "model/explanation.h"
#include "model/host.h"
#include "report/report.h"

/* roll - 0 to @n - 1, the same ones in every run */
unsigned roll(unsigned n);
/* few - 0, 1, 2, 3, or @many */
unsigned few(unsigned many);
/* words - text of any kind, harmful and empty ones too; lives as long as the program */
struct seal_bytes words(void);
/* name - a word that is not empty */
struct seal_bytes name(void);
/* moment - a time of one of two days, now and then SEAL_TIME_NONE */
int64_t moment(void);
/* day_time - the same, never SEAL_TIME_NONE */
int64_t day_time(void);

/* some_host - freed with seal_host_free() */
struct seal_host *some_host(void);
/* some_fix - of any kind; @deep: with alternatives; ends with seal_fix_done() */
void some_fix(struct seal_fix *f, bool deep);
/* some_cause, some_group - of a cause with no recipients; @n_fixes: that can be pointed to */
struct seal_cause *some_cause(unsigned n_fixes);
void some_group(struct seal_cause_group *g, struct seal_cause *c, unsigned n_fixes);
/* add_denials - one more group of denials, which live as long as @h */
void add_denials(struct seal_denial_report *r, struct seal_host *h);

/* is_printable - nothing that a terminal would obey, but colours where they are asked for */
void is_printable(const char *what, const struct seal_buf *b, bool color);
/* says_numbers - one of a thing is called so, and no more than one */
void says_numbers(const char *what, const struct seal_buf *b);
/* is_text - both */
void is_text(const char *what, const struct seal_buf *b, bool color);
/* is_markdown - text whose tables have as many columns in each row as in the head */
void is_markdown(const char *what, const struct seal_buf *b);
/* is_json - the caller frees it */
json_t *is_json(const char *what, struct seal_bytes s);
/* is_ndjson - returns how many lines are of this kind; NULL: of any */
size_t is_ndjson(const char *what, const struct seal_buf *b, const char *kind);
/* is_page - HTML without a script, whose elements end in order, whose ids are there once and whose
 * links lead to them */
void is_page(const char *what, const struct seal_buf *b);
/* is_metrics - Prometheus: no family and no series twice */
void is_metrics(const char *what, const struct seal_buf *b);

/* number_at, text_at - of a member that has to be there */
long long number_at(const json_t *j, const char *key);
bool text_at(const json_t *j, const char *key, const char *is);
/* count_of - how often @text stands there */
size_t count_of(const struct seal_buf *b, const char *text);
/* again - no error, and empty for the next */
void again(struct seal_buf *b);

/* without_digests - what @render makes while no digest can be had: its error is told */
void without_digests(void (*render)(void *data, struct seal_buf *b), void *data);
/* without_each_allocation - @render until none fails; whatever is missing was told */
void without_each_allocation(void (*render)(void *data), void *data);
