/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* collect.h - what became of a bundle */

#include "report/report.h"

/* struct seal_collected - the answer of collect; all borrowed */
struct seal_collected {
	const struct seal_host *h;
	const char *file; /* as the user named it */
	uint64_t n_files, n_bytes, n_left;
	const char *first_left; /* path of a file that was left out; empty when there is none */
	bool redacted;
};

void seal_report_collect_text(const struct seal_collected *c, struct seal_buf *out);
void seal_report_collect_json(const struct seal_collected *c, struct seal_buf *out);
