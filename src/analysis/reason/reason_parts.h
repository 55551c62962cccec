/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reason_parts.h - pieces of the reason grammar shared by its files; for reason*.c alone */

#include "analysis/reason/reason.h"

static inline bool reason_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* reason_take_peer - take "host[address]" or "[address]", with ":port" behind it or not, off the
 * front of *s into @r. Returns false, and changes nothing, when there is no such thing. */
bool reason_take_peer(struct seal_bytes *s, struct seal_reason *r);

/* reason_take_endpoint - read a service address, "inet:host:port", "unix:path", "host:port",
 * "private/x" or "/path", into @r, and the transport it means */
void reason_take_endpoint(struct seal_bytes s, struct seal_reason *r);

/* reason_find_object - what our own words are about: the path or endpoint before their errno */
void reason_find_object(struct seal_reason *r);

/* reason_find_database - the server, the socket and the errno in what a database's client library
 * says of a connection; errno 0 when it names none. Returns false when @r is no such text. */
bool reason_find_database(struct seal_reason *r);

/* reason_take_codes - the reply code at the front of @text, and the status codes in it */
void reason_take_codes(struct seal_bytes text, struct seal_reason *r);

/* reason_phase_of - the phase of "receiving the initial server greeting", "RCPT TO command", ... */
enum seal_phase reason_phase_of(struct seal_bytes words);
