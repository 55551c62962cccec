/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reduce.h - NDJSON of any verb and host, added up. Records count when the whole run is there, from
 * "run" to "end" with as many lines between as "end" says, in any order and mixed with those of
 * other runs; a run that is not whole is told as cut short, and so is a file that holds none. */

#include "core/err.h"
#include "model/reduction.h"

#define SEAL_REDUCE_LINE_MAX  ((size_t)16 * 1024 * 1024)
#define SEAL_REDUCE_BYTES_MAX ((uint64_t)1 << 40) /* of one file, decompressed */

struct seal_reducer;

/* seal_reducer_new - add up into @into, which is borrowed. Returns NULL when memory is gone. */
struct seal_reducer *seal_reducer_new(struct seal_reduction *into);
void seal_reducer_free(struct seal_reducer *r);
SEAL_DEFINE_AUTO(reducer, struct seal_reducer *, seal_reducer_free);
#define seal_auto_reducer __attribute__((cleanup(seal_auto_reducer_)))

/* seal_reducer_read - the lines of one file, compressed or not
 * @fd:   taken over in every case
 * @name: what the file is called where it is no report
 * A run that was whole before and comes again is left out. Returns 0, -ENOMEM, -EFBIG or an I/O
 * errno; what is wrong in the file is told in the reduction. */
int seal_reducer_read(struct seal_reducer *r, int fd, const char *name, struct seal_err *err);

/* seal_reducer_end - no more files: runs that are still open were cut short. Returns 0 or -ENOMEM.
 * @twice: runs that came more than once and were counted once */
int seal_reducer_end(struct seal_reducer *r, size_t *twice);
