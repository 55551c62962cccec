/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* digest.h - SHA-256, for names that leave the program and must mean the same everywhere */

#include "core/bytes.h"

#define SEAL_SHA256_SIZE 32

/* seal_sha256 - the digest of @b. Returns 0 or -ENOSYS (the library refuses, as FIPS modes may) */
int seal_sha256(struct seal_bytes b, unsigned char ret[SEAL_SHA256_SIZE]) SEAL_MUST_USE;
