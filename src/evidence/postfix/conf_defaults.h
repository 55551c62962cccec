/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* conf_defaults.h - the built-in values of Postfix 3.5 to 3.10, unexpanded, as postconf -d prints
 * them */

#include "core/bytes.h"

/* struct seal_conf_default - one parameter, or one of its values over the versions
 * @value: NULL: chosen when Postfix is built or from the host's network
 * @from, @until: 100 * major + minor of the first version that has the value and of the first that
 *                no longer has it; 0 = unbounded */
struct seal_conf_default {
	const char *name, *value;
	uint16_t from, until;
};

/* the two tables, each by name */
extern const struct seal_conf_default seal_conf_defaults[];
extern const size_t seal_conf_n_defaults;
extern const struct seal_conf_default seal_conf_smtp_defaults[];
extern const size_t seal_conf_n_smtp_defaults;

/* seal_conf_default - the built-in value of @name
 * @version: mail_version as "3.7.11", empty when unknown
 * Returns 0, -ENOENT (no such parameter) or -ENODATA (not the same everywhere, see above). */
int seal_conf_default(struct seal_bytes name, struct seal_bytes version, struct seal_bytes *ret);
