/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* probe_targets.h - what probe asks: the next hops of the configuration, or those named */

#include "core/root.h"
#include "model/host.h"
#include "probe/probe.h"

/* struct seal_netprobe_wish - the command line */
struct seal_netprobe_wish {
	const char *const *to, *const *selectors, *const *blocklists;
	size_t n_to, n_selectors, n_blocklists;
	const char *domain; /* NULL: the host's own */
	bool log_in;        /* with the credentials of the configuration */
	/* found */
	bool any_exchanger; /* some mail goes to whatever exchanger its recipients have */
	bool complete;      /* every next hop of the configuration is known */
};

/* seal_netprobe_targets - fill what is asked of @p; text is put into the arena of @h
 * Returns 0, -EINVAL (a --to that is none, a log-in without credentials), -ENOMEM or an I/O errno
 * of the credentials. */
int seal_netprobe_targets(const struct seal_root *root, struct seal_host *h,
			  struct seal_netprobe_wish *wish, struct seal_netprobe *p,
			  struct seal_err *err);
