/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* wire.h - one TCP connection to a server that may be hostile: a deadline for all of it, a limit on
 * what is taken from it, and TLS below the same calls */

#include <gnutls/gnutls.h>

#include "core/bytes.h"
#include "model/net.h"

#define SEAL_WIRE_LINE_MAX ((size_t)4096)      /* of one line; RFC 5321 allows 512 */
#define SEAL_WIRE_READ_MAX ((size_t)64 * 1024) /* of the whole dialogue, TLS taken off */

struct seal_wire {
	int fd; /* -1: not connected */
	gnutls_session_t tls;
	int64_t deadline_ms; /* seal_clock_ms() */
	size_t taken;        /* bytes received */
	size_t start, end;   /* what is not yet taken from buf */
	char buf[SEAL_WIRE_LINE_MAX];
};

/* seal_wire_connect - a new connection
 * @timeout_ms: of connecting alone
 * @from: receives the address of our side
 * Returns 0 or the errno that connect(2) ended in, negative; -ETIMEDOUT when @timeout_ms were over.
 */
int seal_wire_connect(struct seal_wire *w, const struct seal_addr *to, uint16_t port,
		      uint32_t timeout_ms, struct seal_addr *from);

/* seal_wire_line - the next line, without its end; it stays in w until the next call
 * Returns 0, -ETIMEDOUT, -ECONNRESET (closed, also in the middle of a line), -EMSGSIZE (a line or a
 * dialogue over the limit), -EPROTO (TLS broke) or another errno. */
int seal_wire_line(struct seal_wire *w, struct seal_bytes *ret);

/* seal_wire_send - all of @b. Returns as seal_wire_line(). */
int seal_wire_send(struct seal_wire *w, struct seal_bytes b);

/* seal_wire_wait - until the socket can be read, or written. Returns 0, -ETIMEDOUT or -errno. */
int seal_wire_wait(const struct seal_wire *w, bool to_write);

/* seal_wire_done - close; no farewell that a server could delay */
void seal_wire_done(struct seal_wire *w);
