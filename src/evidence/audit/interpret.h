/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* interpret.h - what one event says about a denial: its fields decoded, its object named by the
 * records beside it */

#include "evidence/audit/avc.h"
#include "evidence/audit/event.h"
#include "model/host.h"

struct seal_audit_interpreter;

/* seal_audit_interpreter_new - with a libauparse parser in feed mode; NULL when memory is gone */
struct seal_audit_interpreter *seal_audit_interpreter_new(void);
void seal_audit_interpreter_free(struct seal_audit_interpreter *in);

/* seal_audit_interpret - fill @d but its count, times and hits
 * @e: the event, @r: its record of the denial, which seal_avc_parse() accepts
 * @whole_object: false leaves comm and the object out: @d stands for many
 * Strings are copied into the host's arena. Returns 0 or -ENOMEM. */
int seal_audit_interpret(struct seal_audit_interpreter *in, struct seal_host *h,
			 const struct seal_audit_event *e, const struct seal_audit_record *r,
			 struct seal_denial *d);

/* seal_audit_object - name the object of a denial: by path=, by the PATH record of the same inode
 * and CWD, by the socket's address. @d->object is filled. Returns 0 or -ENOMEM. */
int seal_audit_object(struct seal_arena *a, const struct seal_audit_event *e,
		      const struct seal_avc *avc, struct seal_denial *d);

/* struct seal_audit_address - a socket address as saddr= holds it, in the kernel's bytes */
struct seal_audit_address {
	uint16_t family;        /* 0 = none */
	int32_t port;           /* -1 = none */
	struct seal_bytes text; /* "198.51.100.40", "2001:db8::1" */
	struct seal_bytes path; /* AF_UNIX; an abstract one begins with "@" */
};

/* seal_audit_address - decode the hexadecimal digits of saddr=
 * Returns 0 (family 0: not an address we know) or -ENOMEM. */
int seal_audit_address(struct seal_arena *a, struct seal_bytes hex, struct seal_audit_address *ret);
