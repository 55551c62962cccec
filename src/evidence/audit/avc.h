/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* avc.h - the text of one denial record, taken apart without copying:
 *   avc:  denied  { read open } for  pid=969 comm="smtp" name="x" scontext=A tcontext=B tclass=file
 * ... as the kernel (security/selinux/avc.c) and libselinux (avc.c, for user-space managers) write
 * it, and the forms of SELINUX_ERR (security/selinux/ss/services.c, old and new). */

#include "core/buf.h"
#include "evidence/audit/record.h"
#include "model/denial.h"

struct seal_avc {
	enum seal_denial_kind kind;
	bool granted;
	struct seal_bytes text;  /* the whole of it, inside msg='...' for a user-space manager */
	struct seal_bytes perms; /* "read open", or "read,open" of a SELINUX_ERR; may be none */
	/* the fields between "for" and scontext=; written by the actor */
	struct seal_bytes details;
	struct seal_bytes tail; /* from scontext= on; written by the security server */
	struct seal_bytes scontext, tcontext, tclass;
};

/* seal_avc_parse - take a denial apart
 * A comm or path cannot pass for a context: contexts are searched from the end.
 * Returns 1, 0 (the record is no denial: a notice, another security module) or -EBADMSG (a denial
 * that is cut short). */
int seal_avc_parse(const struct seal_audit_record *r, struct seal_avc *ret);

/* seal_avc_is_sound - whether contexts, class and permissions have the shape of such names; of
 * denials with equal keys one needs to be looked at */
bool seal_avc_is_sound(const struct seal_avc *avc);

/* seal_avc_key - append the bytes that equal denials share: all of the text but process ids and the
 * numbers of pipes and sockets
 * Returns the number of bytes at the front of them that equal accesses share: no comm, no object.
 */
size_t seal_avc_key(const struct seal_avc *avc, struct seal_buf *key);

/* seal_avc_pid - the pid= (kernel) or spid= (dbus) of the actor, 0 when there is none */
uint32_t seal_avc_pid(const struct seal_avc *avc);

/* seal_context_type - "postfix_smtp_t" of "system_u:system_r:postfix_smtp_t:s0", none without one
 */
struct seal_bytes seal_context_type(struct seal_bytes context);
