/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* contents.h - what small files of the host hold, read when analysis asks for them */

#include "core/arena.h"
#include "core/root.h"
#include "model/view.h"

/* seal_contents_text - the text of a file of at most 64 KiB, links followed inside the root
 * Returns 0, -ENOENT (only where the root holds the whole host), -ENODATA, -EFBIG, -ENOMEM or
 * another errno of seal_root_open(). */
int seal_contents_text(const struct seal_root *root, struct seal_arena *arena,
		       struct seal_bytes path, struct seal_bytes *ret);

/* seal_contents_certificate - the certificates of a PEM file of at most 1 MiB (GnuTLS); other
 * sections, private keys above all, are not looked at
 * Returns as seal_contents_text(), and -EBADMSG: there is no certificate in it. */
int seal_contents_certificate(const struct seal_root *root, struct seal_arena *arena,
			      struct seal_bytes path, struct seal_certificate *ret);
