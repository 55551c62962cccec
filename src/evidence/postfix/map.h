/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* map.h - lookup tables, read from their source text and never from the index postmap(1) makes of
 * it */

#include "core/root.h"
#include "model/host.h"

#define SEAL_MAP_FILE_MAX ((size_t)16 * 1024 * 1024)
#define SEAL_MAP_KEYS_MAX ((size_t)1000000)

enum seal_map_want {
	SEAL_MAP_VALUES,
	SEAL_MAP_KEYS, /* a table of secrets: no value is kept */
};

/* seal_map_read - the entries of one table
 * @spec: "type:name", as a parameter has it: hash, btree, lmdb, cdb, dbm, sdbm, texthash (source
 * file below the root), inline, static; proxy: in front of any of them is taken off
 * @ret:  caller frees with seal_map_done(); bytes live in @arena
 * Returns 0, -ENOTSUP (a type that has no such source: regexp, ldap, tcp ...), -EINVAL (no table),
 * -EFBIG, or an error of seal_root_read(). */
int seal_map_read(const struct seal_root *root, struct seal_bytes spec, enum seal_map_want want,
		  struct seal_arena *arena, struct seal_map *ret, struct seal_err *err);
void seal_map_done(struct seal_map *m);

/* seal_map_find - the entry for exactly this key, letter case folded where the table folds, or NULL
 */
const struct seal_map_entry *seal_map_find(const struct seal_map *m, struct seal_bytes key);

/* seal_map_has_key - whether there is an entry, for tables whose values stay secret */
bool seal_map_has_key(const struct seal_map *m, struct seal_bytes key);
