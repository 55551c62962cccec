/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* errnos.h - errno names and the texts that programs print for them. The texts are those of glibc
 * in the C locale (Postfix never leaves it), then those of other libcs that reach our logs. */

#include "core/bytes.h"

/* seal_errno_of_name - "EACCES" gives EACCES; 0 when the name is not known */
int seal_errno_of_name(struct seal_bytes name);

/* seal_errno_name - "EACCES"; NULL for an error outside the table */
const char *seal_errno_name(int error);

/* seal_errno_of_text - errno whose strerror(3) text is all of @text; 0 when there is none */
int seal_errno_of_text(struct seal_bytes text);

/* seal_errno_at_end - errno whose text @text ends in, after the start, a blank or a colon; 0 when
 * there is none. @start: receives the offset of the text; may be NULL. */
int seal_errno_at_end(struct seal_bytes text, size_t *start);
