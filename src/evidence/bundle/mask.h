/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* mask.h - what must not leave the host, overwritten in place. Every function keeps the length and
 * the structure of the bytes, so that a reader finds the same records, lines and keys as before. */

#include "core/bytes.h"

/* seal_mask_keys - "x" over the lines between "-----BEGIN ... PRIVATE KEY-----" and its END, or the
 * end of the bytes */
void seal_mask_keys(char *p, size_t n);

/* seal_mask_settings - "x" over the values of lines "NAME = value" whose name speaks of a password,
 * a secret or a key (bind_pw, password, psk, wep-key0, private-key-password ...) */
void seal_mask_settings(char *p, size_t n);

/* seal_mask_map_values - "x" over all but the first word of each line of a lookup table's source */
void seal_mask_map_values(char *p, size_t n);

/* seal_mask_message - "x" over header and body in a Postfix queue file: the data of record types N
 * and L (postfix src/global/rec_type.h) wherever they stand, and everything behind what is no
 * record */
void seal_mask_message(char *p, size_t n);

/* struct seal_redact - replaces local parts of mail addresses; the same local part always becomes
 * the same word of the same length */
struct seal_redact {
	unsigned char key[32]; /* random: nobody else can try names */
};

/* seal_redact_init - Returns 0 or the negative errno of getrandom(2) */
int seal_redact_init(struct seal_redact *r);

/* seal_redact_text - overwrite the local part of every address LOCAL@DOMAIN in whole lines of text
 * or queue file records; postmaster, mailer-daemon, double-bounce and root stay Returns 0 or
 * -ENOSYS (no SHA-256). */
int seal_redact_text(const struct seal_redact *r, char *p, size_t n);
