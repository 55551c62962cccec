/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* origin.h - where a fact comes from, and what became of each evidence source */

#include "core/bytes.h"
#include "core/time.h"

enum seal_source {
	SEAL_SOURCE_NONE,
	SEAL_SOURCE_AUDIT,    /* audit.log, live/journal AVC records, kernel log AVC records */
	SEAL_SOURCE_MAIL_LOG, /* text log */
	SEAL_SOURCE_JOURNAL,
	SEAL_SOURCE_KERNEL_LOG,
	SEAL_SOURCE_QUEUE, /* spool or postqueue -j */
	SEAL_SOURCE_MAIN_CF,
	SEAL_SOURCE_MASTER_CF,
	SEAL_SOURCE_MAP, /* a lookup table's source file */
	SEAL_SOURCE_POLICY,
	SEAL_SOURCE_CONTEXTS, /* file_contexts* */
	SEAL_SOURCE_LABELS,   /* xattrs or labels.getfattr */
	SEAL_SOURCE_SELINUX,  /* mode, booleans, store */
	SEAL_SOURCE_RULESET,  /* nftables, from the kernel, JSON or text */
	SEAL_SOURCE_FIREWALLD,
	SEAL_SOURCE_NETWORK, /* addresses, routes, sockets, resolv.conf */
	SEAL_SOURCE_FILES,   /* metadata of files */
	SEAL_SOURCE_DISK,
	SEAL_SOURCE_PACKAGES, /* logs of package managers */
	SEAL_SOURCE_RULES,    /* rules/ of postseal itself */
	SEAL_SOURCE_MAX_,
};

/* seal_source_name - the word of the JSON contract ("audit", "mail", "journal", "queue", ...) */
const char *seal_source_name(enum seal_source s);

/* struct seal_origin - enough to find the record by hand; zeroed = unknown */
struct seal_origin {
	enum seal_source source;
	struct seal_bytes path; /* below the root, no leading "/" */
	uint64_t line;          /* from 1; 0 = not a line */
	struct seal_bytes ref;  /* audit "sec.ms:serial", rule handle, queue id ... */
};

enum seal_read_status {
	SEAL_READ_ABSENT,
	SEAL_READ_READ,
	SEAL_READ_UNREADABLE,
	SEAL_READ_TRUNCATED, /* read, but not all: a limit, a damaged end */
	SEAL_READ_SKIPPED,
	SEAL_READ_STATUS_MAX_,
};

const char *seal_read_status_name(enum seal_read_status s);

/* struct seal_source_state - one row of "sources": one file or live source */
struct seal_source_state {
	enum seal_source source;
	struct seal_bytes path;
	enum seal_read_status status;
	struct seal_bytes detail; /* why not, or what was left out; printable */
	uint64_t records;
	int64_t first_us, last_us; /* SEAL_TIME_NONE when it has no times */
};
