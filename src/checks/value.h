/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* value.h - parameters of the default instance as checks ask for them */

#include "checks/check.h"

/* struct seal_value - a parameter, expanded, with what a finding about it says */
struct seal_value {
	struct seal_bytes text;
	struct seal_about about;
};

/* seal_value_of - as the service sees it (NULL: main.cf alone); told as unknown when it cannot be
 * expanded. Returns whether it could. */
bool seal_value_of(struct seal_subject *s, struct seal_out *out, const struct seal_service *svc,
		   const char *name, struct seal_value *ret);

/* seal_value_is_on - a yes/no parameter; false when it is neither */
bool seal_value_is_on(struct seal_subject *s, const struct seal_service *svc, const char *name);

/* seal_value_client - the service that sends to relayhost, NULL: none is called "smtp" */
const struct seal_service *seal_value_client(const struct seal_subject *s);

/* seal_value_lists - whether an item of a list is @word, letters folded */
bool seal_value_lists(struct seal_bytes list, struct seal_bytes word);
