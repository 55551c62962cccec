/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* buf.h - growable output buffer. A failed append is remembered in ->err and makes all later ones
 * do nothing, so writers append freely and the one who flushes looks once. */

#include "core/bytes.h"

struct seal_buf {
	char *p;
	size_t n, cap;
	int err; /* 0 or -ENOMEM */
};

void seal_buf_done(struct seal_buf *b);
static inline void seal_auto_buf_(struct seal_buf *b)
{
	seal_buf_done(b);
}
#define seal_auto_buf __attribute__((cleanup(seal_auto_buf_)))

/* seal_buf_put - append trusted bytes as they are; untrusted ones go through core/enc.h */
void seal_buf_put(struct seal_buf *b, const void *p, size_t n);
void seal_buf_puts(struct seal_buf *b, const char *s);
void seal_buf_putc(struct seal_buf *b, char c);
/* seal_buf_printf - append text formatted from numbers and trusted text */
void seal_buf_printf(struct seal_buf *b, const char *fmt, ...) SEAL_PRINTF(2, 3);

static inline struct seal_bytes seal_buf_bytes(const struct seal_buf *b)
{
	return (struct seal_bytes){b->p, b->n};
}
