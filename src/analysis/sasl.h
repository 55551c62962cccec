/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* sasl.h - which mechanisms of the Cyrus SASL library are installed */

#include "model/host.h"

/* struct seal_sasl_plugins - of those that a relay or a client may ask for */
struct seal_sasl_plugins {
	unsigned plain, other; /* that send the password as it is (PLAIN, LOGIN), and the rest */
	bool hidden;           /* the evidence cannot tell of all */
};

/* seal_sasl_plugins - looks into the folders sasl2 of the distributions. Returns 0 or -ENOMEM. */
int seal_sasl_plugins(struct seal_host *h, struct seal_sasl_plugins *ret);
