/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* buf.h - growable output buffer. A failed append is remembered in ->err and makes all later ones
 * do nothing, so writers append freely and the one who flushes looks once. With a sink it never
 * grows beyond SEAL_BUF_FLUSH, or the power of two above its largest append: what is full is handed
 * on. */

#include "core/bytes.h"

#define SEAL_BUF_FLUSH ((size_t)64 * 1024)

/* struct seal_sink - where a long document goes, piece by piece; write returns 0 or a negative
 * errno */
struct seal_sink {
	int (*write)(void *data, struct seal_bytes piece);
	void *data;
};

struct seal_buf {
	char *p;
	size_t n, cap;
	int err;                      /* 0, -ENOMEM, what the sink returned, or a writer's own */
	const struct seal_sink *sink; /* NULL: all stays in memory */
};

void seal_buf_done(struct seal_buf *b);

/* seal_buf_lost - whether any buffer of this process ran out of memory: what was made of it, in
 * another buffer by now, is not whole */
bool seal_buf_lost(void);

static inline void seal_auto_buf_(struct seal_buf *b)
{
	seal_buf_done(b);
}
#define seal_auto_buf __attribute__((cleanup(seal_auto_buf_)))

/* seal_buf_flush - hand all that is left to the sink; without one, or after an error, nothing is
 * done */
void seal_buf_flush(struct seal_buf *b);

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
