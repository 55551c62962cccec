/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* fdio.h - write(2) and read(2) until all is done, over interruptions and short counts */

#include <stdint.h>
#include <sys/types.h>

#include "core/bytes.h"

/* seal_fd_write - all of @b. Returns 0, or a negative errno; -EIO when the file takes nothing more
 */
int seal_fd_write(int fd, struct seal_bytes b) SEAL_MUST_USE;

/* seal_fd_read - exactly @n bytes. Returns 0, -EPIPE when the file ends before, or a negative errno
 */
int seal_fd_read(int fd, void *ret, size_t n) SEAL_MUST_USE;

/* seal_fd_read_at - what a file holds from @at on, @n bytes at the most; the place of @fd stays.
 * Returns how many, fewer only where the file ends, or a negative errno (-ESPIPE: a pipe) */
ssize_t seal_fd_read_at(int fd, void *ret, size_t n, uint64_t at) SEAL_MUST_USE;
