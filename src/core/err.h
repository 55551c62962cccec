/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* err.h - the one error idiom: functions return 0 (or a count) or a negative errno, and fill an
 * optional struct seal_err on failure. Fixed size, so that it works when memory is gone. */

#include "core/own.h"

struct seal_err {
	int code;       /* negative errno; 0 = unset */
	char text[240]; /* NUL-terminated and already printable (ASCII, one line) */
};

/* seal_err_set - record a failure
 * @err:  optional; NULL is fine
 * @code: negative errno, returned unchanged so that "return seal_err_set(...)" reads well
 * @fmt:  printf format; bytes outside printable ASCII come out as \xNN, too long text is cut
 * Returns @code. */
int seal_err_set(struct seal_err *err, int code, const char *fmt, ...) SEAL_PRINTF(3, 4);

/* seal_err_add - put context in front of the text, once, at the layer that knows the file
 * @err: optional; when unset its text becomes the context and strerror(@code)
 * Returns @code. */
int seal_err_add(struct seal_err *err, int code, const char *fmt, ...) SEAL_PRINTF(3, 4);
