/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static bool lost;

bool seal_buf_lost(void)
{
	return lost;
}

void seal_buf_done(struct seal_buf *b)
{
	free(b->p);
	*b = (struct seal_buf){0};
}

void seal_buf_flush(struct seal_buf *b)
{
	if (!b->sink || b->err || !b->n)
		return;
	b->err = b->sink->write(b->sink->data, seal_buf_bytes(b));
	b->n = 0;
}

/* grow - make room for @more bytes that do not fit as it is */
static bool grow(struct seal_buf *b, size_t more)
{
	size_t want, cap;
	char *p;

	if (b->sink && b->n && (more >= SEAL_BUF_FLUSH || b->n >= SEAL_BUF_FLUSH - more)) {
		seal_buf_flush(b);
		if (b->err || b->cap >= more)
			return !b->err;
	}
	cap = b->cap ? b->cap : 256;
	if (__builtin_add_overflow(b->n, more, &want))
		goto fail;
	while (cap < want)
		if (__builtin_mul_overflow(cap, (size_t)2, &cap))
			goto fail;
	p = realloc(b->p, cap);
	if (!p)
		goto fail;

	b->p = p;
	b->cap = cap;
	return true;
fail:
	lost = true;
	b->err = -ENOMEM;
	return false;
}

static inline bool reserve(struct seal_buf *b, size_t more)
{
	return !b->err && (b->cap - b->n >= more || grow(b, more));
}

void seal_buf_put(struct seal_buf *b, const void *p, size_t n)
{
	if (!n || !reserve(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void seal_buf_puts(struct seal_buf *b, const char *s)
{
	seal_buf_put(b, s, strlen(s));
}

void seal_buf_putc(struct seal_buf *b, char c)
{
	if (reserve(b, 1))
		b->p[b->n++] = c;
}

void seal_buf_printf(struct seal_buf *b, const char *fmt, ...)
{
	size_t room;
	va_list ap;
	int n;

	if (!reserve(b, 1))
		return;
	room = b->cap - b->n;
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= room) {
		if (!reserve(b, (size_t)n + 1))
			return;
		va_start(ap, fmt);
		n = vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->n += n > 0 ? (size_t)n : 0;
}
