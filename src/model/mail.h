/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* mail.h - what the mail log and the queue say */

#include "core/vec.h"
#include "model/origin.h"

enum seal_severity {
	SEAL_SEVERITY_INFO,
	SEAL_SEVERITY_WARNING,
	SEAL_SEVERITY_ERROR,
	SEAL_SEVERITY_FATAL,
	SEAL_SEVERITY_PANIC,
	SEAL_SEVERITY_MAX_,
};

enum seal_mail_kind {
	SEAL_MAIL_OTHER,
	SEAL_MAIL_CONNECT,     /* smtp, lmtp: "connect to h[a]:p: why" */
	SEAL_MAIL_TLS,         /* "certificate verification failed for ...", TLS handshake notes */
	SEAL_MAIL_WARNING,     /* any other line of severity warning or worse */
	SEAL_MAIL_MASTER_EXIT, /* master: "process PATH pid N exit status S" / "killed by signal" */
	SEAL_MAIL_NOQUEUE,     /* smtpd, postscreen: "NOQUEUE: reject: ..." */
	SEAL_MAIL_MILTER_REJECT, /* "QID: milter-reject: ...", "NOQUEUE: milter-reject: ..." */
	SEAL_MAIL_REJECT,        /* "QID: reject: ..." */
	SEAL_MAIL_START, /* master: daemon started; postfix-script: starting, refreshing, stopping
			  */
	SEAL_MAIL_KIND_MAX_,
};

/* struct seal_mail_event - one log line kept because it bears on a delivery or on the mail system's
 * health. Status lines are not events: they are recipients of messages. */
struct seal_mail_event {
	enum seal_mail_kind kind;
	enum seal_severity severity;
	int64_t time_us, last_us; /* last_us differs when equal lines were folded */
	uint64_t count;           /* equal lines folded into this one: same daemon, pid and text */
	uint32_t pid;
	uint32_t about_pid; /* MASTER_EXIT: the pid that ended; else 0 */
	/* syslog_name: "postfix"; empty when the tag is a bare "pipe" */
	struct seal_bytes instance;
	struct seal_bytes service;  /* what follows it: "submission/smtpd" */
	struct seal_bytes daemon;   /* last part: "smtpd" */
	struct seal_bytes queue_id; /* empty when none */
	struct seal_bytes text;     /* after tag, severity word and queue id */
	struct seal_origin origin;
};

enum seal_rcpt_status {
	SEAL_RCPT_WAITING, /* no result yet: in the queue, no status line */
	SEAL_RCPT_DEFERRED,
	SEAL_RCPT_BOUNCED,
	SEAL_RCPT_EXPIRED,
	SEAL_RCPT_REJECTED,
	SEAL_RCPT_STUCK, /* stopped before or without a status line: milter tempfail, dead daemon */
	SEAL_RCPT_SENT,
	SEAL_RCPT_STATUS_MAX_,
};

const char *seal_rcpt_status_name(enum seal_rcpt_status s);

/* struct seal_program - who logs, as a syslog tag tells it; one for all lines of that tag */
struct seal_program {
	struct seal_bytes instance; /* syslog_name: "postfix"; empty when the tag is a bare name */
	struct seal_bytes service;  /* what follows it: "submission/smtpd" */
	struct seal_bytes daemon;   /* last part: "smtpd" */
};

struct seal_recipient {
	struct seal_bytes address, orig_address;
	struct seal_bytes dsn;
	struct seal_bytes reason;      /* inside status=... ( ), or of the defer log */
	struct seal_bytes relay;       /* relay= as logged: host[addr]:port or "none", "local" */
	const struct seal_program *by; /* the status line; NULL when the log has none */
	enum seal_rcpt_status status;
	uint32_t pid;
	int64_t time_us;     /* of the status line; SEAL_TIME_NONE */
	int64_t first_us;    /* of its first failing status line */
	int32_t delay_ms[4]; /* delays=a/b/c/d, at most INT32_MAX; -1 when not logged */
	uint32_t attempts;   /* status lines seen for this recipient */
	/* indexes into seal_mail.events, oldest first: lines of the same pid since that pid's
	 * previous status line; the status lines of one attempt for several recipients share
	 * theirs. In the arena when cap is 0, as notes and recipients of a message are. */
	seal_vec(uint32_t) notes;
	struct seal_origin origin;
};

