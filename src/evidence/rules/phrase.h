/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* phrase.h - titles of verdicts, "{daemon}(8) may not open {path}[ as {user}]" */

#include "core/buf.h"
#include "evidence/rules/causes.h"

/* seal_slot_of - the slot called @word; SEAL_SLOT_MAX_ when there is none */
enum seal_slot seal_slot_of(struct seal_bytes word);

/* seal_phrase_check - whether braces and brackets of a title pair, brackets do not nest, and every
 * {word} is a slot. Returns 0 or -EINVAL. */
int seal_phrase_check(struct seal_bytes title);

/* seal_phrase_put - append a title with its values put in
 * @values: one per slot, empty = not known; a part in [ ] with an unknown value is left out,
 *          outside of brackets an unknown value reads "?"
 * The result holds untrusted bytes: it leaves through an encoder as they do. */
void seal_phrase_put(struct seal_buf *out, const char *title,
		     const struct seal_bytes values[SEAL_SLOT_MAX_]);
