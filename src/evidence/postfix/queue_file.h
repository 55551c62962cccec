/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* queue_file.h - the envelope of a queue file. A queue file is a sequence of records: a type byte,
 * the length in seven-bit groups (lowest first, high bit = more follows), the data. The envelope
 * ends with "M"; the content follows, whose length the first record ("C") tells, and after it the
 * segment of what was extracted from the headers, from "X" to "E". Files in maildrop have no "C"
 * record. */

#include "core/arena.h"
#include "core/buf.h"
#include "model/mail.h"

#define SEAL_ENVELOPE_MAX            ((uint64_t)1024 * 1024) /* bytes of both segments */
#define SEAL_ENVELOPE_WINDOW         4096
#define SEAL_ENVELOPE_RECIPIENTS_MAX ((size_t)1000)

/* struct seal_envelope - bytes live in the arena given to seal_envelope_read() */
struct seal_envelope {
	int64_t arrival_us; /* SEAL_TIME_NONE without a time record */
	uint64_t size_bytes;
	bool has_size, has_sender;
	struct seal_bytes sender;                   /* quoted as RFC 822 has it */
	seal_vec(struct seal_recipient) recipients; /* those still to be delivered to */
	uint64_t n_recipients;             /* in all, those delivered to or cancelled included */
	uint64_t n_expected;               /* what the first record says of that */
	uint64_t content_end;              /* offset behind the content; 0 when not known */
	bool damaged;                      /* ended too early, or not made of records */
	bool cut;                          /* a limit was reached */
	char window[SEAL_ENVELOPE_WINDOW]; /* the part of the file being looked at */
};

/* seal_envelope_read - read the envelope of an open queue file; of the content, what the first
 * block holds besides the envelope is read and dropped
 * @e: emptied first, its array of recipients is used again
 * Returns 0 (whatever the file is like), -ENOMEM or an I/O errno. */
int seal_envelope_read(int fd, struct seal_arena *arena, struct seal_envelope *e);
void seal_envelope_done(struct seal_envelope *e);

/* seal_address_quote - an address as Postfix shows it: a local part that is no dot-string in quotes
 * Returns 0 or -ENOMEM. */
int seal_address_quote(struct seal_arena *arena, struct seal_bytes raw, struct seal_bytes *ret);

/* seal_recipient_init - nothing known but that it waits */
void seal_recipient_init(struct seal_recipient *r);
