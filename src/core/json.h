/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* json.h - a JSON writer: keeps commas and nesting right, encodes every string through
 * seal_enc_json(). Keys are trusted literals. Nesting beyond SEAL_JSON_DEPTH - 1 containers, and
 * the end of one that was never opened, leave -EINVAL in ->out->err. */

#include "core/buf.h"

#define SEAL_JSON_DEPTH 64

struct seal_json {
	struct seal_buf *out;
	bool indent; /* two blanks a level; else one line */
	unsigned depth;
	bool some[SEAL_JSON_DEPTH]; /* the container at this depth already holds an element */
};

void seal_json_init(struct seal_json *j, struct seal_buf *out, bool indent);

/* @key is NULL inside an array and at the top */
void seal_json_object(struct seal_json *j, const char *key);
void seal_json_object_end(struct seal_json *j);
void seal_json_array(struct seal_json *j, const char *key);
void seal_json_array_end(struct seal_json *j);
void seal_json_text(struct seal_json *j, const char *key,
		    const char *trusted); /* NULL gives null */
/* seal_json_bytes - a string; when it is not UTF-8 and has a key, "<key>_raw_hex" follows, or
 * "raw_hex" where the key is "text" (CONTRACT) */
void seal_json_bytes(struct seal_json *j, const char *key, struct seal_bytes s);
void seal_json_u64(struct seal_json *j, const char *key, uint64_t v);
void seal_json_i64(struct seal_json *j, const char *key, int64_t v);
void seal_json_bool(struct seal_json *j, const char *key, bool v);
void seal_json_null(struct seal_json *j, const char *key);
/* seal_json_time - RFC 3339 UTC from microseconds since the epoch; SEAL_TIME_NONE gives null */
void seal_json_time(struct seal_json *j, const char *key, int64_t time_us);
