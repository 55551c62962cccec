/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* log.h - what the mail log says: text files below var/log (RFC 3164, RFC 3339 and RFC 5424 stamps,
 * rotated and compressed) and the mail lines of the journal.
 *
 * The lines of all sources are taken together in order of time. A line that two sources hold (equal
 * program, pid and text, at most SEAL_MAILLOG_SKEW_US apart) counts once. What is kept: see
 * model/mail.h. Memory grows with the messages that are open at one time, never with the log, and
 * no further than SEAL_MAILLOG_BYTES_MAX: anybody on the host can write as many ids as he likes. */

#include "evidence/journal.h"

#define SEAL_MAILLOG_SKEW_US   (5 * SEAL_SECOND_US)
#define SEAL_MAILLOG_LINE_MAX  ((size_t)64 * 1024) /* bytes of a line; the rest is dropped */
#define SEAL_MAILLOG_FILE_MAX  (UINT64_C(256) << 30)
#define SEAL_MAILLOG_FILES_MAX ((size_t)1000)
/* messages followed or kept, with their lines: at 1.1 KB each as a rule 120,000 of them. Explained,
 * with what is written of each, they take less than 256 MiB. Of the kind there is most of, that
 * which was silent for longest goes first. */
#define SEAL_MAILLOG_BYTES_MAX         ((size_t)128 << 20)
#define SEAL_MAILLOG_RECIPIENTS_MAX    ((size_t)50000)    /* failing recipients of one message */
#define SEAL_MAILLOG_MESSAGE_BYTES_MAX ((size_t)24 << 20) /* of all its recipients */
/* events no message kept refers to: the newest of smtpd and its like, and as many of the rest */
#define SEAL_MAILLOG_EVENTS_MAX       ((size_t)50000)
#define SEAL_MAILLOG_EVENTS_BYTES_MAX ((size_t)24 << 20) /* of each of the two */

#define SEAL_MAILLOG_QUOTED_MAX ((size_t)1000) /* lines kept of the message asked for */

struct seal_maillog;

/* seal_maillog_new - find the text logs of @root and get ready to read; nothing is read yet
 * @h: receives the facts; borrowed, as @root, until seal_maillog_finish()
 * Lines outside h->span are passed over. Local stamps are converted with the root's etc/localtime
 * and get their year from h->now_us, else from the files' modification times.
 * @ret: caller frees with seal_maillog_free()
 * Returns 0 or -ENOMEM. */
int seal_maillog_new(const struct seal_root *root, struct seal_host *h, struct seal_maillog **ret,
		     struct seal_err *err);
void seal_maillog_free(struct seal_maillog *log);

/* seal_maillog_new_live - the same with no file read: the caller hands over the lines */
int seal_maillog_new_live(const struct seal_root *root, struct seal_host *h,
			  struct seal_maillog **ret, struct seal_err *err);
struct seal_log_record;
/* seal_maillog_take - a line of a log; those of one log come in order of time
 * @source: 0, 1 ... of the logs that are followed; a line that two of them have counts once
 * Returns 0 or -ENOMEM. */
int seal_maillog_take(struct seal_maillog *log, const struct seal_log_record *r, unsigned source);
SEAL_DEFINE_AUTO(maillog, struct seal_maillog *, seal_maillog_free);
#define seal_auto_maillog __attribute__((cleanup(seal_auto_maillog_)))

/* seal_maillog_reader - for seal_journal_read(): takes the mail lines of the journal, and reads the
 * text logs alongside. Borrows @log. */
struct seal_journal_reader seal_maillog_reader(struct seal_maillog *log);

/* seal_maillog_finish - read what is left of the text logs and fill h->mail, rows of h->sources,
 * h->changes (start, reload, stop; the caller sorts), h->name and h->postfix.version where unset.
 * Files that cannot be read are rows with their reason, never a failure.
 * Returns 0 or -ENOMEM. */
int seal_maillog_finish(struct seal_maillog *log, struct seal_err *err);

/* seal_maillog_read - all of it in one call, with a walk of the journal for the mail lines alone
 * Returns 0 or -ENOMEM. */
int seal_maillog_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);
