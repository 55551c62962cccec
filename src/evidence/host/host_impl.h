/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* host_impl.h - what the readers of host facts share; only evidence/host includes it */

#include <jansson.h>

#include "core/root.h"
#include "model/host.h"

#define SEAL_FACT_BYTES_MAX   ((size_t)4 * 1024 * 1024)
#define SEAL_FACT_ENTRIES_MAX 65536u

/* struct seal_fact - one evidence file in memory */
struct seal_fact {
	char *text; /* NUL-terminated; heap */
	size_t n;
	size_t row; /* its row in h->sources */
};

static inline void seal_auto_fact_(struct seal_fact *f)
{
	free(f->text);
}
#define seal_auto_fact __attribute__((cleanup(seal_auto_fact_)))

enum seal_fact_place {
	SEAL_FACT_ROOT,   /* a file of the host */
	SEAL_FACT_LIVE,   /* of the bundle's live/ */
	SEAL_FACT_BUNDLE, /* beside it */
};

/* struct seal_fact_file - which file, and what it is told as in the sources */
struct seal_fact_file {
	enum seal_source source;
	enum seal_fact_place place;
	const char *path;
};

/* seal_fact_read - the bytes of a file, with its row of sources
 * Returns 1, 0 (the row says why not; none for a live/ file where there is no bundle) or -ENOMEM.
 */
int seal_fact_read(const struct seal_root *root, struct seal_host *h,
		   const struct seal_fact_file *file, struct seal_fact *ret);

/* seal_fact_json - as seal_fact_read(), parsed; keys given twice are refused. @row: of the sources
 */
int seal_fact_json(const struct seal_root *root, struct seal_host *h,
		   const struct seal_fact_file *file, json_t **ret, size_t *row);

static inline void seal_auto_json_t_(json_t **j)
{
	json_decref(*j);
}
#define seal_auto_json_t __attribute__((cleanup(seal_auto_json_t_)))

/* seal_fact_damaged - say of a row that not all was understood: "@n @what". Returns 0 or -ENOMEM */
int seal_fact_damaged(struct seal_host *h, size_t row, uint64_t n, const char *what);

/* seal_fact_key - the bytes of string @key of an object, borrowed; empty when it is not there */
struct seal_bytes seal_fact_key(const json_t *object, const char *key);

int seal_identity_read(const struct seal_root *root, struct seal_host *h);
int seal_accounts_read(const struct seal_root *root, struct seal_host *h);
int seal_network_read(const struct seal_root *root, struct seal_host *h);
int seal_disk_read(const struct seal_root *root, struct seal_host *h);

/* seal_proc_net_read - what network.c did not find in live/: proc/net of a live host or sosreport
 */
int seal_proc_net_read(const struct seal_root *root, struct seal_host *h);

/* seal_sysctl_read - which interfaces take loopback addresses off the wire, into h->net: as the
 * running kernel has it, else as systemd-sysctl(8) sets it at boot
 * Limits: 256 lines that set it; beyond, and where evidence lacks: not known. Returns 0 or -ENOMEM.
 */
int seal_sysctl_read(const struct seal_root *root, struct seal_host *h);
