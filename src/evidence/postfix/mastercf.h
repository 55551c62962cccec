/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* mastercf.h - master.cf as written (master(5)): eight fields a logical line, the eighth being the
 * command with its arguments; "-o name=value" and "-o { name = value }" override main.cf */

#include "evidence/postfix/maincf.h"

/* seal_mastercf_parse - the services of master.cf
 * Parameters and result as seal_maincf_parse(); inst->services is filled. A line with fewer than
 * eight fields or an unknown type counts in *n_bad and gives no service. */
int seal_mastercf_parse(struct seal_bytes text, struct seal_bytes path, struct seal_arena *arena,
			struct seal_instance *inst, size_t *n_bad);

/* seal_mastercf_find - the service with this name and type, or NULL */
const struct seal_service *seal_mastercf_find(const struct seal_instance *inst,
					      struct seal_bytes name, enum seal_service_type type);

/* seal_mastercf_override - the last -o for @name of a service, or NULL */
const struct seal_param *seal_mastercf_override(const struct seal_service *svc,
						struct seal_bytes name);

/* seal_mastercf_arg - the next argument off the front of a service's args: a word, or what stands
 * between { and } with the blanks inside trimmed; empty at the end */
struct seal_bytes seal_mastercf_arg(struct seal_bytes *args);

/* seal_service_type_name - "inet", "unix", ... */
const char *seal_service_type_name(enum seal_service_type t);
