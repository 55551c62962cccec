/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* queue_health.h - counts what waits */

#include "model/explanation.h"
#include "model/host.h"

#define SEAL_QUEUE_DOMAINS_MAX ((size_t)65536)

/* seal_queue_health - of the messages of @x that wait, and of the certificates that Postfix of @h
 * is told to use
 * @ret: new, caller frees with seal_queue_health_free(); untouched on failure
 * Returns 0 or -ENOMEM. */
int seal_queue_health(const struct seal_host *h, const struct seal_explanation *x,
		      struct seal_queue_health **ret);
