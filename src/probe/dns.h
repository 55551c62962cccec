/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* dns.h - questions to the machine's resolvers, the ways to fail kept apart: a name that does not
 * exist, one without such records, a server that failed, refused or did not answer, and the errno
 * of the very packet where the kernel refused to send it. */

#include "core/arena.h"
#include "core/err.h"
#include "core/vec.h"
#include "model/net.h"

#define SEAL_DNS_RECORDS_MAX ((size_t)64) /* kept of an answer; the rest is counted as cut */

enum seal_dns_type {
	SEAL_DNS_A,
	SEAL_DNS_AAAA,
	SEAL_DNS_MX,
	SEAL_DNS_TXT,
	SEAL_DNS_PTR,
	SEAL_DNS_TYPE_MAX_,
};

enum seal_dns_status {
	SEAL_DNS_OK,
	SEAL_DNS_NXDOMAIN,
	SEAL_DNS_NODATA,
	SEAL_DNS_SERVFAIL,
	SEAL_DNS_REFUSED,
	SEAL_DNS_TIMEOUT,
	SEAL_DNS_UNREACHABLE, /* no resolver could be asked: see error */
	SEAL_DNS_MALFORMED,   /* an answer that is none, or a server that does not understand */
	SEAL_DNS_INVALID,     /* the name cannot be asked for: never sent */
	SEAL_DNS_STATUS_MAX_,
};

struct seal_dns_record {
	struct seal_bytes text; /* MX: the exchanger, empty = "no mail" (RFC 7505); PTR: the name;
				   TXT: its strings joined */
	struct seal_addr addr;  /* A, AAAA */
	uint16_t preference;    /* MX */
};

struct seal_dns_question {
	/* asked; an address for PTR, else a name */
	struct seal_bytes name;
	struct seal_addr addr;
	enum seal_dns_type type;
	size_t owner; /* the caller's: whom the question is for */
	/* the answer */
	enum seal_dns_status status;
	int error; /* errno of a packet to a resolver, with TIMEOUT and UNREACHABLE; 0 = none */
	struct seal_addr resolver; /* the one that errno is of */
	uint32_t elapsed_ms;
	seal_vec(struct seal_dns_record) records; /* MX by preference, others as answered */
	bool cut;
};

/* seal_dns_ask - ask all questions at once and wait for the last answer
 * The resolvers are those of /etc/resolv.conf; no search list, no cache.
 * @arena: receives text of the answers
 * @timeout_ms: in all; what is not answered by then is TIMEOUT
 * Uses c-ares with ARES_FLAG_NOCHECKRESP (ares_init_options(3)), without which SERVFAIL, REFUSED
 * and a dead server are one.
 * Returns 0, -ENOMEM, or -EIO when the resolver library cannot start. */
int seal_dns_ask(struct seal_dns_question *q, size_t n, uint32_t timeout_ms,
		 struct seal_arena *arena, struct seal_err *err);

/* seal_dns_done - free what the answers own */
void seal_dns_done(struct seal_dns_question *q, size_t n);

const char *seal_dns_type_name(enum seal_dns_type t);
/* seal_dns_status_name - "ok", "nxdomain", "nodata", "servfail", ... */
const char *seal_dns_status_name(enum seal_dns_status s);
