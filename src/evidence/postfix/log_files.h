/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log_files.h - which files below a root are mail logs, in which order, and their lines. A log is a
 * file with its rotated predecessors ("mail.log", "mail.log.1", "mail.log.2.gz",
 * "mail.log-20261120.xz"), read oldest first as one stream. */

#include "core/input.h"
#include "evidence/postfix/log_line.h"
#include "model/host.h"

struct seal_log_file {
	struct seal_bytes path; /* in the host's arena, as the file's row in the sources has it */
	uint32_t row;           /* that row */
	int year;               /* of its first line, when its stamps have none */
	int64_t first_us;       /* stamp of its first line; SEAL_TIME_NONE */
	bool skip;
};

/* struct seal_log_text - one log on its way through its files */
struct seal_log_text {
	const struct seal_root *root; /* borrowed, as host */
	struct seal_host *host;
	seal_vec(struct seal_log_file) files; /* oldest first */
	size_t at;                            /* index of the open file */
	bool open;
	struct seal_input *in;
	struct seal_lines lines;
	struct seal_log_clock clock;
	uint64_t n_cut, n_odd; /* of the open file: lines too long; lines of no known form */
	/* the next line */
	bool has_line;
	struct seal_log_line line;
	uint64_t number;
};

struct seal_log_texts {
	seal_vec(struct seal_log_text) v;
	struct seal_zone *zone;
	bool zone_unknown; /* there is an etc/localtime, but its rules are not at hand */
};

/* seal_log_texts_find - the logs of @root: maillog_file of each instance of h->postfix, mail.log,
 * maillog, mail and postfix.log in var/log; without any of them mail.info, mail.warn and mail.err;
 * at last syslog and messages. One row of the sources for each file, also for those left out. End
 * with seal_log_texts_done(). Returns 0 or -ENOMEM. */
int seal_log_texts_find(const struct seal_root *root, struct seal_host *h,
			struct seal_log_texts *ret);
void seal_log_texts_done(struct seal_log_texts *logs);

/* seal_log_text_next - the next line into t->line; t->has_line is false at the end
 * Files that cannot be read are told in their rows and passed over. Returns 0 or -ENOMEM. */
int seal_log_text_next(struct seal_log_text *t);

/* seal_log_file_rank - sort key of a rotated file: what follows the log's own name in @name
 * Returns false when @name is no file of the log @base. */
bool seal_log_file_rank(const char *base, const char *name, uint64_t ret[2]);