/* seal_recipient_daemon - of its status line; empty when the log has none */
static inline struct seal_bytes seal_recipient_daemon(const struct seal_recipient *r)
{
	return r->by ? r->by->daemon : SEAL_BYTES_NONE;
}

enum seal_queue_name {
	SEAL_QUEUE_NONE, /* known from the log only */
	SEAL_QUEUE_MAILDROP,
	SEAL_QUEUE_INCOMING,
	SEAL_QUEUE_ACTIVE,
	SEAL_QUEUE_DEFERRED,
	SEAL_QUEUE_HOLD,
	SEAL_QUEUE_CORRUPT,
	SEAL_QUEUE_NAME_MAX_,
};

const char *seal_queue_name(enum seal_queue_name q);

/* struct seal_message - one message, from the log or from the queue; (instance, queue id, time
 * span) is its identity, for short queue ids are used again */
struct seal_message {
	struct seal_bytes queue_id, instance, sender, message_id, client;
	enum seal_queue_name queue;
	int64_t arrival_us, last_us; /* first and last trace of it */
	int64_t next_try_us; /* deferred: mtime of the queue file, when later than its arrival;
				SEAL_TIME_NONE */
	uint64_t size_bytes;
	uint32_t submit_uid; /* pickup: uid=; UINT32_MAX when unknown */
	bool forced_expire;  /* postsuper -e, -f: bounced at the next attempt */
	bool removed;        /* qmgr: removed, or expired */
	bool qmgr_seen;      /* qmgr: from=..., (queue active) was logged */
	seal_vec(struct seal_recipient)
		recipients; /* of the log: those that failed at least once */
	seal_vec(
		uint32_t) notes; /* indexes into seal_mail.events: lines that carry this queue id */
	struct seal_origin origin;
};

/* struct seal_followed - a message somebody asks about by its queue id, also when it goes well */
struct seal_followed {
	struct seal_bytes queue_id;
	int64_t sent_us;    /* its last "status=sent"; SEAL_TIME_NONE */
	int64_t removed_us; /* the queue manager was done with it; SEAL_TIME_NONE */
};

/* struct seal_quoted_line - a line that names the message asked for, as logged */
struct seal_quoted_line {
	int64_t time_us;
	uint32_t pid;
	struct seal_bytes program; /* the tag: "postfix/smtp" */
	struct seal_bytes text;    /* what follows it */
	struct seal_origin origin;
};

/* struct seal_mail - the outcome of reading all mail logs: messages that did not go well
 * (everything but sent-and-removed; what an administrator deleted or requeued is not among them
 * either), and the events kept. Limits: evidence/postfix/log.h. */
struct seal_mail {
	seal_vec(struct seal_message) messages;   /* by arrival_us, then queue id */
	seal_vec(struct seal_mail_event) events;  /* by time_us */
	seal_vec(struct seal_quoted_line) quoted; /* of host.follow, in order of time */
	uint64_t n_not_quoted;                    /* further lines that name it */
	uint64_t n_lines;                         /* of Postfix programs, copies not counted */
	uint64_t n_status[SEAL_RCPT_STATUS_MAX_]; /* status lines seen in all; REJECTED: rejects */
	uint64_t n_sent_messages;
	seal_vec(struct seal_followed) followed; /* by id, given before the logs are read */
	bool present;
	int64_t first_us, last_us;
};

/* struct seal_queue - what lies in the queue now */
struct seal_queue {
	seal_vec(struct seal_message) messages; /* by queue id */
	bool present;
};
