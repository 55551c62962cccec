/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* probe.h - what the network answers now: the next hops by name, address and dialogue, and what
 * others look up about the own domain. The only part of the program that sends a packet, and only
 * when it is asked to. */

#include "probe/dns.h"
#include "probe/smtp.h"

#define SEAL_NETPROBE_TARGETS_MAX    ((size_t)64)
#define SEAL_NETPROBE_EXCHANGERS_MAX ((size_t)5) /* of a domain, best preference first */
#define SEAL_NETPROBE_EXCHANGES_MAX  ((size_t)8) /* of a target */
#define SEAL_NETPROBE_OWN            SIZE_MAX    /* owner of the questions about the own domain */

/* struct seal_netprobe_target - a place to reach; filled by the caller up to @exchanges */
struct seal_netprobe_target {
	struct seal_bytes purpose; /* "relayhost", "--to" */
	struct seal_bytes host;    /* name or address */
	bool mx;                   /* its mail exchangers, else the host itself */
	uint16_t port;
	bool dialogue, lmtp, wrapper;     /* as in struct seal_smtp_plan */
	struct seal_bytes user, password; /* empty: no log-in */
	/* found */
	size_t exchanges, reached; /* addresses tried, and those that came to the end */
	bool no_mail;              /* its MX record says that it takes none (RFC 7505) */
	bool cut;                  /* more exchangers or addresses than are tried */
};

/* struct seal_netprobe_exchange - one address of one target */
struct seal_netprobe_exchange {
	size_t target;
	struct seal_smtp_plan plan;
	struct seal_smtp_result result;
};

enum seal_netprobe_state { SEAL_NETPROBE_GOOD, SEAL_NETPROBE_BAD, SEAL_NETPROBE_UNKNOWN };

/* struct seal_netprobe_fact - something that others look up about the own domain */
struct seal_netprobe_fact {
	const char *kind;          /* "address", "ptr", "spf", "dkim", "dmarc", "dnsbl" */
	struct seal_bytes subject; /* the name or address looked up */
	enum seal_netprobe_state state;
	const char *what;         /* one sentence, a constant */
	struct seal_bytes detail; /* the record; may be empty */
};

struct seal_netprobe {
	/* asked; the text is borrowed */
	seal_vec(struct seal_netprobe_target) targets;
	struct seal_bytes helo;   /* our name, also the one whose addresses are looked up */
	struct seal_bytes domain; /* the own domain; empty: not asked about */
	seal_vec(struct seal_bytes) selectors;  /* of DKIM keys */
	seal_vec(struct seal_bytes) blocklists; /* zones of --dnsbl */
	struct seal_tls_authorities authorities;
	bool ipv4, ipv6;
	uint32_t timeout_ms; /* of a dialogue; connecting and DNS take at most half of it each */
	/* found */
	seal_vec(struct seal_dns_question) questions;
	seal_vec(struct seal_netprobe_exchange) exchanges; /* in the order of the targets */
	seal_vec(struct seal_netprobe_fact) facts;
	struct seal_arena *arena;
};

/* seal_netprobe_init - empty, with the defaults. Returns 0 or -ENOMEM; freed with
 * seal_netprobe_done() */
int seal_netprobe_init(struct seal_netprobe *p);
void seal_netprobe_done(struct seal_netprobe *p);

/* seal_netprobe_run - ask the network. Takes at most about twice timeout_ms plus the time of DNS.
 * Returns 0, -ENOMEM or -EIO (no thread, no resolver library); what the network answers is in @p.
 */
int seal_netprobe_run(struct seal_netprobe *p, struct seal_err *err);

/* seal_netprobe_domain_names, seal_netprobe_domain_addresses - the questions about the own domain,
 * in two rounds: what is known by name first, then what hangs on the addresses. Used by
 * seal_netprobe_run(). Return 0, -ENOMEM or -EIO. */
int seal_netprobe_domain_names(struct seal_netprobe *p, struct seal_err *err);
int seal_netprobe_domain_addresses(struct seal_netprobe *p, struct seal_err *err);
