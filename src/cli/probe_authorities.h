/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* probe_authorities.h - whose certificates the SMTP client of a host trusts: smtp_tls_CAfile,
 * smtp_tls_CApath and tls_append_default_CA of postconf(5) */

#include "core/root.h"
#include "model/host.h"
#include "probe/tls.h"

/* seal_netprobe_authorities - read them from the root, as smtp(8) does before it gives up root
 * @smtp: its line of master.cf, or NULL
 * @ret:  the text is put into the arena of @h
 * Of a CApath the names are taken that OpenSSL looks for, "HASH.N" (c_rehash(1)). What cannot be
 * read, is no regular file, or goes over 4 MiB a file, 16 MiB and 4,096 files in all, makes
 * @ret->unknown. Returns 0 or -ENOMEM. */
int seal_netprobe_authorities(const struct seal_root *root, struct seal_host *h,
			      const struct seal_service *smtp, struct seal_tls_authorities *ret);
