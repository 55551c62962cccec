/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* smtp.h - one exchange with one address of a mail server: connect, greeting, EHLO, STARTTLS, the
 * mechanisms it offers, and log-in when that is asked for. No mail is sent. */

#include "probe/tls.h"

enum seal_smtp_stage {
	SEAL_SMTP_CONNECT,
	SEAL_SMTP_WRAPPER, /* TLS before the greeting (port 465) */
	SEAL_SMTP_GREETING,
	SEAL_SMTP_EHLO,
	SEAL_SMTP_STARTTLS,
	SEAL_SMTP_TLS,
	SEAL_SMTP_EHLO_TLS,
	SEAL_SMTP_AUTH,
	SEAL_SMTP_DONE,
	SEAL_SMTP_STAGE_MAX_,
};

/* struct seal_smtp_plan - what to do with whom */
struct seal_smtp_plan {
	struct seal_addr addr;
	uint16_t port;
	struct seal_bytes name;           /* of the server, for TLS */
	struct seal_bytes helo;           /* our name */
	bool dialogue;                    /* false: connect only (a milter, a policy server) */
	bool lmtp;                        /* LHLO instead of EHLO (RFC 2033) */
	bool wrapper;                     /* TLS at once */
	struct seal_bytes user, password; /* empty: no log-in */
	uint32_t connect_ms, dialogue_ms;
};

struct seal_smtp_reply {
	unsigned code;          /* 0: there was none */
	struct seal_bytes text; /* of its last line, at most 512 bytes */
};

/* struct seal_smtp_result - how far it came. When stage is not DONE it is where it ended, with
 * either error or a reply that said no. */
struct seal_smtp_result {
	enum seal_smtp_stage stage;
	int error;                              /* positive errno; 0 = the reply is the answer */
	struct seal_smtp_reply greeting, reply; /* the last reply */
	struct seal_addr from;
	uint32_t connect_ms, total_ms;
	bool starttls;                       /* offered */
	struct seal_bytes auth_clear, auth;  /* mechanisms before and under TLS, as offered */
	bool auth_tried, auth_refused_clear; /* log-in without TLS is never tried */
	uint64_t size;                       /* SIZE, 0 = not told */
	struct seal_tls_peer tls;
	struct seal_arena *arena; /* owns the text */
};

/* seal_smtp_probe - carry out @plan. Safe to run in several threads at once.
 * @ret: caller frees with seal_smtp_result_done()
 * Returns 0 or -ENOMEM; every failure of the peer is in @ret. */
int seal_smtp_probe(const struct seal_smtp_plan *plan, const struct seal_tls_trust *trust,
		    struct seal_smtp_result *ret);
void seal_smtp_result_done(struct seal_smtp_result *r);

/* seal_smtp_stage_name - "connect", "greeting", ... */
const char *seal_smtp_stage_name(enum seal_smtp_stage s);
