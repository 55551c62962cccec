/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void copy_printable(char *dst, size_t size, const char *src)
{
	static const char hex[] = "0123456789abcdef";
	size_t o = 0;

	for (; *src && o + 5 < size; src++) {
		unsigned char c = (unsigned char)*src;

		if (c >= 0x20 && c < 0x7f) {
			dst[o++] = (char)c;
			continue;
		}
		dst[o++] = '\\';
		dst[o++] = 'x';
		dst[o++] = hex[c >> 4];
		dst[o++] = hex[c & 15];
	}
	dst[o] = '\0';
}

int seal_err_set(struct seal_err *err, int code, const char *fmt, ...)
{
	char raw[sizeof(err->text)];
	va_list ap;

	if (!err)
		return code;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	err->code = code;
	copy_printable(err->text, sizeof(err->text), raw);
	return code;
}

int seal_err_add(struct seal_err *err, int code, const char *fmt, ...)
{
	char context[sizeof(err->text)], joined[2 * sizeof(err->text) + 2];
	va_list ap;

	if (!err)
		return code;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	snprintf(joined, sizeof(joined), "%s: %s", context,
		 err->code ? err->text : strerror(-code));
	err->code = code;
	copy_printable(err->text, sizeof(err->text), joined);
	return code;
}
