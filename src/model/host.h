/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* host.h - all facts of one host. Strings live in its arena; evidence readers fill it, everything
 * later reads it */

#include "core/arena.h"
#include "model/denial.h"
#include "model/disk.h"
#include "model/mail.h"
#include "model/net.h"
#include "model/postfix.h"
#include "model/selinux.h"
#include "model/setup.h"
#include "model/task.h"
#include "model/users.h"
#include "model/view.h"

struct seal_ruleset; /* model/ruleset.h */

/* struct seal_span - the time asked about (--since, --until), both ends included */
struct seal_span {
	int64_t since_us; /* SEAL_TIME_NONE: from the first record on */
	int64_t until_us; /* SEAL_TIME_NONE: to the last record */
};

/* struct seal_progress - who is told how far the reading of a log is; tell NULL: nobody */
struct seal_progress {
	void (*tell)(void *data, struct seal_bytes path, uint64_t lines);
	void *data;
};

/* struct seal_known_key - what seal_view_key() told */
struct seal_known_key {
	struct seal_bytes path;
	unsigned nth;
	int status; /* 0, -EBADMSG or -ENOKEY */
	unsigned char id[SEAL_KEY_ID_SIZE];
};

struct seal_host {
	struct seal_arena *arena;
	const char *root;               /* as the user named it */
	struct seal_bytes name, distro; /* "mail", "debian-12" */
	bool live;
	bool whole;     /* what the root does not hold is not on the host: seal_root_is_whole() */
	bool running;   /* it ran when the evidence was taken: what is not there then was missing */
	int64_t now_us; /* of the evidence: bundle time, last record, or the clock when live */
	struct seal_progress progress;
	struct seal_bytes follow; /* queue id whose lines are kept as logged; empty: none */
	struct seal_span span;    /* readers of logs pass over records outside it */
	seal_vec(struct seal_source_state) sources;
	struct seal_audit audit;
	seal_vec(struct seal_change) changes; /* by time */
	struct seal_mail mail;
	struct seal_queue queue;
	struct seal_postfix postfix;
	struct seal_selinux selinux;
	struct seal_net net;
	struct seal_users users;
	struct seal_disk disk;
	struct seal_setup setup;
	struct seal_tasks tasks;
	struct seal_ruleset *ruleset;      /* owned; NULL when none was read */
	struct seal_ruleset *ruleset_boot; /* owned; what the next boot loads, where ruleset is the
					      running one and both were read */
	struct seal_view view;
	seal_vec(struct seal_known_key) keys; /* each once; for a bundle, which holds no keys */
};

/* seal_host_new - empty facts with an arena; caller frees with seal_host_free(). NULL when memory
 * is gone */
struct seal_host *seal_host_new(void);

/* seal_host_progress - @lines of the log @path are read */
static inline void seal_host_progress(const struct seal_host *h, struct seal_bytes path,
				      uint64_t lines)
{
	if (h->progress.tell)
		h->progress.tell(h->progress.data, path, lines);
}

/* seal_host_source - append a row to the sources; @path and @detail are copied
 * Returns it (valid until the next append) or NULL when memory is gone. */
struct seal_source_state *seal_host_source(struct seal_host *h, enum seal_source source,
					   struct seal_bytes path, enum seal_read_status status,
					   struct seal_bytes detail);

/* seal_host_free - frees what model types own. The policy, ruleset and view belong to the evidence
 * layer, which frees them first (evidence/evidence.h: seal_evidence_free). */
void seal_host_free(struct seal_host *h);
