/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* manual.h - the manual page and the completions of the shells, made from the tables of verbs and
 * options: they cannot tell anything else than --help */

#include "core/buf.h"

/* each appends a whole file to @out; out->err tells when memory was gone */
void seal_manual_page(struct seal_buf *out); /* postseal.1, man(7) */
void seal_manual_bash(struct seal_buf *out); /* for bash-completion */
void seal_manual_zsh(struct seal_buf *out);  /* _postseal, zshcompsys(1) */
