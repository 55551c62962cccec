/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log_track.h - follows each message from line to line: (instance, queue id) names it from its
 * first line to its end ("removed", a refusal). Messages that end well are forgotten at once. */

#include "core/table.h"
#include "evidence/postfix/log_events.h"
#include "evidence/postfix/log_text.h"
#include "model/host.h"

#define SEAL_LOG_INSTANCES_MAX 64   /* syslog names */
#define SEAL_LOG_TAGS_MAX      4096 /* distinct tags, those of other programs included */

/* struct seal_log_record - one line on its way to the tracker */
struct seal_log_record {
	int64_t time_us;
	struct seal_bytes tag, text, host;
	uint32_t pid;
	struct seal_origin origin; /* path: in the host's arena */
};

struct seal_log_rcpt {
	/* bytes point into block; its notes are set by seal_track_fill(), in the host's arena */
	struct seal_recipient r;
	char *block;
	size_t cap;
	uint64_t hash; /* of address and original address */
	struct seal_log_notes notes;
};

enum seal_log_list {
	SEAL_LOG_YOUNG,   /* the queue manager has not seen it */
	SEAL_LOG_OPEN,    /* in the queue, as far as the log tells */
	SEAL_LOG_FAILED,  /* ended: bounced, expired */
	SEAL_LOG_REFUSED, /* ended: refused by a milter or by content checks */
	SEAL_LOG_LIST_MAX_,
};

enum seal_message_text {
	SEAL_LOG_TEXT_CLIENT,
	SEAL_LOG_TEXT_MESSAGE_ID,
	SEAL_LOG_TEXT_SENDER,
	SEAL_LOG_TEXT_MAX_,
};

struct seal_log_message {
	struct seal_log_message *prev, *next; /* in its list; oldest last trace first */
	enum seal_log_list list;
	uint32_t instance, slot;
	uint64_t hash;
	struct { /* of struct seal_message */
		int64_t arrival_us, last_us;
		uint64_t size_bytes;
		struct seal_origin origin;
		uint32_t submit_uid;
		bool removed, qmgr_seen;
	} m;
	char *text; /* its texts, one after the other */
	uint32_t cap;
	uint16_t text_n[SEAL_LOG_TEXT_MAX_];
	char queue_id[41];
	uint8_t queue_id_n;
	uint32_t n_rcpt, n_sent; /* nrcpt= of the queue manager; recipients sent */
	bool has_message_id, trouble;
	seal_vec(struct seal_log_rcpt) rcpts; /* those that failed at least once */
	struct seal_table by_address;         /* when there are many */
	size_t bytes;                         /* of all this, notes apart */
	struct seal_log_notes notes;
	/* the same at the end, in the host's arena: seal_track_fill() */
	uint32_t *event, n_event;
};

struct seal_log_instance {
	struct seal_bytes name;
	bool known;      /* from the configuration, or by a program only Postfix has */
	int64_t qmgr_us; /* last line of its queue manager */
};

struct seal_log_tag_entry {
	struct seal_bytes raw;
	struct seal_log_tag tag;
	const struct seal_program *program; /* the same, in the host's arena */
	uint32_t instance;
	bool postfix; /* a Postfix program's name */
};

/* struct seal_log_process - what one pid logged since its last status line */
struct seal_log_process {
	uint64_t key; /* instance and pid */
	int64_t last_us;
	struct seal_log_notes pending;
	/* of its last status line, for more recipients of that attempt */
	struct seal_log_notes shared;
	uint64_t shared_message;
	int64_t shared_us;
};

struct seal_track {
	struct seal_host *h;
	struct seal_log_events events;
	struct seal_table tag_index, message_index, process_index;
	seal_vec(struct seal_log_tag_entry) tags;
	seal_vec(struct seal_log_instance) instances;
	seal_vec(struct seal_log_message *)
		slots; /* messages by slot; NULL or spare behind free_slot */
	seal_vec(uint32_t) free_slots;
	seal_vec(struct seal_log_process) processes;
	struct {
		struct seal_log_message *first, *last;
		size_t n;
	} lists[SEAL_LOG_LIST_MAX_];
	int64_t now_us; /* of the line at hand */
	uint64_t n_lines, n_status[SEAL_RCPT_STATUS_MAX_], n_sent_messages;
	size_t bytes;          /* of all messages; that of their lines: events.bytes */
	uint64_t n_forgotten;  /* open messages given up at SEAL_MAILLOG_BYTES_MAX */
	uint64_t n_not_kept;   /* failed or refused ones */
	uint64_t n_rcpts_lost; /* recipients beyond SEAL_MAILLOG_RECIPIENTS_MAX */
	uint64_t n_odd_tags;   /* lines of tags beyond the limits */
};

/* seal_track_init - @h: borrowed; its configuration names the instances, its arena keeps tags.
 * End with seal_track_done(). Returns 0 or -ENOMEM. */
int seal_track_init(struct seal_track *t, struct seal_host *h);
void seal_track_done(struct seal_track *t);

/* seal_track_tag - the entry of a tag, or NULL when no Postfix program logs so
 * Returns 0 or -ENOMEM. */
int seal_track_tag(struct seal_track *t, struct seal_bytes tag,
		   const struct seal_log_tag_entry **ret);

/* seal_track_line - take one line of a Postfix program. Returns 0 or -ENOMEM. */
int seal_track_line(struct seal_track *t, const struct seal_log_tag_entry *tag,
		    const struct seal_log_record *r);

/* seal_processes_drop - forget what all pids logged; with too many, most are long gone */
void seal_processes_drop(struct seal_track *t);

/* seal_track_fill - move what was found into the host's facts (h->mail, and changes, name, version)
 * Returns 0 or -ENOMEM. */
int seal_track_fill(struct seal_track *t);
