/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* record.h - one audit record as text: its stamp, its type, its fields. Three shapes reach us:
 *   audit.log       [node=NAME ]type=AVC msg=audit(1795200816.824:65): BODY[0x1D ENRICHED]
 *   kernel log      audit: type=1400 audit(1795200816.824:65): BODY
 *   journal entry   AVC BODY, with the type, time and serial in fields of their own
 * Formats: audit-userspace (auditd-event.c), kernel/audit.c, systemd's journald-audit.c. */

#include "core/arena.h"

struct seal_audit_record {
	uint32_t type; /* AUDIT_* of libaudit.h; 0 = one this reader has no use for */
	int64_t time_us;
	uint64_t serial;
	struct seal_bytes body; /* what follows "): ", without the enriched part */
	/* the enriched part ("ARCH=x86_64 SYSCALL=connect ..."), or none */
	struct seal_bytes extra;
	uint32_t source; /* index into the host's sources */
	uint64_t line;
};

/* seal_audit_type - number of a record type's name ("AVC", "UNKNOWN[1400]", "1400"), 0 when of no
 * use */
uint32_t seal_audit_type(struct seal_bytes name);
/* seal_audit_type_known - @type when this reader has a use for it, else 0 */
uint32_t seal_audit_type_known(uint32_t type);
/* seal_audit_type_name - name of a type that seal_audit_type() knows */
const char *seal_audit_type_name(uint32_t type);

/* seal_audit_wanted - whether a line of audit.log may hold a denial or a change: made for speed,
 * the record's shape is looked at by seal_audit_record_parse() */
bool seal_audit_wanted(struct seal_bytes line);

/* seal_audit_type_wanted - whether records of this type are denials or changes themselves */
bool seal_audit_type_wanted(uint32_t type);

/* struct seal_audit_parts - a line of audit.log, cut but not yet read */
struct seal_audit_parts {
	struct seal_bytes type, stamp, rest; /* "AVC", "1795200816.824:65", what follows "): " */
};

/* seal_audit_record_cut - cut a line of audit.log; whether it has the shape of a record */
bool seal_audit_record_cut(struct seal_bytes line, struct seal_audit_parts *ret);

/* seal_audit_stamp - read "1795200816.824:65"; whether it is one */
bool seal_audit_stamp(struct seal_bytes stamp, int64_t *time_us, uint64_t *serial);

/* seal_audit_record_body - set body and extra from the rest of a line */
void seal_audit_record_body(struct seal_bytes rest, struct seal_audit_record *ret);

/* seal_audit_record_parse - all of it at once: type, stamp, body and extra, which borrow from @line
 * Returns whether the line has the shape of a record. */
bool seal_audit_record_parse(struct seal_bytes line, struct seal_audit_record *ret);

/* seal_audit_record_parse_kernel - the same for the text of a kernel message, "audit: type=1400
 * ..." */
bool seal_audit_record_parse_kernel(struct seal_bytes text, struct seal_audit_record *ret);

/* seal_audit_field - raw value of the first field @key of @body, quotes included; values in quotes
 * are not looked into
 * Returns whether there is one. */
bool seal_audit_field(struct seal_bytes body, const char *key, struct seal_bytes *ret);

/* seal_audit_number - a field as a number in @base, "0x" allowed before hexadecimal ones
 * Returns whether the field is there and is a number; *ret untouched otherwise. */
bool seal_audit_number(struct seal_bytes body, const char *key, unsigned base, uint64_t *ret);

/* seal_audit_text - decode a raw value: "quoted" as it is, hexadecimal digits into their bytes (the
 * kernel's audit_log_untrustedstring()), none for (null), ? and (none)
 * Returns 0 or -ENOMEM. */
int seal_audit_text(struct seal_arena *a, struct seal_bytes raw, struct seal_bytes *ret);

/* seal_audit_field_text - seal_audit_field() and seal_audit_text(); none when the field is missing
 */
int seal_audit_field_text(struct seal_arena *a, struct seal_bytes body, const char *key,
			  struct seal_bytes *ret);
