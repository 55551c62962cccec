/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* certificates.h - what a server or client of Postfix shows to prove its name: the certificates of
 * a PEM file in their order, and which public key belongs to a private key (GnuTLS) */

#include "core/arena.h"
#include "core/root.h"
#include "model/host.h"

/* seal_certificates_chain - the chain function of struct seal_view, links followed inside the root
 * Limits: 1 MiB a file, SEAL_CHAIN_MAX certificates, SEAL_CHAIN_NAMES_MAX names.
 * Returns 0, -ENOENT (only where the root holds the whole host), -ENODATA, -EBADMSG, -EFBIG,
 * -ENOMEM or another errno of seal_root_open(). */
int seal_certificates_chain(const struct seal_root *root, struct seal_arena *arena,
			    const struct seal_chain_query *query, struct seal_chain *ret);

/* seal_certificates_key - the key function of struct seal_view: of the file, or where a bundle
 * holds no keys of its live/keys.tsv (path, number of the key in the file, and its public key's
 * SHA-256, "none" or "encrypted"; separated by tabs). The private key is in memory for the time of
 * the call.
 * @h: keeps what was told in its keys
 * Returns as seal_certificates_chain(), and -ENOKEY. */
int seal_certificates_key(const struct seal_root *root, struct seal_host *h, struct seal_bytes path,
			  unsigned nth, unsigned char ret[SEAL_KEY_ID_SIZE]);

/* seal_certificates_put_keys - h->keys as the text of live/keys.tsv */
void seal_certificates_put_keys(const struct seal_host *h, struct seal_buf *out);
