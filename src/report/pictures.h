/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* pictures.h - drawings for the HTML reports: each answers one question. Inline SVG whose places
 * are percents of its width, so that it fits a telephone and a wide screen without growing its
 * text. */

#include "analysis/reach/reach_paths.h"
#include "model/explanation.h"
#include "model/finding.h"
#include "report/html.h"

/* seal_picture_areas - what failed, by area: a square for every check, the worst first, that leads
 * to its finding ("#f-ID") */
void seal_picture_areas(struct seal_html *w, const struct seal_findings *f);
/* seal_picture_is_told - whether @it, of f->v, stands for its check, and has that place: the worst
 * row of it, the first among equals */
bool seal_picture_is_told(const struct seal_findings *f, const struct seal_finding *it);

/* seal_picture_paths - which path is closed where: every listener and next hop, whose packets pass
 * the firewall, and the rule that decides. At most SEAL_PICTURE_PATHS paths, the rest is counted.
 */
#define SEAL_PICTURE_PATHS 40
void seal_picture_paths(struct seal_html *w, const struct seal_paths *p);

/* seal_picture_path_state - "pass": some packets go through and are answered, "unknown": it
 * depends, "fail": none do */
const char *seal_picture_path_state(const struct seal_path *p);

/* seal_picture_waiting - how many messages waited when, by the cause that holds them now, with the
 * changes of the host in between; below it a list of the causes that leads to "#c-N"
 * @link: whether the page has those places. Nothing is drawn when no message has an arrival. */
void seal_picture_waiting(struct seal_html *w, const struct seal_host *h,
			  const struct seal_explanation *x, bool link);

/* seal_picture_swatch - the number of cause @i (from 0) on its colour */
void seal_picture_swatch(struct seal_html *w, size_t i);
