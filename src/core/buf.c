/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void seal_buf_done(struct seal_buf *b)
{
	free(b->p);
	*b = (struct seal_buf){0};
}

static bool reserve(struct seal_buf *b, size_t more)
{
	size_t want, cap;
	char *p;

	if (b->err)
		return false;
	if (b->cap - b->n >= more)
		return true;

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
	b->err = -ENOMEM;
	return false;
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
	seal_buf_put(b, &c, 1);
}

void seal_buf_printf(struct seal_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(b, (size_t)n + 1))
		return;

	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}
