/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* tables.h - the lookup tables in files that main.cf and master.cf name (DATABASE_README of
 * Postfix), for checks of their labels, modes and ages */

#include "checks/check.h"

/* struct seal_table - one table as one parameter names it; bytes in the host's arena */
struct seal_table {
	struct seal_bytes type;  /* "hash", "pcre", "mysql" */
	struct seal_bytes path;  /* absolute: the source, or of a client type its configuration */
	struct seal_bytes index; /* what postmap(1) makes of it; empty: the source itself is read */
	struct seal_bytes parameter;
	struct seal_origin origin;
	bool client; /* ldap, mysql, pgsql, sqlite, mongodb: path may hold a password */
};

/* seal_tables_each - every table, main.cf first; one named by two parameters is told twice. Caches
 * that daemons make for themselves are passed over.
 * @each: non-zero ends it and is returned
 * @ret:  set when a value could not be expanded, so that tables are missing
 * Returns 0, -ENOMEM or what @each returned. */
int seal_tables_each(struct seal_subject *s,
		     int (*each)(void *data, const struct seal_table *table), void *data,
		     bool *missing);
