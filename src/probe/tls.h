/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* tls.h - a TLS handshake as a client, and what the server's certificate says. A certificate that
 * is not to be trusted never ends the handshake: what is wrong with it is the answer. */

#include "core/arena.h"
#include "core/vec.h"
#include "probe/wire.h"

#define SEAL_TLS_NAMES_MAX ((size_t)32)

/* struct seal_tls_authorities - who may sign */
struct seal_tls_authorities {
	struct seal_bytes pem; /* their certificates; none: those of the system */
	bool defaults;         /* those of the system too */
	bool unknown;          /* there may be others, which could not be read */
};

/* struct seal_tls_trust - the authorities that are trusted; shared by all handshakes */
struct seal_tls_trust {
	gnutls_certificate_credentials_t credentials;
	bool complete; /* false: one that is not among them may be trusted all the same */
};

/* seal_tls_trust_init - take those of @a; where there is none, the system's
 * Returns 0 or -ENOMEM. */
int seal_tls_trust_init(struct seal_tls_trust *t, const struct seal_tls_authorities *a);
void seal_tls_trust_done(struct seal_tls_trust *t);

/* struct seal_tls_peer - the outcome of a handshake */
struct seal_tls_peer {
	bool tried, done;
	int error;         /* of the connection: -ETIMEDOUT, -ECONNRESET; 0 = see fault */
	const char *fault; /* of TLS itself, a constant text; NULL = none */
	const char *protocol, *cipher;
	struct seal_bytes subject, issuer;
	seal_vec(struct seal_bytes) names;           /* DNS names the certificate is for */
	int64_t not_before_us, not_after_us, now_us; /* of the certificate that ends first */
	unsigned certificates;
	bool has_certificate;
	/* what verification says */
	bool expired, not_yet, self_signed, revoked, weak;
	bool unknown_issuer;   /* none of the authorities that are trusted */
	bool issuer_unchecked; /* none of those that could be read */
	bool name_checked, name_matches;
};

/* seal_tls_handshake - over @w, which afterwards speaks TLS when peer->done
 * @name: the server name asked for (SNI) and checked; not sent when it is an address or no name
 * @arena: receives text
 * Returns 0 or -ENOMEM; every failure of the peer is in @peer. */
int seal_tls_handshake(struct seal_wire *w, const struct seal_tls_trust *trust,
		       struct seal_bytes name, struct seal_arena *arena,
		       struct seal_tls_peer *peer);
void seal_tls_peer_done(struct seal_tls_peer *peer);
