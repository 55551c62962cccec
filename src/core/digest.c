/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digest.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

int seal_sha256(struct seal_bytes b, unsigned char ret[SEAL_SHA256_SIZE])
{
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, b.n ? b.p : "", b.n, ret) < 0 ? -ENOSYS : 0;
}
