/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log_text.h - the grammar of what Postfix programs log: tags, queue ids, severity words, status
 * lines (global/log_adhoc.c), rejects (smtpd, cleanup), the master's lines. Nothing here keeps
 * state; all bytes returned are borrowed from the arguments. */

#include "core/bytes.h"
#include "model/mail.h"

/* enum seal_log_role - what a program does for a message, as far as its lines differ */
enum seal_log_role {
	SEAL_LOG_OTHER, /* proxymap, tlsmgr, trivial-rewrite, bounce, sendmail, ... */
	SEAL_LOG_FRONT, /* smtpd, postscreen, ...: remote clients choose what it logs */
	SEAL_LOG_PICKUP,
	SEAL_LOG_CLEANUP,
	SEAL_LOG_QMGR,
	SEAL_LOG_AGENT,  /* smtp, lmtp, local, virtual, pipe, error, ...: status lines */
	SEAL_LOG_MASTER, /* master, postfix-script */
	SEAL_LOG_SUPER,  /* postsuper */
	SEAL_LOG_ROLE_MAX_,
};

/* struct seal_log_tag - "postfix/submission/smtpd" taken apart */
struct seal_log_tag {
	struct seal_bytes instance; /* "postfix"; empty when the tag is a bare program name */
	struct seal_bytes service;  /* "submission/smtpd" */
	struct seal_bytes daemon;   /* "smtpd" */
	enum seal_log_role role;
	bool own_name; /* no other mail system has a program of that name: the instance is a Postfix
			*/
};

/* seal_log_tag_parse - whether the last part of @tag is the name of a Postfix program. A tag
 * without
 * "/" counts for pipe and local alone, whose forked children log so. */
bool seal_log_tag_parse(struct seal_bytes tag, struct seal_log_tag *ret);

/* seal_log_is_queue_id - short ("6F2D853FC") or long ("4Zk3Xl1bZrz9sVK"), the whole of @s */
bool seal_log_is_queue_id(struct seal_bytes s);

/* seal_log_take_queue_id - take "QUEUE-ID: " off the front of *text; empty when there is none */
struct seal_bytes seal_log_take_queue_id(struct seal_bytes *text);

/* seal_log_take_severity - take "warning: ", "error: ", "fatal: " or "panic: " off the front */
enum seal_severity seal_log_take_severity(struct seal_bytes *text);

/* seal_log_find_queue_id - take the next word that has the form of a queue id out of a text,
 * looking from *at on; empty at the end. Words are parted by what is neither letter nor digit. */
struct seal_bytes seal_log_find_queue_id(struct seal_bytes text, size_t *at);

/* struct seal_log_status - a status line after its queue id */
struct seal_log_status {
	struct seal_bytes address, orig_address, relay, dsn;
	struct seal_bytes word; /* "deferred", "SOFTBOUNCE", "deliverable", ... */
	/* to the last ")"; to the end when the record was cut before it */
	struct seal_bytes reason;
	int64_t delay_ms[4]; /* -1 when not logged */
};

/* seal_log_status_parse - "to=<...>, ..., status=word (reason)"; false when it is none */
bool seal_log_status_parse(struct seal_bytes text, struct seal_log_status *ret);

/* struct seal_log_reject - "[milter-]reject: STAGE from CLIENT: [code] [dsn] reason; from=<> to=<>"
 */
struct seal_log_reject {
	bool milter;
	bool whole;              /* the message is refused, not one recipient or command */
	struct seal_bytes stage; /* "RCPT", "END-OF-MESSAGE", "header", ... */
	struct seal_bytes reply; /* code, dsn and text */
	struct seal_bytes dsn, address;
	bool permanent; /* 5xx or 5.x.x */
};

bool seal_log_reject_parse(struct seal_bytes text, struct seal_log_reject *ret);

/* seal_log_kind - the kind of event a line makes, from the text after severity word and queue id;
 * SEAL_MAIL_KIND_MAX_ when it does not bear on anything */
enum seal_mail_kind seal_log_kind(const struct seal_log_tag *tag, enum seal_severity severity,
				  bool has_queue_id, struct seal_bytes text);

/* seal_log_exit_pid - the pid of "process /usr/lib/postfix/sbin/qmgr pid 614 exit status 1" */
uint32_t seal_log_exit_pid(struct seal_bytes text);

/* seal_log_take_sender - take "from=<sender>" off the front of *text; false when it is not there */
bool seal_log_take_sender(struct seal_bytes *text, struct seal_bytes *sender);

/* seal_log_value - what stands in "name=<value>" or "name=value" at the front of @text or after
 * ", " or a blank; empty when it is not there */
struct seal_bytes seal_log_value(struct seal_bytes text, const char *name);
