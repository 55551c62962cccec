/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reason.h - the grammar of the text that Postfix gives for a delivery that did not go well: the
 * part inside status=... ( ), the reason of a queue entry, a warning, a fatal line, a reject line.
 * Parsed first, matched later (analysis/reason/symptom.h): so a remote server's words can never
 * pass for our own. Forms: Postfix smtp_connect.c, smtp_proto.c, smtp_trouble.c, smtp_sasl_glue.c,
 * pipe_command.c, smtpd_check.c, and those before 2.3 ("(port 25)", "server refused to talk to me",
 * "read timeout"). */

#include "core/buf.h"
#include "evidence/rules/causes.h"
#include "model/net.h"

enum seal_reason_origin {
	SEAL_REASON_LOCAL,   /* Postfix's own words */
	SEAL_REASON_REMOTE,  /* a peer's reply */
	SEAL_REASON_INBOUND, /* our server's reply to a client */
	SEAL_REASON_COMMAND, /* output of a command */
	SEAL_REASON_ORIGIN_MAX_,
};

#define SEAL_REASON_CODES_MAX 4

/* struct seal_reason - all bytes point into the text parsed */
struct seal_reason {
	struct seal_bytes whole; /* without the wrapper "delivery temporarily suspended: " */
	struct seal_bytes text;  /* what patterns look at: whole, the reply, or the output */
	enum seal_reason_origin origin;
	enum seal_reason_form form;
	bool suspended; /* wrapped: the words are those of an earlier attempt, of another pid */
	struct seal_bytes host, address; /* peer or client: "mx.example", "198.51.100.13" */
	struct seal_addr addr;           /* unset when the address is none (a socket, "unknown") */
	/* a unix socket, a file the words are about, as written; relative to the queue directory.
	 * Texts that name a queue and no path ("open active 503084E03") give the queue. */
	struct seal_bytes socket, path;
	uint16_t port; /* 0 = not said */
	int error;     /* errno that our own words (origin LOCAL, COMMAND) end in; else 0 */
	enum seal_transport transport; /* of that errno, or of the connection */
	enum seal_phase phase;         /* "while ...", "in reply to ..." */
	struct seal_bytes in_reply_to;
	uint16_t code;                                     /* first SMTP reply code; 0 = none */
	struct seal_bytes enhanced[SEAL_REASON_CODES_MAX]; /* "5.7.1", in order, each once */
	unsigned n_enhanced;
};

/* seal_reason_parse - take a reason apart
 * @text: any bytes; only the first 64 KiB are looked at
 * @ret:  always filled in; what has no known shape is origin LOCAL, form TEXT
 * Returns 0, or -E2BIG when @text was longer (ret holds what was looked at). */
int seal_reason_parse(struct seal_bytes text, struct seal_reason *ret);

/* seal_reason_normalise - append what patterns look at: LOCAL text as it is; else in lower case,
 * without addresses (<...> or a word with "@"), without the reply and status codes in front and
 * those that continued lines repeat ("550-5.7.1 "), blanks folded. At most 8 KiB. */
void seal_reason_normalise(const struct seal_reason *r, struct seal_buf *out);
