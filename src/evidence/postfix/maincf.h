/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* maincf.h - main.cf as written. Grammar (postconf(5)): a line that begins with a blank continues
 * the logical line before it; empty lines and lines whose first character other than a blank is "#"
 * do not end a logical line; "name = value" with the blanks around both dropped; the last
 * definition of a name stands, at the place of the last one. */

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "model/postfix.h"

#define SEAL_CONF_FILE_MAX  ((size_t)1024 * 1024) /* bytes of main.cf or master.cf */
#define SEAL_CONF_LINE_MAX  ((size_t)64 * 1024)   /* bytes of a logical line */
#define SEAL_CONF_LINES_MAX ((size_t)4096)        /* definitions or services of a file */

/* struct seal_cf_line - one logical line, continuation lines joined without their newlines */
struct seal_cf_line {
	struct seal_bytes text;
	uint64_t line; /* of its first physical line */
};

/* struct seal_cf_reader - logical lines of a text in memory; also the format of lookup tables */
struct seal_cf_reader {
	struct seal_bytes rest;
	uint64_t number;
	struct seal_buf joined;
	bool cut; /* the line handed out last was longer than SEAL_CONF_LINE_MAX: its rest was
		     dropped */
};

/* seal_cf_next - the next logical line; end with seal_buf_done(&r->joined)
 * @ret: valid until the next call
 * Returns 1, 0 at the end or -ENOMEM. */
int seal_cf_next(struct seal_cf_reader *r, struct seal_cf_line *ret);

/* seal_cf_split - cut "name = value" into its parts, blanks around both dropped. Returns whether it
 * is one: a name, then "=". */
bool seal_cf_split(struct seal_bytes text, struct seal_bytes *name, struct seal_bytes *value);

/* seal_cf_param - seal_cf_split() into a parameter whose bytes live in @arena
 * Returns 0, -EINVAL (no definition) or -ENOMEM. */
int seal_cf_param(struct seal_bytes text, const struct seal_origin *origin,
		  struct seal_arena *arena, struct seal_param *ret);

/* seal_maincf_parse - the definitions of main.cf
 * @text:  the file
 * @path:  of the file below the root, in the host's arena; for the origins
 * @inst:  its params are filled, by name; bytes are copied to @arena
 * @n_bad: lines that are no definition, which Postfix refuses as a whole, and lines cut
 * Returns 0, -EFBIG (more than SEAL_CONF_LINES_MAX; those read stand) or -ENOMEM. */
int seal_maincf_parse(struct seal_bytes text, struct seal_bytes path, struct seal_arena *arena,
		      struct seal_instance *inst, size_t *n_bad);

/* seal_maincf_find - the definition of @name in main.cf, or NULL */
const struct seal_param *seal_maincf_find(const struct seal_instance *inst, struct seal_bytes name);
