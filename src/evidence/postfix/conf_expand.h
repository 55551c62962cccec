/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* conf_expand.h - $name expansion of parameter values, as Postfix's mac_expand(3) does it
 * (postconf(5)): $x ${x} $(x) ${x?text} ${x:text} ${x?{text}:{text}} ${{text} op
 * {text}?{text}:{text}} and $$ */

#include "core/buf.h"

#define SEAL_EXPAND_DEPTH     100                 /* nested names and conditionals, as Postfix */
#define SEAL_EXPAND_STEPS     10000               /* names and literals of one value in all */
#define SEAL_EXPAND_VALUE_MAX ((size_t)64 * 1024) /* bytes of the result */

/* struct seal_expand - where names are looked up
 * @lookup: the unexpanded value of @name; -ENOENT: there is none, it expands to nothing; another
 *          negative errno ends the expansion */
struct seal_expand {
	int (*lookup)(void *data, struct seal_bytes name, struct seal_bytes *ret);
	void *data;
	unsigned depth, steps; /* 0 at the start */
};

/* seal_expand - append the expansion of @text to @out
 * Returns 0, -EINVAL (malformed), -ELOOP (SEAL_EXPAND_DEPTH or _STEPS), -EFBIG, -ENOMEM or what
 * lookup returned. */
int seal_expand(struct seal_expand *e, struct seal_bytes text, struct seal_buf *out);
