/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* root.h - an evidence root in memory: a plain tar of a few files */

#include "core/root.h"
#include "model/host.h"

struct fuzz_file {
	const char *path; /* "root/etc/postfix/main.cf", "live/df.json" */
	const void *p;
	size_t n;
};

/* fuzz_root - a bundle that holds @files; the caller frees it. Aborts when it cannot be made. */
struct seal_root *fuzz_root(const struct fuzz_file *files, size_t n);

/* fuzz_memfd - a file in memory that holds the bytes, at its start */
int fuzz_memfd(const void *p, size_t n);

/* fuzz_read - read what @what says (enum seal_evidence) of such a bundle, and let explain, denials
 * and reach answer when @analyse */
void fuzz_read(const struct fuzz_file *files, size_t n, unsigned what, bool analyse);

/* fuzz_sent - read what @what says of an archive, if it is one, and let @ask look at the host;
 * NULL: it is read alone */
void fuzz_sent(const void *p, size_t n, unsigned what, void (*ask)(struct seal_host *h));

/* fuzz_analyse - let explain, denials and reach answer, as text and JSON */
void fuzz_analyse(struct seal_host *h);
