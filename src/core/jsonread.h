/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* jsonread.h - JSON (RFC 8259) read where it stands: the caller walks the values in their order and
 * no tree is built. After the first fault every call fails and ->bad tells the offset, so a walk
 * looks once at its end. */

#include "core/arena.h"

#define SEAL_JSONREAD_DEPTH 64

struct seal_jsonread {
	const char *start, *p, *end;
	const char *fault; /* first byte that is no JSON; NULL: none yet */
	unsigned depth;
};

static inline struct seal_jsonread seal_jsonread_of(struct seal_bytes json)
{
	return (struct seal_jsonread){json.p, json.p, json.p + json.n, NULL, 0};
}

/* seal_jsonread_peek - what comes next: '{', '[', '"', 't', 'f', 'n', '0' (a number) or 0 (fault or
 * end) */
char seal_jsonread_peek(struct seal_jsonread *j);

/* seal_jsonread_enter - go into an object ('{') or array ('['); false: it is none, a fault */
bool seal_jsonread_enter(struct seal_jsonread *j, char kind);
/* seal_jsonread_key - next key of the object; false at its end (which is consumed). The key is raw:
 * names with escapes are compared as written */
bool seal_jsonread_key(struct seal_jsonread *j, struct seal_bytes *key);
/* seal_jsonread_item - whether the array has another element; false at its end (which is consumed)
 */
bool seal_jsonread_item(struct seal_jsonread *j);
/* seal_jsonread_string - a string, between its quotes; with escapes it is decoded into @a. False: a
 * fault, and none in @ret */
bool seal_jsonread_string(struct seal_jsonread *j, struct seal_arena *a, struct seal_bytes *ret);
/* seal_jsonread_number - the text of a number */
bool seal_jsonread_number(struct seal_jsonread *j, struct seal_bytes *ret);
/* seal_jsonread_u64 - a number without sign, fraction or exponent; anything else is skipped and
 * gives 0 */
uint64_t seal_jsonread_u64(struct seal_jsonread *j);
/* seal_jsonread_bool - true or false; anything else is skipped and gives false */
bool seal_jsonread_bool(struct seal_jsonread *j);
/* seal_jsonread_skip - pass over one value of any kind; its bytes */
struct seal_bytes seal_jsonread_skip(struct seal_jsonread *j);
/* seal_jsonread_end - nothing but blanks follows and there was no fault */
bool seal_jsonread_end(struct seal_jsonread *j);
/* seal_jsonread_offset - where the fault is */
size_t seal_jsonread_offset(const struct seal_jsonread *j);
