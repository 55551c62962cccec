/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* journal_export.h - the export format of the journal (systemd.io/JOURNAL_EXPORT_FORMATS): entries
 * parted by empty lines; a field is "NAME=value\n", or "NAME\n", eight bytes of little-endian
 * length, that many bytes and "\n" */

#include "evidence/journal_walk.h"

/* seal_journal_export_walk - deliver every entry of an export file
 * @fd: taken over in every case
 * An end within an entry, or bytes that are no field, are told in the row of the journal.
 * Returns 0, -ENOMEM or the negative result of a reader. */
int seal_journal_export_walk(struct seal_journal_walk *w, int fd);
